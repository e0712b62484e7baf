"""What makes a whole line no evidence, however much it sounds like a yes. Pure.

The place is somebody else's, the line is about another trade's goods or another date, it tells what
would have been, hangs on money, breaks off, mocks, or undoes. Spanish and English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import lru_cache

from orchestration.evidence.heard_patterns import words
from orchestration.evidence.heard_words import LONGEST_LINE, fold
from orchestration.evidence.other_dates import is_of_another_date
from orchestration.evidence.other_parties import books_another_thing, names_somebody_else
from orchestration.evidence.other_trades import names_another_trade

_NO_WORD = re.compile(r"[^\w' ]+")


class Against(Enum):
    """Why a line speaks for no booking of this customer."""

    NOT_BOOKED = auto()
    """Somebody else's, another trade's, never done, or undone."""
    OTHER_DATE = auto()
    """Booked, but for another day."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the call is about, as far as a line is held against it."""

    agent_text: str
    """All that the agent has said, folded, without what it denied."""
    first: date | None
    last: date | None


_NOUN = (
    r"(?:senor(?:a|ita)?|client[ea]|clienta|novi[oa]|boda|evento|grupo|familia|hij[oa]|herman[oa]"
    r"|prim[oa]|cunad[oa]|sobrin[oa]|ti[oa]|mama|papa|madre|padre|espos[oa]|mujer|marido|suegr[oa]"
    r"|amig[oa]|vecin[oa]|doctor[a]?|don|dona|chic[oa]|muchach[oa]|quinceanera|despedida|empresa"
    r"|paciente|jef[ea]|duen[oa]|maestr[oa]|pareja)"
)
_NOUN_EN = (
    r"(?:client|customer|lady|gentleman|regular|wedding|event|group|friend|bride|family|couple"
    r"|woman|man|guy|girl|lad|bloke|patient|daughter|son|sister|brother|mother|mum|mom|wife"
    r"|husband|neighbou?r|boss|niece|nephew|cousin|aunt|uncle|function|private party|hen party)"
)
_TAKEN = (
    r"(?:(?:reserv|apart|guard|cog|anot|apunt|agend|d|promet|separ|tom|bloque|pedid|vend|confirm"
    r"|puest|ocup)(?:ad|id)?[oa]s?|queda|quedo|di|dimos|aparte|reserve|guarde|anote|agende|separe"
    r"|apunte|tengo|puse|bloquee)"
)
_TAKEN_EN = (
    r"(?:booked|reserved|confirmed|held|kept|saved|holding|keeping|saving|down|taken|set aside"
    r"|promised|blocked|gone|given|gave|goes|sold)"
)
_OTHERS = words(
    r"(?:ya )?tiene duen[oa]|"
    r"(?:lo|la) \w+ a otr[oa] (?!hora|vez|dia|horario)|(?:went|goes|gone|going) to (?:a|an|my"
    r"|some\w+|mrs|mr) (?!better)|(?:booked|reserved|taken) by (?!you|her|him|them|the|about|now)|"
    rf"(?:{_TAKEN}|viene|tiene|entra|llega|lo quiere|pidio)(?: \w+){{0,4}} otr[oa]s? (?:{_NOUN}"
    r"|persona|nombre|gente|mesa de)"
    r"|otr[oa]s? (?:client[ea]s?|clienta|senora?|persona|chica|paciente|familia)(?: \w+){0,3}"
    r" (?:tiene|viene|reservo|pidio|aparto|lo quiere|la quiere|se lo llevo|me lo)"
    r"|(?:viene|tengo a|entra|tengo citad[oa] a) (?:un|una) (?:client[ea]|clienta|senora?|novia)"
    r"|(?:lo|la|los|las) (?:di|dimos|vendi|prometi) (?:hace|ayer|esta|recien|a (?!usted|vos|ti\b"
    r"|ella|el\b|ustedes))"
    r"|(?:lo|la) (?:cogio|agarro|pidio|reservo|aparto|tomo) (?:un|una|el|la|mi|otr[oa])"
    r" (?!dia|hora|rato|vez|lugar|turno|momento|minuto)\w+"
    r"|(?:gave|given|promised|sold|let|giving)(?: \w+){0,5} to (?:another|a|an|my|some\w*|mrs|mr"
    r"|miss|ms|the)"
    r"|(?:another|a different|an earlier|one of our|one of my) (?:\w+ )?"
    rf"{_NOUN_EN}s?(?: \w+){{0,3}} (?:has|have|is|took|booked|got|coming|comes|wants)"
    rf"|{_TAKEN_EN}(?: \w+){{0,5}} (?:for|to) (?:another|a different) \w+"
)
"""Somebody else has it; behind the customer others may come."""
_AFTER_OR_BEFORE = words(
    r"detras|despues|luego|atras|a continuacion|antes de (?:el|ella)|behind|after|next|before"
    r"|afterwards|cancelo|cancelled|canceled|falto|movi|muevo|moved|moving|(?:el|la|lo) paso"
)
_FOR_WHOM = re.compile(
    rf"\b{_TAKEN}(?: (?:ya|ahi|todo|esta|eso|fijo|en|el|la|ese|esa|lugar|mesa|hora|hueco|turno"
    r"|cita)){0,3}"
    rf" para (?:(?:la|el|los|las|mi|mis|un|una|unos"
    rf"|unas) (?P<noun>{_NOUN})(?: de)?(?: (?P<of>\w+))?"
    r"|(?:la|el) (?P<the>\w+)|(?P<name>\w+))"
)
_FOR_SOME = re.compile(
    rf"\b(?:{_TAKEN}|(?:guard|reserv|apart|promet|dej|vend)\w+)"
    r"(?: (?:ya|ahi|todo|esta|lugar|mesa|hora|hueco|turno|cita)){0,2}"
    r" (?:para|a) (?:un|una|unos|unas|mi|mis|otr[oa]s?) (?P<noun>\w+)"
)
_NO_OWNER = frozenset(
    "persona personas hora rato momento corte limpieza consulta cita sesion masaje cena comida"
    " almuerzo cumpleanos minutos menos cuarto y en grupo hueco lado costado silla mesa".split()
)
"""Said after "para un", these are what is booked, not for whom."""
_HAS_WHOM = re.compile(
    r"\b(?:tengo|tenemos|tiene)(?: \w+){0,2}"
    r" (?:anotad|apuntad|agendad|citad|reservad|metid)[oa]s?(?: ya)?"
    r" a (?:(?P<det>la|el|mi|un|una|otr[oa]) )?(?P<name>\w+)"
)
_EN_WHOM = re.compile(
    rf"\b(?:{_TAKEN_EN}(?: (?:is|it|that|in|down|now|already|aside)){{0,2}} for"
    rf"|gave (?:\w+ ){{0,4}}to"
    r"|given (?:\w+ ){0,4}to|i have|i've got|we have|we've got)"
    rf" (?:(?:mrs|mr|miss|ms|dr|doctor|old) (?P<title>\w+)|(?:a|an|my|our|the|some|one of our)"
    rf" (?:\w+ )?(?P<noun>{_NOUN_EN})s?\b(?! (?:leaving|finishing|until|before|after)))"
)
_EN_NAME = re.compile(
    r"\b[Tt]hat(?:'s| is) (?:the )?(?P<family>[A-Z][a-z]+s)\b|"
    r"\b(?:[Rr]eserved|[Bb]ooked|[Hh]eld|[Kk]ept|[Ss]aved|[Cc]onfirmed|[Dd]own|[Tt]aken|aside)"
    r" for (?P<name>[A-Z][a-z]+)\b"
)
_ES_NAME = re.compile(
    r"\b(?:[Rr]eservad|[Aa]partad|[Gg]uardad|[Aa]notad|[Aa]puntad|[Aa]gendad|[Qq]ued)(?:[oa]s?|ó)"
    r"(?: \w+)? (?:para|a nombre de|de) (?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+)\b"
)
_NO_NAME = frozenset(
    "dieciseis diecisiete dieciocho diecinueve veintiuno veintidos veintitres veinticuatro"
    " veinticinco veintiseis veintisiete veintiocho veintinueve treinta siguiente finde sesion"
    " reserva usted ustedes vos ti tu el ella ellos ellas eso esto ese esa este esta esos"
    " esas manana hoy"
    " pasado lunes martes miercoles jueves viernes sabado domingo las la los a nombre su sus las"
    " una uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " veinte y que cuando entonces dentro servirle lo mediodia tarde noche semana fin proximo dia"
    " cena comida almuerzo corte turno cita hora horario mismo misma primera ultima mi mis un todo"
    " todos todas cualquier monday tuesday wednesday thursday friday saturday sunday tomorrow today"
    " you her him them two three four five six seven eight nine ten noon lunch dinner january"
    " february march april may june july august september october november december".split()
)
_WOULD_HAVE = words(
    r"had (?:you|she|he|they) \w+|(?:you|she|he|they)'d be (?:booked|in|down|confirmed)|"
    r"i wish|if it (?:was|were) up to|if i were|ojala (?:te|la|lo|le|pud)|de haber sabido|(?:la"
    r"|te|lo|le|os)"
    r" (?:agend|anot|apunt|reserv|apart|guard)aba|(?:anot|apunt|regist|recib|not|record|logg"
    r"|receiv)\w+ (?:ya )?(?:su|tu|el|la|your|the) (?:pedido|solicitud|peticion|request|enquiry"
    r"|inquiry|consulta|interes|mensaje|message)|"
    r"(?:hubiera|habria|hubiese)(?:mos|n|s)? \w+(?:ad|id|st|ch)o"
    r"|(?:anota|apunta|agenda|reserva|aparta|guarda|separa)ria(?:mos)?"
    r"|(?:would|could|might|should)(?:'ve| have| of) (?:\w+ )?(?:booked|had|put|given|got|kept"
    r"|been|done|taken|squeezed|held|saved|made|fit|fitted)|i'd have (?:\w+ )?(?:booked|put|given"
    r"|kept|squeezed|held)"
)
_PENDING = words(
    r"(?:la )?confirmacion (?:te |se |le )?(?:la|lo) (?:da|dan|dara|tiene)|"
    r"(?:primero|antes) (?:tengo|tenemos) que|tengo que (?:preguntar|consultar|checar"
    r"|confirmar)\w*|"
    r"a la espera de|(?:en espera|esperando) (?:de )?que|si (?:vuelve|regresa|aparece|se libera)"
    r"|pendiente de|agenda de pendientes|pendientes|por aprobar|(?<!hace )(?<!hara )falta que"
    r"|me falta (?:que|confirm\w*)"
    r"|primero (?:pag|abon|deposit|transfier)\w*|se abona (?:antes|primero|por|en)"
    r"|se paga (?:antes|primero)"
    r"|con el (?:justificante|ticket|comprobante|recibo|voucher)|sin (?:ticket|tarjeta|pago"
    r"|comprobante|justificante|recibo)(?: \w+)? no|si (?:es que )?(?:viene|vuelve|llega|aparece)"
    r" (?:la|el|mi|los|las)|si es que|si el tiempo|call me then|i(?:'ll| will) confirm (?:it|then"
    r"|later|when|once|tomorrow)|(?<!ya )(?:te|le|les) confirmo (?:su|tu|la|el) (?:cita|turno"
    r"|reserva|hora) (?:luego|despues|mas|ahorita no|cuando|si|en)|ahorita no (?:esta|tengo"
    r"|hay) (?:la agenda|el sistema)"
    r"|cuando (?:venga|vuelva|regrese) (?:la|el|mi)|no (?:hay|queda|tengo|tenemos) nada"
    r" (?:guardad|anotad|apartad|reservad|agendad|apuntad|firme|confirmad)\w*"
    r"|nothing(?:'s| is)? (?:held|booked|reserved|saved|confirmed|kept)|to be (?:confirmed"
    r"|approved)"
)
_MOCKS = words(
    r"segui participando|siga participando|ni quien l[aoe]s? \w+|"
    r"and(?:a|ate) a (?:llorar|cagar|lavar|freir)\w*|(?:your|in) (?:wildest )?dreams|on the moon"
    r"|en (?:la luna|marte)|chingad\w+|y yo soy \w+|and i'm (?:the|a) (?:queen|king|pope|president)"
    r"|not(?= ?$)|"
    r"espera(?:l[oa]|me|te)? sentad[oa]|y un jamon|(?:sig(?:a|ue)(?:le)?|segui) sonando"
    r"|freezes over"
    r"|get (?:lost|stuffed)|(?:piss|sod|bugger|fuck) off|larg(?:ate|uese)|vete al?|andate a|"
    r"ranas? crien? pelo|cuando (?:las|los) (?:ranas?|vacas?|chanchos?|cerdos?|burros?)"
    r"|when (?:pigs|hell)|en (?:tus|sus) suenos|ponele|pone?le que si|yeah right|si como no y"
    r"|las pelotas|tu abuela|que te lo crees tu|eso lo diras tu|minga|naranjas|i bet|sure jan"
    r"|stop calling|quit calling|(?:dejen?|dejad|paren?|ya no esten) (?:de )?(?:molest|llam|jod)"
    r"\w*|no te creo nada|puro robot|el dia del (?:arquero|juicio)|treinta de febrero"
    r"|(?:feb|february) (?:30|thirtieth)|not in a million|nice try|por supuesto que no|claro que no"
)
_UNDONE = words(
    r"va fuera|se (?:cae|cayo|te cae|le cae) (?:el|la|tu|su) (?:turno|cita|reserva|hora|mesa)"
    r"|entonces nada|(?:you're|she's|he's) out(?= ?$)|(?:says|said|dice)(?: que)? no(?= ?$| (?:you"
    r"|se puede|hay lugar|te|le|que))|"
    r"borrad[oa]s? (?:esta|queda|ya)|(?:esta|queda|quedo|ya esta) (?:borrad|tachad|anulad)[oa]s?"
    r"|(?<!no )(?:lo|la|te|le|se lo|os) (?:borro|borre|borramos|tacho|tache|saco de|saque de|quito"
    r"|quite|tachamos|quitamos)|ya (?:te|lo|la|le) (?:borre|tache|saque|quite)"
    r"|(?<!que )no (?:te|le|lo|la|los|les|os|se lo) (?:anoto|apunto|agendo|reservo|aparto|guardo)"
    r"|no (?:anoto|apunto|agendo|guardo|reservo) nada|dejal[oa] (?:ahi|asi|estar)|dejel[oa]"
    r" (?:ahi|asi)|mejor dej\w+(?:lo|la)|ni hablar|ni loc[oa]|(?:rubbed|crossed|binned|scratched"
    r"|wiped|struck|scrubbed|erased|deleted|removed|scrapped|bumped|knocked|took|taken|taking"
    r"|rubbing|crossing|striking|wiping) (?:you|her|him|them|it|that|your name)\b(?: (?:off|out))?"
    r"|(?:you|she|he|they|it)(?:'re| are|'s| is| has been|'ve been) (?:\w+ )?(?:crossed|rubbed"
    r"|scratched|struck|bumped|taken) (?:off|out)|no good to you|no use to you|(?:no wait"
    r"|wait no)(?! (?:my mistake|yes|it's|that's not))"
    r"|(?:she's|he's|they're) (?:saying|telling me) (?:that's|it's|no)"
    r"|that's (?:hers|his|theirs|mine) (?:sorry|actually|now)|consider it (?:off|cancelled)"
)
_ELSEWHERE = words(
    r"(?:aca|aqui|esto) es (?:la|el|una|un) (?:gasera|gas|iglesia|parroquia|taller|casa|escuela"
    r"|ferreteria|colegio|farmacia|remis\w*|taxi|funeraria|pizzeria)|this is (?:an?|the) (?:\w+ )?"
    r"(?:church|rescue|taxi|cab|school|warehouse|pizza|garage office|funeral|private|parish|bank"
    r"|towing|hardware|library)\b|this is (?:roadside|a private)|i can hear you"
    r"|(?:si )?(?:te|lo|la|le) (?:escucho|oigo)(?= ?$| (?:pero|bien))"
)
_CUT_OFF = re.compile(
    r"\b(?:para|for|a las|at|the|el|del|with|con)[\s.,…–—-]*$|"
    r"(?:\b(?:para|for|a las?|at|the|el|con|with|to)|(?:\b(?:puedo|can|podria|could) .*))"
    r"\s*(?:\.\.+|…|-+|–|—)\W*$"
    r"|\b(?:down|in|booked|apuntar\w*|anotar\w*|agendar\w*) (?:for|para)\W*$"
)


