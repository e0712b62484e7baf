"""No, and everything that calls a wish off: the answers that drop what was asked.

What a model calls a cancellation is held against `could_be_cancel`.
"""

from __future__ import annotations

import re

from messaging.rules_words import LONGEST_ANSWER, has_no, words_of

_CALL_OFF = (
    r"cancel\w*|anul\w*|abort\w*|suspend\w*|deten\w*|stop|basta|alto|cort[ae](?:la|lo|le|n)?"
    r"|cuelg(?:a|ue|uen)(?:le|la|lo)?|colga|para|paral[oa]|pare|paren|frena|salir|quit|exit|end"
    r"|unsubscribe|hang up(?: on them)?"
)
_WHAT = (
    r"(?: (?:la|el|esa|ese|esta|este|mi|todo|eso|esto|ya|now|it|that|this|the|my|everything|please"
    r"|call|llamada|reserva|turno|cita|pedido|busqueda|toda|booking|search|appointment))*"
)
_NO_CLAUSE = re.compile(
    r"(?:mejor |bueno |ok |okay |vale |dale |no |nop |nope |na |nah |ay |uy |perdon |sorry "
    r"|entonces "
    r"|che |pues |igual |gracias |thanks |al final |siempre |finalmente |actually |well |sabes que "
    r"|ahora que lo pienso |pensandolo bien |on second thought |oye |oiga |mira |hey |no gracias "
    r"|tio |tia |mate |man |bro |dude |amigo |asi |que |please |por favor )*(?:"
    r"no|nop|nope|na|nah|nel|nel pastel|negativo|nones|(?:para )?nada|nada de eso|(?:claro )?que no"
    r"|ni (?:loc[oa]|hablar|modo|de broma|en pedo|en pedos|ahi)|de ninguna manera|paso de todo"
    r"|ningun[ao]s?"
    r"(?: de (?:es[ao]s|est[ao]s|ell[ao]s|l[ao]s (?:dos|tres|cuatro|cinco|anteriores)))?"
    r"(?: me (?:sirven?|gustan?|convencen?|interesan?|laten?|molan?|cierran?|copan?|tincan?|va|van"
    r"|vale|valen|apetecen?|queda bien|quedan bien))?"
    r"|no me (?:sirve|gusta|convence|interesa|late|mola|cierra|copa|apetece|vale|va)n?"
    r"(?: ningun[ao]s?| nada| nadie)?(?: de (?:es[ao]s|est[ao]s|ell[ao]s))?"
    r"|(?:ya|por ahora|todavia) no|no por (?:ahora|el momento)"
    r"|no (?:va|vale|importa|gracias|quiero)|da igual|asi no|tampoco"
    r"|(?:ya )?(?:no|ni) (?:me |te |lo |los |la |las |le |les |quiero que |hace falta que )*"
    r"(?:llames|llame|llamen|marques|marque|hables|hable|hagas|haga|reserves|reserve|molestes"
    r"|moleste|preocupes|busques|busque|contactes|insistas)"
    r"(?: (?:nada|mas|a nadie|por favor|ya|entonces|a ninguno|a ninguna))*"
    r"|(?:ya )?no (?:quiero|(?:va a )?hac(?:e|er) falta|hara falta|necesito|lo necesito"
    r"|la necesito|es necesario|los quiero|lo quiero|la quiero)(?: mas| nada"
    r"| ningun[ao](?: de (?:es[ao]s|est[ao]s|ell[ao]s))?)*"
    r"|(?:dej(?:al[oa]|emosl[oa]|e(?:l[oa])?|emos|ad(?:l[oa])?|ar(?:l[oa])?)|lo dejamos|dejamoslo)"
    r"(?: (?:ahi|asi|estar|aqui|por hoy|nomas|correr|pasar))*|asi dejal[oa]|deja|dejame|ya fue"
    r"|que va|paso|paso de esto|siempre no"
    r"|ya (?:lo|la|me lo|lo he) (?:resolvi|resolvimos|consegui|solucione|solucionado|arregle"
    r"|conseguido|resuelto)|ya (?:consegui|encontre)(?: (?:turno|cita|otro|otra|uno))?"
    r"|no sigas|no siga"
    r"|olvidal[oa]|olvidate(?: de eso)?|olvid\w+|me arrepenti|(?:he )?cambi(?:e|ado) de (?:idea"
    r"|opinion|planes)|me (?:lo )?he arrepentido"
    r"|es[oae]s? (?:no|tampoco)"
    rf"|(?:{_CALL_OFF}){_WHAT}"
    rf"|(?:quiero|quisiera|podes|puedes|necesito|i want to|i'd like to|can you|could you|please)"
    rf" (?:{_CALL_OFF}|dejarlo|parar){_WHAT}"
    r"|never ?mind|nvm|forget (?:it|about it|that)|no (?:thanks|thank you|thx|way)|not (?:now"
    r"|that one"
    r"|really|anymore|interested)|none(?: of (?:them|these|those|the above))?|neither"
    r"|(?:please )?(?:don't|dont|do not) (?:call|do it|book|bother)"
    r"(?: (?:them|it|him|her|anyone|anymore|please))*"
    r"|(?:i(?:'ve| have)? )?changed my mind|leave it(?: out| there| be)?|drop (?:it|that)"
    r"|(?:scratch|scrap|skip|bin|kill) (?:it|that|the whole thing)|no more"
    r"|don't worry(?: about it)?"
    r"|none of (?:these|those|them) (?:please|thx|thanks|work(?: for me)?|appeal)"
    r"|(?:i )?(?:don't|dont|do not) (?:want|need)(?: (?:it|that|this|them|anything|you to call))?"
    r"|i(?:'m| am) (?:good|not interested|out)|i'll pass|hard pass|call (?:it|this) off|n"
    r")"
    r"(?: (?:no|gracias|muchas gracias|mil gracias|por favor|porfa|porfis|please|pls|thanks"
    r"|thank you|thx|ya|che|todo|mejor|entonces|ahora|then|nomas|pues|amigo|tio|hombre|dejalo"
    r"|dejala|deja"
    r"|cancela|cancelalo|stop|anymore|any more|now|right now|igual|no llames|para|parala|mas))*"
)
_COURTESY = re.compile(
    r"(?:(?:ok|bueno|muchas|mil|igual|igualmente) )*gracias(?: igual| de todos modos| por todo)?"
    r"|por favor|porfa|porfis|please|pls|thanks(?: anyway| though)?|thank you|lo siento|perdon"
    r"|sorry|igual|ok|okay|vale|bueno|che|ya|disculp[ae]|hola|nomas|oye|oiga|pues|mejor|uy|ay"
    r"|hombre|tio|tia|amig[oa]|bro|man|dude|capo|wey|guey|mate|senor(?:a|ita)?"
)


