"""What Twilio took and WhatsApp did not deliver, sounds, and notes whose time has passed."""

from __future__ import annotations

import asyncio
import itertools
import logging
from dataclasses import replace

import pytest

from data.leases import Lease
from data.memory_store import MemoryStore
from data.store import OutgoingMessage, StoreError
from messaging.outbox import Outbox
from messaging.sending_codes import CODES, Fate
from simulation.clock import run_virtual
from tests.messaging.outbox_stage import (
    ANA,
    Twilio,
    busy,
    keep,
    now,
    play,
    promise,
    sid_of,
    sound,
    text,
    window_closed,
    writes,
)

CLIP = "https://vocero.example/clip/a"


def said(twilio: Twilio) -> list[str]:
    return [what for _, _, what in twilio.taken]


async def fail_each(twilio: Twilio, outbox: Outbox, code: str, until_s: float) -> None:
    """Every message that Twilio takes comes back as not delivered a second later."""
    told, end = 0, now() + until_s
    while now() < end:
        await asyncio.sleep(1)
        for number in range(told + 1, len(twilio.taken) + 1):
            await outbox.delivery(sid_of(number), "failed", code)
        told = len(twilio.taken)


@pytest.mark.parametrize("code", ["63012", "30008", "", "99999", "²"])
def test_what_may_pass_is_sent_a_few_times_and_then_kept(code: str) -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "resultado")
        outbox.wake()
        await fail_each(twilio, outbox, code, 3600)
        assert said(twilio) == ["resultado"] * 4
        gaps = [round(b - a) for a, b in itertools.pairwise(twilio.tried)]
        assert gaps == sorted(gaps) and 5 <= gaps[0] and 60 <= gaps[-1] <= 300
        await writes(store, ANA)
        outbox.wake()
        await asyncio.sleep(1)
        assert len(twilio.taken) == 5

    play(story, Twilio())


@pytest.mark.parametrize("code", ["63017", "63018"])
def test_over_the_rate_it_waits_longer(code: str) -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "resultado")
        outbox.wake()
        await asyncio.sleep(1)
        await outbox.delivery(sid_of(1), "failed", code)
        await asyncio.sleep(13)
        assert len(twilio.taken) == 1
        await asyncio.sleep(3)
        assert len(twilio.taken) == 2

    play(story, Twilio())


@pytest.mark.parametrize("code", ["63003", "63033", "63024", "63005"])
def test_what_would_fail_again_is_given_up_by_name(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "palabras")
        outbox.wake()
        await asyncio.sleep(1)
        with caplog.at_level(logging.WARNING):
            await outbox.delivery(sid_of(1), "failed", code)
        await writes(store, ANA)
        outbox.wake()
        await asyncio.sleep(3600)
        assert len(twilio.taken) == 1

    play(story, Twilio())
    assert CODES[int(code)].sentence in caplog.text
    assert "palabras" not in caplog.text and "5491155550101" not in caplog.text


@pytest.mark.parametrize("code", [*CODES, 0])
def test_a_sound_is_never_sent_twice(code: int) -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await keep(store, sound(ANA, CLIP))
        outbox.wake()
        await asyncio.sleep(1)
        await outbox.delivery(sid_of(1), "failed", str(code) if code else "")
        await writes(store, ANA)
        outbox.wake()
        await asyncio.sleep(3600)
        assert said(twilio) == [CLIP]

    play(story, Twilio(has_template=True))


def test_a_sound_that_may_have_arrived_is_not_sent_again_and_holds_nothing_up() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.lost_answer = True
        twilio.failures = [busy(unclear=True)]
        await keep(store, sound(ANA, CLIP), text(ANA, "después"))
        outbox.wake()
        await asyncio.sleep(3600)
        assert said(twilio) == [CLIP, "después"]

    play(story, Twilio())


def test_a_sound_that_twilio_surely_did_not_take_is_tried_again() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [busy()]
        await keep(store, sound(ANA, CLIP))
        outbox.wake()
        await asyncio.sleep(10)
        assert said(twilio) == [CLIP]

    play(story, Twilio())


def test_a_note_whose_time_has_passed_is_not_sent() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [busy() for _ in range(5)]
        await keep(store, replace(text(ANA, "llamando"), stale_at=now() + 10), text(ANA, "booked"))
        outbox.wake()
        await asyncio.sleep(60)
        assert said(twilio) == ["booked"]
        # Tried while it could still arrive in time, not put off to a moment when it could not.
        assert [round(at) for at in twilio.tried] == [0, 1, 3, 7, 7, 8]

    play(story, Twilio())


