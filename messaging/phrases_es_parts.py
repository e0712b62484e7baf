"""Pieces of Spanish sentences: days, times, and businesses with their prepositions."""

from __future__ import annotations

import re

from messaging.showing import NAME, has_name, is_number, shown_called, shown_who
from messaging.showing_times import Calendar, Times, TimeWords
from messaging.text import harmless

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


_NEEDS_NO_EN = re.compile(
    r"(?:en|por|cerca|junto|a la|al lado|frente|alrededor|near|in|at|around|close)(?!\w)",
    re.IGNORECASE,
)


def at_place(name: str) -> str:
    """ " en Ana", " en el +54 …", or "" when neither name nor number is known."""
    return f" en {_called(name)}" if shown_called(name) else ""


def with_place(name: str) -> str:
    """ " con Ana", " con el +54 …", or ""."""
    return f" con {_called(name)}" if shown_called(name) else ""


def to_place(name: str) -> str:
    """ " a Ana", " al +54 …", or ""."""
    if not shown_called(name):
        return ""
    return f" {'al' if is_number(name) else 'a'} {shown_called(name)}"


def the_who(name: str, phone: str) -> str:
    """ "*Ana* (+54 …)", or "el +54 …"."""
    return f"{'' if has_name(name) else 'el '}{shown_who(name, phone)}"


def to_who(name: str, phone: str) -> str:
    """ "a *Ana* (+54 …)", or "al +54 …"."""
    return f"{'a' if has_name(name) else 'al'} {shown_who(name, phone)}"


def in_area(location: str) -> str:
    """ " en Chamberí", " cerca de Sol", or "": the customer's words may bring their preposition."""
    shown = harmless(location, NAME)
    return f" {shown}" if _NEEDS_NO_EN.match(shown) else f" en {shown}" if shown else ""


def _called(name: str) -> str:
    return f"{'el ' if is_number(name) else ''}{shown_called(name)}"
