"""Strangers vouch for the simulated carrier: Twilio's own SDK works against it, over sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from quart import Quart, Response, request
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.messaging.v2.channels_sender import ChannelsSenderList
from websockets.asyncio.server import Server, ServerConnection, serve

from simulation.carrier import SimulatedTwilio
from simulation.carrier_holdings import OwnNumber, Sender
from simulation.carrier_line import Business
from simulation.carrier_office import Notice
from simulation.channel import real_connector
from simulation.serving import serve_app
from simulation.signing import sign

ACCOUNT = "AC" + "1" * 32
TOKEN = "12345"
WHO = "+5491150000001"
FROM = "+15005550006"

pytestmark = pytest.mark.sockets


class ClientOfSimulation(Client):  # type: ignore[misc]  # the SDK is not typed
    """The SDK's client, pointed elsewhere: it has no setting for the address."""

    def __init__(self, base_url: str) -> None:
        super().__init__(ACCOUNT, TOKEN)
        self._base = urlsplit(base_url)

    def get_hostname(self, uri: str) -> str:
        parts = urlsplit(uri)
        return parts._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()


@dataclass
class World:
    """A carrier and an application, both on real ports."""

    twilio: SimulatedTwilio
    sdk: ClientOfSimulation
    base: str
    valid: list[tuple[str, bool]] = field(default_factory=list)
    messages: list[dict[str, object]] = field(default_factory=list)
    changed: Notice = field(default_factory=Notice)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    app = Quart("application", static_folder=None)
    validator = RequestValidator(TOKEN)
    media: Server

    @app.post("/<path:path>")
    async def webhook(path: str) -> Response:
        fields = dict(parse_qsl(str(await request.get_data(as_text=True)), keep_blank_values=True))
        given = request.headers["X-Twilio-Signature"]
        here.valid.append((path, validator.validate(f"{here.base}/{path}", fields, given)))
        here.changed.tell()
        if path != "voice":
            return Response(status=204)
        port = next(iter(media.sockets)).getsockname()[1]
        twiml = (
            f"<Response><Connect><Stream url='ws://127.0.0.1:{port}/media/K'/></Connect></Response>"
        )
        return Response(twiml, content_type="text/xml")

    async def stream(connection: ServerConnection) -> None:
        assert connection.request is not None
        port = next(iter(media.sockets)).getsockname()[1]
        given = connection.request.headers["x-twilio-signature"]
        url = f"ws://127.0.0.1:{port}{connection.request.path}"
        here.valid.append(("upgrade", validator.validate(url, {}, given)))
        async for text in connection:
            here.messages.append(json.loads(text))
            here.changed.tell()

    async with (
        httpx.AsyncClient() as http,
        serve(stream, "127.0.0.1", 0) as media,
    ):
        served = await serve_app(app)
        twilio = SimulatedTwilio(ACCOUNT, TOKEN, http, real_connector())
        twilio.anybody = Business(ring_ms=50)
        here = World(twilio, ClientOfSimulation(await twilio.start()), served.base_url)
        try:
            yield here
        finally:
            await twilio.stop()
            await served.stop()


async def test_the_sdk_places_reads_lists_and_ends_a_call(world: World) -> None:
    sdk, twilio = world.sdk, world.twilio

    placed = await asyncio.to_thread(
        sdk.calls.create,
        to=WHO,
        from_=FROM,
        url=f"{world.base}/voice",
        status_callback=f"{world.base}/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=25,
    )
    assert (placed.status, placed.to, placed.direction) == ("queued", WHO, "outbound-api")
    await world.changed.until(lambda: len(world.messages) > 5, 10)
    fetched = await asyncio.to_thread(sdk.calls(placed.sid).fetch)
    assert fetched.status == "in-progress"
    listed = await asyncio.to_thread(sdk.calls.list, to=WHO, limit=5)
    assert [each.sid for each in listed] == [placed.sid]
    await asyncio.to_thread(sdk.calls(placed.sid).update, status="completed")
    await twilio.call_reaches("completed", 10)
    ended = await asyncio.to_thread(sdk.calls(placed.sid).fetch)
    assert ended.status == "completed"
    assert ended.end_time is not None
    await world.changed.until(lambda: world.valid.count(("status", True)) == 4, 10)
    assert {path for path, _ in world.valid} == {"status", "voice", "upgrade"}
    assert all(valid for _, valid in world.valid)
    assert world.messages[-1]["event"] == "stop"


async def test_the_sdk_understands_the_carriers_refusals(world: World) -> None:
    def wrong_number() -> None:
        world.sdk.calls.create(to="12", from_=FROM, url=f"{world.base}/voice")

    with pytest.raises(TwilioRestException) as refused:
        await asyncio.to_thread(wrong_number)
    assert (refused.value.status, refused.value.code) == (400, 21211)

    def gone() -> None:
        world.sdk.calls("CA" + "0" * 32).update(status="completed")

    with pytest.raises(TwilioRestException) as unknown:
        await asyncio.to_thread(gone)
    assert (unknown.value.status, unknown.value.code) == (404, 20404)


