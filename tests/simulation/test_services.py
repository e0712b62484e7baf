"""The simulated OpenAI and Places answer as the vendors do, and complain as they do."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import openai
import pytest

from data.errand import IntentType, ParsedMessage
from simulation.meanings import meaning_of
from simulation.services import Mode, PlacesMode, SimulatedOpenAI, SimulatedPlaces
from simulation.serving import in_memory

FIELDS = tuple(ParsedMessage.model_fields)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {name: {"type": ["string", "null"]} for name in FIELDS},
    "required": list(FIELDS),
    "additionalProperties": False,
}
MASK = "places.id,places.displayName.text,places.internationalPhoneNumber,places.rating"


def format_of(schema: object = SCHEMA, name: str = "ParsedMessage") -> dict[str, object]:
    described = {"name": name, "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": described}


def client_of(service: SimulatedOpenAI, key: str = "sk-right") -> openai.AsyncOpenAI:
    # The SDK takes clients of httpx and of httpx2 and names the latter only.
    http_client: Any = httpx.AsyncClient(transport=in_memory(service.app))
    return openai.AsyncOpenAI(
        api_key=key,
        base_url="http://openai/v1",
        max_retries=0,
        http_client=http_client,
    )


async def asked(
    service: SimulatedOpenAI, text: str, key: str = "sk-right", wanted: object = None
) -> Any:
    async with client_of(service, key) as client:
        completion = await client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "system", "content": "idle"}, {"role": "user", "content": text}],
            response_format=wanted or format_of(),  # type: ignore[call-overload]  # plain dict
        )
    return completion.choices[0].message


async def test_the_vendors_own_client_reads_a_message_through_it() -> None:
    service = SimulatedOpenAI("sk-right")
    message = await asked(service, "Llamá al +54 11 4000-1701 y sacame turno mañana a las 5")
    parsed = ParsedMessage.model_validate_json(message.content)
    assert parsed.intent is IntentType.CALL_NUMBER
    assert parsed.phone_number == "+541140001701"
    assert set(json.loads(message.content)) == set(FIELDS)
    assert service.chats[0].schema_name == "ParsedMessage" and service.chats[0].system == ("idle",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hola", {"intent": "help"}),
        ("sí", {"intent": "confirm"}),
        ("Dale!", {"intent": "confirm"}),
        ("la 2", {"intent": "confirm", "selected_option": 2}),
        ("3", {"intent": "confirm", "selected_option": 3}),
        ("no", {"intent": "cancel"}),
        ("cancelar", {"intent": "cancel"}),
        ("buscame dentistas en Belgrano", {"intent": "search_only", "location": "Belgrano"}),
        (
            "necesito un plomero en Palermo el lunes a la tarde",
            {
                "intent": "search_and_call",
                "service_type": "plomero",
                "location": "Palermo",
                "date_preference": "el lunes",
                "time_preference": "a la tarde",
            },
        ),
        (
            "book me a table tomorrow at 8 pm",
            {
                "intent": "search_and_call",
                "service_type": "table",
                "date_preference": "tomorrow",
                "time_preference": "at 8 pm",
            },
        ),
        (
            "quiero turno pasado mañana a las 10 de la mañana",
            {
                "intent": "search_and_call",
                "date_preference": "pasado mañana",
                "time_preference": "a las 10 de la mañana",
            },
        ),
    ],
)
def test_it_reads_what_no_scene_says(text: str, expected: dict[str, object]) -> None:
    assert meaning_of(text) == expected


@pytest.mark.parametrize(
    ("mode", "error"),
    [(Mode.RATE_LIMITED, openai.RateLimitError), (Mode.BROKEN, openai.InternalServerError)],
)
async def test_it_fails_as_often_as_told(mode: Mode, error: type[Exception]) -> None:
    service = SimulatedOpenAI("sk-right")
    service.fail(mode, times=2)
    for _ in range(2):
        with pytest.raises(error):
            await asked(service, "hola")
    assert json.loads((await asked(service, "hola")).content)["intent"] == "help"
    assert len(service.chats) == 3


async def test_it_can_hang_talk_garbage_and_refuse() -> None:
    service = SimulatedOpenAI("sk-right")
    service.fail(Mode.GARBAGE)
    with pytest.raises(ValueError):
        json.loads((await asked(service, "hola")).content)
    service.fail(Mode.REFUSAL)
    message = await asked(service, "hola")
    assert message.content is None and message.refusal
    service.fail(Mode.TIMEOUT)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await asked(service, "hola")


async def test_a_wrong_key_is_refused() -> None:
    service = SimulatedOpenAI("sk-right")
    with pytest.raises(openai.AuthenticationError) as refused:
        await asked(service, "hola", key="sk-wrong")
    assert refused.value.code == "invalid_api_key"
    assert "sk-wrong" not in str(refused.value) and not service.chats


@pytest.mark.parametrize(
    "schema",
    [
        {**SCHEMA, "additionalProperties": True},
        {**SCHEMA, "required": ["intent"]},
        {
            "type": "object",
            "properties": {"slot": {"type": "object", "properties": {}}},
            "required": ["slot"],
            "additionalProperties": False,
        },
    ],
)
async def test_a_schema_that_is_not_strict_is_refused(schema: object) -> None:
    service = SimulatedOpenAI("sk-right")
    with pytest.raises(openai.BadRequestError, match="Invalid schema"):
        await asked(service, "hola", wanted=format_of(schema))


async def test_schemas_can_be_taught_and_others_are_refused() -> None:
    schema = {
        "type": "object",
        "properties": {"found": {"type": "boolean"}},
        "required": ["found"],
        "additionalProperties": False,
    }
    service = SimulatedOpenAI("sk-right", {"Found": lambda words: {"found": "turno" in words}})
    message = await asked(service, "hay turno", wanted=format_of(schema, "Found"))
    assert json.loads(message.content) == {"found": True}
    assert (await asked(service, "x", wanted=format_of(schema, "Unheard"))).refusal


async def test_voice_notes_are_heard() -> None:
    service = SimulatedOpenAI("sk-right")
    service.learn_voice_note(b"OggS...", "necesito un plomero")
    async with client_of(service) as client:
        transcribe = client.audio.transcriptions.create
        heard = await transcribe(model="whisper-1", file=("note.ogg", b"OggS...", "audio/ogg"))
        silent = await transcribe(model="whisper-1", file=("note.ogg", b"other", "audio/ogg"))
    assert (heard.text, silent.text) == ("necesito un plomero", "")
    assert service.transcripts[0].model == "whisper-1" and service.transcripts[0].size == 7


async def search(
    service: SimulatedPlaces,
    query: str,
    mask: str | None = MASK,
    key: str | None = "right",
    bias: object = None,
) -> httpx.Response:
    headers = {"X-Goog-Api-Key": key, "X-Goog-FieldMask": mask}
    given = {name: value for name, value in headers.items() if value is not None}
    async with httpx.AsyncClient(transport=in_memory(service.app)) as client:
        url = "http://places/v1/places:searchText"
        body = {"textQuery": query} | ({} if bias is None else {"locationBias": bias})
        return await client.post(url, json=body, headers=given)


async def test_a_search_finds_the_kind_asked_for_with_the_masked_fields_only() -> None:
    service = SimulatedPlaces("right")
    places = (await search(service, "peluquería en Palermo")).json()["places"]
    assert [place["displayName"] for place in places[:2]] == [
        {"text": "Peluquería Lacroze"},
        {"text": "Estilo Propio"},
    ]
    fields = {"id", "displayName", "internationalPhoneNumber", "rating"}
    assert all(set(place) <= fields for place in places)
    assert places[0]["internationalPhoneNumber"] == "+54 11 4000-1703"
    assert "internationalPhoneNumber" not in places[1]
    assert service.asked[0].query == "peluquería en Palermo"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dentista", 1),
        ("dentista en Buenos Aires", 1),
        ("dentista en en el centro", 1),
        ("dentist in near Palermo Soho", 1),
        ("dentista en Argentina", 1),
        ("dentista en CABA", 1),
        ("dentista en San Telmo", 0),
        ("dentista en Chamberí", 0),
        ("dentist in Soho", 0),
        ("dentist in London, near the station", 0),
        ("dentista en la Ciudad de México", 0),
        ("peluquería en Palermo", 4),
        ("peluquería en Buenos Aires", 5),
    ],
)
async def test_who_looks_elsewhere_finds_nothing(query: str, found: int) -> None:
    answer = (await search(SimulatedPlaces("right"), query)).json()
    assert len(answer.get("places", [])) == found


async def test_everything_may_be_asked_for() -> None:
    places = (await search(SimulatedPlaces("right"), "dentist", mask="*")).json()["places"]
    hours = places[0]["regularOpeningHours"]["periods"][0]
    assert hours["open"] == {"day": 1, "hour": 9, "minute": 0}
    assert places[0]["timeZone"] == {"id": "America/Argentina/Buenos_Aires"}
    assert {"location", "businessStatus", "userRatingCount"} <= set(places[0])


@pytest.mark.parametrize(
    ("query", "mask", "key", "status"),
    [
        ("dentista", MASK, None, 403),
        ("dentista", MASK, "wrong", 400),
        ("dentista", None, "right", 400),
        ("dentista", "places.nonsense", "right", 400),
        ("dentista", "displayName", "right", 400),
        (" ", MASK, "right", 400),
    ],
)
async def test_bad_requests_are_refused(
    query: str, mask: str | None, key: str | None, status: int
) -> None:
    answer = await search(SimulatedPlaces("right"), query, mask, key)
    assert answer.status_code == status == answer.json()["error"]["code"]


async def test_a_circle_prefers_what_is_near_and_shuts_nothing_out() -> None:
    service = SimulatedPlaces("right")
    near_the_third = {"center": {"latitude": -34.583, "longitude": -58.423}, "radius": 500.0}
    answer = await search(service, "peluquería", "places.id", bias={"circle": near_the_third})
    found = [place["id"] for place in answer.json()["places"]]
    assert found[0] == "ChIJsimulated0003"
    plain = [place["id"] for place in (await search(service, "peluquería")).json()["places"]]
    assert plain[0] == "ChIJsimulated0001" and sorted(found) == sorted(plain)
    assert [each.center for each in service.asked] == [(-34.583, -58.423), None]


@pytest.mark.parametrize(
    "bias",
    [
        "near me",
        {},
        {"circle": {"radius": 5.0}},
        {"circle": {"center": {"latitude": 91, "longitude": 0}, "radius": 5.0}},
        {"circle": {"center": {"latitude": 0, "longitude": "0"}, "radius": 5.0}},
        {"circle": {"center": {"latitude": 0, "longitude": 0}, "radius": 50_001}},
        {"circle": {"center": {"latitude": 0, "longitude": 0}, "radius": -1}},
    ],
)
async def test_a_circle_that_is_none_is_refused(bias: object) -> None:
    answer = await search(SimulatedPlaces("right"), "dentista", bias=bias)
    assert answer.status_code == 400
    assert "location_bias" in answer.json()["error"]["message"]


async def test_nothing_found_leaves_the_list_out_and_it_can_be_down() -> None:
    service = SimulatedPlaces("right")
    assert (await search(service, "astronauta")).json() == {}
    service.mode = PlacesMode.EMPTY
    assert (await search(service, "dentista")).json() == {}
    service.mode = PlacesMode.BROKEN
    assert (await search(service, "dentista")).status_code == 503


@pytest.mark.sockets
async def test_both_serve_on_real_ports_and_free_them() -> None:
    model, places = SimulatedOpenAI("sk-right"), SimulatedPlaces("right")
    model_url, places_url = await model.start(), await places.start()
    async with httpx.AsyncClient() as client:
        assert (await client.post(f"{model_url}/chat/completions")).status_code == 401
        assert (await client.post(f"{places_url}/v1/places:searchText")).status_code == 403
    await model.stop()
    await places.stop()
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.post(f"{model_url}/chat/completions")
