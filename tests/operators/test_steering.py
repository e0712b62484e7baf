"""What an operator does to a call that is on, and that it is written down."""

from __future__ import annotations

import asyncio

import pytest

from data.call import EndCause, EntryKind, Speaker
from tests.operators.browser import Browser
from tests.operators.conftest import Customer, Play
from vocero.rehearsal import Rehearsal


async def acts_of(browser: Browser, call: str) -> list[tuple[str, str]]:
    """Oldest first: what, and the detail."""
    found = (await browser.get(f"/operator/api/acts?call={call}")).json["acts"]
    return [(act["act"], act["detail"]) for act in reversed(found)]


def test_a_whisper_reaches_the_agent(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            hint = {"text": "  pedí\nhablar con Ana "}
            done = await browser.post(f"/operator/api/calls/{call}/whisper", hint)
            assert (done.status, done.json) == (200, {"ok": True})
            await asyncio.sleep(0.1)
            (conversation,) = rehearsal.world.elevenlabs.conversations
            assert any("pedí hablar con Ana" in text for text in conversation.told)
        assert await acts_of(browser, call) == [("whispered", "19 characters")]

    operate(story)


def test_keys_are_heard_on_the_line(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            path = f"/operator/api/calls/{call}/keys"
            assert (await browser.post(path, {"digits": "12x"})).error == "bad_keys"
            assert (await browser.post(path, {"digits": 12})).error == "bad_request"
            assert (await browser.post(path, {"digits": "12#"})).status == 200
        record = await rehearsal.service.store.call(call)
        assert record is not None and record.report is not None
        keys = [entry for entry in record.report.timeline if entry.kind is EntryKind.KEYS]
        assert [(entry.speaker, entry.text) for entry in keys] == [(Speaker.OPERATOR, "12#")]
        assert await acts_of(browser, call) == [("keys", "3 keys")]

    operate(story)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_call_is_ended(operate: Play, at_once: bool) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            path = f"/operator/api/calls/{call}/end"
            assert (await browser.post(path, {"at_once": "yes"})).error == "bad_request"
            assert (await browser.post(path, {"at_once": at_once})).status == 200
            await rehearsal.settle(60)
            assert (await browser.post(path, {"at_once": at_once})).error == "over"
        record = await rehearsal.service.store.call(call)
        assert record is not None and record.report is not None
        assert record.report.ending.cause is EndCause.CANCELLED
        act = "ended_at_once" if at_once else "ended"
        assert await acts_of(browser, call) == [(act, "")]

    operate(story)


def test_the_customer_is_asked_and_the_agent_hears_the_answer(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        world = rehearsal.world
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            body = {"question": "¿Puede ser a las 18?", "options": ["sí", "no"]}
            asking = asyncio.create_task(browser.post(f"/operator/api/calls/{call}/ask", body))
            await world.twilio.chat.wait_for(lambda said: "18" in said.body, 0, 30)
            await world.customer.write("sí, dale")
            answer = (await asking).json
            assert (answer["ok"], answer["answered"]) == (True, True)
            await asyncio.sleep(0.1)
            (conversation,) = world.elevenlabs.conversations
            assert any(answer["answer"] in text for text in conversation.told)
            rehearsal.service.switchboard.cancel(call)
        assert (await acts_of(browser, call))[0] == ("asked_customer", "20 characters")

    operate(story)


def test_a_customer_who_does_not_answer_is_no_answer(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            body = {"question": "¿Puede ser a las 18?"}
            answer = (await browser.post(f"/operator/api/calls/{call}/ask", body)).json
            assert (answer["answered"], answer["answer"]) == (False, "")
            assert "did not answer" in answer["detail"]

    operate(story)


BAD: list[tuple[str, object, str]] = [
    ("whisper", {"text": ""}, "bad_request"),
    ("whisper", {"text": " \n "}, "bad_request"),
    ("whisper", {"text": ["x"]}, "bad_request"),
    ("whisper", {"text": "x" * 501}, "too_long"),
    ("whisper", ["text"], "bad_request"),
    ("keys", {}, "bad_request"),
    ("keys", {"digits": "1" * 65}, "too_long"),
    ("ask", {"question": "x" * 301}, "too_long"),
    ("ask", {"question": "x", "options": "a,b"}, "bad_request"),
    ("ask", {"question": "x", "options": ["a"] * 6}, "bad_request"),
    ("ask", {"question": "x", "options": [{}]}, "bad_request"),
    ("handback", {"summary": 1}, "bad_request"),
    ("ticket", {"for": "live"}, "bad_request"),
    ("ticket", {"for": ["listen"]}, "bad_request"),
]


def test_what_cannot_be_meant_is_refused_and_not_written_down(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            for what, body, code in BAD:
                answer = await browser.post(f"/operator/api/calls/{call}/{what}", body)
                assert (answer.status, answer.error) == (400, code), (what, body)
            raw = await browser.ask("POST", f"/operator/api/calls/{call}/whisper", data=b"{" * 9000)
            assert (raw.status, raw.error) == (400, "bad_request")
            big = await browser.ask("POST", f"/operator/api/calls/{call}/end", data=b"1" * 70_000)
            assert big.status == 413
            # Nobody speaks in this call, so nobody can hand it back.
            back = await browser.post(f"/operator/api/calls/{call}/handback", {"summary": ""})
            assert back.error == "not_talking"
            assert await acts_of(browser, call) == []
            rehearsal.service.switchboard.cancel(call)

    operate(story)


def test_a_call_that_is_over_or_never_was_cannot_be_steered(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        await rehearsal.play()
        (record,) = await rehearsal.service.store.calls()
        bodies: dict[str, object] = {
            "whisper": {"text": "x"},
            "keys": {"digits": "1"},
            "ask": {"question": "x"},
            "end": {"at_once": True},
            "handback": {"summary": "x"},
            "ticket": {"for": "listen"},
        }
        for call in (record.attempt.attempt_id, "never", record.attempt.attempt_id[:12]):
            for what, body in bodies.items():
                answer = await browser.post(f"/operator/api/calls/{call}/{what}", body)
                assert (answer.status, answer.error) == (409, "over")

    operate(story)
