"""A call that ends without `report_result` gets its outcome from what was said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.call import CallResult, EndCause, OutcomeStatus, Quote
from data.errand import Preferences
from orchestration.evidence.judge import judge
from tests.orchestration.said_in_calls import CLAIM, ERRAND, NOW, call

Outcome = OutcomeStatus
ASK = "A: Quisiera reservar mañana a las cinco de la tarde"
BOOKED = (ASK, "B: Listo, mañana a las cinco, ya quedó anotada. Te esperamos.")
"""The business itself says that it is booked."""
SOUNDS_AGREED = (ASK, "B: Sí, perfecto.")
TALKED = (EndCause.AGENT_FINISHED, EndCause.BUSINESS_HUNG_UP, EndCause.AGENT_LOST)
BROKEN = (EndCause.CARRIER_LOST, EndCause.TOO_LONG)


@pytest.mark.parametrize(
    "cause",
    [*TALKED, *BROKEN, EndCause.CANCELLED, EndCause.SHUTDOWN],
    ids=lambda cause: cause.value,
)
def test_what_the_business_itself_confirmed_is_booked(cause: EndCause) -> None:
    result, quote = judge(call(*BOOKED, cause=cause), None, ERRAND, NOW)
    assert (result.status, result.date, result.time) == (Outcome.BOOKED, "2026-11-26", "17:00")
    assert quote == Quote(BOOKED[1][3:], 1.0)


@pytest.mark.parametrize(
    "lines",
    [
        BOOKED,
        (ASK, "B: Sí, a las cinco te anoto."),
        (ASK, "B: Sí, mañana a las cinco de la tarde está bien."),
        (ASK, "B: Un momento. Confirmado.", "A: Gracias"),
        ("A: I'd like to book tomorrow at five pm", "B: You're all set, see you tomorrow at five."),
        (ASK, "B: ¿A nombre de quién?", "A: Lucía", "B: Anotada, Lucía."),
    ],
)
def test_what_is_firm_enough(lines: tuple[str, ...]) -> None:
    assert judge(call(*lines), None, ERRAND, NOW)[0].status is Outcome.BOOKED


@pytest.mark.parametrize(
    "lines",
    [
        SOUNDS_AGREED,
        (ASK, "B: Sí, a las cinco tengo. ¿A nombre de quién?"),
        (ASK, "B: Te anoto a las cinco, ¿me das un teléfono?"),
        (ASK, "B: Claro que sí."),
    ],
)
@pytest.mark.parametrize("cause", [*TALKED, *BROKEN])
def test_what_only_sounds_agreed_is_unconfirmed_with_the_words(
    lines: tuple[str, ...], cause: EndCause
) -> None:
    result, quote = judge(call(*lines, cause=cause), None, ERRAND, NOW)
    assert (result.status, result.time) == (Outcome.UNCONFIRMED, "17:00")
    assert quote == Quote(lines[1][3:], 1.0)


def test_an_offer_that_nobody_took_is_no_booking() -> None:
    lines = ("A: ¿Tienen lugar mañana a las cinco?", "B: Sí, a las cinco tengo lugar.")
    result, _ = judge(call(*lines, cause=EndCause.AGENT_LOST), None, ERRAND, NOW)
    assert result.status in (Outcome.UNCONFIRMED, Outcome.FAILED)


@pytest.mark.parametrize(
    "preferences",
    [
        Preferences("mañana", "", "2026-11-26"),
        Preferences("", "a las 5", "", "17:00", "17:00"),
        Preferences("mañana", "a la tarde", "2026-11-26", "13:00", "20:00"),
        Preferences("esta semana", "a las 5", "2026-11-26", "17:00", "17:00", "2026-11-28"),
    ],
)
def test_only_exactly_what_was_asked_is_booked_without_a_report(preferences: Preferences) -> None:
    errand = replace(ERRAND, preferences=preferences)
    assert judge(call(*BOOKED), None, errand, NOW)[0].status is Outcome.UNCONFIRMED


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("Mañana no tengo nada, estamos completos.", Outcome.NO_AVAILABILITY),
        ("We're fully booked tomorrow.", Outcome.NO_AVAILABILITY),
        ("No me queda ni un lugar.", Outcome.NO_AVAILABILITY),
        ("Llame más tarde, por favor.", Outcome.CALLBACK_NEEDED),
        ("Después te llamo y te confirmo.", Outcome.CALLBACK_NEEDED),
        ("Could you call back in an hour?", Outcome.CALLBACK_NEEDED),
        ("Está equivocado, esto es una casa de familia.", Outcome.WRONG_NUMBER),
        ("You've got the wrong number.", Outcome.WRONG_NUMBER),
        ("No, esto es una ferretería.", Outcome.WRONG_NUMBER),
        ("Deje su mensaje después de la señal.", Outcome.VOICEMAIL),
        ("Please leave a message after the beep.", Outcome.VOICEMAIL),
        ("Mmm.", Outcome.UNCONFIRMED),
    ],
)
def test_the_business_own_words_tell(line: str, status: OutcomeStatus) -> None:
    result, quote = judge(call(ASK, f"B: {line}"), None, ERRAND, NOW)
    assert (result.status, result.date) == (status, None)
    assert quote == (None if status is Outcome.UNCONFIRMED else Quote(line, 1.0))


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (EndCause.AGENT_FINISHED, Outcome.UNCONFIRMED),
        (EndCause.BUSINESS_HUNG_UP, Outcome.FAILED),
        (EndCause.AGENT_LOST, Outcome.FAILED),
        (EndCause.CARRIER_LOST, Outcome.FAILED),
        (EndCause.TOO_LONG, Outcome.FAILED),
        (EndCause.CANCELLED, Outcome.CANCELLED),
        (EndCause.SHUTDOWN, Outcome.INTERRUPTED),
    ],
)
def test_when_nothing_tells_the_ending_does(cause: EndCause, status: OutcomeStatus) -> None:
    for lines in ((ASK, "B: Mmm."), (ASK, "B: ¿Quién habla?")):
        assert judge(call(*lines, cause=cause), None, ERRAND, NOW)[0].status is status


def test_a_cancelled_call_says_that_a_booking_stands_unless_the_agent_gave_it_up() -> None:
    stands = call(*BOOKED, cause=EndCause.CANCELLED)
    assert judge(stands, None, ERRAND, NOW)[0].status is Outcome.BOOKED
    lines = (*BOOKED, "A: Perdón, lo cancelamos, gracias.", "B: Bueno, no hay problema.")
    given_up = call(*lines, cause=EndCause.CANCELLED)
    for reported in (None, CLAIM):
        assert judge(given_up, reported, ERRAND, NOW)[0].status is Outcome.CANCELLED


def test_a_call_of_a_dead_process_is_judged_by_what_was_kept_of_it() -> None:
    agreed = call(*SOUNDS_AGREED, cause=EndCause.SHUTDOWN)
    assert judge(agreed, CLAIM, ERRAND, NOW)[0].status is Outcome.BOOKED
    result, quote = judge(agreed, None, ERRAND, NOW)
    assert (result.status, quote) == (Outcome.INTERRUPTED, Quote("Sí, perfecto.", 1.0))
    nothing = call(cause=EndCause.SHUTDOWN)
    assert judge(nothing, None, ERRAND, NOW) == (CallResult(status=Outcome.INTERRUPTED), None)
    # It was claimed, but the lines that are left do not show it.
    assert judge(nothing, CLAIM, ERRAND, NOW)[0].status is Outcome.UNCONFIRMED


@pytest.mark.parametrize(
    "status", ["no_availability", "failed", "no_answer", "wrong_number", "callback_needed"]
)
def test_no_other_report_hides_what_the_business_agreed_to(status: str) -> None:
    """Else the next business would be called, and a second booking made."""
    reported = CallResult(status=Outcome(status))
    result, quote = judge(call(*BOOKED), reported, ERRAND, NOW)
    assert (result.status, result.date, result.time) == (Outcome.UNCONFIRMED, "2026-11-26", "17:00")
    assert quote == Quote(BOOKED[1][3:], 1.0)


def test_a_person_who_was_taken_for_a_machine_may_have_booked() -> None:
    result, quote = judge(call(*BOOKED, cause=EndCause.VOICEMAIL), None, ERRAND, NOW)
    assert result.status is Outcome.UNCONFIRMED and quote is not None
