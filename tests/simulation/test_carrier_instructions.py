"""What TwiML makes the carrier do, and what it does when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulation.carrier_faults import Settings
from simulation.carrier_instructions import APOLOGY
from simulation.carrier_line import Business
from simulation.channel import ChannelClosed, ChannelRefused
from simulation.script import Speak

if TYPE_CHECKING:
    from tests.simulation.conftest import Application

BASE = "https://app.example.com"
WHO = "+5491150000001"


def test_new_twiml_replaces_the_running_one_and_ends_the_stream(application: Application) -> None:
    async def story(sid: str) -> None:
        media = await application.media()
        async with application.rest() as rest:
            await rest.post(
                f"/Calls/{sid}.json", data={"Twiml": "<Response><Say>Un momento</Say></Response>"}
            )
        with pytest.raises(ChannelClosed):
            await media.everything()
        assert media.got[-1]["event"] == "stop"

    application.play(Business(), story)
    line = application.twilio.calls[0].line
    assert [each.text for each in line.announcements] == ["Un momento"]


def test_our_own_close_leads_to_the_next_verb(application: Application) -> None:
    async def story(_: str) -> None:
        await (await application.media()).channel.close()

    application.play(Business(), story)
    [said] = application.twilio.calls[0].line.announcements
    assert (said.text, said.language) == ("Perdón", "es-ES")
    assert not application.twilio.alerts
    assert application.states()[-1] == "completed"


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (ChannelRefused(403), 31920),
        (ChannelRefused(0, "late", timed_out=True), 31901),
        (ChannelRefused(0, "refused"), 31902),
    ],
)
def test_a_refused_upgrade_is_reported_and_the_next_verb_runs(
    application: Application, refusal: ChannelRefused, code: int
) -> None:
    application.answer(
        "/voice",
        f"<Response><Connect><Stream url='wss://app.example.com/m?x=1' name='K' "
        f"statusCallback='{BASE}/stream'/></Connect><Say>Perdón</Say></Response>",
    )
    application.refuse_upgrades = refusal
    application.play(Business())
    assert [each.code for each in application.twilio.alerts] == [code]
    [event] = application.forms("/stream")
    assert event["StreamEvent"] == "stream-error"
    assert event["StreamName"] == "K"
    assert str(code) in event["StreamError"]
    assert [each.text for each in application.twilio.calls[0].line.announcements] == ["Perdón"]
    assert application.upgrades[0][0] == "wss://app.example.com/m"


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        ("<Stream url='https://app.example.com/m'/>", 31922),
        ("<Stream url='ws://app.example.com/m'/>", 31922),
        ("<Stream url='nowhere'/>", 31923),
        ("<Stream url='wss://app.example.com/m' track='both_tracks'/>", 31941),
    ],
)
def test_a_stream_that_cannot_be_is_not_tried(
    application: Application, stream: str, code: int
) -> None:
    application.answer("/voice", f"<Response><Connect>{stream}</Connect></Response>")
    application.play(Business())
    assert [each.code for each in application.twilio.alerts] == [code]
    assert not application.upgrades


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("<Response><Say>half", 200, 12100),
        ("", 200, 11770),
        ("<Response/>", 500, 11200),
        ("<Other/>", 200, 12100),
    ],
)
def test_bad_twiml_ends_the_call_with_the_carriers_apology(
    application: Application, body: str, status: int, code: int
) -> None:
    application.answer("/voice", body, status)
    application.play(Business())
    assert [each.code for each in application.twilio.alerts] == [code]
    assert [each.text for each in application.twilio.calls[0].line.announcements] == [APOLOGY]


def test_the_fallback_address_is_asked_when_the_first_one_fails(application: Application) -> None:
    application.answer("/voice", "broken")
    application.answer("/fallback", "<Response><Say>segunda</Say></Response>")
    application.play(Business(), FallbackUrl=f"{BASE}/fallback")
    [asked] = application.forms("/fallback")
    assert asked["ErrorCode"] == "12100"
    assert asked["ErrorUrl"] == f"{BASE}/voice"
    assert [each.text for each in application.twilio.calls[0].line.announcements] == ["segunda"]


def test_verbs_run_in_order_at_the_pace_of_speech(application: Application) -> None:
    application.answer(
        "/voice",
        "<Response><Say>uno</Say><Pause length='3'/><Play digits='12'/><Unknown/>"
        "<Say>dos</Say><Hangup/><Say>tres</Say></Response>",
    )
    application.play(Business())
    said = application.twilio.calls[0].line.announcements
    assert [(each.kind, each.text) for each in said] == [
        ("say", "uno"),
        ("keys", "12"),
        ("say", "dos"),
    ]
    assert said[2].at - said[0].at == pytest.approx(3 * 0.06 + 3 + 0.4)
    assert [each.code for each in application.twilio.alerts] == [12200]


def test_an_action_is_asked_instead_of_the_verbs_that_follow(application: Application) -> None:
    application.answer(
        "/voice",
        f"<Response><Connect action='{BASE}/after'><Stream url='wss://app.example.com/m'/>"
        "</Connect><Say>no</Say></Response>",
    )
    application.answer("/after", "<Response><Say>sí</Say></Response>")

    async def story(_: str) -> None:
        await (await application.media()).channel.close()

    application.play(Business(), story)
    assert [each.text for each in application.twilio.calls[0].line.announcements] == ["sí"]


def test_a_trial_account_says_so_instead_of_streaming(application: Application) -> None:
    settings = Settings(trial=True, verified_numbers=frozenset({WHO}))
    application.play(Business((Speak("hi"),), {"hi": b"\x10" * 800}), settings=settings)
    assert not application.upgrades
    kinds = [each.kind for each in application.twilio.calls[0].line.announcements]
    assert kinds == ["trial", "say"]


def test_instructions_from_another_address_replace_the_running_ones(
    application: Application,
) -> None:
    application.answer("/other", "<Response><Say>otra</Say></Response>")

    async def story(sid: str) -> None:
        media = await application.media()
        async with application.rest() as rest:
            update = {"Url": f"{BASE}/other"}
            assert (await rest.post(f"/Calls/{sid}.json", data=update)).is_success
            wrong = await rest.post(f"/Calls/{sid}.json", data={"Status": "paused"})
            assert wrong.status_code == 400
        with pytest.raises(ChannelClosed):
            await media.everything()

    application.play(Business(), story)
    assert [each.text for each in application.twilio.calls[0].line.announcements] == ["otra"]
