"""What is known of the phone call itself, from news that may come late, twice or out of order."""

from __future__ import annotations

from typing import Final

from bridge.events import PhoneStatus
from data.call import Blame, CallEnding, EndCause

_RANK: Final = {
    PhoneStatus.QUEUED: 0,
    PhoneStatus.INITIATED: 1,
    PhoneStatus.RINGING: 2,
    PhoneStatus.IN_PROGRESS: 3,
}
"""The order in which a call goes through its states; all others are terminal."""

NEVER_HEARD: Final = "the line was answered but its audio never came"
SOUND_GONE: Final = "the business's sound stayed away in the middle of the call"
NO_NEWS: Final = "the carrier had no news of the call"
UNCONFIRMED_DIAL: Final = "it is not known whether the call was placed"


def is_terminal(status: PhoneStatus) -> bool:
    """Whether a call in this state is over for good."""
    return status not in _RANK


class PhoneLine:
    """Goes forward only, and over only once."""

    def __init__(self) -> None:
        self.call_sid = ""
        """Empty until the carrier confirmed the order."""
        self.answered = False
        """Whether the business picked up, by any sign of it."""
        self.heard_of = False
        """Whether the carrier ever spoke of this call."""
        self.over: PhoneStatus | None = None
        """The terminal state, once there is one."""
        self.sip_code: int | None = None
        self.broke_off: str | None = None
        """What happened to the media stream, if it was lost without a stop."""
        self.outlived_stream = False
        """Whether the call was still alive after its stream had been lost."""
        self._rank = -1

    def moved(self, status: PhoneStatus, sip_code: int | None) -> bool:
        """Take in a status; whether it is news."""
        self.heard_of = True
        if is_terminal(status):
            if self.over is not None:
                return False
            self.over = status
            self.sip_code = sip_code
            return True
        if status is PhoneStatus.IN_PROGRESS:
            self.answered = True
        if self.broke_off is not None and self.over is None:
            self.outlived_stream = True
        if self.over is not None or _RANK[status] <= self._rank:
            return False
        self._rank = _RANK[status]
        return True

    def ending(self, had_stream: bool) -> CallEnding:
        """Why the call is over when nobody on our side ended it."""
        if self.broke_off is not None:
            if self.over is PhoneStatus.COMPLETED and not self.outlived_stream:
                return CallEnding(EndCause.BUSINESS_HUNG_UP)
            return CallEnding(EndCause.CARRIER_LOST, Blame.CARRIER, self.broke_off)
        if had_stream:
            return CallEnding(EndCause.BUSINESS_HUNG_UP)
        if self.answered:
            return CallEnding(EndCause.CARRIER_LOST, Blame.CARRIER, NEVER_HEARD)
        if self.over is PhoneStatus.BUSY:
            return CallEnding(EndCause.BUSY)
        if self.over is PhoneStatus.FAILED:
            sip = "" if self.sip_code is None else f" (SIP {self.sip_code})"
            detail = f"the carrier could not place the call{sip}"
            return CallEnding(EndCause.DIAL_FAILED, Blame.CARRIER, detail)
        return CallEnding(EndCause.NO_ANSWER)
