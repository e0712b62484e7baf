"""What a sentence on the phone does to a booking: agrees, denies, doubts, takes back. Pure.

Word lists for Spanish and English, matched against folded text. They err towards doubt: a booking
that is not told as one costs a second call, one that is told and does not exist costs an evening.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from orchestration.spoken_dates import spoken_date, without_dates
from orchestration.spoken_times import SpokenTime, fold, spoken_times


def _words(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(text.split('|'))})\b")


_HARMLESS_NO = _words(
    r"no hay (?:ningun )?problema|no problem|como no|no te preocupes|no se preocupe|no worries"
    r"|por que no|why not|no hay de que|no faltaba mas|no hace falta|de nada|not at all|no mas"
    r"|nada mas|nomas|no (?:te|se) olvide\w*|no olvid\w*|don't forget|don't worry"
)
_NO = _words(
    r"no|nop|nope|not|n't|cannot|can't|cant|don't|dont|won't|isn't|doesn't|haven't|couldn't"
    r"|imposible|impossible|tampoco|ningun|ninguna?|unavailable|ocupad[oa]s?|complet[oa]s"
    r"|llen[oa]s?|fully booked|booked (?:up|solid|out)|all booked|cerrad[oa]s?|agotad[oa]s?"
    r"|taken|tomad[oa]|todo reservado"
)
_ABOUT_ROOM = _words(
    r"tengo|tenemos|tiene|hay|queda|quedan|lugar(?:es)?|turnos?|citas?|reservas?|mesas?|horas?"
    r"|horarios?|disponib\w+|puedo|podemos|podria(?:mos)?|poder|va a poder|atend\w+|anotar\w*"
    r"|agendar\w*|reservar\w*|trabaja\w*|available|availability|slots?|openings?|room|space|tables?"
    r"|appointments?|booked|complet[oa]s?|llen[oa]s?|ocupad[oa]s?|agotad[oa]s?|anything"
    r"|can't|cannot|possible|do that|do it|make it|work|works|fit"
)
_YES = _words(
    r"sip|dale|listo|lista|perfecto|claro|por supuesto|de acuerdo|bueno|bien|ok|okay|okey|vale"
    r"|sale|correcto|exacto|asi es|eso es|genial|buenisimo|barbaro|joya|de una|ya esta|como no"
    r"|yes|yeah|yep|yup|sure|absolutely|of course|great|perfect|right|correct|done|fine"
    r"|that works|sounds good|got it|definitely|no hay problema|no problem"
)
_BARE_SI = re.compile(
    r"si(?:[ ,]+(?:si|senora?|claro|por favor|gracias|dale|perfecto|seguro|como no|exacto"
    r"|correcto|esta bien|de acuerdo|bueno|listo|confirmado|a las? .*|te .*|le .*|la .*|lo .*|los "
    r".*|hay .*|tengo .*|tenemos .*|manana.*|el .*))*"
)
_COMMITS = _words(
    r"confirmad[oa]s?|confirmo|confirmamos|agendad[oa]s?|agende|agendo|agendamos|anotad[oa]s?"
    r"|anote|anoto|anotamos|reservad[oa]s?|reserve|reservo|reservamos|apuntad[oa]s?|apunto"
    r"|apartad[oa]s?|aparto|apartamos|separad[oa]s?|separo|guardo|guardamos"
    r"|queda(?! (?:un|una|libre|lugar|solo|algo|el)\b)|quedo|quedamos|quedaste|quedas"
    r"|(?<!yo )(?:te|lo|la|los|las) (?:espero|esperamos)|nos vemos"
    r"|hasta manana|hasta el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)|ya tiene"
    r"|booked(?! (?:up|solid|out))|confirmed|you're (?:all )?set|all set|you're in|see you"
    r"|got you (?:down|in)|put you (?:down|in)|i have you|have you down|reserved"
)
_OFFERS = _words(
    r"tengo|tenemos|hay|queda (?:un|una|libre|lugar)|quedan|te puedo|le puedo|puedo (?:darle|darte"
    r"|ofrecer\w*)|podria|podriamos|puede|te sirve|le sirve|te parece|le parece|te queda|le queda"
    r"|que tal|i have(?! you)|we have(?! you)|i can|we can|i could|there's|there is|how about"
    r"|would|works for you|available|libre|disponible"
)
_DOUBTS = _words(
    r"puede ser|podria ser|quizas?|tal vez|talvez|a lo mejor|capaz|creo|me parece que|supongo"
    r"|no se|no sabria|no estoy segur[oa]|habria que|tendria que|tengo que (?:ver|preguntar"
    r"|consultar|fijarme|chequear|confirmar)|hay que ver|debo (?:ver|preguntar|consultar)"
    r"|despues (?:te|le|lo|la) \w+|(?:te|le|lo) (?:confirmo|aviso|llamo|digo) (?:despues|luego"
    r"|mas tarde|en|cuando|si)|(?:llame|llama|llamame|llameme|llamen|vuelva a llamar|volve a "
    r"llamar|llamanos|llamenos|comuniquese)(?: \w+)? (?:mas tarde|despues|luego|manana|en|a la|el"
    r"|otro dia)|a confirmar|por confirmar|sin confirmar|depende|maybe|perhaps|might|probably"
    r"|i think|i guess|i suppose|not sure|don't know|call (?:back|again|later|us)|i'll (?:check"
    r"|let you know|get back|have to|need to|confirm later)|we'll see|possibly|could be|veremos"
    r"|vemos|en principio|provisional\w*|tentativ\w+|sujeto a|lista de espera|wait(?:ing)? ?list"
    r"|standby|need to (?:check|ask)|have to (?:check|ask)|if (?:there's|someone cancels)"
    r"|si (?:alguien|se) (?:cancela|libera)|pasa\w* y vemos|sin (?:turno|cita|reserva)"
)
_TAKES_BACK = _words(
    r"me equivoque|me confundi|en realidad|mejor dicho|pensandolo bien|ahora que (?:lo )?veo"
    r"|actually|my mistake|i was wrong|scratch that|wait no|ah no|uy no|ay no|oh no"
    r"|olvid(?:alo|elo|ate|ese|emoslo)"
    r"|forget (?:it|that)|cancel\w*|anul\w*|suspend\w*|broma|chiste|mentira|bromeando|joking"
    r"|kidding|joke|se (?:me )?complico|no va a poder ser|ya esta ocupado|otra persona"
    r"|para otr[oa]|someone else"
)
_ASIDE = _words(
    r"cerramos|cierra|cierran|abrimos|abre|abren|abierto|atendemos|llegar|llega|llegue|lleguen"
    r"|llegues|llegando|minutos antes|minutes (?:early|before)|hasta las?|until|close|closes|open"
    r"|opens|arrive|early|dura|demora|tarda|takes|lasts|despues de las|tolerancia"
)
_PROMPTS = _words(
    r"reserv\w+|confirm\w+|anot\w+|agend\w+|apunt\w+|turno|cita|mesa|queda\w*|entonces|tomo"
    r"|perfecto|book\w*|appointment|take it|table|works|hold|repito|recap|sirve|genial"
)
_INQUIRES = _words(
    r"tienen?|tendrian?|hay|habria|queda|quedan|disponib\w+|do you have|is there|are there"
    r"|any(?:thing)?|available|availability|free"
)
_WRONG_NUMBER = _words(
    r"numero equivocado|se equivoco de numero|esta equivocad[oa]|equivocado de numero"
    r"|wrong number|no es (?:aca|aqui)|aca no es|aqui no es|casa de familia|domicilio particular"
)
_CALL_BACK = _words(
    r"(?:llame|llama|llamame|llameme|llamen|vuelva a llamar|volve a llamar|llamanos|llamenos)"
    r"(?: \w+)? (?:mas tarde|despues|luego|manana|en|a la|el|otro dia)|call (?:back|again|later)"
    r"|(?:te|le|lo|los) (?:llamo|llamamos|aviso) (?:despues|luego|mas tarde|en|cuando)"
    r"|we'll call you|i'll call you|get back to you"
)
_HEADS_BEFORE = re.compile(r"\b(?:para|(?:table|booking|party) (?:for|of)) $")
_HEADS_AFTER = re.compile(r" (?:personas?|comensales|people|persons?|guests)\b")
"""Around a bare number that counts people: "mesa para dos", "table for two"."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence, and what it does."""

    text: str
    """Folded."""
    question: bool
    times: tuple[SpokenTime, ...]
    day: date | None
    denies: bool
    agrees: bool
    commits: bool
    offers: bool
    doubts: bool
    takes_back: bool
    about_room: bool
    """About having a place for somebody."""
    aside: bool
    """About opening hours, arriving early and the like."""


