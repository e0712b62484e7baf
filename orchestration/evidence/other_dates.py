"""Whether a line speaks of another date than the wished one, where a weekday alone would fit. Pure.

"De acá a una semana", "the week after", "but of December", "jueves treinta" where the Thursday is
the 26th. Spanish and English, for folded text without signs.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from orchestration.evidence.heard_patterns import words

_OTHER_WEEK = words(
    r"fortnight|"
    r"(?:el|la|del) otr[oa] (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)"
    r"|(?:monday|tuesday|wednesday|thursday|friday) week|"
    r"de (?:aca|aqui|hoy) (?:a|en) (?:una|dos|tres|8|ocho|quince) (?:semanas?|dias)"
    r"|(?:en|dentro de) (?:una|dos|tres|8|ocho|quince) (?:semanas?|dias)|(?:el|la|del?|de la)"
    r" (?:otr[oa]|proxim[oa]|siguiente) (?:semana|mes|ano)|(?:semana|mes|ano) (?:que viene|que"
    r" entra|proxim[oa]|siguiente)|(?:the )?week after|(?:in|a) (?:two |three )?weeks?"
    r" (?:time|from)|next (?:week|month|year)|a week (?:on|tomorrow|thursday|friday)|in a week"
)
_BUT_OF = re.compile(
    r"\b(?:(?:pero|but|aunque|eso si|solo que)(?: \w+)?|el|la|the one)"
    r" (?:del?|for|in|of|next) (?:el )?(?P<month>"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
_MONTHS = (
    ("enero", "january"), ("febrero", "february"), ("marzo", "march"), ("abril", "april"),
    ("mayo", "may"), ("junio", "june"), ("julio", "july"), ("agosto", "august"),
    ("septiembre", "september"), ("octubre", "october"), ("noviembre", "november"),
    ("diciembre", "december"),
)  # fmt: skip
_YEAR = re.compile(
    r"\b(?:20(?P<digits>\d\d)|(?:dos mil|twenty) (?P<word>veintiseis|veintisiete|veintiocho"
    r"|veintinueve|treinta|twenty six|twenty seven|twenty eight|twenty nine|thirty))\b"
    r"(?! (?:hs|horas|pesos|euros|dolares))"
)
_YEARS = {
    "veintiseis": 26, "twenty six": 26, "veintisiete": 27, "twenty seven": 27, "veintiocho": 28,
    "twenty eight": 28, "veintinueve": 29, "twenty nine": 29, "treinta": 30, "thirty": 30,
}  # fmt: skip
_WEEKDAY = (
    r"(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday"
    r"|friday|saturday|sunday)"
)
_LATE_DAYS = {
    "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "treinta": 30, "treinta y uno": 31,
}  # fmt: skip
_ORDINALS = {
    each: number
    for number, each in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
        " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
        " twentieth".split(),
        1,
    )
}
_EARLY_DAYS = {
    each: number
    for number, each in enumerate(
        "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
        " dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres"
        " veinticuatro".split(),
        1,
    )
}
_DAY_NUMBER = re.compile(
    rf"\b(?:{_WEEKDAY} (?:dia )?|on (?=the )|dia )(?:(?P<late>2[5-9]|3[01]|treinta y uno"
    rf"|veinticinco|veintiseis"
    r"|veintisiete|veintiocho|veintinueve|treinta)\b|the (?P<ordinal>\d{1,2}(?:st|nd|rd|th)"
    r"|twenty \w+|\w+th|first|second|third)\b(?! (?:floor|chair|level|door))|(?P<early>\d{1,2}|"
    rf"{'|'.join(_EARLY_DAYS)})(?: |$)(?=a las? |de (?:enero|febrero|marzo|abril|mayo|junio|julio"
    rf"|agosto"
    r"|septiembre|octubre|noviembre|diciembre)|at ))|\bdia "
    rf"(?P<alone>\d{{1,2}}|{'|'.join(_EARLY_DAYS)})$"
)


def is_of_another_date(text: str, first: date | None, last: date | None) -> bool:
    """Whether a folded line speaks of a day before or after the wished ones, beside a weekday."""
    if first is None or last is None:
        return False
    if _OTHER_WEEK.search(text):
        return True
    if found := _BUT_OF.search(text):
        return found["month"] not in _MONTHS[first.month - 1] + _MONTHS[last.month - 1]
    if found := _YEAR.search(text):
        year = int(found["digits"]) if found["digits"] else _YEARS[found["word"]]
        if year > last.year % 100 and year <= last.year % 100 + 5:
            return True
    meant = {(first + timedelta(each)).day for each in range(min((last - first).days, 31) + 1)}
    numbers = [_number(each) for each in _DAY_NUMBER.finditer(text)]
    return any(each is not None and each not in meant for each in numbers)


def _number(found: re.Match[str]) -> int | None:
    """The day of the month that comes with a weekday."""
    if late := found["late"]:
        return int(late) if late.isdigit() else _LATE_DAYS[late]
    if early := found["early"] or found["alone"]:
        return int(early) if early.isdigit() else _EARLY_DAYS[early]
    ordinal = found["ordinal"]
    if ordinal[0].isdigit():
        return int(ordinal[:-2])
    if ordinal.startswith("twenty "):
        tail = _ORDINALS.get(ordinal.removeprefix("twenty "))
        return None if tail is None else 20 + tail
    return _ORDINALS.get(ordinal)
