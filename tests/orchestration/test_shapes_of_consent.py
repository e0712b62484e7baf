"""Commitments known by their shape, and the signals that a yes is none."""

from __future__ import annotations

import time
from datetime import date

import pytest

from orchestration.evidence.heard_words import clauses
from orchestration.evidence.line_signals import signals_of

TODAY = date(2026, 11, 25)


def keeps(line: str) -> bool:
    return any(each.keeps for each in clauses(line, TODAY))


@pytest.mark.parametrize(
    "line",
    [
        "Ya te metí en el cuaderno",
        "Ya se la registré",
        "Se lo aparto",
        "Te lo dejo puesto",
        "Ya la tienes",
        "Es tuyo",
        "Mesa asignada",
        "Os hago hueco",
        "Apuntado queda",
        "Agendadísimo",
        "I've written it down",
        "I'll pop you in",
        "You're on the sheet",
        "Your table's reserved",
        "That's all done",
        "Sorted",
        "It's yours",
    ],
)
def test_it_commits_whatever_the_verb(line: str) -> None:
    assert keeps(line)


@pytest.mark.parametrize(
    "line",
    [
        "Te llamo",
        "Se lo pregunto",
        "Te lo dibujo",
        "Lo miro y te aviso",
        "Ya te dije",
        "Estamos cerrados",
        "Está ocupado",
        "Bienvenido",
        "No, querido",
        "I'll call you back",
        "I'll ask him",
        "I'll pick you up",
        "You're in luck",
        "We're booked up",
        "Hold on",
    ],
)
def test_the_same_shape_with_an_empty_verb_commits_nothing(line: str) -> None:
    assert not keeps(line)


@pytest.mark.parametrize(
    ("line", "signal"),
    [
        ("Tengo siete años", "not_the_one"),
        ("My mummy's in the shower", "not_the_one"),
        ("I'm just the courier", "not_the_one"),
        ("Yo solo reparto el pan", "not_the_one"),
        ("Le paso con mi mamá", "hands_over"),
        ("I wasn't talking to you", "to_the_room"),
        ("Era sarcasmo, joven", "ironic"),
        ("Yeah, and I'm the King of Spain", "ironic"),
        ("Resulta que la doctora pidió el día", "undoes"),
        ("It's thrown an error", "undoes"),
        ("La hora es la misma", "same_slot"),
        ("Abrimos a las nueve", "opening_hours"),
    ],
)
def test_a_line_warns(line: str, signal: str) -> None:
    assert getattr(signals_of(line), signal)
    assert not getattr(signals_of("Sí, mañana a las cinco, anotado."), signal)


@pytest.mark.parametrize(
    "piece", ["ya te lo ", "no problema ", "si me ", "i've just got ", "la mesa ", "y ", "jaja "]
)
def test_a_hostile_line_costs_no_time(piece: str) -> None:
    line = (piece * 1000)[:1990]
    began = time.perf_counter()
    signals_of(line)
    clauses(line, TODAY)
    assert time.perf_counter() - began < 1.0
