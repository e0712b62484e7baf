"""Where the code decides alone, a line of the business must be understood to its last word."""

from __future__ import annotations

from datetime import date
from time import process_time

import pytest

from data.call import OutcomeStatus
from orchestration.evidence.date_words import DateWords
from orchestration.evidence.judge import judge
from orchestration.evidence.slot import Slot
from orchestration.evidence.understood import Lent, first_unknown, is_understood
from orchestration.evidence.vocabulary import LANGUAGES
from tests.orchestration.said_in_calls import CLAIM, ERRAND, NOW, call

SLOT = Slot(date(2026, 11, 26), 17 * 60, 17 * 60)
"""A Thursday at five."""
DATES = DateWords.of(SLOT)
ASK = "A: Quisiera un corte de pelo para mañana a las cinco, a nombre de Lucía Pérez. ¿Puede ser?"


def lent() -> Lent:
    words = Lent()
    words.add("Llamo por Lucía Pérez para un corte de pelo con Zoraida. Si no, avise.")
    return words


UNDERSTOOD = [
    "Sí, listo, te anoto mañana a las cinco de la tarde.",
    "si, claro que si, mañana a las 17 queda agendada",
    "Queda apuntada a nombre de Lucía Pérez, el jueves veintiséis a las cinco.",
    "Perfecto, corte de pelo con Zoraida. ¿Me das un teléfono?",
    "Anotado, Lucia Peres.",
    "Dale. Si no puede venir, avise con tiempo, por favor.",
    "No hay problema, te espero. No te olvides de traer el documento.",
    "Estamos en Corrientes 2340, timbre dos. Hay estacionamiento a la vuelta.",
    "A ver... sí, te lo anoto.",
    "Son veinticinco euros, se paga en efectivo.",
    "Sure, I'll put you down for Thursday at five. See you then!",
    "You're all set. If anything changes, just give us a call.",
    "Yeah, no problem, five works. We're at 12 Mill Lane, second door.",
    "Yep, Thursday the twenty-sixth at five, you're booked in.",
    "...",
]
BEYOND_US = [
    "Mañana a las cinco tengo a Norma.",
    "Anotado, pero depende de Zoraida.",
    "Sí, si me paga la seña.",
    "Si mañana a las cinco viene.",
    "Te anoto en la lista.",
    "Queda en lápiz para las cinco.",
    "Anotado, luego te confirmo.",
    "El jueves tres a las cinco, anotada.",
    "Anotada el viernes a las cinco.",
    "Anotada a las cinco, el cuatro de diciembre.",
    "Sí, la apunto para",
    "Anotado, queda en suspenso.",
    "Sí, es por orden de llegada.",
    "Yes, we're on holiday.",
    "Five is fine, my daughter has that.",
    "Sí, a las cinco, dejame ver",
    "Queda a nombre de Pilar Gómez.",
    "Sí, otra vez será.",
    "Yes, if he agrees.",
    "I've put Debbie down for five.",
    "I'll pencil you in for five.",
    "Booked for five on the twenty-seventh.",
    "Thursday the nineteenth at five, you're all set.",
    "Yes, let me check with the boss",
    "Maybe, yes, at five.",
    "sí " * 121,
]


@pytest.mark.parametrize("line", UNDERSTOOD)
def test_this_is_understood(line: str) -> None:
    assert is_understood(line, lent(), DATES), first_unknown(line, lent(), DATES)


@pytest.mark.parametrize("line", BEYOND_US)
def test_this_is_not(line: str) -> None:
    assert not is_understood(line, lent(), DATES)


def test_one_may_ask_for_a_moment_where_nothing_stands_yet() -> None:
    for line in ("Un momentito, por favor.", "Let me check.", "dejame ver la agenda"):
        assert is_understood(line, lent(), DATES, may_wait=True)
        assert not is_understood(line, lent(), DATES)


def test_the_agent_lends_names_and_no_words_of_doubt() -> None:
    before = Lent()
    assert not is_understood("Anotada, Zoraida.", before, DATES)
    before.add("Me llamo Zoraida. ¿Quizá depende? Maybe, if the list is full on Friday.")
    assert is_understood("Anotada, Zoraida.", before, DATES)
    for word in ("quizá", "depende", "maybe", "if", "list", "full", "friday"):
        assert not is_understood(f"Ok, {word} five.", before, DATES)


def test_no_word_of_doubt_is_known_by_itself() -> None:
    for language in LANGUAGES:
        assert not language.words & language.never
        assert len(language.words) > 500
    doubts = "pero cuando depende quizá lista lápiz otro ver luego no nadie"
    for word in doubts.split():
        assert not is_understood(f"Ok, {word} mañana", Lent(), DATES), word
    for word in "if but unless maybe pencil check ask hold not never another".split():
        assert not is_understood(f"{word} tomorrow", Lent(), DATES), word


def test_a_clear_yes_to_the_slot_read_back_makes_up_for_small_talk() -> None:
    chat = "B: Sí, dale. Mi gata se llama Pelusa y araña los zócalos."
    read_back = "A: Entonces, mañana a las cinco de la tarde a nombre de Lucía, ¿es correcto?"
    expected = {
        (): OutcomeStatus.UNCONFIRMED,
        (read_back, "B: Sí, correcto."): OutcomeStatus.BOOKED,
        (read_back, "B: Sí, correcto, salvo que Pelusa se escape."): OutcomeStatus.UNCONFIRMED,
        (read_back, "B: Sí, correcto.", "A: Gracias.", "B: Pelusa maúlla."): OutcomeStatus.BOOKED,
    }
    for lines, status in expected.items():
        assert judge(call(ASK, chat, *lines), CLAIM, ERRAND, NOW)[0].status is status, lines


def test_a_sentence_that_books_and_names_the_slot_is_enough_by_itself() -> None:
    booked = call(ASK, "B: Pelusa, bajate de ahí. Listo, mañana a las cinco queda anotada.")
    assert judge(booked, CLAIM, ERRAND, NOW)[0].status is OutcomeStatus.BOOKED
    bare = call(ASK, "B: Pelusa, bajate de ahí. Listo, anotada.")
    assert judge(bare, CLAIM, ERRAND, NOW)[0].status is OutcomeStatus.UNCONFIRMED


def test_nothing_is_held_against_a_slot_without_a_day() -> None:
    anytime = DateWords.of(Slot(None, None, None))
    assert is_understood("Listo, el viernes veintisiete a las seis.", Lent(), anytime)


@pytest.mark.parametrize(
    "line", ["a " * 1000, "con la calle " * 150, "si no puede venir avise " * 80]
)
def test_however_long_a_line_is_it_is_read_at_once(line: str) -> None:
    began = process_time()
    for _ in range(20):
        is_understood(line, Lent(), DATES)
    assert process_time() - began < 2.0
