"""Which entry of a list is meant: "la 2", "the last one", "la de Palermo", or a name.

Choosing never dials: the entry's number is shown and has to be confirmed.
"""

from __future__ import annotations

import re

from messaging.rules_words import has_no, spelled_out, word_set, words_of
from messaging.text import squeezed

_ORDINALS: tuple[tuple[str, ...], ...] = (
    ("1", "uno", "una", "one", "primero", "primera", "primer", "1ro", "1ra", "1er", "1era", "1ero"),
    ("2", "dos", "two", "segundo", "segunda", "2do", "2da"),
    ("3", "tres", "three", "tercero", "tercera", "tercer", "3ro", "3ra", "3er", "3era", "3ero"),
    ("4", "cuatro", "four", "cuarto", "cuarta", "4to", "4ta", "fourth", "4th"),
    ("5", "cinco", "five", "quinto", "quinta", "5to", "5ta", "fifth", "5th"),
    ("6", "seis", "six", "sexto", "sexta", "6to", "6ta", "sixth", "6th"),
    ("7", "siete", "seven", "septimo", "septima", "7mo", "7ma", "seventh", "7th"),
    ("8", "ocho", "eight", "octavo", "octava", "8vo", "8va", "eighth", "8th"),
    ("9", "nueve", "nine", "noveno", "novena", "9no", "9na", "ninth", "9th"),
    ("10", "diez", "ten", "decimo", "decima", "10mo", "10ma", "tenth", "10th"),
)
_ENGLISH_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3}
NUMBER_WORDS: dict[str, int] = {
    word: index for index, group in enumerate(_ORDINALS, 1) for word in group
} | _ENGLISH_ORDINALS
LAST = frozenset({"ultimo", "ultima", "last"})
_AROUND_A_CHOICE = word_set(
    """
    el la los las lo al a de del opcion opciones option numero number num nro n no° o
    quiero prefiero elijo elige escojo tomo quedo me con dale dame va vamos voy por para llama
    llamale llamalo llamala llamar llamalos marca marcale reserva reservame reservar en seria es
    that one the i'll i ill take want choose pick prefer go with for call book let's lets try my
    choice would like i'd is please porfa porfavor favor gracias thanks ok okay si yes bueno
    perfecto claro vale venga sale orale esa ese eso esta este seria mejor entonces pues turno ahi
    ahora ya number's them at it its mi it's doctor doctora dr dra pero lista list on of in but
    mandale manda late gusta gustaria porfis porfi plis pls plz thx quisiera probemos proba probar
    prueba probe intenta intentemos quedemos quedamos nos agarra echale hablale hable llamemos
    llamen llame llameme marque contacta contacte elegir escoger elegimos selecciono selecciona
    seleccionar interesa convence parece bien sounds good great fine works work best do will be
    going think i'm can could you ring phone listo joya genial barbaro buenisimo andale tomemos
    que queda se metele che oye oiga usted quedate dele deme quiere let me hi hello hola podes
    puedes podrias quedo quedamos tira tirale tiro anda andate mandate dejame ponme pon
    hagamos haz haceme opt cheers ta nice lovely looks then just well think rather x pa pal k q
    prefer preferiria preferimos gustaria dirige contactame apuntame apunta animo inclino voto
    ganadora ganador senor senora carnal wey guey tio bro man mate vamo hazle agendame agenda pide
    pideme pedi pedime sacame saca lot so much yo diria creo reservas muchas mil che number's
    choose picking taking going yeah yep sip sisi
    """
)
_BOTH = re.compile(r"\b(?:(?:las|los) (?:dos|tres|cuatro|cinco|[2-9])\b|ambas|ambos|both)\b")
_LEADS_A_NUMBER = frozenset("la el opcion numero nro num n con number option al".split())


