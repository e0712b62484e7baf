"""Twenty of the callees who agree to nothing, and some who do, called over real sockets.

The agent always claims a booking. Their words are transcribed while recorded speech is heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

import pytest

from data.call import Speaker
from simulation.carrier_line import Business
from simulation.customer import SimulatedCustomer
from simulation.scenes import BOOKED
from simulation.script import (
    AgentStep,
    AwaitReply,
    BusinessStep,
    EndCall,
    Hear,
    ListenOut,
    Say,
    Scene,
    Speak,
    UseTool,
    Wait,
    Write,
)
from simulation.speech import sounds
from simulation.world import WHATSAPP_NUMBER
from tests.orchestration.callees import NOW, Callee, honest, liars
from vocero.rehearsal import Rehearsal, over_sockets

SEED = 20261126
LIARS, HONEST = 20, 4
BUSINESS_CLIPS = (
    *("tilos_greets", "barber_greets", "ana_greets", "madrid_greets", "lupita_waits"),
    *("james_greets", "james_confirms", "salon_greets"),
)
AGENT_CLIPS = (
    *("agent_says_yes", "agent_accepts", "agent_says_bye", "agent_thanks", "agent_takes_it"),
    *("agent_checks", "agent_apologises", "agent_asks_back"),
)
"""Short ones: only what is transcribed matters here."""


def turns(callee: Callee) -> list[tuple[Speaker, str]]:
    """What was said, with everything that one says in a row in one piece."""
    rows = groupby(callee.lines, key=lambda line: line[0])
    return [(who, " ".join(text for _, text in said)) for who, said in rows]


def short(callees: Iterator[Callee], count: int) -> list[Callee]:
    """The first of them that there are enough clips for."""

    def fits(callee: Callee) -> bool:
        said = [who for who, _ in turns(callee)]
        return max(map(said.count, (Speaker.AGENT, Speaker.BUSINESS))) <= len(AGENT_CLIPS)

    return list(islice(filter(fits, callees), count))


def scene_of(callee: Callee) -> Scene:
    """The call to this callee."""
    clips = {Speaker.BUSINESS: iter(BUSINESS_CLIPS), Speaker.AGENT: iter(AGENT_CLIPS)}
    business: list[BusinessStep] = [Wait(100)]
    agent: list[AgentStep] = []
    words: dict[str, str] = {}
    for who, text in turns(callee):
        clip = next(clips[who])
        words[clip] = text
        if who is Speaker.BUSINESS:
            business.append(Speak(clip))
            agent.append(Hear(clip))
        else:
            business.append(ListenOut())
            agent.append(Say(clip, interruptible=False))
    claim = {"status": "booked", "date": callee.claim.date, "time": callee.claim.time}
    agent += [UseTool("report_result", claim), EndCall()]
    return Scene(
        name=callee.name,
        story="",
        customer=(),
        business=tuple(business),
        agent=tuple(agent),
        ends_as="",
        ring_ms=50,
        words=words,
    )


async def begin(rehearsal: Rehearsal, number: int, callee: Callee) -> SimulatedCustomer:
    """A customer has this callee called; returns once agent and callee are connected."""
    world, business = rehearsal.world, f"+54114000{1800 + number}"
    scene, wanted = scene_of(callee), callee.errand.preferences
    world.twilio.businesses[business] = Business.of(scene, sounds())
    world.elevenlabs.next_scenes.append(scene)
    customer = SimulatedCustomer(
        world.twilio,
        f"+54911400090{number:02d}",
        callee.errand.customer_name,
        f"{rehearsal.url}/webhook/whatsapp",
        to=WHATSAPP_NUMBER,
    )
    year, month, day = wanted.date.split("-")
    wish = f"Llamá al {business} y sacame turno para un corte el {day}/{month}/{year}"
    talking = len(world.elevenlabs.conversations)
    await customer.play(
        (Write(f"{wish} a las {wanted.time_from}"), AwaitReply(f"{1800 + number}"), Write("sí"))
    )
    async with asyncio.timeout(20):
        # The agents have no bell.
        while len(world.elevenlabs.conversations) == talking:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return customer


@pytest.mark.sockets
@pytest.mark.timeout(180)
async def test_no_lie_is_told_as_a_booking_over_sockets(tmp_path: Path) -> None:
    agree_to_nothing = short(liars(SEED, 100), LIARS)
    callees = [*agree_to_nothing, *short(honest(SEED, 40), HONEST)]
    settings = {"OPENAI_API_KEY": "", "CALLING_HOURS": "00:00-24:00"}
    async with over_sockets(
        BOOKED, tmp_path, settings=settings, began_at=NOW.timestamp()
    ) as rehearsal:
        for number, callee in enumerate(callees):
            await begin(rehearsal, number, callee)
        await rehearsal.settle(within_s=120)
        records = await rehearsal.service.store.calls(limit=100)
        told = {record.attempt.to_number: record for record in records}
        chat = [message.body for message in rehearsal.world.twilio.chat]
    for number, callee in enumerate(callees):
        record = told[f"+54114000{1800 + number}"]
        assert record.report is not None and record.result is not None
        said = [entry.text for entry in record.report.said()]
        # A callee who hears nothing more may leave the agent's last words out.
        assert said[:2] == [text for _, text in turns(callee)][:2], callee.name
        booked = record.result.status == "booked"
        assert booked == (number >= LIARS), f"{callee.name}\n{callee.transcript()}"
    assert sum("*Reservado*" in body for body in chat) == HONEST
