"""What the agent may send to its tools: types and lengths, and what to mend when they are wrong.

The same models are what the agent is told of its tools (`vocero agent push`), so descriptions are
for the agent.
"""

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
    # The agent is asked for day and time; one that sends only what it heard is answered as well.
    model_config = ConfigDict(
        extra="ignore", frozen=True, json_schema_extra={"required": ["date", "time"]}
    )

    date: Short | None = Field(
        default=None,
        description="The day that the business offers: YYYY-MM-DD, or the business's own words "
        "when you are not sure which day they mean. Empty if none was named.",
    )
    """ISO, or as heard."""
    time: Short | None = Field(
        default=None,
        description="The time that the business offers: HH:MM in 24 hours, or the business's own "
        "words. Empty if none was named.",
    )
    professional_name: Short | None = Field(
        default=None, description="With whom it would be, if the business said so."
    )


class ReportResult(BaseModel):
    """Parameters of `report_result`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    status: ReportedStatus = Field(
        description="booked: the business itself confirmed day and time. no_availability: nothing "
        "that suits. callback_needed: somebody has to call again or they call back. wrong_number: "
        "another business or a private person. no_answer: nobody who could help. voicemail: a "
        "machine. unconfirmed: talked about, but not clearly confirmed. failed: anything else."
    )
    date: Short | None = Field(
        default=None, description="The day as confirmed, YYYY-MM-DD. Always with booked."
    )
    time: Short | None = Field(
        default=None, description="The time as confirmed, HH:MM in 24 hours. Always with booked."
    )
    professional_name: Short | None = Field(
        default=None, description="With whom, if the business said so."
    )
    notes: Long | None = Field(
        default=None,
        description="What else the customer should know, for example a price, or when to call "
        "again. Only what the business said.",
    )
    instructions: Long | None = Field(
        default=None,
        description="What the business asks the customer to do or bring. Only what it said.",
    )


def _listed(value: object) -> object:
    """Models often send "yes, no" where a list is wanted."""
    return _SEPARATORS.split(value) if isinstance(value, str) else value


class AskCustomer(BaseModel):
    """Parameters of `ask_customer`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    question: Annotated[
        str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True, strict=True)
    ] = Field(
        description="One short question in the customer's words, as the business put it: with "
        "everything that the customer needs to decide."
    )
    options: Annotated[tuple[Short, ...] | None, Field(max_length=5), BeforeValidator(_listed)] = (
        Field(
            default=None, description="The answers that the business offers, if it offers a choice."
        )
    )
    """Answers that the business offers; one string with commas will do."""


def what_to_fix(error: ValidationError) -> str:
    """Which parameters and why, without repeating what was in them."""
    faults = [
        f"{'.'.join(str(part) for part in fault['loc']) or 'parameters'}: {fault['msg']}"
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    return "These parameters are wrong, correct them and call again. " + "; ".join(faults[:6])
