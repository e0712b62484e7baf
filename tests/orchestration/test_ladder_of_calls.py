"""An errand with several businesses: the next is proposed, or called where that was agreed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from data.call import CallEnding, CallReport, EndCause
from data.errand import CallPlan
from data.record_json import errand_from_json
from data.reply import AlreadyBooked
from data.store import StoreError
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from orchestration.concierge import Concierge
    from tests.orchestration.conftest import World

MAX = "whatsapp:+5491150000002"
ANA, TILOS = "+541140000101", "+541140000102"
GO_ON = CallPlan(order=(1, 2), go_on=True)


def numbers(world: World) -> list[str]:
    return [order.to_number for order in world.phone.orders]


async def to_a_ladder(world: World, concierge: Concierge, *, go_on: bool) -> str:
    """Ana is being called, Los Tilos may be next; the attempt's id."""
    if go_on:
        world.reader.plans["1"] = GO_ON
    await world.write(concierge, "necesito una peluquería mañana a las 5")
    await world.write(concierge, "1")
    await world.write(concierge, "sí")
    await world.read()
    assert numbers(world) == [ANA]
    return world.phone.orders[0].attempt_id


def test_the_next_is_proposed_and_called_after_a_yes(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=False)
            await concierge.call_finished(world.report(first, EndCause.NO_ANSWER))
            (told,) = await world.read()
            assert "next_step=next_place" in told and f"next_phone={TILOS}" in told
            assert numbers(world) == [ANA]
            await world.write(concierge, "sí")
            assert numbers(world) == [ANA, TILOS]
            one, other = [await world.store.attempt(each.attempt_id) for each in world.phone.orders]
            assert one is not None and other is not None and one.errand_id == other.errand_id

    run_virtual(story())


def test_the_next_is_called_at_once_when_it_was_agreed(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=True)
            await concierge.call_finished(world.report(first, EndCause.NO_ANSWER))
            (told,) = await world.read()
            assert "next_step=going_on" in told
            assert numbers(world) == [ANA, TILOS]
            second = world.phone.orders[1].attempt_id
            await world.tools.answer_tool(
                second, "report_result", {"status": "booked", "date": "mañana", "time": "17:00"}
            )
            await asyncio.sleep(1)
            world.noted(concierge, second, "=talking")
            await asyncio.sleep(10)
            assert [text.split()[0] for text in await world.read()] == ["CallAnswered"]
            await world.write(concierge, "preguntá si hay estacionamiento")
            assert world.phone.told[-1][0] == second

    run_virtual(story())


def test_an_errand_gets_one_booking_however_the_calls_end(
    world: World, agreed: tuple[str, ...]
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=True)
            booked = {"status": "booked", "date": "2026-11-26", "time": "17:00"}
            await world.tools.answer_tool(first, "report_result", booked)
            report = world.report(first, lines=agreed)
            await asyncio.gather(*(concierge.call_finished(report) for _ in range(3)))
            assert numbers(world) == [ANA]
            (told,) = await world.read()
            assert "next_step=none" in told
            for _ in range(3):
                await world.write(concierge, "sí")
            assert numbers(world) == [ANA]

    run_virtual(story())


def test_a_booked_errand_is_not_called_for_again(world: World, agreed: tuple[str, ...]) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=False)
            booked = {"status": "booked", "date": "2026-11-26", "time": "17:00"}
            await world.tools.answer_tool(first, "report_result", booked)
            await concierge.call_finished(world.report(first, lines=agreed))
            attempt = await world.store.attempt(first)
            assert attempt is not None
            errand = errand_from_json(attempt.errand_json)
            refused = await concierge.order(replace(errand, business=errand.others[0]))
            assert refused == AlreadyBooked("Peluquería Ana")
            assert numbers(world) == [ANA]

    run_virtual(story())


