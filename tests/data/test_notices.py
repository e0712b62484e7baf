"""What the carrier told about a call waits for its keeper, and goes with the call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from data.shared_store import LONGEST_NOTICE, SharedStore
from data.store import StoreError, Turn
from tests.data.behind import Behind

if TYPE_CHECKING:
    from tests.data.conftest import Samples

ANA = "whatsapp:+5491150000001"
Workers = tuple[SharedStore, SharedStore]


async def test_notices_are_kept_in_order_until_the_end(workers: Workers, samples: Samples) -> None:
    one, two = workers
    for name in ("attempt-a", "attempt-b"):
        await one.commit_turn(Turn(ANA, attempt=samples.attempt(name)))
    told = [
        await store.keep_notice("attempt-a", f'{{"status": "{word}"}}')
        for store, word in zip((one, two, one), ("ringing", "ansage ñ", "answered"), strict=True)
    ]
    other = await two.keep_notice("attempt-b", "{}")
    kept = [each for each in told if each is not None]
    assert await two.notices("attempt-a") == kept == await one.notices("attempt-a")
    assert [each.body[12:-2] for each in kept] == ["ringing", "ansage ñ", "answered"]
    numbers = [each.number for each in kept]
    assert numbers == sorted(set(numbers)) and numbers[0] > 0
    await two.end_attempt(samples.report(), samples.result(), Turn(ANA), 200.0)
    assert await one.notices("attempt-a") == []
    assert await one.notices("attempt-b") == [other]


async def test_nothing_is_kept_of_a_call_that_is_not_on(workers: Workers, samples: Samples) -> None:
    one, two = workers
    await one.commit_turn(Turn(ANA, attempt=samples.attempt()))
    await one.end_attempt(samples.report(), samples.result(), Turn(ANA), 200.0)
    for name in ("attempt-a", "unknown", ""):
        assert await two.keep_notice(name, "{}") is None
        assert await two.notices(name) == []


async def test_a_notice_that_is_too_long_is_refused(workers: Workers, samples: Samples) -> None:
    one, _ = workers
    await one.commit_turn(Turn(ANA, attempt=samples.attempt()))
    assert await one.keep_notice("attempt-a", "ñ" * LONGEST_NOTICE) is not None
    with pytest.raises(StoreError, match="4001 characters"):
        await one.keep_notice("attempt-a", "ñ" * (LONGEST_NOTICE + 1))


async def test_a_call_that_ends_meanwhile_leaves_no_notice(
    workers: Workers, samples: Samples
) -> None:
    one, two = workers
    for number in range(10):
        name = f"attempt-{number}"
        await one.commit_turn(Turn(ANA, attempt=samples.attempt(name)))
        await asyncio.gather(
            *(two.keep_notice(name, "{}") for _ in range(3)),
            one.end_attempt(samples.report(name), samples.result(), Turn(ANA), 200.0),
            *(two.keep_notice(name, "{}") for _ in range(3)),
        )
        assert await two.notices(name) == []


@pytest.mark.parametrize("how", ["erased", "forgotten"])
async def test_a_notice_that_was_left_goes_with_what_is_private(
    behind: Behind, samples: Samples, how: str
) -> None:
    store = behind.store()
    await store.open()
    for name in ("attempt-a", "attempt-b"):
        await store.commit_turn(Turn(ANA, attempt=samples.attempt(name)))
        await store.keep_notice(name, "zafirocanario")
    await store.end_attempt(samples.report(), samples.result(), Turn(ANA), 200.0)
    # As an older program would leave it, which knows of no notices.
    behind.sql("UPDATE call_notices SET attempt_id = 'attempt-a'")
    if how == "erased":
        assert await store.erase_call("attempt-a")
    else:
        await store.end_attempt(samples.report("attempt-b"), samples.result(), Turn(ANA), 200.0)
        assert behind.sql("SELECT count(*) FROM call_notices") == [("1",)]
        assert await store.forget_customer(ANA)
    assert behind.sql("SELECT count(*) FROM call_notices") == [("0",)]
    await store.close()
