"""What is wanted and where: the service, the place and the particular wish in a message."""

from __future__ import annotations

import re
from dataclasses import dataclass

from messaging.text import fold

_KINDS = r"""
dra?\.?(?= \w)|peluquer[ií]as?|peluqueros?|peluqueras?|barber[ií]as?|barberos?|est[eé]ticas?
|sal[oó]n(?:es)? de belleza|sal[oó]n(?:es)? de u[ñn]as|centros? de est[eé]tica|manicuras?|spas?
|dentistas?|odont[oó]log[oa]s?|cl[ií]nicas? dentales?|cl[ií]nicas?|consultorios?
|m[eé]dic[oa]s?(?: cl[ií]nic[oa]s?)?|doctor(?:a|es)?|pediatras?|dermat[oó]log[oa]s?
|ginec[oó]log[oa]s?|oculistas?|oftalm[oó]log[oa]s?|cardi[oó]log[oa]s?|traumat[oó]log[oa]s?
|kinesi[oó]log[oa]s?|fisioterapeutas?|fisios?|psic[oó]log[oa]s?|psiquiatras?|nutricionistas?
|pod[oó]log[oa]s?|[oó]ptic(?:a|as)|veterinari[oa]s?|farmacias?|laboratorios?|hospital(?:es)?
|plomer[oa]s?|fontaner[oa]s?|gasistas?|electricistas?|cerrajer(?:o|os|[ií]as?)
|carpinter(?:o|os|[ií]as?)|alba[ñn]il(?:es)?|pintor(?:es)?|jardiner[oa]s?|fumigador(?:es)?
|mudanzas?|fletes?
|t[eé]cnic[oa]s?(?: de (?:aire acondicionado|lavarropas|heladeras?|computadoras?))?
|mec[aá]nic[oa]s?|taller(?:es)?(?: mec[aá]nicos?)?|gomer[ií]as?|lavaderos?|gr[uú]as?|llanteras?
|vulcanizadoras?|restaurantes?|restoranes?|restor[aá]n|parrillas?|pizzer[ií]as?|cafeter[ií]as?
|caf[eé]s?|bar(?:es)?|panader[ií]as?|pasteler[ií]as?|taquer[ií]as?|cerve(?:cer[ií]as?)
|hotel(?:es)?|hostales?|hostels?|gimnasios?|gym|canchas?(?: de (?:f[uú]tbol|p[aá]del|tenis))?
|abogad[oa]s?|contador(?:a|es)?|escriban[oa]s?|notar[ií](?:o|a)s?|gestor(?:es|[ií]as?)?
|tintorer[ií]as?|sastres?|modistas?|lavander[ií]as?|florer[ií]as?|florister[ií]as?|florister[ií]a
|librer[ií]as?|ferreter[ií]as?|tatuador(?:a|es)?|fot[oó]graf[oa]s?|ni[ñn]eras?
|profesor(?:a|es)? de \w+|inmobiliarias?|taxis?|remis(?:er[ií]as?)?|itv|verificentros?
|hair ?dressers?|hair salons?|hair stylists?|barber ?shops?|barbers?|beauty salons?|nail salons?
|salons?|dentists?|doctors?|physicians?|pediatricians?|dermatologists?|gyn(?:a?ecologists?)
|opticians?|eye doctors?|physio(?:therapist)?s?|physical therapists?|psychologists?|therapists?
|vets?|veterinarians?|pharmac(?:y|ies)|chemists?|plumbers?|electricians?|locksmiths?|carpenters?
|painters?|gardeners?|handym[ae]n|mechanics?|garages?|car wash(?:es)?|tow trucks?|restaurants?
|pizzerias?|pizza places?|cafes?|coffee shops?|pubs?|bakeries|bakery|hotels?|gyms?|lawyers?
|accountants?|notary|notaries|dry cleaners?|tailors?|laundr(?:y|ies)|florists?|flower shops?
|book ?shops?|tattoo (?:artists?|shops?|parlou?rs?)|photographers?|movers?|steakhouses?
|vet clinics?|dental clinics?|clinics?|hospitals?
"""
_TREATMENTS = r"""
corte(?:s)?(?: de (?:pelo|cabello|barba))?(?: y (?:barba|color|lavado|peinado))?
|cortarme el (?:pelo|cabello)|cortar(?:me)?(?: el)? pelo|color y corte|te[ñn]irme(?: el pelo)?
|tintura|mechas|reflejos|brushing|peinado|barba|afeitad[oa]|u[ñn]as(?: esculpidas)?|manicur[ae]
|manicure|pedicur[ae]|pedicure|depilaci[oó]n(?: l[aá]ser)?|masajes?|facial
|limpieza (?:dental|facial|de cutis)|limpieza|tratamiento de conducto|ortodoncia|brackets
|chequeo(?: m[eé]dico)?|consulta(?: m[eé]dica)?|revisi[oó]n(?: del? (?:coche|auto))?|control
|an[aá]lisis(?: de sangre)?|ecograf[ií]a|radiograf[ií]a|vacuna(?:ci[oó]n)?
|ba[ñn]o para (?:mi|el) perro|cambio de aceite|alineaci[oó]n(?: y balanceo)?|service
|cambio de (?:llantas|ruedas|cubiertas)|arregl(?:o|ar) (?:una?|el|la) \w+
|habitaci[oó]n(?: doble| individual)?|clases? de \w+|hair ?cuts?|trim|shave|beard trim|manicures?
|pedicures?|massages?|facials?|waxing|check-?ups?|(?:teeth |dental )?cleaning|root canal
|eye (?:test|exam)|blood tests?|oil change|hair colou?r(?:ing)?|highlights|blow ?dry|dog grooming
|grooming|room|tune-?up
"""


