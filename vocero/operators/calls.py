"""The calls that are on, whichever worker has them: looked for, and acted on.

A call of our own never waits for anybody else. For another's the worker that has it is asked, and
everything is answered within seconds: done, why not, or that it cannot be known.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from bridge.phases import Phase
from data.call_context import call_context
from vocero.bus.bus import ANSWER_S, Json, NoAnswer, OutOfReach
from vocero.operators import deeds
from vocero.operators.answers import STATUS, Refused
from vocero.operators.checked import Odd, number, phase, some, text, truth
from vocero.operators.deeds import done_here
from vocero.operators.needs import LiveCall, OperatorsNeeds
from vocero.operators.words import is_id

log = logging.getLogger(__name__)

SEE, ASK, WRITING = "see", "ask_customer", "being_recorded"
ASK_S = 30.0
LONGEST_QUESTION, LONGEST_OPTION, MOST_OPTIONS = 300, 80, 5
LONGEST_ANSWER = 5000
LATEST_RECORDING_S = 600.0
"""So long after a call nobody writes its recording any more."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that is on, as far as everybody may see it."""

    phase: Phase
    at_s: float
    """Seconds since it was ordered."""
    taken_over_by: str


class Calls:
    """For the operators of this worker; and it answers other workers for theirs.

    Where another worker is asked, all raise Refused: "unreachable" (nothing was done) or
    "unanswered" (it is not known) besides what they tell.
    """

    def __init__(self, needs: OperatorsNeeds) -> None:
        self._needs = needs
        self._board = needs.board
        self._bus = needs.bus
        self._bus.answer(SEE, self._tell_seen)
        self._bus.answer(ASK, self._ask_for_another)
        self._bus.answer(
            WRITING, lambda worker, call, _: {} if needs.being_recorded(call) else None
        )
        for deed in (deeds.WHISPER, deeds.KEYS, deeds.END, deeds.HAND_BACK):
            self._answer_deed(deed)

    def own(self, attempt_id: str) -> LiveCall | None:
        """The call, if it is one of this worker."""
        return self._board.live_call(attempt_id)

    async def seen(self, attempt_id: str) -> Seen | None:
        """The call, whoever has it; None: nobody."""
        own = self.own(attempt_id)
        if own is not None:
            return _seen(own)
        told = await self.ask(SEE, attempt_id, {})
        if told is None:
            return None
        try:
            taken = text(told.get("taken_over_by"))
            return Seen(phase(told.get("phase")), number(told.get("at_s"), 0), taken)
        except Odd:
            raise Refused("unanswered") from None

    async def must_be_on(self, attempt_id: str) -> None:
        """Raises Refused unless this call is on."""
        if await self.seen(attempt_id) is None:
            raise Refused("over")

    async def do(self, what: str, attempt_id: str, **fields: object) -> None:
        """A deed (vocero.operators.deeds), wherever the call is. Raises Refused unless done."""
        code = done_here(self._board, what, attempt_id, fields)
        if code is None:
            told = await self.ask(what, attempt_id, fields)
            code = "over" if told is None else code_of(told)
        if code:
            raise Refused(code)

    async def ask_customer(self, attempt_id: str, question: str, options: list[str]) -> Json:
        """Ask on WhatsApp: {"answered", "answer"}; the agent is told, too."""
        if self.own(attempt_id) is not None:
            told: Json | None = await self._asked(attempt_id, question, options)
        else:
            fields = {"question": question, "options": options}
            told = await self.ask(ASK, attempt_id, fields, longest_s=ASK_S + ANSWER_S)
        if told is None:
            raise Refused("over")
        if "code" in told:
            raise Refused(code_of(told) or "unanswered")
        try:
            answered, answer = truth(told.get("answered")), text(told.get("answer"), LONGEST_ANSWER)
        except Odd:
            raise Refused("unanswered") from None
        return {"answered": answered, "answer": answer}

    async def being_recorded(self, attempt_id: str, ended_at: float) -> bool:
        """Whether any worker still writes the recording of this call."""
        if self._needs.being_recorded(attempt_id):
            return True
        if self._needs.now() - ended_at > LATEST_RECORDING_S:
            return False
        return await self.ask(WRITING, attempt_id, {}) is not None

    async def ask(
        self,
        what: str,
        attempt_id: str,
        fields: Mapping[str, object],
        *,
        longest_s: float = ANSWER_S,
    ) -> Json | None:
        """Whichever other worker has this call; None: nobody."""
        if not is_id(attempt_id):
            return None  # no call has such a name
        try:
            return await self._bus.ask(what, attempt_id, fields, longest_s=longest_s)
        except OutOfReach:
            raise Refused("unreachable") from None
        except NoAnswer:
            raise Refused("unanswered") from None

    async def _asked(self, attempt_id: str, question: str, options: list[str]) -> Json:
        """Of a call of ours. Never raises: another worker may wait for it."""
        parameters: dict[str, object] = {"question": question}
        if options:
            parameters["options"] = options
        try:
            async with asyncio.timeout(ASK_S):
                answer = await self._needs.answer_tool(attempt_id, ASK, parameters)
            told = json.loads(answer)
            answered, answer = told["answered"] is True, str(told["answer"])
        except TimeoutError:
            answered, answer = False, ""
        except Exception as error:
            # The group that this runs in holds the calls.
            with call_context(attempt_id):
                log.error("an operator's question failed: %s", type(error).__name__)
            return {"code": "trouble"}
        if answered:
            self._board.whisper(
                attempt_id, f"The customer answers: {answer} (They were asked: {question})"
            )
        return {"answered": answered, "answer": answer}

    # --- asked by other workers -------------------------------------------------------------------
    def _answer_deed(self, deed: str) -> None:
        def answer(worker: str, attempt_id: str, fields: Json) -> Json | None:
            code = done_here(self._board, deed, attempt_id, fields)
            return None if code is None else {"code": code}

        self._bus.answer(deed, answer)

    def _tell_seen(self, worker: str, attempt_id: str, fields: Json) -> Json | None:
        call = self.own(attempt_id)
        if call is None:
            return None
        seen = _seen(call)
        return {"phase": seen.phase, "at_s": seen.at_s, "taken_over_by": seen.taken_over_by}

    def _ask_for_another(
        self, worker: str, attempt_id: str, fields: Json
    ) -> Json | Awaitable[Json] | None:
        if self.own(attempt_id) is None:
            return None
        try:
            question = text(fields.get("question"), LONGEST_QUESTION)
            options = some(
                fields.get("options"), lambda one: text(one, LONGEST_OPTION), MOST_OPTIONS
            )
        except Odd:
            return {"code": "bad_request"}
        return self._asked(attempt_id, question, options)


def code_of(told: Json) -> str:
    """Of another worker's answer: "" for done, else a code that the pages have words for."""
    code = told.get("code")
    return code if isinstance(code, str) and (not code or code in STATUS) else "unanswered"


def _seen(call: LiveCall) -> Seen:
    return Seen(call.phase, call.at_s, call.snapshot.taken_over_by)
