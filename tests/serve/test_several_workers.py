"""Three workers on one PostgreSQL behind an address that leads to each in turn: sticky nothing.

Whichever worker a webhook, a media socket or a message reaches: one call, one result, told once.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation.script import EndCall, Hear, ListenOut, Say, Scene, Speak, UseTool
from tests.bus.redis_server import program
from tests.data.postgresql_server import PostgresServer, binaries
from tests.serve.county import open_county
from tests.serve.town import LASTING, Town, open_town, patience, until
from vocero.rehearsal import free_port

pytestmark = [pytest.mark.sockets, pytest.mark.timeout(240)]

SLOT = {"date": "{tomorrow}", "time": "17:00", "professional_name": "Ana"}
BOOKED = Scene(
    name="booked",
    story="Booked in short.",
    customer=(),
    business=(Speak("ana_greets"), ListenOut(), Speak("ana_confirms"), ListenOut()),
    agent=(
        Hear("ana_greets"),
        Say("agent_takes_it"),
        Hear("ana_confirms"),
        UseTool("validate_slot", SLOT),
        UseTool("report_result", {"status": "booked", **SLOT}),
        Say("agent_thanks"),
        EndCall(),
    ),
    ends_as="booked",
    ring_ms=200,
)
RINGS_ON = Scene("rings_on", "It rings.", (), (), (), ends_as="", ring_ms=60_000)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One for these tests."""
    programs = binaries()
    if programs is None:
        pytest.skip("needs Debian's postgresql")
    if program() is None:
        pytest.skip("needs Debian's redis-server")
    started = PostgresServer(programs)
    try:
        started.start()
        yield started
    finally:
        started.remove()


async def test_calls_go_through_all_workers(tmp_path: Path, server: PostgresServer) -> None:
    numbers = range(1, 10)
    async with open_county(tmp_path, server) as county:
        town = county.town
        for number in numbers:
            await town.ask(number)
        for number in numbers:
            await town.confirm(number, BOOKED)
        for number in numbers:
            assert "*Reservado*" in await town.told(number, within_s=40)
        assert min(county.crossing.visits.values()) > 10
        await asyncio.sleep(1.0)
    for number in numbers:
        assert len(town.calls(number)) == 1
        assert len(town.results(number)) == 1
    assert [each.violations for each in town.world.elevenlabs.conversations] == [[]] * len(numbers)
    assert [alert for alert in town.world.twilio.alerts if alert.sid.startswith("CA")] == []
    for worker in town.started:
        assert "Traceback" not in worker.log(), worker.log()
        assert worker.imported_since_ready() == []


async def test_every_part_of_a_call_at_another_worker(
    tmp_path: Path, server: PostgresServer
) -> None:
    """The order to one, what the carrier tells to another, and the customer writes to a third."""
    async with open_county(tmp_path, server) as county:
        town, (first, second, third) = county.town, county.workers
        county.crossing.only = first
        await town.ask(1)
        await town.confirm(1, RINGS_ON)
        county.crossing.only = second
        ringing = await town.world.twilio.call_reaches("ringing")
        await until(lambda: county.crossing.visits[second] > 0)
        county.crossing.only = third
        began = time.monotonic()
        assert (await town.customer(1).write("cancelá")).status == 200
        await until(lambda: ringing.record.is_over)
        assert time.monotonic() - began < patience(2)
        assert (ringing.status, ringing.ended_by) == ("canceled", "rest")

        county.crossing.only = first
        await town.ask(2)
        await town.confirm(2, LASTING)
        county.crossing.only = second
        conversation = await town.in_conversation(0)
        # Its sound arrived at the second or, if it was quick, at the first.
        county.crossing.only = third
        assert (await town.customer(2).write("preguntales si hay estacionamiento")).status == 200
        await until(lambda: "estacionamiento" in " ".join(conversation.told))
        assert (await town.customer(2).write("cancelá la llamada")).status == 200
        (call,) = town.calls(2)
        await until(lambda: call.record.is_over, 30)
        for number in (1, 2):
            await town.reads(number, "cancelada, como pediste")
        await asyncio.sleep(1.0)
    for number in (1, 2):
        assert sum("cancelada" in body for body in town.read(number)) == 1


