"""Yes, no and "the second one": the answers on which a call depends.

A yes is only a yes when the whole message says nothing else. What a model makes of a message is
held against `could_be_yes` and `could_mean`, so that no reading of it can dial by itself.
"""

from __future__ import annotations

import re

from messaging.text import squeezed

_WORD = re.compile(r"[a-z0-9ñ']+")
_LONGEST_ANSWER = 120
"""Characters; what is longer says more than yes or no."""


def words_of(folded: str) -> list[str]:
    """The words of a folded text."""
    return _WORD.findall(folded)


def _set(text: str) -> frozenset[str]:
    return frozenset(squeezed(word) for word in text.split())


_YES = _set(
    """
    si sip sipi sep sisi dale ok oka okey okay okis vale va venga claro perfecto listo bueno
    confirmo confirmado confirma confirmar confirmas adelante obvio orale sale simon correcto
    exacto hagale hazlo hacelo hagalo metele mandale acepto aceptado afirmativo
    genial barbaro joya buenisimo excelente
    yes yep yeah yup ya'll sure confirm confirmed absolutely definitely correct affirmative yess
    perfect great alright
    """
)
_YES_PHRASES = (
    "de una",
    "claro que si",
    "por supuesto que si",
    "seguro",
    "quiero que llames",
    "quiero que llame",
    "de acuerdo",
    "por supuesto",
    "como no",
    "desde luego",
    "esta bien",
    "me parece bien",
    "va que va",
    "asi es",
    "go ahead",
    "please do",
    "do it",
    "sounds good",
    "of course",
    "all right",
    "go for it",
    "that's right",
    "call them",
    "make the call",
    "call now",
)
_CALL_NOW = _set(
    "llama llamalo llamala llamalos llamalas llamen llame llamar marca marcale marcalos "
    "reserva reservalo reservame call proceed book"
)
_FILLER = _set(
    """
    por favor porfa porfis porfavor xfa xfavor gracias muchas mil ya nomas pues entonces che
    ahora mismo te les le lo la los las eso ese me quiero todo bien muy de nada tu usted vos
    please thanks thank you so much it that them now then and y e a para mi the us oh ah
    hola buenas amigo amiga mate right
    """
)
_NO = _set(
    """
    no nop nope nah nel nones ninguna ninguno nada negativo tampoco nunca not don't dont none
    never neither cancel stop
    """
)
_DOUBT = _set(
    """
    pero espera esperame esperen espere aguanta aguarda momento minuto segundo wait but hold moment
    second later luego despues mas tarde antes mejor otro otra otros otras aunque todavia aun quiza
    quizas talvez vez maybe perhaps creo supongo depende cuando cuanto donde quien cual porque duda
    think guess depends if unless instead before after other another rather when how what
    which where who why yet hora costo cuesta cobran price cost casi igual almost
    """
) - {"lo"}

_CALL_OFF = (
    r"cancel\w*|anul\w*|abort\w*|suspend\w*|deten\w*|stop|basta|alto|cort[ae](?:la|lo)?|cuelga"
    r"|colga|para|paral[oa]|pare|paren|frena|salir|quit|exit|end|unsubscribe"
)
_WHAT = (
    r"(?: (?:la|el|esa|ese|esta|este|mi|todo|eso|esto|ya|now|it|that|this|the|my|everything|please"
    r"|call|llamada|reserva|turno|cita|pedido|busqueda|toda|booking|search|appointment))*"
)
_NO_CLAUSE = re.compile(
    r"(?:mejor |bueno |ok |no |ay |uy |perdon |sorry |entonces |che )*(?:"
    r"no|nop|nope|nah|nel|nel pastel|negativo|nones|(?:para )?nada|nada de eso|(?:claro )?que no"
    r"|ningun[ao]s?(?: de (?:es[ao]s|est[ao]s|ell[ao]s|l[ao]s (?:dos|tres)))?"
    r"|ningun[ao] me (?:sirve|gusta|convence|interesa|late)"
    r"|no me (?:sirve|gusta|convence|interesa|late)n?(?: ningun[ao])?"
    r"|(?:ya|por ahora|todavia) no|no por (?:ahora|el momento)"
    r"|no (?:va|vale|importa|gracias|quiero)|da igual|asi no|tampoco"
    r"|no (?:me |lo |los |la |las |le |les |quiero que )*"
    r"(?:llames|llame|llamen|marques|hagas|reserves)(?: nada| mas| a nadie| por favor)*"
    r"|(?:ya )?no (?:quiero|hace falta|necesito|lo necesito|la necesito|es necesario)"
    r"(?: mas| nada| ninguno| ninguna)*"
    r"|dejal[oa](?: ahi| asi| estar)?|dejemos(?:l[oa])?|deja|dejame|dejad|deje"
    r"|olvidal[oa]|olvidate(?: de eso)?|olvid\w+|me arrepenti|cambie de (?:idea|opinion)"
    r"|es[oae]s? (?:no|tampoco)"
    rf"|(?:{_CALL_OFF}){_WHAT}"
    rf"|(?:quiero|quisiera|podes|puedes|necesito|i want to|i'd like to|can you|could you|please)"
    rf" (?:{_CALL_OFF}|dejarlo|parar){_WHAT}"
    r"|never ?mind|forget (?:it|about it|that)|no (?:thanks|thank you|thx|way)|not (?:now|that one"
    r"|really|anymore|interested)|none(?: of (?:them|these|those|the above))?|neither"
    r"|(?:please )?(?:don't|dont|do not) (?:call|do it|book|bother)"
    r"(?: (?:them|it|him|her|anyone|anymore|please))*"
    r"|i(?:'ve| have)? changed my mind|leave it|drop it|hang up|scratch that|no more"
    r")"
    r"(?: (?:no|gracias|muchas gracias|por favor|porfa|porfis|please|thanks|thank you|thx|ya|che"
    r"|todo|mejor|entonces|ahora|then|nomas|pues|amigo|dejalo|dejala|deja|cancela|stop))*"
)
_COURTESY = re.compile(
    r"(?:muchas |mil )?gracias|por favor|porfa|please|thanks|thank you|lo siento|perdon|sorry"
    r"|igual|ok|bueno|che|ya|disculpa|hola|nomas"
)

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
_LAST = frozenset({"ultimo", "ultima", "last"})
_AROUND_A_CHOICE = _set(
    """
    el la los las lo al a de del opcion opciones option numero number num nro n no° o
    quiero prefiero elijo elige escojo tomo quedo me con dale dame va vamos voy por para llama
    llamale llamalo llamala llamar llamalos marca marcale reserva reservame reservar en seria es
    that one the i'll i ill take want choose pick prefer go with for call book let's lets try my
    choice would like i'd is please porfa porfavor favor gracias thanks ok okay si yes bueno
    perfecto claro vale venga sale orale esa ese eso esta este seria mejor entonces pues turno ahi
    ahora ya number's them at it its mi it's doctor doctora dr dra pero lista list on of in but
    """
)


