"""Which operator speaks in which call: each in one at a time, by one socket at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from vocero.operators.access import Session


@dataclass(slots=True)
class Speech:
    """One socket through which an operator speaks."""

    attempt_id: str
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set from elsewhere: handed back, or another socket took its place."""
    handed_back: bool = False
    """By another way than this socket."""
    settled: bool = False
    """Nothing is left to be given back when this socket goes."""


class Speakers:
    """The speeches that are on, by session."""

    def __init__(self) -> None:
        self._speeches: dict[str, Speech] = {}

    def begin(self, session: Session, attempt_id: str) -> Speech | None:
        """A socket wants to speak; None while this operator speaks in another call."""
        known = self._speeches.get(session.session_id)
        if known is not None:
            if known.attempt_id != attempt_id:
                return None
            # A browser that came back is faster than the end of its old connection.
            known.settled = True
            known.ended.set()
        speech = Speech(attempt_id)
        self._speeches[session.session_id] = speech
        return speech

    def end(self, session: Session, speech: Speech) -> None:
        """That socket speaks no more."""
        if self._speeches.get(session.session_id) is speech:
            del self._speeches[session.session_id]

    def handed_back(self, session_id: str, attempt_id: str) -> None:
        """The call was handed back by another way than the socket."""
        speech = self._speeches.get(session_id)
        if speech is not None and speech.attempt_id == attempt_id:
            speech.handed_back = speech.settled = True
            speech.ended.set()

    def begins_elsewhere(self, session_id: str, attempt_id: str) -> bool:
        """This operator wants to speak by another worker; False while they speak in another call.

        In the same call the newer socket takes the place of ours.
        """
        speech = self._speeches.get(session_id)
        if speech is None:
            return True
        if speech.attempt_id != attempt_id:
            return False
        speech.settled = True
        speech.ended.set()
        return True
