"""WhatsApp at the carrier: what customers write, what they get, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import httpx
import pytest

from simulation.carrier_faults import Faults
from simulation.clock import run_virtual
from simulation.customer import SimulatedCustomer, WaitedInVain
from simulation.script import AwaitPhone, AwaitReply, Write

if TYPE_CHECKING:
    from tests.simulation.conftest import Application

BASE = "https://app.example.com"
CUSTOMER = "+5491151112222"
OURS = "whatsapp:+14155238886"


def chat(
    app: Application,
    story: Callable[[SimulatedCustomer], Awaitable[None]],
    faults: Faults | None = None,
    webhook: str = f"{BASE}/whatsapp",
) -> None:
    async def run() -> None:
        async with app.carrier(faults=faults) as twilio:
            await story(SimulatedCustomer(twilio, CUSTOMER, "Juana", webhook))
            await asyncio.sleep(5)

    run_virtual(run())


async def reply(app: Application, body: str, **more: str) -> httpx.Response:
    form = {"To": f"whatsapp:{CUSTOMER}", "From": OURS, "Body": body, **more}
    form.setdefault("StatusCallback", f"{BASE}/delivery")
    async with app.rest() as rest:
        return await rest.post("/Messages.json", data=form)


def test_a_message_has_the_fields_of_a_real_one(application: Application) -> None:
    async def story(customer: SimulatedCustomer) -> None:
        await customer.write("hola, ¿qué tal?")

    chat(application, story)
    [post] = application.posted
    form = post.form
    assert (form["Body"], form["From"], form["To"]) == (
        "hola, ¿qué tal?",
        f"whatsapp:{CUSTOMER}",
        OURS,
    )
    assert form["WaId"] == "5491151112222"
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"]
    assert form["MessageSid"].startswith("SM") and len(form["MessageSid"]) == 34
    assert (form["NumMedia"], form["SmsStatus"], form["MessageType"]) == ("0", "received", "text")
    assert form["ProfileName"] == "Juana"
    assert form["ExternalUserId"].startswith("whatsapp:ID.")
    assert post.headers["I-Twilio-Idempotency-Token"]


def test_buttons_and_places_look_as_reported(application: Application) -> None:
    async def story(customer: SimulatedCustomer) -> None:
        await customer.tap("Sí", "confirm", replied_sid="MM1")
        await customer.share_location(-34.6, -58.4, label="Casa")

    chat(application, story)
    tapped, place = application.forms("/whatsapp")
    assert (tapped["Body"], tapped["ButtonText"], tapped["ButtonPayload"]) == (
        "Sí",
        "Sí",
        "confirm",
    )
    assert tapped["MessageType"] == "interactive"
    assert tapped["OriginalRepliedMessageSid"] == "MM1"
    assert (place["Latitude"], place["Longitude"], place["Label"]) == ("-34.6", "-58.4", "Casa")
    assert place["Body"] == ""


def test_a_voice_note_is_fetched_from_a_second_host_without_credentials(
    application: Application,
) -> None:
    async def story(customer: SimulatedCustomer) -> None:
        await customer.speak(b"OggS...")
        [form] = application.forms("/whatsapp")
        assert (form["Body"], form["NumMedia"], form["MediaContentType0"]) == ("", "1", "audio/ogg")
        async with application.rest() as rest:
            assert (await rest.get(form["MediaUrl0"])).status_code == 404
            first = await rest.get(form["MediaUrl0"])
            assert first.status_code == 307
            there = first.headers["Location"]
            assert httpx.URL(there).host != httpx.URL(form["MediaUrl0"]).host
            assert (await rest.get(there)).status_code == 400
            del rest.headers["Authorization"]
            assert (await rest.get(form["MediaUrl0"])).status_code == 401
            got = await rest.get(there)
            assert (got.content, got.headers["Content-Type"]) == (b"OggS...", "audio/ogg")

    chat(application, story, Faults(media_not_yet=1))


def test_a_failed_post_is_repeated_as_the_address_asks_with_the_same_token(
    application: Application,
) -> None:
    statuses = iter([503, 500, 200])
    application.answers["/whatsapp"] = lambda: httpx.Response(next(statuses))

    async def story(customer: SimulatedCustomer) -> None:
        delivery = await customer.write("hola")
        assert (delivery.status, delivery.attempts) == (200, 3)

    chat(application, story, webhook=f"{BASE}/whatsapp#rc=3&rp=ct,5xx")
    assert len({each.headers["I-Twilio-Idempotency-Token"] for each in application.posted}) == 1
    assert len({each.form["MessageSid"] for each in application.posted}) == 1


def test_without_such_a_wish_a_bad_answer_is_final(application: Application) -> None:
    application.answer("/whatsapp", "", 500)

    async def story(customer: SimulatedCustomer) -> None:
        assert (await customer.write("hola")).attempts == 1

    chat(application, story)
    assert [each.code for each in application.twilio.alerts] == [11200]


def test_a_message_in_the_webhooks_own_answer_is_sent_too(application: Application) -> None:
    application.answer("/whatsapp", "<Response><Message>¡Hola!</Message></Response>")

    async def story(customer: SimulatedCustomer) -> None:
        await customer.write("hola")

    chat(application, story)
    assert [each.body for each in application.twilio.chat] == ["¡Hola!"]


def test_what_we_send_arrives_and_says_so(application: Application) -> None:
    async def story(_: SimulatedCustomer) -> None:
        sent = await reply(application, "hola")
        assert (sent.status_code, sent.json()["status"]) == (201, "queued")
        assert sent.json()["sid"] == application.twilio.chat[0].sid

    chat(application, story)
    posts = application.forms("/delivery")
    assert [each["MessageStatus"] for each in posts] == ["sent", "delivered"]
    assert {each["MessageSid"] for each in posts} == {application.twilio.chat[0].sid}
    assert application.twilio.chat[0].to_number == CUSTOMER


def test_outside_the_window_the_failure_comes_later(application: Application) -> None:
    async def story(_: SimulatedCustomer) -> None:
        assert (await reply(application, "hola")).status_code == 201

    chat(application, story, Faults(fail_messages=[63016]))
    last = application.forms("/delivery")[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "63016")
    assert application.twilio.chat[0].error_code == 63016


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"Body": "x" * 1601}, 400, 21617),
        ({"Body": ""}, 400, 21619),
        ({"To": ""}, 400, 21604),
        ({"To": CUSTOMER}, 400, 21910),
        ({"StatusCallback": "nowhere"}, 400, 21609),
    ],
)
def test_an_impossible_message_is_refused(
    application: Application, more: dict[str, str], status: int, code: int
) -> None:
    async def story(_: SimulatedCustomer) -> None:
        answer = await reply(application, more.pop("Body", "hola"), **more)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert not application.twilio.chat

    chat(application, story)


def test_rate_limits_and_server_errors_are_given_on_demand(application: Application) -> None:
    async def story(_: SimulatedCustomer) -> None:
        answers = [(await reply(application, "hola")).status_code for _ in range(3)]
        assert answers == [429, 500, 201]

    chat(application, story, Faults(refuse_messages=[20429, 20500]))
    assert len(application.twilio.chat) == 1


def test_a_message_whose_answer_is_lost_was_sent(application: Application) -> None:
    async def story(_: SimulatedCustomer) -> None:
        with pytest.raises(httpx.ReadTimeout):
            await reply(application, "hola")

    chat(application, story, Faults(lost_message_responses=1))
    assert [each.status for each in application.twilio.chat] == ["delivered"]


def test_typing_is_shown(application: Application) -> None:
    async def story(_: SimulatedCustomer) -> None:
        async with application.rest() as rest:
            answer = await rest.post(
                "https://messaging.twilio.com/v2/Indicators/Typing.json",
                data={"channel": "whatsapp", "messageId": "SM1"},
            )
        assert answer.json() == {"success": True}

    chat(application, story)
    assert application.twilio.messages.typing == ["SM1"]


def test_a_reply_counts_without_case_and_accents_and_only_once(application: Application) -> None:
    async def story(customer: SimulatedCustomer) -> None:
        await reply(application, "¿CONFIRMÁS?")
        await reply(application, "otra cosa")
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(
                customer.play(
                    (Write("turno"), AwaitReply("confirmas"), Write("sí"), AwaitReply("listo"))
                )
            )
            await asyncio.sleep(3)
            assert not playing.done(), "an old message must not count as the answer"
            await reply(application, "¿CONFIRMÁS?")
            await asyncio.sleep(3)
            assert [text for _, text in customer.sent] == ["turno", "sí"]
            await reply(application, "Listo, reservado")

    chat(application, story)


def test_a_reply_that_does_not_come_tells_what_came(application: Application) -> None:
    async def story(customer: SimulatedCustomer) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(reply(application, "no entiendo"))
            with pytest.raises(WaitedInVain, match="no entiendo"):
                await customer.play((AwaitReply("confirmás", within_s=10),))

    chat(application, story)


def test_a_customer_can_wait_for_the_phone(application: Application) -> None:
    async def story(customer: SimulatedCustomer) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(customer.play((AwaitPhone("ringing"), Write("cancelá"))))
            await application.dial()
        assert customer.sent

    chat(application, story)


def test_a_person_may_hide_the_number(application: Application) -> None:
    async def run() -> None:
        async with application.carrier() as twilio:
            hidden = "whatsapp:AR.1234567890"
            customer = SimulatedCustomer(
                twilio, CUSTOMER, "Juana", f"{BASE}/whatsapp", identity=hidden
            )
            async with asyncio.TaskGroup() as group:
                group.create_task(customer.play((Write("hola"), AwaitReply("buenas"))))
                await reply(application, "buenas", To=hidden)

    run_virtual(run())
    [form] = application.forms("/whatsapp")
    assert form["From"] == "whatsapp:AR.1234567890"
    assert "WaId" not in form


def test_prepared_content_is_filled_in(application: Application) -> None:
    async def story(_: SimulatedCustomer) -> None:
        async with application.rest() as rest:
            made = await rest.post(
                "https://content.twilio.com/v1/Content",
                json={
                    "language": "es",
                    "types": {"twilio/quick-reply": {"body": "¿Llamo a {{1}}?", "actions": []}},
                },
            )
        assert made.status_code == 201
        more = {"ContentSid": made.json()["sid"], "ContentVariables": '{"1": "Ana"}'}
        assert (await reply(application, "", **more)).status_code == 201
        assert (await reply(application, "", ContentSid="HX0")).json()["code"] == 20404

    chat(application, story)
    assert [each.body for each in application.twilio.chat] == ["¿Llamo a Ana?"]
