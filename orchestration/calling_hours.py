"""When a business may be called: the operator's calling hours, narrowed by its opening hours. Pure.

Hours are on the business's own clock, whatever the time is where the customer is.
"""

from __future__ import annotations

from data.place import PlaceInfo
from orchestration.conversation_state import Moment
from orchestration.local_time import business_zone_name, is_open, local_now, next_moment
from orchestration.policy import Policy
from orchestration.spoken_times import minutes_of


def call_moment(policy: Policy, place: PlaceInfo, now: float, default_zone: str) -> Moment | None:
    """When this business may be called next, by the hours alone: at once (`shown` is ""), or from
    a later moment on. None when there is none within eight days.

    `now` in seconds since the epoch; `default_zone` is the IANA name for a business whose time zone
    nobody knows.
    """
    there = local_now(now, business_zone_name(place, default_zone))
    opens, closes = policy.calling_hours
    moment = next_moment(there, place.opening_hours, (minutes_of(opens), minutes_of(closes)))
    if moment is None:
        return None
    at = moment.timestamp()
    if at <= now:
        return Moment(now)
    today = moment.date() == there.date()
    is_closed = not is_open(place.opening_hours, there.weekday(), there.hour * 60 + there.minute)
    return Moment(at, f"{moment:%H:%M}" if today else f"{moment:%Y-%m-%d %H:%M}", closed=is_closed)
