"""The carrier's callbacks late, twice and in any order: one result per call, and one call."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from simulation.carrier_line import Business
from simulation.clock import run_virtual
from simulation.script import AwaitReply, Pickup, PutDown, Scene, Wait, Write
from vocero.rehearsal import Rehearsal, in_virtual_time

ROUNDS = 200
NUMBER = "+541140001801"
WISH = "Llamá al +54 11 4000-1801 y sacame turno para un corte mañana a las 5 de la tarde"
QUIET = Scene("quiet", "Nobody speaks.", (), (), (), ends_as="")
LINES = {
    "busy": Business(pickup=Pickup.BUSY),
    "no_answer": Business(pickup=Pickup.NO_ANSWER),
    "failed": Business(pickup=Pickup.FAILS),
    "hung up": Business((Wait(300), PutDown()), ring_ms=300),
}
OUTCOMES = {"busy": {"busy"}, "no_answer": {"no_answer"}, "failed": {"failed"}}
ALL = frozenset(
    {"initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled"}
)


async def one_round(stage: Rehearsal, what: str, dice: random.Random) -> None:
    """One call whose every callback comes after its end, shuffled, some of them again."""
    twilio, store = stage.world.twilio, stage.service.store
    twilio.businesses[NUMBER] = LINES[what]
    calls_before = len(twilio.calls)
    customer = stage.world.customer
    await customer.play((Write(WISH), AwaitReply("¿Llamo a"), Write("sí")))
    read_to = len(twilio.chat)
    await twilio.office.changed.until(
        lambda: len(twilio.calls) > calls_before and twilio.calls[-1].record.is_over, 120
    )
    record = twilio.calls[-1].record
    numbered = [(status, at) for at, status in enumerate(record.history[1:])]
    posts = numbered + dice.choices(numbered, k=4)
    dice.shuffle(posts)
    for status, sequence in posts:
        form = record.progress_form(status, sequence)
        delivery = await twilio.office.post(record.request.status_callback, form, record.sid)
        assert delivery.status == 204
        await asyncio.sleep(dice.choice((0.0, 0.0, 0.3, 3.0)))
    async with asyncio.timeout(60):
        # The store has no bell.
        while await store.open_attempts() or await store.next_due() is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    late = record.progress_form(*dice.choice(numbered))
    assert (await twilio.office.post(record.request.status_callback, late, "")).status == 204

    (call,) = await store.calls(1)
    assert call.attempt.call_sid == record.sid and call.result is not None
    assert call.result.status in OUTCOMES.get(what, {"failed", "unconfirmed"}), what
    progress = ("📞", "Contestaron")
    told = [m.body for m in twilio.chat[read_to:] if not m.body.startswith(progress)]
    assert len(told) == 1, told
    assert len(twilio.calls) == calls_before + 1


def test_two_hundred_calls(tmp_path: Path) -> None:
    dice = random.Random(7)

    async def play() -> int:
        async with in_virtual_time(QUIET, tmp_path) as stage:
            stage.world.twilio.faults.lose_callbacks = ALL
            for number in range(ROUNDS):
                await one_round(stage, list(LINES)[number % len(LINES)], dice)
            return len(await stage.service.store.calls(1000))

    assert run_virtual(play()) == ROUNDS
