"""The agent's websocket messages, as section 2 and 3 of ElevenLabs' published schema have them.

Written from the vendor's side and on purpose without the bridge's wire, so that one mistake cannot
pass on both sides.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass

_TOP_LEVEL = frozenset(
    {
        "type",
        "conversation_config_override",
        "dynamic_variables",
        "custom_llm_extra_body",
        "user_id",
        "branch_id",
        "environment",
        "starting_workflow_node_id",
        "procedure_ids",
        "start_procedure_ids",
        "tool_mock_config",
        "source_info",
    }
)


# --- what the client sends --------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Initiated:
    """conversation_initiation_client_data."""

    overrides: Mapping[str, object]
    variables: Mapping[str, object]
    misplaced: tuple[str, ...]
    """Top-level keys that ElevenLabs ignores in silence."""


@dataclass(frozen=True, slots=True)
class SoundSent:
    """user_audio_chunk, decoded."""

    sound: bytes


@dataclass(frozen=True, slots=True)
class Ponged:
    """pong."""

    event_id: int


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """client_tool_result."""

    tool_call_id: str
    result: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Told:
    """contextual_update, or user_message when it takes the business's turn."""

    text: str
    as_business: bool


@dataclass(frozen=True, slots=True)
class Harmless:
    """user_activity, feedback: allowed, without effect here."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Breaks the protocol."""

    why: str


Sent = Initiated | SoundSent | Ponged | ToolAnswered | Told | Harmless | Broken


def read(message: str | bytes) -> Sent:
    """One message from the client. Never raises for what a client may send."""
    if isinstance(message, bytes):
        return Broken("a binary frame; the protocol is text only")
    try:
        body = json.loads(message)
    except (ValueError, RecursionError):
        return Broken("a frame that is not JSON")
    if not isinstance(body, dict):
        return Broken("a frame that is not a JSON object")
    if "user_audio_chunk" in body:
        return _sound(body)
    match body.get("type"):
        case "conversation_initiation_client_data":
            return _initiated(body)
        case "pong":
            event_id = body.get("event_id")
            if not isinstance(event_id, int) or isinstance(event_id, bool):
                return Broken(f"pong with event_id {event_id!r}")
            return Ponged(event_id)
        case "client_tool_result":
            return _tool_answered(body)
        case "contextual_update" | "user_message" as kind:
            text = body.get("text")
            if not isinstance(text, str) or not text:
                return Broken(f"{kind} without text")
            return Told(text, as_business=kind == "user_message")
        case "user_activity" | "feedback":
            return Harmless()
        case unknown:
            return Broken(f"a message of unknown type {unknown!r}")


def _sound(body: Mapping[str, object]) -> SoundSent | Broken:
    if "type" in body:
        return Broken("user_audio_chunk with a type key")
    if len(body) != 1:
        return Broken("user_audio_chunk with other keys beside it")
    chunk = body["user_audio_chunk"]
    if not isinstance(chunk, str):
        return Broken("user_audio_chunk that is not a string")
    try:
        sound = base64.b64decode(chunk, validate=True)
    except (binascii.Error, ValueError):
        return Broken("user_audio_chunk that is not base64")
    return SoundSent(sound) if sound else Broken("an empty user_audio_chunk")


def _initiated(body: Mapping[str, object]) -> Initiated | Broken:
    overrides = body.get("conversation_config_override", {})
    variables = body.get("dynamic_variables", {})
    if not isinstance(overrides, dict) or not isinstance(variables, dict):
        return Broken("conversation_initiation_client_data with a value that is not an object")
    for name, value in variables.items():
        if not isinstance(value, str | int | float | bool):
            return Broken(f"dynamic variable {name} is neither string, number nor boolean")
        if name.startswith("system__"):
            return Broken(f"dynamic variable {name} takes a reserved name")
    misplaced = tuple(sorted(set(body) - _TOP_LEVEL))
    return Initiated(overrides, variables, misplaced)


def _tool_answered(body: Mapping[str, object]) -> ToolAnswered | Broken:
    call_id, result = body.get("tool_call_id"), body.get("result")
    is_error = body.get("is_error", False)
    if not isinstance(call_id, str):
        return Broken("client_tool_result without tool_call_id")
    if not isinstance(result, str):
        return Broken(f"client_tool_result with a result of type {type(result).__name__}")
    if not isinstance(is_error, bool):
        return Broken("client_tool_result with is_error that is not a boolean")
    return ToolAnswered(call_id, result, is_error)


