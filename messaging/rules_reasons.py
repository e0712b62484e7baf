"""A refusal with its reason: "dejá, ya lo arreglé yo", "forget it, it's fixed now".

It calls everything off only when what stands beside the refusal is a reason or a courtesy: nothing
in it may wish, ask, choose or name a day or a time. "No, mejor a las 6" stays a change.
"""

from __future__ import annotations

import re

from messaging.rules_choices import NUMBER_WORDS
from messaging.rules_kinds import KIND
from messaging.rules_refusals import said_once, says_no
from messaging.rules_when import when_in
from messaging.rules_words import spelled_out, words_of

_LONGEST = 200
"""Characters."""

_PRONOUNS = r"(?:me |te |se |lo |la |los |las |le |les |nos )*"
_BEFORE = (
    r"(?:(?:no|nop|nope|na|nah|ok|okay|bueno|vale|mejor|gracias|thanks|no gracias|no thanks|sorry"
    r"|perdon|disculpa|disculpe|mira|oye|oiga|che|hey|ay|uy|actually|well|entonces|pues|igual|tio"
    r"|tia|wey|amigo|mate|man|bro|dude|please|por favor|porfa|al final|y|and|so|asi que|o sea"
    r"|sabes que|you know what"
    r"|oh|ah|ey|hombre|que|hola|siempre|asi)[ ,]+)*"
)
_STRONG = re.compile(
    _BEFORE + r"(?:"
    r"(?:dej(?:al[oa]|el[oa]|adl[oa]|emosl[oa])|(?:lo |la )?dejamos(?:lo)?|asi dejal[oa])"
    r"(?: (?:ahi|asi|estar|aqui|por hoy|nomas|correr|ya|pues|entonces|gracias)\b)*"
    r"|dej(?:a|e|ad|en|ate)(?: (?:nomas|ya(?= |$)|eso|pues|gracias|estar))*(?= ,|$| ya | que ya "
    r"| no )"
    r"|olvid(?:al[oa]|el[oa]|ate|ese|emosl[oa]|adl[oa]|arl[oa])(?: (?:de eso|de todo|del tema|ya"
    r"|nomas|por favor|entonces)\b)*|olvida(?:d|r)?(?: eso)?(?= ,|$| ya )"
    r"|(?:cancel|anul|abort|suspend)(?:al[oa]|a|el[oa]|e|ar|arl[oa]|emos|emosl[oa]|en|ad|adl[oa]"
    r"|o|amos)?"
    r"(?: (?:la|el|mi|esa|ese|esta|este|todo|eso|esto|ya|llamada|reserva|pedido|busqueda|por favor"
    r"|porfa|nomas|it|that|this|the|my|everything|please|call|search|booking)\b)*"
    r"|(?:cort|cuelg|colg)(?:a|al[oa]|e|en|ue|uen|ad|ar)(?: (?:la|llamada|ya|por favor|porfa)\b)*"
    rf"|(?:ya )?(?:no|ni) {_PRONOUNS}(?:hace falta que |quiero que )?{_PRONOUNS}"
    r"(?:llames|llame|llamen|marques|marque|hables|hable|molestes|moleste|hagas nada|haga nada"
    r"|reserves|reserve|preocupes|busques|sigas|siga|contactes|gastes)"
    r"(?: (?:a nadie|nada|mas|ya|por favor|porfa|entonces|a ninguno|ninguno)\b)*"
    r"|(?:ya )?no (?:va a hacer|hace|hara|haria) falta(?: (?:ya|nada|mas|gracias)\b)*"
    r"|(?:ya )?no (?:es necesario|tiene sentido)|ya fue(?: (?:todo|eso))?"
    r"|me (?:he )?arrepenti(?:do)?"
    r"|(?:he )?cambi(?:e|ado|o) de (?:idea|opinion|planes)"
    r"|never ?mind|nvm|forget (?:it|about it|that|this|the (?:call|whole thing))"
    r"|leave it(?: (?:out|there|be|please|thanks|then))*|drop (?:it|that)"
    r"|(?:scrap|scratch|skip|bin|kill) (?:it|that)|hang up(?: (?:on them|now|please))*"
    r"|(?:stop|end|abort)(?: (?:the|this|that|call|calling|search|it|now|please|everything"
    r"|looking)\b)*"
    r"|(?:please )?(?:don't|dont|do not) (?:call|bother|book|ring|worry)"
    r"(?: (?:them|it|him|her|anyone|anybody|anymore|about it|please|now|calling)\b)*"
    r"|no need(?: to (?:call|book|bother|ring)(?: (?:them|anyone|it))?)?(?: (?:anymore|now))*"
    r"|call (?:it|this|the whole thing) off|(?:i(?:'ve| have)? )?changed my mind"
    r")(?= |$)"
)
_WEAK = re.compile(
    _BEFORE + r"(?:no|nop|nope|na|nah|nel|paso|ya no|que no|mejor no|al final no|siempre no|que va"
    r"|no (?:gracias|thanks|thank you|thx)|i'll pass|i'm good|not (?:anymore|interested|now)"
    r"|ningun[ao]|none|none of (?:them|these|those)|neither|not any more|no longer)(?= |$)"
)
_ON_THE_WAY = (
    r"(?:(?:que|porque|es que|pues|total|igual|mejor|al final|por suerte|cause|because|cuz|since"
    r"|and|but|y|pero|as|cos|bc|o sea|gracias|thanks|thank you)[ ,]+)*"
)
_REASON = re.compile(
    _ON_THE_WAY + r"(?:"
    r"ya (?!mismo\b|que\b|llam[ae]\b|marca|pide|reserva\b|busca)\w+.*"
    rf"|{_PRONOUNS}(?:voy|llamo|llamare|paso|hago|hare|veo|resolvi|resuelvo|arregl[eo]|arreglamos"
    r"|soluciono|solucione|consegui|conseguimos|encontre|encontramos|llame|pase|fui|compre|saque"
    r"|hice|salio|surgio|arreglo|encargo|ocupo|invitaron|avisaron|contestaron|respondieron"
    r"|atendieron|acaban de|acaba de|acabo de|olvide|confundi|equivoque|queda|quedan|quedo)"
    r"(?!\w).*"
    rf"|{_PRONOUNS}(?:he|hemos|ha|han) (?:\w+[aist][do]o|hecho|visto|puesto"
    rf"|resuelto)(?: \w+){{0,5}}"
    r"|(?:luego|despues|mas tarde) (?:lo|la|los|las|yo) \w+(?: \w+){0,3}"
    r"|yo (?:lo|la|los|las|me|mism[oa]|voy|llamo|paso|veo)\b.*"
    r"|no (?:hace|hara|va a hacer) falta.*|no (?:es|era) (?:necesario|nada|urgente|para tanto)"
    r"|(?:ya )?no (?:lo |la |los |las )?(?:necesit[oa]|quiero|preciso|hago|voy)(?: mas| nada| ir)*"
    r"|no (?:voy a (?:ir|poder)|vale la pena|tengo (?:plata|dinero|ganas)|me da (?:el tiempo"
    r"|la vida)"
    r"|me (?:interesa|convence|gusta|sirve|late|mola|cierra|copa|apetece|alcanza)n?)(?: \w+)?"
    r"|(?:esta|estan|es|son|sale|salen|sali[oa]|me parece|me queda|me quedan|quedan?)?"
    r" ?(?:muy|re|super|demasiado|bastante|tan|un poco|medio|mucho mas)"
    r" (?:car[oa]s?|lejos|mal[oa]s?|tarde|lejan[oa]s?)"
    r"|(?:hubo )?(?:un )?cambio de planes|falsa alarma|era (?:una )?broma|me cambiaron los planes"
    r"|(?:mi|un|una|el|la) (?:\w+ ){1,2}(?:ya )?(?:me|lo|la|se|nos) (?:va a )?\w+.*"
    r"|(?:i|we) (?:already |just |only |have |found|got|sorted|fixed|managed|changed|did|don't need"
    r"|no longer|solved|figured|booked|called|went|will do it|can do it|'ll).*"
    r"|(?:i|we)'(?:ve|ll|m|re) (?:already |just |now )?(?:found|got|sorted|fixed|changed|managed"
    r"|done|been|had|good|fine|do(?:ing)? it|handle|figure|sort|go(?:ing)? myself|call(?:ed)? them"
    r" myself|call myself|made|solved|all set|no longer|busy|tired|called|booked|solve).*"
    r"|(?:it|that|this)(?:'s|s| is| was| has|'s been)? (?:already |all |been |just |now |too "
    r"|way too"
    r" |so |very |really )*(?:fixed|sorted|done|fine|working|works|solved|resolved|okay|ok|over"
    r"|expensive|far|pricey|late|stopped|came back|nothing|a (?:mistake|false alarm)|handled|gone)"
    r"(?: .*)?"
    r"|(?:already|all|found|got|sorted|fixed|solved|done|managed|just) .*|sorted|fixed|solved"
    r"|(?:my|a|the) \w+ (?:already |just |has |is |can |will |did |fixed |sorted |found ).*"
    r"|(?:they|he|she|someone|somebody)(?:'ve|'s| have| has| already| just)? (?:already |just )?"
    r"(?:called|fixed|came|sorted|answered|rang|did|done|replied|got back).*"
    r"|something came up|plans (?:have )?changed|change of plans?|false alarm|too (?:expensive|far"
    r"|pricey|late|much)|no need.*|not needed(?: .*)?|my (?:mistake|bad)"
    r")"
)
_COURTESY = re.compile(
    r"(?:muchas |muchisimas |mil |igual |de todos modos |ok |y |and |many )*"
    r"(?:gracias|thanks|thank you|thx|cheers|ta)"
    r"(?: (?:igual|igualmente|anyway|though|por todo|de todos modos|de todas formas|so much|a lot"
    r"|por (?:la|tu|su) ayuda|for (?:your help|nothing|everything|asking)|mate|tio|amig[oa]|che"
    r"|muy amable|you|guys|eh|de verdad|all the same))*"
    r"|por favor|porfa|please|pls|lo siento(?: mucho)?|perdon(?: por (?:la|las|el|los) \w+)?"
    r"|sorry(?: (?:about (?:that|this|it)|for (?:the|your) \w+|mate|for bothering you|to bother"
    r"(?: you)?))?|disculp\w+(?: (?:las?|los?|el|la) (?:molestias?|lio|confusion|demora))?"
    r"|(?:muy )?amable|saludos|un saludo|chau|adios|bye|ok|okay|vale|listo|bueno|che|tio|jaja\w*"
    r"|haha\w*|lol|xd|a otra cosa|otra vez sera|que pena|hasta luego|buen dia|buen[oa]s? \w+|hola"
    r"|hi|hey|ya esta|y ya|nada|en serio|por hoy|nomas"
)
_NOT_WISHED = re.compile(
    rf"(?<!\w)(?:(?:no|ni|no hace falta que|tampoco) {_PRONOUNS}(?:llam|marqu|reserv|busqu|pregunt"
    r"|habl|molest|quiero|necesit|precis|hag|pid|prefier)\w*"
    r"|(?:don't|dont|do not|no need to|didn't|no longer|without) (?:call|book|ring|bother|find|look"
    r"|need|want|search|try|change)\w*"
    rf"|ya {_PRONOUNS}(?:llame|busque|marque|reserve|pedi|pregunte|probe|pase|cambie|saque"
    rf"|consegui)"
    r"|(?:pero|but)(?= (?:ya|i|i've|we|it's|no)\b)|mejor"
    r"(?= (?:no|dejal[oa]|lo dejamos|olvidal[oa]|asi|voy|vamos|lo hago|yo|me las)\b)"
    r"|(?:i|we)(?:'ve|'ll| will| have)? (?:just |already )*(?:call|book|ring|find|search"
    r"|try)(?:ed)?"
    r"|(?:por|con|en|a|de|consegui|encontre|tengo) (?:un |una )?otr[oa]s?(?: lado| lugar| sitio)?"
    r"|cambi(?:e|ado|o) (?:de (?:idea|opinion|planes)|my mind)|change of plans?"
    r"|(?:stop|end|hang up) the call|call (?:it|this) off|otra vez sera|(?:luego|despues|ya"
    r"|mas tarde) (?:lo|la|los|las|yo)(?= )|(?:me )?acaban? de llamar"
    r"|(?:the|this|that|la|esa) (?:call|search|booking|reserva)|ya no quiero"
    r"|(?:someone|somebody|something|somewhere|anything) else|another (?:one|place|guy|plumber))"
    r"(?!\w)"
)
_WISHED = re.compile(
    r"(?<!\w)(?:quier\w+|quisier\w+|necesit\w+|precis[oa]\w*|prefier\w+|prefer\w*|busc\w+|mejor"
    r"|llam(?:a|ale|ales|alo|ala|alos|alas|ame|en|e|ar|arlo|as|ad)|marc(?:a|ale|alo|ame|ar|as)"
    r"|reserv(?:a|ame|alo|ar|as|ale|ado)|prob(?:a|ale|emos|ar)|prueb\w+|intent\w+|pon(?:e|ele|me|le"
    r"|lo|la)?|cambi\w+|pas(?:ame|alo|ala|arlo|a)|pregunt\w+|decile\w*|dile\w*|dig(?:ale|a)|avis\w+"
    r"|sac(?:a|ame|ar|as)|pedi(?:me|le|r)?|pid(?:e|eme|ele|as)|consegui(?:me|r)|consigue\w*|dame"
    r"|mostr\w+|muestr\w+|list(?:a|ame)|solo(?= \w)|solamente|hablale|manda\w*|agend\w+|otr[oa]s?"
    r"|en vez"
    r"|en lugar|sino|pero|que sea|si|podes|podrias?|puedes?|podria|espera\w*|haceme|hazme"
    r"|hace(?:lo|r)?"
    r"|ahorita|luego|despues|antes|instead|rather|but|book|call|ring|phone|find|try|look|search"
    r"|want|need|would|i'd|make|can|could|change|switch|another|different|later|only|unless|if"
    r"|list|show|give|get me|get us|tell|ask|wait|until|till|before|after|just the|el de|la de"
    r"|el que|la que|the one|option|opcion|number|numero)(?!\w)"
)
_OPENS_A_WISH = re.compile(
    r"(?:un|una|unos|unas|el|la|los|las|en|para|con|a|al|de|del|por|the|an|for|in|at|with|to|on"
    r"|from"
    r"|near|cerca|y|and|es|que|this|next|that)(?!\w)"
)


