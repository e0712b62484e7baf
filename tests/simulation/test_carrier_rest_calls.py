"""Calls over the carrier's REST API: what is refused, lost, queued and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from simulation.carrier_faults import Faults
from simulation.carrier_line import Business
from simulation.clock import run_virtual
from simulation.script import Pickup, PutDown

if TYPE_CHECKING:
    from tests.simulation.conftest import Application

BASE = "https://app.example.com"
WHO = "+5491150000001"


def test_a_second_call_waits_its_second_in_the_queue(application: Application) -> None:
    async def run() -> list[int]:
        async with application.carrier() as twilio:
            twilio.anybody = Business(pickup=Pickup.BUSY)
            for _ in range(3):
                await application.dial()
            await twilio.office.changed.until(lambda: twilio.calls[2].record.is_over, 60)
            return [call.record.queue_time_ms for call in twilio.calls]

    assert run_virtual(run()) == [0, 1000, 2000]


def test_progress_posts_are_swapped_doubled_and_lost_on_demand(application: Application) -> None:
    async def story(_: str) -> None:
        await application.hear_it_out()

    faults = Faults(
        swap_callbacks=True, duplicate_callbacks=True, lose_callbacks=frozenset({"completed"})
    )
    application.play(Business((PutDown(),)), story, faults=faults)
    assert [each["SequenceNumber"] for each in application.forms("/status")] == [
        *("1", "1", "0", "0"),
        *("2", "2"),
    ]


def test_a_lost_answer_leaves_a_call_that_was_placed(application: Application) -> None:
    async def run() -> int:
        async with application.carrier(faults=Faults(lost_call_responses=1)) as twilio:
            with pytest.raises(httpx.ReadTimeout):
                await application.dial()
            async with application.rest() as rest:
                listed = (await rest.get("/Calls.json", params={"To": WHO})).json()["calls"]
            return len(listed) if listed[0]["sid"] == twilio.calls[0].sid else 0

    assert run_virtual(run()) == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"To": ""}, 21201),
        ({"From": ""}, 21213),
        ({"To": "+54911abc"}, 21211),
        ({"From": "12"}, 21212),
        ({"Url": "ftp://x"}, 21205),
        ({"Url": ""}, 21205),
        ({"Url": "", "Twiml": "x" * 4001}, 32018),
        ({"Timeout": "601"}, 21208),
        ({"MachineDetection": "Yes"}, 21234),
        ({"StatusCallback": "https://a_b.example.com/"}, 21609),
        ({"To": "+5491150000009"}, 21215),
    ],
)
def test_an_impossible_call_is_refused_with_twilios_code(
    application: Application, wrong: dict[str, str], code: int
) -> None:
    async def run() -> dict[str, object]:
        faults = Faults(refused_numbers={"+5491150000009": 21215})
        async with application.carrier(faults=faults) as twilio:
            form = {"To": WHO, "From": "+15005550006", "Url": f"{BASE}/voice", **wrong}
            async with application.rest() as rest:
                response = await rest.post("/Calls.json", data=form)
            assert not twilio.calls
            body: dict[str, object] = response.json()
            assert body["status"] == response.status_code
            return body

    body = run_virtual(run())
    assert body["code"] == code
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"


def test_wrong_credentials_get_a_401_and_nothing_else(application: Application) -> None:
    async def run() -> None:
        async with application.carrier() as twilio, application.rest() as rest:
            rest.headers["Authorization"] = "Basic eDp5"
            response = await rest.post("/Calls.json", data={"To": WHO})
            assert (response.status_code, response.json()["code"]) == (401, 20003)
            assert not twilio.calls

    run_virtual(run())


def test_injected_refusals_dial_nothing(application: Application) -> None:
    async def run() -> list[int]:
        faults = Faults(refuse_calls=[20429, 20503], bad_gateways=1)
        async with application.carrier(faults=faults) as twilio, application.rest() as rest:
            form = {"To": WHO, "From": "+15005550006", "Url": f"{BASE}/voice"}
            codes = [(await rest.post("/Calls.json", data=form)).status_code for _ in range(3)]
            assert not twilio.calls
            return codes

    assert run_virtual(run()) == [502, 429, 503]


def test_a_call_in_the_queue_is_cancelled_before_it_is_dialled(application: Application) -> None:
    async def run() -> list[str]:
        async with application.carrier() as twilio:
            await application.dial()
            sid = await application.dial()
            async with application.rest() as rest:
                await rest.post(f"/Calls/{sid}.json", data={"Status": "canceled"})
            await twilio.office.changed.until(lambda: twilio.calls[1].record.is_over, 60)
            return twilio.calls[1].record.history

    assert run_virtual(run()) == ["queued", "canceled"]


def test_a_list_of_calls_comes_in_pages_newest_first(application: Application) -> None:
    async def run() -> None:
        async with application.carrier() as twilio, application.rest() as rest:
            sids = [await application.dial() for _ in range(3)]
            first = (await rest.get("/Calls.json", params={"PageSize": "2"})).json()
            assert [each["sid"] for each in first["calls"]] == [sids[2], sids[1]]
            second = (await rest.get(f"https://api.twilio.com{first['next_page_uri']}")).json()
            assert [each["sid"] for each in second["calls"]] == [sids[0]]
            assert second["next_page_uri"] is None
            assert len(twilio.calls) == 3

    run_virtual(run())
