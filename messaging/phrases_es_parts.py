"""Pieces of Spanish sentences: days, times, and businesses with their prepositions."""

from __future__ import annotations

from messaging.showing import shown_called
from messaging.showing_times import Calendar, Times, TimeWords

TIMES = Times(
    Calendar(
        ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        (
            *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto"),
            *("septiembre", "octubre", "noviembre", "diciembre"),
        ),
        pattern="{weekday} {day} de {month}",
        short="{weekday} {day}",
    ),
    TimeWords(
        at="a las {a}",
        between="entre las {a} y las {b}",
        after="a partir de las {a}",
        before="antes de las {b}",
        at_one="a la {a}",
        today="hoy {time}",
        on="el {x}",
        days="del {x} al {y}",
        until="hasta el {y}",
        any_time="a cualquier hora",
        soonest="lo antes posible",
        wished_day="mejor {x}, si no otro día",
        wished_time="mejor {time}, si no a otra hora",
        open_now="abierto ahora",
        closed_now="cerrado ahora",
        opens="abre {moment}",
    ),
)


def at_place(name: str) -> str:
    """ " en Ana", or "" when neither name nor number is known."""
    return f" en {shown_called(name)}" if shown_called(name) else ""


def with_place(name: str) -> str:
    """ " con Ana", or ""."""
    return f" con {shown_called(name)}" if shown_called(name) else ""


def to_place(name: str) -> str:
    """ " a Ana", or ""."""
    return f" a {shown_called(name)}" if shown_called(name) else ""
