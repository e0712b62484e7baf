"""What is told as booked is the slot that the business agreed to, wished for or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.call import CallResult, OutcomeStatus
from data.errand import Errand, Preferences
from orchestration.evidence.judge import judge
from tests.orchestration.said_in_calls import ERRAND, NOW, call

Outcome = OutcomeStatus


def wanting(preferences: Preferences) -> Errand:
    return replace(ERRAND, preferences=preferences)


def outcome(
    errand: Errand, date: str | None, time: str | None, *lines: str
) -> tuple[OutcomeStatus, str | None, str | None]:
    claim = CallResult(status=Outcome.BOOKED, date=date, time=time)
    result, _ = judge(call(*lines), claim, errand, NOW)
    return result.status, result.date, result.time


FROM_THURSDAY = Preferences(
    "entre jueves y sábado", "a la tarde", "2026-11-26", "13:00", "20:00", "2026-11-28"
)
ON_FRIDAY = (
    "A: Busco un turno para el jueves, viernes o sábado a la tarde. ¿Qué tendrían?",
    "B: El viernes a las cuatro tengo.",
    "A: Perfecto, anótelo: viernes a las cuatro.",
    "B: Listo, viernes a las cuatro, anotado.",
)


def test_a_day_within_the_range_is_booked() -> None:
    errand = wanting(FROM_THURSDAY)
    expected = (Outcome.BOOKED, "2026-11-27", "16:00")
    assert outcome(errand, "2026-11-27", "16:00", *ON_FRIDAY) == expected
    assert outcome(errand, "el viernes", "a las cuatro de la tarde", *ON_FRIDAY) == expected


def test_what_the_claim_leaves_open_is_taken_from_what_was_said() -> None:
    errand = wanting(FROM_THURSDAY)
    expected = (Outcome.BOOKED, "2026-11-27", "16:00")
    assert outcome(errand, None, "16:00", *ON_FRIDAY) == expected
    assert outcome(errand, "2026-11-27", "a la tarde", *ON_FRIDAY) == expected
    assert outcome(errand, None, "a la tarde", *ON_FRIDAY) == expected


def test_without_a_claimed_day_one_outside_the_range_is_no_booking() -> None:
    lines = tuple(line.replace("iernes", "artes").replace("vartes", "martes") for line in ON_FRIDAY)
    assert outcome(wanting(FROM_THURSDAY), None, "16:00", *lines)[0] is Outcome.UNCONFIRMED


@pytest.mark.parametrize(
    "preferences",
    [
        Preferences("mañana", "a las 5", "2026-11-26", "17:00", "17:00"),
        Preferences("mañana", "a las 5", "2026-11-26", "17:00", "17:00", "", True, True),
    ],
    ids=["must", "wish"],
)
def test_a_slot_that_was_not_allowed_is_told_as_it_is(preferences: Preferences) -> None:
    lines = (
        "A: Quisiera mañana a las cinco.",
        "B: Mañana no, el viernes a las seis puedo.",
        "A: De acuerdo, resérvelo el viernes a las seis de la tarde.",
        "B: Reservado, viernes a las seis de la tarde.",
    )
    errand = wanting(preferences)
    booked = (Outcome.BOOKED, "2026-11-27", "18:00")
    assert outcome(errand, "2026-11-27", "18:00", *lines) == booked
    # The wished slot is what it was not.
    assert outcome(errand, "2026-11-26", "17:00", *lines)[0] is Outcome.UNCONFIRMED


def test_a_wished_day_is_not_put_into_the_business_mouth() -> None:
    errand = wanting(Preferences("mañana", "", "2026-11-26", date_is_wish=True))
    lines = (
        "A: Quisiera un turno, mañana si se puede.",
        "B: Mañana no hay. El viernes a las seis de la tarde tengo.",
        "A: Perfecto, resérvelo.",
        "B: Listo, anotado, viernes a las seis de la tarde.",
    )
    assert outcome(errand, None, "18:00", *lines) == (Outcome.BOOKED, "2026-11-27", "18:00")


def test_midnight_is_a_time_too() -> None:
    errand = wanting(Preferences("mañana", "a medianoche", "2026-11-26", "00:00", "00:00"))
    lines = ("A: Quisiera mañana a las 00:00 horas", "B: Sí, anotado, a las 00:00 horas.")
    assert outcome(errand, "2026-11-26", "00:00", *lines)[0] is Outcome.BOOKED
    assert outcome(errand, "2026-11-26", "00:00", lines[0], "B: Anotado a las 18.")[0] is (
        Outcome.UNCONFIRMED
    )


def test_a_weekday_alone_is_the_day_that_is_spoken_of() -> None:
    lines = (
        "A: Quisiera el jueves 10 de diciembre a las cinco",
        "B: Sí, perfecto. Te espero el jueves a las cinco.",
    )
    booked = (Outcome.BOOKED, "2026-12-10", "17:00")
    assert outcome(ERRAND, "2026-12-10", "17:00", *lines) == booked
    other = (lines[0], "B: Sí, perfecto, este jueves a las cinco.")
    assert outcome(ERRAND, "2026-12-10", "17:00", *other)[0] is Outcome.UNCONFIRMED
