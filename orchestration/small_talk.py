"""Words that want no errand: greetings, thanks, contentment, impatience, emergencies. Pure."""

from __future__ import annotations

import re

from orchestration.spoken_times import fold

_THANKS = re.compile(
    r"(?:(?:ok|okay|dale|listo|perfecto|genial|bueno|buenisimo|barbaro|excelente|great|perfect"
    r"|muchas|muchisimas|mil|many|a lot|very much|so much|thanks|thank you|thx|ty|gracias|graciass"
    r"|che|vocero|te agradezco|muy amable|joya|cheers|de verdad|por todo|for everything|igual"
    r"|igualmente|de todos modos|de todas formas|de todas maneras|anyway|all the same) ?)+"
)
_THANK_WORDS = re.compile(r"gracias|thank|thx|\bty\b|agradezco|muy amable|cheers")
_ACKNOWLEDGED = frozenset(
    "ok okay oka okey dale listo perfecto genial buenisimo barbaro excelente joya great perfect"
    " cool nice vale bueno bien entendido orale sale".split()
) | {"muy bien", "todo bien", "de acuerdo", "got it", "sounds good", "ok perfecto", "ok listo"}
_GREETS_OR_ASKS_ABOUT_US = re.compile(
    r"(?:hola+s?|holi\w*|buen(?:as|os)?(?: (?:dias?|tardes|noches))?|buen dia|hey+|hi+|hello+|hiya"
    r"|que (?:tal|onda)|good (?:morning|afternoon|evening)|saludos|alo)(?: \w+){0,3}"
    r"|(?:necesito |quiero |i need )?(?:ayuda|ayudame|help|help me|menu|info|informacion)"
    r"(?: \w+){0,2}"
    r"|.*\b(?:que (?:haces|podes|puedes|sabes|sos|eres|es esto|es vocero)|quien (?:sos|eres)"
    r"|como (?:funciona|funcionas|se usa|te uso)|para que sirves?"
    r"|(?:sos|eres) (?:un|una|real|humano)"
    r"|what (?:can|do) you|who are you|what are you|are you (?:a|an|real|human)"
    r"|how (?:does (?:this|it)|do you)|cuanto (?:cobras|cuesta usarte|cuesta el servicio)"
    r"|how much do you)\b.*"
)
_LAUGHTER = re.compile(r"(?:(?:a?(?:ja|je|ji|ha|he)+j?|lol|lmao|xd+)(?: |$))+(?:\w+)?")
_WONDERS = re.compile(
    r"(?:y(?: entonces| bien)?|(?:hay )?(?:novedades|noticias)|alguna (?:novedad|noticia)|que paso"
    r"|que te dijeron|que dicen|como (?:va|vas|te fue|fue)(?: (?:lo mio|eso|todo|la llamada))?"
    r"|ya (?:has |habeis )?llama(?:ste|do|ron)\w*|ya (?:esta|terminaste|hablaste|pudiste)"
    r"|(?:te )?(?:atendieron|contestaron)|lo lograste|conseguiste|pudiste|is it done|done"
    r"|any (?:news|luck|update)|how(?:'s| is) it going|well|what did they say"
    r"|did (?:you|they) (?:call|answer|pick up|manage)\w*|have you called(?: them)?"
    r"|are you (?:done|calling))"
)
_EMERGENCY = re.compile(
    r"\b(?:llam\w*|marc\w*|comunica\w*|avis\w*|call|ring|phone|dial|get)\s+(?:ya |urgente |now )?"
    r"(?:a |al |an? |the |con )*(?:la |los |las |el |una? )?"
    r"(?:bomberos|policia|ambulancia|emergencias|guardia civil|same\b|police|fire (?:brigade"
    r"|department|service)|firefighters|ambulance|emergency (?:services|number))\b"
    r"|^\W*(?:(?:es )?(?:una )?emergencia|an? emergency|emergency|911|112|999|ambulancia|bomberos"
    r"|policia|ambulance|police)\W*$"
)
_SHORT_NUMBER = re.compile(r"(?<![\d+.,:/-])(\d{2,6})(?![\d.,:/-])")


def words(text: str) -> str:
    """Letters and blanks only, folded."""
    return " ".join(re.sub(r"[^a-z' ]+", " ", fold(text)).split())


def says_thanks(text: str) -> bool:
    """Whether somebody says thanks, and nothing that wants an answer."""
    flat = words(text)
    return _THANK_WORDS.search(flat) is not None and _THANKS.fullmatch(flat) is not None


def is_content(text: str) -> bool:
    """ "Ok", "perfecto": said when nothing was asked, it wants nothing."""
    return words(text) in _ACKNOWLEDGED


def laughs(text: str) -> bool:
    """Laughter, with a word or none: "jaja buenísimo"."""
    return _LAUGHTER.fullmatch(words(text)) is not None


def asks_about_us(text: str) -> bool:
    """A greeting, a call for help, or a question about Vocero."""
    flat = words(text)
    return not flat or _GREETS_OR_ASKS_ABOUT_US.fullmatch(flat) is not None


def wonders(text: str) -> bool:
    """Whether somebody only wants to know how the call is going."""
    return _WONDERS.fullmatch(words(text)) is not None


def wants_emergency_services(text: str) -> bool:
    """Whether the police, the fire brigade or an ambulance is to be called."""
    return _EMERGENCY.search(fold(text)) is not None


def short_numbers(text: str) -> tuple[str, ...]:
    """Numbers of two to six digits that stand alone: nobody's telephone, maybe an emergency's."""
    return tuple(_SHORT_NUMBER.findall(text))


def digits_in(text: str) -> int:
    """How many digits a text has: five or more were meant as a telephone number."""
    return sum(char.isdigit() for char in text)
