"""What a worker is told of a message that another one had before."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from data.leases import Claim
from data.sendings import MOST_KNOWN, PastTries
from data.shared_store import SharedStore
from data.store import Store, Turn

if TYPE_CHECKING:
    from tests.data.conftest import Reopen, Samples

ANA = "whatsapp:+5491150000001"
BEA = "whatsapp:+5491150000002"


async def test_tries_that_were_written_down_and_sids_of_the_others(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = cast("tuple[SharedStore, Reopen]", stores)
    for customer, names in ((ANA, ("a1", "a2", "a3")), (BEA, ("b1",))):
        promised = tuple(samples.promise(name, customer) for name in names)
        await store.commit_turn(Turn(customer, outgoing=promised))
    assert await store.past_tries("a1") == PastTries(0, "", frozenset())
    assert await store.past_tries("unknown") == PastTries(0, "", frozenset())
    await store.message_sent("a1", samples.sid(1), note="as a letter")
    await store.message_sent("b1", samples.sid(2))
    # Taken and not written down, taken and put off.
    for now in (10.0, 20.0):
        ((_, lease),) = await store.take_messages(Claim("one", now, now + 5.0))
    await store.message_postponed("a2", 30.0, "no luck", under=lease)
    store = cast(SharedStore, await reopen())
    assert await store.past_tries("a2") == PastTries(1, "no luck", frozenset({samples.sid(1)}))
    assert lease.fence == 2


async def test_the_note_of_what_was_sent(stores: tuple[Store, Reopen], samples: Samples) -> None:
    store, reopen = cast("tuple[SharedStore, Reopen]", stores)
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("a1"), samples.promise("a2"))))
    assert await store.sent_note(samples.sid(1)) is None
    await store.message_sent("a1", samples.sid(1), note="as a letter")
    store = cast(SharedStore, await reopen())
    assert await store.sent_note(samples.sid(1)) == "as a letter"
    await store.delivery_reported(samples.sid(1), "sent", "")
    assert await store.sent_note(samples.sid(1)) == "as a letter"
    assert await store.sent_note("") is None
    await store.message_again("a1", 50.0, "63012")
    assert await store.sent_note(samples.sid(1)) is None


async def test_not_more_than_the_latest_are_told(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, _ = cast("tuple[SharedStore, Reopen]", stores)
    promised = tuple(samples.promise(f"a{number}") for number in range(MOST_KNOWN + 6))
    await store.commit_turn(Turn(ANA, outgoing=promised))
    for number in range(MOST_KNOWN + 5):
        await store.message_sent(f"a{number}", samples.sid(number))
    known = (await store.past_tries(f"a{MOST_KNOWN + 5}")).known
    assert known == {samples.sid(number) for number in range(5, MOST_KNOWN + 5)}
