"""The tools that the agent may use during a call, answered in this process.

Who asks is known from the connection (the attempt), never from what the agent says. No tool can
dial, or reach anybody but the call's own customer, who may be asked three times: the worst that an
agent can be talked into is a false report, which `evidence.judge` holds against the transcript.
Results are JSON strings, so `false` stays false. The first report of a call stands and is durable;
the same one again is fine, another one is told so.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from data.call import CallResult, OutcomeStatus
from data.errand import Errand
from data.store import Store, StoreError
from orchestration.local_time import business_zone_name, local_now
from orchestration.places import clean
from orchestration.ports import CustomerLine
from orchestration.slot_check import SlotVerdict, allowed_in_words, check_slot
from orchestration.tool_parameters import AskCustomer, ReportResult, ValidateSlot, what_to_fix

log = logging.getLogger(__name__)

MOST_QUESTIONS = 3
"""What a customer may be asked during one call."""
_KEEP_S = 5.0
"""How long the store may take over a report; the agent's own deadline is longer."""
_LATE_S = 4.0
"""How much longer than it promised the customer's line may take."""
_ANSWER_LENGTH = 500
_TOOLS = "validate_slot, report_result, ask_customer and press_keys"
_CANCELLED = (
    "The customer has cancelled this request. Agree to nothing any more: say goodbye politely and "
    "end the call."
)
_DECIDE = "Decide within that; for anything else say that you will call back."


@dataclass(slots=True)
class _Live:
    """What is known of one call while it lasts."""

    errand: Errand
    report: CallResult | None = None
    wish_put: bool = False
    """The customer's wish was put to the business, so that what else was allowed will do."""
    questions: int = 0
    asking: bool = False
    cancelled: bool = False
    """The customer wants nothing of it any more."""


@dataclass(frozen=True, slots=True)
class ToolReply:
    """A tool's answer as the agent will read it (bridge.ports.ToolReply has the same shape)."""

    result: str
    is_error: bool = False


