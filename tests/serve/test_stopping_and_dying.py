"""How a service ends in the middle of its work, and what its customers see of it.

SIGTERM: calls go on, nobody is called any more, stragglers are ended when the time is up. SIGKILL:
the next start takes up what was left, within 20 s, and nobody is called twice.

Every story is a town of its own; they are played at the same time, each test looks at one of them.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from data.sql_store import SqlStore
from data.store import Attempt, OutgoingMessage, Turn
from simulation.carrier_line import Business
from simulation.script import (
    EndCall,
    Hear,
    ListenOut,
    Pickup,
    PutDown,
    Say,
    Scene,
    Speak,
    UseTool,
    Wait,
)
from simulation.services_openai import Mode
from simulation.speech import clips
from tests.serve.town import any_moment, patience

if TYPE_CHECKING:
    from tests.serve.conftest import OpenTown
    from tests.serve.town import Town

pytestmark = pytest.mark.sockets

TAKEN_UP_S = 20.0
"""From the moment that the next process listens to the last customer who is told."""
_SLOT = {"date": "{tomorrow}", "time": "17:00", "professional_name": "Ana"}


def scene(name: str, **parts: Any) -> Scene:
    """A scene whose customer is played by the test."""
    whole: dict[str, Any] = {"business": (), "agent": (), "ring_ms": 200, **parts}
    return Scene(name, name, (), ends_as="", **whole)


RINGS_ON = scene("rings_on", ring_ms=60_000)
BUSY = scene("busy", pickup=Pickup.BUSY)
BOOKED = scene(
    "booked",
    business=(Speak("ana_greets"), ListenOut(), Wait(8000), Speak("ana_confirms"), ListenOut()),
    agent=(
        Hear("ana_greets"),
        Say("agent_takes_it"),
        Hear("ana_confirms"),
        UseTool("validate_slot", _SLOT),
        UseTool("report_result", {"status": "booked", **_SLOT}),
        Say("agent_thanks"),
        EndCall(),
    ),
)
REPORTED = scene(
    "reported",
    agent=(
        UseTool("report_result", {"status": "no_availability"}),
        Say("agent_says_a_long_goodbye"),
        EndCall(),
    ),
)


# --- SIGTERM ----------------------------------------------------------------------------------
async def a_call_goes_on_to_its_end(town: Town, loop: str) -> None:
    async with town.serving(loop) as serving:
        waiting = await town.ask(2)
        call = await town.talking(1, BOOKED)
        # Started twice by mistake: the calls of the first one are none of the second one's.
        second = await town.start(loop)
        assert await second.exit_code() == 1
        serving.send(signal.SIGTERM)
        await until_draining(town)

        # Nobody is called any more, and whoever says yes is told why.
        assert (await waiting.write("sí")).status == 200
        await town.reads(2, "reiniciarme")
        # Webhooks are answered, other questions too.
        await town.ask(3)
        metrics = (await town.http.get(f"{town.url}/metrics")).text.splitlines()
        assert {"vocero_draining 1", "vocero_live_calls 1"} <= set(metrics)
        assert call.status == "in-progress"

        assert "*Reservado*" in await town.told(1)
        assert await serving.exit_code(within_s=10) == 0
    assert second.log().startswith("HOST, PORT: cannot listen at 127.0.0.1:")
    assert len(second.log().splitlines()) == 1
    assert (call.status, len(town.calls(1)), town.calls(2)) == ("completed", 1, [])
    assert len(town.results(1)) == 1 and town.results(2) == []
    assert town.world.elevenlabs.conversations[-1].violations == []
    # The last word on the result's delivery may come too late; about calls nothing does.
    assert [alert for alert in town.world.twilio.alerts if alert.sid.startswith("CA")] == []
    # From the first request to the end of a whole booked call everything was there already.
    assert serving.imported_since_ready() == []


async def goes_on_under_uvloop(town: Town) -> None:
    await a_call_goes_on_to_its_end(town, "uvloop")


async def goes_on_under_asyncio(town: Town) -> None:
    await a_call_goes_on_to_its_end(town, "asyncio")


async def until_draining(town: Town) -> None:
    """Returns when /ready says so."""
    async with asyncio.timeout(patience(5)):
        while (ready := await town.http.get(f"{town.url}/ready")).status_code == 200:
            continue
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["draining"])


async def a_straggler_is_ended_when_the_time_is_up(town: Town) -> None:
    async with town.serving("asyncio", DRAIN_SECONDS="1") as serving:
        call = await town.talking(1)
        serving.send(signal.SIGTERM)
        assert await serving.exit_code(within_s=1 + 10) == 0
    assert (call.status, call.ended_by) == ("completed", "rest")
    assert "se cortó" in await town.told(1, within_s=1)
    assert len(town.calls(1)) == 1


async def asked_twice_it_ends_now_and_tells(town: Town) -> None:
    async with town.serving() as serving:
        talking = await town.talking(1)
        await town.ask(2)
        await town.confirm(2, RINGS_ON)
        ringing = await town.world.twilio.call_reaches("ringing", first=1)
        serving.send(signal.SIGTERM)
        await until_draining(town)
        serving.send(signal.SIGTERM)
        asked = time.monotonic()
        assert await serving.exit_code() == 0
        assert time.monotonic() - asked < patience(3)
    assert (talking.status, talking.ended_by) == ("completed", "rest")
    assert (ringing.status, ringing.ended_by) == ("canceled", "rest")
    for number in (1, 2):
        assert "se cortó" in await town.told(number, within_s=1)
        assert len(town.calls(number)) == 1


async def a_carrier_that_hangs_does_not_hold_up_the_end(town: Town) -> None:
    async with town.serving(DRAIN_SECONDS="1") as serving:
        call = await town.talking(1)
        town.road.block()
        serving.send(signal.SIGTERM)
        assert await serving.exit_code(within_s=1 + 10) == 0
    assert town.results(1) == []
    # What could not be sent is promised, and what is promised is sent after the next start.
    told = (await town.calls_as_told())[town.business(1)]
    assert (told["state"], told["outcome"]["status"]) == ("ended", "interrupted")
    # Nobody could hang up, so the carrier went on to the apology and its own hang-up.
    await town.until(lambda: call.record.is_over)
    assert len(town.calls(1)) == 1


# --- SIGKILL ----------------------------------------------------------------------------------
STORED, ROW, UNANSWERED, RINGING, TALKING, AFTER_REPORT, PROMISED, UNMARKED = range(1, 9)
CUT_OFF = (ROW, UNANSWERED, RINGING, TALKING, AFTER_REPORT)
REPORT_KEPT = ("nada libre", "no_availability")


async def killed_in_every_phase(town: Town) -> None:
    twilio, faults = town.world.twilio, town.world.twilio.faults
    async with town.serving() as serving:
        await asyncio.gather(*(town.ask(number) for number in (*CUT_OFF, PROMISED, UNMARKED)))

        # The result was sent, and the answer to that does not arrive.
        faults.lost_message_responses = 1
        await town.confirm(UNMARKED, BUSY)
        await town.told(UNMARKED)
        await town.confirm(RINGING, RINGS_ON)
        await twilio.call_reaches("ringing", first=1)
        await town.confirm(TALKING)
        await town.in_conversation(0)
        await town.confirm(AFTER_REPORT, REPORTED)
        (use,) = (await town.in_conversation(1)).tools
        await town.until(lambda: use.result is not None)
        # The call was placed, and neither an answer nor a callback tells so.
        faults.lost_call_responses = 1
        faults.lose_callbacks = frozenset({"initiated", "ringing"})
        await town.confirm(UNANSWERED, RINGS_ON)
        await town.until(lambda: town.calls(UNANSWERED))
        # The model has the message, the store too, and no answer was begun.
        town.world.openai.fail(Mode.TIMEOUT)
        asked = len(town.world.openai.chats)
        wish = town.wish(STORED)
        assert (await town.customer(STORED).write(wish)).status == 200
        await town.until(lambda: len(town.world.openai.chats) > asked)
        # The call is over, and its result cannot be sent for the moment.
        faults.refuse_messages = [20429] * 99
        await town.confirm(PROMISED, BUSY)
        await town.until(lambda: any(call.record.is_over for call in town.calls(PROMISED)))
        refused = len(faults.refuse_messages)
        await town.until(lambda: len(faults.refuse_messages) < refused)
        # The attempt is durable, and the carrier said: not now.
        faults.refuse_calls = [20429] * 3
        await town.confirm(ROW)
        await town.until(lambda: len(faults.refuse_calls) < 3)
        await serving.kill()

    faults.refuse_calls, faults.refuse_messages = [], []
    faults.lose_callbacks = frozenset()
    town.world.openai.fail(Mode.OK)
    async with town.serving() as serving:
        began = time.monotonic()
        await town.reads(STORED, "¿Llamo a")
        for number in (*CUT_OFF, PROMISED):
            await town.told(number, TAKEN_UP_S)
        assert time.monotonic() - began < patience(TAKEN_UP_S)
        await town.until(lambda: all(call.record.is_over for call in twilio.calls))
        told = await town.calls_as_told()
        serving.send(signal.SIGTERM)
        assert await serving.exit_code(within_s=5) == 0

    assert [len(town.calls(n)) for n in range(1, 9)] == [0, 0, 1, 1, 1, 1, 1, 1]
    for number in CUT_OFF:
        words, status = REPORT_KEPT if number == AFTER_REPORT else ("se cortó", "interrupted")
        assert words in await town.told(number)
        outcome = told.pop(town.business(number))
        assert (outcome["state"], outcome["outcome"]["status"]) == ("ended", status)
    for number in (PROMISED, UNMARKED):
        outcome = told.pop(town.business(number))
        assert (outcome["state"], outcome["outcome"]["status"]) == ("ended", "busy")
    assert told == {} and len(town.read(STORED)) == 1
    assert "ocupada" in await town.told(PROMISED)
    # Only between the sending and its mark a message may come twice, in the same words.
    assert len(town.results(UNMARKED)) <= 2 and len(set(town.results(UNMARKED))) == 1
    ringing = (*town.calls(UNANSWERED), *town.calls(RINGING))
    assert {(call.status, call.ended_by) for call in ringing} == {("canceled", "rest")}


async def killed_at_any_moment(town: Town) -> None:
    moment = any_moment(3.0)
    speech = {"ana_greets": clips()["ana_greets"].mulaw}
    quick = scene("quick", agent=(UseTool("report_result", {"status": "no_availability"}),))
    lines = (
        Business(pickup=Pickup.BUSY),
        Business(pickup=Pickup.FAILS),
        Business(ring_ms=60_000),
        Business((Wait(300), PutDown()), ring_ms=100),
        Business((Wait(1500), PutDown()), ring_ms=100),
        Business((Speak("ana_greets"),), speech, ring_ms=100),
    )
    numbers = range(1, len(lines) + 1)
    for number, line in zip(numbers, lines, strict=True):
        town.world.twilio.businesses[town.business(number)] = line
    async with town.serving() as serving:
        customers = await asyncio.gather(*(town.ask(number) for number in numbers))
        town.world.elevenlabs.scene = quick

        async def confirm(after_s: float, number: int) -> bool:
            await asyncio.sleep(after_s)
            return (await customers[number - 1].write("sí")).status == 200

        async with asyncio.TaskGroup() as tasks:
            taken = [tasks.create_task(confirm(0.3 * n, n)) for n in numbers]
            await asyncio.sleep(moment)
            await serving.kill()

    async with town.serving():
        for number, was_taken in zip(numbers, taken, strict=True):
            if was_taken.result():
                await town.until(partial(town.results, number), TAKEN_UP_S)
        await town.until(lambda: all(call.record.is_over for call in town.world.twilio.calls))
    for number in numbers:
        results = town.results(number)
        assert len(town.calls(number)) <= 1, (moment, number)
        assert len(set(results)) <= 1 and len(results) <= 2, (moment, number, results)


# --- beside it --------------------------------------------------------------------------------
async def one_call_from_the_terminal_leaves_the_rest_alone(town: Town) -> None:
    customer = "whatsapp:+5491140009009"
    url = f"sqlite+aiosqlite:///{town.settings['VAR_DIR']}/vocero.db"
    promise = OutgoingMessage("promised", customer, "Reservado", due_at=0.0)
    left = Attempt("left", "errand", customer, town.business(2), "", "{}", created_at=time.time())
    store = SqlStore(url)
    await store.open()
    try:
        await store.commit_turn(Turn(customer, outgoing=(promise,), attempt=left))
        town.world.play_scene(BUSY)
        code, out, _ = await town.run("call", town.business(1), "--ask", "un corte")
        assert code == 1 and "ocupada" in out and "Reservado" not in out
        assert [each.attempt_id for each in await store.open_attempts()] == ["left"]
        assert await store.next_due() is not None
    finally:
        await store.close()
    assert len(town.world.twilio.calls) == 1 and len(town.world.twilio.chat) == 0


# --- all of them ------------------------------------------------------------------------------
Story = Callable[["Town"], Coroutine[Any, Any, None]]
STORIES: tuple[Story, ...] = (
    killed_in_every_phase,
    killed_at_any_moment,
    goes_on_under_uvloop,
    goes_on_under_asyncio,
    a_straggler_is_ended_when_the_time_is_up,
    asked_twice_it_ends_now_and_tells,
    a_carrier_that_hangs_does_not_hold_up_the_end,
    one_call_from_the_terminal_leaves_the_rest_alone,
)


@pytest.fixture(scope="module")
def played(
    open_town: OpenTown, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[Story, BaseException | None]:
    """What each story ended with."""

    async def play(story: Story, folder: Path) -> None:
        async with open_town(folder) as town:
            await story(town)

    wanted = {item.name for item in request.session.items}
    stories = [each for each in STORIES if f"test_stopping_and_dying[{each.__name__}]" in wanted]

    async def play_all() -> list[BaseException | None]:
        folder = tmp_path_factory.mktemp("stories")
        plays = [play(story, folder / story.__name__) for story in stories]
        return await asyncio.gather(*plays, return_exceptions=True)

    return dict(zip(stories, asyncio.run(play_all()), strict=True))


@pytest.mark.timeout(400)  # the first of them waits for all the stories
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_stopping_and_dying(story: Story, played: dict[Story, BaseException | None]) -> None:
    failure = played[story]
    if failure is not None:
        raise failure
