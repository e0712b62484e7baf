"""What the routes and sockets of the listening room share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from vocero.operators.access import Access
from vocero.operators.audit import AuditLog
from vocero.operators.calls import Calls
from vocero.operators.feed import Feed
from vocero.operators.login_limit import LoginLimit
from vocero.operators.mouths import Mouths
from vocero.operators.needs import OperatorsNeeds
from vocero.operators.origins import Site
from vocero.operators.page_files import PageFiles
from vocero.operators.recorded import Recorded
from vocero.operators.sound_elsewhere import SoundForOthers, SoundFromOthers
from vocero.operators.speakers import Speakers
from vocero.operators.tickets import AnyTickets, SharedTickets, Tickets
from vocero.operators.told_others import ToldOthers

log = logging.getLogger(__name__)

STORE_S = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """One listening room."""

    needs: OperatorsNeeds
    files: PageFiles
    access: Access
    tickets: AnyTickets
    limit: LoginLimit
    site: Site
    feed: Feed
    audit: AuditLog
    recorded: Recorded
    speakers: Speakers
    calls: Calls
    sound: SoundFromOthers
    mouths: Mouths
    told: ToldOthers

    def soon(self, work: Coroutine[Any, Any, object], name: str) -> asyncio.Task[None]:
        """Do this beside whatever is going on; what goes wrong in it ends nothing else."""

        async def guarded() -> None:
            try:
                await work
            except Exception:
                # The group that this runs in holds the calls.
                log.exception("%s failed", name)

        return self.needs.tasks().create_task(guarded(), name=name)


async def in_time(asked: Awaitable[T]) -> T:
    """An answer of the store. Raises StoreError, and TimeoutError when it takes too long."""
    async with asyncio.timeout(STORE_S):
        return await asked


def open_room(needs: OperatorsNeeds, files: PageFiles) -> Room:
    """A room that nobody is in yet."""
    if not needs.secret:
        log.info("SECRET_KEY is not set: operators have to log in again after a restart")
    bus, feed, calls = needs.bus, Feed(needs), Calls(needs)
    access = Access(needs.password, needs.secret, needs.now, alone=not bus.several)
    limit, speakers = LoginLimit(), Speakers()
    for_others = SoundForOthers(bus, needs.board, feed.listeners_changed)
    feed.listen_elsewhere = for_others.listeners
    return Room(
        needs=needs,
        files=files,
        access=access,
        tickets=SharedTickets(access, bus, needs.now) if bus.several else Tickets(needs.now),
        limit=limit,
        site=Site(needs.base_url),
        feed=feed,
        audit=AuditLog(needs.store, needs.now, feed.act),
        recorded=Recorded(needs.recordings),
        speakers=speakers,
        calls=calls,
        sound=SoundFromOthers(bus, calls.seen),
        mouths=Mouths(bus, needs.board, calls, feed.endings.of),
        told=ToldOthers(bus, access, limit, speakers, needs.now),
    )