def _plain(pattern: str) -> str:
    """The patterns are matched against folded text: no accents, no line breaks."""
    flat = pattern.replace("\n", "")
    for accented, bare in zip("áéíóúñ", "aeioun", strict=True):
        flat = flat.replace(accented, bare)
    return flat


_KIND = re.compile(rf"(?<!\w)(?:{_plain(_KINDS)})(?!\w)")
_TREATMENT = re.compile(rf"(?<!\w)(?:{_plain(_TREATMENTS)})(?!\w)")
_TABLE = re.compile(
    r"(?<!\w)(?:una? )?(?:mesa|table)(?: (?:para|de|for|of) "
    r"(?:[0-9]{1,3}|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|two|three|four|five"
    r"|six|seven|eight|nine|ten|the \w+)(?: (?:personas?|people|comensales|guests?))?)?(?!\w)"
)

# A name after a kind of business, as people write it: "Peluquería Ana", "Dr. Gómez".
_NAME_PART = r"(?:[A-ZÁÉÍÓÚÑ0-9][\w'’&-]*\.?)"
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
_SMALL_NAME = re.compile(r" (?!y\b|e\b|para\b|por\b|en\b|de\b|con\b|and\b|to\b|que\b|a\b)[a-z]{3,}")
_ENGLISH_NAME = re.compile(rf"((?:{_NAME_PART}(?:'s|’s)? (?:& |and )?){{1,3}})$")

