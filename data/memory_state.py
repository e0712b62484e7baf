"""What the store in memory holds: the tables of `data.tables` as dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from data.bells import LocalBells
from data.call import (
    CallEnding,
    CallReport,
    CallResult,
    EndCause,
    EntryKind,
    Quote,
    TimelineEntry,
)
from data.leases import Held
from data.shared_store import Notice
from data.store import (
    Attempt,
    AuditEntry,
    BlockedNumber,
    IncomingMessage,
    OutgoingMessage,
    PlannedCall,
)


@dataclass(slots=True)
class Kept:
    """A promise and what became of it."""

    message: OutgoingMessage
    about: str
    """The attempt whose end it told, or ""."""
    state: str = "waiting"
    message_sid: str = ""
    error: str = ""
    tries: int = 0
    delivery: str = ""

    def wait_again(self, due_at: float) -> None:
        """Back in the queue, in its old place."""
        self.state, self.message = "waiting", replace(self.message, due_at=due_at)

    def empty(self) -> None:
        """Of an erased call: its id stays, so that it is not made again."""
        self.message = replace(self.message, customer="", body="", media_url="")
        self.state, self.message_sid, self.error = "erased", "", ""


@dataclass(slots=True)
class End:
    """How an attempt ended; of an erased one only what figures and limits need."""

    report: CallReport
    result: CallResult
    ended_at: float
    quote: Quote | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who looks after something, until when, and how often it was taken (data.leases)."""

    owner: str = ""
    until: float = 0.0
    fence: int = 0


@dataclass(slots=True)
class MemoryState:
    """In the order in which it came."""

    _messages: dict[str, IncomingMessage] = field(default_factory=dict)
    _handled: set[str] = field(default_factory=set)
    _conversations: dict[str, str] = field(default_factory=dict)
    _attempts: dict[str, Attempt] = field(default_factory=dict)
    _ends: dict[str, End] = field(default_factory=dict)
    _erased: set[str] = field(default_factory=set)
    _outgoing: dict[str, Kept] = field(default_factory=dict)
    _reported: dict[str, CallResult] = field(default_factory=dict)
    _lines: dict[str, list[TimelineEntry]] = field(default_factory=dict)
    _plans: dict[str, PlannedCall] = field(default_factory=dict)
    _blocked: dict[str, BlockedNumber] = field(default_factory=dict)
    _acts: list[AuditEntry] = field(default_factory=list)
    _holders: dict[tuple[Held, str], Holder] = field(default_factory=dict)
    _streamed: set[str] = field(default_factory=set)
    """Attempts whose sound has come to a worker."""
    _notices: dict[str, list[Notice]] = field(default_factory=dict)
    _last_notice: int = 0
    _bells: LocalBells = field(default_factory=LocalBells)

    def _heads(self) -> list[OutgoingMessage]:
        """The oldest unsent one of each customer."""
        heads: dict[str, OutgoingMessage] = {}
        for kept in self._outgoing.values():
            if kept.state == "waiting":
                heads.setdefault(kept.message.customer, kept.message)
        return list(heads.values())

    def _lay_bare(self, attempt: Attempt, end: End) -> None:
        """Of a call only what limits and figures need is left."""
        attempt_id = attempt.attempt_id
        self._attempts[attempt_id] = Attempt(
            attempt_id,
            attempt.errand_id,
            customer="",
            to_number="",
            business_name="",
            errand_json="{}",
            created_at=attempt.created_at,
            state=attempt.state,
        )
        self._ends[attempt_id] = _bare(end)
        self._erased.add(attempt_id)
        self._reported.pop(attempt_id, None)
        self._lines.pop(attempt_id, None)
        self._notices.pop(attempt_id, None)
        for blocked in list(self._blocked.values()):
            if blocked.attempt_id == attempt_id:
                self._blocked[blocked.number] = replace(blocked, attempt_id="", words="")


def _bare(end: End) -> End:
    """What limits and figures need."""
    report = CallReport(
        end.report.attempt_id,
        CallEnding(EndCause.AGENT_FINISHED),
        answered=end.report.answered,
        talked_s=end.report.talked_s,
        timeline=tuple(e for e in end.report.timeline if e.kind is EntryKind.MEASURED),
    )
    return End(report, CallResult(status=end.result.status), end.ended_at, None)
