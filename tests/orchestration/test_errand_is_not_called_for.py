"""What keeps a call from being placed, and what happens when the store has trouble."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from data.call import CallReport, EndCause
from data.errand import Errand, Preferences
from data.place import PlaceInfo
from data.reply import Limit, NumberRefused, OverLimit, Refusal
from data.store import BlockedNumber, StoreError, Turn
from orchestration.needs import Settings
from orchestration.policy import Policy
from orchestration.ports import PhoneFull
from simulation.clock import run_virtual

if TYPE_CHECKING:
    from tests.orchestration.conftest import World

LU = "whatsapp:+5491150000001"
MAX = "whatsapp:+5491150000002"
ANA = "+541140000101"


def names(texts: list[str]) -> list[str]:
    return [text.split()[0] for text in texts]


def errand_for(place: PlaceInfo) -> Errand:
    """As the command line orders it."""
    return Errand(f"errand {place.phone}", LU, "Lu", "es", place, "corte", "", Preferences())


@pytest.mark.parametrize("limit", [each for each in Limit if each is not Limit.HOURS])
def test_what_is_over_a_limit_is_told_and_not_dialled(world: World, limit: Limit) -> None:
    async def story() -> None:
        day = Policy(frozenset({"AR"}))
        match limit:
            case Limit.CUSTOMER_DAY:
                world.policy = replace(day, calls_per_customer_per_day=0)
            case Limit.BUSINESS_DAY:
                world.policy = replace(day, calls_per_business_per_day=0)
            case Limit.BUSINESS_BUSY:
                await world.leave_open("of somebody else", customer=MAX)
            case Limit.CALLS:
                world.phone.room = False
            case Limit.DRAINING:
                world.phone.draining = True
            case Limit.SPEND:
                world.policy = replace(day, spend_per_day=0.9, price_per_minute=0.2)
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.read()
            await world.write(concierge, "sí")
            (told,) = await world.read()
            assert told.startswith(f"OverLimit es limit={limit} ")
            assert world.phone.orders == []
            assert await world.store.count_attempts(0.0, customer=LU) == 0
            await world.write(concierge, "sí")
            assert names(await world.read()) == ["ConfirmationAsked"]

    run_virtual(story())


def test_a_number_that_was_blocked_after_the_question_is_not_dialled(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.read()
        world.policy = replace(world.policy, blocked_numbers=frozenset({ANA}))
        async with world.open() as concierge:
            await world.write(concierge, "sí")
            (told,) = await world.read()
            assert told.startswith("NumberRefused") and "blocked" in told
            assert world.phone.orders == []

    run_virtual(story())


def test_the_hours_are_looked_at_once_more_before_dialling(world: World) -> None:
    async def story() -> None:
        world.policy = replace(world.policy, calling_hours=("13:00", "20:00"))
        async with world.open() as concierge:
            refused = await concierge.order(errand_for(PlaceInfo(id="1", name="Ana", phone=ANA)))
            assert refused == OverLimit(Limit.HOURS, "Ana", "13:00")
            assert world.phone.orders == []

    run_virtual(story())


@pytest.mark.parametrize("written", ["+541140000101", "+5491140000101"])
def test_who_asked_not_to_be_called_is_not_called_in_any_writing(
    world: World, written: str
) -> None:
    async def story() -> None:
        blocked = BlockedNumber(written, "an old call", "No llamen más.", 0.0)
        await world.store.commit_turn(Turn(MAX, blocked=blocked))
        async with world.open() as concierge:
            refused = await concierge.order(errand_for(PlaceInfo(id="1", name="Ana", phone=ANA)))
            assert refused == NumberRefused(ANA, Refusal.BLOCKED)
            await world.write(concierge, "llamá al 11 4000-0101")
            (told,) = await world.read()
            assert told.startswith("NumberRefused") and "blocked" in told
            assert world.phone.orders == []

    run_virtual(story())


def test_the_day_s_money_counts_what_was_talked_and_what_is_open(world: World) -> None:
    """A dollar: five minutes at 20 cents, and a call takes two at most."""

    async def story() -> None:
        world.policy = replace(world.policy, spend_per_day=1.0, price_per_minute=0.2)
        world.settings = Settings(longest_call_s=120.0)
        places = [PlaceInfo(id="1", name="", phone=f"+54114000010{n}") for n in range(1, 6)]
        async with world.open() as concierge:
            first = await concierge.order(errand_for(places[0]))
            second = await concierge.order(errand_for(places[1]))
            assert isinstance(first, str) and isinstance(second, str)
            refused = await concierge.order(errand_for(places[2]))
            assert refused == OverLimit(Limit.SPEND, places[2].phone or "")
            # 61 s are two begun minutes: two talked, two open, and one left is not enough.
            report = replace(world.report(first, EndCause.BUSINESS_HUNG_UP), talked_s=61.0)
            await concierge.call_finished(report)
            assert isinstance(await concierge.order(errand_for(places[2])), OverLimit)
            # Nobody was there in the second: three minutes are left.
            await concierge.call_finished(world.report(second, EndCause.NO_ANSWER))
            assert isinstance(await concierge.order(errand_for(places[2])), str)
            assert isinstance(await concierge.order(errand_for(places[3])), OverLimit)
            await asyncio.sleep(24 * 3600 + 1)
            await concierge.call_finished(
                world.report(world.phone.orders[-1].attempt_id, EndCause.NO_ANSWER)
            )
            assert isinstance(await concierge.order(errand_for(places[3])), str)

    run_virtual(story())


@pytest.mark.parametrize("fault", [PhoneFull("all lines are in use"), RuntimeError("a bug")])
def test_a_phone_that_takes_no_order_leaves_no_open_attempt(world: World, fault: Exception) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.read()
            world.phone.full = fault
            await world.write(concierge, "sí")
            (told,) = await world.read()
            assert told.startswith("OverLimit es limit=calls")
            assert await world.store.open_attempts() == []
            world.phone.full = None
            await asyncio.sleep(30)
            assert await world.read() == []

    run_virtual(story())


def test_an_attempt_without_a_call_is_ended_as_soon_as_the_store_works(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        end_attempt = world.store.end_attempt
        failures = 3

        async def end(report: CallReport, *rest: Any) -> bool:
            nonlocal failures
            if failures:
                failures -= 1
                raise StoreError("database is locked")
            return await end_attempt(report, *rest)

        monkeypatch.setattr(type(world.store), "end_attempt", lambda _, *args: end(*args))
        world.phone.full = PhoneFull("all lines are in use")
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.read()
            await world.write(concierge, "sí")
            assert await world.read() == []
            await asyncio.sleep(30)
            assert names(await world.read()) == ["OverLimit"]
            assert await world.store.open_attempts() == []

    run_virtual(story())


def test_two_customers_and_one_business_get_one_line(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            for customer in (LU, MAX):
                await world.write(concierge, "llamá al 11 4000-0101", customer=customer)
                await world.read(customer)
            await asyncio.gather(
                world.write(concierge, "sí", customer=LU),
                world.write(concierge, "sí", customer=MAX),
            )
            assert len(world.phone.orders) == 1
            told = [*await world.read(LU), *await world.read(MAX)]
            assert [text.split()[2] for text in told] == ["limit=business_busy"]

    run_virtual(story())


def test_the_attempt_is_durable_before_the_phone_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        world.phone.full = RuntimeError("the process dies here")
        ordered: list[str] = []
        end_attempt = world.store.end_attempt

        async def end(report: CallReport, *rest: Any) -> bool:
            ordered.extend(each.attempt_id for each in await world.store.open_attempts())
            return await end_attempt(report, *rest)

        monkeypatch.setattr(type(world.store), "end_attempt", lambda _, *args: end(*args))
        async with world.open() as concierge:
            await world.write(concierge, "llamá al 11 4000-0101")
            await world.write(concierge, "sí")
        assert len(ordered) == 1

    run_virtual(story())


def test_a_store_in_trouble_delays_but_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        commit = world.store.commit_turn
        failures = 3

        async def sometimes(turn: Turn) -> None:
            nonlocal failures
            if failures:
                failures -= 1
                raise StoreError("database is locked")
            await commit(turn)

        monkeypatch.setattr(type(world.store), "commit_turn", lambda _, turn: sometimes(turn))
        async with world.open() as concierge:
            await world.write(concierge, "hola")
            assert await world.read() == []
            await asyncio.sleep(20)
            assert names(await world.read()) == ["HelpGiven"]
            attempt_id = await world.to_a_call(concierge)
            failures = 1
            await asyncio.sleep(5)
            await concierge.call_finished(world.report(attempt_id, EndCause.BUSY))
            assert names(await world.read()) == ["ResultTold"]

    run_virtual(story())
