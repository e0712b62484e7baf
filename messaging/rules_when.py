"""When the customer wants it: the words for day and time, as they wrote them.

Nothing is resolved here ("el viernes" stays "el viernes"): what day that is depends on the
business's time zone and is decided elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DAY = (
    r"(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|lun|mie|jue|vie|sab|dom"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|weds?|thurs?|thu|thur"
    r"|fri|sat|sun)"
)
_MONTH = (
    r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|ene|abr|ago|dic)"
)
_COUNT = r"(?:[0-9]{1,2}|un|una|dos|tres|cuatro|cinco|seis|diez|quince|a|two|three|four|five)"
_YEAR = r"(?:,? (?:de |del )?20[0-9]{2})"
_COMING = r"(?: (?:que viene|proximo|que sigue|siguiente|entrante))"
_ONE_DAY = (
    rf"(?:(?:el |este |the |this |next |on |proximo |el proximo ){{0,3}}\b{_DAY}\b\.?{_COMING}?"
    rf"(?:,? (?:el )?(?:dia )?[0-9]{{1,2}}\b(?!\s*(?:hs?|horas?|am|pm|:|\.[0-9]|ppl|people"
    rf"|pers\w*|pax|of us"
    rf"|comensales|guests?|adult\w+|gente))"
    rf"(?: de {_MONTH}{_YEAR}?)?)?)"
)

_TOMORROW = r"(?:manana|mnn+a?|mna|maniana|manan|mannana)"
_DATES = re.compile(
    r"(?<![\w])(?:"
    rf"20[0-9]{{2}}-[0-9]{{1,2}}-[0-9]{{1,2}}"
    rf"|(?:el |dia ){{0,2}}[0-3]?[0-9][/-][01]?[0-9](?:[/-](?:20)?[0-9]{{2}})?(?![0-9/-])"
    rf"|(?:el )?(?:dia )?[0-9]{{1,2}}(?:o|ro)? de {_MONTH}\b{_YEAR}?"
    rf"|(?:on |the ){{0,2}}{_MONTH} (?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?\b{_YEAR}?"
    rf"|(?:on |the ){{0,2}}[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}\b{_YEAR}?"
    r"|(?:on )?the [0-9]{1,2}(?:st|nd|rd|th)\b(?! (?:one|option))"
    rf"|(?:entre el |entre |de |between )?{_ONE_DAY}(?:,? (?:o|u|or|y|and|a|al|to) {_ONE_DAY})+"
    rf"|{_ONE_DAY}"
    r"|(?:el )?dia [0-9]{1,2}\b"
    r"|(?:despues|antes|a partir|luego|dps) del (?:dia )?[0-9]{1,2}\b(?! (?:hs|horas|personas|%))"
    r"|(?:after|before|from|by) the [0-9]{1,2}(?:st|nd|rd|th)\b"
    rf"|(?:by|before|antes del?|despues del?) (?:el |the |next |this )?{_DAY}\b"
    rf"|(?:by|before) (?:tomorrow|tonight|the weekend|the end of (?:the|this) week)"
    r"|el (?:[12][0-9]|3[01])(?=$|[,.;!?)]| (?:en|a|al|por|para|x|tipo|sobre|que|temprano|si|o"
    r"|y)\b)"
    r"(?! (?:por ciento|y medi[oa]))"
    r"|el [0-9]{1,2}(?=,? #| de (?:este|el proximo) mes)(?: de (?:este|el proximo) mes)?"
    rf"|pasado {_TOMORROW}|(?:the )?day after tomorrow"
    r"|hoy(?: mismo)?|today|tonight|tomorrow|tmrw|tmr|tmw|tmrow|tomorow|tommorow|tomorro|2moro"
    rf"|(?<!\bla )(?<!\blas ){_TOMORROW}(?: mismo)?(?! (?:por|en) dia)"
    r"|(?:sometime |later |early |late |en el transcurso de |durante )?"
    r"(?:la |esta |the |this |next )?(?:proxima |misma )?"
    r"(?:semana|week)\b"
    r"(?: que viene| proxima| que sigue| siguiente| que entra| entrante| after next)?"
    r"(?<!^semana)"
    r"|(?:en )?(?:los|estos) proximos (?:dias|[0-9]{1,2} dias)|estos dias|(?:in )?the next (?:few|"
    r"couple of|[0-9]{1,2}) days|entre semana|los? dias? (?:de semana|habil(?:es)?)|on weekdays"
    r"|(?:el |este |los |the |this |next )?(?:proximo )?"
    r"(?:finde(?: semana)?|fin(?:es)? de semana|weekend)"
    rf"{_COMING}?"
    rf"|(?:en|dentro de|in) {_COUNT} (?:dias?|semanas?|days?|weeks?)\b"
    r"|(?:a|para) (?:fines?|principios?|mediados) de (?:mes|semana)"
    r"|cualquier dia|cuando (?:sea|puedan|haya lugar)|any ?day|whenever"
    r"|(?:lo )?(?:antes|mas pronto|mas rapido) posible|cuanto antes|lo mas pronto|ya mismo|asap"
    r"|as soon as (?:possible|you can|they can)|ahorita|ahora mismo|right now|right away|esta noche"
    r"|esta (?:manana|tarde)|this (?:morning|afternoon|evening)"
    r")(?![\w])"
)

_HOUR_WORD = (
    r"(?:una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|one|two|three|four|five"
    r"|six|seven|eight|nine|ten|eleven|twelve)"
)
_MERIDIEM = r"(?:a\.?\s?m\.?|p\.?\s?m\.?)(?![\w])"
_PART = (
    r"(?:de la (?:manana|tarde|noche|madrugada)|del mediodia|in the (?:morning|afternoon|evening)"
    r"|at night|por la (?:manana|tarde|noche))"
)
_FRACTION = (
    r"(?: y (?:media|cuarto|pico|[0-5][05]|diez|veinte|veinticinco|cinco)"
    r"| menos (?:cuarto|[0-2]?[05]|diez|veinte|cinco)| en punto| o'?clock"
    r"| thirty| fifteen| forty-?five| sharp)"
)
_CLOCK = (
    rf"(?:(?:[01]?[0-9]|2[0-4])(?:[:.h][0-5][0-9])?|{_HOUR_WORD}\b){_FRACTION}?"
    rf"(?:\s?(?:hs?|hrs?|horas|{_MERIDIEM}))?(?: {_PART})?"
)
_CERTAIN = (
    rf"(?:(?:[01]?[0-9]|2[0-4])[:][0-5][0-9]{_FRACTION}?\s?(?:hs?|hrs?|horas|{_MERIDIEM})?"
    rf"|(?:[01]?[0-9]|2[0-4])(?:[:.][0-5][0-9])?\s?(?:hs|hrs|h|horas|{_MERIDIEM})"
    rf"|(?:[01]?[0-9]|2[0-4]|{_HOUR_WORD}){_FRACTION}"
    rf"|(?:[01]?[0-9]|{_HOUR_WORD}) {_PART})(?: {_PART})?"
)
_THE = r"(?:las? |the )?"
_SHADE = (
    r"(?:a eso de|dps de|alrededor de|tipo|como a|cerca de|sobre|a partir de|despues de|antes de"
    r"|desde"
    r"|hasta|pasadas|mas tarde de|no antes de|around|about|after|before|from|until|by|past|since"
    r"|no later than|at around|at about)"
)
_TIMES = re.compile(
    r"(?<![\w])(?:"
    rf"(?:entre|between) {_THE}{_CLOCK} (?:y|e|and) {_THE}{_CLOCK}"
    rf"|(?:de|desde) {_THE}{_CLOCK} (?:a|hasta) {_THE}{_CLOCK}"
    rf"|from {_CLOCK} (?:to|until|till) {_CLOCK}"
    rf"|{_SHADE} (?:las |la (?=una|1\b)){_CLOCK}"
    r"|(?:around |about |at )?[0-9]{1,2}ish"
    rf"|(?:around|after|(?:not |no earlier than )?before|past|by|until|at around|at about"
    rf"|no later than) "
    rf"{_CLOCK}(?! (?:people|days|person))"
    r"|(?:antes|despues) del? (?:el )?(?:mediodia|almuerzo|trabajo|laburo|colegio)"
    r"|tipo (?:[01]?[0-9]|2[0-4])(?:[:.][0-5][0-9])?(?: y media)?\b(?: (?:hs|pm|am))?"
    rf"|a las {_CLOCK}(?: o (?:a )?(?:las )?{_CLOCK})*"
    rf"|a la (?:una|1){_FRACTION}?(?:\s?{_MERIDIEM})?(?: {_PART})?"
    r"|(?:a las )?(?:cuarto|diez|veinte|cinco) para las? "
    rf"(?:[01]?[0-9]|{_HOUR_WORD})"
    rf"|(?:a )?las {_CERTAIN}"
    rf"|at {_CLOCK}(?! (?:people|places))"
    rf"|(?<=make it ){_CLOCK}(?! (?:people|of us))"
    r"|(?:[7-9]|1[0-9]|2[0-3])\.(?:[0-5][05])(?![0-9.,%/-])"
    r"(?! ?(?:[%$€]|pesos|euros|eur|usd|dolares|mxn|ars|lucas|km|kg|m2|metros))"
    r"|(?:y )?(?:media|cuarto) para las? (?:[01]?[0-9]|una|dos|tres|cuatro|cinco|seis|siete|ocho)"
    r"|(?:any ?time |sometime )?(?:after|(?:not )?before) (?:noon|lunch|work|midday|school)"
    r"|any ?time (?:after|before|between) "
    rf"{_CLOCK}(?: and {_CLOCK})?(?! (?:people|days|person))"
    rf"|(?:at )?(?:half past|quarter (?:past|to)|half) (?:[01]?[0-9]|{_HOUR_WORD})"
    rf"|{_CERTAIN}"
    r"|(?:a|por|x|en|de|durante) la (?:primera hora de la |ultima hora de la )?"
    r"(?:manana|tarde|noche|tardecita|siesta)(?: temprano)?"
    r"|(?:al|el|este) mediodia|a(?:l)? medio ?dia|esta (?:manana|tarde|noche)|tonight"
    r"|(?:a )?(?:primera|ultima)s? horas?(?: de la (?:manana|tarde))?"
    r"|(?:in the |this |early |late )+(?:morning|afternoon|evening)|(?:at |around )?noon|at lunch"
    r"|(?:(?<=tomorrow )|(?<=tmrw )|(?<=tmr )|(?<=2moro ))(?:morning|afternoon|evening|night)"
    r"|(?<=day )(?:morning|afternoon|evening|night)"
    r"|(?:(?<= mon )|(?<= tue )|(?<= tues )|(?<= wed )|(?<= weds )|(?<= thu )|(?<= thur )"
    r"|(?<= thurs )|(?<= fri )|(?<= sat )|(?<= sun ))(?:morning|afternoon|evening|night|arvo|am|pm)"
    r"|bien temprano|(?:mas )?temprano|tempranito|cualquier (?:hora|horario)|any ?time"
    r"|a la (?:hora )?(?:que sea)|mas tarde(?=$)|^tarde$"
    r")(?![\w])"
)


@dataclass(frozen=True, slots=True)
class WhenHeard:
    """The words for day and time, and where in the text they are."""

    date: str
    time: str
    spans: tuple[tuple[int, int], ...]


_TODAY = {"tonight": "today", "esta noche": "hoy", "esta tarde": "hoy", "esta manana": "hoy"}
_PARTS_OF_TODAY = re.compile(
    r"esta (?:noche|tarde|manana)|tonight|this (?:morning|afternoon|evening)"
)


def when_in(text: str, folded: str, taken: tuple[tuple[int, int], ...] = ()) -> WhenHeard:
    """Day and time in `text`; `folded` is fold(text), `taken` what is a phone number in it.

    "esta tarde" and "tonight" tell both: the day is then "hoy" or "today".
    """
    masked = list(folded)
    for start, end in taken:
        masked[start:end] = "#" * (end - start)
    rest = "".join(masked)
    times = _found(_TIMES, rest, limit=2)
    for start, end in times:
        if not _PARTS_OF_TODAY.fullmatch(rest[start:end]):
            rest = rest[:start] + "#" * (end - start) + rest[end:]
    dates = _found(_DATES, rest, limit=2)
    date = " ".join(_said(text, span) for span in dates)
    for start, end in times:
        if _PARTS_OF_TODAY.fullmatch(folded[start:end]):
            only = not [span for span in dates if span != (start, end)]
            spoken = folded[start:end]
            day = _TODAY.get(spoken, "today")
            date = day if only else " ".join(_said(text, s) for s in dates if s != (start, end))
    time = " ".join(_said(text, span) for span in times)
    return WhenHeard(date, time, tuple(sorted({*times, *dates})))


def _said(text: str, span: tuple[int, int]) -> str:
    said = text[span[0] : span[1]].strip(" ,.")
    return re.sub(r"^(?:on|sometime|el día|el dia) ", "", said, flags=re.IGNORECASE)


def _found(pattern: re.Pattern[str], text: str, limit: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for match in pattern.finditer(text):
        if match.group().strip():
            span = _trimmed(text, match.span())
            found += [] if _denied(text, span) else [span]
        if len(found) == limit:
            break
    return found


_DENIED_BEFORE = re.compile(r"(?:(?:pero|y|but) no|\bnot) (?:(?:el|on|a|at) )*$")
_DENIED_AFTER = re.compile(
    r" (?:yo )?(?:no (?:puedo|podemos|me (?:va|sirve|queda|viene)|llego)"
    r"|(?:i|we) (?:can't|cannot|cant)|(?:doesn't|won't|does not) work)(?!\w)"
)


def _denied(text: str, span: tuple[int, int]) -> bool:
    """ "pero no hoy", "el jueves no puedo": this one is exactly not wanted."""
    before = text[max(0, span[0] - 16) : span[0]]
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.match(text, span[1]))


def _trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    while start < end and text[start] in " ,":
        start += 1
    while end > start and text[end - 1] in " ,":
        end -= 1
    return start, end


def without(folded: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The text with these stretches blanked; positions stay the same."""
    chars = list(folded)
    for start, end in spans:
        chars[start:end] = " " * (end - start)
    return "".join(chars)
