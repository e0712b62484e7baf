"""Where the customer wants it: the words for a place in a message.

A place only helps the search, so what is left over behind a kind of business counts as one when it
is no day, time, name, wish or courtesy.
"""

from __future__ import annotations

import re

from messaging.rules_place_names import KNOWN_PLACE
from messaging.text import fold

STOP = (
    r"(?=$|[,.;:!?()\n#]|\s(?:para|por|con|que|a|al|y|e|pero|si|manana|hoy|el|este|esta|los|tipo"
    r"|entre|despues|antes|lo|cuanto|gracias|porfa|porfavor|favor|please|thanks|for|at|on|with|and"
    r"|but|tomorrow|today|tonight|this|next|that|which|who|if|as|urgente|ya|now|llama\w*|reserva\w*"
    r"|pedi\w*|mi|en|cerca|near|in|no|solo|sin|abierto\w*|open|desde|hasta|le|de la|donde|asap"
    r"|x|xfa|pa|pal|porfis|porfi|pls|plz|q|k|ahorita|cuando|hay|necesito|quiero|thx)\b"
    r"|\s{2,})"
)
_PLACE_STOP = (
    r"(?=$|[,.;:!?()\n#]|\s(?:instead|rather|somos|not|around|round|ta|cheers|so|because|cos|i|i'm"
    r"|we|me|busc\w+|puede\w*|algo|muy|dps|sobre|urgent|sacame|tengo|somebody|someone|haz|hace"
    r"|han|ha|es|esta[ns]?|estoy|is|are|asi|tmb|tambien|or|o|ni|yo|mas|menos)\b|" + STOP[3:]
)
_NEAR = (
    r"(?:cerca (?:de|del)|cerquita de|alrededor de|por la zona (?:de|del)|en la zona (?:de|del)"
    r"|zona|en el barrio(?: de)?|en los alrededores de|en el area de|near(?: to)?|close to|around"
    r"|a la altura de|a la vuelta de"
    r"|next to|nearby)"
)
_HERE = re.compile(
    r"(?<!\w)(?:cerca (?:mio|mia|de mi(?: casa| trabajo| oficina)?|de aqui|de aca|de casa|de donde"
    r" estoy)|por (?:aca|aqui|mi barrio|mi zona|la zona|el barrio)(?: cerca)?|aca cerca|aqui cerca"
    r"|cerquita|(?<!mas )cercan[oa]s?|(?<!mas )cerca(?=$|[?.,])|near (?:me|here|my (?:place|house"
    r"|home|office|work))"
    r"|nearby|around here|close by|in my area|downtown(?! [a-z]{3,})|en (?:el )?centro(?! de)"
    r"|en mi (?:barrio|zona|colonia))(?!\w)"
)
_NOT_A_PLACE = (
    r"(?!(?:todos?|todas?|media|diez|quince|veinte|treinta|estos|los proximos|una?|alguna?|algun"
    r"|cualquier|dos|tres|unos|unas|[0-9]|punto|cuanto|lo |efectivo|ingles"
    r"|espanol|general|serio|particular|realidad|caso|seguida|total|principio|la (?:manana|tarde"
    r"|noche)|el (?:dia|mes)|vez|casa(?! [a-z])|a (?:hurry|few|couple)"
    r"|an?\b(?! coruna)|somewhere|some\b|linea|line\b|online|and|or|but|y|o|vez de|lugar de|tu|mi"
    r"|my"
    r"|your|this|that|any|quien|alguien|https?|for|contacto|llamada|ti|cuenta|tanto|ello|cuotas"
    r"|pareja|familia|persona|ayunas|punta|forma|seguida"
    r"|the (?:morning|afternoon|evening)|english|spanish|cash|advance|general|case|fact|time|least"
    r"|all|once|noon|mi nombre|my name|lista|negativo|que\b|nombre|question)\b)"
)
# After "por" people write a neighbourhood without capitals too; these are none.
_NEIGHBOURHOOD = re.compile(
    r"(?!(?:favor|fa|telefono|whatsapp|mail|correo|eso|esto|fin|ahora|ejemplo|supuesto|hoy|dios"
    r"|ellos|ella|el mismo|medio|dia|semana|hora|mes|persona|cabeza|lo|las?|un|una|ser|si|no|que"
    r"|mi|mis|su|tu|vos|ti|usted|turno|privado|obra|seguro|urgencia|dolor|culpa|menos|mas|algo"
    r"|alguien|nombre|ana|internet|chat|mensaje|aqui|aca|ahi|alli|primera|ultima|la (?:manana"
    r"|tarde|noche|zona))\b)(?:la |el |los |las )?[a-z]{4,}(?: [a-z]{2,}){0,2}"
)
_AREA = re.compile(
    rf"(?<!\w)(?P<how>{_NEAR}|en|in|por|x|round|at|de|del)\s+{_NOT_A_PLACE}"
    rf"(?P<where>\S.{{1,58}}?){_PLACE_STOP}"
)
_I_AM_IN = re.compile(
    r"(?<!\w)(?:(?:estoy|toy|vivo|ando|vivimos|estamos|andamos|me encuentro|resido) (?:en|por|x"
    r"|aca en"
    r"|aqui en)|(?:soy|somos) de(?:l)?|(?:i'm|i am|im|we're|we are|i live|we live|living|based"
    r"|located"
    rf"|stuck|here) (?:over |up |down )?in)\s+{_NOT_A_PLACE}(?P<where>\S.{{1,58}}?){_PLACE_STOP}"
)
_QUARTER = re.compile(
    r"(?:la |el |los |las )?(?:col(?:onia)?\.?|barrio|zona|calle|avenida|av\.?|plaza|estacion|metro"
    r"|fracc(?:ionamiento)?|delegacion|parque|mercado) \w+"
)
_ROAD = re.compile(
    r"(?:la |el |the )?(?:[a-z]{1,3}-? ?[0-9]{1,4}|autopista|autovia|carretera|ruta)\b.*"
)
_SEGMENT = re.compile(r"[^,.;:!?#()\n]+")
_NO_PLACE_WORD = re.compile(
    r"(?:(?:muchas )?gracias|por favor|porfa\w*|please|thanks|cheers|hola|hi|hello|hey|buen[oa]s?"
    r"|buen"
    r"|urgente|urgent|asap|saludos|ok|dale|vale|si|yes|no|ya|hoy|perdon|sorry|disculp\w+|un saludo"
    r"|que|es|soy|somos|para|pero|y|con|sin|me|mi|my|i|it|a|an|the|any|for|with|and|but|or|we"
    r"|dr|dra|doctor\w*|senor\w*|mr|mrs|ms|cualquier\w*|lo|the)\b"
)
_SMALL_PLACE = re.compile(
    r"(?:\s(?:appt|appointment|booking|turno|cita|urgente|bueno|buena|barato|barata))*\s+(?P<where>"
    r"(?:(?:san|santa|villa|barrio|colonia|col|puerto|ciudad|el|la|los|las|new|north|south|east"
    r"|west)"
    r" )?[a-z]{4,})(?=\s*(?:$|#))"
)
_LOOKS_LIKE_NO_PLACE = re.compile(
    r"(?:.*(?:ad[oa]s?|id[oa]s?|istas?|ic[oa]s?|ientes?|antes?|ables?|iv[oa]s?|os[oa]s?|mente|ing"
    r"|able"
    r"|les|ly|aci?on|cion)|urgen\w+|buen\w*|mejor\w*|barat\w*|car[oa]s?|abiert\w*|cerc\w*|gracias"
    r"|porf\w*|please|favor|canin[oa]|infantil|familiar|cheap\w*|good|best|near\w*|open|today"
    r"|available|appointment|appt|booking|reserv\w*|turnos?|citas?|visit|checkup|needed|para|hombre"
    r"|mujer|ninos?|dama|perro|gato|casa|auto|coche|carro|moto|zona|alguien|algun\w*|este|esta"
    r"|that|online|virtual|presencial|privad[oa]|publico|domicilio"
    r"|rapido|ahora|quick|soon|walk|kids|women|with|from|whenever|sometime|somewhere|something"
    r"|cuando|semana|verde|nuev[oa]|ingles|corte|color|pelo|cabello|barba|dental|laser|completo"
    r"|completa|ayer|anteayer|anoche|yesterday|mixto|entero|gratis|normal|premium|male|female|lady"
    r"|please|table|places?|lugar\w*)"
)