async def test_a_killed_workers_calls_are_told_honestly(
    tmp_path: Path, server: PostgresServer
) -> None:
    numbers = range(1, 13)
    async with open_county(tmp_path, server) as county:
        town = county.town
        for number in numbers:
            await town.ask(number)
        for number in numbers:
            await town.confirm(number, LASTING)
        agent = town.world.elevenlabs
        await until(lambda: sum(e.steps_done > 0 for e in agent.conversations) == len(numbers), 40)
        held = {port: await county.live_calls(port) for port in county.workers}
        assert sum(held.values()) == len(numbers)
        victim = max(held, key=lambda port: held[port])
        killed = time.monotonic()
        await county.kill(victim)
        await until(lambda: sum(bool(town.results(n)) for n in numbers) == held[victim], 40)
        assert time.monotonic() - killed < patience(40)
        told = [number for number in numbers if town.results(number)]
        for number in told:
            (result,) = town.results(number)
            assert "se cortó" in result
            assert town.calls(number)[0].record.is_over
        # The others talk on.
        going_on = [number for number in numbers if number not in told]
        assert all(not town.calls(number)[0].record.is_over for number in going_on)
        # And whoever's call was cut off can have another one.
        await town.ask(told[0])
        await town.confirm(told[0], BOOKED)
        await until(lambda: any("*Reservado*" in body for body in town.read(told[0])), 40)
    assert all(len(town.calls(number)) == 1 for number in numbers if number != told[0])


async def test_a_worker_that_drains_loses_nothing(tmp_path: Path, server: PostgresServer) -> None:
    numbers = range(1, 7)
    async with open_county(tmp_path, server) as county:
        town = county.town
        for number in numbers:
            await town.ask(number)
        for number in numbers:
            await town.confirm(number, BOOKED)
        await until(lambda: len(town.world.elevenlabs.conversations) >= 3, 40)
        port = next(iter(county.workers))
        leaving = county.workers.pop(port)
        leaving.send(signal.SIGTERM)
        # A proxy learns it from /ready and sends nothing new there.
        county.crossing.ports = list(county.workers)
        assert await leaving.exit_code(within_s=60) == 0
        for number in numbers:
            assert "*Reservado*" in await town.told(number, within_s=40)
    assert [len(town.results(number)) for number in numbers] == [1] * len(numbers)
    assert [len(town.calls(number)) for number in numbers] == [1] * len(numbers)


async def test_without_redis_calls_and_results_go_on(
    tmp_path: Path, server: PostgresServer
) -> None:
    async with open_county(tmp_path, server) as county:
        town = county.town
        await town.ask(1)
        await town.confirm(1, BOOKED)
        county.redis.kill()
        await town.ask(2)
        await town.confirm(2, BOOKED)
        for number in (1, 2):
            assert "*Reservado*" in await town.told(number, within_s=40)


async def test_messages_to_every_worker_have_one_answer(
    tmp_path: Path, server: PostgresServer
) -> None:
    """Each message is posted to all of them at once, as a carrier that is not sure would."""
    customers = range(1, 31)
    async with open_county(tmp_path, server) as county:
        town = county.town
        posts = [town.customer(number).write(town.wish(number)) for number in customers]
        answers = await asyncio.gather(*posts)
        assert {answer.status for answer in answers} == {200}
        victim = next(iter(county.workers))
        await county.kill(victim)
        for number in customers:
            await town.reads(number, f"¿Llamo al +54 11 4000-{1800 + number}")
        await asyncio.sleep(2.0)
    assert [len(town.read(number)) for number in customers] == [1] * len(customers)


# --- only one, where there is no REDIS_URL ------------------------------------------------------
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_second_one_on_the_same_database_does_not_start(
    kind: str, tmp_path: Path, server: PostgresServer
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/vocero.db" if kind == "sqlite" else server.new_database()
    async with open_town(tmp_path / "town", DATABASE_URL=url) as town:
        async with town.serving():
            call = await town.talking(1)
            second = await town.start(PORT=str(free_port()))
            assert await second.exit_code() == 1
            (line,) = second.log().splitlines()
            assert line.startswith("DATABASE_URL: ") and "another Vocero" in line
            assert not call.record.is_over
            # Who only looks is not in its way.
            assert set(await town.calls_as_told()) == {town.business(1)}
        # It was killed, and whoever comes next is alone at once.
        async with town.serving():
            assert "se cortó" in await town.told(1)
        assert await _exit_code_with(town, REDIS_URL="redis://127.0.0.1:1/0") == 2
    if kind == "postgresql":
        server.drop_database(url)


async def _exit_code_with(town: Town, **settings: str) -> int:
    """Several workers without what they need: a secret that is the same, a PostgreSQL."""
    started = await town.start(PORT=str(free_port()), **settings)
    code = await started.exit_code()
    assert "Traceback" not in started.log()
    assert started.log().startswith(("SECRET_KEY: ", "DATABASE_URL: "))
    return code