def refuses(folded: str, *, plainly: bool = False) -> bool:
    """Whether the message refuses, and says besides only why, or thanks.

    `plainly`: only words of calling off count ("dejalo"), not a bare no.
    """
    if len(folded) > _LONGEST or "?" in folded or re.search(r"[0-9]", folded):
        return False
    clauses = _clauses(folded)
    if not clauses or len(clauses) > 8:
        return False
    strong = any(_is_strong(clause) for clause in clauses)
    if not strong and (plainly or _refused_weakly(clauses[0]) is None):
        return False
    return all(_only_explains(clause, strong=strong) for clause in clauses)


_CLAUSE_ENDS = re.compile(
    r"[,.;:!()\n\u2026]+|(?<!\w)(?:so|then|and|asi que|entonces|y) (?=(?:never ?mind|forget|cancel"
    r"|leave it|don't|dont|no need|dejal|olvid|no llam|no marq|anul)\w*)"
)


def _clauses(folded: str) -> list[str]:
    text = spelled_out(re.sub(r"(?<=\w)/(?=\w)", " ", folded))
    parts = (" ".join(words_of(part)) for part in _CLAUSE_ENDS.split(text))
    return [said_once(part) for part in parts if part]


def _is_strong(clause: str) -> bool:
    match = _STRONG.match(clause)
    return match is not None and _explains(clause[match.end() :].strip())


