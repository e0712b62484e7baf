"""The way between workers, over a real Redis: questions, notes, who is there, and Redis away."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable

import pytest
from redis.asyncio import Redis

from tests.bus.conftest import PREFIX, SECRET, all_linked, buses, until
from tests.bus.redis_server import RedisServer
from vocero.bus.address import address_problem
from vocero.bus.bus import ANSWER_S, GONE_S, Json, NoAnswer, NoOthers, OutOfReach
from vocero.bus.opening import make_bus
from vocero.bus.redis_bus import RedisBus
from vocero.bus.sealed import MOST_BYTES, Seal, packed
from vocero.settings import load_settings

pytestmark = pytest.mark.sockets


class Looker:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.links = 0
        self.news: dict[str, Json] = {}
        self.gone: list[str] = []

    def link_changed(self) -> None:
        self.links += 1

    def worker_here(self, worker: str, news: Json) -> None:
        self.news[worker] = news

    def worker_gone(self, worker: str) -> None:
        self.gone.append(worker)


async def test_whoever_has_it_answers_and_nobody_is_an_answer_too(
    redis_server: RedisServer,
) -> None:
    async with buses(redis_server, 3) as (one, two, three):
        two.answer("see", lambda worker, about, fields: None)
        three.answer(
            "see",
            lambda worker, about, fields: (
                {"worker": worker, **fields} if about == "call-3" else None
            ),
        )
        assert await one.ask("see", "call-3", {"n": 1}) == {"worker": one.name, "n": 1}
        began = time.monotonic()
        assert await one.ask("see", "call-4", {}) is None
        assert await one.ask("a word that nobody knows", "call-3", {}) is None
        assert time.monotonic() - began < 1


async def test_what_takes_longer_is_waited_for_and_no_longer_than_told(
    redis_server: RedisServer,
) -> None:
    def slow(worker: str, about: str, fields: Json) -> Awaitable[Json]:
        async def answer() -> Json:
            await asyncio.sleep(float(fields["s"]))
            return {"done": True}

        return answer()

    async with buses(redis_server, 2) as (one, two):
        two.answer("slow", slow)
        assert await one.ask("slow", "x", {"s": ANSWER_S + 0.5}, longest_s=10) == {"done": True}
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            await one.ask("slow", "x", {"s": 30}, longest_s=0.5)
        assert time.monotonic() - began < 1.5


async def test_a_worker_that_hangs_is_no_answer_and_one_that_died_is_nobody(
    redis_server: RedisServer,
) -> None:
    async with buses(redis_server, 2) as (one, two):
        looker = Looker()
        one.watch(looker)
        two.announce(looking=True)
        await until(lambda: looker.news.get(two.name) == {"looking": True})
        for task in asyncio.all_tasks():
            if task.get_name() in (f"bus of {two.name}", f"beat of {two.name}"):
                task.cancel()  # as if it was killed
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            await one.ask("see", "call", {})
        assert ANSWER_S - 0.1 < time.monotonic() - began < ANSWER_S + 1
        await until(lambda: looker.gone == [two.name], GONE_S + 3)
        assert await one.ask("see", "call", {}) is None


async def test_whoever_leaves_says_so(redis_server: RedisServer) -> None:
    async with buses(redis_server, 1) as (one,):
        looker = Looker()
        one.watch(looker)
        async with RedisBus(redis_server.url, PREFIX, SECRET) as two:
            await all_linked([one, two])
        await until(lambda: looker.gone == [two.name], 1)


async def test_redis_goes_and_comes_back(redis_server: RedisServer) -> None:
    heard: list[bytes] = []
    async with buses(redis_server, 2) as (one, two):
        looker = Looker()
        one.watch(looker)
        two.hear("sound", heard.append)
        two.answer("see", lambda worker, about, fields: {})
        redis_server.kill()
        await until(lambda: not one.linked and not two.linked, 2)
        assert looker.links == 1
        began = time.monotonic()
        with pytest.raises(OutOfReach):
            await one.ask("see", "call", {})
        with pytest.raises(OutOfReach):
            await one.first("key", 5)
        assert not one.publish("sound", b"x") and not one.tell("note", {})
        assert time.monotonic() - began < 0.1
        two.hear("later", heard.append)  # while it is away
        redis_server.start()
        await all_linked([one, two])
        assert looker.links == 2
        assert await one.ask("see", "call", {}) == {}
        assert one.publish("sound", b"1") and one.publish("later", b"2")
        await until(lambda: heard == [b"1", b"2"])


async def test_a_redis_that_hangs_is_found_out(redis_server: RedisServer) -> None:
    async with buses(redis_server, 2) as (one, two):
        redis_server.freeze()
        await until(lambda: not one.linked and not two.linked, GONE_S + 4)
        redis_server.kill()
        redis_server.start()
        await all_linked([one, two])


async def test_nobody_waits_for_a_redis_that_never_was() -> None:
    began = time.monotonic()
    async with RedisBus("redis://127.0.0.1:1/0", PREFIX, SECRET) as bus:
        with pytest.raises(OutOfReach):
            await bus.ask("see", "call", {})
    assert time.monotonic() - began < 1


async def test_a_key_is_good_once_everywhere_and_random_keys_are_all_that_stays(
    redis_server: RedisServer,
) -> None:
    async with buses(redis_server, 2) as (one, two):
        both = await asyncio.gather(one.first("k", 5), two.first("k", 5))
        assert sorted(both) == [False, True]
        one.tell("note", {"private": "words"})
        one.publish("sound", b"sound")
        assert redis_server.keys() == [f"{PREFIX}k"]


ODD = [
    b"",
    b"no json",
    b"[]",
    b'{"t":"here"}',
    b'{"t":"here","from":7,"is":{}}',
    b'{"t":"here","from":"../x","is":{}}',
    b'{"t":"here","from":"ab","is":[]}',
    b'{"t":"ask","from":"ab","id":"1","what":"see","about":"a b","is":{}}',
    b'{"t":"ask","from":"ab","id":{},"what":"see","about":"call","is":{}}',
    b'{"t":"ask","from":"ab","id":"1","what":"fails","about":"call","is":{}}',
    b'{"t":"answer","from":"ab","id":"never","is":{}}',
    b'{"t":"told","from":"ab","kind":"fails","is":{}}',
    b'{"t":"told","from":"ab","kind":["fails"],"is":{}}',
    b"[" * 100_000,
]


async def test_odd_messages_end_nothing_and_strangers_are_not_heard(
    redis_server: RedisServer,
) -> None:
    heard: list[Json] = []

    def fails(*told: object) -> None:
        raise RuntimeError("a defect")

    async with buses(redis_server, 2) as (one, two), Redis.from_url(redis_server.url) as raw:
        two.told("note", lambda worker, fields: heard.append(fields))
        two.told("fails", fails)
        two.answer("fails", fails)
        two.answer("see", lambda worker, about, fields: {})
        seal = Seal(SECRET)
        to_two = f"to.{two.name}"
        for channel in ("all", to_two):
            for odd in ODD:
                await raw.publish(PREFIX + channel, odd)
                await raw.publish(PREFIX + channel, seal.sealed(channel, odd))
        await raw.publish(f"{PREFIX}all", seal.sealed("all", b"x" * (MOST_BYTES + 1)))
        forged = packed({"t": "told", "kind": "note", "is": {}, "from": "ab"})
        await raw.publish(PREFIX + to_two, forged)
        await raw.publish(PREFIX + to_two, Seal("another").sealed(to_two, forged))
        await raw.publish(PREFIX + to_two, seal.sealed("all", forged))  # of another channel
        assert await one.ask("see", "call", {}) == {}
        assert heard == []
        one.tell("note", {"n": 1}, two.name)
        await until(lambda: heard == [{"n": 1}])


def test_without_an_address_there_is_nobody_and_nothing_is_imported() -> None:
    look = (
        "import sys\n"
        "from vocero.settings import load_settings\n"
        "from vocero.bus.opening import make_bus\n"
        "import vocero.service\n"
        "sys.exit(any(name.split('.')[0] == 'redis' for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", look], check=False, env=os.environ.copy())
    assert done.returncode == 0


LOOK = """
import asyncio, sys
from vocero.bus.redis_bus import RedisBus

