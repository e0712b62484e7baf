"""The carrier may repeat itself as fast as it likes: the same message has one effect."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from simulation.customer import SimulatedCustomer
from simulation.scenes import BUSY
from simulation.world import AUTH_TOKEN, WHATSAPP_NUMBER
from tests.calls.posting import post_form
from tests.conftest import Tell
from vocero.rehearsal import Rehearsal, over_sockets

ROUNDS = 15
AT_ONCE = 20


@pytest.mark.sockets
async def test_twenty_times_in_parallel(tmp_path: Path, tell: Tell) -> None:
    async with over_sockets(BUSY, tmp_path) as rehearsal, httpx.AsyncClient(trust_env=False) as me:
        took_ms: list[float] = []
        for number in range(ROUNDS):
            form = customer(rehearsal, number).form("hola")
            posts = (post(me, rehearsal, form, took_ms) for _ in range(AT_ONCE))
            assert Counter(await asyncio.gather(*posts)) == {200: AT_ONCE}
        await rehearsal.settle()
        told = Counter(message.to_number for message in rehearsal.world.twilio.chat)
        metrics = rehearsal.service.metrics.webhook_posts
        counted = [metrics.value("whatsapp", result) for result in ("taken", "duplicate")]

    assert told == {number_of(number): 1 for number in range(ROUNDS)}
    assert counted == [ROUNDS, ROUNDS * (AT_ONCE - 1)]
    slowest = sorted(took_ms)[int(len(took_ms) * 0.99)]
    tell(f"webhook, {AT_ONCE} posts at once: p99 {slowest:.0f} ms")


async def post(
    me: httpx.AsyncClient,
    rehearsal: Rehearsal,
    form: list[tuple[str, str]],
    took_ms: list[float],
) -> int:
    began = time.perf_counter()
    answer = await post_form(me, f"{rehearsal.url}/webhook/whatsapp", form, AUTH_TOKEN)
    took_ms.append((time.perf_counter() - began) * 1000)
    if answer.status_code == 200:
        assert answer.text.endswith("<Response/>")
    return answer.status_code


def number_of(number: int) -> str:
    return f"+5491140009{100 + number}"


def customer(rehearsal: Rehearsal, number: int) -> SimulatedCustomer:
    return SimulatedCustomer(
        rehearsal.world.twilio, number_of(number), "Lucía", rehearsal.url, to=WHATSAPP_NUMBER
    )