def _refused_weakly(clause: str) -> re.Match[str] | None:
    return _WEAK.match(clause)


def _only_explains(clause: str, *, strong: bool) -> bool:
    if says_no(clause) or _COURTESY.fullmatch(clause) or _explains(clause):
        return True
    head = _STRONG.match(clause) or _WEAK.match(clause)
    if head is not None and head.end() > 0 and _explains(clause[head.end() :].strip()):
        return True
    # Beside plain words of calling off anything may be told that wishes nothing.
    return (
        strong
        and not _OPENS_A_WISH.match(clause)
        and not _wishes(clause)
        and not _names_a_time(clause)
        and KIND.search(clause) is None
    )


def _explains(rest: str) -> bool:
    """Whether these words after a refusal are a reason or a courtesy, or nothing."""
    if not rest or _COURTESY.fullmatch(rest) or says_no(rest):
        return True
    if _REASON.fullmatch(rest) is None or _wishes(rest):
        return False
    return not _names_a_time(rest) or re.match(r"(?:que |porque |es que )?ya ", rest) is not None


def _wishes(clause: str) -> bool:
    return _WISHED.search(_NOT_WISHED.sub(" ", clause)) is not None


def _names_a_time(clause: str) -> bool:
    if any(word in NUMBER_WORDS and word not in _NO_NUMBERS for word in words_of(clause)):
        return True
    when = when_in(clause, clause)
    return bool(when.date or when.time)


_NO_NUMBERS = frozenset({"uno", "una", "one"})
"""More often "one of them" than a number."""
