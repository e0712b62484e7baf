"""The rules share a processor with live calls: no message may hold them up."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from messaging.rules import read
from messaging.rules_plan import plan_in
from orchestration.ports import ReadingContext
from orchestration.spoken_dates import spoken_date, spoken_days
from orchestration.spoken_times import fold, spoken_delay, spoken_window
from tests.messaging.labelled import CORPUS, labelled

LIST = ("Peluquería Ana", "Barbería El Corte", "Estilo Sur")
HOSTILE = (
    *("1", "0", "1 ", "1.", "1/", "12:30 ", "+", "+54 ", "(", "$1", "tel:1 ", "wa.me/1 "),
    *(" ", "\t", "\n", ",", "?", "a", "A", "Á", "ñ", "a\u0301", "👍"),
    *("no ", "sí ", "el el ", "the ", "la 1 y ", "y la 1 y la 1 ", "la 1 y si no ", "con ", "en "),
    *("el lunes o ", "entre el lunes y ", "a las 5 y ", "between 1 and ", "el 3 de ", "semana "),
    *("Peluquería De La ", "mesa para dos ", "quiero un ", "pregunta si ", "que sea con ", "hay "),
    *("llama", "llama ", "todas ", "hasta que una ", "si no puede ", "cancelá ", "dejalo "),
    *("primero ", "cualquiera ", "da igual ", "en media ", "mas tarde ", "por la ", "cerca de "),
    *("cuarenta y ", "cuatro ", "double oh ", "olvidalo ya ", "ya lo ", "dale que va ", "san "),
    *("alguien que me ", "someone to ", "la 1 no, ", "soy de ", ", A", "q si ", "si no hay drama "),
)
_SECOND_OF_CPU = 1.0
"""Generous: each takes 50 ms at most, runaway backtracking takes minutes."""


@pytest.mark.timeout(50)
@pytest.mark.parametrize("piece", HOSTILE)
def test_no_long_message_holds_up(piece: str, situation: Callable[..., ReadingContext]) -> None:
    for end in ("", "!", "x"):
        text = (piece * 1600)[: 1600 - len(end)] + end
        folded = fold(text[:300])
        began = time.process_time()
        read(text, situation("idle"))
        read(text, situation("awaiting_selection", options=LIST))
        read(text[:299], situation("awaiting_selection", options=LIST))
        plan_in(text[:300], LIST)
        today = situation().now.date()
        spoken_date(folded, today)
        spoken_days(folded, today)
        spoken_window(folded, bare=True)
        spoken_delay(folded)
        assert time.process_time() - began < _SECOND_OF_CPU, (piece, end)


def test_an_ordinary_message_takes_no_time() -> None:
    began = time.process_time()
    count = len(list(labelled(CORPUS)))
    # Measured at 0.2 ms each; the bound leaves room for a slow machine.
    assert (time.process_time() - began) / count < 0.005
