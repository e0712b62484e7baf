"""A Twilio that can be trusted: calls, media streams and WhatsApp messages of one account.

Speaks Twilio's wire on its own, without the SDK and without the bridge's wire, so that one mistake
cannot pass on both sides. Everything runs on the event loop's clock: in real time over sockets
(`start`), or in virtual time in memory (`async with`, with `app` behind an ASGI transport).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from types import TracebackType
from typing import Self

import httpx

from simulation.carrier_call import SimulatedCall
from simulation.carrier_chat import Chat, Messages
from simulation.carrier_faults import Alert, Faults, RestError, Settings
from simulation.carrier_line import Business
from simulation.carrier_media import MediaStore
from simulation.carrier_office import Office
from simulation.carrier_record import CallRecord, DialRequest
from simulation.carrier_rest import LosingResponses, build_rest
from simulation.carrier_webhooks import Webhooks
from simulation.channel import Connector
from simulation.probe import Probe
from simulation.serving import Served, serve_app

MEMORY_BASE_URL = "https://api.twilio.com"


class SimulatedTwilio:
    """One account and the phones that it can reach.

    `http` reaches the application's webhooks, `connect` its media socket. Numbers that nobody
    stands behind (`businesses`) are answered by `anybody`. With equal seeds and a virtual clock
    everything happens the same way every time.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        http: httpx.AsyncClient,
        connect: Connector,
        random_seed: int = 1,
        *,
        faults: Faults | None = None,
        settings: Settings | None = None,
    ) -> None:
        randomness = Random(random_seed)
        self.office = Office(
            account_sid=account_sid,
            auth_token=auth_token,
            webhooks=Webhooks(http, auth_token, Random(randomness.getrandbits(64))),
            connect=connect,
            random=randomness,
            faults=faults or Faults(),
            settings=settings or Settings(),
        )
        self.calls: list[SimulatedCall] = []
        """Every call that was accepted, in order."""
        self.businesses: dict[str, Business] = {}
        """Who answers, by E.164 number."""
        self.anybody = Business()
        self.next_ones: list[Business] = []
        """Who answers the next calls, one each, before `anybody` does."""
        self.probe: Probe | None = None
        """Stamped by the next calls; a probe measures one call."""
        self.call_begins: Callable[[], None] | None = None
        """Told before a call takes its probe."""
        self._messages = Messages(self.office)
        self.media = MediaStore(self.office)
        self.base_url = MEMORY_BASE_URL
        self.media.base_url = MEMORY_BASE_URL
        self._next_slot = 0.0
        self._served: Served | None = None
        self.app = LosingResponses(
            build_rest(self.office, self, self._messages, self.media),
            lambda: self._served is not None,
        )
        """The REST API, an ASGI application."""

    @property
    def chat(self) -> Chat:
        """What the application sent to customers."""
        return self._messages.chat

    @property
    def messages(self) -> Messages:
        """The messaging side: contents, typing indicators."""
        return self._messages

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose; may be changed at any time."""
        return self.office.faults

    @property
    def alerts(self) -> list[Alert]:
        """The account's debugger."""
        return self.office.alerts

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serves the REST API on a real port. Returns its base URL. Raises OSError."""
        await self.office.household.start()
        self._served = await serve_app(self.app, host, port, dated=False)
        self.base_url = self.media.base_url = self._served.base_url
        return self.base_url

    async def stop(self) -> None:
        """Ends every call without a word and frees the port. Raises what a task died of."""
        try:
            await self.office.household.stop()
        finally:
            if self._served is not None:
                served, self._served = self._served, None
                await served.stop()

    async def __aenter__(self) -> Self:
        """In memory, without a port."""
        await self.office.household.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def place(self, form: dict[str, list[str]]) -> SimulatedCall:
        """POST to Calls. Raises RestError."""
        faults, settings = self.office.faults, self.office.settings
        if faults.refuse_calls:
            raise RestError(faults.refuse_calls.pop(0))
        request = DialRequest.of(form)
        if settings.own_numbers is not None and request.from_ not in settings.own_numbers:
            raise RestError(21210)
        if settings.trial and request.to not in settings.verified_numbers:
            raise RestError(21219)
        if request.to in faults.refused_numbers:
            raise RestError(faults.refused_numbers[request.to])
        now = asyncio.get_running_loop().time()
        record = CallRecord(
            sid=self.office.sid("CA"),
            account_sid=self.office.account_sid,
            request=request,
            created=self.office.date(),
            created_at=now,
        )
        business = self.businesses.get(request.to)
        if business is None:
            business = self.next_ones.pop(0) if self.next_ones else self.anybody
        if self.call_begins is not None:
            self.call_begins()
        call = SimulatedCall(record, self.office, business, self.probe)
        self.office.household.spawn(call.live(self._queue(now)), call.sid)
        self.calls.append(call)
        self.office.changed.tell()
        return call

    def _queue(self, now: float) -> float:
        """Seconds until this call may be dialled: one per second leaves the queue."""
        pace = self.office.settings.calls_per_s
        if pace is None:
            return 0.0
        slot = max(now, self._next_slot)
        self._next_slot = slot + 1 / pace
        return slot - now

    async def call_reaches(
        self, status: str, within_s: float = 60.0, first: int = 0
    ) -> SimulatedCall:
        """The first call from index `first` on that is or was in this status.

        Raises TimeoutError.
        """

        def there() -> SimulatedCall | None:
            for call in self.calls[first:]:
                if status in call.record.history:
                    return call
            return None

        await self.office.changed.until(lambda: there() is not None, within_s)
        call = there()
        assert call is not None
        return call
