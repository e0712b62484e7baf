"""The invented businesses are usable: dialable in form, with hours and a real time zone."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

import phonenumbers

from data.demo_places import demo_places

CITIES = {
    "America/Argentina/Buenos_Aires": (-34.6, -58.42),
    "America/Mexico_City": (19.4, -99.17),
    "Europe/Madrid": (40.42, -3.7),
    "America/New_York": (40.71, -73.97),
    "Europe/London": (51.53, -0.12),
}


def test_every_phone_is_valid_and_its_own() -> None:
    phones = [place.phone for place in demo_places() if place.phone]
    assert len(phones) == len(set(phones))
    for phone in phones:
        parsed = phonenumbers.parse(phone)
        assert phonenumbers.is_valid_number(parsed), phone
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == phone


def test_some_places_have_no_phone() -> None:
    assert sum(place.phone is None for place in demo_places()) == 2


def test_places_are_in_several_countries_and_complete() -> None:
    places = demo_places()
    assert len(places) >= 24
    assert len({place.id for place in places}) == len(places)
    zones = Counter(place.timezone for place in places)
    assert len(zones) == 5
    for zone in zones:
        ZoneInfo(zone)
    for place in places:
        assert place.name and place.address and place.kind and place.opening_hours
        assert all(each.opens < each.closes for each in place.opening_hours)
    assert "Peluquería Ana" in {place.name for place in places}


def test_every_place_is_somewhere_in_its_city_and_nowhere_twice() -> None:
    spots = set()
    for place in demo_places():
        assert place.latitude is not None and place.longitude is not None
        north, east = CITIES[place.timezone]
        assert abs(place.latitude - north) < 0.1 and abs(place.longitude - east) < 0.1, place.name
        spots.add((place.latitude, place.longitude))
    assert len(spots) == len(demo_places())
