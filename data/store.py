"""What must survive a crash, behind one small interface.

Two bodies: `data.sql_store.SqlStore` (SQLite or PostgreSQL by URL) and
`data.memory_store.MemoryStore` (the same rules without a thread or a file, for virtual time).
Every method is one transaction: when it returns, it is durable. Times are seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from data.call import CallReport, CallResult, Quote, TimelineEntry
from data.forgetting import Forgetting
from data.jobs_waiting import JobsWaiting
from data.leases import Claim, Lease
from data.presence import Presence
from data.records import (
    Attempt,
    AuditEntry,
    BlockedNumber,
    CallFigures,
    CallFilter,
    CallRecord,
    IncomingMessage,
    OutgoingMessage,
    PlannedCall,
    Turn,
)

__all__ = [
    "LONGEST_PAGE",
    "MOST_FIGURES",
    "Attempt",
    "AuditEntry",
    "BlockedNumber",
    "CallFigures",
    "CallFilter",
    "CallRecord",
    "IncomingMessage",
    "OutgoingMessage",
    "PlannedCall",
    "Store",
    "StoreError",
    "Turn",
]

MOST_FIGURES = 10_000
"""Calls that `Store.call_figures` tells of at once."""
LONGEST_PAGE = 500
"""Records that `Store.acts` and `Store.find_calls` return at most, whatever is asked for."""


class Store(Forgetting, Presence, Protocol):
    """Everything durable."""

    async def open(self) -> None:
        """Create or check the schema. Raises StoreError with a mend a person can act on."""

    async def close(self) -> None: ...

    async def take_message(self, message: IncomingMessage) -> bool:
        """Keep a message; False when its sid is known already (then nothing changes).

        What was parked for this customer is due again, before everything newer.
        """

    async def waiting_messages(self, customer: str | None = None) -> list[IncomingMessage]:
        """Messages that no turn has handled, oldest first."""

    async def conversation(self, customer: str) -> str | None:
        """The customer's conversation as JSON, or None."""

    async def commit_turn(
        self, turn: Turn, *, under: Sequence[Lease] = (), claim: Claim | None = None
    ) -> None:
        """State, handled messages, promises and attempt: all or nothing.

        Raises LeaseLost when one of `under` is not held any more. A new attempt belongs to who
        claims it, from the start.
        """

    async def bind_call(self, attempt_id: str, call_sid: str) -> None:
        """The carrier's id of an attempt; the first one stays."""

    async def attempt(self, attempt_id: str) -> Attempt | None: ...

    async def open_attempts(self) -> list[Attempt]:
        """Attempts that have no end yet, oldest first."""

    async def count_attempts(
        self, since: float, *, customer: str | None = None, to_number: str | None = None
    ) -> int:
        """How many attempts were ordered since then. An erased one counts for no customer and no
        number any more, but in all.
        """

    async def keep_report(self, attempt_id: str, result: CallResult) -> CallResult:
        """What the agent reported during the call, before it is judged. The first one stays and is
        returned.
        """

    async def reported(self, attempt_id: str) -> CallResult | None:
        """What the agent reported, if it did."""

    async def keep_lines(self, attempt_id: str, entries: Sequence[TimelineEntry]) -> None:
        """More lines of a live call's timeline, in order: after a crash they tell what was said."""

    async def lines(self, attempt_id: str) -> tuple[TimelineEntry, ...]:
        """What `keep_lines` kept of a call; empty once the call has its report."""

    async def errand_booked(self, errand_id: str) -> bool:
        """Whether an attempt at this errand ended as booked."""

    async def minutes_talked(self, since: float) -> int:
        """Minutes of calls that were ordered since then and have ended, each call rounded up."""

    async def blocked_numbers(self) -> frozenset[str]:
        """Businesses that asked not to be called again."""

    async def end_attempt(
        self,
        report: CallReport,
        result: CallResult,
        turn: Turn,
        ended_at: float,
        quote: Quote | None = None,
        *,
        under: Sequence[Lease] = (),
        claim: Claim | None = None,
    ) -> bool:
        """Record how an attempt ended together with what the customer is told; `under` and `claim`
        as for `commit_turn`.

        False when it had ended already: then nothing changes, so a result is told once.
        """

    async def due_plans(self, now: float, limit: int = 50) -> list[PlannedCall]:
        """Planned calls whose time has come, oldest first."""

    async def next_plan(self) -> float | None:
        """When the next planned call falls due, or None."""

    async def due_messages(self, now: float, limit: int = 50) -> list[OutgoingMessage]:
        """Promises that are due, oldest first; per customer only the oldest unsent one."""

    async def next_due(self) -> float | None:
        """When the next promise falls due, or None."""

    async def jobs_waiting(self) -> JobsWaiting:
        """How much is left to do, at one moment."""

    async def message_sent(
        self, message_id: str, message_sid: str, *, under: Lease | None = None, note: str = ""
    ) -> None:
        """`note`: how it was sent, in the sender's own words."""

    async def message_postponed(
        self, message_id: str, due_at: float, error: str, *, under: Lease | None = None
    ) -> None: ...

    async def message_given_up(
        self, message_id: str, error: str, *, under: Lease | None = None
    ) -> None: ...

    async def message_parked(
        self, message_id: str, error: str, *, under: Lease | None = None
    ) -> None:
        """Kept until the customer writes again (`take_message`), also when it counted as sent."""

    async def message_again(self, message_id: str, due_at: float, error: str) -> None:
        """It counted as sent and was not delivered: it waits again, in its old place."""

    async def delivery_reported(
        self, message_sid: str, status: str, error_code: str
    ) -> tuple[OutgoingMessage, int] | None:
        """A delivery callback; states only move forward.

        The message and how often it was sent when this is the first word that a sent message was
        not delivered ("undelivered", "failed"); else None.
        """

    async def calls(self, limit: int = 50) -> list[CallRecord]:
        """Newest first. Erased calls are in none of these."""

    async def call(self, attempt_id: str) -> CallRecord | None:
        """One call by its attempt id, a unique prefix of it, or its call sid."""

    async def find_calls(
        self, wanted: CallFilter, *, before: str | None = None, limit: int = 50
    ) -> list[CallRecord]:
        """Newest first. `before` is the attempt id of the last call of the page before this one
        (nothing for an unknown one, and it may have been erased since).

        A text is looked for in the business's name, the digits of both numbers, the errand
        (service, request, customer's name), and once the call is over in its transcript and notes.
        """

    async def call_figures(self, since: float, until: float) -> list[CallFigures]:
        """Calls that were ordered from `since` until before `until`, oldest first, erased ones
        too; at most MOST_FIGURES.
        """

    async def erase_call(self, attempt_id: str) -> bool:
        """Everything that was said in this call and who took part, all or nothing.

        False for an unknown one, one that has not ended, and one that is erased already. What
        stays is what limits and figures need: the ids, when it was, its status, how long it was
        talked, how fast the agent answered; and the acts of operators. A business that asked not
        to be called stays blocked, without its words. The conversation with the customer, plans,
        and other calls of the errand are not part of the call and stay.

        A result that the customer has not been sent yet is still sent: its text goes as soon as
        it was, or was given up. What was sent already is not sent again if it turns out that it
        was not delivered. Progress notes, questions and the sound clip are not sent any more.
        """

    async def note_act(self, entry: AuditEntry) -> AuditEntry:
        """Keep what an operator did; returned as it was kept, with its number."""

    async def acts(
        self, *, attempt_id: str | None = None, before: int | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        """Newest first, of all calls or of one; `before` is a number to go on from."""


class StoreError(Exception):
    """The store cannot be used; the message names the cause and the mend."""
