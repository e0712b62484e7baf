"""Delivery callbacks come late, twice and out of order; the first bad news is news once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.store import Store, Turn

if TYPE_CHECKING:
    from tests.data.conftest import Reopen, Samples

ANA = "whatsapp:+5491150000001"


async def sent(store: Store, samples: Samples) -> None:
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("a"), samples.promise("b"))))
    await store.message_postponed("a", 20.0, "no luck")
    await store.message_sent("a", "SMa")


async def test_delivery_states_only_move_forward(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, _ = stores
    await sent(store, samples)
    for status in ("queued", "delivered", "sent", "nonsense", "undelivered", "read", "failed"):
        assert await store.delivery_reported("SMa", status, "30008") is None
    assert await store.delivery_reported("", "failed", "") is None
    assert await store.delivery_reported("SMunknown", "failed", "") is None
    assert [each.message_id for each in await store.due_messages(99.0)] == ["b"]


@pytest.mark.parametrize("status", ["undelivered", "failed"])
async def test_bad_news_is_told_once_with_the_message_and_its_tries(
    stores: tuple[Store, Reopen], samples: Samples, status: str
) -> None:
    store, reopen = stores
    await sent(store, samples)
    await store.delivery_reported("SMa", "sent", "")
    store = await reopen()
    told = await asyncio.gather(
        *(store.delivery_reported("SMa", status, "63016") for _ in range(10))
    )
    assert [each for each in told if each is not None] == [
        (replace(samples.promise("a"), due_at=20.0), 2)
    ]
    store = await reopen()
    assert await store.delivery_reported("SMa", "failed", "63016") is None


async def test_an_undelivered_message_waits_again_in_its_old_place(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await sent(store, samples)
    await store.delivery_reported("SMa", "failed", "30008")
    await store.message_again("a", 30.0, "30008")
    store = await reopen()
    assert await store.due_messages(29.0) == []
    assert await store.due_messages(30.0) == [replace(samples.promise("a"), due_at=30.0)]
    # It is not on its way any more: nothing is news, and it cannot wait twice.
    assert await store.delivery_reported("SMa", "failed", "30008") is None
    await store.message_again("a", 500.0, "30008")
    assert await store.next_due() == 30.0
    await store.message_sent("a", "SMa2")
    assert await store.delivery_reported("SMa", "undelivered", "") is None
    told = await store.delivery_reported("SMa2", "undelivered", "")
    assert told is not None and told[1] == 3
