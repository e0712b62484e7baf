"""What an operator sees of the live calls, and can do in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from bridge.call import Call
from bridge.call_snapshot import CallSnapshot
from bridge.events import (
    Event,
    OperatorAudio,
    OperatorEnds,
    OperatorGone,
    OperatorHandsBack,
    OperatorKeys,
    OperatorSaid,
    OperatorTookOver,
)
from bridge.listening import Listening, OnPiece
from bridge.on_operator import MOST_NAME
from bridge.phases import LIVE_PHASES, Phase
from bridge.tool_desk import keys_to_press
from data.call import CallOrder, TimelineEntry

ENDING_PHASES = frozenset({Phase.CLOSING, Phase.ENDED})


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call between its order and its end, at one moment."""

    order: CallOrder
    call_sid: str
    phase: Phase
    at_s: float
    """Seconds since it was ordered."""
    snapshot: CallSnapshot
    timeline: tuple[TimelineEntry, ...]
    listeners: int


class LiveCalls(ABC):
    """The operators' side of the switchboard. Nothing here waits, and no act reaches a call that
    is over: then it is False."""

    def __init__(self) -> None:
        self._on_piece: OnPiece | None = None

    @abstractmethod
    def _held(self) -> Iterable[Call]:
        """All calls, also those whose report is still on its way."""

    @abstractmethod
    def _call(self, attempt_id: str) -> Call | None:
        """One of them."""

    def live(self) -> tuple[LiveCall, ...]:
        """Every call that is not over, oldest first."""
        return tuple(_seen(call) for call in self._held() if not call.is_over)

    def live_call(self, attempt_id: str) -> LiveCall | None:
        """This call, unless it is over or was never ordered."""
        call = self._live(attempt_id)
        return None if call is None else _seen(call)

    # --- listening ------------------------------------------------------------------------------
    def listen(self, attempt_id: str) -> Listening | None:
        """An ear in this call, see `Listening`; None: no such call."""
        call = self._live(attempt_id)
        return None if call is None else Listening(call.listeners)

    @property
    def on_piece(self) -> OnPiece | None:
        """Gets (attempt id, piece) of every call with a stream, for level meters; must not wait.
        While it is None a call that nobody listens to costs nothing more."""
        return self._on_piece

    @on_piece.setter
    def on_piece(self, on_piece: OnPiece | None) -> None:
        self._on_piece = on_piece
        for call in self._held():
            call.listeners.measure(on_piece)

    # --- steering -------------------------------------------------------------------------------
    def whisper(self, attempt_id: str, text: str) -> bool:
        """Give the agent a hint; False also when there is no agent any more."""
        call = self._live(attempt_id)
        if call is None or call.session.phase in ENDING_PHASES or not call.session.agent_live:
            return False
        call.receive(OperatorSaid(text))
        return True

    def press_keys(self, attempt_id: str, digits: str) -> bool:
        """Press keys; False unless the call was answered. Raises BadKeys."""
        keys_to_press({"digits": digits})
        call = self._live(attempt_id)
        if call is None or call.session.phase not in LIVE_PHASES:
            return False
        call.receive(OperatorKeys(digits))
        return True

    def end(self, attempt_id: str, *, at_once: bool) -> bool:
        """End the call: the agent says goodbye (nobody, while it rings), or the line is cut."""
        call = self._live(attempt_id)
        if call is None or (call.session.phase in ENDING_PHASES and not at_once):
            return False
        call.receive(OperatorEnds(at_once))
        return True

    # --- speaking instead of the agent ----------------------------------------------------------
    def take_over(self, attempt_id: str, operator: str) -> bool:
        """Speak instead of the agent, or again after the connection broke off.

        False when nobody talks in this call or another operator has it, unless that one's
        connection is broken. `operator`: a name of at most 40 characters; more is cut off.
        """
        call = self._live(attempt_id)
        if call is None or call.session.phase is not Phase.TALKING or not operator:
            return False
        session = call.session
        name = operator[:MOST_NAME]
        if session.taken_over_by not in ("", name) and not session.operator_is_away():
            return False
        call.receive(OperatorTookOver(operator))
        return True

    def operator_audio(self, attempt_id: str, operator: str, sound: bytes) -> bool:
        """Sound of the operator's microphone (µ-law, 8 kHz); False: this one has not the call."""
        return self._from_speaker(attempt_id, operator, OperatorAudio(sound))

    def hand_back(self, attempt_id: str, operator: str, summary: str) -> bool:
        """Let the agent go on; False: this operator has not the call."""
        return self._from_speaker(attempt_id, operator, OperatorHandsBack(summary))

    def operator_gone(self, attempt_id: str, operator: str) -> None:
        """The operator's connection broke off: the agent goes on unless it is back soon."""
        self._from_speaker(attempt_id, operator, OperatorGone())

    def _from_speaker(self, attempt_id: str, operator: str, event: Event) -> bool:
        call = self._live(attempt_id)
        if call is None or not operator or call.session.taken_over_by != operator[:MOST_NAME]:
            return False
        call.receive(event)
        return True

    def _live(self, attempt_id: str) -> Call | None:
        call = self._call(attempt_id)
        return None if call is None or call.is_over else call


def _seen(call: Call) -> LiveCall:
    return LiveCall(
        order=call.order,
        call_sid=call.call_sid,
        phase=call.session.phase,
        at_s=call.now,
        snapshot=call.session.snapshot(),
        timeline=call.timeline,
        listeners=call.listeners.listeners,
    )
