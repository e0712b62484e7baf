"""The second reading of a transcript can take a booking away, never make one."""

from __future__ import annotations

import pytest

from data.call import BookingReading, CallResult, EndCause, OutcomeStatus, Quote
from orchestration.evidence.judge import judge, wants_second_reading
from tests.orchestration.said_in_calls import CLAIM, ERRAND, NOW, call

AGREED_LINES = (
    "A: Quisiera reservar mañana a las cinco",
    "B: Sí, a las cinco tengo lugar. ¿A nombre de quién?",
    "A: Lucía",
    "B: Listo, te esperamos.",
)
AGREED = call(*AGREED_LINES)
REFUSED = call("A: Quisiera reservar mañana a las cinco", "B: No, mañana no atendemos.")


def read(agreed: bool, *quotes: str) -> BookingReading:
    return BookingReading(agreed, quotes)


def test_it_is_wanted_for_a_supported_booking_with_the_day_resolved() -> None:
    claim = wants_second_reading(AGREED, CLAIM, ERRAND, NOW)
    assert claim is not None
    assert (claim.status, claim.date, claim.time) == (OutcomeStatus.BOOKED, "2026-11-26", "17:00")


@pytest.mark.parametrize(
    "reported", [CLAIM, None, CallResult(status=OutcomeStatus.NO_AVAILABILITY)]
)
def test_it_is_not_wanted_where_it_could_change_nothing(reported: CallResult | None) -> None:
    assert wants_second_reading(REFUSED, reported, ERRAND, NOW) is None


def test_a_reading_that_disagrees_makes_it_unconfirmed() -> None:
    for cause in (EndCause.AGENT_FINISHED, EndCause.CANCELLED, EndCause.SHUTDOWN):
        report = call(*AGREED_LINES, cause=cause)
        result, quote = judge(report, CLAIM, ERRAND, NOW, read(False, "Listo, te esperamos."))
        assert (result.status, quote) == (OutcomeStatus.UNCONFIRMED, None)
        assert (result.date, result.time) == ("2026-11-26", "17:00")


def test_a_reading_never_makes_a_booking() -> None:
    for reported in (CLAIM, None):
        result, _ = judge(REFUSED, reported, ERRAND, NOW, read(True, "No, mañana no atendemos."))
        assert result.status is not OutcomeStatus.BOOKED


def test_without_a_reading_the_code_decides() -> None:
    assert judge(AGREED, CLAIM, ERRAND, NOW, None)[0].status is OutcomeStatus.BOOKED


@pytest.mark.parametrize("reported", [CLAIM, None])
def test_without_a_reading_every_word_must_be_understood(reported: CallResult | None) -> None:
    booking = "Listo, mañana a las cinco, anotada, y el zorzal gorjea."
    report = call("A: Quisiera reservar mañana a las cinco", f"B: {booking}")
    result, quote = judge(report, reported, ERRAND, NOW)
    assert (result.status, result.date) == (OutcomeStatus.UNCONFIRMED, "2026-11-26")
    assert quote == Quote(booking, 1.0)
    assert wants_second_reading(report, reported, ERRAND, NOW) is not None
    assert judge(report, reported, ERRAND, NOW, read(True))[0].status is OutcomeStatus.BOOKED


def test_its_quote_is_shown_when_it_names_day_or_time() -> None:
    _, quote = judge(AGREED, CLAIM, ERRAND, NOW, read(True, "Sí, a las cinco tengo lugar."))
    assert quote == Quote("Sí, a las cinco tengo lugar.", 1.0)


def test_of_its_quotes_the_one_that_books_is_shown_and_not_the_offer() -> None:
    offer, booking = "Sí, a las cinco tengo lugar.", "Listo, anotado a las cinco."
    report = call("A: ¿Tienen mañana a las cinco?", f"B: {offer}", "A: Resérvelo.", f"B: {booking}")
    for quotes in ((offer, booking), (booking, offer)):
        _, quote = judge(report, CLAIM, ERRAND, NOW, read(True, *quotes))
        assert quote == Quote(booking, 3.0)
    whole = "Listo, mañana a las cinco."
    report = call(
        "A: ¿Tienen mañana a las cinco?", f"B: {whole}", "A: Perfecto, gracias.", "B: Sí, a las 17."
    )
    _, quote = judge(report, CLAIM, ERRAND, NOW, read(True, "Sí, a las 17.", whole))
    assert quote == Quote(whole, 1.0)


@pytest.mark.parametrize("chosen", ["Listo", "", "Quisiera reservar mañana a las cinco", "a las 9"])
def test_a_quote_that_shows_nothing_or_was_never_said_is_not_preferred(chosen: str) -> None:
    with_it = judge(AGREED, CLAIM, ERRAND, NOW, read(True, chosen))
    assert with_it == judge(AGREED, CLAIM, ERRAND, NOW)
