"""Without a second reader: the sentence that decides is understood, and no marker follows it."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest

from data.call import OutcomeStatus
from orchestration.evidence.date_words import DateWords
from orchestration.evidence.judge import judge
from orchestration.evidence.markers import MARKERS, places
from orchestration.evidence.slot import Slot
from orchestration.evidence.understood import Lent, first_marker
from tests.orchestration.said_in_calls import CLAIM, ERRAND, NOW, call

DATES = DateWords.of(Slot(date(2026, 11, 26), 17 * 60, 17 * 60))
"""A Thursday at five."""
ASK = "A: Quisiera un corte de pelo para mañana a las cinco, a nombre de Lucía Pérez. ¿Puede ser?"
READ_BACK = "A: Entonces, mañana a las cinco de la tarde a nombre de Lucía, ¿es correcto?"
BOOKED, UNCONFIRMED = OutcomeStatus.BOOKED, OutcomeStatus.UNCONFIRMED

MARKED = {
    "Anotada, pero falta que diga Norma.": "pero",
    "Queda en la lista, pues.": "la lista",
    "La pongo en lápiz, zapallo.": "lapiz",
    "Si Norma se baja, zapallo.": "si",
    "Le pregunto a la zapallera.": "pregunto",
    "Zapallo, el jueves tres.": "tres",
    "She's in, unless Norma objects.": "unless",
    "That's a gherkin request.": "request",
    "I'll pencil the gherkin.": "pencil",
    "We don't gherkin.": "don't",
    "Once the gherkin clears.": "once the",
}
HARMLESS = [
    "A las once zapallo, sí.",
    "Zapallo. Si no puede venir, avise.",
    "Zapallo, no hay problema.",
    "Zapallo, ¿no?",
    "Sí zapallo, dale.",
    "Que no se olvide el zapallo, no se preocupe.",
    "Gherkin, no problem. If anything changes, just give us a call.",
    "Why not, gherkin it is.",
]
CALLS = {
    # What decides is understood, what follows may be about anything.
    ("B: Sí, anotada mañana a las cinco. Maúlla Pelusa.",): BOOKED,
    ("B: Sí, anotada mañana a las cinco.", "A: Gracias.", "B: Maúlla Pelusa."): BOOKED,
    ("B: Dale, anotada para mañana a las cinco con zapallo.",): UNCONFIRMED,
    # No marker may follow, in the same line or later.
    ("B: Sí, anotada mañana a las cinco. Maúlla Pelusa, quizás zarpa.",): UNCONFIRMED,
    ("B: Sí, anotada mañana a las cinco.", "A: Gracias.", "B: La maúlla, eso pregunto."): (
        UNCONFIRMED
    ),
    # After something mild a yes is enough; where somebody is asked it takes words that book; where
    # there is a list nothing is enough.
    (
        "B: Sí, anotada mañana a las cinco.",
        "A: Gracias.",
        "B: La semana zarpa, Pelusa.",
        READ_BACK,
        "B: Sí, correcto.",
    ): BOOKED,
    ("B: Zarpo y pregunto.", READ_BACK, "B: Sí, correcto."): UNCONFIRMED,
    ("B: Zarpo y pregunto.", READ_BACK, "B: Sí, queda anotada."): BOOKED,
    ("B: Zarpo y pregunto.", READ_BACK, "B: Pregunto, zarpo. Queda anotada."): UNCONFIRMED,
    ("B: Hay lista de zarpes.", READ_BACK, "B: Sí, queda anotada."): UNCONFIRMED,
    # A yes to the request is no yes to a read-back.
    ("B: Maúlla Pelusa. Sí, dale.",): UNCONFIRMED,
    # A no to another question of the agent is none to the booking.
    (
        "B: Sí, anotada mañana a las cinco.",
        "A: ¿Hay que llevar algo?",
        "B: No, zapallo.",
    ): BOOKED,
}


@pytest.mark.parametrize("line", MARKED)
def test_a_marker_is_found_among_unknown_words(line: str) -> None:
    assert first_marker(line, Lent(), DATES) == MARKED[line]


@pytest.mark.parametrize("line", HARMLESS)
def test_in_a_known_phrase_it_is_harmless(line: str) -> None:
    assert not first_marker(line, Lent(), DATES)


@pytest.mark.parametrize("lines", CALLS)
def test_what_a_call_comes_to(lines: tuple[str, ...]) -> None:
    assert judge(call(ASK, *lines), CLAIM, ERRAND, NOW)[0].status is CALLS[lines]


def test_the_agents_words_lend_no_doubt_away() -> None:
    lent = Lent()
    lent.add("¿Quizás en la lista? Maybe, if you ask. Pero falta.")
    for line in ("Quizás zapallo.", "En la lista, zapallo.", "Maybe gherkin.", "Pero zapallo."):
        assert first_marker(line, lent, DATES), line


def test_what_matters_anywhere_matters_afterwards_too() -> None:
    for marks, words in zip(MARKERS, ("queda en la lista", "on the waitlist"), strict=True):
        for each in (marks.always, marks.anywhere, marks.after):
            assert list(places(words.split(), each))
    assert not list(places(["pero"], MARKERS[0].anywhere))
    assert not list(places(["pregunto"], MARKERS[0].always))


@pytest.mark.parametrize("line", ["a " * 1000, "si no puede venir avise " * 80, "no hay la " * 100])
def test_however_long_a_line_is_it_is_read_at_once(line: str) -> None:
    began = process_time()
    for _ in range(20):
        first_marker(line, Lent(), DATES)
    assert process_time() - began < 2.0
