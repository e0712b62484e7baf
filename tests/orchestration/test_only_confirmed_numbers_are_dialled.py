"""10,000 phone strings, with a model that passes on whatever it is told: dialled is only what the
policy allows and the customer has confirmed.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.errand import CallPlan, IntentType, ParsedMessage
from data.memory_store import MemoryStore
from data.reply import ConfirmationAsked, Reply
from data.store import BlockedNumber, IncomingMessage, Turn
from orchestration.policy import Policy, comparable
from orchestration.ports import ReadingContext
from simulation.clock import run_virtual
from tests.orchestration.neighbours import PlainWords, RulesReader, now

if TYPE_CHECKING:
    from orchestration.concierge import Concierge
    from tests.orchestration.conftest import World

STRINGS = 10_000
PER_WORLD = 200
"""Conversations of two strings each."""
POLICY = Policy(
    frozenset({"AR", "MX", "ES"}),
    own_numbers=frozenset({"+541150009999"}),
    blocked_numbers=frozenset({"+541140000109"}),
    calls_per_customer_per_day=1_000,
    calls_per_business_per_day=1_000,
)
BLOCKED = "+5491140000108"
KNOWN = (
    *("+541140000101", "+541140000109", "+541140000108", BLOCKED, "+541150009999"),
    *("+5491150009999", "+34910000101", "+34803123456", "+34902123456", "+525550000101"),
    *("+5215550000101", "+19005551234", "+18005550199", "+390612345678", "+881612345678"),
    *("+88213300655", "+54911", "112", "911", "+54110", "0800", "*611", ""),
    *("tel:+541140000101", "sip:ana@example.com", "+٥٤١١٤٠٠٠٠١٠١", "+541140000101,,9"),
    *("+541140000101;ext=5", "+541140000101p1", "+541140000101w9", "+541140000101\n"),
)
ANSWERS = ("yes", "yes", "yes", "yes, the other", "no", "later", "")


def strings(chance: random.Random) -> Iterator[str]:
    """What a number may look like that a model or a customer comes up with."""
    shapes = (
        "+5411{8}",
        "+54911{8}",
        "+54{10}",
        "+52{10}",
        "+521{10}",
        "+34{9}",
        "+349{8}",
        "+{11}",
    )
    while True:
        kind = chance.random()
        if kind < 0.15:
            yield chance.choice(KNOWN)
        elif kind < 0.8:
            text = chance.choice(shapes)
            count = int(text[text.index("{") + 1 : -1])
            digits = "".join(chance.choice("0123456789") for _ in range(count))
            yield text[: text.index("{")] + digits
        elif kind < 0.9:
            number = chance.choice(KNOWN)
            at = chance.randrange(len(number) + 1)
            yield number[:at] + chance.choice(",;pwx#*+ ()-/٣²\x00\u202e") + number[at:]
        else:
            yield "".join(chance.choice("+0123456789,;#*") for _ in range(chance.randrange(20)))


@dataclass
class ObedientReader(RulesReader):
    """A model that an attacker speaks through: it returns whatever stands in the message."""

    async def understand(self, text: str, context: ReadingContext) -> ParsedMessage:
        word, _, number = text.partition("|")
        intent = {
            "call": IntentType.CALL_NUMBER,
            "yes": IntentType.CONFIRM,
            "no": IntentType.CANCEL,
        }.get(word, IntentType.HELP)
        return ParsedMessage(intent=intent, phone_number=number or None)

    def plan(self, text: str, context: ReadingContext) -> CallPlan:
        return CallPlan(go_on=True, order=(1, 2, 3))


@dataclass
class Noted(PlainWords):
    """Remembers what was asked."""

    asked: list[str] = field(default_factory=list)

    def words(self, reply: Reply, language: str) -> str:
        if isinstance(reply, ConfirmationAsked):
            self.asked.append(reply.phone)
        return super().words(reply, language)


async def write(world: World, concierge: Concierge, customer: str, text: str) -> None:
    world.written += 1
    sid = f"SM{world.written:032x}"
    await world.store.take_message(IncomingMessage(sid, customer, text, now(), "Lu"))
    concierge.message_arrived(customer)
    await asyncio.sleep(1)


def test_dialled_is_only_what_policy_and_customer_allow(world: World) -> None:
    chance = random.Random(20_261_125)
    numbers = strings(chance)
    dialled = 0

    async def some() -> int:
        words = Noted()
        world.store, world.reader, world.phrasing = MemoryStore(), ObedientReader(), words
        world.policy = POLICY
        world.phone.orders.clear()
        await world.store.commit_turn(
            Turn("nobody", blocked=BlockedNumber(BLOCKED, "of old", "No llamen más.", 0.0))
        )
        async with world.open() as concierge:
            for n in range(PER_WORLD):
                customer = f"whatsapp:+54911600{n:05d}"
                number, other = next(numbers), next(numbers)
                answer = chance.choice(ANSWERS)
                await write(world, concierge, customer, f"call|{number}")
                asked = words.asked.copy()
                words.asked.clear()
                before = len(world.phone.orders)
                assert before == len({order.attempt_id for order in world.phone.orders})
                if answer:
                    text = f"yes|{other}" if answer == "yes, the other" else answer
                    await write(world, concierge, customer, text)
                placed = [order.to_number for order in world.phone.orders[before:]]
                assert len(placed) <= 1
                for to_number in placed:
                    assert asked[-1] == to_number, "the number shown is the number dialled"
                    assert answer == "yes" or (
                        answer == "yes, the other" and other in ("", to_number)
                    )
                    assert POLICY.check_number(to_number, customer) == to_number
                    assert comparable(to_number) != comparable(BLOCKED)
                    assert to_number.startswith(number[:4])
        return len(world.phone.orders)

    for _ in range(STRINGS // 2 // PER_WORLD):
        dialled += run_virtual(some())
    assert 300 < dialled < STRINGS * 0.25, "the test tests something"
