"""An operator speaks in a call, whichever worker has it.

Of a call of another worker the microphone goes over the bus, and both sides make sure once a second
that the other is still there: an operator whose worker died has not got the call any more, and one
whose call cannot be reached is told so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from vocero.bus.bus import Bus, Json
from vocero.operators import deeds
from vocero.operators.answers import Refused
from vocero.operators.calls import Calls, code_of
from vocero.operators.checked import Odd, text
from vocero.operators.deeds import done_here, why_not
from vocero.operators.needs import Board

SPEAKING, GONE = "speaking", "operator_gone"
SAY_EVERY_S = 1.0
SILENT_S = 4.0
"""An operator at another worker of whom nothing is heard for so long is gone."""
UNREACHABLE_S = 3.0
"""For so long an operator speaks into the void before they are told."""
MOST_SOUND = 40_000
"""Bytes of one message of a browser, as µ-law."""

EndingOf = Callable[[str], AbstractContextManager[asyncio.Event]]


class Mouth(Protocol):
    """An operator who has a call."""

    def sound(self, sound: bytes) -> str:
        """µ-law, 8 kHz. "", or the code of why it is not theirs any more. Never waits."""

    async def hand_back(self, summary: str) -> str:
        """ "" when it was, else the code of why not."""

    async def lost(self) -> str:
        """Waits until it is not theirs any more by no deed of theirs; the code of why."""

    def gone(self) -> None:
        """Their connection broke off."""


class MouthHere:
    """In a call of ours."""

    def __init__(self, board: Board, attempt_id: str, operator: str, ending: EndingOf) -> None:
        self._board = board
        self._attempt_id = attempt_id
        self._operator = operator
        self._ending = ending

    def sound(self, sound: bytes) -> str:
        """Mouth."""
        if self._board.operator_audio(self._attempt_id, self._operator, sound):
            return ""
        return why_not(self._board, self._operator, self._attempt_id)

    async def hand_back(self, summary: str) -> str:
        """Mouth."""
        if self._board.hand_back(self._attempt_id, self._operator, summary):
            return ""
        return why_not(self._board, self._operator, self._attempt_id)

    async def lost(self) -> str:
        """Mouth."""
        with self._ending(self._attempt_id) as over:
            await over.wait()
        return "over"

    def gone(self) -> None:
        """Mouth."""
        self._board.operator_gone(self._attempt_id, self._operator)


class MouthElsewhere:
    """In a call of another worker."""

    def __init__(self, bus: Bus, calls: Calls, attempt_id: str, operator: str, keeper: str) -> None:
        self._bus = bus
        self._calls = calls
        self._attempt_id = attempt_id
        self._operator = operator
        self._channel = microphone_of(keeper)
        head = [self._bus.name.encode(), attempt_id.encode(), operator.encode()]
        self._head = b"".join(bytes([len(each)]) + each for each in head)

    def sound(self, sound: bytes) -> str:
        """Mouth. What gets lost is lost; `lost` finds out."""
        if sound:
            self._bus.publish(self._channel, self._head + sound)
        return ""

    async def hand_back(self, summary: str) -> str:
        """Mouth."""
        try:
            await self._calls.do(
                deeds.HAND_BACK, self._attempt_id, operator=self._operator, summary=summary
            )
        except Refused as why:
            return why.code
        return ""

    async def lost(self) -> str:
        """Mouth."""
        clock = asyncio.get_running_loop().time
        reached = clock()
        while True:
            await asyncio.sleep(SAY_EVERY_S)
            try:
                fields = {"operator": self._operator}
                told = await self._calls.ask(SPEAKING, self._attempt_id, fields)
            except Refused as why:
                if clock() - reached > UNREACHABLE_S:
                    return why.code
                continue
            reached = clock()
            code = "over" if told is None else code_of(told)
            if code:
                return code

    def gone(self) -> None:
        """Mouth."""
        self._bus.tell(GONE, {"call": self._attempt_id, "operator": self._operator})


@dataclass(slots=True)
class _Speaker:
    worker: str
    operator: str
    heard_at: float


class Mouths:
    """Takes calls over for our operators; and lets others' operators speak in our calls."""

    def __init__(self, bus: Bus, board: Board, calls: Calls, ending: EndingOf) -> None:
        """`ending`: an event that is set once this call has ended."""
        self._bus = bus
        self._board = board
        self._calls = calls
        self._ending = ending
        self._speakers: dict[str, _Speaker] = {}
        self._watching: asyncio.Task[None] | None = None
        if bus.several:
            bus.hear(microphone_of(bus.name), self._hear)
            bus.answer(deeds.TAKE_OVER, self._take_over)
            bus.answer(SPEAKING, self._still_speaking)
            bus.told(GONE, self._gone)

    async def take_over(self, attempt_id: str, operator: str) -> Mouth:
        """Raises Refused."""
        code = done_here(self._board, deeds.TAKE_OVER, attempt_id, {"operator": operator})
        if code == "":
            self._speakers.pop(attempt_id, None)  # the same operator, come back by us
            return MouthHere(self._board, attempt_id, operator, self._ending)
        keeper = ""
        if code is None:
            told = await self._calls.ask(deeds.TAKE_OVER, attempt_id, {"operator": operator})
            code = "over" if told is None else code_of(told)
            keeper = str((told or {}).get("keeper", ""))
        if code:
            raise Refused(code)
        return MouthElsewhere(self._bus, self._calls, attempt_id, operator, keeper)

    # --- others' operators in our calls -----------------------------------------------------------
    def _take_over(self, worker: str, attempt_id: str, fields: Json) -> Json | None:
        code = done_here(self._board, deeds.TAKE_OVER, attempt_id, fields)
        if code is None:
            return None
        if not code:
            self._speakers[attempt_id] = _Speaker(worker, str(fields["operator"]), _now())
            if self._watching is None:
                self._watching = self._bus.start(self._watch(), "operators at other workers")
        return {"code": code, "keeper": self._bus.name}

    def _still_speaking(self, worker: str, attempt_id: str, fields: Json) -> Json | None:
        if self._board.live_call(attempt_id) is None:
            return None
        try:
            operator = text(fields.get("operator"))
        except Odd:
            return {"code": "bad_request"}
        speaker = self._speaker(worker, attempt_id, operator)
        if speaker is None:
            code = why_not(self._board, operator, attempt_id)
            return {"code": code}
        speaker.heard_at = _now()
        return {"code": self._sound(speaker, attempt_id, b"")}

    def _hear(self, message: bytes) -> None:
        parts, rest = [], message
        for _ in range(3):
            length = rest[0] if rest else 0
            parts.append(rest[1 : 1 + length])
            rest = rest[1 + length :]
        worker, attempt_id, operator = (part.decode(errors="replace") for part in parts)
        speaker = self._speaker(worker, attempt_id, operator)
        if speaker is not None and 0 < len(rest) <= MOST_SOUND:
            self._sound(speaker, attempt_id, rest)

    def _gone(self, worker: str, fields: Json) -> None:
        attempt_id, operator = fields.get("call"), fields.get("operator")
        if isinstance(attempt_id, str) and isinstance(operator, str):
            speaker = self._speaker(worker, attempt_id, operator)
            if speaker is not None:
                self._end(attempt_id, speaker)

    def _speaker(self, worker: str, attempt_id: str, operator: str) -> _Speaker | None:
        speaker = self._speakers.get(attempt_id)
        fits = speaker is not None and (speaker.worker, speaker.operator) == (worker, operator)
        return speaker if fits else None

    def _sound(self, speaker: _Speaker, attempt_id: str, sound: bytes) -> str:
        if self._board.operator_audio(attempt_id, speaker.operator, sound):
            return ""
        self._speakers.pop(attempt_id, None)
        return why_not(self._board, speaker.operator, attempt_id)

    def _end(self, attempt_id: str, speaker: _Speaker) -> None:
        del self._speakers[attempt_id]
        self._board.operator_gone(attempt_id, speaker.operator)

    async def _watch(self) -> None:
        while self._speakers:
            await asyncio.sleep(SAY_EVERY_S)
            for attempt_id, speaker in tuple(self._speakers.items()):
                if _now() - speaker.heard_at > SILENT_S:
                    self._end(attempt_id, speaker)
        self._watching = None


def microphone_of(worker: str) -> str:
    """Where the voices of other workers' operators come."""
    return f"mic.{worker}"


def _now() -> float:
    return asyncio.get_running_loop().time()
