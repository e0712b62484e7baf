"""How much is left to do: what is done counts no more, and what is parked is no promise due."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

from data.store import Store, Turn

if TYPE_CHECKING:
    from tests.data.conftest import Reopen, Samples

ANA = "whatsapp:+5491150000001"


async def test_what_is_left_is_counted(stores: tuple[Store, Reopen], samples: Samples) -> None:
    store, reopen = stores
    assert astuple(await store.jobs_waiting()) == (0, 0, 0, 0, None)
    for number in (1, 2, 3):
        await store.take_message(samples.message(number))
    promises = tuple(samples.promise(f"p{due}", due_at=float(due)) for due in (5, 6, 7, 8))
    await store.commit_turn(
        Turn(
            ANA,
            handled=(samples.sid(1),),
            outgoing=promises,
            plan=samples.plan("plan", 900.0),
        )
    )
    await store.message_sent("p5", samples.sid(50))
    await store.message_given_up("p6", "refused")
    await store.message_parked("p8", "outside the window")
    store = await reopen()
    left = await store.jobs_waiting()
    # The customer wrote after the parked one was due, so it waits again, behind the other.
    assert (left.messages_in, left.planned_calls) == (2, 1)
    assert (left.messages_out, left.messages_parked) == (2, 0)
    assert left.oldest_due_at == 7.0


async def test_what_is_parked_is_counted_apart(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("p", due_at=5.0),)))
    await store.message_parked("p", "outside the window")
    store = await reopen()
    left = await store.jobs_waiting()
    assert (left.messages_out, left.messages_parked, left.oldest_due_at) == (0, 1, None)
