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
from tests.serve.county import County, open_county
from tests.serve.town import LASTING, Town, open_town, patience, until
from vocero.rehearsal import free_port

pytestmark = [pytest.mark.sockets, pytest.mark.timeout(400)]

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


async def test_a_day_of_three_workers(tmp_path: Path, server: PostgresServer) -> None:
    """One story after the other: starting three workers is most of what each of them would cost."""
    async with open_county(tmp_path, server) as county:
        await calls_go_through_all_workers(county)
        await every_part_of_a_call_at_another_worker(county)
        await a_killed_workers_calls_are_told_honestly(county)
        await county.start()
        await a_worker_that_drains_loses_nothing(county)
        await county.start()
        await without_redis_calls_and_results_go_on(county)
        await messages_to_every_worker_have_one_answer(county)
    for worker in county.town.started:
        assert "Traceback" not in worker.log(), worker.log()


async def booked_by(county: County, numbers: range) -> None:
    """These customers are told that it is booked."""
    for number in numbers:
        assert "*Reservado*" in await county.town.told(number, within_s=40)


async def calls_go_through_all_workers(county: County) -> None:
    numbers, town = range(1, 10), county.town
    for number in numbers:
        await town.ask(number)
    for number in numbers:
        await town.confirm(number, BOOKED)
    await booked_by(county, numbers)
    assert len(county.crossing.visits) == 3 and min(county.crossing.visits.values()) > 10
    await asyncio.sleep(1.0)
    for number in numbers:
        assert len(town.calls(number)) == 1
        assert len(town.results(number)) == 1
    assert [each.violations for each in town.world.elevenlabs.conversations] == [[]] * len(numbers)
    assert [alert for alert in town.world.twilio.alerts if alert.sid.startswith("CA")] == []
    assert [worker.imported_since_ready() for worker in town.started] == [[], [], []]


async def every_part_of_a_call_at_another_worker(county: County) -> None:
    """The order to one, what the carrier tells to another, and the customer writes to a third."""
    town, (first, second, third) = county.town, county.workers
    before, visits = len(town.world.twilio.calls), county.crossing.visits[second]
    county.crossing.only = first
    await town.ask(11)
    await town.confirm(11, RINGS_ON)
    county.crossing.only = second
    ringing = await town.world.twilio.call_reaches("ringing", first=before)
    await until(lambda: county.crossing.visits[second] > visits)
    county.crossing.only = third
    began = time.monotonic()
    assert (await town.customer(11).write("cancelá")).status == 200
    await until(lambda: ringing.record.is_over)
    assert time.monotonic() - began < patience(2)
    assert (ringing.status, ringing.ended_by) == ("canceled", "rest")

    conversations = len(town.world.elevenlabs.conversations)
    county.crossing.only = first
    await town.ask(12)
    await town.confirm(12, LASTING)
    county.crossing.only = second
    conversation = await town.in_conversation(conversations)
    # Its sound arrived at the second or, if it was quick, at the first.
    county.crossing.only = third
    assert (await town.customer(12).write("preguntales si hay estacionamiento")).status == 200
    await until(lambda: "estacionamiento" in " ".join(conversation.told))
    assert (await town.customer(12).write("cancelá la llamada")).status == 200
    (call,) = town.calls(12)
    await until(lambda: call.record.is_over, 30)
    for number in (11, 12):
        await town.reads(number, "cancelada, como pediste")
    county.crossing.only = None
    await asyncio.sleep(1.0)
    for number in (11, 12):
        assert sum("cancelada" in body for body in town.read(number)) == 1


async def a_killed_workers_calls_are_told_honestly(county: County) -> None:
    numbers, town, agent = range(21, 33), county.town, county.town.world.elevenlabs
    before = len(agent.conversations)
    for number in numbers:
        await town.ask(number)
    for number in numbers:
        await town.confirm(number, LASTING)
    await until(
        lambda: sum(e.steps_done > 0 for e in agent.conversations[before:]) == len(numbers), 40
    )
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
    for number in going_on:
        await town.customer(number).write("cancelá la llamada")
    for number in going_on:
        await town.reads(number, "cancelada, como pediste")
    assert all(len(town.calls(number)) == 1 for number in numbers if number != told[0])


async def a_worker_that_drains_loses_nothing(county: County) -> None:
    numbers, town = range(41, 47), county.town
    before = len(town.world.elevenlabs.conversations)
    for number in numbers:
        await town.ask(number)
    for number in numbers:
        await town.confirm(number, BOOKED)
    await until(lambda: len(town.world.elevenlabs.conversations) >= before + 3, 40)
    port = next(iter(county.workers))
    leaving = county.workers.pop(port)
    leaving.send(signal.SIGTERM)
    # A proxy learns it from /ready and sends nothing new there.
    county.crossing.ports = list(county.workers)
    assert await leaving.exit_code(within_s=60) == 0
    await booked_by(county, numbers)
    assert [len(town.results(number)) for number in numbers] == [1] * len(numbers)
    assert [len(town.calls(number)) for number in numbers] == [1] * len(numbers)


async def without_redis_calls_and_results_go_on(county: County) -> None:
    numbers, town = range(51, 53), county.town
    for number in numbers:
        await town.ask(number)
    await town.confirm(51, BOOKED)
    county.redis.kill()
    await town.confirm(52, BOOKED)
    await booked_by(county, numbers)


async def messages_to_every_worker_have_one_answer(county: County) -> None:
    """And one of them dies with some of them in its hands."""
    customers, town = range(61, 91), county.town
    posts = [town.customer(number).write(town.wish(number)) for number in customers]
    answers = await asyncio.gather(*posts)
    assert {answer.status for answer in answers} == {200}
    await county.kill(next(iter(county.workers)))
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
