"""Words for "where I am": they say nothing to a search, a shared location does. Pure."""

from __future__ import annotations

import re

from orchestration.spoken_times import fold

_NEAR_ME = re.compile(
    r"(?:(?:aca|aqui|ahi|alla|bien|lo|mas|muy|algo|alguna?|por|en|la|el|los|las|mi|x"
    r"|que (?:me )?(?:este|quede|sea)|around|somewhere|anywhere|right|close|very|the) )*"
    r"(?:(?:cerca|cerquita|cercan[oa]s?|proxim[oa]s?|alrededor|a la vuelta|al lado)"
    r"(?: (?:mio|mia|nuestro|nuestra|posible|de (?:mi|aqui|aca|casa|nosotros|mi \w+"
    r"|donde (?:estoy|vivo|trabajo|estamos)|la (?:casa|oficina)|el (?:trabajo))))?"
    r"|(?:aca|aqui) (?:nomas|mismo|a la vuelta|cerca|al lado)"
    r"|por (?:aca|aqui|mi (?:zona|barrio|casa|colonia|rumbo)|la zona|el barrio|est[oa]s (?:lados"
    r"|lares|zonas|pagos)|mis (?:rumbos|pagos))(?: cerca)?"
    r"|(?:en |por )?mi (?:zona|barrio|casa|colonia|rumbo|ubicacion)|en la zona|(?:la )?zona"
    r"|(?:los )?alrededores|aca|aqui|here|donde (?:estoy|vivo)|mi ubicacion(?: actual)?"
    r"|near(?:by|est)?(?: (?:to )?(?:me|us|here|my \w+))?"
    r"|clos(?:e|est)(?: by| to (?:me|us|here|my \w+))|(?:in |within )?walking distance"
    r"|around (?:me|us|here)|in (?:my|the) (?:area|neighbou?rhood)|where i (?:am|live)"
    r"|my (?:area|location|place))"
)


def is_near_me(location: str) -> bool:
    """Whether a location's words only say "where I am" and name no place."""
    words = re.sub(r"[^a-z ]+", " ", fold(location))
    return _NEAR_ME.fullmatch(" ".join(words.split())) is not None
