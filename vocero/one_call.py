"""`vocero call`: one call without WhatsApp, told live in the terminal."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import phonenumbers
from rich.console import Console
from rich.text import Text

from data.call import CallReport, EntryKind, TimelineEntry
from data.errand import Errand
from data.place import PlaceInfo
from messaging import phrases
from messaging.whatsapp import SendFailed
from orchestration.local_time import business_zone_name, local_now
from orchestration.needs import fresh_id
from orchestration.slots import resolve
from vocero.front_door import FrontDoor
from vocero.history import entry_line
from vocero.outside import Outside, real_outside
from vocero.server import bind
from vocero.service import Service
from vocero.settings import Settings

TERMINAL = "terminal:"
"""Who orders calls here; nobody can write from this address."""
DOOR_GRACE_S = 2.0


class CallRefused(Exception):
    """This call is not placed; str() says why."""


@dataclass(frozen=True, slots=True)
class CallWish:
    """What was asked for on the command line."""

    number: str
    ask: str
    day: str
    hour: str
    name: str


class Terminal:
    """Looks on (vocero.service.Watcher) and takes the messages that a customer would get."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.over = asyncio.Event()

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A line of the call's timeline."""
        if entry.kind is not EntryKind.MEASURED:
            self._console.print(entry_line(entry))

    def call_over(self, report: CallReport) -> None:
        """The call is settled."""
        self.over.set()

    has_template = False

    async def send(self, to: str, body: str, media_url: str = "") -> str:
        """A message to the customer: it is shown here. Raises SendFailed for anybody else's."""
        if to != TERMINAL:
            raise SendFailed("only the service writes to customers", retry=True)
        self._console.print()
        self._console.print(Text(body or media_url))
        return f"terminal-{fresh_id()}"

    async def send_template(self, to: str, body: str) -> str:
        """Nobody has to be found again here. Raises SendFailed."""
        return await self.send(to, body)

    async def find_sent(self, to: str, body: str, since: float, known: frozenset[str]) -> str:
        """Nothing is ever lost on the way to the terminal."""
        return ""


async def make_call(settings: Settings, wish: CallWish, console: Console) -> bool:
    """Place the call and stay until it is settled. True when it was booked.

    Raises CallRefused, CannotListen, and StoreError when the database cannot be used.
    """
    if settings.redis_url:
        # What the carrier tells, and the sound, would come to the workers at BASE_URL.
        raise CallRefused("REDIS_URL is set: with several workers, write to Vocero on WhatsApp")
    terminal = Terminal(console)
    outside = await real_outside(settings)
    try:
        errand = _errand(settings, outside, wish)
        service = Service(settings, outside, terminal, sender=terminal)
        door = FrontDoor(service.app, service.switchboard)
        try:
            await bind(door, settings)
            async with service:
                await door.open()
                try:
                    return await _hold(service, outside, errand, terminal)
                finally:
                    await door.stop(DOOR_GRACE_S)
        finally:
            await door.stop(0.0)
    finally:
        await outside.close()


async def _hold(service: Service, outside: Outside, errand: Errand, terminal: Terminal) -> bool:
    ordered = await service.concierge.order(errand)
    if not isinstance(ordered, str):
        raise CallRefused(phrases.words(ordered, errand.language))
    try:
        await terminal.over.wait()
    except asyncio.CancelledError:
        service.switchboard.cancel(ordered)
        raise
    record = await outside.store.call(ordered)
    return record is not None and record.result is not None and record.result.status == "booked"


def _errand(settings: Settings, outside: Outside, wish: CallWish) -> Errand:
    try:
        parsed = phonenumbers.parse(wish.number, settings.default_country)
    except phonenumbers.NumberParseException:
        raise CallRefused(f"{wish.number!r} is not a phone number") from None
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    place = PlaceInfo(id=f"number:{number}", name="", phone=number)
    zone = business_zone_name(place, settings.default_timezone)
    return Errand(
        errand_id=fresh_id(),
        customer=TERMINAL,
        customer_name=wish.name,
        language=settings.default_language,
        business=place,
        service=wish.ask,
        request="",
        preferences=resolve(wish.day, wish.hour, local_now(outside.now(), zone)),
    )
