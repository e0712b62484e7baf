"""The simulated model reads calls honestly, and lies when told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from simulation.lines import LINES
from simulation.readings import booking_evidence_of
from simulation.scenes import SCENES
from simulation.script import Hear, Say
from simulation.services_openai import HEARD_IN_SILENCE, Mode, SimulatedOpenAI
from simulation.serving import in_memory

SPOKEN = {line.name: line.text for line in LINES}
CLAIM = (
    "Say whether the business agreed.",
    "Today is Wednesday 2026-08-12.\nClaimed day: Thursday 2026-08-13.\nClaimed time: {}.",
)


def read(transcript: str, time: str = "17:00") -> dict[str, Any]:
    return booking_evidence_of(transcript, [text.format(time) for text in CLAIM])


def lines_of(name: str) -> Iterator[str]:
    for step in SCENES[name].agent:
        match step:
            case Hear(clip):
                yield f"business: {SPOKEN[clip]}"
            case Say(clip):
                yield f"agent: {SPOKEN[clip]}"


@pytest.mark.parametrize(
    ("scene", "time"),
    [
        ("booked", "17:00"),
        ("search_and_pick", "11:00"),
        ("interrupted", "18:00"),
        ("goodbye", "21:00"),
        ("slow_tool", "16:00"),
        ("asks_customer", "17:00"),
        ("next_place", "11:00"),
        ("booked_english", "15:00"),
    ],
)
def test_the_bookings_of_the_scenes_are_found(scene: str, time: str) -> None:
    transcript = "\n".join(lines_of(scene))
    found = read(transcript, time)
    assert (found["agreed"], found["date"], found["time"]) == (True, "2026-08-13", time)
    businesss = [line for line in transcript.splitlines() if line.startswith("business: ")]
    assert found["quotes"] and all(
        any(quote in line for line in businesss) for quote in found["quotes"]
    )
    # A time that nobody spoke of was not agreed to.
    assert read(transcript, "07:20")["agreed"] is False


@pytest.mark.parametrize(
    "said",
    [
        "business: No, mañana no tengo nada.",
        "business: Puede ser, llame más tarde.",
        "business: Listo, anotado para las seis.",
        "business: Listo, anotado. Ah no, me equivoqué, a las cinco está ocupado.",
        "business: Sí, el viernes a las cinco.",
        "business: Sí, a las cinco. Era broma.",
        "business: Yes, done. Actually no, we are full at five.",
        "business: ¿A las cinco?",
        "business: Peluquería Ana, buenas tardes.",
        "agent: Perfecto, quedó reservado.",
        "",
    ],
)
def test_what_is_no_booking_is_none(said: str) -> None:
    found = read(f"agent: ¿Tiene turno mañana a las cinco?\n{said}")
    assert found["agreed"] is False and found["time"] is None


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("Sí.", "17:00"),
        ("Dale, lo anoto.", "17:00"),
        ("No hay problema, cinco y media entonces.", "17:00"),
        ("Bueno, a las 17:30 te espero.", "17:30"),
        ("Claro, a las cinco y media queda anotado.", "17:30"),
        ("Sure, at 5:30 pm, see you.", "17:30"),
    ],
)
def test_a_yes_to_what_the_agent_said_is_one(said: str, time: str) -> None:
    asked = "a las cinco y media" if time == "17:30" else "a las cinco"
    found = read(f"agent: ¿Tiene turno mañana {asked}?\nbusiness: {said}", time)
    assert found["agreed"] is True and found["quotes"] == [said]


async def ask(service: SimulatedOpenAI, name: str, properties: tuple[str, ...]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {each: {} for each in properties},
        "required": list(properties),
        "additionalProperties": False,
    }
    wanted = {"name": name, "strict": True, "schema": schema}
    messages = [
        *({"role": "system", "content": text.format("17:00")} for text in CLAIM),
        {"role": "user", "content": "\n".join(lines_of("booked"))},
    ]
    async with httpx.AsyncClient(transport=in_memory(service.app)) as client:
        answer = await client.post(
            "http://openai/v1/chat/completions",
            headers={"Authorization": "Bearer sk-right"},
            json={
                "model": "m",
                "messages": messages,
                "response_format": {"type": "json_schema", "json_schema": wanted},
            },
        )
    read: dict[str, Any] = json.loads(answer.json()["choices"][0]["message"]["content"])
    return read


EVIDENCE = ("agreed", "date", "time", "quotes")


async def test_it_answers_as_a_model_does() -> None:
    service = SimulatedOpenAI("sk-right")
    answer = await ask(service, "BookingEvidence", EVIDENCE)
    assert answer["agreed"] is True and answer["quotes"][-1] == SPOKEN["ana_confirms"]
    assert service.chats[0].schema_name == "BookingEvidence"
    taught = SimulatedOpenAI("sk-right", {"BookingEvidence": lambda words: {"agreed": False}})
    assert (await ask(taught, "BookingEvidence", EVIDENCE))["agreed"] is False


async def test_a_liar_agrees_to_everything() -> None:
    service = SimulatedOpenAI("sk-right")
    service.fail(Mode.LIES, times=2)
    answer = await ask(service, "BookingEvidence", EVIDENCE)
    spoken = "\n".join(SPOKEN.values())
    assert answer["agreed"] is True and answer["quotes"]
    assert not any(quote in spoken for quote in answer["quotes"])
    wish = await ask(service, "ParsedMessage", ("intent", "phone_number", "selected_option"))
    assert wish["intent"] == "confirm" and wish["phone_number"]
    assert service.mode is Mode.OK


async def test_a_liar_hears_words_in_silence() -> None:
    service = SimulatedOpenAI("sk-right")
    service.learn_voice_note(b"known", "hola")
    service.fail(Mode.LIES)
    # The SDK takes clients of httpx and of httpx2 and names the latter only.
    http: Any = httpx.AsyncClient(transport=in_memory(service.app))
    async with openai.AsyncOpenAI(
        api_key="sk-right", base_url="http://openai/v1", max_retries=0, http_client=http
    ) as client:
        for sound, words in ((b"other", HEARD_IN_SILENCE), (b"known", "hola")):
            heard = await client.audio.transcriptions.create(model="w", file=("n.ogg", sound))
            assert heard.text == words