# --- what the agent sends ---------------------------------------------------------------------
Message = dict[str, object]


def text(message: Message) -> str:
    """As it goes over the socket."""
    return json.dumps(message, ensure_ascii=False)


def metadata(conversation_id: str, speaks: str, hears: str) -> Message:
    """The first message: the conversation's id and both formats."""
    return {
        "type": "conversation_initiation_metadata",
        "conversation_initiation_metadata_event": {
            "conversation_id": conversation_id,
            "agent_output_audio_format": speaks,
            "user_input_audio_format": hears,
        },
    }


def ping(event_id: int, ping_ms: int | None) -> Message:
    """`ping_ms` is left out of the first one."""
    event: Message = {"event_id": event_id}
    if ping_ms is not None:
        event["ping_ms"] = ping_ms
    return {"type": "ping", "ping_event": event}


def audio(sound: bytes, event_id: int) -> Message:
    """One piece of the agent's speech."""
    payload = base64.b64encode(sound).decode("ascii")
    return {"type": "audio", "audio_event": {"audio_base_64": payload, "event_id": event_id}}


def tentative_transcript(words: str, event_id: int) -> Message:
    """What was understood so far."""
    event = {"user_transcript": words, "event_id": event_id}
    return {"type": "tentative_user_transcript", "tentative_user_transcription_event": event}


def transcript(words: str, event_id: int) -> Message:
    """What the business said, final, once per utterance."""
    event = {"user_transcript": words, "event_id": event_id}
    return {"type": "user_transcript", "user_transcription_event": event}


def vad_score(score: float) -> Message:
    """How sure it is that somebody speaks."""
    return {"type": "vad_score", "vad_score_event": {"vad_score": score}}


def response(words: str, event_id: int) -> Message:
    """The whole text of a turn."""
    event = {"agent_response": words, "event_id": event_id}
    return {"type": "agent_response", "agent_response_event": event}


def correction(original: str, corrected: str, event_id: int) -> Message:
    """After an interruption: what was said before the cut, as the server estimates it."""
    return {
        "type": "agent_response_correction",
        "agent_response_correction_event": {
            "original_agent_response": original,
            "corrected_agent_response": corrected,
            "event_id": event_id,
        },
    }


def response_complete(event_id: int) -> Message:
    """The end of a response."""
    return {
        "type": "agent_response_complete",
        "agent_response_complete_event": {"event_id": event_id},
    }


def interruption(event_id: int) -> Message:
    """Sound with an id up to this one is void."""
    return {"type": "interruption", "interruption_event": {"event_id": event_id}}


def tool_request(name: str, call_id: str, event_id: int, kind: str = "client") -> Message:
    """The agent decided to use a tool; `kind` is "client" or "system"."""
    event = {"tool_name": name, "tool_call_id": call_id, "tool_type": kind, "event_id": event_id}
    return {"type": "agent_tool_request", "agent_tool_request": event}


def tool_call(name: str, call_id: str, parameters: Mapping[str, object], event_id: int) -> Message:
    """The client is asked to run a tool."""
    return {
        "type": "client_tool_call",
        "client_tool_call": {
            "tool_name": name,
            "tool_call_id": call_id,
            "parameters": dict(parameters),
            "event_id": event_id,
            "expects_response": True,
        },
    }


def tool_response(
    name: str, call_id: str, event_id: int, *, kind: str = "client", is_error: bool = False
) -> Message:
    """A tool was used."""
    return {
        "type": "agent_tool_response",
        "agent_tool_response": {
            "tool_name": name,
            "tool_call_id": call_id,
            "tool_type": kind,
            "is_error": is_error,
            "is_called": True,
            "event_id": event_id,
        },
    }


def queue_status(status: str) -> Message:
    """ "waiting", "admitted" or "timed_out"."""
    return {"type": "queue_status", "queue_status_event": {"status": status}}


def client_error(code: int, message: str, name: str) -> Message:
    """The client broke the contract; the close frame follows."""
    event = {"code": code, "message": message, "error_name": name}
    return {"type": "client_error", "error_event": event}


def error(code: int, message: str, kind: str) -> Message:
    """Something failed on the server; the close frame follows."""
    event = {"code": code, "message": message, "error_type": kind}
    return {"type": "error", "error_event": event}
