"""What the simulated model makes of a message: what the scenes say by heart, the rest by rules.

Deliberately not the project's own rules: a model that is replaced by the thing it is compared with
would prove nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

Meaning = dict[str, object]

_BY_HEART: Mapping[str, Meaning] = {
    "Hola! Llamá al +54 11 4000-1701 y sacame turno para un corte de pelo "
    "mañana a las 5 de la tarde": {
        "intent": "call_number",
        "phone_number": "+541140001701",
        "service_type": "corte de pelo",
        "date_preference": "mañana",
        "time_preference": "a las 5 de la tarde",
    },
    "Llamá al +54 11 4000-1702 y pedime turno con el dentista mañana a las 10 de la mañana": {
        "intent": "call_number",
        "phone_number": "+541140001702",
        "service_type": "turno con el dentista",
        "date_preference": "mañana",
        "time_preference": "a las 10 de la mañana",
    },
    "Necesito una peluquería en Palermo para un corte mañana a las 11 de la mañana": {
        "intent": "search_and_call",
        "service_type": "peluquería",
        "location": "Palermo",
        "date_preference": "mañana",
        "time_preference": "a las 11 de la mañana",
        "specific_request": "corte",
    },
    "Llamá al +54 11 4000-1707 y sacame turno para corte y barba mañana a las 6 de la tarde": {
        "intent": "call_number",
        "phone_number": "+541140001707",
        "service_type": "corte y barba",
        "date_preference": "mañana",
        "time_preference": "a las 6 de la tarde",
    },
    "Llamá al +54 11 4000-1709 y reservá mesa para dos personas mañana a las 9 de la noche": {
        "intent": "call_number",
        "phone_number": "+541140001709",
        "service_type": "mesa para dos personas",
        "date_preference": "mañana",
        "time_preference": "a las 9 de la noche",
    },
    "Hi! Please call +54 11 4000-1712 and book me a haircut tomorrow at 3 pm": {
        "intent": "call_number",
        "phone_number": "+541140001712",
        "service_type": "haircut",
        "date_preference": "tomorrow",
        "time_preference": "3 pm",
    },
}

_YES = {"si", "yes", "dale", "ok", "confirmo", "perfecto", "claro", "sure", "yep"}
_NO = {"no", "cancelar", "cancela", "cancel", "ninguna", "dejalo", "stop", "nope"}
_SEARCHES = ("buscame", "find me", "list them", "no llames", "listame", "what is near")
_WANTS = (
    *("necesito", "quiero", "turno", "reserva", "sacame", "conseguime", "cita"),
    *("i need", "i want", "book", "appointment", "get me", "reserve"),
)
_CALLS = ("llama", "call", "telefonea", "ring")
_SERVICES = (
    *("corte y barba", "corte de pelo", "peluqueria", "barberia", "manicura", "depilacion"),
    *("dentista", "restaurante", "mesa", "plomero", "veterinaria", "cerrajero", "corte"),
    *("haircut", "hairdresser", "barber", "dentist", "restaurant", "plumber", "table", "vet"),
)
_DATE = re.compile(
    r"\b(hoy|pasado manana|(?<!la )manana|(?:el )?(?:lunes|martes|miercoles|jueves"
    r"|viernes|sabado|domingo)|today|tomorrow|(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
_TIME = re.compile(
    r"\b(a las? \d{1,2}(?:[:.]\d{2})?(?: y media)?(?: de la (?:manana|tarde|noche))?"
    r"|a la (?:manana|tarde|noche)|at \d{1,2}(?::\d{2})?(?: ?[ap]m)?|\d{1,2} ?[ap]m)\b"
)
_PLACE = re.compile(r"\b(?:en|cerca de|in|near) ((?:la |el |the )?[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)")
_PHONE = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_CHOICE = re.compile(r"^(?:la |el |opcion |option |number )?(\d{1,2})\W*$")


def plain(text: str) -> str:
    """Lower case without accents, for comparing."""
    split = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in split if unicodedata.category(sign) != "Mn")


def meaning_of(text: str) -> Meaning:
    """The fields of a ParsedMessage that this text fills; always an `intent`."""
    text = unicodedata.normalize("NFC", text).strip()
    by_heart = _BY_HEART.get(text)
    if by_heart is not None:
        return dict(by_heart)
    heard = plain(text)
    words = re.findall(r"\w+", heard)
    choice = _CHOICE.match(heard)
    if choice:
        return {"intent": "confirm", "selected_option": int(choice[1])}
    if words and len(words) <= 4 and words[0] in _NO:
        return {"intent": "cancel"}
    if words and len(words) <= 4 and words[0] in _YES:
        return {"intent": "confirm"}
    return {**_details(text, heard), "intent": _intent(text, heard)}


def _intent(text: str, heard: str) -> str:
    if _PHONE.search(text) and any(word in heard for word in (*_CALLS, *_WANTS)):
        return "call_number"
    if any(word in heard for word in _SEARCHES):
        return "search_only"
    return "search_and_call" if any(word in heard for word in _WANTS) else "help"


def _details(text: str, heard: str) -> Meaning:
    found: Meaning = {}
    phone = _PHONE.search(text)
    if phone:
        sign = "+" if phone[0].startswith("+") else ""
        found["phone_number"] = sign + re.sub(r"\D", "", phone[0])
    service = next((name for name in _SERVICES if re.search(rf"\b{name}\b", heard)), None)
    patterns = (
        ("date_preference", _DATE.search(heard)),
        ("time_preference", _TIME.search(heard)),
        ("location", _PLACE.search(text)),
    )
    # Taking accents away keeps every letter in its place, so the customer's own words are quoted.
    found |= {name: text[slice(*match.span(1))] for name, match in patterns if match}
    return found | ({"service_type": service} if service else {})
