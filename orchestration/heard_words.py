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
    r"|taken|tomad[oa]|todo reservado|reservad[oa]s? (?:ya )?esta todo|reservad[oa]s? (?:ese|esa)"
    r"|(?:ese|esa|esos|esas) \w+ (?:ya )?(?:esta|estan|fue) reservad[oa]s?"
    r"|(?:we're|we are) (?:all |fully |already )?booked|already (?:booked|reserved)"
    r"|(?:that|this)(?:'s| is| \w+ is)(?: already)? (?:booked|reserved)"
    r"|(?:las? \S+|\d\S*|five|six|seven|eight|nine|ten|eleven|twelve|one|two|three|four)"
    r"(?: (?:[ap]m|o'clock|de la \w+))?(?: ya)? (?:is|esta) (?:booked|reserved|reservad[oa])"
    r"(?! (?:a nombre|for you|para (?:usted|vos|ti|el|ella)\b))"
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
    r"|that works|works|sounds good|got it|definitely|no hay (?:problema|drama)|no problem"
    r"|sin problema|hecho|aja|va|hasta manana|nos vemos|see you"
    r"|hasta el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)"
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
    r"|(?<!yo )(?:te|lo|la|los|las) (?:espero|esperamos)|ya tiene|registrad[oa]s?"
    r"|(?:we'll|we will|i'll) (?:see|expect) you|(?:te|le) (?:doy|pongo)"
    r"|(?:lo|la|los|las) (?:pongo|ponemos)"
    r"|booked(?! (?:up|solid|out))|confirmed|you're (?:all )?set|all set|you're in"
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
    r"|dificil|complicad[oa]|difficult|tricky|tough|(?:te|le|lo|la|los|las) llam(?:o|amos)"
    r"|despues (?:te|le|lo|la) \w+|(?:te|le|lo) (?:confirmo|aviso|llamo|digo) (?:despues|luego"
    r"|mas tarde|en|cuando|si)|(?:llame|llama|llamame|llameme|llamen|vuelva a llamar|volve a "
    r"llamar|llamanos|llamenos|comuniquese)(?: \w+)? (?:mas tarde|despues|luego|manana|en|a la|el"
    r"|otro dia)|a confirmar|por confirmar|sin confirmar|depende|maybe|perhaps|might|probably"
    r"|i think|i guess|i suppose|not sure|don't know|call (?:back|again|later|us)|i'll (?:check"
    r"|let you know|get back|have to|need to|confirm later)|we'll see(?! you)|possibly|could be"
    r"|veremos"
    r"|vemos|en principio|provisional\w*|tentativ\w+|sujeto a|lista de espera|wait(?:ing)? ?list"
    r"|standby|need to (?:check|ask)|have to (?:check|ask)|if (?:there's|someone cancels)"
    r"|si (?:alguien|se) (?:cancela|libera)|pasa\w* y vemos|sin (?:turno|cita|reserva)"
    r"|reserv\w+ (?:\w+ )?(?:por|en|desde|a traves de) (?:la |el |nuestr[oa] )?"
    r"(?:web|pagina|app|aplicacion|internet|sitio)|orden de llegada"
    r"|(?:book|reserve)(?: \w+)? (?:online|on (?:our|the) (?:website|app|site))|only online"
    r"|online only|walk ?ins? only|first come|sol(?:o|amente) para|members only|lista negra"
)
_STALLS = _words(
    r"esper[ae]\w*|un (?:momento|momentito|minuto|minutito|segundo|segundito)|a ver|deja(?:me|nos)"
    r"|deje(?:me|nos)|permita\w*|permitame|permiteme|aguard\w+|me fijo|voy a \w+|ya le paso"
    r"|(?:te|le|lo|la) (?:paso|comunico)|dig(?:a|ame)|dime|decime|diga|cuent[ae]\w*|contame"
    r"|escucho|adelante|hold on|hang on|wait|one (?:moment|second|sec|minute)|a (?:moment|second)"
    r"|let me|let's see|i'll (?:see|look|get|put you through)|go ahead|how can i help"
    r"|how may i help|bear with me|speaking|transfer\w*|this is (?:he|she|\w+ speaking)|hola|hello"
    r"|lo (?:siento|lamento)|lamentablemente|desgraciadamente|i'm afraid|unfortunately"
)
"""Neither yes nor no yet: a yes before it only meant "I hear you"."""
_SETTLING_QUESTION = _words(
    r"nombre|apellido|telefono|celular|numero|llamas|llama|name|phone|number|spell|algo mas"
    r"|anything else|alguna otra cosa|de acuerdo|te parece bien|le parece bien|esta bien|all right"
    r"|alright|correcto|verdad|cuant[ao]s|how many|recuerda|sabe (?:llegar|donde)"
)
"""What is asked when the booking itself is agreed on."""
_TAKES_BACK = _words(
    r"me equivoque|me confundi|en realidad|mejor dicho|pensandolo bien|ahora que (?:lo )?veo"
    r"|actually|my mistake|i was wrong|scratch that|wait no|ah no|uy no|ay no|oh no"
    r"|olvid(?:alo|elo|ate|ese|emoslo)"
    r"|forget (?:it|that)|cancel\w*|anul\w*|suspend\w*|broma|chiste|mentira|bromeando|joking"
    r"|kidding|joke|se (?:me )?complico|no va a poder ser|ya esta ocupado|otra persona"
    r"|para otr[oa]|someone else"
)
_ASIDE = _words(
    r"cerramos|cierra|cierran|abrimos|abre|abren|abiert[oa]s?|atendemos|llegar|llega|llegue|lleguen"
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
_COUNTS_BEFORE = re.compile(
    r"\b(?:para|(?:table|party) (?:for|of)|somos|seremos|son|cuestan?|vale|sale|costs?"
    r"|we are|we're)(?: unos)? $"
)
_COUNTS_AFTER = re.compile(
    r"(?: mil)? (?:personas?|comensales|people|persons?|guests|mesas?|minut\w*|moment\w*|sec\w*"
    r"|segund\w*|mil|cien\w*|pesos|euros?|dolares|dollars|bucks|pounds|dias?|days?|weeks?|semanas?"
    r"|years?|anos|cuadras|blocks|silla|persona|cosa|pregunta|reserva|cita|vez|veces|times)\b"
)
"""Around a bare number that counts something: "mesa para dos", "one moment", "diez euros"."""
_NUMBER = (
    r"(?:\d{1,4}|cero|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince"
    r"|veinti\w+|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien(?:to)?|mil"
    r"|zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty)"
)
_DICTATED = re.compile(rf"\b{_NUMBER}(?:[ ,.-]+{_NUMBER}\b){{3}}")
"""So many bare numbers in a row are a telephone number."""
_FAREWELL = _words(
    r"hasta (?:manana|luego|pronto|el \w+)|nos vemos|see you|have a \w+ \w+|goodbye|adios|chau"
)


_SHALL_I = _words(
    r"(?:se |te |me )?(?:lo|la|los|las) (?:reserv|anot|agend|apunt|apart|guard|dej)\w+"
    r"|(?:reserv|anot|agend|apunt|confirm)(?:o|amos)|shall i|should i|want me to|like me to"
    r"|(?:do you want|would you like) (?:it|that)|(?:quiere|queres|quieres) (?:reservar|que)"
)
_PICKS_UP = re.compile(
    r"(?:si|yes|yeah|bueno|alo)\W+(?:buen(?:as|os)?|hi|hola|hello|alo)\b", re.ASCII
)
_HOW_MANY = _words(r"cuant[ao]s|how many|party size")
_JOINTS = frozenset({"pero", "but", "aunque"})


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
    stalls: bool
    """Asks for a moment, or to go on talking; nothing is agreed by it."""
    about_room: bool
    """About having a place for somebody."""
    aside: bool
    """About opening hours, arriving early and the like."""
    farewell: bool

    @property
    def leaves_open(self) -> bool:
        """Nothing can have been settled yet where this is said."""
        return self.stalls or (self.question and _SETTLING_QUESTION.search(self.text) is None)


def clauses(line: str, today: date) -> Iterator[Clause]:
    """The pieces of what somebody said, in order."""
    guarded = _guard_numbers(line)
    dictated = _DICTATED.search(fold(guarded)) is not None
    for sentence in re.findall(r"[^.!?;…]+[.!?;…]*", guarded):
        asked_from = _question_in(sentence)
        at = 0
        for piece in re.split(r"(,|\bpero\b|\bbut\b|\baunque\b|[¿¡?!;…]|\.\s|\.$)", sentence):
            question = asked_from is not None and at >= asked_from
            at += len(piece)
            text = fold(piece.replace("\u0001", ".").replace("\u0002", ",")).strip(" .:-,¿¡?!;…")
            if text and text not in _JOINTS:
                yield _clause(text, piece, question, today, dictated)


def picks_up(line: str) -> bool:
    """A yes that only answers the telephone."""
    return _PICKS_UP.match(fold(line)) is not None


def prompts(line: str) -> bool:
    """Whether the agent's words ask for a booking or accept one."""
    return _PROMPTS.search(fold(line)) is not None


def _question_in(sentence: str) -> int | None:
    """Where the question in a sentence begins: "Sure, what's the name?" is a yes before it."""
    if "¿" in sentence:
        return sentence.index("¿")
    return sentence.rfind(",") + 1 if "?" in sentence else None


def asks_how_many(line: str) -> bool:
    """Whether the business wants to know for how many people."""
    return "?" in line and _HOW_MANY.search(fold(line)) is not None


def offers_to_book(line: str) -> bool:
    """Whether the business asks if it shall book."""
    return "?" in line and _SHALL_I.search(fold(line)) is not None


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


def _clause(text: str, raw: str, question: bool, today: date, dictated: bool) -> Clause:
    without_harmless = _HARMLESS_NO.sub(" ", text)
    undated = without_dates(text)
    times = tuple(
        each
        for each in spoken_times(undated)
        if each.marked or not (dictated or len(text) > 25 or _counts(undated, each))
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
        stalls=_STALLS.search(text) is not None,
        about_room=_ABOUT_ROOM.search(text) is not None,
        aside=_ASIDE.search(text) is not None,
        farewell=_FAREWELL.search(text) is not None,
    )


def _counts(text: str, number: SpokenTime) -> bool:
    before, after = text[: number.start], text[number.end :]
    return _COUNTS_BEFORE.search(before) is not None or _COUNTS_AFTER.match(after) is not None


def _guard_numbers(line: str) -> str:
    """Keeps "17.30" and "a.m." whole while sentences are cut at their ends."""
    guarded = re.sub(r"(?<=\d)\.(?=\d)", "\u0001", line[:2000])
    guarded = re.sub(r"\b([ap])\.\s?m\.?", r"\1m", guarded, flags=re.IGNORECASE)
    return re.sub(r"(?<=\d),(?=\d)", "\u0002", guarded)