def choice(folded: str, options: tuple[str, ...]) -> int | None:
    """Which entry of the list is meant (1-based), or None when it is not clear.

    `options` are folded names. Times and dates must have been taken out of `folded` already.
    """
    if not options or "?" in folded or re.search(r"\ba las\b", folded) or _BOTH.search(folded):
        return None
    folded = _COURTESY.sub(" ", spelled_out(folded))
    if (left := _without_refused(folded, options)) is not None:
        folded = left
    named = _by_name(folded, options)
    if named is not None:
        return named
    folded = _in_the_list(folded, len(options))
    text = re.sub(r"^\s*no(?: ?[,.!;:]+ ?(?:mejor\b)?| mejor\b)", " ", folded)
    # "la uno" counts, "una" before a noun does not: what is left must be only words of choosing.
    words = words_of(text.replace("\u20e3", " "))
    meant: set[int] = set()
    for before, word in zip(("", *words), words, strict=False):
        if word == "uno" and before and before not in _LEADS_A_NUMBER:
            return None  # "dame uno": any of them
        if word in LAST:
            meant.add(len(options))
        elif word in NUMBER_WORDS and not (word in ("one", "una") and len(words) > 1):
            meant.add(NUMBER_WORDS[word])
        elif re.fullmatch(r"[0-9]{1,2}[oa]?", word):
            meant.add(int(word.rstrip("oa")))
        elif squeezed(word) not in _AROUND_A_CHOICE:
            return None
    if len(meant) != 1:
        return None
    number = meant.pop()
    return number if 1 <= number <= len(options) else None


def _without_refused(folded: str, options: tuple[str, ...]) -> str | None:
    """ "La 1 me queda lejos, mandale a la 3" without its first part; None when nothing is refused
    or it is not clear what is.
    """
    if _IF.search(folded):
        return None
    clauses = [part for part in _CLAUSE.split(folded) if part.strip()]
    if not 1 < len(clauses) <= 6:
        return None
    kept = [part for part in clauses if not _refused(part)]
    names = set().union(*telling_words(options))
    refused = [part for part in clauses if part not in kept]
    if not any(_has_ordinal(part) or names.intersection(words_of(part)) for part in refused):
        return None
    # What is kept must choose; "la 1 no, está lejos" chooses nothing.
    return ", ".join(kept) if any(words_of(part) for part in kept) else None


def _refused(clause: str) -> bool:
    if not _REFUSED.search(clause):
        return False
    bare = " ".join(words_of(clause)) in ("no", "nop", "nope", "nah", "na")
    return not bare


def _has_ordinal(clause: str) -> bool:
    return any(word in NUMBER_WORDS or word in LAST or word.isdigit() for word in words_of(clause))


_IF = re.compile(
    r"(?<!\w)(?:si(?= )(?! *(?:$|[,.!;]|porfa|por favor|gracias))|sino|if|otherwise|or|o|either)"
    r"(?!\w)"
)
_CLAUSE = re.compile(
    r"[,.;:!\n]+|(?<!\w)(?:pero|but|mejor|sino|rather|instead)(?!\w)"
    r"|(?<=[0-9a] no) (?=(?:la|el) )"
)
_REFUSED = re.compile(
    r"(?<!\w)(?:no|ni|not|nor|never|don't|dont|tampoco|menos|(?:me )?(?:queda|quedan|cae|caen|pilla"
    r"|esta|estan|es|is|looks?)(?:'s)? (?:muy |re |super |demasiado |un poco |bastante |tan |too "
    r"|very |so |a bit )*(?:lejos|car[oa]s?|lejan[oa]s?|mal|fea|feo|cerrad[oa]|far|expensive|pricey"
    r"|closed|bad|awful)|too (?:far|expensive|pricey)|odio|hate)(?!\w)"
)
_COURTESY = re.compile(
    r"(?<!\w)si (?:eres|es|sos|fuera|fueras)(?: usted)? tan amable|si no (?:te|le|les) (?:molesta"
    r"|importa)|si no es (?:molestia|mucho pedir)|si (?:puede|se puede) ser|if (?:you don't mind"
    r"|that's (?:ok|okay|alright|fine)|possible|you (?:can|could|would))(?!\w)"
)
_LAST_BUT_ONE = re.compile(
    r"(?<!\w)(?:penultim[oa]|anteultim[oa]|second (?:to|from) last|(?:next to|last but one)"
    r"(?: last)?|penultimate|second-to-last)(?!\w)"
)
_MIDDLE = re.compile(
    r"(?<!\w)(?:(?:l[ao]|el)s? (?:que esta )?(?:del?|en|al) (?:el |en |al )?medio|(?:del|en el"
    r"|al) medio"
    r"|(?:the )?middle(?: one| option)?|(?:the )?one in the middle|intermedi[oa])(?!\w)"
)
_TOP = re.compile(
    r"(?<!\w)(?:(?:la|el) de (?:mas )?arriba(?: del? tod[oa])?|(?:the )?top (?:one|option)"
    r"|(?:the )?one (?:at|on) (?:the )?top)(?!\w)"
)
_BOTTOM = re.compile(
    r"(?<!\w)(?:(?:la|el) de (?:mas )?abajo(?: del? tod[oa])?|(?:the )?bottom (?:one|option)"
    r"|(?:the )?one (?:at|on) the bottom|(?:la|el) del final)(?!\w)"
)


