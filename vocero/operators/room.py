"""What the routes and sockets of the listening room share."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from vocero.operators.access import Access
from vocero.operators.audit import AuditLog
from vocero.operators.feed import Feed
from vocero.operators.login_limit import LoginLimit
from vocero.operators.needs import OperatorsNeeds
from vocero.operators.origins import Site
from vocero.operators.page_files import PageFiles
from vocero.operators.recorded import Recorded
from vocero.operators.speakers import Speakers
from vocero.operators.tickets import Tickets

log = logging.getLogger(__name__)

STORE_S = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """One listening room."""

    needs: OperatorsNeeds
    files: PageFiles
    access: Access
    tickets: Tickets
    limit: LoginLimit
    site: Site
    feed: Feed
    audit: AuditLog
    recorded: Recorded
    speakers: Speakers

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
    feed = Feed(needs)
    return Room(
        needs=needs,
        files=files,
        access=Access(needs.password, needs.secret, needs.now),
        tickets=Tickets(needs.now),
        limit=LoginLimit(),
        site=Site(needs.base_url),
        feed=feed,
        audit=AuditLog(needs.store, needs.now, feed.act),
        recorded=Recorded(needs.recordings),
        speakers=Speakers(),
    )
