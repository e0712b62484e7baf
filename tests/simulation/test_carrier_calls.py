"""A call at the carrier: its states, its posts and every way to end it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from simulation.carrier_faults import Faults
from simulation.carrier_line import Business
from simulation.channel import ChannelClosed
from simulation.clock import run_virtual
from simulation.script import Pickup, PutDown, Speak, Wait

if TYPE_CHECKING:
    from tests.simulation.conftest import Application

BASE = "https://app.example.com"
WHO = "+5491150000001"


def test_an_answered_call_tells_each_step_in_order(application: Application) -> None:
    async def story(_: str) -> None:
        await application.hear_it_out()

    application.play(Business((Wait(2000), PutDown())), story)
    posts = application.forms("/status")
    assert [each["CallStatus"] for each in posts] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [each["SequenceNumber"] for each in posts] == ["0", "1", "2", "3"]
    assert {each["CallbackSource"] for each in posts} == {"call-progress-events"}
    assert posts[-1]["CallDuration"] == "2"
    assert posts[-1]["Duration"] == "1"
    assert posts[-1]["SipResponseCode"] == "200"
    [fetch] = application.forms("/voice")
    assert fetch["CallStatus"] == "in-progress"
    assert fetch["To"] == fetch["Called"] == WHO
    assert application.twilio.calls[0].ended_by == "business"


@pytest.mark.parametrize(
    ("pickup", "status", "sip", "states"),
    [
        (Pickup.BUSY, "busy", "486", ["initiated", "busy"]),
        (Pickup.FAILS, "failed", "404", ["initiated", "failed"]),
        (Pickup.NO_ANSWER, "no-answer", "487", ["initiated", "ringing", "no-answer"]),
    ],
)
def test_a_call_that_nobody_answers_says_why(
    application: Application, pickup: Pickup, status: str, sip: str, states: list[str]
) -> None:
    application.play(Business(pickup=pickup))
    assert application.states() == states
    last = application.forms("/status")[-1]
    assert (last["SipResponseCode"], last["CallDuration"]) == (sip, "0")
    assert application.twilio.calls[0].status == status
    assert not application.forms("/voice")


def test_ringing_lasts_as_long_as_the_timeout_says(application: Application) -> None:
    application.play(Business(pickup=Pickup.NO_ANSWER), Timeout="7")
    _, ringing, ended = (each.at for each in application.posted)
    assert ended - ringing == pytest.approx(7 + 5)


def test_without_a_list_of_events_only_the_end_is_told(application: Application) -> None:
    application.play(Business(pickup=Pickup.BUSY), StatusCallbackEvent=[])
    assert application.states() == ["busy"]


def test_rest_ends_a_call_and_the_stream_says_stop(application: Application) -> None:
    events: list[object] = []

    async def story(sid: str) -> None:
        media = await application.media()
        async with application.rest() as rest:
            answer = await rest.post(f"/Calls/{sid}.json", data={"Status": "completed"})
        assert answer.status_code == 200
        with pytest.raises(ChannelClosed) as closed:
            await media.everything()
        assert closed.value.code == 1000
        events.extend(each["event"] for each in media.got)

    application.play(Business(), story)
    assert events[-1] == "stop"
    assert application.states()[-1] == "completed"
    assert not application.twilio.calls[0].line.announcements


def test_a_ringing_call_is_cancelled_and_a_finished_one_cannot_be(
    application: Application,
) -> None:
    answers: list[tuple[int, int]] = []

    async def story(sid: str) -> None:
        await application.twilio.call_reaches("ringing")
        async with application.rest() as rest:
            for path in (f"/Calls/{sid}.json",) * 2 + ("/Calls/CA0.json",):
                done = await rest.post(path, data={"Status": "canceled"})
                answers.append((done.status_code, done.json().get("code", 0)))

    application.play(Business(ring_ms=20_000), story)
    assert answers == [(200, 0), (400, 21220), (404, 20404)]
    assert application.states() == ["initiated", "ringing", "canceled"]
    assert application.forms("/status")[-1]["SipResponseCode"] == "487"


@pytest.mark.parametrize(
    ("pickup", "asked", "verdict"),
    [
        (Pickup.ANSWERS, "DetectMessageEnd", "human"),
        (Pickup.MACHINE, "DetectMessageEnd", "machine_end_beep"),
        (Pickup.MACHINE, "Enable", "machine_start"),
    ],
)
def test_the_asynchronous_verdict_has_exactly_four_fields(
    application: Application, pickup: Pickup, asked: str, verdict: str
) -> None:
    greeting = {"greeting": b"\x10" * 8 * 4000}

    async def story(_: str) -> None:
        await application.hear_it_out()

    business = Business((Wait(6000), PutDown()), greeting, pickup, voicemail_greeting="greeting")
    application.play(
        business,
        story,
        MachineDetection=asked,
        AsyncAmd="true",
        AsyncAmdStatusCallback=f"{BASE}/amd",
    )
    [post] = application.forms("/amd")
    call = application.twilio.calls[0]
    assert set(post) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    assert post["AnsweredBy"] == call.record.answered_by == verdict
    spent = 4500 if verdict == "machine_end_beep" else 2800
    assert post["MachineDetectionDuration"] == str(spent)
    if pickup is Pickup.MACHINE:
        assert call.line.said[: 8 * 4000] == greeting["greeting"]


def test_a_synchronous_verdict_holds_back_the_twiml(application: Application) -> None:
    async def story(_: str) -> None:
        await application.hear_it_out()

    application.play(Business((PutDown(),)), story, MachineDetection="Enable")
    [fetch] = application.forms("/voice")
    assert fetch["AnsweredBy"] == "human"
    answered = next(
        each.at for each in application.posted if each.form["CallStatus"] == "in-progress"
    )
    fetched = next(each.at for each in application.posted if each.path == "/voice")
    assert fetched - answered == pytest.approx(2.8)


def test_a_time_limit_ends_the_call(application: Application) -> None:
    async def story(_: str) -> None:
        await application.hear_it_out()

    application.play(Business(), story, TimeLimit="30")
    assert application.forms("/status")[-1]["CallDuration"] == "30"
    assert application.twilio.calls[0].ended_by == "limit"


def test_a_clip_that_is_missing_is_found_before_the_call() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        Business((Speak("nowhere"),))


def test_an_answered_call_may_never_open_its_stream(application: Application) -> None:
    async def story(sid: str) -> None:
        await application.twilio.call_reaches("in-progress")
        await asyncio.sleep(15)
        assert application.twilio.calls[0].status == "in-progress"
        async with application.rest() as rest:
            await rest.post(f"/Calls/{sid}.json", data={"Status": "completed"})

    application.play(Business(), story, faults=Faults(no_stream=True))
    assert not application.upgrades
    assert application.states()[-1] == "completed"


def test_stopping_the_carrier_drops_the_media_sockets(application: Application) -> None:
    async def run() -> int:
        async with application.carrier():
            await application.dial()
            media = await application.media()
        with pytest.raises(ChannelClosed) as gone:
            await media.everything()
        return gone.value.code

    assert run_virtual(run()) == 1006
