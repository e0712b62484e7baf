"""With RECORD_CALLS on the business is told, and a recording knows whether it was."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import pytest

from bridge.recorder import CallRecorder
from bridge.timings import CallTimings
from data.call import (
    CallEnding,
    CallReport,
    EndCause,
    EntryKind,
    Speaker,
    TimelineEntry,
)
from data.memory_store import MemoryStore
from orchestration.courtesy import announced_at
from simulation.clock import run_virtual
from simulation.scenes import BOOKED
from vocero.recordings import RECORDINGS, Recordings
from vocero.rehearsal import in_virtual_time

NOTICE = "Hola, soy un asistente de inteligencia artificial y esta llamada se graba."
NONE = "Hola, soy un asistente de inteligencia artificial."


def recordings(var_dir: Path, *, only_announced: bool) -> tuple[Recordings, list[str]]:
    written: list[str] = []
    made = Recordings(
        var_dir=var_dir,
        agent_id="agent_1",
        timings=CallTimings(),
        store=MemoryStore(),
        now=lambda: 1_000.0,
        clips=None,
        only_announced=only_announced,
        promised=lambda: None,
        written=written.append,
    )
    return made, written


def report(*entries: TimelineEntry) -> CallReport:
    return CallReport("call", CallEnding(EndCause.AGENT_FINISHED), timeline=entries)


def agent(at_s: float, text: str, kind: EntryKind = EntryKind.SAID) -> TimelineEntry:
    return TimelineEntry(at_s, kind, text, Speaker.AGENT)


@pytest.mark.parametrize(
    ("entries", "announced"),
    [
        ((agent(3.5, NOTICE),), 3.5),
        ((agent(3.5, NONE), agent(9.0, "Le aviso que esta llamada se graba.")), 9.0),
        ((agent(3.5, NONE),), None),
        # Cut short by the business before it had said so.
        ((agent(3.5, NOTICE), agent(4.0, "Hola, soy un asist", EntryKind.CORRECTED)), None),
        ((), None),
    ],
)
@pytest.mark.parametrize("only_announced", [False, True])
async def test_a_recording_says_whether_it_was_announced(
    entries: tuple[TimelineEntry, ...],
    announced: float | None,
    only_announced: bool,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    keeper, written = recordings(tmp_path, only_announced=only_announced)
    await keeper.save(CallRecorder("call", CallTimings()), report(*entries))
    about = tmp_path / RECORDINGS / "call" / "call.json"
    kept = announced is not None or not only_announced
    assert written == (["call"] if kept else [])
    assert keeper.unwritten == set()
    if kept:
        assert json.loads(about.read_text("utf-8"))["announced_at"] == announced
    else:
        assert os.listdir(tmp_path) == []
        assert "nothing is kept of a recording" in caplog.text


@pytest.mark.parametrize("recorded", [True, False])
def test_the_agents_first_words_say_so_exactly_when_it_is_so(
    recorded: bool, tmp_path: Path
) -> None:
    settings = {"RECORD_CALLS": "true"} if recorded else {}

    async def story() -> None:
        async with in_virtual_time(BOOKED, tmp_path, settings=settings) as rehearsal:
            assert (await rehearsal.play()).ended_well
            (conversation,) = rehearsal.world.elevenlabs.conversations
            opening = str(conversation.variables["opening"])
            told = announced_at([agent(1.0, opening)])
            assert (told is not None) is recorded
            assert "inteligencia artificial" in opening

    run_virtual(story())


def test_nothing_is_kept_of_an_agent_that_says_nothing_where_that_is_wanted(
    tmp_path: Path,
) -> None:
    """The agent of the scenes does not read its variables, as one whose prompt was changed."""
    settings = {"RECORD_CALLS": "true", "RECORD_ONLY_ANNOUNCED": "true"}

    async def story() -> None:
        async with in_virtual_time(BOOKED, tmp_path, settings=settings) as rehearsal:
            assert (await rehearsal.play()).ended_well
            # No clip is cut from what is not kept.
            assert [
                each.media_urls for each in rehearsal.world.twilio.chat if each.media_urls
            ] == []

    run_virtual(story())
    assert not (tmp_path / RECORDINGS).exists()
