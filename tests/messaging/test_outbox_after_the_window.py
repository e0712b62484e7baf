"""More than 24 hours after the customer wrote (63016): by template, or first when they write."""

from __future__ import annotations

import asyncio

import pytest

from data.memory_store import MemoryStore
from messaging.outbox import Outbox
from messaging.whatsapp import SendFailed
from tests.messaging.outbox_stage import (
    ANA,
    BEA,
    Twilio,
    busy,
    keep,
    play,
    promise,
    sid_of,
    sound,
    window_closed,
    writes,
)

CLOSED = "63016"


def said(twilio: Twilio) -> list[str]:
    return [what for _, _, what in twilio.taken]


async def sent(store: MemoryStore, outbox: Outbox, *bodies: str) -> None:
    await promise(store, ANA, *bodies)
    outbox.wake()
    await asyncio.sleep(1)


@pytest.mark.parametrize("told_later", [False, True])
def test_without_a_template_it_waits_for_the_customer_and_comes_first(told_later: bool) -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        if not told_later:
            twilio.failures = [window_closed()]
        await sent(store, outbox, "resultado")
        if told_later:
            await outbox.delivery(sid_of(1), "undelivered", CLOSED)
        await asyncio.sleep(90_000)
        assert len(twilio.tried) == 1 and await store.next_due() is None
        await promise(store, BEA, "otra")
        outbox.wake()
        await asyncio.sleep(1)
        await writes(store, ANA)
        await sent(store, outbox, "respuesta")
        assert said(twilio)[-3:] == ["otra", "resultado", "respuesta"]

    play(story, Twilio())


@pytest.mark.parametrize("told_later", [False, True])
def test_with_a_template_it_goes_out_at_once(told_later: bool) -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        if not told_later:
            twilio.failures = [window_closed()]
        await sent(store, outbox, "resultado")
        if told_later:
            await outbox.delivery(sid_of(1), "undelivered", CLOSED)
        await asyncio.sleep(1)
        assert said(twilio)[-1] == "template: resultado"
        assert max(twilio.tried) <= 1.1
        # The next one is tried as a plain text again: the customer may have written meanwhile.
        await sent(store, outbox, "despues")
        assert said(twilio)[-1] == "despues"

    play(story, Twilio(has_template=True))


def test_a_template_that_is_not_delivered_either_is_not_sent_for_ever() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await sent(store, outbox, "resultado")
        await outbox.delivery(sid_of(1), "undelivered", CLOSED)
        await asyncio.sleep(1)
        await outbox.delivery(sid_of(2), "failed", CLOSED)
        await asyncio.sleep(90_000)
        assert said(twilio) == ["resultado", "template: resultado"]
        await writes(store, ANA)
        await sent(store, outbox)
        assert said(twilio)[-1] == "resultado"  # their window is open: no template

    play(story, Twilio(has_template=True))


def test_a_template_that_twilio_refuses_leaves_the_message_waiting_for_the_customer() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [window_closed()]
        twilio.template_failures = [SendFailed("no such template", retry=False, code=21654)]
        await sent(store, outbox, "resultado")
        assert said(twilio) == [] and await store.next_due() is None
        await writes(store, ANA)
        await sent(store, outbox)
        assert said(twilio) == ["resultado"]

    play(story, Twilio(has_template=True))


def test_a_template_is_tried_again_while_twilio_is_down() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [window_closed()]
        twilio.template_failures = [busy(), busy()]
        await sent(store, outbox, "resultado")
        await asyncio.sleep(10)
        assert said(twilio) == ["template: resultado"]

    play(story, Twilio(has_template=True))


def test_a_sound_has_no_template_and_waits() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [window_closed()]
        await keep(store, sound(ANA, "https://vocero.example/clip/a"))
        await sent(store, outbox)
        assert said(twilio) == []
        await writes(store, ANA)
        await sent(store, outbox)
        assert said(twilio) == ["https://vocero.example/clip/a"]

    play(story, Twilio(has_template=True))


def test_a_customer_who_wrote_before_the_refusal_came_gets_it_at_once() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await sent(store, outbox, "resultado")
        await writes(store, ANA)
        await outbox.delivery(sid_of(1), "undelivered", CLOSED)
        await asyncio.sleep(1)
        assert said(twilio) == ["resultado", "resultado"]

    play(story, Twilio())


def test_reports_repeat_and_overtake_each_other() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await sent(store, outbox, "resultado")
        for status, code in (
            ("undelivered", CLOSED),
            ("sent", ""),
            ("undelivered", CLOSED),
            ("queued", ""),
        ):
            await outbox.delivery(sid_of(1), status, code)
        await asyncio.sleep(10)
        assert said(twilio) == ["resultado", "template: resultado"]

    play(story, Twilio(has_template=True))


def test_what_was_delivered_is_not_sent_again() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await sent(store, outbox, "resultado")
        await outbox.delivery(sid_of(1), "read", "")
        await outbox.delivery(sid_of(1), "undelivered", CLOSED)
        await outbox.delivery(sid_of(7), "undelivered", CLOSED)  # not ours
        await asyncio.sleep(10)
        assert said(twilio) == ["resultado"]

    play(story, Twilio(has_template=True))


def test_order_is_kept_while_one_is_sent_again() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await sent(store, outbox, "1")
        await promise(store, ANA, "2", in_s=5)
        await outbox.delivery(sid_of(1), "failed", "63012")
        outbox.wake()
        await asyncio.sleep(30)
        assert said(twilio) == ["1", "1", "2"]

    play(story, Twilio())
