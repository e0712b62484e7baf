"""What an ElevenLabs agent is set up to do, read from its stored settings.

The settings are the JSON that `agents/create` takes and `agents/{id}` gives back (section 6.3 of
the protocol facts); only what changes a conversation is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Json = dict[str, object]

CLIENT_EVENTS = (
    "conversation_initiation_metadata",
    "ping",
    "audio",
    "interruption",
    "user_transcript",
    "tentative_user_transcript",
    "agent_response",
    "agent_response_correction",
    "agent_response_complete",
    "client_tool_call",
    "agent_tool_request",
    "agent_tool_response",
    "vad_score",
    "client_error",
    "guardrail_triggered",
)
"""What an agent made for Vocero asks for; the vendor's default list is shorter."""

DEFAULT_CLIENT_EVENTS = (
    "audio",
    "interruption",
    "agent_response",
    "user_transcript",
    "tentative_user_transcript",
    "conversation_initiation_metadata",
    "ping",
)
_UNFILTERED = frozenset({"conversation_initiation_metadata", "client_error", "error"})
_UNLISTED = frozenset({"queue_status", "agent_reasoning_response_part"})
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")


def at(tree: object, path: str) -> object:
    """The value at "a.b.c" of nested objects, or None."""
    for name in path.split("."):
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def _strings(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from _strings(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from _strings(value)


def _leaves(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """One agent's settings and the tools that it may call."""

    settings: Json
    tools: Mapping[str, Json] = field(default_factory=dict)
    """Tool configurations by name. Empty: nothing was set up and every tool is taken as there."""

    @property
    def speaks(self) -> str:
        """The format of its speech, e.g. "ulaw_8000"."""
        name = at(self.settings, "conversation_config.tts.agent_output_audio_format")
        return name if isinstance(name, str) else "pcm_16000"

    @property
    def hears(self) -> str:
        """The format in which it wants to be sent sound."""
        name = at(self.settings, "conversation_config.asr.user_input_audio_format")
        return name if isinstance(name, str) else "pcm_16000"

    @property
    def needs_signature(self) -> bool:
        """False for a public agent, which the id alone opens."""
        return at(self.settings, "platform_settings.auth.enable_auth") is True

    def sends(self, kind: str) -> bool:
        """Whether messages of this type are sent. Without "interruption" there are none at all."""
        events = at(self.settings, "conversation_config.conversation.client_events")
        wanted = events if isinstance(events, list | tuple) else DEFAULT_CLIENT_EVENTS
        return kind in wanted or kind in _UNFILTERED or kind in _UNLISTED

    def forbidden_override(self, overrides: Mapping[str, object]) -> str | None:
        """The last part of the first overridden field that the agent does not allow."""
        allowed = at(self.settings, "platform_settings.overrides.conversation_config_override")
        for path, _ in _leaves(overrides):
            if at(allowed, path) is not True:
                return path.rpartition(".")[2]
        return None

    def missing_variables(self, given: Mapping[str, object]) -> dict[str, list[str]]:
        """Variables that are used, not given, and have no placeholder: by where they are used."""
        agent = at(self.settings, "conversation_config.agent")
        known = at(agent, "dynamic_variables.dynamic_variable_placeholders")
        have = set(given) | (set(known) if isinstance(known, Mapping) else set())
        places = {
            "first message": at(agent, "first_message"),
            "prompt": at(agent, "prompt.prompt"),
            "tools": list(self.tools.values()),
        }
        missing: dict[str, list[str]] = {}
        for where, tree in places.items():
            used = {name for text in _strings(tree) for name in _VARIABLE.findall(text)}
            gone = sorted(name for name in used - have if not name.startswith("system__"))
            if gone:
                missing[where] = gone
        return missing

    def has_tool(self, name: str) -> bool:
        """Whether the agent can call this client tool."""
        return not self.tools or name in self.tools

    def waits_for(self, name: str) -> bool:
        """Whether it waits for the tool's answer: off unless `expects_response` was set."""
        return not self.tools or self.tools[name].get("expects_response") is True

    def can_end_calls(self) -> bool:
        """Whether end_call was given to it: agents made by API do not have it by themselves."""
        return (
            at(self.settings, "conversation_config.agent.prompt.built_in_tools.end_call")
            is not None
        )


def settings_for(agent_id: str, speaks: str, hears: str) -> Json:
    """An agent that was set up for Vocero before the simulation began."""
    end_call = {"type": "system", "name": "end_call", "params": {"system_tool_type": "end_call"}}
    return {
        "agent_id": agent_id,
        "name": "vocero",
        "conversation_config": {
            "agent": {
                "first_message": "",
                "language": "es",
                "dynamic_variables": {"dynamic_variable_placeholders": {}},
                "prompt": {"prompt": "", "tool_ids": [], "built_in_tools": {"end_call": end_call}},
            },
            "asr": {"user_input_audio_format": hears},
            "tts": {"model_id": "eleven_flash_v2_5", "agent_output_audio_format": speaks},
            "conversation": {"client_events": list(CLIENT_EVENTS)},
        },
        "platform_settings": {
            "auth": {"enable_auth": True},
            "overrides": {"conversation_config_override": {}},
        },
    }
