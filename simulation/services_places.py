"""A Google Places (New) for text search: the fields that the mask asks for, and no others."""

from __future__ import annotations

import hmac
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quart import Quart, Response, jsonify, request
from quart.typing import ResponseReturnValue

from simulation.meanings import plain
from simulation.serving import Served, serve_app

Place = dict[str, object]


class PlacesMode(StrEnum):
    """How the search fares."""

    OK = "ok"
    EMPTY = "empty"
    BROKEN = "503"


@dataclass(frozen=True, slots=True)
class PlacesAsked:
    """One search."""

    query: str
    fields: tuple[str, ...]
    language: str
    region: str
    center: tuple[float, float] | None = None
    """Latitude and longitude of the circle that was preferred."""


def _hours(*days: int, opens: int, closes: int) -> Place:
    """Google's days count from Sunday = 0."""
    periods = [
        {
            "open": {"day": day, "hour": opens, "minute": 0},
            "close": {"day": day, "hour": closes, "minute": 0},
        }
        for day in days
    ]
    return {"openNow": True, "periods": periods, "weekdayDescriptions": []}


_ALWAYS: Place = {
    "openNow": True,
    "periods": [{"open": {"day": 0, "hour": 0, "minute": 0}}],
    "weekdayDescriptions": [],
}


_KIND_NAMES = {
    "hair_salon": "Peluquería",
    "dentist": "Dentista",
    "restaurant": "Restaurante",
    "locksmith": "Cerrajero",
}


def _place(
    number: int,
    name: str,
    kinds: str,
    address: str,
    phone: str = "",
    rating: float = 0.0,
    ratings: int = 0,
    hours: Place | None = None,
    status: str = "OPERATIONAL",
) -> Place:
    """`kinds` are the words that find it; `phone` as dialled in Buenos Aires: "4000-1703"."""
    place: Place = {
        "name": f"places/ChIJsimulated{number:04d}",
        "id": f"ChIJsimulated{number:04d}",
        "displayName": {"text": name, "languageCode": "es"},
        "formattedAddress": f"{address}, Cdad. Autónoma de Buenos Aires, Argentina",
        "primaryType": kinds.split()[0],
        "primaryTypeDisplayName": {"text": _KIND_NAMES[kinds.split()[0]], "languageCode": "es"},
        "types": [*kinds.split(), "point_of_interest", "establishment"],
        "location": {"latitude": -34.58 - number / 1000, "longitude": -58.42 - number / 1000},
        "timeZone": {"id": "America/Argentina/Buenos_Aires"},
        "utcOffsetMinutes": -180,
        "businessStatus": status,
    }
    if phone:
        place["nationalPhoneNumber"] = f"011 {phone}"
        place["internationalPhoneNumber"] = f"+54 11 {phone}"
    if ratings:
        place["rating"], place["userRatingCount"] = rating, ratings
    if hours is not None:
        place["regularOpeningHours"] = hours
    return place


_WEEK = _hours(1, 2, 3, 4, 5, 6, opens=9, closes=20)
_EVENINGS = _hours(0, 2, 3, 4, 5, 6, opens=12, closes=23)
_HAIR = (
    "hair_salon beauty_salon peluqueria peluquero corte cortarme cortarse pelo cabello peinado"
    " tintura haircut hairdresser hair barberia barbero barba barber"
)
_TEETH = "dentist dental_clinic dentista odontologo odontologia muela muelas dientes tooth teeth"
_FOOD = "restaurant restaurante parrilla mesa cena cenar comer table dinner lunch eat"