def clauses(line: str, today: date) -> Iterator[Clause]:
    """The pieces of what somebody said, in order."""
    for sentence in re.findall(r"[^.!?;…]+[.!?;…]*", _guard_numbers(line)):
        question = "?" in sentence or "¿" in sentence
        for piece in re.split(r",|\bpero\b|\bbut\b|\baunque\b|[¿¡?!;…]|\.\s|\.$", sentence):
            text = fold(piece.replace("\u0001", ".").replace("\u0002", ",")).strip(" .:-")
            if text:
                yield _clause(text, piece, question, today)


def prompts(line: str) -> bool:
    """Whether the agent's words ask for a booking or accept one."""
    return _PROMPTS.search(fold(line)) is not None


def only_inquires(line: str) -> bool:
    """Whether the agent asks what there is: a yes to that books nothing yet."""
    return "?" in line and _INQUIRES.search(fold(line)) is not None


def says_wrong_number(line: str) -> bool:
    """The business is another one, or a home."""
    return _WRONG_NUMBER.search(fold(line)) is not None


def asks_to_call_back(line: str) -> bool:
    """The business wants another call, or will call itself."""
    return _CALL_BACK.search(fold(line)) is not None


def has_no_room(line: str, today: date) -> bool:
    """The business has nothing free (for what was asked)."""
    return any(each.denies and each.about_room for each in clauses(line, today))


