"""A message that another worker had before: what it knows, did or may have done is not lost."""

from __future__ import annotations

import asyncio
import functools
import itertools
import logging
from dataclasses import replace

import pytest

from data.memory_store import MemoryStore
from data.store import IncomingMessage, OutgoingMessage
from simulation.carrier_faults import Settings
from simulation.clock import run_virtual
from tests.messaging.workers_stage import TEMPLATE, Town, Worker, town

ANA = "whatsapp:+5491155550101"
CLIP = "https://vocero.example/clip/a"
BUSY = 20429


def text(stage: Town, body: str, message_id: str = "") -> OutgoingMessage:
    return OutgoingMessage(message_id or body, ANA, body, stage.now())


def sound(stage: Town) -> OutgoingMessage:
    return replace(text(stage, "", "clip"), media_url=CLIP)


async def dies(worker: Worker, stage: Town, *promised: OutgoingMessage, taken: bool) -> None:
    """In mid-send, `taken`: after the carrier took it."""
    worker.stop_at("send", done=taken)
    await stage.promise(*promised, wake=worker)
    async with asyncio.timeout(10.0):
        await worker.stopped.wait()


def test_the_same_words_of_before_are_not_taken_for_it() -> None:
    async def main() -> None:
        async with town(MemoryStore(), 2) as stage:
            await stage.promise(text(stage, "sigo llamando", "1"), wake=stage.workers[0])
            await asyncio.sleep(2.0)
            await dies(stage.workers[0], stage, text(stage, "sigo llamando", "2"), taken=False)
            assert stage.said == ["sigo llamando"]
            await asyncio.sleep(25.0)
            assert stage.said == ["sigo llamando"] * 2

    run_virtual(main())


def test_it_is_found_although_it_was_put_off_before() -> None:
    """Its time is later by then than the try that went through."""

    async def main() -> None:
        async with town(MemoryStore(), 1) as stage:
            stage.twilio.faults.lost_message_responses = 1
            await stage.promise(text(stage, "resultado"), wake=stage.workers[0])
            await asyncio.sleep(0.8)
            stage.workers[0].stop()
            stage.add_worker()
            await asyncio.sleep(30.0)
            assert stage.said == ["resultado"]
            assert await stage.store.next_due() is None

    run_virtual(main())


@pytest.mark.parametrize("taken", [False, True])
def test_a_sound_that_may_have_been_sent_is_not_sent_again(taken: bool) -> None:
    async def main() -> None:
        async with town(MemoryStore(), 2) as stage:
            await dies(stage.workers[0], stage, sound(stage), text(stage, "después"), taken=taken)
            await asyncio.sleep(25.0)
            assert stage.said == [*([CLIP] if taken else []), "después"]

    run_virtual(main())


def test_a_sound_that_was_surely_not_sent_is() -> None:
    """Refused to one worker and put back by another one: both wrote it down."""

    async def main() -> None:
        async with town(MemoryStore(), 1) as stage:
            stage.twilio.faults.refuse_messages = [BUSY]
            await stage.promise(sound(stage), wake=stage.workers[0])
            await asyncio.sleep(1.0)
            stage.workers[0].stop()
            closing = stage.add_worker()
            closing.stop_at("take_messages", done=True)
            await closing.stopped.wait()
            closing.outbox.close()
            closing.go_on()
            await closing.running
            assert stage.said == []
            stage.workers = [stage.workers[0]]
            stage.add_worker()
            await asyncio.sleep(5.0)
            assert stage.said == [CLIP]

    run_virtual(main())


def test_when_the_carrier_cannot_tell_it_is_better_sent_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        async with town(MemoryStore(), 2) as stage:
            await dies(stage.workers[0], stage, text(stage, "resultado"), taken=True)

            async def cannot_tell(*_: object) -> str:
                raise RuntimeError("a defect")

            monkeypatch.setattr(stage.workers[1].sender, "find_sent", cannot_tell)
            await asyncio.sleep(25.0)
            assert stage.said == ["resultado"] * 2

    run_virtual(main())


