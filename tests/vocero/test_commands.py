"""The `vocero` commands as somebody at a terminal meets them: output and exit codes."""

from __future__ import annotations

import io
import json
import logging
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import simulation.scenes
import vocero.demo
from data.call import EntryKind, Speaker, TimelineEntry
from simulation.scenes import BUSY, SCENES
from vocero.__main__ import commands
from vocero.storyteller import Storyteller

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
    assert ("Listen to it" in shown.output) == (name == "booked"), "there is nothing to hear"


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


@pytest.mark.parametrize(
    ("name", "in_order"),
    [
        ("asks_customer", ["vocero   ▸ ❓", "customer ▸ 2", "tool answered: ask_customer"]),
        (
            "customer_cancels",
            [
                "phase: talking",
                "Contestaron",
                "customer ▸ cancelar",
                "Estoy cort",
                "phase: closing",
            ],
        ),
    ],
)
def test_the_chat_is_told_in_the_order_of_what_came_of_it(name: str, in_order: list[str]) -> None:
    shown = vocero_("demo", "--fast", "--scene", name)
    assert shown.exit_code == 0, shown.output
    places = [shown.output.index(each) for each in in_order]
    assert places == sorted(places), shown.output


LONG_SAYING = "• Responde sí para llamar o no para dejarlo. Si quieres cambiar algo, escríbelo."
ADDRESS = "https://calendar.google.com/calendar/render?action=TEMPLATE&dates=20261126T170000"


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "pipe"])
def test_long_lines_break_between_words_in_a_terminal_and_never_in_a_pipe(terminal: bool) -> None:
    written = io.StringIO()
    console = Console(file=written, force_terminal=terminal, width=80, color_system=None)
    teller = Storyteller(console, lambda: 0.0)
    teller.vocero_wrote(f"{LONG_SAYING}\nAñadir: {ADDRESS}")
    teller.call_noted(
        "a1", TimelineEntry(1.0, EntryKind.SAID, "Sí, a las cinco. " * 6, Speaker.BUSINESS)
    )
    said = written.getvalue()
    assert any(line.endswith(ADDRESS) for line in said.splitlines())
    if not terminal:
        assert LONG_SAYING in said
        return
    lines = [line for line in said.splitlines() if ADDRESS not in line]
    assert all(len(line) <= 80 for line in lines)
    assert " ".join(said.split()).count(LONG_SAYING) == 1, "words are whole and in order"
    assert lines[1].startswith(" " * lines[0].index("Responde") + "cambiar")


def test_a_reader_who_leaves_ends_the_demo_without_a_fuss() -> None:
    command = [sys.executable, "-m", "vocero", "demo", "--fast"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever runs the tests in the background of a script has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as story:
        assert story.stdout is not None and story.stderr is not None
        # Before it says anything: a fast story could be told whole while a slow machine waits.
        story.stdout.close()
        complaints = story.stderr.read().decode()
        assert story.wait(30) == 130
    assert complaints == ""


def test_what_the_service_would_log_is_part_of_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    from vocero.service import Service

    entered = Service.__aenter__

    async def enter(service: Service) -> Service:
        logging.getLogger("vocero").warning("something to %s", "know")
        return await entered(service)

    monkeypatch.setattr(Service, "__aenter__", enter)
    before = list(logging.getLogger().handlers)
    shown = vocero_("demo", "--fast", "--scene", "busy")
    assert "! something to know" in shown.output
    assert logging.getLogger().handlers == before


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
        ("calls", "--limit", "0"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_two_and_one_readable_line(arguments: tuple[str, ...]) -> None:
    shown = vocero_(*arguments)
    assert shown.exit_code == 2, shown.output
    assert "Error" in shown.output or "cannot" in shown.output
    assert "Traceback" not in shown.output


def test_a_scene_that_is_nearly_right_is_named() -> None:
    assert "did you mean 'agent_lost'?" in vocero_("demo", "--scene", "agentlost").output


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
