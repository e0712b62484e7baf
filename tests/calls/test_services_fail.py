"""OpenAI, Places or WhatsApp are down: the errand goes on, and its result is told exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from data.memory_store import MemoryStore
from data.store import StoreError
from simulation.scenes import BOOKED, BUSY
from simulation.scenes_of_errands import SEARCH_AND_PICK
from simulation.script import AwaitReply, Write
from simulation.services_openai import Mode
from simulation.services_places import PlacesMode
from simulation.serving import in_memory
from simulation.world import OPENAI_KEY, World
from vocero.outside import Outside
from vocero.rehearsal import Rehearsal

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.calls.conftest import Outcome, Stage


def _went_well(outcome: Outcome, status: str = "booked") -> None:
    assert outcome.result.status == status
    assert outcome.told_once(), outcome.texts
    assert outcome.posts["POST order"] == len(outcome.calls) == 1


@pytest.mark.parametrize("mode", list(Mode))
def test_the_model_may_do_what_it_wants(mode: Mode, stage: Stage) -> None:
    models: list[httpx.AsyncClient] = []

    def rewire(world: World, outside: Outside) -> Outside:
        world.openai.mode = mode
        models.append(httpx.AsyncClient(transport=in_memory(world.openai.app)))
        return replace(outside, openai_http=models[0])

    outcome = stage.run(BOOKED, rewire=rewire, settings={"OPENAI_API_KEY": OPENAI_KEY})
    _went_well(outcome)


def test_without_places_the_search_says_so_and_nothing_is_dialled(stage: Stage) -> None:
    def before(rehearsal: Rehearsal) -> None:
        rehearsal.world.places.mode = PlacesMode.BROKEN

    searches = (Write("Necesito una peluquería en Palermo"), AwaitReply(), Write("1"), AwaitReply())
    # Afterwards a call to a number is asked for and made as if nothing had been.
    outcome = stage.run(replace(BUSY, customer=(*searches, *BUSY.customer)), before=before)
    assert len(outcome.texts) == len(searches) // 2 + 2, outcome.texts
    _went_well(outcome, "busy")


def test_places_that_come_back_are_used(stage: Stage) -> None:
    _, outcome = stage.rehearse(SEARCH_AND_PICK)
    _went_well(outcome)


@pytest.mark.parametrize(
    ("faults", "failures"),
    [
        ({"refuse_messages": [20429, 63018, 20500]}, 3),
        ({"lost_message_responses": 1}, 1),
    ],
    ids=["refused", "answer lost"],
)
def test_messages_that_fail_for_a_while_arrive_once(
    faults: dict[str, object], failures: int, stage: Stage
) -> None:
    async def break_it(rehearsal: Rehearsal) -> None:
        # From the call on, so that it is the result that has to be told again.
        await rehearsal.world.twilio.call_reaches("busy")
        for name, value in faults.items():
            setattr(rehearsal.world.twilio.faults, name, value)

    outcome = stage.run(BUSY, break_it)
    _went_well(outcome, "busy")
    assert outcome.posts["POST Messages"] == len(outcome.texts) + (
        failures if "refuse_messages" in faults else 0
    )


@pytest.mark.parametrize("code", [63016, 63003])
def test_a_message_that_can_never_be_delivered_is_not_sent_again(code: int, stage: Stage) -> None:
    async def break_it(rehearsal: Rehearsal) -> None:
        await rehearsal.world.twilio.call_reaches("busy")
        rehearsal.world.twilio.faults.fail_messages = [code]

    outcome = stage.run(BUSY, break_it)
    _went_well(outcome, "busy")
    assert code in outcome.alerts


class SulkingStore(MemoryStore):
    """Refuses to write down results for the first few times."""

    refusals = 0

    async def end_attempt(self, *given: object, **named: object) -> bool:
        if SulkingStore.refusals > 0:
            SulkingStore.refusals -= 1
            raise StoreError("the disk is full")
        ending: Callable[..., Awaitable[bool]] = super().end_attempt
        return await ending(*given, **named)

    async def bind_call(self, attempt_id: str, call_sid: str) -> None:
        raise StoreError("the disk is full")


def test_a_store_that_refuses_the_result_is_asked_again(stage: Stage) -> None:
    SulkingStore.refusals = 3
    outcome = stage.run(BOOKED, rewire=lambda _, outside: replace(outside, store=SulkingStore()))
    _went_well(outcome)
    assert SulkingStore.refusals == 0