def test_the_pauses_grow_whoever_tries() -> None:
    async def main() -> None:
        async with town(MemoryStore(), 3) as stage:
            stage.road.longest_s = 0.0
            tried: list[float] = []

            def told(method: str, who: Worker) -> None:
                """Who has tried looks for nothing until another one has."""
                if method == "send":
                    tried.append(stage.now())
                    for worker in stage.workers:
                        worker.go_on()
                    who.stop_at("take_messages", done=False)

            for worker in stage.workers:
                worker.told = functools.partial(told, who=worker)
            stage.twilio.faults.refuse_messages = [BUSY] * 8
            await stage.promise(text(stage, "1"), text(stage, "2"), wake=stage.workers[0])
            await asyncio.sleep(400.0)
            gaps = [later - earlier for earlier, later in itertools.pairwise(tried)]
            assert stage.said == ["1", "2"]
            # At most three seconds later than asked for, since the others are not woken.
            for gap, asked in zip(gaps[:6], (1, 2, 4, 8, 16, 32), strict=True):
                assert asked <= gap < asked + 3.5
            assert max(gaps) < 70.0

    run_virtual(main())


def test_one_customers_messages_are_not_on_their_way_together() -> None:
    """The first one comes back, not delivered, while the second one is being sent."""

    async def main() -> None:
        async with town(MemoryStore(), 1) as stage:
            stage.twilio.faults.fail_messages = [63012]
            stage.twilio.office.settings = Settings(delivery_ms=3_000)
            await stage.promise(text(stage, "1"), wake=stage.workers[0])
            await stage.twilio.chat.wait_for(lambda each: each.body == "1")
            stage.road.slow_s = 20.0
            await stage.promise(text(stage, "2"), wake=stage.workers[0])
            await asyncio.sleep(1.0)
            stage.road.slow_s = 0.0
            await asyncio.sleep(60.0)
            assert stage.said == ["1", "2", "1"]

    run_virtual(main())


def test_by_template_whoever_sends_and_whoever_is_told() -> None:
    """More than 24 hours after the customer wrote: once by template, then it is kept."""

    async def main() -> None:
        async with town(MemoryStore(), 3, template=TEMPLATE) as stage:
            turns = itertools.cycle(stage.workers)
            stage.reports_go_to = lambda: next(turns)
            stage.twilio.faults.fail_messages = [63016, 63016]
            await stage.promise(text(stage, "resultado"), wake=stage.workers[0])
            await asyncio.sleep(600.0)
            assert stage.said == ["resultado", "Vocero: resultado"]
            assert (await stage.store.jobs_waiting()).messages_parked == 1
            # They write, their window is open: no template, whoever remembers one.
            await stage.store.take_message(IncomingMessage(f"SM{1:032x}", ANA, "Hola", stage.now()))
            await asyncio.sleep(5.0)
            assert stage.said[2:] == ["resultado"]

    run_virtual(main())


def test_a_template_is_tried_again_by_another_worker() -> None:
    async def main() -> None:
        async with town(MemoryStore(), 1, template=TEMPLATE) as stage:
            stage.twilio.faults.refuse_messages = [63016, BUSY]
            await stage.promise(text(stage, "resultado"), wake=stage.workers[0])
            await asyncio.sleep(1.5)
            stage.workers[0].stop()
            stage.add_worker(template=TEMPLATE)
            await asyncio.sleep(25.0)
            assert stage.said == ["Vocero: resultado"]

    run_virtual(main())


def test_who_comes_too_late_says_so_once_and_names_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        async with town(MemoryStore(), 2) as stage:
            await dies(stage.workers[0], stage, text(stage, "palabras", "answer:1"), taken=True)
            await asyncio.sleep(25.0)
            caplog.clear()
            stage.workers[0].go_on()
            await asyncio.sleep(60.0)
            assert stage.said == ["palabras"]
            late = [each for each in caplog.records if "somebody else" in each.getMessage()]
            assert len(late) == 1
            assert late[0].levelno == logging.WARNING and late[0].exc_info is None
            assert "answer:1" in caplog.text
            assert "palabras" not in caplog.text and "5491155550101" not in caplog.text

    run_virtual(main())
