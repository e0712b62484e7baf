"""A recording that is late, huge, slow, of another type or gone: told apart, and never for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from data.reply import VoiceTrouble
from messaging.media_download import Limits, NotFetched
from simulation.clock import run_virtual
from tests.messaging.listening import MEDIA_URL, PUBLIC, SIGNED, SOUND, Net, redirect, sound


def fetch(net: Net, limits: Limits | None = None) -> tuple[bytes | NotFetched, float]:
    """What came of it, and how long it took in virtual time."""

    async def run() -> tuple[bytes | NotFetched, float]:
        began = asyncio.get_running_loop().time()
        got: bytes | NotFetched
        try:
            got = (await net.fetch(limits=limits)).content
        except NotFetched as failure:
            got = failure
            assert "canary" not in str(failure) and MEDIA_URL not in str(failure)
        return got, asyncio.get_running_loop().time() - began

    return run_virtual(run())


def refused(net: Net, limits: Limits | None = None) -> tuple[VoiceTrouble, float]:
    got, took_s = fetch(net, limits)
    assert isinstance(got, NotFetched), got
    return got.trouble, took_s


def test_a_recording_that_is_not_there_yet_is_asked_for_again() -> None:
    net = Net(httpx.Response(404), httpx.Response(404), redirect(SIGNED), sound())
    assert fetch(net) == (SOUND, 4.0)
    assert net.with_credentials == ["api.twilio.com"] * 3


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_one_that_never_comes_is_gone(status: int) -> None:
    net = Net(httpx.Response(status))
    assert refused(net) == (VoiceTrouble.GONE, 4.0)
    assert len(net.requests) == 3


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 410])
def test_a_final_answer_is_final(status: int) -> None:
    net = Net(httpx.Response(status))
    assert refused(net) == (VoiceTrouble.GONE, 0.0)
    assert len(net.requests) == 1


def test_a_lost_connection_is_tried_again_from_the_start() -> None:
    async def half() -> AsyncIterator[bytes]:
        yield SOUND[:10]
        raise httpx.ReadError("lost")

    torn = httpx.Response(200, headers={"content-type": "audio/ogg"}, content=half())
    net = Net(redirect(SIGNED), torn, redirect(SIGNED), sound())
    assert fetch(net) == (SOUND, 1.0)
    assert net.hosts == ["api.twilio.com", PUBLIC] * 2


def test_a_host_that_is_not_found_may_be_found_later() -> None:
    net = Net(redirect(SIGNED), redirect(SIGNED), sound())
    net.addresses = [(), (PUBLIC,)]
    assert fetch(net) == (SOUND, 1.0)


def test_what_says_that_it_is_too_long_is_not_read() -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    headers = {"content-type": "audio/ogg", "content-length": str(16 * 1024 * 1024 + 1)}
    net = Net(redirect(SIGNED), httpx.Response(200, headers=headers, content=never()))
    assert refused(net) == (VoiceTrouble.TOO_LONG, 0.0)


def test_what_never_ends_is_given_up_at_the_limit() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65_536
            yield bytes(65_536)

    answer = httpx.Response(200, headers={"content-type": "audio/ogg"}, content=endless())
    assert refused(Net(redirect(SIGNED), answer)) == (VoiceTrouble.TOO_LONG, 0.0)
    assert sent == 16 * 1024 * 1024 + 65_536
    assert answer.is_closed


@pytest.mark.parametrize("size", [1000, 1001])
def test_the_limit_itself_is_allowed(size: int) -> None:
    got, _ = fetch(Net(redirect(SIGNED), sound(bytes(size))), Limits(size=1000))
    assert isinstance(got, bytes) == (size == 1000)


def test_what_trickles_in_is_given_up_after_twenty_seconds() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(1.0)
            yield b"O"

    answer = httpx.Response(200, headers={"content-type": "audio/ogg"}, content=trickle())
    assert refused(Net(redirect(SIGNED), answer)) == (VoiceTrouble.GONE, 20.0)


def test_a_resolver_that_hangs_counts_too() -> None:
    class Stuck(Net):
        async def resolve(self, host: str, port: int) -> tuple[str, ...]:
            await asyncio.sleep(3600)
            return (PUBLIC,)

    assert refused(Stuck(redirect(SIGNED))) == (VoiceTrouble.GONE, 20.0)


@pytest.mark.parametrize(
    "answer",
    [
        sound(kind="text/html"),
        sound(kind=""),
        sound(kind="audio"),
        sound(kind="application/octet-stream"),
        sound(kind="text/html; audio/ogg"),
        sound(encoding="br"),
    ],
    ids=lambda answer: str(answer.headers),
)
def test_what_is_no_sound_is_not_read(answer: httpx.Response) -> None:
    assert refused(Net(redirect(SIGNED), answer)) == (VoiceTrouble.NOT_SOUND, 0.0)


def test_a_type_may_have_parameters() -> None:
    assert fetch(Net(sound(kind="Audio/OGG; codecs=opus")))[0] == SOUND


def test_odd_answers_do_no_harm() -> None:
    assert fetch(Net(sound(b"")))[0] == b""
    assert fetch(Net(sound(length="-5")))[0] == SOUND
    assert refused(Net(sound(length="9" * 500)))[0] is VoiceTrouble.TOO_LONG
    assert refused(Net(httpx.Response(307)))[0] is VoiceTrouble.GONE
