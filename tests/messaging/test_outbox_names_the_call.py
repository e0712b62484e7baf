"""What the outbox logs about a call's message says whose call it is about."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from data.call_context import current_call
from data.call_messages import call_of_message, messages_beside
from data.memory_store import MemoryStore
from messaging.outbox import Outbox
from messaging.whatsapp import SendFailed
from tests.messaging.outbox_stage import ANA, BEA, Twilio, keep, play, sid_of, text

ATTEMPT = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "message_id",
    [f"result:{ATTEMPT}", f"result:{ATTEMPT}:1", f"refused:{ATTEMPT}", *messages_beside(ATTEMPT)],
)
def test_a_messages_id_tells_its_call(message_id: str) -> None:
    assert call_of_message(message_id) == ATTEMPT


@pytest.mark.parametrize("message_id", ["SM12", "SM12:1", "plan:ab:17", "result:", "result:a b"])
def test_other_messages_are_about_no_call(message_id: str) -> None:
    assert call_of_message(message_id) == ""


def test_each_line_names_the_call_of_its_message(caplog: pytest.LogCaptureFixture) -> None:
    spoken: list[tuple[str, str]] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            spoken.append((record.getMessage().split()[0], current_call()))

    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [SendFailed("busy", retry=True), SendFailed("busy", retry=True)]
        await keep(
            store,
            replace(text(ANA, "reservado"), message_id=f"result:{ATTEMPT}"),
            replace(text(BEA, "hola"), message_id="SM12"),
        )
        outbox.wake()
        await asyncio.sleep(60)
        for number in (1, 2):
            await outbox.delivery(sid_of(number), "failed", "63012")
        assert current_call() == ""

    log = logging.getLogger("messaging.outbox")
    listener = Listener()
    log.addHandler(listener)
    try:
        with caplog.at_level(logging.INFO, "messaging.outbox"):
            play(story, Twilio())
    finally:
        log.removeHandler(listener)
    assert len(spoken) == 4
    assert sorted(call for _, call in spoken) == ["", "", ATTEMPT, ATTEMPT]
