"""Every body of the store obeys the same rules, and a file remembers them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.call import CallResult, OutcomeStatus
from data.store import Store, StoreError, Turn

if TYPE_CHECKING:
    from tests.data.conftest import Reopen, Samples

ANA = "whatsapp:+5491150000001"
BEA = "whatsapp:+5491150000002"


async def test_same_sid_in_parallel_is_taken_once(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    taken = await asyncio.gather(*(store.take_message(samples.message(7)) for _ in range(20)))
    assert sorted(taken) == [False] * 19 + [True]
    store = await reopen()
    assert await store.take_message(replace(samples.message(7), body="otra cosa")) is False
    assert await store.waiting_messages() == [samples.message(7)]


async def test_messages_wait_in_order_until_a_turn_handles_them(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    for number in (3, 1, 2):
        await store.take_message(samples.message(number))
    await store.take_message(samples.message(9, customer=BEA, at=1.0))
    await store.commit_turn(Turn(ANA, handled=(samples.sid(1), "SM-unknown")))
    store = await reopen()
    assert [each.message_sid for each in await store.waiting_messages(ANA)] == [
        samples.sid(2),
        samples.sid(3),
    ]
    assert [each.customer for each in await store.waiting_messages()] == [BEA, ANA, ANA]


async def test_a_turn_is_all_or_nothing(stores: tuple[Store, Reopen], samples: Samples) -> None:
    store, reopen = stores
    await store.take_message(samples.message(1))
    await store.commit_turn(Turn(ANA, "before", attempt=samples.attempt()))
    with pytest.raises(StoreError):
        await store.commit_turn(
            Turn(
                ANA,
                "after",
                handled=(samples.sid(1),),
                outgoing=(samples.promise("x"),),
                attempt=samples.attempt(),
            )
        )
    store = await reopen()
    assert await store.conversation(ANA) == "before"
    assert await store.conversation(BEA) is None
    assert len(await store.waiting_messages()) == 1
    assert await store.next_due() is None


async def test_state_is_replaced_or_left(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, "one"))
    await store.commit_turn(Turn(ANA, "two"))
    await store.commit_turn(Turn(ANA))
    store = await reopen()
    assert await store.conversation(ANA) == "two"


async def test_the_first_call_sid_stays(stores: tuple[Store, Reopen], samples: Samples) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, attempt=samples.attempt()))
    await store.bind_call("attempt-a", "CA1")
    await store.bind_call("attempt-a", "CA2")
    await store.bind_call("nobody", "CA3")
    store = await reopen()
    bound = await store.attempt("attempt-a")
    assert bound == replace(samples.attempt(), call_sid="CA1", state="dialed")
    assert await store.attempt("nobody") is None
    assert await store.open_attempts() == [bound]


async def test_attempts_are_counted_by_who_and_since_when(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    for index, (customer, number, at) in enumerate(
        [(ANA, "+1", 10.0), (ANA, "+2", 20.0), (BEA, "+2", 30.0)]
    ):
        await store.commit_turn(
            Turn(
                customer,
                attempt=samples.attempt(
                    f"a{index}", customer=customer, to_number=number, created_at=at
                ),
            )
        )
    store = await reopen()
    assert await store.count_attempts(0.0) == 3
    assert await store.count_attempts(20.0) == 2
    assert await store.count_attempts(0.0, customer=ANA) == 2
    assert await store.count_attempts(0.0, to_number="+2") == 2
    assert await store.count_attempts(15.0, customer=ANA, to_number="+2") == 1


async def test_an_attempt_ends_once_and_its_result_is_told_once(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(Turn(ANA, "calling", attempt=samples.attempt()))

    async def end(number: int) -> bool:
        return await store.end_attempt(
            samples.report(call_sid="CA1"),
            samples.result(),
            Turn(ANA, f"ended {number}", outgoing=(samples.promise(f"result-{number}"),)),
            200.0,
        )

    ended = await asyncio.gather(*(end(number) for number in range(5)))
    assert sorted(ended) == [False] * 4 + [True]
    winner = ended.index(True)
    store = await reopen()
    assert await store.conversation(ANA) == f"ended {winner}"
    assert await store.open_attempts() == []
    record = await store.call("attempt-a")
    assert record is not None
    assert record.attempt == replace(samples.attempt(), call_sid="CA1", state="ended")
    assert record.report == samples.report(call_sid="CA1")
    assert record.result == samples.result()
    assert record.ended_at == 200.0
    assert record.outgoing == (samples.promise(f"result-{winner}"),)
    assert [each.message_id for each in await store.due_messages(99.0)] == [f"result-{winner}"]


async def test_an_unknown_attempt_cannot_end(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, _ = stores
    result = CallResult(status=OutcomeStatus.FAILED)
    assert not await store.end_attempt(samples.report("nobody"), result, Turn(ANA, "x"), 1.0)
    assert await store.conversation(ANA) is None


async def test_promises_go_out_in_order_per_customer(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    await store.commit_turn(
        Turn(
            ANA,
            outgoing=(
                samples.promise("a1", due_at=5.0),
                samples.promise("a2", due_at=1.0),
                samples.promise("b1", BEA, due_at=3.0),
            ),
        )
    )
    await store.commit_turn(Turn(ANA, outgoing=(samples.promise("a1", due_at=0.0),)))
    store = await reopen()
    assert await store.next_due() == 3.0
    assert [each.message_id for each in await store.due_messages(9.0)] == ["b1", "a1"]
    assert [each.message_id for each in await store.due_messages(9.0, limit=1)] == ["b1"]
    await store.message_postponed("a1", 50.0, "no luck")
    assert [each.message_id for each in await store.due_messages(9.0)] == ["b1"]
    await store.message_sent("b1", "SMb1")
    store = await reopen()
    assert await store.next_due() == 50.0
    await store.message_given_up("a1", "never")
    assert [each.message_id for each in await store.due_messages(9.0)] == ["a2"]
    await store.message_sent("a1", "SMlate")
    await store.message_sent("a2", "SMa2")
    assert await store.next_due() is None


async def test_calls_are_found_by_id_prefix_or_sid(
    stores: tuple[Store, Reopen], samples: Samples
) -> None:
    store, reopen = stores
    for name in ("abc_1", "abc_2", "ABx", "a%c"):
        await store.commit_turn(Turn(ANA, attempt=samples.attempt(name)))
    await store.bind_call("abc_2", "CA2")
    store = await reopen()

    async def find(key: str) -> str | None:
        record = await store.call(key)
        return record.attempt.attempt_id if record else None

    assert await find("abc_1") == "abc_1"
    assert await find("AB") == "ABx"
    assert await find("CA2") == "abc_2"
    assert await find("a%") == "a%c"
    assert await find("abc") is None
    assert await find("") is None
    assert await find("zzz") is None
    assert [each.attempt.attempt_id for each in await store.calls(2)] == ["a%c", "ABx"]
