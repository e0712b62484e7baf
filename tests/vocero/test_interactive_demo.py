"""`vocero demo --interactive` as a new customer meets it, with the lines coming from a file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from simulation.scenes import BOOKED_ENGLISH, BUSY
from simulation.script import Scene, Write
from vocero.__main__ import commands
from vocero.interactive import print_welcome

pytestmark = pytest.mark.sockets


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def converse(*lines: str, scene: str = "busy") -> Result:
    typed = "".join(f"{line}\n" for line in lines)
    return CliRunner().invoke(commands, ["demo", "--interactive", "--scene", scene], input=typed)


def test_a_call_that_was_asked_for_is_told_with_its_table() -> None:
    wish, yes = (step.text for step in BUSY.customer if isinstance(step, Write))
    shown = converse("", wish, "mejor a las 6 de la tarde", yes)
    assert shown.exit_code == 0, shown.output
    told = shown.output
    assert told.index("You are the customer") < told.index(wish)
    # Every line waits for the answer to the one before: it may be about it.
    said = [line.split("▸", 1)[1].strip() for line in told.splitlines() if "customer ▸" in line]
    assert said == [wish, "mejor a las 6 de la tarde", yes]
    assert "18:00" in told
    assert told.count("the call's outcome: busy") == 1
    assert told.index("the call's outcome") < told.index("Measured from outside")
    assert "Replay it:" in told and "no call was made" not in told


@pytest.mark.parametrize("scene", [BUSY, BOOKED_ENGLISH], ids=lambda scene: scene.name)
def test_the_welcome_says_what_will_happen_in_whole_sentences(scene: Scene) -> None:
    shown = io.StringIO()
    print_welcome(Console(file=shown, width=1000), scene)
    lines = [line for line in shown.getvalue().splitlines() if line and line[0] != " "]
    assert all(line.endswith((".", ":")) for line in lines), lines
    assert "follow the words of the first example" in shown.getvalue()
    assert "Ctrl-C leaves" in lines[-1]


def test_who_only_looks_around_is_told_that_nobody_was_called() -> None:
    shown = converse("ayuda", "/quit", "hola", scene="booked")
    assert shown.exit_code == 1
    assert shown.output.count("customer ▸") == 1
    assert "no call was made" in shown.output and "outcome" not in shown.output
    assert "Traceback" not in shown.output
