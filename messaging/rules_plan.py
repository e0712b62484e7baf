"""What a message says about calling several businesses one after the other. Pure.

Which of the list, in which order, and whether the next may be called without asking again. The last
needs words that say so ("y si no la 3", "probá con todas", "until one has room"): in doubt the
customer is asked, so that nothing here can call somebody they did not mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from data.errand import CallPlan
from messaging.rules_choices import LAST, NUMBER_WORDS, telling_words
from messaging.rules_when import when_in
from messaging.rules_words import has_no, spelled_out, words_of
from messaging.rules_yes import says_yes
from messaging.text import composed, fold

_NOTHING = CallPlan()
_LONGEST_TEXT = 300
"""Characters; who writes more than that says more than an order of calls."""
_MOST_OPTIONS = 50

_CANNOT = (
    r"(?:puede|pueden|tienen?|hay|da|dan|atienden?|contestan?|responden?|quedan?|consegui\w*"
    r"|llegan?"
    r"|estan?|les queda|se puede)(?: (?:lugar\w*|turnos?|cita|citas|espacio|disponib\w*|hueco|nada"
    r"|hora|horario|mesa|cupo|sitio|atender\w*|ese dia|esa hora|el telefono|ahi|abiert[oa]s?))*"
)
_IF_NOT = (
    rf"(?:si no|sino)(?: {_CANNOT})?|si (?:esta|estan|dicen que|me dicen que|te dicen que)"
    r" (?:no|ocupad\w+|llen[oa]s?|complet[oa]s?|cerrad\w+)|en su defecto|de lo contrario"
    r"|caso contrario"
    r"|if (?:not|(?:they|he|she|it|that one|the first|nobody|that)(?: one)?(?: (?:can't|cannot"
    r"|can not|cant|don't|doesn't|isn't|aren't|won't|is|are|has|have|says?)|'re|'s)(?: (?:have|make"
    r" it|answer\w*|pick up|free|room|full|busy|closed|booked|no|not|a|an|any|slots?|space|tables?"
    r"|anything|available|open|it))*)"
    r"|otherwise|or else|failing that"
)
_FALLBACK = re.compile(rf"(?<!\w)(?:{_IF_NOT})(?!\w)")
_UNTIL = re.compile(
    r"(?<!\w)(?:hasta (?:que (?:algun|una|uno|consig|encuentr|haya|te|me|den)\w*|consegui\w*"
    r"|encontrar\w*|dar con)|(?:la|el|los|las) (?:primer[oa]? )?que (?:pueda|tenga|conteste"
    r"|atienda|de"
    r"|consigas)n?|cualquiera que (?:tenga|pueda|atienda|conteste)|until (?:one|you|somebody"
    r"|someone"
    r"|any)\w*|(?:whichever|whoever)(?: one)? (?:has|can|answers?|picks up|is free))(?!\w)"
)
_ALL = re.compile(
    r"(?<!\w)(?:todas|todos|tod[oa]s (?:las|los) que|all(?: (?:of (?:them|these|those)|\d))?"
    r"|them all"
    r"|each(?: one)?|every ?one)(?!\w)"
)
_ONE_BY_ONE = re.compile(
    r"(?<!\w)(?:prob\w+|prueb\w+|intent\w+|llam\w+|marc\w+|habl\w+|recorr\w+|pregunt\w+|consult\w+"
    r"|try|call|ring|phone|go through|work through|ask)(?!\w)"
)
_ANY = re.compile(
    r"(?:(?:me )?da (?:igual|lo mismo)|no (?:me )?importa|i don't (?:mind|care)|dale|ok|con|a"
    r"|la que"
    r"|el que|mejor|pues|por favor|porfa|please|llama|llamale|elegi|elige|escoge|whatever|call"
    r"|any of them|no matter|doesn't matter|quieras|sea|you like|you want|pick|vos|tu|la|el"
    r"|[ ,.!])*"
    r"(?:whichever|cualquiera(?: de (?:ellas|ellos|esas|esos|las (?:dos|tres|cuatro|cinco)))?"
    r"|any(?: one)?"
    r"(?: of (?:them|those|these))?|whichever you (?:like|want|prefer))"
    r"(?:por favor|porfa|please|esta bien|me da igual|me sirve|is fine|will do|works|[ ,.!])*"
)
_ALL_ALONE = frozenset(
    """
    a con en las los la el y dale ok si por favor porfa please yes todas todos all of them
    the menos excepto salvo except for but orden order in bueno vale go con call llama llamale
    """.split()
)
_THE_OTHERS = re.compile(
    r"(?<!\w)(?:(?:con |a |en |por )?(?:l[oa]s? )?(?:otr[oa]s?(?: (?:lugar|lado|sitio|opcion\w*"
    r"|de la"
    r" lista|que (?:hay|encuentres|tenga\w*)))?|demas|siguientes?|proxim[oa]s?|que siguen?|resto)"
    r"|(?:the )?(?:next(?: ones?)?|others?|rest|another(?: one| place)?|other ones?)"
    r"|somewhere else|someone else)(?!\w)"
)
_EXCEPT = re.compile(r"(?<!\w)(?:menos|excepto|salvo|except(?: for)?|but not|but)(?= )")
_ASK_ME = re.compile(
    r"(?<!\w)(?:(?:pregunt|avis|consult|dec|dig|cont)\w*(?:me|nos)|preguntame|avisame|decime"
    r"|dime|diga"
    r"me|me (?:avis|pregunt|dec|consult|cont)\w*|ask me|tell me|let me know|check with me|text me"
    r"|before (?:you )?call\w*|antes de llamar|te (?:digo|aviso)|vemos|veo)(?!\w)"
)
_WITHOUT_ASKING = re.compile(
    r"(?<!\w)(?:sin (?:pregunt|avis|consult)ar(?:me)?|without asking(?: me)?"
    r"|(?:no (?:hace falta que|"
    r"me)|no need to) (?:me )?(?:pregunt|avis|consult|ask)\w*(?: me)?)(?!\w)"
)
_DONT_CARE = re.compile(
    r"(?<!\w)(?:no (?:me )?importa(?: (?:cual|el orden))?|i don't (?:mind|care)"
    r"|no matter which)(?!\w)"
)
_POLITE = re.compile(
    r"^\W*(?:che |oye |oiga |hola |hi |hey )*(?:me )?(?:pod|pued|podr|could|can|would)\w*"
)
_IN_ORDER = re.compile(
    r"(?<!\w)(?:despues|luego|then|after that|y al final|por ultimo|en (?:ese|este) orden"
    r"|in (?:that|this) order|a continuacion|enseguida|followed by|seguid[oa] de)(?!\w)"
)
_FIRST = re.compile(
    r"(?<!\w)(?:primero|first|empez\w+|empiez\w+|arranc\w+|start(?:ing)?)(?= (?:(?:con|por|a"
    r"|with|call"
    r"|try|llama\w*|proba\w*) )?(?:la|el|al|lo|the|number|option|opcion|numero|call|try|[0-9]))"
)
_EITHER = re.compile(r"(?:^|[ ,])(?:o|u|or)(?= |,|$)")
_NUMBER = re.compile(
    r"(?<![\w:.,/$+-])(?<!para )(?<!for )(?<!las )(?<!of )(?<!somos )(?P<lead>(?:la|el|al|lo"
    r"|opcion|opciones|numero|nro|number|option|the|#)"
    r" ?(?:(?:opcion|numero|nro|number|option) ?)?)?(?P<word>[0-9]{1,2}(?:ra|da|ro|do|to|ta|era"
    r"|er|st"
    r"|nd|rd|th)?|[a-z]+)(?![\w/%]|[:.,][0-9]| ?(?:hs?|hrs?|horas?|am|pm|a\.m|p\.m|min\w*|personas?"
    r"|people|gente|pesos|euros|dolares|cortes?|dias?|days?|hours?|veces|times|y media|y cuarto)\b)"
)
_BARE_CARDINALS = frozenset(
    "uno una dos tres cuatro cinco seis siete ocho nueve diez one two three four five six seven"
    " eight nine ten cuarto second".split()
)
_PLACE_LEAD = re.compile(
    r"(?:^|[,;.]|(?<!\w)(?:la|el|lo|de|del|a|al|con|en|por|llam\w+|prob\w+|prueba|intenta"
    r"|primero|despues"
    r"|luego|si no|sino|no|then|try|call|first|with|the|y|o|and|or|not))\s*$"
)


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    number: int


def plan_in(text: str, options: tuple[str, ...]) -> CallPlan:
    """What `text` says about the order of calls. `options`: the names on the list, or ().

    Never raises. `order` is empty when the text chooses nothing or not clearly; `go_on` only when
    it says in so many words that the next may be called when one cannot.
    """
    plain = composed(text[: _LONGEST_TEXT + 1]).strip()
    if not plain or len(plain) > _LONGEST_TEXT or len(options) > _MOST_OPTIONS:
        return _NOTHING
    folded = _without_times(plain, spelled_out(fold(plain)))
    if "?" in folded and not _POLITE.match(folded):
        return _NOTHING
    names = tuple(fold(composed(name)) for name in options)
    if _ANY.fullmatch(folded.strip()):
        return CallPlan(tuple(range(1, len(names) + 1)))
    allowed = _WITHOUT_ASKING.search(folded) is not None
    folded = _DONT_CARE.sub(" ", _WITHOUT_ASKING.sub(" ", folded))
    persists = _UNTIL.search(folded) is not None
    folded = _UNTIL.sub(lambda match: "#" * len(match.group()), folded)
    fallback = _FALLBACK.search(folded) is not None
    words = [word for word in words_of(folded) if word not in NUMBER_WORDS and not word.isdigit()]
    one_by_one = _ALL.search(folded) is not None and (
        persists
        or allowed
        or _ONE_BY_ONE.search(folded) is not None
        or (bool(names) and all(word in _ALL_ALONE for word in words))
    )
    if has_no(_FALLBACK.sub(" ", folded)):
        return _NOTHING
    go_on = (persists or fallback or one_by_one) and _ASK_ME.search(folded) is None
    if not names:
        more = fallback and _THE_OTHERS.search(folded) is not None
        return CallPlan(go_on=go_on and (more or one_by_one))
    if one_by_one or (persists and not _mentions(folded, names)):
        return CallPlan(_all_of(folded, names), go_on)
    return _listed(folded, names, go_on, persists)


def mentioned(text: str, options: tuple[str, ...]) -> frozenset[int]:
    """The entries (1-based) that `text` names by number or by name: no reading of it may choose
    another. "Para dos personas" and "a las 2" name none.
    """
    plain = composed(text[:_LONGEST_TEXT]).strip()
    names = tuple(fold(composed(name)) for name in options[:_MOST_OPTIONS])
    found = _mentions(_without_times(plain, spelled_out(fold(plain))), names)
    return frozenset(mention.number for mention in found if mention.number <= len(names))


def _without_times(plain: str, folded: str) -> str:
    """Blanks days and times, whose numbers are none of the list's; "a la 1" may be a choice."""
    spans = when_in(folded, folded).spans
    chars = list(folded)
    for start, end in spans:
        if not re.fullmatch(
            r"(?:a )?la (?:1|una)|(?:the )?(?:1st|2nd|3rd|[4-9]th)", folded[start:end]
        ):
            chars[start:end] = " " * (end - start)
    return "".join(chars)


