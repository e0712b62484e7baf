"""Days, times and wishes as a person says them, in Spanish and English. Pure.

The other way round from `spoken_dates` and `spoken_times`.
"""

from __future__ import annotations

from datetime import date

from data.errand import Preferences
from orchestration.places import clean
from orchestration.spoken_times import minutes_of

WEEKDAYS = {
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre".split(),
    "en": "January February March April May June July August September October November"
    " December".split(),
}
_HOURS = {
    "es": "doce una dos tres cuatro cinco seis siete ocho nueve diez once".split(),
    "en": "twelve one two three four five six seven eight nine ten eleven".split(),
}
_FIRMNESS = {
    "es": {
        ("day", "must"): "Día obligatorio: {}.",
        ("day", "wish"): "Día preferido: {}; si no hay, sirve otro.",
        ("day", "heard"): "Día, como lo dijo: {}.",
        ("day", "any"): "Día: cualquiera.",
        ("time", "must"): "Hora obligatoria: {}.",
        ("time", "wish"): "Hora preferida: {}; si no hay, sirve otra.",
        ("time", "heard"): "Hora, como la dijo: {}.",
        ("time", "any"): "Hora: cualquiera.",
    },
    "en": {
        ("day", "must"): "Required day: {}.",
        ("day", "wish"): "Preferred day: {}; if there is nothing, another one will do.",
        ("day", "heard"): "Day, as they said it: {}.",
        ("day", "any"): "Day: any.",
        ("time", "must"): "Required time: {}.",
        ("time", "wish"): "Preferred time: {}; if there is nothing, another one will do.",
        ("time", "heard"): "Time, as they said it: {}.",
        ("time", "any"): "Time: any.",
    },
}
_WITH = {
    "es": {
        "must": "Tiene que ser con {}.",
        "wish": "De preferencia con {}; si no puede, con otra persona.",
    },
    "en": {
        "must": "It must be with {}.",
        "wish": "Preferably with {}; if not, with somebody else.",
    },
}


def spoken_day(iso: str, language: str) -> str:
    """ "viernes 27 de noviembre", "Friday, November 27"."""
    day = date.fromisoformat(iso)
    weekday, month = WEEKDAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    if language == "es":
        return f"{weekday} {day.day} de {month}"
    return f"{weekday}, {month} {day.day}"


def spoken_days(first: str, last: str, language: str) -> str:
    """One day, or both ends of a range; "" when there is none. ISO, `last` may be ""."""
    if not first:
        return ""
    start = spoken_day(first, language)
    if not last or last == first:
        return start
    end = spoken_day(last, language)
    return f"entre el {start} y el {end}" if language == "es" else f"between {start} and {end}"


def spoken_hours(start: str, end: str, language: str) -> str:
    """Times as a person says them; "" when there are none. Either may be ""."""
    es = language == "es"
    if start and end and start != end:
        first, second = spoken_clock(start, language), spoken_clock(end, language)
        return f"entre {first} y {second}" if es else f"between {first} and {second}"
    if start and end:
        return f"a {spoken_clock(start, language)}" if es else f"at {spoken_clock(start, language)}"
    if start:
        return ("a partir de " if es else "from ") + spoken_clock(start, language)
    if end:
        return ("antes de " if es else "before ") + spoken_clock(end, language)
    return ""


def spoken_clock(text: str, language: str) -> str:
    """ "17:30" as "las cinco y media de la tarde" or "half past five in the afternoon"."""
    minutes = minutes_of(text)
    hour, minute = divmod(minutes, 60)
    word = _HOURS[language][hour % 12]
    if language == "es":
        article = "la" if hour % 12 == 1 else "las"
        past = {0: "", 15: " y cuarto", 30: " y media"}.get(minute, f" y {minute}")
        part = _part(hour, "de la madrugada", "de la mañana", "del mediodía", "de la tarde")
        return f"{article} {word}{past} {part or 'de la noche'}"
    if minutes == 12 * 60:
        return "noon"
    part = _part(hour, "in the morning", "in the morning", "in the afternoon", "in the afternoon")
    said = {0: word, 15: f"a quarter past {word}", 30: f"half past {word}"}.get(
        minute, f"{minute} past {word}"
    )
    return f"{said} {part or 'in the evening'}"


def _part(hour: int, *parts: str) -> str:
    for before, part in zip((6, 12, 13, 20), parts, strict=True):
        if hour < before:
            return part
    return ""


def wishes_in_words(wish: Preferences, language: str) -> str:
    """What is a must, what is only a wish and what will do instead, for the agent."""
    days = spoken_days(wish.date, wish.date_until, language)
    hours = spoken_hours(wish.time_from, wish.time_until, language)
    said = [
        _firmness("day", days, clean(wish.date_heard, 80), wish.date_is_wish, language),
        _firmness("time", hours, clean(wish.time_heard, 80), wish.time_is_wish, language),
    ]
    professional = clean(wish.professional, 80)
    if professional:
        sentence = _WITH[language]["must" if wish.professional_is_must else "wish"]
        said.append(sentence.format(professional))
    return " ".join(said)


def _firmness(part: str, resolved: str, heard: str, only_a_wish: bool, language: str) -> str:
    if resolved:
        kind = "wish" if only_a_wish else "must"
    else:
        kind = "heard" if heard else "any"
    return _FIRMNESS[language][part, kind].format(resolved or heard)
