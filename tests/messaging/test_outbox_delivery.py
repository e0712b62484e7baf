"""The outbox in virtual time: in order, in parallel, again after failures, never twice."""

from __future__ import annotations

import asyncio
import itertools

from data.leases import Lease
from data.memory_store import MemoryStore
from data.store import OutgoingMessage
from messaging.outbox import Outbox
from messaging.whatsapp import SendFailed
from simulation.clock import START, run_virtual
from tests.messaging.outbox_stage import ANA, BEA, Twilio, busy, now, play, promise, writes

DAY_S = 86400.0


def test_what_is_promised_is_sent_when_woken() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await asyncio.sleep(5)
        await promise(store, ANA, "uno")
        outbox.wake()
        await asyncio.sleep(1)
        assert twilio.taken == [(5.0, ANA, "uno")]
        assert await store.next_due() is None

    play(story, Twilio())


def test_a_later_promise_waits_for_its_time() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "progreso", in_s=3)
        await promise(store, BEA, "tarde", in_s=200)
        outbox.wake()
        await asyncio.sleep(300)
        assert [(round(at, 1), body) for at, _, body in twilio.taken] == [
            (3.0, "progreso"),
            (200.0, "tarde"),
        ]

    play(story, Twilio())


def test_one_customer_in_order_and_others_beside() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "1", "2", "3")
        await promise(store, BEA, "otra")
        outbox.wake()
        await asyncio.sleep(60)
        assert [body for _, to, body in twilio.taken if to == ANA] == ["1", "2", "3"]
        assert next(at for at, to, _ in twilio.taken if to == BEA) == 10.0
        assert twilio.most_at_once == 2

    play(story, Twilio(takes_s=10))


def test_another_customers_message_falls_due_during_a_slow_one() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "lento", "segundo")
        await promise(store, BEA, "puntual", in_s=3)
        outbox.wake()
        await asyncio.sleep(60)
        assert 3.0 <= twilio.tried[1] <= 3.6

    play(story, Twilio(takes_s=20))


def test_at_most_eight_at_once() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        for number in range(30):
            await promise(store, f"whatsapp:+54911555501{number:02}", "hola")
        outbox.wake()
        await asyncio.sleep(30)
        assert len(twilio.taken) == 30 and twilio.most_at_once == 8

    play(story, Twilio(takes_s=2))


def test_failures_are_retried_at_growing_distances() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [busy() for _ in range(11)]
        await promise(store, ANA, "1", "2")
        outbox.wake()
        await asyncio.sleep(2000)
        tried = [round(at) for at in twilio.tried]
        gaps = [later - earlier for earlier, later in itertools.pairwise(tried)]
        assert gaps == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 0]
        assert [body for _, _, body in twilio.taken] == ["1", "2"]

    play(story, Twilio())


def test_twilios_own_wait_is_kept() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [busy(wait_s=45)]
        await promise(store, ANA, "1")
        outbox.wake()
        await asyncio.sleep(100)
        assert [round(at) for at in twilio.tried] == [0, 45]

    play(story, Twilio())


def test_after_a_day_it_is_kept_until_the_customer_writes_and_then_comes_first() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.always = busy()
        await promise(store, ANA, "resultado")
        outbox.wake()
        await asyncio.sleep(DAY_S + 400)
        assert await store.next_due() is None
        assert DAY_S <= twilio.tried[-1] <= DAY_S + 301
        twilio.always = None
        await writes(store, ANA)
        await promise(store, ANA, "respuesta")
        outbox.wake()
        await asyncio.sleep(1)
        assert [body for _, _, body in twilio.taken] == ["resultado", "respuesta"]

    play(story, Twilio())


def test_a_final_refusal_is_not_repeated() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [SendFailed("not joined", retry=False, code=63015)]
        await promise(store, ANA, "1", "2")
        outbox.wake()
        await asyncio.sleep(100)
        assert len(twilio.tried) == 2 and [body for _, _, body in twilio.taken] == ["2"]

    play(story, Twilio())


def test_a_lost_answer_does_not_make_a_second_message() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.lost_answer = True
        twilio.failures = [busy(unclear=True)]
        await promise(store, ANA, "1")
        outbox.wake()
        await asyncio.sleep(100)
        assert len(twilio.taken) == 1 and await store.next_due() is None

    play(story, Twilio())


