"""What many calls do in one moment is done a few at a time, in their order, and all of it."""

from __future__ import annotations

import asyncio
from functools import partial

from bridge.turns import IN_ONE_ROUND, Turns

LOOP_COMES_ROUND = 0


async def test_a_few_in_each_round_and_in_the_order_of_asking() -> None:
    turns, done = Turns(), list[int]()
    many = 3 * IN_ONE_ROUND + 1
    for number in range(many):
        turns.take(partial(done.append, number))
    seen = [len(done)]
    while len(done) < many:
        await asyncio.sleep(LOOP_COMES_ROUND)
        seen.append(len(done))
    assert max(later - before for before, later in zip([0, *seen], seen, strict=False)) == (
        IN_ONE_ROUND
    )
    assert done == list(range(many))


async def test_whoever_comes_alone_does_not_wait() -> None:
    turns, done = Turns(), list[int]()
    for number in range(5):
        turns.take(partial(done.append, number))
        assert done[-1] == number
        for _ in range(3):
            await asyncio.sleep(LOOP_COMES_ROUND)


async def test_who_asks_in_the_middle_of_a_turn_is_not_forgotten() -> None:
    turns, done = Turns(), list[str]()

    def first() -> None:
        done.append("first")
        turns.take(partial(done.append, "asked by first"))

    for _ in range(IN_ONE_ROUND - 1):
        turns.take(partial(done.append, "earlier"))
    turns.take(first)
    turns.take(partial(done.append, "waiting"))
    for _ in range(3):
        await asyncio.sleep(LOOP_COMES_ROUND)
    assert done[IN_ONE_ROUND - 1 :] == ["first", "asked by first", "waiting"]
