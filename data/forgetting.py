"""What a store knows of one customer, and what it forgets: of them all, or what has grown old.

Two reasons to forget. A customer wants it (`vocero forget`): then everything goes at once. Or time
has passed (KEEP_TRANSCRIPT_DAYS): then the words go, in small pieces, and who, when and how it
ended stays. Both bodies of the store do both: `data.sql_forgetting` and `data.sql_retention`,
`data.memory_forgetting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from data.call import CallReport, CallResult, EntryKind

WORDLESS = frozenset(
    {EntryKind.PHASE, EntryKind.MACHINE, EntryKind.MEASURED, EntryKind.TROUBLE},
)
"""Lines of a timeline that hold nobody's words: they stay when the transcript goes."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What is kept of a customer, in counts and ids. Times are seconds since the epoch."""

    written: int = 0
    """Messages that they wrote."""
    unheard: int = 0
    """Of these, how many no turn has handled yet."""
    told: int = 0
    """Messages to them, whether sent, waiting or parked."""
    conversations: int = 0
    planned: int = 0
    """Calls that were to be placed later."""
    calls: tuple[str, ...] = ()
    """Attempt ids of the calls that have ended."""
    open_calls: Mapping[str, str] = field(default_factory=dict)
    """Attempt ids of the calls that have not, and by which id the carrier knows each ("" when
    that is not known)."""
    last_ended_at: float = 0.0
    acts: int = 0
    """What operators did to these calls, where it has a detail."""
    clips: tuple[str, ...] = ()
    """Addresses of sound clips that were promised."""
    elsewhere: tuple[str, ...] = ()
    """By which ids the carrier and the agent's vendor know the calls."""

    def __bool__(self) -> bool:
        """Whether anything is known at all."""
        return bool(
            self.written
            or self.told
            or self.conversations
            or self.planned
            or self.calls
            or self.open_calls
        )


def together(traces: Iterable[Traces]) -> Traces:
    """Those of several writings of one number as one."""
    whole = Traces()
    for each in traces:
        whole = Traces(
            written=whole.written + each.written,
            unheard=whole.unheard + each.unheard,
            told=whole.told + each.told,
            conversations=whole.conversations + each.conversations,
            planned=whole.planned + each.planned,
            calls=whole.calls + each.calls,
            open_calls={**whole.open_calls, **each.open_calls},
            last_ended_at=max(whole.last_ended_at, each.last_ended_at),
            acts=whole.acts + each.acts,
            clips=whole.clips + each.clips,
            elsewhere=whole.elsewhere + each.elsewhere,
        )
    return whole


class Forgetting(Protocol):
    """What `data.store.Store` can forget. Every method but `scrub` is one transaction."""

    async def known_customers(self) -> frozenset[str]:
        """Every address under which something of a customer is kept."""

    async def traces(self, customer: str) -> Traces:
        """What is kept under exactly this address."""

    async def forget_customer(self, customer: str) -> bool:
        """Everything of this customer, all or nothing. False while one of their calls has not
        ended: then nothing changes.

        Messages either way (parked and waiting ones are not sent any more), the conversation and
        planned calls go as a whole. Of each call the bare row stays that `Store.erase_call`
        leaves: ids, when it was, its status, how long it was talked, how fast the agent answered.
        The spending limit and the figures of a day are reckoned from it, and it tells nothing of
        who and what. What operators did stays without its detail, and a business that asked not
        to be called stays blocked, without its words. The customer's own limit begins anew.
        """

    async def drop_transcripts(self, before: float, limit: int = 50) -> int:
        """The words of calls that were ordered before then, of at most `limit` calls at once; how
        many it were (fewer than `limit`: there are no more).

        Goes: the transcript, the tools' parameters and answers, the quote, notes, instructions and
        a professional's name, the id under which the agent's vendor keeps the conversation, and
        what was said from the text that calls are found by. Stays: who was called for what, when,
        and the outcome with its date and time.
        """

    async def drop_messages(self, before: float, limit: int = 200) -> int:
        """Messages of customers that were handled and messages to them that nothing becomes of any
        more (sent, given up, or parked), from before then; how many it were, as above.

        Of a customer's message its id stays, so that it is not taken twice, with its sender.
        """

    async def drop_conversations(self, before: float, limit: int = 200) -> int:
        """What is remembered of conversations in which nobody wrote since then, for which no call
        was ordered since then, and nothing is planned, promised or on; how many, as above.
        """

    async def calls_over(self, attempt_ids: Sequence[str]) -> Mapping[str, float]:
        """Those of these calls that have ended, with when that was; 0.0 for an erased one. An
        unknown one is in it as little as a live one.
        """

    async def scrub(self, *, whole: bool) -> bool:
        """Makes the files forget, too, what was erased. False when others were in the way: then
        it is not certain. Raises StoreError.

        `whole` writes an embedded database anew, and keeps who writes to it waiting meanwhile.
        PostgreSQL gives the room free; bytes can be there until it is used again, and its own
        journal and backups are beyond our reach.
        """


def without_words(report: CallReport) -> CallReport:
    """A report once its transcript has grown old."""
    return replace(
        report,
        conversation_id="",
        timeline=tuple(
            replace(each, speaker=None) for each in report.timeline if each.kind in WORDLESS
        ),
    )


def result_without_words(result: CallResult) -> CallResult:
    """What came of a call, without what was said about it."""
    return CallResult(status=result.status, date=result.date, time=result.time)
