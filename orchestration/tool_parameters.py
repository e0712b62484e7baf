"""What the agent may send to its tools: types and lengths, and what to mend when they are wrong."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

_SEPARATORS = re.compile(r"[,;|\n]")

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


def _listed(value: object) -> object:
    """Models often send "yes, no" where a list is wanted."""
    return _SEPARATORS.split(value) if isinstance(value, str) else value


class AskCustomer(BaseModel):
    """Parameters of `ask_customer`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    question: Annotated[
        str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True, strict=True)
    ]
    options: Annotated[tuple[Short, ...] | None, Field(max_length=5), BeforeValidator(_listed)] = (
        None
    )
    """Answers that the business offers; one string with commas will do."""


def what_to_fix(error: ValidationError) -> str:
    """Which parameters and why, without repeating what was in them."""
    faults = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'parameters'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    return "These parameters are wrong, correct them and call again. " + "; ".join(faults[:6])
