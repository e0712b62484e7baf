"""What counts as a difference: everything that is managed, nothing else. Without a network."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.agent_rest_shown import shown_agent, shown_tool
from vocero.agent_setup.agent_tools import CLIENT_TOOLS
from vocero.agent_setup.differences import Provisioned, differences
from vocero.agent_setup.plan import new_agent, plan_changes
from vocero.agent_setup.tree import at, put
from vocero.agent_setup.wanted import WantedAgent

CONFIG = "conversation_config"
PROMPT = f"{CONFIG}.agent.prompt"
EVENTS = f"{CONFIG}.conversation.client_events"


def as_wanted(wanted: WantedAgent) -> Provisioned:
    """As ElevenLabs shows what Vocero has just made."""
    tools = {f"tool_{tool.name}": shown_tool(tool.config()) for tool in CLIENT_TOOLS}
    return Provisioned(shown_agent(new_agent(wanted, tuple(tools))), tools)


def changed(wanted: WantedAgent, path: str, value: Any) -> Provisioned:
    provisioned = as_wanted(wanted)
    tree: Any = provisioned.agent
    if path.startswith("tools."):
        _, name, path = path.split(".", 2)
        tree = provisioned.tools[f"tool_{name}"]
    put(tree, path, value)
    return provisioned


def test_what_was_just_made_differs_in_nothing(wanted: WantedAgent) -> None:
    assert differences(as_wanted(wanted), wanted) == ()
    assert plan_changes(as_wanted(wanted), wanted).is_empty


BY_HAND: list[tuple[str, Any, bool]] = [
    (f"{CONFIG}.asr.user_input_audio_format", "pcm_16000", False),
    (f"{CONFIG}.tts.agent_output_audio_format", "pcm_44100", False),
    (f"{CONFIG}.tts.agent_output_audio_format", "mp3_44100_128", True),
    (f"{CONFIG}.tts.model_id", "eleven_turbo_v2", False),
    (f"{CONFIG}.agent.first_message", "Hello! How can I help you today?", False),
    (f"{CONFIG}.agent.language", "fr", False),
    (f"{PROMPT}.prompt", "You are a helpful assistant.", False),
    (f"{CONFIG}.language_presets", {}, False),
    (f"{CONFIG}.turn.turn_timeout", 20, False),
    (f"{CONFIG}.turn.silence_end_call_timeout", 30, False),
    (f"{CONFIG}.turn.interruption_ignore_terms", ["hola"], False),
    (f"{CONFIG}.conversation.max_duration_seconds", 180, False),
    (f"{CONFIG}.conversation.text_only", True, True),
    (f"{PROMPT}.built_in_tools.end_call", None, True),
    (f"{PROMPT}.built_in_tools.skip_turn", None, False),
    ("platform_settings.auth.enable_auth", False, True),
    ("platform_settings.auth.require_origin_header", True, True),
    ("platform_settings.queueing_config.enabled", True, False),
    ("platform_settings.overrides.conversation_config_override.tts.voice_id", True, False),
    ("tools.validate_slot.expects_response", False, True),
    ("tools.ask_customer.response_timeout_secs", 5, True),
    ("tools.report_result.description", "Report.", False),
    ("tools.press_keys.tool_error_handling_mode", "hide", False),
    ("tools.press_keys.parameters.properties.digits.type", "integer", True),
    ("tools.press_keys.parameters.properties.digits.description", "Keys.", False),
    ("tools.ask_customer.parameters.properties", {}, True),
]


@pytest.mark.parametrize(("path", "value", "breaks"), BY_HAND, ids=str)
def test_what_is_managed_and_changed_by_hand_is_told(
    wanted: WantedAgent, path: str, value: Any, breaks: bool
) -> None:
    found = differences(changed(wanted, path, value), wanted)
    assert found, path
    assert {each.breaks for each in found} == {breaks}
    assert all(each.name and each.why for each in found)


@pytest.mark.parametrize(("path", "value", "breaks"), BY_HAND, ids=str)
def test_and_the_plan_mends_it(wanted: WantedAgent, path: str, value: Any, breaks: bool) -> None:
    provisioned = changed(wanted, path, value)
    plan = plan_changes(provisioned, wanted)
    assert not plan.is_empty
    _merge(provisioned.agent, plan.agent)
    tools = {**provisioned.tools, **dict(plan.changed_tools)}
    assert differences(Provisioned(provisioned.agent, tools), wanted) == ()


def _merge(tree: dict[str, Any], changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(tree.get(name), dict):
            _merge(tree[name], value)
        else:
            tree[name] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{CONFIG}.tts.voice_id", "another"),
        (f"{CONFIG}.tts.model_id", "eleven_turbo_v2_5"),
        (f"{PROMPT}.llm", "gpt-4.1"),
        (f"{PROMPT}.temperature", 0.9),
        (f"{CONFIG}.asr.keywords", ["Peluquería"]),
        (f"{CONFIG}.conversation.max_duration_seconds", 1800),
        (f"{CONFIG}.turn.silence_end_call_timeout", -1),
        ("platform_settings.privacy.record_voice", True),
        ("platform_settings.widget", {"variant": "full"}),
        ("name", "Ana"),
        ("tools.validate_slot.response_timeout_secs", -1),
        ("tools.validate_slot.tool_call_sound", "typing"),
    ],
    ids=str,
)
def test_what_is_not_managed_is_left_alone(wanted: WantedAgent, path: str, value: Any) -> None:
    assert differences(changed(wanted, path, value), wanted) == ()


def test_what_is_there_besides_stays(wanted: WantedAgent) -> None:
    provisioned = as_wanted(wanted)
    tree: Any = provisioned.agent
    put(tree, EVENTS, ["vad_score", "audio"])
    put(tree, f"{PROMPT}.built_in_tools.transfer_to_agent", {"name": "transfer_to_agent"})
    put(tree, f"{PROMPT}.built_in_tools.skip_turn", None)
    put(tree, f"{CONFIG}.language_presets", {"pt": {"overrides": {"agent": {"language": None}}}})
    plan = plan_changes(provisioned, wanted)
    events = at(plan.agent, EVENTS)
    assert events[:2] == ["vad_score", "audio"] and "client_tool_call" in events
    built_in = at(plan.agent, f"{PROMPT}.built_in_tools")
    assert set(built_in) == {
        *("end_call", "skip_turn", "language_detection", "voicemail_detection"),
        "transfer_to_agent",
    }
    assert set(at(plan.agent, f"{CONFIG}.language_presets")) == {"pt", "en"}
    (events_differ, *_) = [e for e in differences(provisioned, wanted) if e.path == EVENTS]
    assert events_differ.breaks


def test_only_useful_events_that_are_missing_break_nothing(wanted: WantedAgent) -> None:
    kept = [e for e in at(as_wanted(wanted).agent, EVENTS) if e != "agent_response_correction"]
    (found,) = differences(changed(wanted, EVENTS, kept), wanted)
    assert not found.breaks


# --- tools ------------------------------------------------------------------------------------
def test_a_tool_that_is_missing_is_made_and_foreign_ones_stay(wanted: WantedAgent) -> None:
    whole = as_wanted(wanted)
    tools = {name: each for name, each in whole.tools.items() if name != "tool_press_keys"}
    foreign = {"type": "webhook", "name": "weather"}
    agent: Any = whole.agent
    put(agent, f"{PROMPT}.tool_ids", [*tools, "tool_gone", "tool_weather"])
    provisioned = Provisioned(agent, {**tools, "tool_weather": foreign})
    found = {each.path: each for each in differences(provisioned, wanted)}
    assert set(found) == {"tools.press_keys", "tools.tool_gone"}
    assert found["tools.press_keys"].breaks and not found["tools.tool_gone"].breaks
    plan = plan_changes(provisioned, wanted)
    assert [tool.name for tool in plan.new_tools] == ["press_keys"]
    ids = at(plan.agent_with(("tool_new",)), f"{PROMPT}.tool_ids")
    assert ids == [*tools, "tool_weather", "tool_new"]


def test_a_server_tool_of_the_same_name_gives_way(wanted: WantedAgent) -> None:
    whole = as_wanted(wanted)
    webhook = {"type": "webhook", "name": "validate_slot"}
    provisioned = Provisioned(whole.agent, {**whole.tools, "tool_validate_slot": webhook})
    (found,) = differences(provisioned, wanted)
    assert not found.breaks, "it is answered over HTTP"
    plan = plan_changes(provisioned, wanted)
    assert "tool_validate_slot" not in at(plan.agent_with(("new",)), f"{PROMPT}.tool_ids")


def test_a_changed_tool_keeps_what_is_not_managed(wanted: WantedAgent) -> None:
    provisioned = changed(wanted, "tools.validate_slot.expects_response", False)
    tree: Any = provisioned.tools["tool_validate_slot"]
    tree["tool_call_sound"] = "typing"
    ((tool_id, config),) = plan_changes(provisioned, wanted).changed_tools
    assert tool_id == "tool_validate_slot"
    assert (config["expects_response"], config["tool_call_sound"]) == (True, "typing")


# --- variables --------------------------------------------------------------------------------
def test_a_variable_that_nobody_sends_breaks_every_call(wanted: WantedAgent) -> None:
    provisioned = changed(wanted, "tools.validate_slot.description", "For {{saludo}} {{date}}")
    put(provisioned.agent, f"{PROMPT}.prompt", "Hi {{who}} at {{system__time}}, {{ secret__x }}")
    found = differences(provisioned, wanted)
    told = [each for each in found if each.path.startswith("variables.")]
    assert {each.path for each in told} == {"variables.who", "variables.saludo"}
    assert all(each.breaks for each in told)
    assert not any(each.by_hand for each in told), "push replaces both texts"
    assert "prompt (es)" in {each.name for each in found}


def test_a_placeholder_fills_a_variable(wanted: WantedAgent) -> None:
    provisioned = changed(wanted, f"{CONFIG}.agent.max_conversation_duration_message", "{{bye}}")
    (found,) = differences(provisioned, wanted)
    assert found.by_hand and found.breaks
    assert plan_changes(provisioned, wanted).is_empty, "not Vocero's to mend"
    path = f"{CONFIG}.agent.dynamic_variables.dynamic_variable_placeholders.bye"
    put(provisioned.agent, path, "Adiós")
    assert differences(provisioned, wanted) == ()


@pytest.mark.parametrize("agent", [{}, {CONFIG: None}, {CONFIG: {"agent": [], "tts": "x"}}])
def test_nonsense_is_a_difference_and_no_crash(wanted: WantedAgent, agent: Any) -> None:
    found = differences(Provisioned(agent), wanted)
    assert any(each.breaks for each in found)
    assert len(found) > 10
