"""The link that adds a booking to a calendar says what was booked, and nothing else gets in."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from data.call import CallResult, OutcomeStatus
from data.errand import Errand, Preferences
from data.place import PlaceInfo
from orchestration.calendar_link import calendar_url

ZONE = "America/Argentina/Buenos_Aires"
ERRAND = Errand(
    errand_id="e",
    customer="whatsapp:+5491150000001",
    customer_name="Lu",
    language="es",
    business=PlaceInfo(
        id="1", name="Peluquería Ana", phone="+541140000101", address="Mitre 450, Buenos Aires"
    ),
    service="corte & color",
    request="",
    preferences=Preferences(),
)
BOOKED = CallResult(status=OutcomeStatus.BOOKED, date="2026-11-26", time="17:00")


def parsed(url: str) -> dict[str, str]:
    """What a calendar reads from it."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_calendar_reads_back_what_was_booked() -> None:
    result = BOOKED.model_copy(update={"professional_name": "Ana", "instructions": "Traer el DNI"})
    url = calendar_url(result, ERRAND, ZONE)
    assert url.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&")
    assert url.isascii()
    assert parsed(url) == {
        "action": "TEMPLATE",
        "text": "corte & color – Peluquería Ana",
        "dates": "20261126T170000/20261126T180000",
        "ctz": ZONE,
        "location": "Mitre 450, Buenos Aires",
        "details": "+541140000101",
    }


def test_it_may_end_on_the_next_day_and_year() -> None:
    late = BOOKED.model_copy(update={"date": "2026-12-31", "time": "23:30"})
    assert parsed(calendar_url(late, ERRAND, ZONE))["dates"] == "20261231T233000/20270101T003000"


@pytest.mark.parametrize(
    "change",
    [
        {"date": None},
        {"time": None},
        {"date": "mañana"},
        {"date": "2026-02-30"},
        {"date": "9999-12-31", "time": "23:30"},
        {"time": "a la tarde"},
        {"time": "25:00"},
        {"time": "17:00-19:00"},
        {"status": OutcomeStatus.UNCONFIRMED},
        {"status": OutcomeStatus.NO_AVAILABILITY},
    ],
)
def test_without_an_exact_booking_there_is_no_link(change: dict[str, object]) -> None:
    assert calendar_url(BOOKED.model_copy(update=change), ERRAND, ZONE) == ""


@pytest.mark.parametrize("zone", ["", "x&text=y", "Ámerica/X", "Z" * 100])
def test_a_strange_zone_gives_no_link(zone: str) -> None:
    assert calendar_url(BOOKED, ERRAND, zone) == ""


@pytest.mark.parametrize(
    "nasty", ["é" * 5000, "😀" * 400, "a&ctz=Mars#x\r\n\u202e\x00", "%0a%26" * 50, " ", ""]
)
def test_words_from_outside_are_cut_and_stay_in_their_field(nasty: str) -> None:
    place = PlaceInfo(id="1", name=nasty, phone="+541140000101", address=nasty)
    errand = replace(ERRAND, business=place, service=nasty)
    result = BOOKED.model_copy(update={"instructions": nasty, "professional_name": nasty})
    url = calendar_url(result, errand, ZONE)
    assert 0 < len(url) <= 600
    read = parsed(url)
    assert set(read) <= {"action", "text", "dates", "ctz", "location", "details"}
    assert (read["ctz"], read["dates"]) == (ZONE, "20261126T170000/20261126T180000")
    assert all(text.isprintable() for text in read.values())