@pytest.mark.parametrize("doubt", ["unconfirmed", "callback_needed", "interrupted", "cancelled"])
def test_nobody_else_is_called_by_itself_while_something_may_be_agreed(
    world: World, doubt: str
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=True)
            cause = EndCause.AGENT_FINISHED
            if doubt == "interrupted":
                cause = EndCause.SHUTDOWN
            elif doubt == "cancelled":
                cause = EndCause.CANCELLED
            else:
                reported = {"status": doubt}
                await world.tools.answer_tool(first, "report_result", reported)
            await concierge.call_finished(
                world.report(first, cause, ("A: ¿Mañana a las 5?", "B: Puede ser."))
            )
            (told,) = await world.read()
            assert doubt in told and "going_on" not in told
            assert numbers(world) == [ANA]

    run_virtual(story())


def test_without_a_free_line_the_next_is_proposed_instead(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=True)
            world.phone.room = False
            await concierge.call_finished(world.report(first, EndCause.NO_ANSWER))
            (told,) = await world.read()
            assert "next_step=next_place" in told
            world.phone.room = True
            await world.write(concierge, "sí")
            assert numbers(world) == [ANA, TILOS]

    run_virtual(story())


def test_a_business_that_is_on_another_line_is_not_called_at_once(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=True)
            await world.write(concierge, "llamá al 11 4000-0102", customer=MAX)
            await world.write(concierge, "sí", customer=MAX)
            assert numbers(world) == [ANA, TILOS]
            await concierge.call_finished(world.report(first, EndCause.NO_ANSWER))
            (told,) = await world.read()
            assert "going_on" not in told and f"next_phone={TILOS}" not in told
            assert numbers(world) == [ANA, TILOS]

    run_virtual(story())


def test_the_end_and_the_next_attempt_are_one_commit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that fails at the worst moment leaves both or neither; telling again mends it."""

    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=True)

            async def fails(*_: object, **__: object) -> bool:
                raise StoreError("database is locked")

            with monkeypatch.context() as patch:
                patch.setattr(type(world.store), "end_attempt", fails)
                with pytest.raises(StoreError):
                    await concierge.call_finished(world.report(first, EndCause.NO_ANSWER))
            assert [each.attempt_id for each in await world.store.open_attempts()] == [first]
            assert numbers(world) == [ANA] and await world.read() == []
            await concierge.call_finished(world.report(first, EndCause.NO_ANSWER))
            assert numbers(world) == [ANA, TILOS]
            assert len(await world.read()) == 1

    run_virtual(story())


def test_killed_between_the_commit_and_the_next_call_it_is_told_and_not_dialled(
    world: World,
) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=True)
            world.phone.dies = True
            with pytest.raises(asyncio.CancelledError):
                await concierge.call_finished(world.report(first, EndCause.NO_ANSWER))
        world.phone.dies = False
        assert len(await world.store.open_attempts()) == 1
        await world.read()
        async with world.open() as concierge:
            await concierge.recover()
            (told,) = await world.read()
            assert "interrupted" in told and "Los Tilos" in told
        assert numbers(world) == [ANA]
        assert await world.store.open_attempts() == []

    run_virtual(story())


def test_a_next_call_that_cannot_be_placed_is_told(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            first = await to_a_ladder(world, concierge, go_on=True)
            world.phone.full = RuntimeError("a bug")
            await concierge.call_finished(world.report(first, EndCause.NO_ANSWER))
            assert [text.split()[0] for text in await world.read()] == ["ResultTold", "OverLimit"]
            assert await world.store.open_attempts() == []

    run_virtual(story())


def test_an_end_without_a_call_changes_no_other_conversation(world: World) -> None:
    """The result of a call that the customer's conversation is not about."""

    async def story() -> None:
        await world.leave_open("of long ago", "CA1")
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0102")
            await world.read()
            await concierge.call_finished(CallReport("of long ago", CallEnding(EndCause.NO_ANSWER)))
            (told,) = await world.read()
            assert told.startswith("ResultTold") and "next_step=none" in told
            await world.write(concierge, "sí")
            assert numbers(world) == [TILOS]

    run_virtual(story())
