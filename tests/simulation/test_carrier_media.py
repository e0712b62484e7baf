"""Attachments at the carrier: what can go wrong between its two hosts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx
import pytest

from simulation.carrier import SimulatedTwilio
from simulation.carrier_media import basic_auth
from simulation.channel import Channel

ACCOUNT = "AC" + "1" * 32
MESSAGE = "MM" + "2" * 32
SOUND = b"OggS" * 1000


async def nobody(url: str, headers: Mapping[str, str]) -> Channel:
    raise AssertionError("no call is made")


class Rig:
    """A carrier on a real port, and a client with the account's credentials."""

    def __init__(self, twilio: SimulatedTwilio, http: httpx.AsyncClient) -> None:
        self.faults = twilio.media.faults
        self.media = twilio.media
        self.url = twilio.media.keep(MESSAGE, SOUND, "audio/ogg")
        self.http = http

    async def first(self) -> httpx.Response:
        return await self.http.get(self.url, headers={"Authorization": basic_auth(ACCOUNT, "t")})

    async def file(self) -> httpx.Response:
        return await self.http.get((await self.first()).headers["Location"])


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as http:
        twilio = SimulatedTwilio(ACCOUNT, "t", http, nobody)
        await twilio.start()
        yield Rig(twilio, http)
    await twilio.stop()


@pytest.mark.sockets
async def test_without_faults_it_is_served_by_the_second_host(rig: Rig) -> None:
    first, served = await rig.first(), await rig.file()
    assert first.status_code == 307 and first.headers["Location"].startswith("http://localhost:")
    assert (served.content, served.headers["content-type"]) == (SOUND, "audio/ogg")
    assert rig.media.downloads == 1


@pytest.mark.sockets
async def test_redirects_may_be_of_another_kind_number_or_target(rig: Rig) -> None:
    rig.faults.redirect_status = 302
    rig.faults.more_redirects = 2
    hop = await rig.first()
    assert hop.status_code == 302
    for number in (1, 2):
        hop = await rig.http.get(httpx.URL(str(hop.headers["Location"])))
        assert (hop.status_code, hop.next_request is not None) == (302, True)
        assert hop.headers["Location"].endswith(f"?hop={number}")
        assert hop.next_request is not None
        hop.headers["Location"] = str(hop.next_request.url)
    assert (await rig.http.get(hop.headers["Location"])).content == SOUND
    rig.faults.redirect_to = "https://evil.example/"
    assert (await rig.first()).headers["Location"] == "https://evil.example/"


@pytest.mark.sockets
async def test_the_type_may_be_another(rig: Rig) -> None:
    rig.faults.served_type = "text/html"
    assert (await rig.file()).headers["content-type"] == "text/html"


@pytest.mark.sockets
async def test_it_may_be_gone_at_both_hosts(rig: Rig) -> None:
    there = (await rig.first()).headers["Location"]
    rig.faults.gone = True
    assert (await rig.first()).status_code == 404
    assert (await rig.http.get(there)).status_code == 404


@pytest.mark.sockets
async def test_it_may_never_end(rig: Rig) -> None:
    rig.faults.endless = True
    there = (await rig.first()).headers["Location"]
    size = 0
    async with rig.http.stream("GET", there) as served:
        async for piece in served.aiter_bytes():
            size += len(piece)
            if size > 1_000_000:
                break
    assert size > 1_000_000


@pytest.mark.sockets
async def test_it_may_break_off_or_come_slowly(rig: Rig) -> None:
    rig.faults.pause_s = 0.01
    assert (await rig.file()).content == SOUND
    rig.faults.breaks_off = True
    with pytest.raises(httpx.RemoteProtocolError):
        await rig.file()
