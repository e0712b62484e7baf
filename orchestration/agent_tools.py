"""The tools that the agent may use during a call, answered in this process.

Who asks is known from the connection (the attempt), never from what the agent says. No tool can
dial, send or read anything: the worst that an agent can be talked into is a false report, which
`evidence.judge` holds against the transcript. Results are JSON strings, so `false` stays false.
The first report of a call stands; the same one again is fine, another one is told so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from data.call import CallResult, OutcomeStatus
from data.errand import Errand
from orchestration.local_time import business_zone_name, local_now
from orchestration.places import clean
from orchestration.slots import SlotVerdict, check_slot

Short = Annotated[str, StringConstraints(max_length=80, strip_whitespace=True, strict=True)]
Long = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True, strict=True)]

ReportedStatus = Literal[
    "booked", "no_availability", "callback_needed", "wrong_number", "no_answer", "failed",
    "voicemail", "unconfirmed",
]  # fmt: skip
"""What an agent may report. Busy, cancelled and interrupted are ours to know."""


class ValidateSlot(BaseModel):
    """Parameters of `validate_slot`."""

    # Extra fields are ignored: server tools send `call_id`, and models add what they like.
    model_config = ConfigDict(extra="ignore", frozen=True)

    date: Short | None = None
    """ISO, or as heard."""
    time: Short | None = None
    professional_name: Short | None = None


class ReportResult(BaseModel):
    """Parameters of `report_result`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    status: ReportedStatus
    date: Short | None = None
    time: Short | None = None
    professional_name: Short | None = None
    notes: Long | None = None
    instructions: Long | None = None


@dataclass(frozen=True, slots=True)
class ToolReply:
    """A tool's answer as the agent will read it (bridge.ports.ToolReply has the same shape)."""

    result: str
    is_error: bool = False


class AgentTools:
    """`bridge.ports.CallTools`, for the calls that were announced with `begin`."""

    def __init__(self, now: Callable[[], float], default_zone: str) -> None:
        """`now` in seconds since the epoch."""
        self._now = now
        self._default_zone = default_zone
        self._errands: dict[str, Errand] = {}
        self._reports: dict[str, CallResult] = {}

    def begin(self, attempt_id: str, errand: Errand) -> None:
        """A call is about to be placed for this errand."""
        self._errands[attempt_id] = errand

    def reported(self, attempt_id: str) -> CallResult | None:
        """What the agent reported, if it did. Not yet judged."""
        return self._reports.get(attempt_id)

    def end(self, attempt_id: str) -> None:
        """The call is settled; nothing of it is kept here."""
        self._errands.pop(attempt_id, None)
        self._reports.pop(attempt_id, None)

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        """The reply for the agent; never raises for what an agent may send."""
        errand = self._errands.get(attempt_id)
        if errand is None:
            return _error("This call is not known or already over.")
        try:
            match name:
                case "validate_slot":
                    return self._validate_slot(errand, ValidateSlot.model_validate(parameters))
                case "report_result":
                    return self._report_result(attempt_id, ReportResult.model_validate(parameters))
                case _:
                    return _error(
                        f"There is no tool {clean(name, 40)!r}. There are validate_slot and "
                        "report_result."
                    )
        except ValidationError as error:
            return _error(_what_to_fix(error), "valid" if name == "validate_slot" else "success")

    def _validate_slot(self, errand: Errand, asked: ValidateSlot) -> ToolReply:
        zone_name = business_zone_name(errand.business, self._default_zone)
        verdict = check_slot(
            errand.preferences,
            asked.date or "",
            asked.time or "",
            local_now(self._now(), zone_name),
        )
        return ToolReply(slot_json(verdict))

    def _report_result(self, attempt_id: str, report: ReportResult) -> ToolReply:
        result = CallResult(
            status=OutcomeStatus(report.status),
            date=_clean(report.date, 80),
            time=_clean(report.time, 80),
            professional_name=_clean(report.professional_name, 80),
            notes=_clean(report.notes, 500),
            instructions=_clean(report.instructions, 500),
        )
        if result.status is OutcomeStatus.BOOKED and not (result.date or result.time):
            return _error(
                "A booking needs its date and time as the business confirmed them. "
                "Call report_result again with both."
            )
        first = self._reports.setdefault(attempt_id, result)
        if first == result:
            return _answer(True, "Recorded. Say goodbye and end the call.")
        return _answer(
            False,
            f"A result was recorded before ({first.status}) and the first one stands. "
            "Say goodbye and end the call.",
        )


def slot_json(verdict: SlotVerdict) -> str:
    """The verdict as the contract promises it."""
    answer: dict[str, object] = {"valid": verdict.valid, "message": verdict.message}
    if verdict.alternatives:
        answer["alternatives"] = list(verdict.alternatives)
    return json.dumps(answer, ensure_ascii=False)


def _answer(success: bool, message: str) -> ToolReply:
    return ToolReply(json.dumps({"success": success, "message": message}, ensure_ascii=False))


def _error(message: str, verdict: str = "success") -> ToolReply:
    text = json.dumps({verdict: False, "message": message}, ensure_ascii=False)
    return ToolReply(text, is_error=True)


def _clean(text: str | None, limit: int) -> str | None:
    return clean(text, limit) or None


def _what_to_fix(error: ValidationError) -> str:
    """Which parameters and why, without repeating what was in them."""
    faults = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'parameters'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    return "These parameters are wrong, correct them and call again. " + "; ".join(faults[:6])