def test_a_lost_answer_is_found_however_long_twilio_took() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.lost_answer = True
        twilio.failures = [busy(unclear=True)]
        await promise(store, ANA, "1")
        outbox.wake()
        await asyncio.sleep(100)
        assert len(twilio.taken) == 1 and await store.next_due() is None

    play(story, Twilio(takes_s=15))


def test_a_lost_message_is_sent_again() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.failures = [busy(unclear=True)]
        await promise(store, ANA, "1")
        outbox.wake()
        await asyncio.sleep(100)
        assert len(twilio.taken) == 1 and len(twilio.tried) == 2

    play(story, Twilio())


def test_when_twilio_cannot_tell_it_is_better_sent_twice() -> None:
    class Forgetful(Twilio):
        async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
            raise busy()

    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        twilio.lost_answer = True
        twilio.failures = [busy(unclear=True)]
        await promise(store, ANA, "1")
        outbox.wake()
        await asyncio.sleep(100)
        assert len(twilio.taken) == 2

    play(story, Forgetful())


def test_a_send_that_hangs_is_cut_and_tried_again() -> None:
    class Hanging(Twilio):
        async def send(self, to: str, body: str, media_url: str = "") -> str:
            self.takes_s = 0.0 if self.tried else 1e6
            return await super().send(to, body, media_url)

    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "1")
        outbox.wake()
        await asyncio.sleep(100)
        assert len(twilio.taken) == 1 and 30 <= twilio.tried[1] <= 33

    play(story, Hanging())


def test_closing_finishes_what_is_on_its_way_and_starts_nothing() -> None:
    async def story(store: MemoryStore, twilio: Twilio, outbox: Outbox) -> None:
        await promise(store, ANA, "1", "2")
        outbox.wake()
        await asyncio.sleep(1)

    twilio = Twilio(takes_s=5)
    play(story, twilio)
    assert [body for _, _, body in twilio.taken] == ["1"]


def test_after_a_restart_the_rest_is_sent_and_nothing_twice() -> None:
    async def main() -> None:
        store, twilio = MemoryStore(), Twilio(takes_s=2)
        await promise(store, ANA, "1", "2", "3")
        first = asyncio.create_task(Outbox(store, twilio, now).run())
        await asyncio.sleep(3)  # "1" was marked, "2" is on its way
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = Outbox(store, twilio, now)
        running = asyncio.create_task(second.run())
        await asyncio.sleep(30)
        second.close()
        await running
        assert [body for _, _, body in twilio.taken] == ["1", "2", "3"]

    run_virtual(main())


class FailingStore(MemoryStore):
    """A store whose disk is full for a while."""

    broken_until = START

    def check(self) -> None:
        if now() < self.broken_until:
            raise OSError("no space left on device")

    async def due_messages(self, now: float, limit: int = 50) -> list[OutgoingMessage]:
        self.check()
        return await super().due_messages(now, limit)

    async def message_sent(
        self, message_id: str, message_sid: str, *, under: Lease | None = None, note: str = ""
    ) -> None:
        self.check()
        await super().message_sent(message_id, message_sid, under=under, note=note)


def test_a_store_that_fails_for_a_while_costs_no_message_and_doubles_none() -> None:
    async def main() -> None:
        store, twilio = FailingStore(), Twilio(takes_s=1)
        await promise(store, ANA, "1", "2")
        outbox = Outbox(store, twilio, now)
        store.broken_until = now() + 10  # cannot even be read
        running = asyncio.create_task(outbox.run())
        await asyncio.sleep(10.5)
        store.broken_until = now() + 20  # "1" goes out and cannot be marked
        await asyncio.sleep(120)
        assert [body for _, _, body in twilio.taken] == ["1", "2"]
        assert await store.next_due() is None
        outbox.close()
        await running

    run_virtual(main())


def test_closing_does_not_wait_for_ever_for_a_broken_store() -> None:
    async def main() -> None:
        store, twilio = FailingStore(), Twilio(takes_s=1)
        await promise(store, ANA, "1")
        outbox = Outbox(store, twilio, now)
        running = asyncio.create_task(outbox.run())
        await asyncio.sleep(0.5)
        store.broken_until = float("inf")
        outbox.close()
        await running

    run_virtual(main())