def says_yes(folded: str) -> bool:
    """Whether the whole message is a yes and nothing else."""
    if len(folded) > _LONGEST_ANSWER or "?" in folded or re.search(r"[0-9]", folded):
        return False
    rest = re.sub(r"[^a-zñ' ]+", " ", folded)
    sure = bool(re.search("[\U0001f44d\u2705\u2714\U0001f44c\U0001f197\u2611]", folded))
    for phrase in _YES_PHRASES:
        rest, found = re.subn(rf"\b{phrase}\b", " ", rest)
        sure = sure or found > 0
    words = [squeezed(word) for word in words_of(rest)]
    sure = sure or any(word in _YES for word in words) or (bool(words) and words[0] in _CALL_NOW)
    return sure and all(word in _YES or word in _FILLER or word in _CALL_NOW for word in words)


def says_no(folded: str) -> bool:
    """Whether the whole message says no, or calls everything off."""
    if len(folded) > _LONGEST_ANSWER or "?" in folded:
        return False
    clauses = [
        " ".join(words_of(clause)) for clause in re.split(r"[,.;:!\n]+", folded) if clause.strip()
    ]
    clauses = [re.sub(r"([a-z])\1{2,}", r"\1", clause) for clause in clauses if clause]
    clauses = [re.sub(r"\bn+o+\b", "no", clause) for clause in clauses]
    if not clauses:
        return bool(re.search("[\U0001f44e\u274c\U0001f6d1\U0001f6ab]", folded))
    noes = [_NO_CLAUSE.fullmatch(clause) is not None for clause in clauses]
    return any(noes) and all(
        no or _COURTESY.fullmatch(clause) for no, clause in zip(noes, clauses, strict=True)
    )


def has_no(folded: str) -> bool:
    """Whether any word of it denies."""
    return any(squeezed(word) in _NO for word in words_of(folded))


def could_be_yes(folded: str, asked: str) -> bool:
    """Whether a person could mean nothing but yes by this: the limit for what a model may say.

    It must begin like a yes, hold no doubt, and name nobody whom the question (`asked`, folded)
    did not name.
    """
    words = [squeezed(word) for word in words_of(folded)]
    if not 0 < len(words) <= 8 or "?" in folded or re.search(r"[0-9]", folded):
        return False
    if any(word in _NO or word in _DOUBT for word in words):
        return False
    known = {squeezed(word) for word in words_of(asked)} | _YES | _FILLER | _CALL_NOW
    whom = re.search(r"\b(?:a|al|con|to|with) (.*)", " ".join(words))
    if whom is not None and not set(whom[1].split()) <= known:
        return False
    if re.match(r"\W*si [^,.!]", folded) and not set(words) <= known:
        return False  # "si te dicen que …" is an if: without its accent nothing else tells
    opening = next((word for word in words if word not in _FILLER), "")
    start = " ".join(words_of(folded))
    return opening in _YES or any(re.match(rf"{phrase}\b", start) for phrase in _YES_PHRASES)


def choice(folded: str, options: tuple[str, ...]) -> int | None:
    """Which entry of the list is meant (1-based), or None when it is not clear.

    `options` are folded names. Times and dates must have been taken out of `folded` already.
    """
    if not options or "?" in folded or re.search(r"\ba las\b", folded):
        return None
    named = _by_name(folded, options)
    if named is not None:
        return named
    text = re.sub(r"^\s*no\b[ ,.!]+(?:mejor\b)?", " ", folded)
    # "la uno" counts, "una" before a noun does not: what is left must be only words of choosing.
    words = words_of(text.replace("\u20e3", " "))
    meant: set[int] = set()
    for word in words:
        if word in _LAST:
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


def could_mean(folded: str, option: int, options: tuple[str, ...]) -> bool:
    """Whether the text mentions this entry by number or by a word of its name."""
    words = set(words_of(folded))
    if any(NUMBER_WORDS.get(word) == option for word in words):
        return True
    if option == len(options) and words & _LAST:
        return True
    mine, others = _telling_words(options)[option - 1], _telling_words(options)
    rest = set().union(*(others[i] for i in range(len(options)) if i != option - 1))
    return bool((mine - rest) & words)


def _telling_words(options: tuple[str, ...]) -> list[set[str]]:
    return [
        {word for word in words_of(name) if len(word) > 2 and word not in _AROUND_A_CHOICE}
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
    said = [word for word in words_of(folded) if word not in _AROUND_A_CHOICE and len(word) > 1]
    telling = _telling_words(options)
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
