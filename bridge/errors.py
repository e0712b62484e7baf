"""Failures that have a culprit.

BridgeError
├── CarrierError      Twilio refused, did not answer, or broke its protocol
├── AgentError        ElevenLabs refused, did not answer, or broke its protocol
├── BadFrame          one unusable websocket message: counted and skipped
└── NoRoom            ours: over a limit of our own, or shutting down
"""

from __future__ import annotations

from typing import ClassVar

from data.call import Blame


class BridgeError(Exception):
    """Something in a call failed; `blame` says whose fault it was."""

    blame: ClassVar[Blame] = Blame.OURS


class CarrierError(BridgeError):
    """The carrier refused or failed.

    `code` is Twilio's error code or None; `status` the HTTP status or None. `indefinite` is True
    when the order may have been carried out although no answer came: never repeat it then.
    """

    blame = Blame.CARRIER

    def __init__(
        self,
        message: str,
        *,
        code: int | None = None,
        status: int | None = None,
        indefinite: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.indefinite = indefinite


class AgentError(BridgeError):
    """The agent's service refused or failed. `status` is the HTTP status or None."""

    blame = Blame.AGENT

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class BadFrame(BridgeError):
    """One message that makes no sense. The call goes on without it."""


class NoRoom(BridgeError):
    """Over a limit of our own; the message says which."""


def in_words(error: Exception) -> str:
    """Any other error, for one line of a log."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
