"""Finding businesses: Google's Places API (New), or the invented ones without a key.

https://developers.google.com/maps/documentation/places/web-service/text-search
What comes back is data from strangers: types are checked, texts cleaned and cut, numbers read by
`phonenumbers`; what has no number that can be dialled is not offered.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

import httpx
import phonenumbers

from data.demo_places import demo_places
from data.place import OpeningHours, PlaceInfo
from orchestration.demo_search import search_demo
from orchestration.local_time import zone, zone_names_of_number
from orchestration.near_me import is_near_me as is_near_me
from orchestration.ports import Found, SearchError

TIMEOUT_S = 5.0
"""For a search in all, the one retry included."""
MOST_PLACES = 5
AROUND_M = 5_000.0
"""How far around a shared location is looked first; Google allows up to 50,000."""
_RETRY_AFTER_S = 0.2
_ANSWER_BYTES = 1_000_000
_FIELDS = ",".join(
    f"places.{name}"
    for name in (
        "id",
        "displayName",
        "formattedAddress",
        "location",
        "internationalPhoneNumber",
        "nationalPhoneNumber",
        "rating",
        "userRatingCount",
        "primaryTypeDisplayName",
        "regularOpeningHours",
        "utcOffsetMinutes",
        "businessStatus",
    )
)
_CLOSED = ("CLOSED_TEMPORARILY", "CLOSED_PERMANENTLY")


class PlaceFinder:
    """Finds businesses by what they do or are called, and where."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        api_key: str = "",
        base_url: str = "https://places.googleapis.com",
        now: Callable[[], float] = time.time,
    ) -> None:
        """`client` is lent. Without `api_key` nothing leaves this process."""
        self._now = now
        self._client = client
        self._api_key = api_key
        self._url = base_url.rstrip("/") + "/v1/places:searchText"

    async def search(
        self,
        service: str,
        location: str,
        *,
        language: str,
        country: str,
        center: tuple[float, float] | None = None,
    ) -> Found:
        """`language` "es" or "en"; `country` an ISO code, to prefer; `center` latitude and
        longitude in degrees to search around. Raises SearchError.
        """
        if center is not None and _position(*center) is None:
            center = None
        if is_near_me(location):
            # To Google these words would mean where our server stands.
            location = ""
        if not self._api_key:
            found = search_demo(demo_places(), service, location, country, center)
            return Found(_offerable(found), from_demo_data=True)
        joint = " en " if language == "es" else " in "
        body: dict[str, Any] = {
            "textQuery": (service + (joint + location if location else ""))[:300],
            "languageCode": language,
            "regionCode": country,
            "pageSize": 10,
        }
        if center is not None:
            point = {"latitude": center[0], "longitude": center[1]}
            body["locationBias"] = {"circle": {"center": point, "radius": AROUND_M}}
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await self._ask(body)
        except TimeoutError:
            raise SearchError(f"no answer within {TIMEOUT_S:g} s") from None
        return Found(_offerable(read_places(answer, country, self._now())), from_demo_data=False)

    async def _ask(self, body: dict[str, Any]) -> object:
        try:
            return await self._ask_once(body)
        except _TryAgain:
            await asyncio.sleep(_RETRY_AFTER_S)
        try:
            return await self._ask_once(body)
        except _TryAgain as error:
            raise SearchError(str(error)) from None

    async def _ask_once(self, body: dict[str, Any]) -> object:
        headers = {"X-Goog-Api-Key": self._api_key, "X-Goog-FieldMask": _FIELDS}
        try:
            async with self._client.stream(
                "POST",
                self._url,
                json=body,
                headers=headers,
                timeout=TIMEOUT_S,
                follow_redirects=False,
            ) as response:
                if response.status_code >= 500:
                    raise _TryAgain(f"answered {response.status_code}")
                if response.status_code != 200:
                    raise SearchError(f"answered {response.status_code}")
                content = bytearray()
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > _ANSWER_BYTES:
                        raise SearchError("answered far too much")
        except httpx.TransportError as error:
            raise _TryAgain(f"not reached ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            raise SearchError(f"answered in no proper way ({type(error).__name__})") from None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise SearchError("answered something that is not JSON") from None


class _TryAgain(Exception):
    """May work a moment later."""


def read_places(answer: object, country: str, now: float) -> tuple[PlaceInfo, ...]:
    """The places in an answer, whatever it is; what is not a place is left out.

    A number in local writing is read in `country`; `now` (seconds since the epoch) tells which time
    zones keep summer time.
    """
    listed = _mapping(answer).get("places")
    if not isinstance(listed, list):
        return ()
    return tuple(
        place for entry in listed[:20] if (place := _read_place(_mapping(entry), country, now))
    )


def clean(value: object, limit: int) -> str:
    """A text on one line without control characters, at most `limit` long; "" for no text."""
    if not isinstance(value, str):
        return ""
    shown = "".join(c if c.isprintable() else " " for c in value[: limit * 4])
    return " ".join(shown.split())[:limit].strip()


def _read_place(entry: Mapping[str, Any], country: str, now: float) -> PlaceInfo | None:
    name = clean(_mapping(entry.get("displayName")).get("text"), 100)
    identity = clean(entry.get("id"), 200)
    if not name or not identity or entry.get("businessStatus") in _CLOSED:
        return None
    phone = _e164(entry.get("internationalPhoneNumber"), country) or _e164(
        entry.get("nationalPhoneNumber"), country
    )
    rating, count = entry.get("rating"), entry.get("userRatingCount")
    point = _mapping(entry.get("location"))
    position = _position(point.get("latitude"), point.get("longitude"))
    return PlaceInfo(
        id=identity,
        name=name,
        address=clean(entry.get("formattedAddress"), 160),
        phone=phone,
        rating=rating if _is_number(rating) and 0 <= rating <= 5 else None,
        rating_count=int(count) if _is_number(count) and count >= 0 else None,
        kind=clean(_mapping(entry.get("primaryTypeDisplayName")).get("text"), 60),
        opening_hours=_read_hours(_mapping(entry.get("regularOpeningHours")).get("periods")),
        timezone=_read_zone(phone, entry.get("utcOffsetMinutes"), now),
        latitude=position[0] if position else None,
        longitude=position[1] if position else None,
    )


def _position(latitude: object, longitude: object) -> tuple[float, float] | None:
    """Degrees that are on the globe, both of them, or nothing."""
    if not (_is_number(latitude) and _is_number(longitude)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return float(latitude), float(longitude)


def _read_hours(periods: object) -> tuple[OpeningHours, ...]:
    """`periods`: [{open: {day 0=Sunday, hour, minute}, close: {…}}]; no close: always open."""
    if not isinstance(periods, list):
        return ()
    hours: list[OpeningHours] = []
    for period in periods[:50]:
        opens = _read_moment(_mapping(period).get("open"))
        if opens is None:
            continue
        if "close" not in _mapping(period):
            return tuple(_stretch(day, 0, 24 * 60) for day in range(7))
        closes = _read_moment(_mapping(period).get("close"))
        if closes is None:
            continue
        day, minutes = opens
        closing = closes[1] if closes[0] == day and closes[1] > minutes else 24 * 60
        hours.append(_stretch(day, minutes, closing))
        if closes[0] == (day + 1) % 7 and closes[1] > 0:
            hours.append(_stretch(closes[0], 0, closes[1]))
    return tuple(hours)


def _stretch(day: int, opens: int, closes: int) -> OpeningHours:
    return OpeningHours(
        weekday=day,
        opens=f"{opens // 60:02d}:{opens % 60:02d}",
        closes=f"{closes // 60:02d}:{closes % 60:02d}",
    )


def _read_moment(value: object) -> tuple[int, int] | None:
    """Weekday from Monday on, and minutes since midnight."""
    moment = _mapping(value)
    day, hour, minute = (
        moment.get(name, missing) for name, missing in (("day", -1), ("hour", 0), ("minute", 0))
    )
    if not (isinstance(day, int) and isinstance(hour, int) and isinstance(minute, int)):
        return None
    if not (0 <= day <= 6 and 0 <= hour <= 23 and 0 <= minute <= 59):
        return None
    return (day - 1) % 7, hour * 60 + minute


def _read_zone(phone: str | None, offset: object, now: float) -> str:
    """The zone that number and offset agree on; "" when they do not tell."""
    names = zone_names_of_number(phone) if phone else ()
    if not _is_number(offset):
        return names[0] if len(names) == 1 else ""
    if abs(offset) > 24 * 60:
        return ""
    moment, there = datetime.fromtimestamp(now, UTC), timedelta(minutes=int(offset))
    agreeing = [name for name in names if moment.astimezone(zone(name)).utcoffset() == there]
    return agreeing[0] if agreeing else ""


def _e164(value: object, country: str) -> str | None:
    try:
        parsed = phonenumbers.parse(clean(value, 40), country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or parsed.extension:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _offerable(places: tuple[PlaceInfo, ...]) -> tuple[PlaceInfo, ...]:
    seen: set[str] = set()
    offered = []
    for place in places:
        if place.phone and place.phone not in seen:
            seen.add(place.phone)
            offered.append(place)
    return tuple(offered[:MOST_PLACES])


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_number(value: object) -> TypeGuard[int | float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e9 and math.isfinite(value)
