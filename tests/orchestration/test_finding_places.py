"""Businesses are found, and what comes back from a search is not trusted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.demo_places import demo_places
from data.place import OpeningHours
from orchestration.demo_search import search_demo
from orchestration.places import PlaceFinder, is_near_me, read_places
from orchestration.ports import Found, SearchError
from simulation.services import SimulatedPlaces
from simulation.serving import in_memory

ALWAYS = tuple(OpeningHours(weekday=day, opens="00:00", closes="24:00") for day in range(7))
NOW = 1_795_600_000.0
"""2026-11-25."""
GOOD: dict[str, Any] = {
    "id": "ChIJ1",
    "displayName": {"text": "Peluquería\u0000 Ana\n", "languageCode": "es"},
    "formattedAddress": "Av. Santa Fe 3421",
    "internationalPhoneNumber": "+54 11 4000-0101",
    "location": {"latitude": -34.5872, "longitude": -58.4109},
    "rating": 4.8,
    "userRatingCount": 214,
    "primaryTypeDisplayName": {"text": "Peluquería"},
    "utcOffsetMinutes": -180,
    "regularOpeningHours": {
        "periods": [
            {
                "open": {"day": 1, "hour": 9, "minute": 30},
                "close": {"day": 1, "hour": 20},
            },
            {"open": {"day": 6, "hour": 22}, "close": {"day": 0, "hour": 2}},
        ]
    },
}


HOME = (-34.6, -58.4)


async def search(
    answer: Callable[[httpx.Request], httpx.Response],
    location: str = "Palermo",
    center: tuple[float, float] | None = None,
) -> Found:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        finder = PlaceFinder(client, api_key="key-1", base_url="http://p/", now=lambda: NOW)
        return await finder.search(
            "peluquería", location, language="es", country="AR", center=center
        )


async def body_asked(location: str, center: tuple[float, float] | None) -> dict[str, Any]:
    bodies: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={})

    await search(answer, location, center)
    return bodies[0]


async def test_the_question_is_as_google_documents_it() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"places": [GOOD]})

    found = await search(answer)
    assert str(asked[0].url) == "http://p/v1/places:searchText"
    assert asked[0].method == "POST"
    assert asked[0].headers["x-goog-api-key"] == "key-1"
    mask = asked[0].headers["x-goog-fieldmask"].split(",")
    assert {"places.internationalPhoneNumber", "places.businessStatus"} <= set(mask)
    assert "places.location" in mask
    body = json.loads(asked[0].content)
    assert body["textQuery"] == "peluquería en Palermo"
    assert (body["languageCode"], body["regionCode"]) == ("es", "AR")
    assert "locationBias" not in body
    assert not found.from_demo_data
    (place,) = found.places
    assert (place.name, place.phone) == ("Peluquería Ana", "+541140000101")
    assert place.timezone == "America/Buenos_Aires"
    assert (place.latitude, place.longitude) == (-34.5872, -58.4109)
    assert place.opening_hours == (
        OpeningHours(weekday=0, opens="09:30", closes="20:00"),
        OpeningHours(weekday=5, opens="22:00", closes="24:00"),
        OpeningHours(weekday=6, opens="00:00", closes="02:00"),
    )


@pytest.mark.parametrize(
    ("location", "query"),
    [
        ("", "peluquería"),
        ("cerca mío", "peluquería"),
        ("Acá cerca", "peluquería"),
        ("por acá", "peluquería"),
        ("por aquí cerquita", "peluquería"),
        ("near me", "peluquería"),
        ("cerca de Palermo", "peluquería en cerca de Palermo"),
        ("Belgrano", "peluquería en Belgrano"),
    ],
)
async def test_a_shared_location_is_the_middle_of_the_search(location: str, query: str) -> None:
    body = await body_asked(location, HOME)
    assert body["textQuery"] == query
    assert body["locationBias"] == {
        "circle": {"center": {"latitude": -34.6, "longitude": -58.4}, "radius": 5000.0}
    }
    assert is_near_me(location) == (bool(location) and query == "peluquería")


@pytest.mark.parametrize(
    "center",
    [(91.0, 0.0), (0.0, -180.5), (float("nan"), 0.0), (0.0, float("inf"))],
)
async def test_a_location_that_is_not_on_the_globe_is_left_out(
    center: tuple[float, float],
) -> None:
    body = await body_asked("cerca mío", center)
    assert body["textQuery"] == "peluquería"
    assert "locationBias" not in body


async def test_the_nearest_comes_first_at_the_simulated_neighbour() -> None:
    service = SimulatedPlaces("key-1")
    async with httpx.AsyncClient(transport=in_memory(service.app)) as client:
        finder = PlaceFinder(client, api_key="key-1", base_url="http://places", now=lambda: NOW)
        found = await finder.search(
            "peluquería", "cerca mío", language="es", country="AR", center=(-34.583, -58.423)
        )
    assert found.places[0].name == "Tijeras y Café"
    assert service.asked[0].query == "peluquería"
    assert service.asked[0].center == (-34.583, -58.423)


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("OPERATIONAL", 1),
        ("FUTURE_OPENING", 1),
        (None, 1),
        (["odd"], 1),
        ("CLOSED_TEMPORARILY", 0),
        ("CLOSED_PERMANENTLY", 0),
    ],
)
async def test_a_business_that_has_closed_is_not_offered(status: object, offered: int) -> None:
    found = await search(
        lambda request: httpx.Response(200, json={"places": [{**GOOD, "businessStatus": status}]})
    )
    assert len(found.places) == offered


@pytest.mark.parametrize("first", [503, "lost"])
async def test_one_more_try_after_a_passing_fault(first: int | str) -> None:
    tries = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal tries
        tries += 1
        if tries > 1:
            return httpx.Response(200, json={"places": [GOOD]})
        if first == "lost":
            raise httpx.ConnectError("no route", request=request)
        return httpx.Response(503)

    assert len((await search(answer)).places) == 1
    assert tries == 2


@pytest.mark.parametrize(
    ("response", "says"),
    [
        (httpx.Response(500), "500"),
        (httpx.Response(403, text="key-1 is bad"), "403"),
        (httpx.Response(302, headers={"location": "http://elsewhere/"}), "302"),
        (httpx.Response(200, text="<html>"), "not JSON"),
        (httpx.Response(200, text="[" * 100_000), "not JSON"),
        (httpx.Response(200, content=b"[" + b" " * 1_100_000 + b"]"), "too much"),
    ],
)
async def test_a_search_that_fails_says_why_and_shows_no_key(
    response: httpx.Response, says: str
) -> None:
    with pytest.raises(SearchError, match=says) as caught:
        await search(lambda request: response)
    assert "key-1" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"rating": "excellent"}, "rating", None),
        ({"rating": True}, "rating", None),
        ({"rating": 77}, "rating", None),
        ({"userRatingCount": -1}, "rating_count", None),
        ({"formattedAddress": ["x"]}, "address", ""),
        ({"utcOffsetMinutes": 5000}, "timezone", ""),
        ({"utcOffsetMinutes": 60}, "timezone", ""),
        ({"utcOffsetMinutes": None}, "timezone", "America/Buenos_Aires"),
        ({"regularOpeningHours": {"periods": [{"open": {"day": 9}}, 3, {}]}}, "opening_hours", ()),
        ({"regularOpeningHours": {"periods": [{"open": {"day": 0}}]}}, "opening_hours", ALWAYS),
        ({"internationalPhoneNumber": None, "nationalPhoneNumber": "011 4000-0102"},
         "phone", "+541140000102"),
        ({"internationalPhoneNumber": "+54 11 4000-0101 ext. 5"}, "phone", None),
        ({"internationalPhoneNumber": "call me"}, "phone", None),
        ({"displayName": {"text": "x" * 5000}}, "name", "x" * 100),
        ({"location": {"latitude": 91, "longitude": 0}}, "latitude", None),
        ({"location": {"latitude": 1.5}}, "latitude", None),
        ({"location": {"latitude": 1.5, "longitude": "x"}}, "latitude", None),
        ({"location": {"latitude": True, "longitude": 1}}, "longitude", None),
        ({"location": "here"}, "longitude", None),
        ({"location": {"latitude": -90, "longitude": 180}}, "longitude", 180.0),
    ],
)  # fmt: skip
def test_odd_fields_are_dropped_or_cut(change: dict[str, Any], field: str, value: object) -> None:
    (place,) = read_places({"places": [GOOD | change]}, "AR", NOW)
    assert getattr(place, field) == value


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"places": None},
        {"places": ["x", None, {}, {"id": "1"}]},
        {"places": [{"displayName": {"text": "x"}}]},
    ],
)
def test_what_is_no_place_is_left_out(answer: object) -> None:
    assert read_places(answer, "AR", NOW) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*GOOD, "text", "periods", "open", "close", "day"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(list(GOOD)), JSON, max_size=6))
def test_no_answer_breaks_the_reading(change: dict[str, Any]) -> None:
    for place in read_places({"places": [GOOD | change]}, "AR", NOW):
        assert place.phone is None or place.phone.startswith("+")


async def test_places_without_phone_and_twins_are_not_offered() -> None:
    other = GOOD | {"id": "2", "internationalPhoneNumber": "+54 11 4000-0102"}
    silent = {key: value for key, value in GOOD.items() if key != "internationalPhoneNumber"}
    found = await search(
        lambda request: httpx.Response(200, json={"places": [silent, GOOD, GOOD, other]})
    )
    assert [place.phone for place in found.places] == ["+541140000101", "+541140000102"]


async def test_without_a_key_nothing_leaves_and_the_answer_says_so() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked although there is no key")

    async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as client:
        found = await PlaceFinder(client).search(
            "peluquería sin línea", "Palermo", language="es", country="AR"
        )
    assert found == Found((), from_demo_data=True)


@pytest.mark.parametrize(
    ("service", "location", "country", "first"),
    [
        ("Peluquería Ana", "", "AR", "Peluquería Ana"),
        ("peluqueria ana", "", "ES", "Peluquería Ana"),
        ("corte de pelo", "Peluquería Ana", "AR", "Peluquería Ana"),
        ("cortarme el pelo", "", "AR", "Peluquería Ana"),
        ("haircut", "London", "AR", "The Copper Comb Hair Salon"),
        ("dentist", "nyc", "AR", "Dr. Pearl Family Dentistry"),
        ("plomeros", "", "MX", "Plomería El Tubo de Oro"),
        ("fontanero", "Madrid", "AR", "Fontanería Hermanos Grifo"),
        ("restaurante", "San Telmo", "AR", "Parrilla La Brasa Mansa"),
        ("dentista", "polanco", "AR", "Clínica Dental Sonrisa Azteca"),
        ("veterinario", "cerca de casa", "AR", "Veterinaria Patitas del Sur"),
        ("astronauta", "", "AR", None),
        ("plomero", "Rosario", "AR", None),
        ("", "", "AR", None),
    ],
)
def test_demo_search(service: str, location: str, country: str, first: str | None) -> None:
    found = search_demo(demo_places(), service, location, country)
    assert (found[0].name if found else None) == first


PALERMO = (-34.589, -58.43)
CABALLITO = (-34.6195, -58.438)
ROMA_NORTE = (19.419, -99.16)
NOWHERE = (-40.0, -150.0)


@pytest.mark.parametrize(
    ("service", "location", "center", "names"),
    [
        ("peluquería", "", PALERMO, ["Peluquería Sin Línea", "Peluquería Ana"]),
        ("plomero", "", CABALLITO, ["Plomería Don Ricardo", "Plomero 24 Gotas"]),
        # Where they are counts for more than where their number is from.
        ("plomero", "", ROMA_NORTE, ["Plomería El Tubo de Oro"]),
        ("peluquería", "Palermo", CABALLITO, ["Peluquería Sin Línea", "Peluquería Ana"]),
        # All of them too far: as without a centre.
        ("plomero", "", NOWHERE, ["Plomería Don Ricardo", "Plomero 24 Gotas"]),
        ("peluquería", "Madrid", PALERMO, ["Peluquería La Tijera de Lola"]),
        ("Peluquería Ana", "", ROMA_NORTE, ["Peluquería Ana"]),
        ("plomero", "Rosario", PALERMO, []),
    ],
)
def test_demo_search_around_a_centre(
    service: str, location: str, center: tuple[float, float], names: list[str]
) -> None:
    found = search_demo(demo_places(), service, location, "AR", center)
    assert [place.name for place in found[:2]] == names


async def test_without_a_key_the_nearest_demo_business_comes_first() -> None:
    async with httpx.AsyncClient() as client:
        found = await PlaceFinder(client).search(
            "plomero", "acá cerca", language="es", country="MX", center=CABALLITO
        )
    assert [place.name for place in found.places] == ["Plomería Don Ricardo", "Plomero 24 Gotas"]
    assert found.from_demo_data
