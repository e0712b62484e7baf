"""What several workers on one store need besides `data.store.Store`: leases, notices, bells.

A worker is one `vocero serve`. Leases (`data.leases`) say who does what: an attempt, a
promise, a planned call and a customer's conversation have one keeper at a time. A webhook about a
call reaches any worker: it leaves a notice in the store and rings; whoever keeps the call looks.
Bells can be missed, so whoever waits for one looks now and then without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from data.leases import Claim, Lease
from data.sendings import PastTries
from data.store import Attempt, OutgoingMessage, PlannedCall, Store, StoreError

LONGEST_NOTICE = 4_000
"""Characters of a notice's body."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the carrier told about a call, kept for whoever keeps the call."""

    number: int
    """Given by the store; rising, though not always in the order in which they can be seen."""
    attempt_id: str
    body: str
    """JSON, at most 4,000 characters; what it means is between the workers."""


def checked_notice(body: str) -> None:
    """Raises StoreError for one that no store keeps."""
    if len(body) > LONGEST_NOTICE:
        raise StoreError(
            f"a notice about a call has {len(body)} characters, at most {LONGEST_NOTICE} are kept"
        )


class SharedStore(Store, Protocol):
    """A store that several workers work on. Everything may raise StoreError."""

    # --- leases ---------------------------------------------------------------------------------
    async def take_attempts(self, claim: Claim, limit: int = 50) -> list[tuple[Attempt, Lease]]:
        """Calls that have no end yet and that nobody looks after, oldest first."""

    async def take_messages(
        self, claim: Claim, limit: int = 50
    ) -> list[tuple[OutgoingMessage, Lease]]:
        """Promises that are due and that nobody is sending, oldest first; per customer only the
        oldest unsent one.
        """

    async def take_plans(self, claim: Claim, limit: int = 50) -> list[tuple[PlannedCall, Lease]]:
        """Planned calls whose time has come and that nobody is placing, oldest first."""

    async def take(self, name: str, claim: Claim) -> Lease | None:
        """The lease of that name (at most 300 characters), or None while somebody has it."""

    async def renew(self, held: Iterable[Lease], until: float) -> list[Lease]:
        """Those that are still held, with their new end. The others are lost for good."""

    async def release(self, held: Iterable[Lease]) -> None:
        """Anybody may take it from now on. What is lost already stays with its new owner."""

    # --- messages that another worker may have sent ---------------------------------------------
    async def past_tries(self, message_id: str) -> PastTries:
        """What is known of a promise that was taken before."""

    async def sent_note(self, message_sid: str) -> str | None:
        """The note of the message that was sent under this sid, or since then the carrier's error
        code. None when there is no such message (yet).
        """

    # --- calls that change hands ----------------------------------------------------------------
    async def take_stream(
        self, attempt_id: str, call_sid: str, claim: Claim
    ) -> tuple[Attempt, Lease] | None:
        """The carrier's sound of this call has come here: whoever kept the call before, from now
        on it is the claimer's. Once in a call: None when it had its stream already, is over or
        unknown, or is another call of the carrier than the attempt has (an attempt without a call
        sid gets this one).
        """

    async def keeper(self, attempt_id: str, now: float) -> str:
        """The owner of the lease on a call that is not over; "" when nobody's is valid."""

    # --- notices --------------------------------------------------------------------------------
    async def keep_notice(self, attempt_id: str, body: str) -> Notice | None:
        """Keep what was told about a call, and ring with its attempt id. None when no such call is
        on (it is over or unknown).
        """

    async def notices(self, attempt_id: str) -> list[Notice]:
        """All of a call that is not over, in order. They go with its end."""

    # --- bells ----------------------------------------------------------------------------------
    async def ring(self, about: str) -> None:
        """Everybody who listens hears this (at most 200 characters), this worker too."""

    def bells(self, heard: Callable[[str], None]) -> AbstractAsyncContextManager[None]:
        """Within, `heard` is told of every ring, soon; "" when some may have been missed (the
        connection was lost and is back). It must not wait. Entering waits for the first connection.
        """
