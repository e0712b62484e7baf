"""How the simulated callees say days and times, by country."""

from __future__ import annotations

import random
from datetime import date

_HOURS_ES = "doce una dos tres cuatro cinco seis siete ocho nueve diez once".split()
_HOURS_EN = "twelve one two three four five six seven eight nine ten eleven".split()
_WEEKDAYS_ES = "lunes martes miércoles jueves viernes sábado domingo".split()
_WEEKDAYS_EN = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = {11: ("noviembre", "November"), 12: ("diciembre", "December")}


def another_time(minutes: int, rng: random.Random) -> int:
    """A time that cannot be taken for the first, not even by half a day."""
    while True:
        other = rng.randrange(9, 21) * 60 + rng.choice((0, 0, 30))
        if (other - minutes) % 720 and abs(other - minutes) >= 30:
            return other


def spoken_day(day: date, today: date, country: str, rng: random.Random) -> str:
    """ "mañana", "el viernes", "on Friday", "el 27 de noviembre"."""
    away = (day - today).days
    english = country == "en"
    weekday = (_WEEKDAYS_EN if english else _WEEKDAYS_ES)[day.weekday()]
    month = _MONTHS[day.month][english]
    if english:
        ways = [f"on {month} {day.day}", f"on {weekday}, {month} {day.day}"]
        near = {1: "tomorrow", 2: "the day after tomorrow"}
        ways += [f"on {weekday}"] * 3 if away <= 6 else []
    else:
        ways = [f"el {day.day} de {month}", f"el {weekday} {day.day}"]
        near = {1: "mañana", 2: "pasado mañana"}
        ways += [f"el {weekday}"] * 3 if away <= 6 else []
    if away in near:
        ways += [near[away]] * 4
    return rng.choice(ways)


def spoken_time(minutes: int, country: str, rng: random.Random) -> str:
    """ "a las cinco de la tarde", "a las 17", "a las 5 y media", "at five thirty"."""
    return _english(minutes, rng) if country == "en" else _spanish(minutes, country, rng)


def _spanish(minutes: int, country: str, rng: random.Random) -> str:
    hour, minute = divmod(minutes, 60)
    article = "a la" if hour % 12 == 1 else "a las"
    part = "de la tarde" if 12 < hour < 20 else "de la noche" if hour > 12 else "de la mañana"
    part = "del mediodía" if hour == 12 else part
    past = {0: "", 15: " y cuarto", 30: " y media", 45: " y cuarenta y cinco"}[minute]
    word, figure = f"{_HOURS_ES[hour % 12]}{past}", f"{(hour - 1) % 12 + 1}{past}"
    ways = [f"{article} {word}"] * 3 + [f"{article} {word} {part}"] * 3 + [f"{article} {figure}"]
    full = f"{hour}:{minute:02d}" if minute else f"{hour}"
    ways.append(f"a las {full}")
    if country == "mx":
        half = "am" if hour < 12 else "pm"
        ways.append(f"{article} {(hour - 1) % 12 + 1}{f':{minute:02d}' if minute else ''} {half}")
    if country == "ar":
        ways.append(f"a las {full} hs")
    return rng.choice(ways)


def _english(minutes: int, rng: random.Random) -> str:
    hour, minute = divmod(minutes, 60)
    half = "am" if hour < 12 else "pm"
    word, figure = _HOURS_EN[hour % 12], (hour - 1) % 12 + 1
    digits = f"{figure}:{minute:02d}" if minute else f"{figure}"
    ways = [f"at {digits}", f"at {digits} {half}", f"at {digits}{half}"]
    if minute == 0:
        ways += [f"at {word}", f"at {word} o'clock", f"at {word} {half}"]
    if minute == 30:
        ways.append(f"at half past {word}")
    return rng.choice(ways)