async def test_the_sdk_sends_and_reads_a_message(world: World) -> None:
    def send() -> str:
        message = world.sdk.messages.create(
            to=f"whatsapp:{WHO}",
            from_="whatsapp:+14155238886",
            body="¿Confirmás?",
            status_callback=f"{world.base}/delivery",
        )
        assert message.status == "queued"
        return str(message.sid)

    sid = await asyncio.to_thread(send)
    assert [(each.sid, each.body) for each in world.twilio.chat] == [(sid, "¿Confirmás?")]
    await world.twilio.office.changed.until(lambda: world.twilio.chat[0].status == "delivered", 10)
    read = await asyncio.to_thread(world.sdk.messages(sid).fetch)
    assert (read.status, read.body) == ("delivered", "¿Confirmás?")
    assert len(await asyncio.to_thread(world.sdk.messages.list, limit=5)) == 1
    assert all(valid for _, valid in world.valid)


async def test_a_client_that_never_gets_the_answer_gives_up_and_the_call_stands(
    world: World,
) -> None:
    world.twilio.faults.lost_call_responses = 1
    async with httpx.AsyncClient(auth=(ACCOUNT, TOKEN), timeout=0.3) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(
                f"{world.twilio.base_url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json",
                data={"To": WHO, "From": FROM, "Twiml": "<Response><Hangup/></Response>"},
            )
    assert len(world.twilio.calls) == 1


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        ("wss://voice.example.com/media", (), "jFDHVhI8XO69C49uXR3xmdZPylY="),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2#rc=3",
            (
                ("CallSid", "CA1234567890ABCDE"),
                ("Digits", "1234"),
                ("From", "+14158675309"),
                ("To", "+18005551212"),
                ("Caller", "+14158675309"),
            ),
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            (
                ("Sid", "CA123"),
                ("SidAccount", "AC123"),
                ("Digits", "5678"),
                ("Digits", "1234"),
                ("Digits", "1234"),
            ),
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_signatures_equal_the_published_vectors(
    url: str, form: tuple[tuple[str, str], ...], signature: str
) -> None:
    assert sign(TOKEN, url, form) == signature


async def test_the_sdk_reads_what_the_account_has(world: World) -> None:
    sdk, holdings = world.sdk, world.twilio.office.holdings
    holdings.numbers[FROM] = OwnNumber(voice=False, voice_url="https://app.example.com/voice")
    holdings.verified.add(WHO)
    holdings.senders[FROM] = Sender("https://app.example.com/whatsapp")
    holdings.countries_off.add("ES")

    account = await asyncio.to_thread(sdk.api.accounts(ACCOUNT).fetch)
    assert (account.status, account.type) == ("active", "Full")
    (owned,) = await asyncio.to_thread(sdk.incoming_phone_numbers.list, phone_number=FROM)
    assert owned.capabilities["voice"] is False and owned.voice_url.endswith("/voice")
    assert await asyncio.to_thread(sdk.incoming_phone_numbers.list, phone_number=WHO) == []
    (verified,) = await asyncio.to_thread(sdk.outgoing_caller_ids.list, phone_number=WHO)
    assert verified.phone_number == WHO
    (sender,) = await asyncio.to_thread(sdk.messaging.v2.channels_senders.list, channel="whatsapp")
    assert (sender.sender_id, sender.status) == (f"whatsapp:{FROM}", "ONLINE")
    for code, permitted in (("AR", True), ("ES", False)):
        country = sdk.voice.v1.dialing_permissions.countries(code)
        assert (await asyncio.to_thread(country.fetch)).low_risk_numbers_enabled is permitted
    with pytest.raises(TwilioRestException) as unknown:
        await asyncio.to_thread(sdk.voice.v1.dialing_permissions.countries("nowhere").fetch)
    assert unknown.value.status == 404


async def test_the_sdk_changes_where_numbers_and_senders_lead(world: World) -> None:
    sdk, holdings = world.sdk, world.twilio.office.holdings
    holdings.numbers[FROM] = OwnNumber(voice_url="https://old.example.com/voice")
    holdings.senders[FROM] = Sender("https://old.example.com/whatsapp")
    (owned,) = await asyncio.to_thread(sdk.incoming_phone_numbers.list, phone_number=FROM)
    number = sdk.incoming_phone_numbers(owned.sid)
    changed = await asyncio.to_thread(number.update, voice_url="https://new.example.com/voice")
    assert (changed.voice_url, changed.voice_method) == ("https://new.example.com/voice", "POST")
    with pytest.raises(TwilioRestException) as wrong:
        await asyncio.to_thread(number.update, voice_url="no address")
    assert wrong.value.code == 21502
    (listed,) = await asyncio.to_thread(sdk.messaging.v2.channels_senders.list, channel="whatsapp")
    sender = sdk.messaging.v2.channels_senders(listed.sid)
    webhook = {"callback_url": "https://new.example.com/whatsapp", "callback_method": "POST"}
    wish = ChannelsSenderList.MessagingV2ChannelsSenderRequestsUpdate({"webhook": webhook})
    await asyncio.to_thread(sender.update, wish)
    assert holdings.senders[FROM].callback_url == "https://new.example.com/whatsapp"
    holdings.read_only = True
    with pytest.raises(TwilioRestException) as refused:
        await asyncio.to_thread(sender.update, wish)
    assert (refused.value.status, refused.value.code) == (403, 20403)
