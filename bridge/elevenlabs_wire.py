"""ElevenLabs' agent messages as our events, and our commands as its messages.

Source: ElevenLabs' AsyncAPI schema of the Agents websocket, its own clients and reported logs. The
payload of a type lives under a differently named key; unknown types and fields are ignored; no
order is assumed. What ElevenLabs calls the user is the business.
"""

from __future__ import annotations

import json
import re
from binascii import a2b_base64
from collections.abc import Mapping
from typing import Final, NoReturn, assert_never

from bridge.commands import AnswerTool, Pong, SendToAgent, TellAgent
from bridge.errors import BadFrame
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentCorrected,
    AgentErred,
    AgentEvent,
    AgentLost,
    AgentPinged,
    AgentReady,
    AgentSaid,
    AgentStirred,
    AgentUsedOwnTool,
    BusinessSaid,
    Interrupted,
    ToolCalled,
)

MAX_WORDS: Final = 20_000
"""Characters kept of what somebody said."""
MAX_DETAIL: Final = 200
MAX_ID: Final = 500
MAX_DEPTH: Final = 32
"""Levels of a tool's parameters; far below where Python itself gives up."""

CLOSE_MEANINGS: Final = {
    1002: "operational error",
    1005: "closed without a code",
    1006: "connection lost",
    1008: "contract error: wrong message, override or variable, or quota exceeded",
    1009: "message too big",
    1011: "server crash",
    3000: "request refused: wrong branch or agent configuration",
    3008: "too many concurrent conversations",
    4300: "too many concurrent conversations",
}
_ADDRESS: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_SECRET: Final = re.compile(
    r"\b((?:conversation_)?(?:signature|token|secret|api[-_]?key|key|authorization)\"?\s*[=:]\s*)"
    r"(?:bearer\s+)?\S+|\b(?:sk|xi)[-_][A-Za-z0-9_-]{8,}|\bcvtkn_\S+|\bbearer\s+\S+",
    re.IGNORECASE,
)


def decode(text: str) -> AgentEvent:
    """What one text message means. Raises BadFrame for what makes no sense.

    Never returns AgentClosed or AgentLost: see `closed`. A tool call with a readable id and name
    always becomes ToolCalled, because the agent waits for its answer: parameters that are no
    object become {}, and the tool then says what is missing.
    """
    message = _object(text)
    kind = message.get("type")
    if not isinstance(kind, str):
        raise BadFrame("type is missing or not text")
    match kind:
        case "audio":
            return _audio(_part(message, "audio_event"))
        case "ping":
            return AgentPinged(_id(_part(message, "ping_event"), "event_id"))
        case "interruption":
            return Interrupted(_id(_part(message, "interruption_event"), "event_id"))
        case "user_transcript":
            said = _words(_part(message, "user_transcription_event"), "user_transcript")
            return BusinessSaid(said) if said.strip() else AgentStirred(kind)
        case "agent_response":
            said = _words(_part(message, "agent_response_event"), "agent_response")
            return AgentSaid(said) if said.strip() else AgentStirred(kind)
        case "agent_response_correction":
            part = _part(message, "agent_response_correction_event")
            return AgentCorrected(_words(part, "corrected_agent_response"))
        case "client_tool_call":
            return _tool_call(_part(message, "client_tool_call"))
        case "agent_tool_response":
            return _tool_response(_part(message, "agent_tool_response"))
        case "conversation_initiation_metadata":
            part = _part(message, "conversation_initiation_metadata_event")
            return AgentReady(
                conversation_id=_name(part, "conversation_id"),
                hears_format=_name(part, "user_input_audio_format"),
                speaks_format=_name(part, "agent_output_audio_format"),
            )
        case "error" | "client_error":
            return _error(message)
        case "queue_status":
            if _part(message, "queue_status_event").get("status") == "timed_out":
                return AgentErred("waited too long for a free conversation (queue timed out)")
            return AgentStirred(kind)
        case _:
            return AgentStirred(_cleaned(kind)[:64])


def opening(variables: Mapping[str, str | int | float | bool]) -> str:
    """The first message of a conversation: every dynamic variable, no override, nothing null."""
    return _dumped({"type": "conversation_initiation_client_data", "dynamic_variables": variables})


def sound_message(base64: str) -> str:
    """The message for a piece of the business's sound, which comes as base64."""
    return f'{{"user_audio_chunk":"{base64}"}}'


def encode(command: SendToAgent | Pong | AnswerTool | TellAgent) -> str:
    """The message for one command."""
    if isinstance(command, SendToAgent):
        return sound_message(command.base64)
    match command:
        case Pong(event_id):
            return f'{{"type":"pong","event_id":{event_id}}}'
        case AnswerTool(tool_call_id, result, is_error):
            return _dumped(
                {
                    "type": "client_tool_result",
                    "tool_call_id": tool_call_id,
                    "result": result,
                    "is_error": is_error,
                }
            )
        case TellAgent(text):
            return _dumped({"type": "contextual_update", "text": text})
        case _:
            assert_never(command)