async def main(url):
    async with RedisBus(url, "p:", "s") as one, RedisBus(url, "p:", "s") as two:
        while not (one.linked and two.linked and one.workers and two.workers):
            await asyncio.sleep(0.01)
        before = set(sys.modules)
        two.answer("see", lambda worker, about, fields: {})
        await one.ask("see", "x", {})
        await one.first("key", 1)
        await one.ask("else", "x", {})
        two.hear("c", print)()
        await asyncio.sleep(0.1)
        print(sorted(set(sys.modules) - before))

asyncio.run(main(sys.argv[1]))
"""


def test_nothing_is_imported_once_it_is_at_work(redis_server: RedisServer) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, redis_server.url], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "url", ["redis://h", "redis://:p@h:6379/0", "rediss://u:p@h:6380/2", "unix:///run/redis.sock"]
)
def test_an_address_of_a_redis(url: str) -> None:
    assert address_problem(url) == ""
    RedisBus(url, PREFIX, SECRET)


@pytest.mark.parametrize(
    "url",
    [
        "localhost",
        "http://h",
        "redis://",
        "redis://h:port/0",
        "redis://h/zero",
        "unix://",
        "redis://[x",
    ],
)
def test_what_is_no_address_of_a_redis_is_said_without_it(url: str) -> None:
    assert "redis://:password@host" in address_problem(url)


def test_the_bus_is_that_of_the_settings() -> None:
    assert isinstance(make_bus(load_settings(SETTINGS)), NoOthers)
    several = {
        **SETTINGS,
        "REDIS_URL": "redis://:hidden@127.0.0.1:6379/0",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": "postgresql+asyncpg://u:p@db/name",
    }
    assert isinstance(make_bus(load_settings(several)), RedisBus)


SETTINGS = {
    "BASE_URL": "https://vocero.example",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "TWILIO_WHATSAPP_NUMBER": "+14155550100",
    "TWILIO_PHONE_NUMBER": "+14155550101",
    "ELEVENLABS_API_KEY": "key",
    "ELEVENLABS_AGENT_ID": "agent_x",
}
