"""What a sample bridge says to each side: `json.loads` and `json.dumps`, message by message."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

from tests.bench.peers.bridges.converter import Converter

TOOL_RESULT = '{"available":true}'
OPENING = json.dumps(
    {
        "type": "conversation_initiation_client_data",
        "dynamic_variables": {"business_name": "Peluquería Ana", "service": "corte"},
    }
)
"""The first message to the agent."""


class Talk:
    """One call."""

    def __init__(self, agent_format: str) -> None:
        self.stream_sid = ""
        self.over = False
        """The carrier has said that the stream stops."""
        self._converter = Converter(agent_format)

    def from_carrier(self, text: str | bytes) -> str | None:
        """What is to be sent to the agent, if anything."""
        message = json.loads(text)
        if message["event"] == "media":
            payload = message["media"]["payload"]
            if self._converter.needed:
                sound = self._converter.to_agent(b64decode(payload))
                payload = b64encode(sound).decode("ascii")
            return json.dumps({"user_audio_chunk": payload})
        if message["event"] == "start":
            self.stream_sid = message["start"]["streamSid"]
        elif message["event"] == "stop":
            self.over = True
        return None

    def from_agent(self, text: str | bytes) -> tuple[str | None, str | None]:
        """What is to be sent to the carrier, and what to the agent."""
        message = json.loads(text)
        match message["type"]:
            case "audio":
                payload = message["audio_event"]["audio_base_64"]
                if self._converter.needed:
                    sound = self._converter.to_carrier(b64decode(payload))
                    payload = b64encode(sound).decode("ascii")
                media = {"payload": payload}
                told = {"event": "media", "streamSid": self.stream_sid, "media": media}
                return json.dumps(told), None
            case "interruption":
                return json.dumps({"event": "clear", "streamSid": self.stream_sid}), None
            case "ping":
                event_id = message["ping_event"]["event_id"]
                return None, json.dumps({"type": "pong", "event_id": event_id})
            case "client_tool_call":
                return None, tool_result(message["client_tool_call"]["tool_call_id"])
        return None, None


def tool_result(tool_call_id: str) -> str:
    """The answer to every tool call."""
    return json.dumps(
        {
            "type": "client_tool_result",
            "tool_call_id": tool_call_id,
            "result": TOOL_RESULT,
            "is_error": False,
        }
    )
