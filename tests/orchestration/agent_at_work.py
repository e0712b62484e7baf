"""An agent that uses its tools in a call, and a customer who can be asked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from data.errand import Errand, Preferences
from data.memory_store import MemoryStore
from data.place import PlaceInfo
from data.store import StoreError
from orchestration.agent_tools import AgentTools

NOON = 1_795_618_800.0
"""2026-11-25 12:00 in Buenos Aires."""
ZONE = "America/Argentina/Buenos_Aires"
ERRAND = Errand(
    errand_id="e",
    customer="whatsapp:+5491150000001",
    customer_name="Lucía",
    language="es",
    business=PlaceInfo(id="1", name="Peluquería Ana", phone="+541140000101"),
    service="corte",
    request="",
    preferences=Preferences("mañana", "a las 5", "2026-11-26", "17:00", "17:00"),
)


@dataclass
class Customer:
    """At the other end of WhatsApp; answers as told, after `takes_s`."""

    answer: str | None = "dos"
    takes_s: float = 0.0
    breaks: bool = False
    asked: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    left: int = 0
    kept: list[str] = field(default_factory=list)
    """Calls whose words had to be durable."""

    async def ask(self, attempt_id: str, question: str, options: tuple[str, ...]) -> str | None:
        self.asked.append((attempt_id, question, options))
        try:
            await asyncio.sleep(self.takes_s)
        except asyncio.CancelledError:
            self.left += 1
            raise
        if self.breaks:
            raise StoreError("the disk is full")
        return self.answer

    async def keep_words(self, attempt_id: str) -> None:
        self.kept.append(attempt_id)


def tools_of_a_call(store: MemoryStore, customer: Customer | None = None) -> AgentTools:
    """Tools of "attempt-1", which is live."""
    tools = AgentTools(lambda: NOON, ZONE, store, answer_within_s=20.0)
    tools.customer_line = customer
    tools.begin("attempt-1", ERRAND)
    return tools


async def use(tools: AgentTools, name: str, **parameters: object) -> tuple[dict[str, Any], bool]:
    """What the agent of "attempt-1" reads, and whether it is an error."""
    reply = await tools.answer_tool("attempt-1", name, parameters)
    return json.loads(reply.result), reply.is_error
