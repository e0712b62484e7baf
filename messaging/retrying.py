"""What becomes of a message that was refused or not delivered. Pure.

A result is never dropped while it can still arrive: it is tried for a day and then parked, which
is kept in the store until the customer writes again. Given up is only what would fail the same way
for ever, what is not worth sending any more, and a sound that may have arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from data.store import OutgoingMessage
from messaging.sending_codes import WINDOW_CLOSED, Fate, code_of_callback
from messaging.whatsapp import SendFailed

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 300.0
_LONGEST_WAIT_S = 3600.0
_TRY_FOR_S = 86400.0
_DEFECT_FOR_S = 3600.0
"""A message that brings out a defect of ours holds up the customer's others no longer than that."""
_FIRST_AGAIN_S = 5.0
_MOST_SENDINGS = 4
_AS_TEMPLATE = "as a template"


class Move(StrEnum):
    """What to do next with a message."""

    LATER = "later"
    BY_TEMPLATE = "by_template"
    PARK = "park"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A move and, for `LATER`, its time in seconds since the epoch."""

    move: Move
    why: str
    """For the store and the log; names no customer."""
    due_at: float = 0.0


@dataclass(slots=True)
class Trouble:
    """What is remembered of a promise that could not be sent at once."""

    since: float
    """When sending it began, in seconds since the epoch."""
    tries: int = 0
    unclear: bool = False
    """Twilio may have taken it all the same."""


class Defect(SendFailed):
    """A fault of ours that one message brings out."""


def is_stale(message: OutgoingMessage, at: float) -> bool:
    """Whether it is not worth sending any more at that moment."""
    return message.stale_at is not None and at >= message.stale_at


def noted(why: str = "", *, template: bool) -> str:
    """What the store keeps, so that another worker knows how a message went or is to go out."""
    return f"{_AS_TEMPLATE}: {why}" if template else why


def was_template(note: str) -> bool:
    """Whether a note of `noted` says so."""
    return note.startswith(_AS_TEMPLATE)


def template_helps(message: OutgoingMessage, *, has_template: bool, is_template: bool) -> bool:
    """Whether a message that came too late for the 24 hours can still be sent."""
    return has_template and not is_template and not message.media_url


def after_refusal(
    message: OutgoingMessage, failure: SendFailed, trouble: Trouble, *, now: float, template: bool
) -> Verdict:
    """After Twilio did not take it, or may not have. `template`: it was sent as one."""
    why = f"{failure.code}: {failure}" if failure.code is not None else str(failure)
    if message.media_url and failure.unclear:
        return Verdict(Move.GIVE_UP, f"a sound is not sent twice ({why})")
    if failure.code == WINDOW_CLOSED:
        return Verdict(Move.PARK, why)
    if not failure.retry:
        return Verdict(Move.PARK if template else Move.GIVE_UP, why)
    age_s = now - trouble.since
    if isinstance(failure, Defect) and age_s >= _DEFECT_FOR_S:
        return Verdict(Move.GIVE_UP, why)
    if age_s >= _TRY_FOR_S:
        return Verdict(Move.PARK, why)
    doubled_s = _FIRST_PAUSE_S * 2.0 ** min(trouble.tries - 1, 10)
    pause_s = max(min(doubled_s, _LONGEST_PAUSE_S), min(failure.wait_s, _LONGEST_WAIT_S))
    return _later(message, now + pause_s, why)


def after_no_delivery(
    message: OutgoingMessage,
    sendings: int,
    error_code: str,
    *,
    now: float,
    has_template: bool,
    template: bool,
) -> Verdict:
    """After Twilio took it, `sendings` times so far, and WhatsApp did not deliver it."""
    code = code_of_callback(error_code)
    why = f"{error_code}: {code.sentence}" if error_code else code.sentence
    if message.media_url:
        return Verdict(Move.GIVE_UP, f"a sound is not sent twice ({why})")
    if code.fate is Fate.WINDOW:
        if not template_helps(message, has_template=has_template, is_template=template):
            return Verdict(Move.PARK, why)
        if is_stale(message, now):
            return Verdict(Move.GIVE_UP, f"stale ({why})")
        return Verdict(Move.BY_TEMPLATE, why, now)
    if code.fate is Fate.FINAL:
        return Verdict(Move.PARK if template else Move.GIVE_UP, why)
    if sendings >= _MOST_SENDINGS:
        return Verdict(Move.PARK, why)
    pause_s = max(_FIRST_AGAIN_S * 4.0 ** (max(sendings, 1) - 1), code.wait_s)
    return _later(message, now + pause_s, why)


def _later(message: OutgoingMessage, due_at: float, why: str) -> Verdict:
    if is_stale(message, due_at):
        return Verdict(Move.GIVE_UP, f"stale ({why})")
    return Verdict(Move.LATER, why, due_at)
