"""The business's own clock: its time zone and its opening hours. Pure."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as number_zones

from data.place import Opening, OpeningHours, PlaceInfo
from orchestration.spoken_times import minutes_of


@functools.cache
def zone(name: str) -> tzinfo:
    """The time zone of an IANA name; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def zone_names_of_number(number: str) -> tuple[str, ...]:
    """IANA names that an E.164 number may be in, from the numbering plan; may be empty."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    names = number_zones.time_zones_for_number(parsed)
    return tuple(name for name in names if name != number_zones.UNKNOWN_TIMEZONE)


def business_zone_name(place: PlaceInfo, default: str) -> str:
    """The business's time zone: as its source says, by its number where that is enough, or the
    default. With several candidates the default wins if it is among them, else the first.
    """
    if place.timezone:
        return place.timezone
    names = zone_names_of_number(place.phone or "")
    if not names:
        return default
    offsets = {zone(name).utcoffset(_SOME_WINTER) for name in names}
    if zone(default).utcoffset(_SOME_WINTER) in offsets:
        return default
    return names[0]


_SOME_WINTER = datetime(2026, 1, 15)
_WHOLE_DAY = (0, 24 * 60)


def local_now(now: float, zone_name: str) -> datetime:
    """`now` (seconds since the epoch) on the clock of a time zone."""
    return datetime.fromtimestamp(now, zone(zone_name))


def is_open(hours: Sequence[OpeningHours], weekday: int, minutes: int) -> bool:
    """Whether a business is open at that minute of that weekday. Without hours: yes."""
    return not hours or any(
        each.weekday == weekday and minutes_of(each.opens) <= minutes < minutes_of(each.closes)
        for each in hours
    )


def opening(place: PlaceInfo, now: float, default_zone: str) -> Opening:
    """Whether a business is open at `now` (seconds since the epoch), else when it opens next.

    On its own clock; `default_zone` is for a business whose time zone is not known.
    """
    if not place.opening_hours:
        return Opening()
    local = local_now(now, business_zone_name(place, default_zone))
    if is_open(place.opening_hours, local.weekday(), local.hour * 60 + local.minute):
        return Opening(open_now=True)
    opens = next_moment(local, place.opening_hours, _WHOLE_DAY)
    if opens is None:
        return Opening(open_now=False)
    same_day = opens.date() == local.date()
    return Opening(
        open_now=False, opens=f"{opens:%H:%M}" if same_day else f"{opens:%Y-%m-%d %H:%M}"
    )


def next_moment(
    now: datetime, hours: Sequence[OpeningHours], window: tuple[int, int]
) -> datetime | None:
    """The next minute, `now` included, that lies in the daily window and in the opening hours.

    `window` in minutes since midnight. None when there is none within eight days.
    """
    for ahead in range(9):
        day = now.date() + timedelta(days=ahead)
        earliest = now.hour * 60 + now.minute if ahead == 0 else 0
        starts = [
            max(earliest, start, window[0])
            for start, end in _stretches(hours, day)
            if max(earliest, start, window[0]) < min(end, window[1])
        ]
        if starts:
            first = min(starts)
            return datetime.combine(day, time(first // 60, first % 60), now.tzinfo)
    return None


def _stretches(hours: Sequence[OpeningHours], day: date) -> list[tuple[int, int]]:
    if not hours:
        return [(0, 24 * 60)]
    return [
        (minutes_of(each.opens), minutes_of(each.closes))
        for each in hours
        if each.weekday == day.weekday()
    ]
