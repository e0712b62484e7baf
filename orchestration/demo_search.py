"""Searching the invented businesses, forgiving of accents, plurals and language. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import phonenumbers

from data.place import PlaceInfo
from orchestration.spoken_times import fold

_KINDS = {
    "peluqueria": "peluqueria peluquero peluquera estetica corte pelo cabello cortarme tintura"
    " mechas color peinado brushing haircut hair hairdresser salon stylist highlights",
    "barberia": "barberia barbero barba afeitado afeitada barber shave beard trim",
    "plomero": "plomero plomeria fontanero fontaneria gasista caneria plumber plumbing leak pipe",
    "dentista": "dentista odontologo odontologa dental muela dentist dentistry tooth teeth"
    " ortodoncia bracket caries",
    "restaurante": "restaurante restaurant restoran parrilla cena cenar comer mesa table dinner"
    " lunch almuerzo asado",
    "veterinaria": "veterinaria veterinario vet mascota perro gato dog cat pet",
    "taller mecanico": "taller mecanico auto coche garage mechanic aceite car",
    "cerrajero": "cerrajero cerrajeria llave locksmith lock key",
    "fisioterapeuta": "fisioterapeuta fisioterapia kinesiologo kinesiologia fisio physio"
    " physiotherapist masaje massage",
}
_SAME_KIND = {
    "barber": "barberia",
    "dentist": "dentista",
    "hairdresser": "peluqueria",
    "plumber": "plomero",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_CITY_WORDS = {
    "America/Argentina/Buenos_Aires": "caba capital federal baires bsas argentina",
    "America/Mexico_City": "cdmx df mexico city",
    "Europe/Madrid": "espana spain",
    "America/New_York": "nyc nueva york usa",
    "Europe/London": "londres uk england",
}
_EMPTY = set(
    "a al an and at are around by cerca con de del el en for good i in is la las los lo me mi mio"
    " my near need of para por que quiero the to turno un una unos unas with y zona barrio aca aqui"
    " here downtown centro bueno buena cita hora appointment book book call llamar street calle"
    " av avenida nearby casa home city ciudad".split()
)


_EARTH_KM = 6371.0
_TOO_FAR_KM = 100.0


def search_demo(
    places: Sequence[PlaceInfo],
    service: str,
    location: str,
    country: str,
    center: tuple[float, float] | None = None,
) -> tuple[PlaceInfo, ...]:
    """Those that fit, best first; a business that is named shuts out the others of its kind.

    Around a centre (latitude and longitude in degrees) the nearest come first, and what is more
    than 100 km away not at all, unless all of them are. Without it, and without a location that
    says anything, places of the customer's country (ISO code) come alone, where there are any. A
    location that fits nothing finds nothing.
    """
    wanted, where = _words(service), _words(location)
    kinds = {_KIND_OF[word] for word in wanted if word in _KIND_OF}
    names = {word for word in wanted | where if word not in _KIND_OF}
    scored = []
    for place in places:
        own_name = {word for word in _words(place.name) if word not in _KIND_OF}
        named = len(names & own_name)
        right_kind = _kind(place) in kinds
        if named or right_kind:
            scored.append((named, right_kind, place))
    best = max((named for named, _, _ in scored), default=0)
    fitting = [
        (named, place)
        for named, right_kind, place in scored
        if named == best and (right_kind or not kinds or best)
    ]
    near = [
        place
        for named, place in fitting
        if not (where - _words(place.name)) or where & _surroundings(place)
    ]
    if center is not None:
        around = sorted(
            (distance, index)
            for index, place in enumerate(near)
            if (distance := _distance_km(center, place)) <= _TOO_FAR_KM
        )
        if around:
            return tuple(near[index] for _, index in around)
    if not where:
        near = [place for place in near if _country(place) == country] or near
    return tuple(sorted(near, key=lambda place: -(place.rating or 0.0)))


def _kind(place: PlaceInfo) -> str:
    kind = fold(place.kind)
    return _SAME_KIND.get(kind, kind)


def _surroundings(place: PlaceInfo) -> set[str]:
    return _words(place.address) | set(_CITY_WORDS.get(place.timezone, "").split())


def _words(text: str) -> set[str]:
    words = set(re.findall(r"[a-z0-9]+", fold(text))) - _EMPTY
    return {_singular(word) for word in words}


def _singular(word: str) -> str:
    for ending, stem in (("eros", "ero"), ("ias", "ia"), ("istas", "ista"), ("ers", "er")):
        if word.endswith(ending):
            return word[: -len(ending)] + stem
    known = word[:-1] if word.endswith("s") else word
    return known if known in _KIND_OF else word


def _distance_km(center: tuple[float, float], place: PlaceInfo) -> float:
    """Along the great circle; infinite for a place that nobody knows where it is."""
    if place.latitude is None or place.longitude is None:
        return math.inf
    here, there = math.radians(center[0]), math.radians(place.latitude)
    across = math.radians(place.longitude - center[1])
    chord = (
        math.sin((there - here) / 2) ** 2
        + math.cos(here) * math.cos(there) * math.sin(across / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, chord)))


def _country(place: PlaceInfo) -> str:
    if not place.phone:
        return ""
    return phonenumbers.region_code_for_number(phonenumbers.parse(place.phone)) or ""
