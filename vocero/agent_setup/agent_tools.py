"""The tools that the agent is given: ours, answered during the call, and ElevenLabs' own.

The parameters of ours come from the models that answer them, so the agent is never promised what
the call would refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from bridge.tool_desk import ASK_CUSTOMER, PRESS_KEYS, PressKeys
from orchestration.tool_parameters import AskCustomer, ReportResult, ValidateSlot
from vocero.agent_setup.tool_schema import Json, tool_parameters


@dataclass(frozen=True, slots=True)
class ClientTool:
    """One tool of ours, as the agent is told of it."""

    name: str
    parameters: type[BaseModel]
    description: str
    """For the language model: when, and what the answer means."""
    timeout_s: int
    """How long the agent waits for the answer; longer than Vocero takes at worst."""
    speech_before: Literal["auto", "force", "off"] = "auto"
    """Whether the agent says something before it."""

    def config(self) -> Json:
        """The `tool_config` of ElevenLabs' API, with every field that Vocero cares about."""
        return {
            "type": "client",
            "name": self.name,
            "description": self.description,
            "parameters": tool_parameters(self.parameters),
            # Without it the agent talks on and never hears the answer.
            "expects_response": True,
            "response_timeout_secs": self.timeout_s,
            # What an error says is how to mend the call; by default it is hidden from the agent.
            "tool_error_handling_mode": "passthrough",
            "execution_mode": "immediate",
            "pre_tool_speech": self.speech_before,
        }


CLIENT_TOOLS = (
    ClientTool(
        "validate_slot",
        ValidateSlot,
        "Checks a day and time that the business offers against what the customer wants. Call it "
        "before you accept or turn down anything. The answer says whether it is valid, what to do "
        "next, and which alternatives the customer would take.",
        timeout_s=15,
    ),
    ClientTool(
        "report_result",
        ReportResult,
        "Records how the call ended. Call it exactly once, before you say goodbye, also when "
        "nothing came of it. Report booked only after the business said a clear yes to the day and "
        "time that you read back to it.",
        timeout_s=15,
    ),
    ClientTool(
        ASK_CUSTOMER,
        AskCustomer,
        "Asks the customer something while the business waits, for about twenty seconds. Use it "
        "when the business asks what only the customer knows or can decide. If they do not answer, "
        "the answer says what they allowed beforehand.",
        # Twenty seconds for the customer, four for the way there and back.
        timeout_s=30,
        speech_before="force",
    ),
    ClientTool(
        PRESS_KEYS,
        PressKeys,
        "Presses keys on the telephone, for automatic menus only. Listen to the options first.",
        timeout_s=15,
        # Whoever speaks into a menu is not understood by it.
        speech_before="off",
    ),
)

OVER_HTTP = frozenset({"validate_slot", "report_result"})
"""What Vocero also answers at /api/tools/*, for agents that were set up with server tools."""

SYSTEM_TOOLS = ("end_call", "skip_turn", "language_detection", "voicemail_detection")
"""ElevenLabs' own that the prompt speaks of; they run there and reach Vocero as events at most."""


def system_tool(name: str) -> Json:
    """The configuration of one of SYSTEM_TOOLS; an empty description is ElevenLabs' own."""
    return {
        "type": "system",
        "name": name,
        "description": "",
        "params": {"system_tool_type": name},
    }
