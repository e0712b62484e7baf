"""The agent's tool calls: one answer per id, ever; keys are pressed here, the rest runs outside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, ValidationError

from audio.tones import keypad_tones

PRESS_KEYS = "press_keys"
ASK_CUSTOMER = "ask_customer"
NOT_AWAITED = frozenset({ASK_CUSTOMER})
"""Tools whose answers are of no use once the call is being closed: the customer's word to a
business that has hung up can change nothing any more, and the result must not wait for it."""
MOST_CALLS = 500
"""Tool calls in one phone call; what comes after them is ignored and counted."""
_KEYS = re.compile(r"[0-9*#A-DwW ]{1,32}")


class BadKeys(ValueError):
    """These keys cannot be pressed; the message is for the agent."""


def _pressable(digits: str) -> str:
    if not _KEYS.fullmatch(digits) or not digits.strip():
        raise ValueError("no keys")
    return digits


class PressKeys(BaseModel):
    """Parameters of `press_keys`; what the agent is told of them, too."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    digits: Annotated[StrictStr, AfterValidator(_pressable)] = Field(
        description="The keys in order: digits, * and #; w waits half a second, W a second. "
        "At most 32."
    )


class ToolDesk:
    """Remembers which tool calls came, and which wait for an answer until when."""

    def __init__(self, tool_s: float, closing_tool: str) -> None:
        """`closing_tool`: with it the agent reports its result."""
        self.reported = False
        """Whether the closing tool was called and, as far as we know, not refused."""
        self.ignored = 0
        """Repeated ids and calls over the limit."""
        self._tool_s = tool_s
        self._closing_tool = closing_tool
        self._seen: set[str] = set()
        self._pending: dict[str, tuple[str, float]] = {}

    def refused(self, tool_call_id: str) -> bool:
        """Take in a tool call that is not run and reports nothing; whether it is to be answered."""
        if tool_call_id in self._seen or len(self._seen) >= MOST_CALLS:
            self.ignored += 1
            return False
        self._seen.add(tool_call_id)
        return True

    def called(self, tool_call_id: str, name: str, now: float) -> bool:
        """Take in a tool call; whether it has to be answered."""
        if not self.refused(tool_call_id):
            return False
        self._pending[tool_call_id] = (name, now + self._tool_s)
        if name == self._closing_tool:
            self.reported = True
        return True

    def answered(self, tool_call_id: str, is_error: bool) -> str | None:
        """An answer came; the tool's name, or None when nobody waits for it."""
        name, _ = self._pending.pop(tool_call_id, (None, 0.0))
        if name == self._closing_tool and is_error:
            self.reported = False
        return name

    @property
    def pending(self) -> tuple[str, ...]:
        """The ids that wait for an answer, oldest first."""
        return tuple(self._pending)

    @property
    def report_done(self) -> bool:
        """Whether the agent has reported and been answered."""
        return self.reported and all(
            name != self._closing_tool for name, _ in self._pending.values()
        )

    def awaited_until(self, now: float) -> float | None:
        """Until when the call's end should wait for answers; None: for none.

        What is still open of NOT_AWAITED is dropped by the end.
        """
        return max(
            (
                until
                for name, until in self._pending.values()
                if until > now and name not in NOT_AWAITED
            ),
            default=None,
        )

    def wait_no_longer_than(self, at: float) -> None:
        """Bring every pending call's patience forward to this time."""
        self._pending = {
            tool_call_id: (name, min(until, at))
            for tool_call_id, (name, until) in self._pending.items()
        }


def keys_to_press(parameters: Mapping[str, object]) -> tuple[str, bytes]:
    """The keys of a press_keys call and their sound (µ-law, 8 kHz).

    Raises BadKeys unless `digits` is a string of 1-32 of 0-9 * # A-D, w and W (pauses), spaces.
    """
    try:
        digits = PressKeys.model_validate({"digits": parameters.get("digits")}).digits
    except ValidationError:
        raise BadKeys(
            "digits must be a string of 1 to 32 of 0-9 * # A-D, w and W for pauses"
        ) from None
    return digits, keypad_tones(digits.replace(" ", ""))


def keys_answer(digits: str) -> str:
    """What the agent is told about keys that were pressed."""
    return json.dumps({"pressed": digits})


def in_short(name: str, content: object, most: int = 500) -> str:
    """One timeline line: a tool's name and its parameters or result as compact JSON, capped."""
    if not isinstance(content, str):
        content = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
    return f"{name} {content}"[:most]
