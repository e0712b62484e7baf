"""What a whole errand leaves in the log: which call each line is about, and nothing private."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.switchboard import Switchboard
from data.call import CallReport, TimelineEntry
from simulation.clock import run_virtual
from simulation.scenes import AGENT_LOST, BOOKED, BOOKED_ENGLISH, INTERRUPTED
from simulation.script import Scene
from simulation.world import ACCOUNT_SID, AUTH_TOKEN, CUSTOMERS, ELEVENLABS_KEY
from vocero.command_line import start_logging
from vocero.logs import set_up_logging
from vocero.rehearsal import Rehearsal, Rehearsed, in_virtual_time
from vocero.settings import load_settings

CANARIES = {
    "OPERATOR_PASSWORD": "canary-operators-41c7",
    "SECRET_KEY": "canary-signing-8e02",
    "TOOLS_SECRET": "canary-tools-77ab",
    "GOOGLE_PLACES_API_KEY": "canary-places-90d1",
}
OF_CALLS = re.compile(
    r"bridge\.|orchestration\.(settling|judging|dialling|agent_tools|kept_lines)|vocero\.recordings"
)
"""Loggers that speak of calls and of nothing else."""
FEWEST_WORDS = 3
"""A sentence of fewer could stand in any log."""


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged. No secret is handed in: what is not written need not be blotted out."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    out = io.StringIO()
    set_up_logging(stream=out, human=False)
    yield out
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines_of(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


class Tokens:
    """Looks on, and sees what opens a call's media stream."""

    def __init__(self) -> None:
        self.board: Switchboard | None = None
        self.seen: set[str] = set()

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        assert self.board is not None
        self.seen |= {line.token for line in self.board._lines.values() if line.token}

    def call_over(self, report: CallReport) -> None:
        pass


def rehearse(scene: Scene, var_dir: Path, break_it: Callable[[Rehearsal], None]) -> list[str]:
    """Plays the scene; everything in it that is nobody else's business."""

    async def play() -> list[str]:
        settings = {**CANARIES, "RECORD_CALLS": "true"}
        tokens = Tokens()
        async with in_virtual_time(scene, var_dir, tokens, settings=settings) as rehearsal:
            tokens.board = rehearsal.service.switchboard
            break_it(rehearsal)
            private = private_parts(rehearsal, await rehearsal.play())
        assert tokens.seen
        return [*private, *tokens.seen]

    return run_virtual(play())


def private_parts(rehearsal: Rehearsal, played: Rehearsed) -> list[str]:
    world, record = rehearsal.world, played.record
    assert record is not None and record.report is not None
    number, name = CUSTOMERS[rehearsal.world.scene.language]
    said = [entry.text for entry in record.report.timeline]
    written = [message.body for message in world.twilio.chat]
    wished = [getattr(step, "text", "") for step in world.scene.customer]
    sentences = [text for text in (*said, *written, *wished) if len(text.split()) >= FEWEST_WORDS]
    assert len(sentences) > 5
    return [
        *(number[-8:], record.attempt.to_number[-8:], name),
        *(AUTH_TOKEN, ELEVENLABS_KEY, *CANARIES.values()),
        *sentences,
    ]


def nothing(rehearsal: Rehearsal) -> None:
    """All goes well."""


def much(rehearsal: Rehearsal) -> None:
    """Messages are refused, callbacks come twice, and an order is answered late."""
    faults = rehearsal.world.twilio.faults
    faults.refuse_messages = [20500, 63018]
    faults.duplicate_callbacks = faults.swap_callbacks = True
    faults.refuse_calls = [20429]


@pytest.mark.parametrize("break_it", [nothing, much])
@pytest.mark.parametrize(
    "scene", [BOOKED, BOOKED_ENGLISH, INTERRUPTED, AGENT_LOST], ids=lambda scene: str(scene.name)
)
def test_a_whole_errand_leaves_nothing_private(
    scene: Scene, break_it: Callable[[Rehearsal], None], tmp_path: Path, log: io.StringIO
) -> None:
    private = rehearse(scene, tmp_path, break_it)
    written = log.getvalue()
    assert written, "an errand is told of in the log"
    texts = " ".join(str(part) for line in lines_of(log) for part in line.values())
    for canary in private:
        assert canary not in texts
        assert json.dumps(canary)[1:-1] not in written
    assert ACCOUNT_SID + ":" not in written


def test_every_line_about_a_call_names_it_as_operators_see_it(
    tmp_path: Path, log: io.StringIO
) -> None:
    async def play() -> str:
        settings = {"RECORD_CALLS": "true"}
        async with in_virtual_time(BOOKED, tmp_path, settings=settings) as rehearsal:
            played = await rehearsal.play()
            assert played.record is not None
            return played.record.attempt.attempt_id

    attempt_id = run_virtual(play())
    about = [line for line in lines_of(log) if OF_CALLS.match(line["logger"])]
    spoke = {line["logger"] for line in about}
    assert {"orchestration.dialling", "orchestration.settling", "vocero.recordings"} <= spoke
    assert {line.get("call") for line in about} == {attempt_id[:12]}


def test_what_a_stranger_posts_names_no_call(tmp_path: Path, log: io.StringIO) -> None:
    """The id in the address is whatever they like until the signature is right."""

    async def post() -> None:
        async with in_virtual_time(BOOKED, tmp_path) as rehearsal:
            client = rehearsal.service.app.test_client()
            for which in ("outbound", "status", "amd"):
                response = await client.post(f"/webhook/voice/{which}/5491155512301", form={})
                assert response.status_code == 403

    run_virtual(post())
    assert not any("5491155512301" in str(line.get("call")) for line in lines_of(log))


@pytest.mark.parametrize(("setting", "is_json"), [("", False), ("text", False), ("JSON", True)])
def test_the_setting_chooses_the_form(
    setting: str, is_json: bool, log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(load_settings({"LOG_FORMAT": setting}))
    logging.getLogger("vocero.test").warning("one line")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("{") == is_json
    assert not is_json or json.loads(line)["message"] == "one line"
