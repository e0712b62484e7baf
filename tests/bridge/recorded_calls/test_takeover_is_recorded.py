"""A call that an operator took over, recorded and played again; and recordings from before that."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.chaos import CHAOS
from bridge.events import (
    Event,
    OperatorAudio,
    OperatorEnds,
    OperatorGone,
    OperatorHandsBack,
    OperatorKeys,
    OperatorTookOver,
)
from bridge.recording import CALL, EVENTS, LINE_FILES, SOUND, Happened, RecordedCall
from bridge.replay import replay

NUMBER = "+5491155512301"
SPOKEN = bytes(range(1, 161))
TAKEOVER: tuple[tuple[float, Event], ...] = (
    (4.7, OperatorTookOver(f"Ana {NUMBER}")),
    *((4.8 + 0.02 * number, OperatorAudio(SPOKEN)) for number in range(40)),
    (5.1, OperatorGone()),
    (5.2, OperatorTookOver(f"Ana {NUMBER}")),
    (5.5, OperatorKeys("1")),
    (5.9, OperatorHandsBack(f"que llamen al {NUMBER}")),
    (8.9, OperatorEnds(at_once=True)),
)


@pytest.mark.parametrize("agent_format", ["ulaw_8000", "pcm_16000"])
async def test_it_replays_to_the_byte(
    drive: Callable[..., Any], tmp_path: Path, agent_format: str
) -> None:
    folder = await drive(agent_format=agent_format, also=TAKEOVER).save(tmp_path)
    recorded = RecordedCall.load(folder)
    happened = [entry.event for entry in recorded.entries if isinstance(entry, Happened)]
    assert happened.count(OperatorAudio(SPOKEN)) == 40
    reports = [replay(recorded) for _ in range(5)]
    assert reports[0].passed, "\n".join(reports[0].lines())
    assert all(report == reports[0] for report in reports)


async def test_it_stands_every_chaos(drive: Callable[..., Any], tmp_path: Path) -> None:
    recorded = RecordedCall.load(await drive(also=TAKEOVER).save(tmp_path))
    for chaos in CHAOS:
        for seed in range(5):
            report = replay(recorded, chaos, seed)
            assert report.passed, "\n".join(report.lines())


async def test_names_and_summaries_are_masked_and_the_voice_is_not(
    drive: Callable[..., Any], tmp_path: Path
) -> None:
    folder = await drive(also=TAKEOVER).save(tmp_path)
    for name in LINE_FILES:
        assert NUMBER[1:] not in (folder / name).read_text("utf-8")
    assert "Ana +" in (folder / EVENTS).read_text("utf-8")
    # The operator is on the business's ear, so on the right of the recording.
    assert (folder / SOUND).stat().st_size > 44


def as_of_old(folder: Path) -> None:
    """The recording as a Vocero without operators would have written it."""
    call = json.loads((folder / CALL).read_text("utf-8"))
    call["format"] = 1
    del call["timings"]["operator_gone_s"], call["timings"]["operator_cancel_s"]
    lines: list[tuple[int, str, str]] = []
    for name in LINE_FILES:
        kept = (folder / name).read_text("utf-8").split("\n")
        lines += [
            (json.loads(text)["n"], name, text)
            for text in kept
            if text and "answer_ms=" not in text
        ]
    lines.sort()
    call["entries"] = len(lines)
    texts: dict[str, list[str]] = {name: [] for name in LINE_FILES}
    for number, (n, name, text) in enumerate(lines, start=1):
        texts[name].append(re.sub(rf'"n": {n}\b', f'"n": {number}', text, count=1))
    for name, its in texts.items():
        (folder / name).write_text("".join(f"{text}\n" for text in its), encoding="utf-8")
    (folder / CALL).write_text(json.dumps(call), encoding="utf-8")


async def test_a_recording_from_before_the_operators_still_replays(folder: Path) -> None:
    before = replay(RecordedCall.load(folder))
    assert "answer_ms=" in (folder / EVENTS).read_text("utf-8")
    as_of_old(folder)
    recorded = RecordedCall.load(folder)
    assert recorded.format == 1
    assert recorded.timings.operator_gone_s == 5.0
    report = replay(recorded)
    assert report.passed, "\n".join(report.lines())
    assert report.to_business == before.to_business


@pytest.mark.parametrize("wrong", [0, 3, True, "2", None])
async def test_formats_that_nobody_can_read(folder: Path, wrong: object) -> None:
    from bridge.recording import RecordingError

    call = json.loads((folder / CALL).read_text("utf-8"))
    call["format"] = wrong
    (folder / CALL).write_text(json.dumps(call), encoding="utf-8")
    with pytest.raises(RecordingError, match="formats 1 and 2"):
        RecordedCall.load(folder)
