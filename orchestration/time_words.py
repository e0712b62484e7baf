"""The words for hours, minutes and parts of the day, folded, in Spanish and English."""

from __future__ import annotations

import re

HOUR_WORDS = {
    "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15,
    "dieciseis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20,
    "veintiuna": 21, "veintidos": 22, "veintitres": 23,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
MINUTE_WORDS = {
    "media": 30, "cuarto": 15, "cinco": 5, "diez": 10, "quince": 15, "veinte": 20,
    "veinticinco": 25, "treinta": 30, "cuarenta": 40, "cuarenta y cinco": 45,
    "cincuenta": 50,
    "fifteen": 15, "thirty": 30, "forty five": 45, "forty": 40, "twenty": 20, "ten": 10,
}  # fmt: skip
PARTS = {
    "madrugada": ("00:00", "06:00"),
    "manana": ("08:00", "12:00"),
    "morning": ("08:00", "12:00"),
    "mediodia": ("12:00", "14:00"),
    "midday": ("12:00", "14:00"),
    "lunchtime": ("12:00", "14:00"),
    "siesta": ("13:00", "16:00"),
    "tarde": ("13:00", "20:00"),
    "tardecita": ("17:00", "20:00"),
    "afternoon": ("12:00", "18:00"),
    "evening": ("18:00", "22:00"),
    "tonight": ("19:00", "23:00"),
    "noche": ("19:00", "23:00"),
    "night": ("19:00", "23:00"),
    "primera hora": ("08:00", "10:00"),
    "ultima hora": ("17:00", "20:00"),
}
AM_PARTS = {"madrugada", "manana", "morning", "primera hora"}

# Other ways to say what the patterns above read, put into their words first.
SAME_AS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\b(\d{1,2})[ -]?ish\b", r"tipo \1"),
        (r"\b(las|at|tipo|around) ([01]?\d|2[0-3])([0-5]\d)\b(?!:)", r"\1 \2:\3"),
        (r"(?<![\d.,:/$])([01]?\d|2[0-3])([0-5]\d) ?(hs|hrs|horas|h)\b", r"\1:\2 \3"),
        (r"(?<![\d.,:/$])([01]?\d|2[0-3]),(00|15|30|45)(?![\d.,])", r"\1:\2"),
        (r"\b(?:no antes de|not before|(?:no|not) earlier than)\b", "a partir de"),
        (r"\b(?:no despues de|no mas tarde de|a mas tardar(?: a)?|not after|not? later than)\b",
         "hasta"),
        (r"\b(?:dps|dsp|desp|dspues)\b", "despues"),
        (r"\bmas tarde de\b", "despues de"),
        (r"\bmas temprano de\b", "antes de"),
        (r"\bmedio dia\b", "mediodia"),
        (r"\b(?:nochecita)\b", "noche"),
        (r"\b(?:antes|before)(?: del?)? (?:el )?(?:mediodia|midday|noon|almuerzo|lunch|comer)\b",
         "antes de las 12:00"),
        (r"\b(?:despues|luego|pasado)(?: del?)?(?: el)? mediodia\b|\bafter (?:midday|noon)\b",
         "a partir de las 12:00"),
        (r"\b(?:despues|luego) del? (?:almuerzo|almorzar|comer)\b|\bafter lunch\b",
         "a partir de las 13:00"),
        (r"\b(?:despues|al salir|a la salida) del? (?:trabajo|trabajar|laburo|curro|oficina)\b",
         "a partir de las 18:00"),
        (r"\bafter (?:work|office hours)\b", "a partir de las 18:00"),
        (r"\bantes del? (?:trabajo|trabajar|laburo|curro)\b|\bbefore work\b", "hasta las 9:00"),
        (r"\bfirst thing\b", "primera hora"),
        (r"\bend of (?:the )?day\b", "ultima hora"),
    )
)  # fmt: skip
# Only when no clock time is said; the first that fits counts.
LOOSELY: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern), start, end)
    for pattern, start, end in (
        (r"\b(?:primera hora de la|temprano (?:a|por|en) la) tarde\b|\btarde temprano\b",
         "13:00", "15:00"),
        (r"\bearly(?: in the)? afternoon\b", "13:00", "15:00"),
        (r"\b(?:primera hora de la noche|early(?: in the)? evening)\b", "18:00", "20:00"),
        (r"\bultima hora de la manana|late(?: in the)? morning\b", "10:00", "12:00"),
        (r"\b(?:ultima hora de la tarde|late(?: in the)? afternoon)\b", "17:00", "20:00"),
        (r"\bmedia manana|mid-?morning\b", "10:00", "12:00"),
        (r"\bmedia tarde|mid-?afternoon\b", "15:00", "18:00"),
        (r"\b(?:atardecer|tarde noche|tardenoche)\b", "18:00", "21:00"),
        (r"\b(?:a|por|en) la manana (?:o|u|y) (?:(?:a|por|en) la )?tarde\b", "08:00", "20:00"),
        (r"\bmorning or (?:in the )?afternoon\b", "08:00", "18:00"),
        (r"\b(?:a|por|en) la tarde (?:o|u|y) (?:(?:a|por|en) la )?noche\b", "13:00", "23:00"),
        (r"\bafternoon or (?:in the )?evening\b", "12:00", "22:00"),
        (r"(?<!\bmas )(?<!\bno )(?<!\bmuy )(?<!\btan )\b(?:temprano|tempranito)\b(?! posible)",
         "08:00", "10:00"),
        (r"(?<!\btoo )(?<!\bas )\bearly\b(?! as)(?! next)(?! in the week)", "08:00", "10:00"),
        (r"\bbien temprano\b|\bmuy temprano\b(?<!no muy temprano)", "08:00", "10:00"),
    )
)  # fmt: skip