PLACES: tuple[Place, ...] = (
    _place(1, "Peluquería Lacroze", _HAIR, "Gorriti 4812, Palermo", "4000-1703", 4.7, 312, _WEEK),
    _place(2, "Estilo Propio", _HAIR, "Honduras 5120, Palermo", "", 4.9, 88, _WEEK),
    _place(3, "Tijeras y Café", _HAIR, "Thames 1655, Palermo", "4000-1713", 4.4, 141, _WEEK),
    _place(
        *(4, "Salón Aurora", _HAIR, "Serrano 1380, Palermo", "4000-1714", 4.1, 57),
        status="CLOSED_PERMANENTLY",
    ),
    _place(5, "Barbería del Centro", _HAIR, "Maipú 471, San Nicolás", "4000-1707", 4.5, 230, _WEEK),
    _place(
        6, "Consultorio Dental Sur", _TEETH, "Caseros 2750, Palermo", "4000-1702", 4.8, 64, _WEEK
    ),
    _place(7, "El Mesón", _FOOD, "Defensa 920, San Telmo", "4000-1709", 4.3, 871, _EVENINGS),
    _place(8, "Parrilla Doña Elsa", _FOOD, "Soler 4200, Palermo", "4000-1715"),
    _place(
        *(
            9,
            "Cerrajería 24 Horas",
            "locksmith cerrajero cerrajeria llave",
            "Scalabrini Ortiz 1100, Villa Crespo",
        ),
        *("4000-1716", 3.9, 45, _ALWAYS),
    ),
)
"""In the order in which Google would rank them."""

_JOINTS = frozenset({"en", "in", "near", "cerca", "por", "around"})
"""What follows the first of them says where."""
_NO_PLACE = _JOINTS | frozenset(
    "a al de del el la los las lo the of to me mi mio my here aca aqui zona barrio centro downtown"
    " calle avenida av street city ciudad area estacion station san santa villa".split()
)
_CITY = frozenset({"caba", "capital", "federal", "baires"})

_KNOWN_FIELDS = frozenset(field for place in PLACES for field in place) | {"photos", "websiteUri"}