def _in_the_list(folded: str, length: int) -> str:
    """Its place in the list as a number: the one in the middle, at the top, last but one."""
    if length > 1:
        folded = _LAST_BUT_ONE.sub(f" {length - 1} ", folded)
    if length % 2 and length > 1:
        folded = _MIDDLE.sub(f" {(length + 1) // 2} ", folded)
    return _BOTTOM.sub(f" {length} ", _TOP.sub(" 1 ", folded))


def telling_words(options: tuple[str, ...]) -> list[set[str]]:
    return [
        {
            word.replace("'", "")
            for word in words_of(name)
            if len(word) > 2 and squeezed(word) not in _AROUND_A_CHOICE
        }
        for name in options
    ]


_SEARCHING = frozenset(
    "otro otra otros otras busca buscame buscar cerca near other another else find search".split()
)


def _stands_in(name: list[str], flat: str, folded: str) -> bool:
    """Whether the whole name is in the text; a name of one word only among words of choosing."""
    if not name or f" {' '.join(name)} " not in flat or not any(len(word) > 1 for word in name):
        return False
    rest = [word for word in words_of(folded) if word not in name]
    return len(name) > 1 or all(squeezed(word) in _AROUND_A_CHOICE for word in rest)


def _as_named(word: str, names: set[str]) -> str:
    """The one word of the names that this is but for a letter ("stdio" for "studio"), or itself."""
    if word in names or len(word) < 5:
        return word
    near = [name for name in names if _but_for_a_letter(word, name)]
    return near[0] if len(near) == 1 else word


def _but_for_a_letter(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1 or len(other) < 5:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if same is None:
        return True
    rest, others = one[same:], other[same:]
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]


def _by_name(folded: str, options: tuple[str, ...]) -> int | None:
    searching = not _SEARCHING.isdisjoint(words_of(folded))
    if has_no(folded) or searching or not any(re.search(r"[a-z]{2}", name) for name in options):
        return None
    flat = f" {' '.join(words_of(folded))} "
    whole = [
        index for index, name in enumerate(options, 1) if _stands_in(words_of(name), flat, folded)
    ]
    if len(whole) > 1:
        # "Ana" inside "Ana Centro": the longer name was written, if it holds all the others.
        longest = max(whole, key=lambda index: len(options[index - 1]))
        held = f" {' '.join(words_of(options[longest - 1]))} "
        inside = all(f" {' '.join(words_of(options[i - 1]))} " in held for i in whole)
        return longest if inside and options.count(options[longest - 1]) == 1 else None
    if whole:
        return whole[0]
    telling = telling_words(options)
    every = set().union(*telling)
    said = [
        _as_named(word.replace("'", ""), every)
        for word in words_of(folded)
        if squeezed(word) not in _AROUND_A_CHOICE and len(word) > 1
    ]
    if not said:
        return None
    fits = [
        index
        for index, own in enumerate(telling, 1)
        if all(word in own for word in said)
        and any(
            word not in other
            for word in said
            for place, other in enumerate(telling, 1)
            if place != index
        )
    ]
    if len(options) == 1 and all(word in telling[0] for word in said):
        return 1
    return fits[0] if len(fits) == 1 else None
