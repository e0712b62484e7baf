"""An agent as it is provisioned, in plain words. Pure: lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vocero.agent_setup.agent_tools import SYSTEM_TOOLS
from vocero.agent_setup.differences import Provisioned
from vocero.agent_setup.telling import Line, short
from vocero.agent_setup.tree import at
from vocero.agent_setup.wanted import WantedAgent

_AGENT = "conversation_config.agent"
_WIDTH = 28


def told_agent(agent_id: str, provisioned: Provisioned, wanted: WantedAgent) -> Iterator[Line]:
    """Its name, how it sounds and behaves, who can reach it, and its tools."""
    agent = provisioned.agent
    yield Line(f"Agent {at(agent, 'name') or 'without a name'} ({agent_id})", "good")
    for name, value in (*_of_words(agent), *_of_sound(agent), *_of_rules(agent)):
        yield Line(f"  {name:<{_WIDTH}}{value}")
    ours = {tool.name for tool in wanted.tools}
    for config in provisioned.tools.values():
        required = at(config, "parameters.required") or ()
        every = at(config, "parameters.properties") or ()
        parameters = dict.fromkeys([*(each for each in required if each in every), *every])
        waits = "waits for the answer" if config.get("expects_response") else "does not wait"
        whose = "" if config.get("name") in ours else ", not Vocero's"
        name = f"{config.get('name')}({', '.join(parameters)})"
        yield Line(f"  tool {name}: {config.get('type')}, {waits}{whose}")


def _of_words(agent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    presets = at(agent, "conversation_config.language_presets")
    others = list(presets) if isinstance(presets, Mapping) else []
    yield "languages", ", ".join([short(at(agent, f"{_AGENT}.language")), *others])
    first = at(agent, f"{_AGENT}.first_message")
    yield "begins with", short(first) if first else "nothing: the business speaks first"
    prompt = str(at(agent, f"{_AGENT}.prompt.prompt") or "")
    yield "prompt", f"{len(prompt.splitlines())} lines, {len(prompt)} characters"
    yield "thinks with", short(at(agent, f"{_AGENT}.prompt.llm"))


def _of_sound(agent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    voice, model = (short(at(agent, f"conversation_config.tts.{n}")) for n in _VOICE)
    yield "voice", f"{voice}, model {model}"
    hears = short(at(agent, "conversation_config.asr.user_input_audio_format"))
    speaks = short(at(agent, "conversation_config.tts.agent_output_audio_format"))
    yield "sound", f"hears {hears}, speaks {speaks}"
    first, silence, end = (_time(at(agent, f"conversation_config.turn.{n}")) for n in _WAITS)
    yield "waits", f"for the first word: {first}; in a silence: {silence}; until it hangs up: {end}"


_VOICE = ("voice_id", "model_id")
_WAITS = ("initial_wait_time", "turn_timeout", "silence_end_call_timeout")


def _time(seconds: object) -> str:
    if seconds == -1:
        return "without end"
    return short(seconds) if seconds is None else f"{short(seconds)} s"


def _of_rules(agent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    conversation = "conversation_config.conversation"
    yield "longest conversation", _time(at(agent, f"{conversation}.max_duration_seconds"))
    signed = at(agent, "platform_settings.auth.enable_auth") is True
    yield "can be reached", "with a signed address" if signed else "by anybody who knows its id"
    queue = at(agent, "platform_settings.queueing_config.enabled")
    yield "when all lines are taken", "refuses" if queue is False else "plays hold music"
    yield "ElevenLabs keeps the sound", short(at(agent, "platform_settings.privacy.record_voice"))
    yield "events", short(at(agent, f"{conversation}.client_events"))
    tools = at(agent, f"{_AGENT}.prompt.built_in_tools")
    names = [name for name, config in tools.items() if config] if isinstance(tools, dict) else []
    known = [name for name in SYSTEM_TOOLS if name in names]
    yield "ElevenLabs' own tools", ", ".join(dict.fromkeys([*known, *names])) or "none"