_STOP = (
    r"(?=$|[,.;:!?()\n#]|\s(?:para|por|con|que|a|al|y|e|pero|si|manana|hoy|el|este|esta|los|tipo"
    r"|entre|despues|antes|lo|cuanto|gracias|porfa|porfavor|favor|please|thanks|for|at|on|with|and"
    r"|but|tomorrow|today|tonight|this|next|that|which|who|if|as|urgente|ya|now|llama\w*|reserva\w*"
    r"|pedi\w*|mi|en|cerca|near|in|no|solo|sin|abierto\w*|open|desde|hasta|le|de la|donde|asap)\b"
    r"|\s{2,})"
)
_NEAR = (
    r"(?:cerca (?:de|del)|cerquita de|alrededor de|por la zona (?:de|del)|en la zona (?:de|del)"
    r"|zona|en el barrio(?: de)?|en los alrededores de|en el area de|near(?: to)?|close to|around"
    r"|next to|nearby)"
)
_HERE = re.compile(
    r"(?<!\w)(?:cerca (?:mio|mia|de mi(?: casa| trabajo| oficina)?|de aqui|de aca|de casa|de donde"
    r" estoy)|por (?:aca|aqui|mi barrio|mi zona|la zona|el barrio)(?: cerca)?|aca cerca|aqui cerca"
    r"|cerquita|cercan[oa]s?|cerca(?=$|[?.,])|near (?:me|here|my (?:place|house|home|office|work))"
    r"|nearby|around here|close by|in my area|downtown|en (?:el )?centro"
    r"|en mi (?:barrio|zona|colonia))(?!\w)"
)
_NOT_A_PLACE = (
    r"(?!(?:una?|alguna?|algun|cualquier|dos|tres|unos|unas|[0-9]|punto|cuanto|lo |efectivo|ingles"
    r"|espanol|general|serio|particular|realidad|caso|seguida|total|principio|la (?:manana|tarde"
    r"|noche)|el (?:dia|mes)|vez|casa(?! [a-z])|a (?:hurry|few|couple)|an?\b"
    r"|the (?:morning|afternoon|evening)|english|spanish|cash|advance|general|case|fact|time|least"
    r"|all|once|noon|mi nombre|my name|lista|negativo|que\b|nombre|question)\b)"
)
_AREA = re.compile(
    rf"(?<!\w)(?P<how>{_NEAR}|en|in|por|at|de|del)\s+{_NOT_A_PLACE}(?P<where>\S.{{1,58}}?){_STOP}"
)

