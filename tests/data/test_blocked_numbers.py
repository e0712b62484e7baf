"""A business that asked not to be called again is remembered, with its own words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from data.store import BlockedNumber, Store, Turn

if TYPE_CHECKING:
    from tests.data.behind import Behind
    from tests.data.conftest import Reopen

ANA = "whatsapp:+5491150000001"


async def test_blocked_numbers_stay_blocked(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    assert await store.blocked_numbers() == frozenset()
    for number in ("+541140000101", "+541140000102", "+541140000101"):
        blocked = BlockedNumber(number, "attempt-a", "no llamen más", 50.0)
        await store.commit_turn(Turn(ANA, "state", blocked=blocked))
    store = await reopen()
    assert await store.blocked_numbers() == {"+541140000101", "+541140000102"}


async def test_blocking_again_does_not_undo_the_turn(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    turns = [
        Turn(f"whatsapp:{n}", f"state {n}", blocked=BlockedNumber("+54114", f"a{n}", "no", n))
        for n in range(8)
    ]
    await asyncio.gather(*(store.commit_turn(turn) for turn in turns))
    store = await reopen()
    assert await store.blocked_numbers() == {"+54114"}
    assert await store.conversation("whatsapp:7") == "state 7"


async def test_the_first_words_stay(behind: Behind) -> None:
    store = behind.store()
    await store.open()
    for words, at in (("no me llamen", 1.5), ("otra cosa", 2.5)):
        await store.commit_turn(Turn(ANA, blocked=BlockedNumber("+54114", "a", words, at)))
    await store.close()
    kept = behind.sql("SELECT words, asked_at FROM blocked_numbers")
    assert kept == [("no me llamen", "1.5")]