def test_a_note_in_time_is_sent_and_a_late_one_costs_nothing() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await asyncio.sleep(100)
        await keep(
            store,
            replace(text(ANA, "late"), stale_at=now() - 1),
            replace(text(ANA, "fresh"), stale_at=now() + 1),
        )
        outbox.wake()
        await asyncio.sleep(10)
        assert said(twilio) == ["fresh"] and len(twilio.tried) == 1

    play(story, Twilio())


@pytest.mark.parametrize("has_template", [False, True])
def test_a_note_that_was_not_delivered_is_not_sent_late(has_template: bool) -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        for number, code in enumerate(("63012", "63016"), 1):
            note = replace(text(ANA, f"note {number}"), stale_at=now() + 4)
            await keep(store, note)
            outbox.wake()
            await asyncio.sleep(6)
            await outbox.delivery(sid_of(number), "failed", code)
        await writes(store, ANA)
        outbox.wake()
        await asyncio.sleep(100)
        assert said(twilio) == ["note 1", "note 2"]

    play(story, Twilio(has_template=has_template))


def test_a_message_of_a_defect_is_given_up_after_an_hour() -> None:
    class Defective(Twilio):
        async def send(self, to: str, body: str, media_url: str = "") -> str:
            if body == "odd":
                raise RuntimeError("a defect")
            return await super().send(to, body, media_url)

    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "odd", "sound")
        outbox.wake()
        await asyncio.sleep(3500)
        assert said(twilio) == []
        await asyncio.sleep(500)
        assert said(twilio) == ["sound"]

    play(story, Defective())


class SlowMark(MemoryStore):
    """The carrier is faster than the disk: its report comes before the message is marked sent."""

    async def message_sent(
        self, message_id: str, message_sid: str, *, under: Lease | None = None, note: str = ""
    ) -> None:
        await asyncio.sleep(2)
        await super().message_sent(message_id, message_sid, under=under, note=note)


class SlowAnswer(SlowMark):
    """And the answer to the report's question was read before the mark, and comes after it."""

    slow = True

    async def delivery_reported(
        self, message_sid: str, status: str, error_code: str
    ) -> tuple[OutgoingMessage, int] | None:
        answer = await super().delivery_reported(message_sid, status, error_code)
        if self.slow:
            self.slow = False
            await asyncio.sleep(5)
        return answer


@pytest.mark.parametrize("make", [SlowMark, SlowAnswer])
def test_a_report_that_overtakes_the_mark_is_not_lost(make: type[SlowMark]) -> None:
    async def main() -> None:
        store, twilio = make(), Twilio(has_template=True)
        outbox = Outbox(store, twilio, now)
        running = asyncio.create_task(outbox.run())
        await promise(store, ANA, "resultado")
        outbox.wake()
        await asyncio.sleep(1)
        await outbox.delivery(sid_of(1), "sent", "")
        await outbox.delivery(sid_of(1), "undelivered", "63016")
        await asyncio.sleep(20)
        assert said(twilio) == ["resultado", "template: resultado"]
        outbox.close()
        await running

    run_virtual(main())


def test_a_store_that_cannot_be_written_to_is_told_to_the_webhook() -> None:
    class Broken(MemoryStore):
        async def message_parked(
            self, message_id: str, error: str, *, under: Lease | None = None
        ) -> None:
            raise OSError("no space left on device")

    async def main() -> None:
        store, twilio = Broken(), Twilio()
        outbox = Outbox(store, twilio, now)
        running = asyncio.create_task(outbox.run())
        await promise(store, ANA, "resultado")
        outbox.wake()
        await asyncio.sleep(1)
        with pytest.raises(StoreError):
            await outbox.delivery(sid_of(1), "undelivered", "63016")
        outbox.close()
        await running

    run_virtual(main())


def test_every_code_has_a_reason_and_the_window_is_the_only_one_of_its_kind() -> None:
    assert [code for code, each in CODES.items() if each.fate is Fate.WINDOW] == [
        window_closed().code
    ]
    assert all(each.sentence and not each.sentence[0].isspace() for each in CODES.values())