class AgentTools:
    """`bridge.ports.CallTools`, for the calls that were announced with `begin`."""

    def __init__(
        self,
        now: Callable[[], float],
        default_zone: str,
        store: Store,
        answer_within_s: float = 20.0,
    ) -> None:
        """`now` in seconds since the epoch; `store` is lent, reports are kept in it at once.

        `answer_within_s`: how long the customer has to answer (Settings.answer_within_s).
        """
        self.customer_line: CustomerLine | None = None
        """Set by whoever can reach the customer; without it nobody is asked."""
        self._now = now
        self._default_zone = default_zone
        self._store = store
        self._answer_within_s = answer_within_s
        self._calls: dict[str, _Live] = {}

    def begin(self, attempt_id: str, errand: Errand) -> None:
        """A call is about to be placed for this errand."""
        self._calls[attempt_id] = _Live(errand)

    def cancel(self, attempt_id: str) -> None:
        """The customer has cancelled: the tools say so from now on."""
        live = self._calls.get(attempt_id)
        if live is not None:
            live.cancelled = True

    def reported(self, attempt_id: str) -> CallResult | None:
        """What the agent reported, if it did. Not yet judged."""
        live = self._calls.get(attempt_id)
        return live.report if live is not None else None

    def end(self, attempt_id: str) -> None:
        """The call is settled; nothing of it is kept here."""
        self._calls.pop(attempt_id, None)

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        """The reply for the agent; never raises for what an agent may send."""
        live = self._calls.get(attempt_id)
        if live is None:
            return _refused(name, "This call is not known or already over.")
        try:
            match name:
                case "validate_slot":
                    return self._validate_slot(live, ValidateSlot.model_validate(parameters))
                case "report_result":
                    report = ReportResult.model_validate(parameters)
                    return await self._report_result(attempt_id, live, report)
                case "ask_customer":
                    asked = AskCustomer.model_validate(parameters)
                    return await self._ask_customer(attempt_id, live, asked)
                case _:
                    return _refused(
                        name, f"There is no tool {clean(name, 40)!r}. There are {_TOOLS}."
                    )
        except ValidationError as error:
            return _refused(name, what_to_fix(error))

    def _validate_slot(self, live: _Live, asked: ValidateSlot) -> ToolReply:
        if live.cancelled:
            return ToolReply(slot_json(SlotVerdict(False, _CANCELLED)))
        zone_name = business_zone_name(live.errand.business, self._default_zone)
        verdict = check_slot(
            live.errand.preferences,
            asked.date or "",
            asked.time or "",
            local_now(self._now(), zone_name),
            professional=clean(asked.professional_name, 80),
            wish_refused=live.wish_put,
        )
        live.wish_put = live.wish_put or verdict.wish_put
        return ToolReply(slot_json(verdict))

    async def _report_result(self, attempt_id: str, live: _Live, report: ReportResult) -> ToolReply:
        result = CallResult(
            status=OutcomeStatus(report.status),
            date=_clean(report.date, 80),
            time=_clean(report.time, 80),
            professional_name=_clean(report.professional_name, 80),
            notes=_clean(report.notes, 500),
            instructions=_clean(report.instructions, 500),
        )
        if result.status is OutcomeStatus.BOOKED and not (result.date or result.time):
            return _refused(
                "report_result",
                "A booking needs its date and time as the business confirmed them. "
                "Call report_result again with both.",
            )
        if live.report is None:
            live.report = result
        if live.report != result:
            return _answer(
                False,
                f"A result was recorded before ({live.report.status}) and the first one stands. "
                "Say goodbye and end the call.",
            )
        await self._keep(attempt_id, result)
        return _answer(True, "Recorded. Say goodbye and end the call.")

    async def _keep(self, attempt_id: str, result: CallResult) -> None:
        """Make it durable, so that a crash does not lose it. The call goes on without."""
        try:
            async with asyncio.timeout(_KEEP_S):
                # What was said first: a report without it would be believed less after a crash.
                if self.customer_line is not None:
                    await self.customer_line.keep_words(attempt_id)
                await self._store.keep_report(attempt_id, result)
        except StoreError as error:
            log.error("a report is kept in memory only: %s", error)
        except TimeoutError:
            log.error("a report is kept in memory only: the store took over %g s", _KEEP_S)

    # --- the customer is asked ----------------------------------------------------------------
    async def _ask_customer(self, attempt_id: str, live: _Live, asked: AskCustomer) -> ToolReply:
        question = clean(asked.question, 300)
        if not question:
            return _refused("ask_customer", "There is no question in that. Send it as question.")
        if live.asking:
            return _told(False, "The customer has another question before them: wait for that.")
        if live.cancelled:
            return _told(False, _CANCELLED)
        allowed = f"What they allowed: {allowed_in_words(live.errand.preferences)} {_DECIDE}"
        if live.questions >= MOST_QUESTIONS:
            return _told(False, f"The customer was asked enough in this call. {allowed}")
        options = tuple(filter(None, (clean(each, 80) for each in asked.options or ())))
        live.asking, live.questions = True, live.questions + 1
        try:
            answer = await self._asked(attempt_id, question, options)
        finally:
            live.asking = False
        if live.cancelled:
            return _told(False, _CANCELLED)
        if not answer:
            return _told(False, f"The customer did not answer in time. {allowed}")
        return _told(True, answer)

    async def _asked(self, attempt_id: str, question: str, options: tuple[str, ...]) -> str:
        """The customer's words, or "" when there are none in time."""
        if self.customer_line is None:
            return ""
        try:
            async with asyncio.timeout(self._answer_within_s + _LATE_S):
                said = await self.customer_line.ask(attempt_id, question, options)
        except TimeoutError:
            log.warning("asking the customer took over %g s", self._answer_within_s + _LATE_S)
            return ""
        except Exception:
            # The business is on the line: the agent needs something to go on with in any case.
            log.exception("asking the customer failed")
            return ""
        return clean(said, _ANSWER_LENGTH)


def slot_json(verdict: SlotVerdict) -> str:
    """The verdict as the contract promises it."""
    answer: dict[str, object] = {"valid": verdict.valid, "message": verdict.message}
    if verdict.alternatives:
        answer["alternatives"] = list(verdict.alternatives)
    return json.dumps(answer, ensure_ascii=False)


def _answer(success: bool, message: str) -> ToolReply:
    return ToolReply(json.dumps({"success": success, "message": message}, ensure_ascii=False))


def _told(answered: bool, answer: str) -> ToolReply:
    return ToolReply(json.dumps({"answered": answered, "answer": answer}, ensure_ascii=False))


def _refused(name: str, message: str) -> ToolReply:
    """An error in the shape of that tool's answers."""
    verdict, words = {
        "validate_slot": ("valid", "message"),
        "ask_customer": ("answered", "answer"),
    }.get(name, ("success", "message"))
    text = json.dumps({verdict: False, words: message}, ensure_ascii=False)
    return ToolReply(text, is_error=True)


def _clean(text: str | None, limit: int) -> str | None:
    return clean(text, limit) or None