_REQUEST = re.compile(
    r"(?<!\w)(?:"
    r"(?:y |and )?(?:pregunta(?:le|les|r|me|rles|rle)?|consulta(?:le|les|r)?|averigua(?:r|me)?"
    r"|ask(?: them)?|find out|check|deciles|diles|dile|decile|avisa(?:les|le)?|tell them|fijate)"
    r"(?: por favor)? (?:que|si|por|cuanto|cuando|como|de|if|whether|how|when|about|for|that|what"
    r"|a)\b[^.;\n]{2,160}"
    r"|(?:cancel\w*|cambiar|mover|reprogramar|reagendar|confirmar|move|reschedule|change|confirm)"
    r" (?:mi|el|la|una?|my|the|an?) (?:turno|cita|reserva|hora|appointment|booking|reservation)"
    r"|(?:que )?(?:sea |me atienda |me corte |preferible(?:mente)? |preferentemente )"
    r"(?:con |sea con )?[^,.;\n#]{2,80}"
    r"|con (?!urgencia|el numero|tiempo|gusto)[^,.;\n#]{2,60}?"
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
    rf"{_STOP[:-1]}|\s(?:de|del|of)\b)"
)
_HOLLOW = re.compile(
    r"(?:un[oa]?|algo|smth|sth|alguien|alguno|turnos?|citas?|hora|horas|reservas?|reservacion|mesa|ayuda"
    r"|help|llamar\w*|llames?|que\b.*|saber.*|ver.*|hablar.*|hacer.*|sacar.*|pedir.*|reservar\w*"
    r"|agendar.*|appointments?|reservations?|bookings?|sessions?|table|something|someone|to\b.*"
    r"|you\b.*|it|them|me|the|a|an|an appointment|numeros?|telefonos?|lugar(?:es)?|opcion(?:es)?"
    r"|places?|options?|business(?:es)?|negocios?|una? (?:turno|cita)|for|cancel\w*|list\w*"
    r"|informacion|info|gracias|favor|nada|ni|one|some|any|saber|cambiar.*|mover.*|otr[oa]s?)"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was found; "" for what was not. In the customer's words."""

    service: str
    location: str
    request: str


def wish_in(text: str, folded: str, taken: tuple[tuple[int, int], ...]) -> Wish:
    """Reads `text`; `folded` is fold(text), `taken` what is a number, a day or a time in it."""
    masked = list(folded)
    for start, end in taken:
        masked[start:end] = "#" * (end - start)
    rest = "".join(masked)
    kinds = [_named(text, rest, match) for match in _KIND.finditer(rest)][:2]
    kind = kinds[0] if kinds else None
    treatment = _TREATMENT.search(_blank(rest, kind))
    table = _TABLE.search(rest)
    request = _request(text, rest)
    spoken = text[treatment.start() : treatment.end()] if treatment else ""
    asks = [spoken] if kind and spoken and spoken not in request else []
    if table is not None:
        seats = re.sub(r"^(?:una? )", "", text[slice(*table.span())])
        request = re.sub(r"^(?:para|for) .*", "", request) if "personas" in request else request
        asks.append(seats)
    if kind is not None:
        service = text[slice(*kind)]
    elif spoken:
        service = spoken
    elif table is not None:
        service = "restaurante" if "mesa" in table.group() else "restaurant"
    else:
        service = _structural(text, rest)
    wanted = ", ".join(part for part in (*asks, request) if part)
    location = _location(text, rest, kinds)
    named = re.fullmatch(
        r"((?:La|El|Los|Las|Lo) .{2,40}?) (?:de|en) ([A-ZÁÉÍÓÚÑ].{2,40})", location
    )
    if not service and named is not None:
        service, location = named[1], named[2]
    return Wish(service.strip(" .,"), location, wanted)


def _named(text: str, rest: str, match: re.Match[str]) -> tuple[int, int]:
    """The kind of business with the name that belongs to it."""
    start, end = match.span()
    if after := _CUISINE_AFTER.match(rest, end):
        return start, after.end()
    if before := _CUISINE_BEFORE.search(rest, max(0, start - 14), start):
        return before.start(), end
    if _CALLED_BY_NAME.search(rest, 0, start) and (small := _SMALL_NAME.match(rest, end)):
        end = small.end()
        return start, end
    following = text[end : end + 60]
    name = _NAME.match(following)
    if name is not None and not _ends_sentence(text[start:end], following):
        joined = name.group()
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


def _location(text: str, rest: str, kinds: list[tuple[int, int]]) -> str:
    here = _HERE.search(rest)
    if here is not None:
        return text[slice(*here.span())]
    open_text = rest
    for span in kinds:
        open_text = _blank(open_text, span)
    for match in _AREA.finditer(open_text):
        how, (start, end) = match["how"], match.span("where")
        where = text[start:end].strip(" ,.#")
        if "#" in open_text[start:end] or len(where) < 3:
            continue
        if how in ("por", "at", "de", "del") and not _proper(where, how):
            continue
        if how in ("de", "del") and not any(kind[1] == match.start() - 1 for kind in kinds):
            continue
        if how in ("por", "de") and re.match(r"(?:favor|telefono|whatsapp)", rest[start:end]):
            continue
        return where
    return ""


def _proper(where: str, how: str) -> bool:
    bare = re.sub(r"^(?:la|el|los|las|the) ", "", where)
    return bare[:1].isupper() and not (how == "at" and bare[:1].isdigit())


def _request(text: str, rest: str) -> str:
    parts: list[str] = []
    for match in _REQUEST.finditer(rest):
        part = text[slice(*match.span())].strip(" ,.?!")
        part = re.sub(r"^(?:y|and|que) (?=preg|ask|sea|av|di|de|con|tell|find)", "", part)
        # "con el dentista" only says who is called.
        whom = re.sub(
            r"^(?:con|with) (?:(?:el|la|los|las|mi|un|una|the|a|an|my) )?", "", fold(part)
        )
        if part and len(parts) < 3 and not _KIND.match(whom + " x"):
            parts.append(part)
    return ", ".join(parts)


def _structural(text: str, rest: str) -> str:
    for match in _STRUCTURE.finditer(rest):
        what = match["what"].strip()
        if not _HOLLOW.fullmatch(what):
            return text[slice(*match.span("what"))].strip()
    return ""
