"""`vocero agent push` and `show` as somebody types them, against a simulated ElevenLabs."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from simulation.agent import SimulatedElevenLabs
from tests.vocero.agent_setup.conftest import KEY, Typed
from vocero.agent_setup.tree import at, put

pytestmark = pytest.mark.sockets
ASR = "conversation_config.asr.user_input_audio_format"


def made_by(vocero_agent: Typed, *options: str) -> str:
    pushed = vocero_agent("push", *options)
    assert pushed.exit_code == 0, pushed.output
    line = next(each for each in pushed.output.splitlines() if each.startswith("made agent "))
    return line.removeprefix("made agent ")


# --- a new agent ------------------------------------------------------------------------------
def test_without_an_id_an_agent_is_made_and_the_line_for_env_told(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    agent_id = made_by(vocero_agent)
    assert not Path(".env").exists(), "nobody asked for it"
    shown = vocero_agent("push", "--new").output
    assert "\nELEVENLABS_AGENT_ID=agent_" in shown
    profile = elevenlabs.account.profile(agent_id)
    assert (profile.speaks, profile.hears) == ("ulaw_8000", "ulaw_8000")
    assert profile.needs_signature and profile.can_end_calls()
    for tool in ("validate_slot", "report_result", "ask_customer", "press_keys"):
        assert profile.waits_for(tool)
    assert profile.sends("client_tool_call") and profile.sends("interruption")
    assert len(elevenlabs.account.tools) == 4, "the second agent shares the tools of the first"


def test_a_second_push_changes_nothing(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    agent_id = made_by(vocero_agent)
    elevenlabs.account.writes.clear()
    for options in ((), ("--dry-run",)):
        again = vocero_agent("push", *options, ELEVENLABS_AGENT_ID=agent_id)
        assert again.exit_code == 0
        assert "nothing to change" in again.output
    assert elevenlabs.account.writes == []


def test_a_forgotten_id_makes_no_second_agent(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    agent_id = made_by(vocero_agent)
    elevenlabs.account.writes.clear()
    again = vocero_agent("push")
    assert again.exit_code == 1
    assert f"ELEVENLABS_AGENT_ID={agent_id}" in again.stderr and "--new" in again.stderr
    assert elevenlabs.account.writes == []


def test_a_dry_run_makes_nothing(vocero_agent: Typed, elevenlabs: SimulatedElevenLabs) -> None:
    shown = vocero_agent("push", "--dry-run")
    assert shown.exit_code == 0
    assert "+ tool validate_slot(date, time, professional_name)" in shown.output
    assert "+ sound to the agent: ulaw_8000" in shown.output
    assert elevenlabs.account.writes == []


def test_the_id_is_written_on_request_only_where_it_belongs(vocero_agent: Typed) -> None:
    env = Path(".env")
    env.write_text("# keys\nELEVENLABS_AGENT_ID=\nPORT=8123\n")
    env.chmod(0o640)
    agent_id = made_by(vocero_agent, "--write-env")
    assert env.read_text() == f"# keys\nELEVENLABS_AGENT_ID={agent_id}\nPORT=8123\n"
    assert stat.S_IMODE(env.stat().st_mode) == 0o640


def test_an_env_that_cannot_be_written_costs_no_id(vocero_agent: Typed) -> None:
    Path(".env").write_bytes(b"NAME=\xff\n")
    # The settings cannot be read from it either, and that is told first.
    refused = vocero_agent("push", "--write-env")
    assert refused.exit_code == 2 and ".env" in refused.stderr


def test_an_english_country_gets_an_english_agent(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    pushed = vocero_agent("push", DEFAULT_COUNTRY="US")
    assert pushed.exit_code == 0, pushed.output
    agent = elevenlabs.account.agents[list(elevenlabs.account.agents)[-1]]
    assert at(agent, "conversation_config.agent.language") == "en"
    assert set(at(agent, "conversation_config.language_presets")) == {"es"}


# --- an agent that is there -------------------------------------------------------------------
def test_only_what_differs_is_changed(vocero_agent: Typed, elevenlabs: SimulatedElevenLabs) -> None:
    agent_id = made_by(vocero_agent)
    agent: Any = elevenlabs.account.agents[agent_id]
    put(agent, ASR, "pcm_16000")
    put(agent, "conversation_config.tts.voice_id", "my_voice")
    elevenlabs.account.writes.clear()
    for options in (("--dry-run",), ()):
        told = vocero_agent("push", *options, ELEVENLABS_AGENT_ID=agent_id)
        assert told.exit_code == 0
        assert "sound to the agent" in told.output and "pcm_16000 → ulaw_8000" in told.output
        assert "my_voice" not in told.output
    assert elevenlabs.account.writes == [f"PATCH /v1/convai/agents/{agent_id}"]
    agent = elevenlabs.account.agents[agent_id]
    assert at(agent, ASR) == "ulaw_8000"
    assert at(agent, "conversation_config.tts.voice_id") == "my_voice"


def test_an_agent_from_the_dashboard_becomes_vocero_s(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    # As the dashboard makes them: English, with a greeting of its own.
    elevenlabs.account.agents["agent_2"] = {
        "agent_id": "agent_2",
        "name": "Mine",
        "conversation_config": {"agent": {"first_message": "Hello!", "language": "en"}},
    }
    pushed = vocero_agent("push", ELEVENLABS_AGENT_ID="agent_2")
    assert pushed.exit_code == 0, pushed.output
    assert "- Hello!" in pushed.output or "Hello! → nothing" in pushed.output
    again = vocero_agent("push", ELEVENLABS_AGENT_ID="agent_2")
    assert "nothing to change" in again.output
    assert elevenlabs.account.agents["agent_2"]["name"] == "Mine"
    assert vocero_agent("show", ELEVENLABS_AGENT_ID="agent_2").exit_code == 0


def test_a_deleted_tool_is_made_anew(vocero_agent: Typed, elevenlabs: SimulatedElevenLabs) -> None:
    agent_id = made_by(vocero_agent)
    del elevenlabs.account.tools[next(iter(elevenlabs.account.tools))]
    # The simulation refuses ids of tools that do not exist, as a strict server would.
    assert vocero_agent("show", ELEVENLABS_AGENT_ID=agent_id).exit_code == 1
    pushed = vocero_agent("push", ELEVENLABS_AGENT_ID=agent_id)
    assert pushed.exit_code == 0, pushed.output
    assert vocero_agent("show", ELEVENLABS_AGENT_ID=agent_id).exit_code == 0


def test_what_only_a_person_can_mend_fails_the_push(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    agent_id = made_by(vocero_agent)
    path = "conversation_config.agent.max_conversation_duration_message"
    put(elevenlabs.account.agents[agent_id], path, "Bye {{friend}}")
    pushed = vocero_agent("push", ELEVENLABS_AGENT_ID=agent_id)
    assert pushed.exit_code == 1
    assert "! dynamic variable {{friend}}" in pushed.output
    assert "must go from the dashboard by hand" in pushed.output
    assert "nothing to change" not in pushed.output


def test_what_elevenlabs_drops_without_a_word_is_told(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    agent_id = made_by(vocero_agent)
    agent: Any = elevenlabs.account.agents[agent_id]
    put(agent, "conversation_config.turn.turn_timeout", 20)
    put(agent, "platform_settings.auth.enable_auth", False)
    elevenlabs.account.ignored = ["conversation_config.turn.turn_timeout"]
    mild = vocero_agent("push", ELEVENLABS_AGENT_ID=agent_id)
    assert mild.exit_code == 0
    assert "did not keep: seconds of silence until the agent speaks again;" in mild.stderr
    elevenlabs.account.ignored = ["platform_settings.auth.enable_auth"]
    grave = vocero_agent("push", "--new")
    assert grave.exit_code == 1
    assert "did not keep: only with a signed address;" in grave.stderr
    assert "ELEVENLABS_AGENT_ID=agent_" in grave.output, "it was made all the same"


# --- show -------------------------------------------------------------------------------------
def test_show_tells_the_agent_in_plain_words(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    agent_id = made_by(vocero_agent)
    shown = vocero_agent("show", ELEVENLABS_AGENT_ID=agent_id)
    assert shown.exit_code == 0, shown.output
    for words in (
        f"Agent Vocero ({agent_id})",
        "nothing: the business speaks first",
        "hears ulaw_8000, speaks ulaw_8000",
        "end_call, skip_turn, language_detection, voicemail_detection",
        "with a signed address",
        "tool ask_customer(question, options): client, waits for the answer",
        "It is as Vocero wants it.",
    ):
        assert words in shown.output
    assert elevenlabs.account.writes[-1].startswith("POST"), "nothing was changed by looking"


def test_show_fails_for_what_breaks_calls_only(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    agent_id = made_by(vocero_agent)
    agent: Any = elevenlabs.account.agents[agent_id]
    put(agent, "conversation_config.turn.turn_timeout", 20)
    mild = vocero_agent("show", ELEVENLABS_AGENT_ID=agent_id)
    assert mild.exit_code == 0 and "20 → 8" in mild.output
    put(agent, "conversation_config.conversation.client_events", ["audio", "ping"])
    put(agent, "name", "\x1b]0;evil\x07")
    grave = vocero_agent("show", ELEVENLABS_AGENT_ID=agent_id)
    assert grave.exit_code == 1
    assert "! events that reach Vocero" in grave.output and "client_tool_call" in grave.output
    assert "\x1b]" not in grave.output and "\x07" not in grave.output


def test_show_without_an_id_says_what_to_do(vocero_agent: Typed) -> None:
    refused = vocero_agent("show")
    assert refused.exit_code == 2
    assert "vocero agent push" in refused.stderr


# --- what goes wrong --------------------------------------------------------------------------
def one_line(text: str) -> str:
    (line,) = text.splitlines()
    assert KEY not in line
    return line


@pytest.mark.parametrize("command", ["push", "show"])
@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, {"detail": "oops"}, "failure of its own (HTTP 500): try again later"),
        (503, "no", "failure of its own (HTTP 503)"),
        (429, {"detail": {"status": "system_busy"}}, "try again in a minute"),
        (
            401,
            {"detail": {"status": "missing_permissions", "message": "needs convai_read"}},
            "ELEVENLABS_API_KEY; it needs the permission",
        ),
        (
            403,
            {"detail": {"status": "feature_denied", "message": "Upgrade your plan to use this"}},
            "plan does not include this (feature_denied: Upgrade your plan to use this)",
        ),
        (402, {"detail": {}}, "https://elevenlabs.io/app/subscription"),
        (403, {"detail": {"message": "no"}}, "forbids it (no)"),
        (418, {"detail": {"message": "a teapot"}}, "refused (HTTP 418) (a teapot)"),
        (200, "[]", "something unreadable"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_refusals_are_one_line_with_the_next_step(
    vocero_agent: Typed,
    elevenlabs: SimulatedElevenLabs,
    command: str,
    status: int,
    body: object,
    words: str,
) -> None:
    elevenlabs.account.failures.append((status, body))
    failed = vocero_agent(command, ELEVENLABS_AGENT_ID="agent_1")
    assert failed.exit_code == 1, failed.output
    assert words in one_line(failed.stderr)


def test_a_wrong_key_and_an_unknown_agent(vocero_agent: Typed) -> None:
    failed = vocero_agent("push", ELEVENLABS_API_KEY="xi-wrong", ELEVENLABS_AGENT_ID="agent_1")
    assert failed.exit_code == 1
    assert "check ELEVENLABS_API_KEY" in failed.stderr and "xi-wrong" not in failed.output
    unknown = vocero_agent("push", ELEVENLABS_AGENT_ID="agent_none")
    assert unknown.exit_code == 1
    assert "knows no such agent: check ELEVENLABS_AGENT_ID" in one_line(unknown.stderr)


def test_a_key_that_was_pasted_with_its_quotes(vocero_agent: Typed) -> None:
    failed = vocero_agent("show", ELEVENLABS_API_KEY="“xi-key”", ELEVENLABS_AGENT_ID="agent_1")
    assert failed.exit_code == 1
    assert "characters that no key has" in one_line(failed.stderr)


def test_a_dead_network_and_missing_settings(vocero_agent: Typed) -> None:
    failed = vocero_agent("push", ELEVENLABS_BASE_URL="http://127.0.0.1:9")
    assert failed.exit_code == 1
    assert "cannot be reached" in one_line(failed.stderr)
    unset = vocero_agent("push", ELEVENLABS_API_KEY="")
    assert unset.exit_code == 2
    assert one_line(unset.stderr).startswith("ELEVENLABS_API_KEY: is missing")


def test_other_settings_may_be_wrong(vocero_agent: Typed) -> None:
    pushed = vocero_agent("push", "--dry-run", PORT="many", BASE_URL="nonsense")
    assert pushed.exit_code == 0, pushed.output
    refused = vocero_agent("push", "--dry-run", DEFAULT_COUNTRY="XX")
    assert refused.exit_code == 2 and "DEFAULT_COUNTRY" in refused.stderr


def test_a_push_that_failed_half_way_goes_on_where_it_stopped(
    vocero_agent: Typed, elevenlabs: SimulatedElevenLabs
) -> None:
    made_by(vocero_agent)
    for agent_id in list(elevenlabs.account.agents):
        del elevenlabs.account.agents[agent_id]
    tools = set(elevenlabs.account.tools)
    agent_id = made_by(vocero_agent)
    assert set(elevenlabs.account.tools) == tools
    assert elevenlabs.account.profile(agent_id).has_tool("press_keys")
