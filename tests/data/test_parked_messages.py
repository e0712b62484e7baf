"""What cannot be sent outside WhatsApp's window waits for the customer, and comes first then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from data.store import OutgoingMessage, Store, Turn

if TYPE_CHECKING:
    from tests.data.conftest import Reopen, Samples

ANA = "whatsapp:+5491150000001"
BEA = "whatsapp:+5491150000002"


async def heads(store: Store, now: float = 1e9) -> list[str]:
    return [each.message_id for each in await store.due_messages(now)]


async def test_a_parked_message_waits_for_its_own_customer(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(
        Turn(ANA, outgoing=(samples.promise("result"), samples.promise("bea", BEA)))
    )
    await store.message_parked("result", "63016")
    await store.message_sent("bea", "SMbea")
    store = await reopen()
    assert await store.next_due() is None
    assert await heads(store) == []
    await store.take_message(samples.message(1, BEA))
    assert await heads(store) == []
    await store.take_message(samples.message(2, ANA, at=2_000.0))
    store = await reopen()
    assert await store.next_due() == 2_000.0
    assert await store.due_messages(2_000.0) == [samples.promise("result", due_at=2_000.0)]


async def test_it_blocks_nothing_while_parked_and_comes_first_afterwards(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(
        Turn(ANA, outgoing=tuple(samples.promise(name) for name in ("one", "two", "three")))
    )
    await store.message_parked("one", "63016")
    assert await heads(store) == ["two"]
    await store.message_parked("two", "63016")
    assert await heads(store) == ["three"]
    await store.take_message(samples.message(1, at=2_000.0))
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("answer", due_at=1.0),)))
    store = await reopen()
    sent = []
    while due := await heads(store):
        sent += due
        await store.message_sent(due[0], f"SM{due[0]}")
    assert sent == ["one", "two", "three", "answer"]


async def test_a_repeated_message_brings_nothing_back(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    """The carrier repeats what it is not sure of: the customer has not written again."""
    store, reopen = stores
    await store.take_message(samples.message(1, at=5.0))
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("result", due_at=10.0),)))
    await store.message_parked("result", "63016")
    assert await store.take_message(samples.message(1, at=50.0)) is False
    store = await reopen()
    assert await heads(store) == []


async def test_a_message_that_counted_as_sent_can_be_parked(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("result"),)))
    await store.message_sent("result", "SM1")
    assert await store.delivery_reported("SM1", "undelivered", "63016") is not None
    await store.message_parked("result", "63016")
    await store.take_message(samples.message(1))
    store = await reopen()
    assert await heads(store) == ["result"]
    # What the carrier still says of the first sending is not about the second.
    await store.message_sent("result", "SM2")
    assert await store.delivery_reported("SM1", "failed", "") is None
    told = await store.delivery_reported("SM2", "failed", "")
    assert told is not None and told[1] == 2


async def test_a_customer_who_has_written_meanwhile_is_not_waited_for(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    """The refusal was on its way when they wrote: nobody knows when they would write again."""
    store, reopen = stores
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("result", due_at=10.0),)))
    await store.message_sent("result", "SM1")
    await store.take_message(samples.message(1, at=12.0))
    await store.message_parked("result", "63016")
    store = await reopen()
    assert [each.due_at for each in await store.due_messages(1e9)] == [12.0]
    # Once for each message of theirs, so that it does not go round in circles.
    await store.message_parked("result", "63016")
    assert await heads(store) == []


async def test_what_was_given_up_is_not_parked(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("result"),)))
    await store.message_given_up("result", "never")
    await store.message_parked("result", "63016")
    await store.message_again("result", 1.0, "30008")
    await store.message_parked("nobody", "63016")
    await store.take_message(samples.message(1))
    store = await reopen()
    assert await heads(store) == []


async def test_sounds_and_stale_notes_keep_their_fields(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    sound = OutgoingMessage("clip", ANA, "", 10.0, media_url="https://v.example/clip/t")
    note = OutgoingMessage("note", BEA, "Llamando", 10.0, stale_at=40.0)
    await store.commit_turn(Turn(ANA, attempt=samples.attempt()))
    await store.end_attempt(
        samples.report(), samples.result(), Turn(ANA, outgoing=(sound, note)), 9.0
    )
    store = await reopen()
    # Whether a note is stale is for the outbox to say.
    assert await store.due_messages(1e9) == [sound, note]
    record = await store.call("attempt-a")
    assert record is not None and record.outgoing == (sound, note)
    await store.message_postponed("note", 60.0, "later")
    assert await store.due_messages(1e9) == [sound, replace(note, due_at=60.0)]
