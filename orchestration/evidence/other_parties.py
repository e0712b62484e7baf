"""Whether a line's booking is somebody else's, told by words nobody has said before. Pure.

A name that the agent has not said, in the sentence that books, is another customer's; what stands
between "your" and "is booked" and was never asked for is another place's.
"""

from __future__ import annotations

import re

from orchestration.evidence.commitments import KEPT
from orchestration.evidence.heard_patterns import COMMITS
from orchestration.evidence.heard_words import fold, sentences
from orchestration.evidence.other_trades import says_what

_CAPITAL = re.compile(r"(?<=[\w,;] )[A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,}(?=\b)")
_STAFF = re.compile(
    r"\b(?:con|with|en|at|on|in|calle|avenida|soy|habla|llamo|atiende|atendera|espera|esperara|see"
    r"|ask for|pregunt\w+ por|doctora?|dra?|estilista|profesional|sucursal|barrio|senor|senora"
    r"|senorita|don|dona|agenda|column|from|gracias|hola|thanks|hi|hello|bye|chau|adios|name's"
    r"|nombre|y|and)"
    r"(?: (?:la|el|las|los|the|our|de|of|mr|mrs|miss|ms|dr|senor|senora|senorita|fisio\w*|lic\w*"
    r"|profe\w*|maestr[oa]|terapeuta|podolog[oa]|nutriolog[oa]|barber[oa]|dentista|hygienist"
    r"|stylist|therapist|nurse))* $"
)
"""Before the name of who will serve the customer, of a street, or of who is spoken to."""
_NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june"
    " july august september october november december lunes martes miercoles jueves viernes sabado"
    " domingo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre mrs miss ms mister don dona whatsapp google instagram yes tomorrow okay dios god"
    " sir madam".split()
)
_BOOKED_THING = re.compile(
    r"\b(?:su|tu|vuestr[oa]|your|la|el|the) (?P<thing>(?:[a-z]\w* ){1,5}?)(?:ya )?"
    r"(?:queda|quedo|esta|is|has been)(?: ya| all| now)? (?:confirmad|agendad|anotad|apuntad"
    r"|reservad|programad|apartad|booked|confirmed|scheduled|set\b)"
)
_SIGNS = re.compile(r"[^\w' ]+")
_SAYS = re.compile(r"\w+mos|espero|atiendo|anoto|agendo|apunto|pongo|dejo|reservo|aparto|tengo|veo")
"""Verbs after a pronoun that looks like an article: "la atiendo"."""
_GENERIC = frozenset(
    "cita turno reserva reservacion hora mesa lugar nombre visita sesion espacio hueco sitio"
    " servicio consulta appointment booking reservation slot table spot place time name session"
    " visit seat service de del la el las los un una lo le te para por a al y con of for the a an"
    " in"
    " at on with and your tu su ya que se today tomorrow hoy manana tarde noche pasado lunes martes"
    " miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday"
    " sunday uno una dos tres cuatro cinco seis siete ocho nueve diez once doce media cuarto punto"
    " one two three four five six seven eight nine ten eleven twelve half past quarter to o'clock"
    " am pm noon mediodia horas hs personas people dia day entonces esta este ese esa senora senor"
    " senorita todo all everything system sistema agenda diary book".split()
)


def names_somebody_else(line: str, agent_text: str) -> bool:
    """Whether a sentence that books has a name in it which the agent has not said (folded)."""
    for sentence in sentences(line):
        folded = fold(sentence)
        if COMMITS.search(folded) is None and KEPT.search(folded) is None:
            continue
        for found in _CAPITAL.finditer(sentence):
            name, before = fold(found[0]), fold(sentence[: found.start()]) + " "
            if name in _NO_NAMES or _is_said(name, agent_text) or _STAFF.search(before):
                continue
            return True
    return False


def books_another_thing(line: str, agent_text: str) -> bool:
    """Whether what is said to be booked was never asked for."""
    if not says_what(agent_text):
        return False
    pieces = [" ".join(each.split()) for each in _SIGNS.split(fold(line))]
    for found in (each for piece in pieces for each in _BOOKED_THING.finditer(piece)):
        before = ""
        for word in found["thing"].split():
            told = before in ("con", "with") or _SAYS.fullmatch(word) is not None
            if not (
                told or word in _GENERIC or word.isdigit() or _is_said(_stem(word), agent_text)
            ):
                return True
            before = word
    return False


def _stem(word: str) -> str:
    return re.sub(r"it[oa]s?$", "", word)[:4]


def _is_said(start: str, agent_text: str) -> bool:
    return re.search(rf"\b{re.escape(start)}", agent_text) is not None