def closed(code: int, reason: str) -> AgentClosed | AgentLost:
    """What the end of the socket means. Only 1000 is in order; the reason is the diagnosis."""
    if code == 1000:
        return AgentClosed()
    meaning = CLOSE_MEANINGS.get(code, "unexpected close")
    said = safe_detail(reason)
    return AgentLost(f"the agent's socket closed with {code} ({meaning})" + (said and f": {said}"))


def safe_detail(text: str) -> str:
    """One printable line of at most 200 characters, without addresses, keys and signatures."""
    line = " ".join(_cleaned(text[:4000]).split())
    line = "".join(character for character in line if character.isprintable())
    line = _ADDRESS.sub("[address]", line)
    return _SECRET.sub(lambda found: (found[1] or "") + "[secret]", line)[:MAX_DETAIL]


def _audio(part: Mapping[str, object]) -> AgentAudio | AgentStirred:
    payload = part.get("audio_base_64")
    if part.get("is_final") is True and not payload:
        return AgentStirred("audio")
    if not isinstance(payload, str):
        raise BadFrame("audio_base_64 is missing or not text")
    if not payload:
        raise BadFrame("audio_base_64 is empty")
    event_id = _id(part, "event_id")
    try:
        return AgentAudio(event_id, a2b_base64(payload, strict_mode=True))
    except ValueError:  # the base64 error is one, and so is text outside ASCII
        raise BadFrame("audio_base_64 is not base64") from None


def _tool_call(part: Mapping[str, object]) -> ToolCalled:
    tool_call_id, name = _name(part, "tool_call_id"), _name(part, "tool_name")
    parameters = part.get("parameters")
    if isinstance(parameters, str):
        try:
            parameters = _object(parameters)
        except BadFrame:
            parameters = {}
    if not isinstance(parameters, dict):
        parameters = {}
    try:
        cleaned = _cleaned_deep(parameters)
    except BadFrame:
        cleaned = {}
    return ToolCalled(tool_call_id, name, cleaned if isinstance(cleaned, dict) else {})


def _tool_response(part: Mapping[str, object]) -> AgentUsedOwnTool | AgentStirred:
    name = _name(part, "tool_name")
    failed = part.get("is_error") is True or part.get("is_called") is False
    if part.get("tool_type") == "system" and not failed:
        return AgentUsedOwnTool(name)
    return AgentStirred("agent_tool_response")


def _error(message: Mapping[str, object]) -> AgentErred:
    part = message.get("error_event")
    if not isinstance(part, dict):
        part = message
    said = [
        str(part[key])
        for key in ("error_type", "error_name", "code", "message", "reason")
        if isinstance(part.get(key), str | int) and part[key] != ""
    ]
    return AgentErred(safe_detail(": ".join(said)) or "an error without details")


def _object(text: str) -> dict[str, object]:
    try:
        message = _decoder.decode(text)
    except RecursionError:
        raise BadFrame("nested too deeply") from None
    except ValueError:  # not JSON, or a number of thousands of digits
        raise BadFrame("not JSON") from None
    if not isinstance(message, dict):
        raise BadFrame("not a JSON object")
    return message


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


_decoder: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def _dumped(message: Mapping[str, object]) -> str:
    return json.dumps(_cleaned_deep(message), separators=(",", ":"), allow_nan=False)


def _part(message: Mapping[str, object], key: str) -> Mapping[str, object]:
    part = message.get(key)
    if not isinstance(part, dict):
        raise BadFrame(f"{key} is missing or not an object")
    return part


def _words(part: Mapping[str, object], key: str) -> str:
    value = part.get(key)
    if not isinstance(value, str):
        raise BadFrame(f"{key} is missing or not text")
    return _cleaned(value[:MAX_WORDS])


def _name(part: Mapping[str, object], key: str) -> str:
    value = part.get(key)
    if not isinstance(value, str) or not value:
        raise BadFrame(f"{key} is missing or not text")
    if len(value) > MAX_ID or _cleaned(value) != value:
        raise BadFrame(f"{key} is too long or not Unicode")
    return value


def _id(part: Mapping[str, object], key: str) -> int:
    value = part.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**15:
        raise BadFrame(f"{key} is missing or not a number in range")
    return value


def _cleaned(text: str) -> str:
    # JSON can smuggle half a surrogate pair in, which no file, database or socket takes.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _cleaned_deep(value: object, depth: int = 0) -> object:
    if depth > MAX_DEPTH:
        raise BadFrame("nested too deeply")
    if isinstance(value, str):
        return value if value.isascii() else _cleaned(value)
    if isinstance(value, Mapping):
        return {_cleaned(str(key)): _cleaned_deep(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned_deep(item, depth + 1) for item in value]
    return value
