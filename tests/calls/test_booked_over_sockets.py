"""The same over real sockets on 127.0.0.1, in real time, and what was recorded replayed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bridge.recording import RecordedCall
from bridge.replay import replay
from simulation.scenes import INTERRUPTED
from simulation.script import (
    EndCall,
    Hear,
    ListenFor,
    ListenOut,
    Say,
    Scene,
    Speak,
    UseTool,
    Wait,
)
from vocero.rehearsal import over_sockets

REPLAYS = 100
SLOT = {"date": "{tomorrow}", "time": "18:00"}
BOOKED = replace(
    INTERRUPTED,
    name="booked in short",
    ring_ms=50,
    business=(Wait(100), Speak("barber_greets"), ListenOut(), Speak("barber_books"), ListenOut()),
    agent=(
        Hear("barber_greets"),
        Say("agent_names_the_day"),
        Hear("barber_books"),
        UseTool("validate_slot", SLOT),
        UseTool("report_result", {"status": "booked", **SLOT}),
        Say("agent_says_yes"),
        EndCall(),
    ),
)
CUT_SHORT = replace(
    BOOKED,
    name="interrupted in short",
    business=(
        Wait(100),
        Speak("barber_greets"),
        ListenFor(800),
        Speak("barber_books"),
        ListenOut(),
    ),
    agent=(BOOKED.agent[0], Say("agent_explains_at_length", late_frames=2), *BOOKED.agent[2:]),
)


@pytest.mark.sockets
async def test_calls_over_sockets(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as both:
        calls = (
            both.create_task(_call(BOOKED, tmp_path / "booked")),
            both.create_task(_call(CUT_SHORT, tmp_path / "interrupted")),
        )
    # Afterwards: it takes the processor for a while, which live calls would notice.
    for call in calls:
        recorded = RecordedCall.load(call.result())
        reports = [replay(recorded) for _ in range(REPLAYS)]
        assert reports[0].passed, "\n".join(reports[0].lines())
        assert all(report == reports[0] for report in reports)


async def _call(scene: Scene, var_dir: Path) -> Path:
    """Plays the scene; where it was recorded."""
    async with over_sockets(scene, var_dir, settings={"RECORD_CALLS": "true"}) as rehearsal:
        played = await rehearsal.play()
        chat = [message.body for message in rehearsal.world.twilio.chat]
        (call,) = rehearsal.world.twilio.calls
        (conversation,) = rehearsal.world.elevenlabs.conversations
        async with httpx.AsyncClient(trust_env=False) as http:
            page = (await http.get(f"{rehearsal.url}/metrics")).text
            ready = await http.get(f"{rehearsal.url}/ready")

    assert played.ended_well, (played.result, played.complaints)
    record, measured = played.record, played.measured
    assert record is not None and measured is not None
    (told,) = record.outgoing
    assert chat.count(told.body) == 1

    assert measured.up.count > 100 and measured.first_frame.count > 0
    assert 0 <= measured.up.p50_ms <= measured.up.p99_ms <= measured.up.worst_ms
    assert measured.clear.count == len(conversation.interruptions) == (scene is CUT_SHORT)
    assert measured.same_format
    lost = (measured.up_lost, measured.up_foreign, measured.down_lost, measured.down_foreign)
    assert lost == (0, 0, 0, 0)
    assert conversation.heard and conversation.heard in bytes(call.line.said)
    if scene is BOOKED:
        spoken = b"".join(piece.sound for piece in conversation.spoken)
        assert b"".join(sound for _, sound in call.line.arrivals) == spoken
    assert ready.status_code == 200
    assert "vocero_live_calls 0" in page

    return var_dir / "recordings" / record.attempt.attempt_id
