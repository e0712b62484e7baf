"""What a call owes the business: to say that an AI calls and that it records, and to stay away when
told so. Pure.

Read from the transcript: whether the agent disclosed what it is, whether it said that the call is
recorded, and whether the business asked not to be called any more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.call import Speaker, TimelineEntry
from orchestration.places import clean
from orchestration.spoken_times import fold

_SHOWN = 300
_CALL_ES = r"(?:llam|marqu|molest|contact|telefone|comuniqu)(?!o\b)\w*"
_WHO_ES = r"(?:(?:me|nos|le|les|lo|los|la|las)\ )?"
_NEVER_AGAIN = re.compile(
    rf"""
    \bno\ {_WHO_ES}(?:vuelv\w+|volvas|volvais|volver)\ a\ (?:llamar|marcar|molestar|contactar|
        telefonear|comunicar)\w*
    |\bno\ {_WHO_ES}{_CALL_ES}\ (?:mas|nunca|otra\ vez|de\ nuevo|nuevamente|jamas)\b
    |\bno\ {_WHO_ES}{_CALL_ES}(?=(?:\ (?:aca|aqui|a\ este\ numero|por\ favor|gracias))*$)
    |\bno\ {_WHO_ES}{_CALL_ES}\ (?:aca|aqui|a\ este\ numero)\ (?:mas|nunca|otra\ vez|de\ nuevo)\b
    |\b(?:nunca|jamas)\ (?:mas\ )?{_WHO_ES}(?:vuelv\w+\ a\ llam\w+|llam(?:e|en|es)\b)
    |\bno\ (?:quiero|queremos|deseo|deseamos)\ (?:que\ (?:me|nos)\ llam\w+(?:\ mas|\ de\ nuevo)?|
        (?:recibir\ )?(?:mas\ )?(?:sus\ |estas\ |tus\ )?llamad(?:as|os)|recibir\ llamad\w+)
    |\b(?:deje|dejen|deja|dejad|paren|pare)\ de\ (?:llamar|marcar|molestar)\w*
    |\b(?:saqu|quit|borr|elimin)(?:en|e|a|ar|enme|ennos|eme|enos|ame|anos)(?:me|nos)?\b.{{0,30}}?
        \b(?:lista|base|registro|agenda|sistema|numero)
    |\b(?:sac|quit|borr|elimin)(?:a|ame|anos|ate|adme|adnos)\b.{{0,30}}?
        \b(?:lista|base|registro|agenda|sistema)
    |\bpierd\w+\ (?:este|mi|nuestro)\ numero
    |\bdo(?:n't|nt|\ not)\ (?:ever\ |you\ )*call(?:\ (?:me|us|here|this\ (?:number|place)))*
        \ (?:again|any\ ?more|back\ here|ever)\b
    |\bdo(?:n't|nt|\ not)\ (?:ever\ )?call\ (?:me|us|here|this\ number)(?=(?:\ please)?$)
    |\bnever\ (?:ever\ )?call(?:\ (?:me|us|here|this\ number|back))*(?:\ again)?(?=\b)
    |\b(?:stop|quit)\ (?:calling|phoning|bothering|ringing|harassing)\b
        (?!\ (?:it|him|her|them|that))
    |\b(?:take|remove|delete|get|drop)\ (?:me|us|my|our|this)\b.{{0,30}}?\b(?:off|from|of)
        \ (?:your|the|that)\b.{{0,20}}?\b(?:list|database|records?|system)
    |\bdo\ not\ call\ list\b
    |\blose\ (?:my|our|this)\ number
    |\bno\ more\ (?:of\ these\ )?calls\b
    |\bdon't\ want\ (?:any\ more|any|these|your|more)\ calls\b
    """,
    re.VERBOSE,
)
_ONLY_FOR_NOW = re.compile(
    r"^ ?(?:mas )?(?:a esta hora|a estas horas|tan|antes|despues|hasta|hoy|ahora|por (?:hoy|ahora)"
    r"|ahorita|este|esta (?:semana|tarde|noche|manana)|en (?:horario|este momento|hora|la noche)"
    r"|los"
    r"|el (?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|fin)|mientras|temprano|tarde"
    r"|de (?:las?|noche|madrugada|dia)|al mediodia|a la (?:noche|siesta|hora)|que|si|cuando"
    r"|para (?:eso|esto)|al|before|after|until|till|so (?:early|late)|at (?:this|night|lunch)"
    r"|during|today"
    r"|tonight|on (?:sundays?|mondays?|week\w+|saturdays?)|right now|this (?:early|late|week)|while"
    r"|when|if|about|between|in the|for (?:that|this))\b"
)
"""Right after such words they ask for another moment, not for silence."""
_NOT_MEANT = re.compile(r"\b(?:si|por que|para que|como|if(?: you)?|why|don't have to|no need to)$")
"""Right before them it is a condition or a question."""
_INSTEAD = re.compile(
    r"\b(?:llame|llama|llamen|llamame|llameme|marque|marca|marqueme|escriba|escribi|escribime|manda"
    r"|mande|mandame|mandeme|yo (?:te|le|lo|la) (?:llamo|marco)|(?:te|le) (?:llamo|llamamos|aviso)"
    r"|call (?:back|later|tomorrow|the|our)|text|email|we'll call|i'll call)\b"
)
"""A mere "don't call" followed by this only points elsewhere."""
_LASTING = re.compile(r"\b(?:mas|nunca|jamas|again|any ?more|never|list|lista|stop)\b")
_TAG = re.compile(
    r"[ ,]+¿? ?(?:si|s[ií]|ok|okey|okay|vale|dale|estamos|quiere[sn]?|por favor|please|will you"
    r"|would you|all right|alright|right|got it|(?:me|se) (?:entiende[ns]?|entendió|entendio)"
    r"|(?:está|esta|queda) claro|entendido|entendió|entendieron|puede ser)\s*\?+\s*$",
    re.IGNORECASE,
)
"""The little question at the end of a sentence that asks nothing: "stop calling, all right?"."""
_SENTENCE = re.compile(r"[^.!?;…\n]+[.!?;…]*")
_AI = re.compile(
    r"\b(?:inteligencia artificial|(?:asistente|agente|secretari[ao]|operadora?|voz|llamada"
    r"|sistema)"
    r" (?:\w+ ){0,2}?(?:virtual|automatic[ao]|automatizad[ao]|digital|artificial)"
    r"|(?:una?|como|esta|soy) ia|\bia\b(?= (?:que|de|y|del|llam\w+))|robot|bot|chatbot|maquina"
    r"|asistente de ia|asistente ia"
    r"|(?:ai|a\.i\.|artificial|automated|virtual|digital|robotic|computer)"
    r" (?:\w+ )?(?:assistant|agent|intelligence|caller|voice|system|secretary|receptionist)"
    r"|an? (?:ai|a\.i\.)\b|artificial intelligence|automated call)\b"
)
_DENIED = re.compile(r"\b(?:no|not|n't|isn't|ningun[a]?|never|tampoco)\b(?: \w+){0,3} ?$")


_RECORDS = re.compile(
    r"\b(?:(?:se (?:esta |va a )?|estamos |estoy |vamos a |voy a )grab\w+|grabamos"
    r"|(?:es|esta|sera|siendo|queda|va a ser) (?:siendo )?grabad\w+|con grabacion"
    r"|(?:is|are|be|being|may be|get|gets|am|we're|i'm|we|i) (?:being )?record(?:ed|ing)?"
    r"|on a recorded line|recorded (?:line|call))\b"
)


def asks_no_more_calls(said: Sequence[TimelineEntry]) -> str:
    """The business's sentence by which it asks never to be called again, or ""."""
    for entry in said:
        if entry.speaker is Speaker.BUSINESS:
            for found in _SENTENCE.findall(entry.text[:2000]):
                if _wants_silence(found):
                    return clean(found, _SHOWN)
    return ""


def discloses(said: Sequence[TimelineEntry]) -> bool | None:
    """Whether the agent's first turn says that it is an AI; None when it said nothing."""
    first: list[str] = []
    for entry in said:
        if entry.speaker is Speaker.AGENT:
            first.append(entry.text)
        elif first:
            break
    if not first:
        return None
    text = fold(" ".join(first))
    return any(_DENIED.search(text[: found.start()]) is None for found in _AI.finditer(text))


def announced_at(said: Sequence[TimelineEntry]) -> float | None:
    """When the agent said that the call is recorded, in seconds since the order: the moment at
    which its words were known, so they are heard within seconds after it. None: it did not, or
    was cut short before.
    """
    for entry in said:
        if entry.speaker is Speaker.AGENT:
            text = fold(entry.text)
            for found in _RECORDS.finditer(text):
                if _DENIED.search(text[: found.start()]) is None:
                    return entry.at_s
    return None


def _wants_silence(sentence: str) -> bool:
    sentence = _TAG.sub(".", sentence)
    if "?" in sentence or "¿" in sentence:
        return False
    text = re.sub(r"[¡!¿,;:.…]+", " ", fold(sentence))
    text = " ".join(text.split())
    for found in _NEVER_AGAIN.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        if _ONLY_FOR_NOW.match(after) or _NOT_MEANT.search(before.rstrip()):
            continue
        if _LASTING.search(found[0]) is None and _INSTEAD.search(after):
            continue
        return True
    return False