_EXPLICIT_STOP = re.compile(
    rf"(?<!\w)(?:{_CALL_OFF}|dej(?:a|al[oa]|ad|e)|olvid\w+|me arrepenti|no (?:lo |los |les )?"
    r"(?:llam|marqu|sig)\w+|hang up|never ?mind|forget it|drop it|leave it|(?:don't|dont|do not)"
    r" (?:call|bother|book))(?!\w)"
)


_TWICE = re.compile(r"\b(\w{1,20}(?: \w{1,20})?)(?: \1\b){1,40}")


def said_once(clause: str) -> str:
    """ "noooo", "cuelga cuelga", "que no que no": what is said with more force is the same."""
    clause = re.sub(r"([a-z])\1{2,}", r"\1", clause)
    clause = re.sub(r"\bn+o+\b", "no", re.sub(r"\bna{2,}h*\b", "na", clause))
    return _TWICE.sub(r"\1", clause)


def says_no(folded: str) -> bool:
    """Whether the whole message says no, or calls everything off."""
    if len(folded) > LONGEST_ANSWER or "?" in folded:
        return False
    clauses = [
        " ".join(words_of(clause)) for clause in re.split(r"[,.;:!\n]+", folded) if clause.strip()
    ]
    clauses = [said_once(clause) for clause in clauses if clause]
    if not clauses:
        return bool(re.search("[\U0001f44e\u274c\U0001f6d1\U0001f6ab]", folded))
    noes = [_NO_CLAUSE.fullmatch(clause) is not None for clause in clauses]
    return any(noes) and all(
        no or _COURTESY.fullmatch(clause) for no, clause in zip(noes, clauses, strict=True)
    )


def says_stop(folded: str) -> bool:
    """Whether a no is more than an answer: the call itself is not wanted any more."""
    return says_no(folded) and (_EXPLICIT_STOP.search(folded) is not None or not words_of(folded))


_DROPPED = re.compile(
    r"(?<!\w)(?:cancel\w*|anul\w*|abort\w*|suspend\w*|stop|basta|cuelg\w*|colga|paral[oa]"
    r"|dej(?:a|al[oa]|em\w+|ar\w*|ad|e)|olvid(?:al[oa]|el[oa]|ate|emos\w*|arlo)|arrep\w+|desist\w+"
    r"|descart\w+|mejor no|al final no|siempre no|ya (?:no|fue|consegui|resolvi|encontre)|ningun\w*"
    r"|cambi(?:e|amos) de (?:idea|opinion|planes)|otra vez sera|no (?:me |lo |la |los "
    r"|las )?(?:llam"
    r"|marqu|sig|reserv)\w+|no (?:quiero|hace falta|necesito)|hang up|never ?mind|forget (?:it|that"
    r"|about)|drop (?:it|that)|leave it|changed my mind|(?:don't|dont|do not) (?:call|want|need"
    r"|bother"
    r"|book)|no longer|not (?:anymore|interested)|call (?:it|this) off)(?!\w)"
)
_HALF_DROPPED = re.compile(r"(?<!\w)(?:me quedo en|pensandolo|paso|on second thought)(?!\w)")
_UNSURE = re.compile(
    r"(?<!\w)(?:no (?:se|estoy|entiend\w+|tengo|recuerdo|veo|hay)|not sure|(?:don't|dont|do not) "
    r"(?:know|understand|remember|have|mind)|todavia no|not yet|todavia)(?!\w)"
)
_LONGEST_NO = 8
"""Words; what is longer says more than no."""


def could_be_cancel(folded: str, *, plainly: bool) -> bool:
    """Whether a person could mean by this that nothing is to be done: the limit for a model.

    `plainly`: only words of calling off count, not any no.
    """
    if _DROPPED.search(folded) or _HALF_DROPPED.search(folded):
        return True
    short = len(words_of(folded)) <= _LONGEST_NO and "?" not in folded
    return not plainly and short and has_no(folded) and _UNSURE.search(folded) is None
