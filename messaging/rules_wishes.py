"""What is wanted and where: the service, the place and the particular wish in a message."""

from __future__ import annotations

import re
from dataclasses import dataclass

from messaging.rules_kinds import KIND, TABLE, TREATMENT
from messaging.rules_place_names import KNOWN_PLACE
from messaging.rules_places import STOP, location_in
from messaging.rules_somebody import work_in
from messaging.text import fold

# A name after a kind of business, as people write it: "Peluquería Ana", "Dr. Gómez".
_SHOUTED = r"(?!(?:YA|HOY|URGENTE|ASAP|NOW|AHORA|POR|PLEASE|EN|PARA|CON|TODAY)\b)"
_NAME_PART = rf"(?:{_SHOUTED}[A-ZÁÉÍÓÚÑ0-9][\w'’&-]*\.?)"
_NAME = re.compile(
    rf"^(?: (?:de |del |el |la |los |las |lo de |y |& )?{_NAME_PART})"
    rf"(?: (?:(?:y|&|of|the|and) )*{_NAME_PART}){{0,4}}"
)
_CUISINE = (
    r"(?:italian|japones|japanese|chin|chinese|mexican|peruan|peruvian|thai|tailandes|indi|indian"
    r"|arabe|vegan|vegetarian|frances|french|espanol|spanish|aleman|griego|greek|corean|korean)"
    r"(?:a|o)?s?"
)
_CUISINE_AFTER = re.compile(rf" {_CUISINE}\b")
_CUISINE_BEFORE = re.compile(rf"\b{_CUISINE} $")
_CALLED_BY_NAME = re.compile(
    r"\b(?:llam\w+|marca\w*|hablale|call|ring|phone) (?:a |al )?(?:la |el )?$"
)
_SMALL_NAME = re.compile(
    r" (?!(?:urgente|cerca|buen[oa]?|lo|near|for|in|who|y|e|para|por|en|de|con|and|to|que|a)\b)"
    r"[a-z]{3,}"
)
_DOCTOR = re.compile(r"(?:dra?\.?|doctora?)")
_ENGLISH_NAME = re.compile(rf"((?:{_NAME_PART}(?:'s|’s)? (?:& |and )?){{1,3}})$")

_REQUEST = re.compile(
    r"(?<!\w)(?:"
    r"(?:y |and )?(?:pregunt(?:a|ale|ales|ar|ame|arles|arle|es?|en)|consulta(?:le|les|r)?"
    r"|averigua(?:r|me)?"
    r"|ask(?: them)?|find out|check|deciles|diles|dile|decile|avisa(?:les|le)?|tell them|fijate)"
    r"(?: por favor)? (?:que|si|por|cuanto|cuando|como|de|if|whether|how|when|about|for|that|what"
    r"|a|el|la|los|las|precios?|the|quien|donde|where|who|why|their)\b[^.;\n]{2,160}"
    r"|(?:cancel\w*|anul\w*|cambiar|mover|reprogramar|reagendar|confirmar|move|reschedule|change|confirm)"
    r" (?:mi|el|la|una?|my|the|an?) (?:turno|cita|reserva|hora|appointment|booking|reservation)"
    r"|(?:que )?(?:no )?(?:sea |me atienda |me corte |preferible(?:mente)? |preferentemente )"
    r"(?:con |sea con )?[^,.;\n#]{2,80}"
    r"|con (?!urgencia|el numero|tiempo|gusto|otr[oa]|ell[oa]|tod[oa]s|(?:la"
    r"|el) [0-9])[^,.;\n#]{2,60}?"
    r"(?=,? si (?:puede ser|se puede|esta)|$|[,.;\n]|  | para | a las?\b| en )"
    r"(?:,? si (?:puede ser|se puede|esta)[^,.;\n]{0,20})?"
    r"|with (?:a |an |the )?(?!me\b)[^,.;\n#]{2,60}?(?=,? if | for | at | on |$|[,.;\n]|  )"
    r"(?:,? if (?:possible|available|she's|he's|they)[^,.;\n]{0,20})?"
    r"|que (?:acepten?|acepte|tenga|tengan|atienda|atiendan|hable|hablen|este|sea|haga|hagan|tomen"
    r"|abra|trabajen?|permitan?)\b[^,.;\n#]{2,80}"
    r"|(?:who|that|which) (?:speaks?|accepts?|takes?|has|have|does|do|is|are)\b[^,.;\n#]{2,80}"
    r"|(?:para|for) (?:[0-9]{1,3}|dos|tres|cuatro|cinco|seis|siete|ocho|two|three|four|five|six"
    r"|seven|eight)(?: (?:personas?|people|comensales|adultos|ninos|guests?|adults))"
    r"|(?:para|for) (?:mi|my) (?!casa|numero|house|number)\w+(?: \w+)?(?= |$|[,.;])"
    r"|a nombre de [^,.;\n#]{2,40}|under (?:the name )?(?:of )?[a-z][^,.;\n#]{1,40}"
    r"|(?:somos|vamos|seriamos|seremos|seran) (?:[0-9]{1,3}|dos|tres|cuatro|cinco|seis|siete|ocho)"
    r"|(?:there (?:are|will be)|there's) (?:[0-9]{1,3}|two|three|four|five|six) of us"
    r"|we(?:'re| are| will be)? (?:[0-9]{1,3}|two|three|four|five|six)(?: people)?"
    r"|soy (?:alergic[oa]|diabetic[oa]|celiac[oa]|vegetarian[oa]|vegan[oa])[^,.;\n]{0,60}"
    r"|i(?:'m| am) (?:allergic|diabetic|vegan|vegetarian|celiac)[^,.;\n]{0,60}"
    r"|(?:es )?(?:muy )?urgente|(?:it's )?urgent(?:ly)?|a domicilio|24 ?(?:hs|horas|hours)"
    r"|sin tacc|gluten[- ]free|outdoor seating|afuera|en la terraza|window seat"
    r")"
)

