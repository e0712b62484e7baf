"""What the live page shows, worked out from what happens in calls: records in, messages out. Pure.

A card is a fold over a call's timeline, so that it is the same whether it was followed from the
beginning or read off a call that has been on for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.call import CallOrder, EntryKind, Speaker, TimelineEntry
from vocero.operators.json_views import (
    ANSWER_MS,
    Json,
    entry_json,
    measured,
    people_of_order,
)
from vocero.operators.needs import LiveCall

LONGEST_LAST = 300
"""Characters of somebody's last words on a card."""
NOT_ON_CARDS = frozenset(
    {EntryKind.MEASURED, EntryKind.TOOL_CALLED, EntryKind.TOOL_ANSWERED, EntryKind.INTERRUPTED}
)


@dataclass(slots=True)
class _Card:
    order: CallOrder
    began_at: float
    """Seconds since the epoch."""
    phase: str = "dialing"
    talking_since: float | None = None
    last: Json | None = None
    taken_over_by: str = ""
    machine: str = ""
    listeners: int = 0
    answer_ms: int | None = None

    def follow(self, entry: TimelineEntry) -> None:
        text = entry.text
        match entry.kind:
            case EntryKind.PHASE:
                self.phase = text
                if text == "talking":
                    self.talking_since = self.began_at + entry.at_s
            case EntryKind.SAID:
                speaker = None if entry.speaker is None else str(entry.speaker)
                self.last = {"speaker": speaker, "text": text[:LONGEST_LAST]}
            case EntryKind.CORRECTED if self.last is not None:
                if self.last["speaker"] == Speaker.AGENT:
                    self.last = {**self.last, "text": text[:LONGEST_LAST]}
            case EntryKind.TAKEN_OVER:
                self.taken_over_by = text
            case EntryKind.HANDED_BACK:
                self.taken_over_by = ""
            case EntryKind.MACHINE:
                self.machine = text
            case EntryKind.MEASURED:
                figure = measured(entry)
                if figure is not None and figure[0] == ANSWER_MS:
                    self.answer_ms = figure[1]
            case _:
                pass

    def json(self) -> Json:
        variables = self.order.variables
        return {
            "id": self.order.attempt_id,
            "phase": self.phase,
            "began_at": round(self.began_at, 3),
            "talking_since": None if self.talking_since is None else round(self.talking_since, 3),
            **people_of_order(self.order).masked(),
            "service": str(variables.get("service", "")),
            "language": str(variables.get("language", "")),
            "last": self.last,
            "taken_over_by": self.taken_over_by,
            "listeners": self.listeners,
            "machine": self.machine,
        }


class LiveBoard:
    """The cards of the calls that are on."""

    def __init__(self, listeners: Callable[[LiveCall], int]) -> None:
        """`listeners`: how many listen to a call, wherever they do."""
        self._listeners = listeners
        self._cards: dict[str, _Card] = {}

    def read(self, calls: Iterable[LiveCall], now: float) -> None:
        """Everything anew from the calls themselves; `now` in seconds since the epoch."""
        self._cards.clear()
        for call in calls:
            self._take(call, now)

    def clear(self) -> None:
        """Nobody looks any more."""
        self._cards.clear()

    def begins(self, call: LiveCall, now: float) -> Json:
        """A call was ordered, or is seen for the first time."""
        return {"type": "call", "call": self._take(call, now).json()}

    def knows(self, attempt_id: str) -> bool:
        """Whether there is a card of this call."""
        return attempt_id in self._cards

    def noted(self, attempt_id: str, entry: TimelineEntry) -> Json | None:
        """A new line in a call's timeline: the card when it looks different now."""
        card = self._cards.get(attempt_id)
        if card is None:
            return None
        card.follow(entry)
        return None if entry.kind in NOT_ON_CARDS else {"type": "call", "call": card.json()}

    def listeners_changed(self, call: LiveCall) -> Json | None:
        """More or fewer listen now."""
        card, count = self._cards.get(call.order.attempt_id), self._listeners(call)
        if card is None or card.listeners == count:
            return None
        card.listeners = count
        return {"type": "call", "call": card.json()}

    def over(self, attempt_id: str) -> None:
        """The call is settled: no card any more."""
        self._cards.pop(attempt_id, None)

    def cards(self) -> list[Json]:
        """All of them, the oldest call first."""
        return [card.json() for card in self._cards.values()]

    def figures(self, call: LiveCall) -> Json:
        """How the bridge is doing in one call."""
        card, playback = self._cards.get(call.order.attempt_id), call.snapshot.playback
        return {
            "type": "figures",
            "id": call.order.attempt_id,
            "figures": {
                "lead_ms": round(playback.lead_ms),
                "waiting_ms": round(playback.waiting_ms),
                "underruns": playback.underruns,
                "dropped": playback.dropped_pieces,
                ANSWER_MS: None if card is None else card.answer_ms,
            },
        }

    def _take(self, call: LiveCall, now: float) -> _Card:
        card = _Card(call.order, now - call.at_s, listeners=self._listeners(call))
        for entry in call.timeline:
            card.follow(entry)
        self._cards[call.order.attempt_id] = card
        return card


def entries_message(attempt_id: str, entries: Sequence[TimelineEntry], *, whole: bool) -> Json:
    """Lines of the timeline of the call that somebody watches."""
    shown = [entry_json(entry) for entry in entries]
    return {"type": "entries", "id": attempt_id, "entries": shown, "whole": whole}


def levels_message(levels: Mapping[str, tuple[int, int]]) -> Json:
    """How loud both legs are, of every call that sounds."""
    return {"type": "levels", "levels": {name: list(pair) for name, pair in levels.items()}}