def location_in(
    text: str,
    rest: str,
    kinds: list[tuple[int, int]],
    wished: tuple[tuple[int, int], ...],
) -> str:
    """The place in the customer's words, or "".

    `rest` is the folded text with "#" for numbers, days and times; `kinds` are the businesses in
    it, `wished` these and the treatments.
    """
    here = _HERE.search(rest)
    if here is not None:
        return text[slice(*here.span())]
    told = _I_AM_IN.search(rest)
    if told is not None and len(where := text[slice(*told.span("where"))].strip(" ,.#")) > 2:
        return where
    return _named_place(text, rest, kinds) or _bare_place(text, rest, wished)


def _named_place(text: str, rest: str, kinds: list[tuple[int, int]]) -> str:
    """Behind "en", "near", "por" and the like."""
    open_text = rest
    for number, (start, end) in enumerate(kinds):
        # "en la doctores" is a quarter of Mexico, not another business.
        if number == 0 or not re.search(r"\b(?:en|por|x) (?:la|los) $", rest[:start]):
            open_text = open_text[:start] + "#" * (end - start) + open_text[end:]
    for match in _AREA.finditer(open_text):
        how, (start, end) = match["how"], match.span("where")
        where = text[start:end].strip(" ,.#")
        if "#" in open_text[start:end] or len(where) < 3 or _ROAD.fullmatch(fold(where)):
            continue
        beside = any(kind[1] == match.start() - 1 for kind in kinds)
        asked_for = re.search(r"pregunt\w+ $", rest[: match.start()]) is not None
        if _is_a_place(how, where, beside=beside, asked_for=asked_for):
            return where
    return ""


