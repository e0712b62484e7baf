"""The other side of the simulated carrier: an application that writes everything down."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from twilio.request_validator import RequestValidator

from simulation.carrier import SimulatedTwilio
from simulation.carrier_faults import Faults, Settings
from simulation.carrier_line import Business
from simulation.carrier_media import basic_auth
from simulation.channel import Channel, ChannelClosed, ChannelRefused, MemoryChannel, memory_pair
from simulation.clock import run_virtual

ACCOUNT = "AC" + "1" * 32
TOKEN = "12345"
BASE = "https://app.example.com"
STREAM = (
    "<Response><Connect><Stream url='wss://app.example.com/media/K'>"
    "<Parameter name='token' value='t&amp;1'/></Stream></Connect>"
    "<Say language='es-ES'>Perdón</Say><Hangup/></Response>"
)


@dataclass(frozen=True, slots=True)
class Posted:
    """One request that the carrier made."""

    path: str
    form: dict[str, str]
    headers: httpx.Headers
    at: float


class MediaEnd:
    """The application's end of a media stream."""

    def __init__(self, channel: MemoryChannel) -> None:
        self.channel = channel
        self.stream_sid = ""
        self.got: list[dict[str, object]] = []

    async def next(self, event: str = "") -> dict[str, object]:
        """The next message, or the next one of this kind."""
        while True:
            text = await self.channel.receive()
            assert isinstance(text, str)
            message: dict[str, object] = json.loads(text)
            self.got.append(message)
            self.stream_sid = str(message.get("streamSid", ""))
            if event in ("", message["event"]):
                return message

    async def everything(self) -> None:
        """Reads until the carrier closes."""
        while True:
            await self.next()

    async def send(self, event: str, **more: object) -> None:
        await self.channel.send(json.dumps({"event": event, "streamSid": self.stream_sid, **more}))

    async def play(self, sound: bytes) -> None:
        await self.send("media", media={"payload": base64.b64encode(sound).decode()})

    async def mark(self, name: str) -> None:
        await self.send("mark", mark={"name": name})


@dataclass
class Application:
    """Answers webhooks as told, accepts media sockets, checks every signature with the SDK."""

    answers: dict[str, Callable[[], httpx.Response]] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)
    upgrades: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    refuse_upgrades: ChannelRefused | None = None
    twilio: SimulatedTwilio = field(init=False)
    _opened: asyncio.Queue[MediaEnd] = field(init=False)

    def carrier(
        self, *, faults: Faults | None = None, settings: Settings | None = None
    ) -> SimulatedTwilio:
        self._opened = asyncio.Queue(8)
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._webhook))
        self.twilio = SimulatedTwilio(
            ACCOUNT, TOKEN, http, self._connect, faults=faults, settings=settings
        )
        return self.twilio

    def answer(self, path: str, body: str, status: int = 200) -> None:
        headers = {"Content-Type": "text/xml"}
        self.answers[path] = lambda: httpx.Response(status, text=body, headers=headers)

    def rest(self) -> httpx.AsyncClient:
        """A client of the carrier's REST API."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.twilio.app),
            base_url=f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}",
            headers={"Authorization": basic_auth(ACCOUNT, TOKEN)},
        )

    async def dial(self, **more: object) -> str:
        """POST to Calls with everything that we usually ask for; the CallSid."""
        form: dict[str, object] = {
            "To": "+5491150000001",
            "From": "+15005550006",
            "Url": f"{BASE}/voice",
            "StatusCallback": f"{BASE}/status",
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            "Timeout": "25",
            **more,
        }
        async with self.rest() as rest:
            response = await rest.post("/Calls.json", data=form)
        assert response.status_code == 201, response.text
        return str(response.json()["sid"])

    async def media(self) -> MediaEnd:
        """The next media stream, after its start."""
        end = await self._opened.get()
        await end.next("start")
        return end

    def play(
        self,
        business: Business,
        story: Callable[[str], Awaitable[None]] | None = None,
        *,
        faults: Faults | None = None,
        settings: Settings | None = None,
        **dial: object,
    ) -> None:
        """One call in virtual time, the story beside it; returns when the call's posts are out."""

        async def run() -> None:
            async with self.carrier(faults=faults, settings=settings) as twilio:
                twilio.anybody = business
                sid = await self.dial(**dial)
                if story is not None:
                    await story(sid)
                await twilio.office.changed.until(lambda: twilio.calls[0].record.is_over, 7200)
                await asyncio.sleep(1)

        run_virtual(run())

    async def hear_it_out(self) -> None:
        """Takes the next media stream and reads to its end."""
        media = await self.media()
        with pytest.raises(ChannelClosed):
            await media.everything()

    def forms(self, path: str) -> list[dict[str, str]]:
        return [each.form for each in self.posted if each.path == path]

    def states(self) -> list[str]:
        return [form["CallStatus"] for form in self.forms("/status")]

    async def _webhook(self, request: httpx.Request) -> httpx.Response:
        body = (await request.aread()).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator(TOKEN).validate(str(request.url), fields, signature)
        path = urlsplit(str(request.url)).path
        now = asyncio.get_running_loop().time()
        self.posted.append(Posted(path, fields, request.headers, now))
        answer = self.answers.get(path)
        return answer() if answer else httpx.Response(204)

    async def _connect(self, url: str, headers: Mapping[str, str]) -> Channel:
        self.upgrades.append((url, headers))
        if self.refuse_upgrades is not None:
            raise self.refuse_upgrades
        carrier, application = memory_pair()
        self._opened.put_nowait(MediaEnd(application))
        return carrier


@pytest.fixture
def application() -> Application:
    """An application that streams on /voice."""
    app = Application()
    app.answer("/voice", STREAM)
    return app