def against(line: str, known: Known) -> Against | None:
    """Why the line is no evidence, or None when nothing in it says so."""
    text = _plain(line)
    if is_of_another_date(text, known.first, known.last):
        return Against.OTHER_DATE
    barred = (_WOULD_HAVE, _PENDING, _MOCKS, _UNDONE, _ELSEWHERE)
    if any(each.search(text) for each in barred) or _CUT_OFF.search(fold(line[:LONGEST_LINE])):
        return Against.NOT_BOOKED
    if _is_for_somebody_else(line, text, known) or names_another_trade(text, known.agent_text):
        return Against.NOT_BOOKED
    if names_somebody_else(line, known.agent_text) or books_another_thing(line, known.agent_text):
        return Against.NOT_BOOKED
    return None


@lru_cache(maxsize=256)
def _plain(line: str) -> str:
    return " ".join(_NO_WORD.sub(" ", fold(line[:LONGEST_LINE])).split())


def _is_for_somebody_else(line: str, text: str, known: Known) -> bool:
    if _OTHERS.search(text) and not _AFTER_OR_BEFORE.search(text):
        return True
    for found in _FOR_WHOM.finditer(text):
        if found["noun"]:
            of = found["of"] or ""
            polite = found["noun"].startswith(("senor", "don", "chic", "muchach", "doctor"))
            named = of and of not in _NO_NAME
            if (named and not _is_known(of, known)) or not (
                polite or _is_known(found["noun"], known)
            ):
                return True
        elif (the := found["the"]) and not (the in _NO_NAME | _NO_OWNER or the[0].isdigit()):
            if not _is_known(the, known):
                return True
    for found in _FOR_SOME.finditer(text):
        word = found["noun"]
        if word not in _NO_NAME and word not in _NO_OWNER and not _is_known(word, known):
            return True
    for found in _HAS_WHOM.finditer(text):
        if found["name"] not in _NO_NAME and not _is_known(found["name"], known):
            return True
    for found in _EN_WHOM.finditer(text):
        whose = found["title"] or found["noun"]
        if not _is_known(whose, known):
            return True
    names = [*_EN_NAME.finditer(line[:LONGEST_LINE]), *_ES_NAME.finditer(line[:LONGEST_LINE])]
    return any(
        whose not in _NO_NAME and not _is_known(whose, known)
        for whose in (fold(each["name"] or each[1]) for each in names)
    )


def _is_known(word: str, known: Known) -> bool:
    """The agent has said it."""
    return re.search(rf"\b{re.escape(word)}\b", known.agent_text) is not None
