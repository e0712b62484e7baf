"""What the agent says first: that an artificial intelligence is calling, for whom and what for, and
where the call is recorded, that it is.
"""

from __future__ import annotations

import re

from data.errand import Errand
from orchestration.places import clean
from orchestration.spoken_times import fold

_NAMELESS = {"es": "un cliente", "en": "a customer"}
_RECORDED = {
    "es": (
        "Hola, soy un asistente de inteligencia artificial y esta llamada se graba. "
        "Llamo de parte de {name} para {purpose}."
    ),
    "en": (
        "Hello, I'm an artificial intelligence assistant and this call is recorded. "
        "I'm calling on behalf of {name} to {purpose}."
    ),
}
_TURNO = frozenset({"AR", "UY", "PY"})
"""Where an appointment is a "turno"; elsewhere in Spanish it is a "cita"."""
_RESERVED = re.compile(
    r"(?:una? |a )?(?:mesa|cancha|habitacion|sala|salon|quincho|lugar|table|room|court|seats?)\b"
)
_NAMED = re.compile(
    r"(?:(?:una?|an?) )?(?:turno|cita|hora|reserva|appointment|reservation|booking)\b"
)
_SERVICE_LENGTH = 80
_LONGEST_NAME = 40


def opening_words(errand: Errand, language: str, region: str, *, is_recorded: bool = False) -> str:
    """The first sentence: that an artificial intelligence is calling, for whom and what for.

    `language` "es" or "en" of the call; `region` the business's ISO code, or "". A call that
    `is_recorded` is announced as such in the same breath as the artificial intelligence, before
    anything that a business may want to interrupt.
    """
    name = speakable_name(errand.customer_name) or _NAMELESS[language]
    purpose = _purpose(errand, language, region)
    if is_recorded:
        return _RECORDED[language].format(name=name, purpose=purpose)
    if language == "es":
        return (
            "Hola, soy un asistente de inteligencia artificial y llamo de parte de "
            f"{name} para {purpose}."
        )
    return (
        "Hello, I'm an artificial intelligence assistant and I'm calling on behalf of "
        f"{name} to {purpose}."
    )


def speakable_name(profile_name: str) -> str:
    """A WhatsApp profile name as it can be said: without emoji and signs; "" when none is left."""
    if sum(letter.isdigit() for letter in profile_name) > 3:
        return ""
    kept = "".join(
        letter if letter.isalpha() or letter in " '’-" else " "
        for letter in clean(profile_name, _LONGEST_NAME)
    )
    name = " ".join(kept.split()).strip(" '’-")
    return name if any(letter.isalpha() for letter in name) else ""


def _purpose(errand: Errand, language: str, region: str) -> str:
    es = language == "es"
    # A service in the customer's language would be nonsense in a sentence of another one.
    known = errand.service if errand.language in ("", language) else ""
    service = clean(known, _SERVICE_LENGTH).rstrip(" .,;:!?")
    wish = errand.preferences
    if not errand.service and not (wish.date_heard or wish.date or wish.time_heard):
        return "hacerle una consulta" if es else "ask you something"
    appointment = ("un turno" if region in _TURNO else "una cita") if es else "an appointment"
    ask = "pedir" if es else "make"
    folded = fold(service)
    if not service:
        return f"{ask} {appointment}"
    if _NAMED.match(folded):
        return f"{ask} {service}"
    if _RESERVED.match(folded):
        return f"reservar {service}" if es else f"reserve {service}"
    return f"{ask} {appointment} para {service}" if es else f"{ask} {appointment}: {service}"
