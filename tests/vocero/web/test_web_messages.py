"""Posts to the webhooks: signatures first, then messages, once each, however odd."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

import pytest

from simulation.signing import sign
from simulation.world import AUTH_TOKEN, WHATSAPP_NUMBER
from vocero.rehearsal import MEMORY_URL

if TYPE_CHECKING:
    from tests.vocero.web.conftest import Caller, Play

SID = "CA" + "1" * 32


@pytest.mark.parametrize(
    "signature",
    ["", "AAAA", "ñ", "x" * 5000, sign("another account's token", f"{MEMORY_URL}/")],
    ids=["none", "wrong", "not ASCII", "long", "other token"],
)
def test_no_route_acts_on_a_post_without_a_good_signature(signature: str, play: Play) -> None:
    async def story(caller: Caller) -> None:
        attempt_id = await caller.call_is_ringing()
        service = caller.rehearsal.service
        sent = len(caller.rehearsal.world.twilio.chat)
        for path, form in caller.routes(attempt_id).items():
            status, body = await caller.post(path, form, signature=signature.encode().decode())
            assert (status, body) == (403, "forbidden\n"), path
        assert service.switchboard.live_calls == 1
        assert await service.store.waiting_messages() == []
        assert len(caller.rehearsal.world.twilio.chat) == sent
        for hook in ("whatsapp", "delivery", "callback", "answer", "status", "amd"):
            assert caller.metric(hook, "refused") == 1

    play(story)


def test_a_signature_of_another_route_or_form_is_not_good(play: Play) -> None:
    async def story(caller: Caller) -> None:
        form = caller.message()
        of_other_path = sign(AUTH_TOKEN, f"{MEMORY_URL}/webhook/whatsapp/status", form.items())
        of_other_host = sign(AUTH_TOKEN, "https://other.example/webhook/whatsapp", form.items())
        changed = sign(
            AUTH_TOKEN, f"{MEMORY_URL}/webhook/whatsapp", caller.message(Body="No").items()
        )
        for signature in (of_other_path, of_other_host, changed):
            assert (await caller.post("/webhook/whatsapp", form, signature=signature))[0] == 403
        assert (await caller.post("/webhook/whatsapp", form))[0] == 200

    play(story)


def test_a_message_is_taken_once_however_often_it_comes(play: Play) -> None:
    async def story(caller: Caller) -> None:
        for _ in range(5):
            status, body = await caller.post("/webhook/whatsapp", caller.message())
            assert status == 200
            assert ElementTree.fromstring(body).tag == "Response"
        await asyncio.sleep(5)
        assert len(caller.rehearsal.world.twilio.chat) == 1
        assert caller.metric("whatsapp", "taken") == 1
        assert caller.metric("whatsapp", "duplicate") == 4

    play(story)


@pytest.mark.parametrize(
    "changes",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM" + "g" * 32},
        {"AccountSid": "AC" + "9" * 32},
        {"From": "+5491140009001"},
        {"From": f"whatsapp:{WHATSAPP_NUMBER}"},
        {"To": "whatsapp:+15550000000"},
        {"MessageStatus": "sent"},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_a_genuine_post_that_is_no_message_is_left_aside(
    changes: dict[str, str], play: Play
) -> None:
    async def story(caller: Caller) -> None:
        assert (await caller.post("/webhook/whatsapp", caller.message(**changes)))[0] == 200
        assert caller.metric("whatsapp", "unusable") == 1
        await asyncio.sleep(5)
        assert len(caller.rehearsal.world.twilio.chat) == 0

    play(story)


def test_odd_forms_are_answered_and_change_nothing(play: Play) -> None:
    async def story(caller: Caller) -> None:
        twice = [*caller.message().items(), ("MessageSid", "SM" + "c" * 32)]
        assert (await caller.post("/webhook/whatsapp", twice))[0] in (200, 403)
        assert (await caller.post("/webhook/whatsapp", {}))[0] == 200
        many = [(f"field{n}", "x") for n in range(1200)]
        assert (await caller.post("/webhook/whatsapp", many))[0] in (200, 403, 413)
        for body in (b"%ff%fe=%00", b"&&&==&", b"\xff\xfe\x00", b"[1,2]"):
            status, _ = await caller.post("/webhook/whatsapp", {}, body=body)
            assert status in (200, 403)
        assert await caller.rehearsal.service.store.waiting_messages() == []
        assert (await caller.post("/webhook/whatsapp", caller.message(Body="\x00\x1b[2J")))[
            0
        ] == 200

    play(story)


def test_a_body_of_more_than_64_kib_is_refused(play: Play) -> None:
    async def story(caller: Caller) -> None:
        status, _ = await caller.post("/webhook/whatsapp", caller.message(Body="x" * 66_000))
        assert status == 413
        assert caller.metric("whatsapp", "taken") == 0
        status, _ = await caller.post("/webhook/whatsapp", caller.message(Body="x" * 60_000))
        assert status == 200

    play(story)


def test_what_was_not_delivered_in_time_comes_first_when_the_customer_writes(play: Play) -> None:
    async def story(caller: Caller) -> None:
        twilio = caller.rehearsal.world.twilio
        twilio.faults.fail_messages = [63016]
        assert (await caller.post("/webhook/whatsapp", caller.message()))[0] == 200
        await asyncio.sleep(3600)
        (lost,) = twilio.chat
        assert (lost.status, lost.error_code) == ("undelivered", 63016)
        again = caller.message(MessageSid="SM" + "b" * 32, Body="gracias")
        assert (await caller.post("/webhook/whatsapp", again))[0] == 200
        await asyncio.sleep(5)
        assert [message.body for message in twilio.chat][1] == lost.body
        assert [message.status for message in twilio.chat][1:] == ["delivered"] * 2

    play(story)


def test_customers_see_that_an_answer_is_being_written(play: Play) -> None:
    async def story(caller: Caller) -> None:
        assert (await caller.post("/webhook/whatsapp", caller.message()))[0] == 200
        await asyncio.sleep(5)
        assert caller.rehearsal.world.twilio.messages.typing == [caller.message()["MessageSid"]]

    play(story)