def _is_a_place(how: str, where: str, *, beside: bool, asked_for: bool) -> bool:
    """Whether `where` is a place behind a word (`how`) that may lead in something else."""
    small = fold(where)
    known = KNOWN_PLACE.fullmatch(small) is not None
    proper = _proper(where, how)
    if how in ("de", "del"):
        return (proper and beside) or (known and where[:1].isupper())
    if how in ("at", "round"):
        return proper or known
    if how in ("por", "x"):
        if asked_for or re.match(r"(?:favor|telefono|whatsapp)", small):
            return False
        quarter = _QUARTER.match(small) or _NEIGHBOURHOOD.fullmatch(small)
        return proper or known or quarter is not None
    return True


def _proper(where: str, how: str) -> bool:
    bare = re.sub(r"^(?:la|el|los|las|the) ", "", where)
    return bare[:1].isupper() and not (how == "at" and bare[:1].isdigit())


def _bare_place(text: str, rest: str, wished: tuple[tuple[int, int], ...]) -> str:
    """Without any word that leads it in: "dentista gracia jueves", "…, Upper West Side"."""
    if not wished:
        return ""
    open_text = rest
    for start, end in wished:
        open_text = open_text[:start] + "#" * (end - start) + open_text[end:]
    for match in _SEGMENT.finditer(open_text):
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        segment = match.group().strip()
        alone = start > 0 and open_text[:start].rstrip()[-1:] in (",", ".", ";", "\n")
        if alone and _a_place_alone(text[start : start + len(segment)]):
            return text[start : start + len(segment)]
        for known in re.finditer(r"(?<![\w'])(?<!de )(?<!lo )(?<!dr )(?<!dra )\w", match.group()):
            found = KNOWN_PLACE.match(open_text, match.start() + known.start())
            if found is not None and found.end() <= match.end():
                return text[slice(*found.span())]
    short = len(rest.split()) <= _TELEGRAM
    for _, end in wished if short else ():
        small = _SMALL_PLACE.match(open_text, end)
        if small and not _LOOKS_LIKE_NO_PLACE.fullmatch(small["where"]):
            return text[slice(*small.span("where"))]
    return ""


_TELEGRAM = 8
"""Words; who writes so few leaves out the "in"."""


def _a_place_alone(segment: str) -> bool:
    """Whether these words between commas are a place: one we know, or up to four capitals."""
    small = fold(segment)
    if KNOWN_PLACE.fullmatch(small):
        return True
    words = segment.split()
    return (
        1 <= len(words) <= 4
        and not _NO_PLACE_WORD.match(small)
        and words[0][:1].isupper()
        and words[-1][:1].isupper()
        and not segment.isupper()
    )