def _clause(text: str, raw: str, question: bool, today: date) -> Clause:
    without_harmless = _HARMLESS_NO.sub(" ", text)
    undated = without_dates(text)
    times = tuple(
        each
        for each in spoken_times(undated)
        if each.marked or (len(text) <= 25 and not _counts_people(undated, each))
    )
    return Clause(
        text=text,
        question=question,
        times=times,
        day=spoken_date(text, today),
        denies=_NO.search(without_harmless) is not None,
        agrees=_YES.search(text) is not None
        or "sí" in raw.casefold().split()
        or _BARE_SI.fullmatch(text) is not None,
        commits=_COMMITS.search(text) is not None,
        offers=_OFFERS.search(text) is not None,
        doubts=_DOUBTS.search(text) is not None,
        takes_back=_TAKES_BACK.search(text) is not None,
        about_room=_ABOUT_ROOM.search(text) is not None,
        aside=_ASIDE.search(text) is not None,
    )


def _counts_people(text: str, number: SpokenTime) -> bool:
    before, after = text[: number.start], text[number.end :]
    return _HEADS_BEFORE.search(before) is not None or _HEADS_AFTER.match(after) is not None


def _guard_numbers(line: str) -> str:
    """Keeps "17.30" and "a.m." whole while sentences are cut at their ends."""
    guarded = re.sub(r"(?<=\d)\.(?=\d)", "\u0001", line[:2000])
    guarded = re.sub(r"\b([ap])\.\s?m\.?", r"\1m", guarded, flags=re.IGNORECASE)
    return re.sub(r"(?<=\d),(?=\d)", "\u0002", guarded)