def _all_of(folded: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """The whole list, without what is excepted; what is named to begin with comes first."""
    mentions = _mentions(folded, names)
    excepted = _EXCEPT.search(folded)
    out = {m.number for m in mentions if excepted and m.start > excepted.start()}
    begun = _FIRST.search(folded) is not None
    first = [m.number for m in mentions if begun and m.number not in out][:1]
    rest = [n for n in range(1, len(names) + 1) if n not in out and n not in first]
    return (*first, *rest)


def _listed(folded: str, names: tuple[str, ...], go_on: bool, persists: bool) -> CallPlan:
    mentions = _mentions(folded, names)
    order = tuple(dict.fromkeys(mention.number for mention in mentions))
    if not order or any(not 1 <= number <= len(names) for number in order):
        return _NOTHING
    if len(order) == 1:
        others = _FALLBACK.search(folded) and _THE_OTHERS.search(folded, mentions[0].end)
        if not others:
            return CallPlan(order) if _only_chooses(folded, mentions, names) else _NOTHING
        rest = tuple(n for n in range(1, len(names) + 1) if n not in order)
        return CallPlan((*order, *rest) if go_on else order, go_on)
    gaps = [folded[one.end : two.start] for one, two in pairwise(mentions)]
    chained = all(_FALLBACK.search(gap) for gap in gaps)
    ordered = (
        _IN_ORDER.search(folded) or _FIRST.search(folded) or _ONE_BY_ONE.search(folded)
    ) is not None
    if any(_EITHER.search(gap) and not _FALLBACK.search(gap) for gap in gaps) and not persists:
        return _NOTHING
    if not (chained or persists or ordered):
        return _NOTHING
    return CallPlan(order, go_on and (chained or persists))


def _only_chooses(folded: str, mentions: list[_Mention], names: tuple[str, ...]) -> bool:
    """One entry and hardly a word besides: the rules of choosing decide, not this."""
    rest = folded[: mentions[0].start] + folded[mentions[-1].end :]
    return not rest.strip(" .,!") or says_yes(rest)


def _mentions(folded: str, names: tuple[str, ...]) -> list[_Mention]:
    """Every entry that is named by number or by name, in the order of the text."""
    adverbs = {match.start() for match in _FIRST.finditer(folded)}
    found = _named(folded, names)
    for match in _NUMBER.finditer(folded):
        word, lead = match["word"], match["lead"]
        if any(m.start <= match.start("word") < m.end for m in found):
            continue
        number = len(names) if word in LAST else NUMBER_WORDS.get(word, 0)
        if word.isdigit():
            number = int(word)
        bare = word in _BARE_CARDINALS and not lead
        if not number or bare or match.start("word") in adverbs:
            continue
        found.append(_Mention(match.start(), match.end(), number))
    return sorted(found, key=lambda mention: mention.start)


def _named(folded: str, names: tuple[str, ...]) -> list[_Mention]:
    found: list[_Mention] = []
    telling = telling_words(names)
    for number, name in enumerate(names, 1):
        if not re.search(r"[a-z]{2}", name) or names.count(name) > 1:
            continue
        at = re.search(rf"(?<!\w){re.escape(' '.join(words_of(name)))}(?!\w)", folded)
        if at is None:
            others = set().union(*(own for place, own in enumerate(telling, 1) if place != number))
            at = _by_a_word(folded, telling[number - 1] - others)
        if at is not None:
            found.append(_Mention(at.start(), at.end(), number))
    return found


def _by_a_word(folded: str, words: set[str]) -> re.Match[str] | None:
    """One of these words where an entry would be named, not as in "quiero un corte"."""
    for match in re.finditer(r"[a-z0-9']+", folded):
        before = folded[max(0, match.start() - 24) : match.start()]
        if match.group() in words and _PLACE_LEAD.search(before):
            return match
    return None
