"""The `vocero` commands as somebody at a terminal meets them: output and exit codes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner, Result

import simulation.scenes
import vocero.demo
from simulation.scenes import BUSY, SCENES
from vocero.__main__ import commands

RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env, no database of somebody else."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "VAR_DIR", "OPENAI_API_KEY", "BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def vocero_(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(commands, list(arguments), input=stdin)


# --- demo -------------------------------------------------------------------------------------
def test_the_scenes_are_listed() -> None:
    shown = vocero_("demo", "--list")
    assert shown.exit_code == 0
    for name, scene in SCENES.items():
        assert name in shown.output
        assert scene.story in shown.output


@pytest.mark.parametrize("name", ["booked", "busy"])
def test_a_fast_demo_tells_the_story_and_succeeds(name: str) -> None:
    shown = vocero_("demo", "--fast", "--scene", name)
    assert shown.exit_code == 0, shown.output
    assert f"ended as it should: {SCENES[name].ends_as}" in shown.output
    assert "customer ▸" in shown.output and "vocero   ▸" in shown.output


def test_the_recorded_call_of_a_demo_can_be_replayed() -> None:
    shown = vocero_("demo", "--fast", "--scene", "voicemail")
    assert shown.exit_code == 0
    (folder,) = [Path(line.split()[-1]) for line in shown.output.splitlines() if "Replay" in line]
    assert vocero_("replay", str(folder)).exit_code == 0


@pytest.mark.parametrize("ends_as", ["booked", "no_answer"])
def test_a_scene_that_ends_otherwise_than_it_says_fails(
    ends_as: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = MappingProxyType({"busy": replace(BUSY, ends_as=ends_as)})
    monkeypatch.setattr(simulation.scenes, "SCENES", wrong)
    monkeypatch.setattr(vocero.demo, "SCENES", wrong)
    shown = vocero_("demo", "--fast", "--scene", "busy")
    assert shown.exit_code == 1
    assert f"should have ended as {ends_as}, got: busy" in shown.output


def test_a_neighbour_that_complains_makes_the_demo_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    from simulation.agent_link import Link

    real = Link.speak

    async def speak(link: Link, sound: bytes, void_id: int | None = None) -> None:
        link.violated("something that the client should not have done")
        await real(link, sound, void_id)

    monkeypatch.setattr(Link, "speak", speak)
    shown = vocero_("demo", "--fast", "--scene", "no_availability")
    assert shown.exit_code == 1
    assert "should not have done" in shown.output


# --- bad usage --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "arguments",
    [
        ("demo", "--scene", "unheard_of"),
        ("demo", "--fast", "--keep"),
        ("demo", "--fast", "--interactive"),
        ("demo", "--unknown"),
        ("unheard-of",),
        ("call", "+541140001701"),
        ("show",),
        ("replay",),
        ("replay", ".", "--chaos", "unheard-of"),
        ("understand",),
        ("understand", "hola", "--jsonl"),
        ("understand", "hola", "--now", "yesterday"),
        ("understand", "hola", "--status", "dancing"),
        ("calls", "--limit", "many"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_two_and_one_readable_line(arguments: tuple[str, ...]) -> None:
    shown = vocero_(*arguments)
    assert shown.exit_code == 2, shown.output
    assert "Error" in shown.output or "cannot" in shown.output
    assert "Traceback" not in shown.output


@pytest.mark.parametrize("command", ["serve", "call"])
def test_missing_settings_are_two_with_a_line_each(command: str) -> None:
    more = ("+541140001701", "--ask", "un corte") if command == "call" else ()
    shown = vocero_(command, *more)
    assert shown.exit_code == 2
    assert "TWILIO_ACCOUNT_SID" in shown.output and "ELEVENLABS_API_KEY" in shown.output
    assert "Traceback" not in shown.output


@pytest.mark.parametrize("name", ["", *commands.commands])
def test_every_command_explains_itself(name: str) -> None:
    shown = vocero_(*filter(None, (name, "--help")))
    assert shown.exit_code == 0
    assert "Usage:" in shown.output


# --- history ----------------------------------------------------------------------------------
def test_without_calls_there_is_nothing_to_show() -> None:
    assert "No calls yet" in vocero_("calls").output
    assert json.loads(vocero_("calls", "--json").output) == []
    missing = vocero_("show", "abc")
    assert missing.exit_code == 1
    assert "there is no call 'abc'" in missing.output


def test_a_database_that_cannot_be_used_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a database, but long enough to look at" * 100)
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'file'}")
    shown = vocero_("calls")
    assert shown.exit_code == 1
    assert "DATABASE_URL" in shown.output and "Traceback" not in shown.output


# --- replay -----------------------------------------------------------------------------------
def test_recordings_are_replayed_and_what_differs_is_told(tmp_path: Path) -> None:
    good = vocero_("replay", str(RECORDINGS / "busy"), str(RECORDINGS / "cut_short"))
    assert good.exit_code == 0
    assert good.output.count(": ok,") == 2
    shutil.copytree(RECORDINGS / "cut_short", tmp_path / "changed")
    events = tmp_path / "changed" / "events.jsonl"
    events.write_text(events.read_text().replace('"human"', '"machine_start"'))
    bad = vocero_("replay", str(tmp_path / "changed"))
    assert bad.exit_code == 1
    assert "FAILED" in bad.output and "expected" in bad.output


def test_chaos_and_missing_recordings() -> None:
    shown = vocero_("replay", str(RECORDINGS / "cut_short"), "--chaos", "lose-agent", "--seed", "7")
    assert shown.exit_code == 0
    assert "under lose-agent (seed 7)" in shown.output
    missing = vocero_("replay", "nowhere", str(RECORDINGS / "busy"))
    assert missing.exit_code == 1
    assert "is missing" in missing.output and "busy as recorded: ok" in missing.output


# --- understand -------------------------------------------------------------------------------
def test_a_message_is_understood_for_people_and_for_programs() -> None:
    words = ("understand", "llamá al +54 11 4000-1701 mañana a las 5", "--rules")
    shown = vocero_(*words)
    assert shown.exit_code == 0
    assert "call_number" in shown.output and "+541140001701" in shown.output
    parsed = json.loads(vocero_(*words, "--json").output)
    assert parsed["intent"] == "call_number"
    assert parsed["phone_number"] == "+541140001701"


def test_lines_of_json_are_answered_line_by_line() -> None:
    lines = [
        {"text": "sí", "status": "awaiting_confirmation"},
        {"text": "la 2", "status": "awaiting_selection", "options": 3},
        {"text": "hola"},
    ]
    shown = vocero_("understand", "--jsonl", "--rules", stdin="\n".join(map(json.dumps, lines)))
    assert shown.exit_code == 0
    answers = [json.loads(line) for line in shown.output.splitlines()]
    assert [answer["intent"] for answer in answers] == ["confirm", "confirm", "help"]
    assert answers[1]["selected_option"] == 2
    bad = vocero_("understand", "--jsonl", "--rules", stdin='{"text": 5}\n')
    assert bad.exit_code == 2