class SimulatedPlaces:
    """Text search over a few places of Buenos Aires, some without a phone, one closed for good.

    Whoever looks elsewhere ("dentist in London") finds nothing.
    """

    def __init__(self, api_key: str, places: Sequence[Place] = PLACES) -> None:
        self.asked: list[PlacesAsked] = []
        self.mode = PlacesMode.OK
        self.app = Quart("simulated-places")
        self._api_key = api_key
        self._places = places
        self._served: Served | None = None
        self.app.post("/v1/places:searchText")(self._search)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve; returns the base URL as GOOGLE_PLACES_BASE_URL wants it."""
        self._served = await serve_app(self.app, host, port)
        return self._served.base_url

    async def stop(self) -> None:
        """Free the port."""
        if self._served is not None:
            await self._served.stop()

    async def _search(self) -> ResponseReturnValue:
        key = request.headers.get("X-Goog-Api-Key", "")
        if not key:
            return _problem(
                403,
                "PERMISSION_DENIED",
                "Method doesn't allow unregistered callers (callers without established identity).",
            )
        if not hmac.compare_digest(key.encode(), self._api_key.encode()):
            message = "API key not valid. Please pass a valid API key."
            return _problem(400, "INVALID_ARGUMENT", message)
        mask = request.headers.get("X-Goog-FieldMask", "")
        fields = tuple(part.strip() for part in mask.split(",") if part.strip())
        if not fields:
            return _problem(
                400, "INVALID_ARGUMENT", "FieldMask is a required parameter. Set it in the request."
            )
        for field in fields:
            if not _is_known(field):
                message = (
                    f"Error expanding 'fields' parameter. Cannot find matching fields: {field}"
                )
                return _problem(400, "INVALID_ARGUMENT", message)
        body = await request.get_json(force=True, silent=True)
        query = body.get("textQuery") if isinstance(body, dict) else None
        if not isinstance(body, dict) or not isinstance(query, str) or not query.strip():
            return _problem(400, "INVALID_ARGUMENT", "Empty text_query.")
        try:
            center = _center_of(body)
        except ValueError as error:
            return _problem(400, "INVALID_ARGUMENT", str(error))
        language, region = str(body.get("languageCode", "")), str(body.get("regionCode", ""))
        self.asked.append(PlacesAsked(query, fields, language, region, center))
        if self.mode is PlacesMode.BROKEN:
            return _problem(503, "UNAVAILABLE", "The service is currently unavailable.")
        size = body.get("pageSize", body.get("maxResultCount", 20))
        if not isinstance(size, int) or not 1 <= size <= 20:
            return _problem(400, "INVALID_ARGUMENT", "page_size must be between 1 and 20.")
        found = [] if self.mode is PlacesMode.EMPTY else self._matching(query, center)[:size]
        # Google leaves an empty list out.
        return jsonify({"places": [_masked(place, fields) for place in found]} if found else {})

    def _matching(self, query: str, center: tuple[float, float] | None) -> list[Place]:
        """Nearer places first among equals: the circle prefers and does not shut out."""
        what, where = _asked_for(query)
        scored = [
            (-score, _far(place, center), index)
            for index, place in enumerate(self._places)
            if (not where or where & _surroundings(place))
            and (score := _score(place, what, where)) > 0
        ]
        return [self._places[index] for _, _, index in sorted(scored)]


def _asked_for(query: str) -> tuple[list[str], frozenset[str]]:
    """The words for what is wanted, and those that name a place: of these there may be none."""
    words = re.findall(r"[a-z0-9]+", plain(query))
    joints = [index for index, word in enumerate(words) if word in _JOINTS]
    what, where = (words[: joints[0]], words[joints[0] :]) if joints else (words, [])
    return [word.rstrip("s") for word in what], frozenset(where) - _NO_PLACE


def _surroundings(place: Mapping[str, object]) -> frozenset[str]:
    """Words for its street, quarter, city and country, and its name: "a table at El Mesón"."""
    label = place["displayName"]
    name = str(label["text"]) if isinstance(label, dict) else ""
    return _CITY | frozenset(re.findall(r"[a-z]+", plain(f"{place['formattedAddress']} {name}")))


def _score(place: Mapping[str, object], words: Sequence[str], where: frozenset[str]) -> int:
    """A place must be of the wanted kind, or be named; its street and quarter count on top."""
    types = place["types"]
    kinds = [plain(str(kind)).rstrip("s") for kind in types] if isinstance(types, list) else []
    label = place["displayName"]
    name = plain(str(label["text"])).split() if isinstance(label, dict) else []
    address = plain(str(place["formattedAddress"]).split(", Cdad")[0])
    near = sum(word in address for word in where if len(word) > 3)
    hits = sum(word in kinds for word in words) or sum(word in name for word in words) >= 2
    return 10 + near if hits else 0


def _far(place: Place, center: tuple[float, float] | None) -> float:
    """In degrees, which is enough within a city."""
    where = place["location"]
    if center is None or not isinstance(where, dict):
        return 0.0
    return math.dist(center, (where["latitude"], where["longitude"]))


def _center_of(body: Mapping[str, object]) -> tuple[float, float] | None:
    """Of `locationBias.circle`; ValueError as Google would complain."""
    if "locationBias" not in body:
        return None
    bias = body["locationBias"]
    circle = bias.get("circle") if isinstance(bias, dict) else None
    point = circle.get("center") if isinstance(circle, dict) else None
    if not isinstance(circle, dict) or not isinstance(point, dict):
        raise ValueError("Invalid location_bias: only a circle with a center is simulated.")
    latitude, longitude = (point.get(name, 0.0) for name in ("latitude", "longitude"))
    radius = circle.get("radius", 0.0)
    for name, value, most in (
        ("latitude", latitude, 90.0),
        ("longitude", longitude, 180.0),
        ("radius", radius, 50_000.0),
    ):
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > most:
            raise ValueError(f"Invalid location_bias: {name} is out of range.")
    if radius < 0:
        raise ValueError("Invalid location_bias: radius is out of range.")
    return float(latitude), float(longitude)


def _is_known(field: str) -> bool:
    parts = field.split(".")
    if field in {"*", "places", "places.*", "nextPageToken"}:
        return True
    return len(parts) >= 2 and parts[0] == "places" and parts[1] in _KNOWN_FIELDS


def _masked(place: Place, fields: Sequence[str]) -> Place:
    if {"*", "places", "places.*"} & set(fields):
        return place
    shown: Place = {}
    for field in fields:
        _, _, path = field.partition(".")
        name, _, inner = path.partition(".")
        value = place.get(name)
        if value is None:
            continue
        if inner and isinstance(value, dict):
            kept = shown.setdefault(name, {})
            if isinstance(kept, dict) and inner in value:
                kept[inner] = value[inner]
        else:
            shown[name] = value
    return shown


def _problem(code: int, status: str, message: str) -> tuple[Response, int]:
    return jsonify({"error": {"code": code, "message": message, "status": status}}), code
