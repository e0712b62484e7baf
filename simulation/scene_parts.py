"""What most scenes are made of."""

from __future__ import annotations

import re

from simulation.script import (
    AgentStep,
    AwaitReply,
    BusinessStep,
    CustomerStep,
    EndCall,
    ListenOut,
    Say,
    Speak,
    UseTool,
    Wait,
    Write,
)

CALL_WITHIN_S = 90.0


def order(text: str, result: str, yes: str = "sí") -> tuple[CustomerStep, ...]:
    """Asks for a call to a number, says yes to the one question, and waits for the result."""
    last_digits = re.findall(r"4000-(\d{4})", text)[0]
    told = AwaitReply(result, within_s=CALL_WITHIN_S)
    return (Write(text), AwaitReply(last_digits), Write(yes), told)


def answers(*clips: str) -> tuple[BusinessStep, ...]:
    """Says one clip, hears the agent out, says the next …"""
    steps: list[BusinessStep] = [Wait(300)]
    for clip in clips:
        steps += [Speak(clip), ListenOut()]
    return tuple(steps)


def check(time: str, professional: str = "") -> UseTool:
    """Asks whether this time tomorrow suits the customer."""
    parameters = {"date": "{tomorrow}", "time": time}
    if professional:
        parameters["professional_name"] = professional
    return UseTool("validate_slot", parameters)


def report(time: str, notes: str, professional: str = "") -> UseTool:
    """Reports a booking for this time tomorrow."""
    parameters = {"status": "booked", "date": "{tomorrow}", "time": time, "notes": notes}
    if professional:
        parameters["professional_name"] = professional
    return UseTool("report_result", parameters)


def farewell(clip: str) -> tuple[AgentStep, ...]:
    """Says goodbye and ends the call."""
    return (Say(clip), EndCall())