_STRUCTURE = re.compile(
    r"(?<!\w)(?:(?:necesit\w+|preciso|busco|buscame|buscando|buscar|quiero|quisiera|conseguime"
    r"|consigueme|encontrame|encuentrame|recomend\w+|hay|conoces|dame|pasame|listame|mostrame"
    r"|muestrame|queria|need|want|find(?: me)?|get me|look(?:ing)? for|search for|list|show me"
    r"|recommend|know of|book(?: me)?|reserve|call)(?: \w+ (?=con |with ))?"
    r"|(?:turno|cita|hora|sesion|appointment|reservation|session|reserva) (?:con|para|en|de|with"
    r"|for|at))\s+(?:(?:un[oa]?s?|el|la|los|las|al|algun[oa]?s?|mi|buen[oa]?s?|an?|the|some|any|my"
    r"|good|hacer(?:me)?|me|una lista de|lista de)\s+)*(?P<what>[a-z][a-z' -]{2,50}?)"
    rf"{STOP[:-1]}|\s(?:de|del|of)\b)"
)
_HOLLOW = re.compile(
    r"(?:un[oa]?|(?:q|k|que)\b.*|algo|smth|sth|alguien|alguno|turnos?|citas?|hora|horas"
    r"|reservas?|reservacion"
    r"|mesa|ayuda"
    r"|help|llamar\w*|llames?|que\b.*|saber.*|ver.*|hablar.*|hacer.*|sacar.*|pedir.*|reservar\w*"
    r"|agendar.*|appointments?|reservations?|bookings?|sessions?|table|something|someone|to\b.*"
    r"|you\b.*|it|them|me|the|a|an|an appointment|numeros?|telefonos?|lugar(?:es)?|opcion(?:es)?"
    r"|(?:someone|somebody|anyone|quien|gente)\b.*|(?:some|any|una? )?info\w*"
    r"|places?|options?|business(?:es)?|negocios?|una? (?:turno|cita)|for|cancel\w*|list\w*"
    r"|\w+[aei]r(?:me|te|lo|la|le|nos|se|los|las)\b.*|(?:cotizar|arreglar|cambiar|ir|comer|cenar"
    r"|almorzar|dar|tener|usar|probar|salir|conocer|comprar|preguntar|confirmar|estar)\b.*"
    r"|(?:en|in|por|cerca|near|de|con|algo)\b.*|problemas?|dudas?|drama|lio|apuro|prisa|rush"
    r"|problem"
    r"|manera|forma|razon|tiempo|time|plata|dinero|precio|precios|baja|cosas?|things?|vos|usted|tu"
    r"|informacion|info|gracias|favor|nada|ni|one|some|any|saber|cambiar.*|mover.*|otr[oa]s?)"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was found; "" for what was not. In the customer's words."""

    service: str
    location: str
    request: str


_HOUSE_OF = re.compile(r"(?<!\w)lo de (?!siempre|ayer|antes|hoy)[a-z]{3,}(?= |$|[,.;?!])")
"""What Argentines call a business by its owner: "lo de Ana"."""


def wish_in(text: str, folded: str, taken: tuple[tuple[int, int], ...]) -> Wish:
    """Reads `text`; `folded` is fold(text), `taken` what is a number, a day or a time in it."""
    if text.isupper():
        text = text.lower() if len(text.lower()) == len(text) else text  # names cannot be told
    masked = list(folded)
    for start, end in taken:
        masked[start:end] = "#" * (end - start)
    rest = "".join(masked)
    kinds = [_named(text, rest, match) for match in KIND.finditer(rest)][:2]
    kind = kinds[0] if kinds else None
    treatment = TREATMENT.search(_blank(rest, kind))
    table = TABLE.search(rest)
    request = _request(text, rest)
    spoken = text[treatment.start() : treatment.end()] if treatment else ""
    asks = [spoken] if kind and spoken and spoken not in request else []
    if table is not None:
        seats = re.sub(r"^(?:una? )", "", text[slice(*table.span())])
        request = re.sub(r"^(?:para|for) .*", "", request) if "personas" in request else request
        asks.append(seats)
    if kind is not None:
        service = text[slice(*kind)]
    elif work := work_in(text, rest):
        service, treatment = work, None
    elif spoken:
        service = spoken
    elif table is not None:
        english = re.search(r"table|dinner|lunch|brunch", table.group())
        service = "restaurant" if english else "restaurante"
    else:
        service = _structural(text, rest)
    wanted = ", ".join(part for part in (*asks, request) if part)
    wished = (*kinds, *(m.span() for m in (treatment, table) if m is not None))
    location = location_in(text, rest, kinds, wished)
    named = re.fullmatch(
        r"((?:La|El|Los|Las|Lo) .{2,40}?) (?:de|en) ([A-ZÁÉÍÓÚÑ].{2,40})", location
    )
    if not service and named is not None:
        service, location = named[1], named[2]
    if not service and (house := _HOUSE_OF.search(rest)):
        service = text[slice(*house.span())]
    if not kinds and service and location.endswith(service):
        service, location = location, ""  # "en La Brasa Mansa" is where and what at once
    return Wish(service.strip(" .,"), location, wanted)


def _named(text: str, rest: str, match: re.Match[str]) -> tuple[int, int]:
    """The kind of business with the name that belongs to it."""
    start, end = match.span()
    if after := _CUISINE_AFTER.match(rest, end):
        return start, after.end()
    if before := _CUISINE_BEFORE.search(rest, max(0, start - 14), start):
        return before.start(), end
    person = _DOCTOR.fullmatch(rest[start:end]) or _CALLED_BY_NAME.search(rest, 0, start)
    if person and (small := _SMALL_NAME.match(rest, end)):
        end = small.end()
        return start, end
    following = text[end : end + 60]
    name = _NAME.match(following)
    if name is not None and not _ends_sentence(text[start:end], following):
        joined = name.group()
        if text[start].islower() and KNOWN_PLACE.fullmatch(fold(joined.strip(" ,."))):
            return start, end  # "dentista Polanco": a kind and a place
        # "peluquería en/de Palermo" is a kind and a place; "Peluquería de Ana" is a name.
        if not joined.startswith((" de ", " del ", " el ", " la ")) or text[start].isupper():
            return start, end + len(joined.rstrip(" ,."))
    leading = _ENGLISH_NAME.search(text[max(0, start - 40) : start])
    if leading is not None and start > 0 and not _opens(text, start - len(leading.group())):
        return start - len(leading[1]), end
    return start, end


def _ends_sentence(kind: str, following: str) -> bool:
    return following.startswith((". ", "! ")) and len(kind) > 3


def _opens(text: str, at: int) -> bool:
    """Whether this capital only starts the message or a sentence, as in "Find barbers"."""
    before = text[:at].rstrip()
    return not before or before[-1] in ".!?¿¡\n"


def _blank(rest: str, span: tuple[int, int] | None) -> str:
    if span is None:
        return rest
    return rest[: span[0]] + "#" * (span[1] - span[0]) + rest[span[1] :]


def _request(text: str, rest: str) -> str:
    parts: list[str] = []
    for match in _REQUEST.finditer(rest):
        part = text[slice(*match.span())].strip(" ,.?!")
        part = re.sub(r"^(?:y|and|que) (?=preg|ask|sea|av|di|de|con|tell|find)", "", part)
        # "con el dentista" only says who is called.
        whom = re.sub(
            r"^(?:con|with) (?:(?:el|la|los|las|mi|un|una|algun|alguna|the|a|an"
            r"|my) )?",
            "",
            fold(part),
        )
        if part and len(parts) < 3 and not KIND.match(whom + " x"):
            parts.append(part)
    return ", ".join(parts)


def _structural(text: str, rest: str) -> str:
    # What is to be asked in the call is no wish, and "no hay problema" even less.
    rest = _REQUEST.sub(lambda asked: "#" * len(asked.group()), rest)
    for match in _STRUCTURE.finditer(rest):
        if re.search(r"\b(?:no|not|don't|dont)\b[^,.;]{0,12}$", rest[: match.start()]):
            continue
        what = match["what"].strip()
        if not _HOLLOW.fullmatch(what):
            return text[slice(*match.span("what"))].strip()
    return ""
