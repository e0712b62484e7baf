"""What a store keeps, as it is handed to it and comes back. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from data.call import CallReport, CallResult, OutcomeStatus, Quote


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One WhatsApp message as it came, already verified."""

    message_sid: str
    """^(SM|MM)[0-9a-f]{32}$, unique."""
    customer: str
    """The address to answer to, as it came ("whatsapp:+549…" or a business-scoped id)."""
    body: str
    received_at: float
    profile_name: str = ""
    button_payload: str = ""
    latitude: float | None = None
    longitude: float | None = None
    media_type: str = ""
    """Content type of the first attachment, or ""."""
    media_url: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A promise to tell a customer something."""

    message_id: str
    """Ours, unique: the same promise is never queued twice."""
    customer: str
    body: str
    """At most 1,600 characters; "" when it is a sound."""
    due_at: float
    media_url: str = ""
    """Where the carrier fetches the sound that is sent instead of a text."""
    stale_at: float | None = None
    """From then on it is not worth sending any more (a note about progress); None: always."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at dialling. Written down before the carrier is asked."""

    attempt_id: str
    errand_id: str
    customer: str
    to_number: str
    business_name: str
    errand_json: str
    """The errand as it was confirmed, for the result message after a restart."""
    created_at: float
    call_sid: str = ""
    state: str = "ordered"
    """ordered | dialed | ended"""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A confirmed call that is to be placed later."""

    plan_id: str
    customer: str
    errand_json: str
    """The errand as it was confirmed."""
    due_at: float


@dataclass(frozen=True, slots=True)
class BlockedNumber:
    """A business that asked not to be called again."""

    number: str
    """E.164."""
    attempt_id: str
    words: str
    """What it said."""
    asked_at: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of a conversation, committed as a whole."""

    customer: str
    conversation_json: str | None = None
    """The new state, or None to leave it as it is."""
    handled: tuple[str, ...] = ()
    """message_sids that are now dealt with."""
    outgoing: tuple[OutgoingMessage, ...] = ()
    attempt: Attempt | None = None
    plan: PlannedCall | None = None
    """A call to keep for later; an id that is known already is put off to the new time."""
    done_plans: tuple[str, ...] = ()
    """plan_ids that are carried out or dropped."""
    blocked: BlockedNumber | None = None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as `vocero calls` and `vocero show` see it."""

    attempt: Attempt
    report: CallReport | None = None
    result: CallResult | None = None
    ended_at: float | None = None
    quote: Quote | None = None
    """The business's own words behind the result."""
    outgoing: tuple[OutgoingMessage, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act of an operator. It holds no content: not what was whispered, no number in full."""

    at: float
    operator: str
    """At most 100 characters are kept."""
    act: str
    """What was done, in one word: "listened", "took_over"."""
    attempt_id: str = ""
    """The call, or "" for what concerns none (a login)."""
    detail: str = ""
    """At most 500 characters are kept."""
    number: int = 0
    """Given by the store, rising."""

    def bounded(self) -> AuditEntry:
        """As it is kept: an act that is too long for the log is not missing from it."""
        return replace(
            self,
            operator=self.operator[:100],
            act=self.act[:32],
            attempt_id=self.attempt_id[:64],
            detail=self.detail[:500],
        )


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are wanted. What is left empty leaves none out."""

    text: str = ""
    """Every word of it must occur; case and accents do not matter. Very long ones are cut
    (data.search_text)."""
    statuses: frozenset[OutcomeStatus] = frozenset()
    since: float | None = None
    """Ordered then or later."""
    until: float | None = None
    """Ordered before then."""


@dataclass(frozen=True, slots=True)
class CallFigures:
    """What one call counts for in the figures of a day. It tells nothing of who and what."""

    created_at: float
    status: OutcomeStatus | None
    """None while there is no result."""
    talked_s: float
    """Seconds that have to be paid for; 0 while it is not over."""
    answer_ms: tuple[int, ...]
    """How fast the agent answered, one per turn."""
