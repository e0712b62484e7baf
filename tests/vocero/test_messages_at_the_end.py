"""How sending ends where other workers send from the same store."""

from __future__ import annotations

import asyncio

from data.memory_store import MemoryStore
from data.store import OutgoingMessage
from messaging.claims import StoreClaims
from simulation.clock import run_virtual
from tests.messaging.workers_stage import Town, town
from vocero.sending import Sending

ANA, BEA = "whatsapp:+5491155550101", "whatsapp:+5491155550102"


def play(promised_to: str) -> tuple[list[str], float]:
    """One worker is slow with a message to Ana; another one, which was promised to tell somebody
    something, ends: what the carrier has then, and how long the end took.
    """

    async def main() -> tuple[list[str], float]:
        async with town(MemoryStore(), 1) as stage, asyncio.TaskGroup() as tasks:
            stage.road.slow_s = 20.0
            await stage.promise(text(stage, ANA, "lento"), wake=stage.workers[0])
            await asyncio.sleep(1.0)
            stage.road.slow_s = 0.0
            claims = StoreClaims(stage.store, "ending", stage.now)
            sending = Sending(stage.store, stage.workers[0].sender, stage.now, claims)
            sending.start(tasks)
            # Not at the very moment at which the slow one looks, too.
            await asyncio.sleep(1.2)
            await stage.promise(text(stage, promised_to, "adiós"))
            began = stage.now()
            await sending.finish()
            return stage.said, stage.now() - began

    return run_virtual(main())


def text(stage: Town, customer: str, body: str) -> OutgoingMessage:
    return OutgoingMessage(body, customer, body, stage.now())


def test_what_this_worker_can_send_is_sent() -> None:
    said, took_s = play(promised_to=BEA)
    assert said == ["adiós"] and took_s < 2.0


def test_what_another_one_has_to_send_first_is_not_waited_for() -> None:
    said, took_s = play(promised_to=ANA)
    assert said == [] and took_s < 0.5
