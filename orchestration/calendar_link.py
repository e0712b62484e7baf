"""A link that adds what was booked to the customer's Google calendar. Pure.

The event template (https://calendar.google.com/calendar/render?action=TEMPLATE) takes `text`,
`dates` as local "YYYYMMDDTHHMMSS/YYYYMMDDTHHMMSS" with the IANA zone in `ctz`, `location` and
`details`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from data.call import CallResult, OutcomeStatus
from data.errand import Errand
from orchestration.places import clean

_BASE = "https://calendar.google.com/calendar/render?"
_LONGEST = 600
_LASTS = timedelta(hours=1)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CLOCK = re.compile(r"\d\d:\d\d")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,60}")


def calendar_url(result: CallResult, errand: Errand, zone_name: str) -> str:
    """At most 600 characters; "" unless it is booked for an exact day and time.

    `zone_name` is the business's IANA zone, in which day and time are meant.
    """
    if result.status is not OutcomeStatus.BOOKED or not _ZONE.fullmatch(zone_name):
        return ""
    start = _moment(result.date or "", result.time or "")
    if start is None:
        return ""
    fixed = {
        "action": "TEMPLATE",
        "dates": f"{start:%Y%m%dT%H%M%S}/{start + _LASTS:%Y%m%dT%H%M%S}",
        "ctz": zone_name,
    }
    url = _BASE + urlencode(fixed, safe="/", quote_via=quote)
    for name, text in _told(errand):
        url += _fitting(name, text, _LONGEST - len(url))
    return url


def _told(errand: Errand) -> tuple[tuple[str, str], ...]:
    """What the event says, the most important first, cleaned and cut."""
    place = errand.business
    title = " – ".join(filter(None, (clean(errand.service, 60), clean(place.name, 60))))
    # Nothing that was said in the call: it could be a link, and this is a place to tap on links.
    details = clean(place.phone or "", 20)
    return ("text", title), ("location", clean(place.address, 100)), ("details", details)


def _fitting(name: str, text: str, room: int) -> str:
    """The parameter, its text cut until the encoded form has room; "" when nothing of it has."""
    while text:
        parameter = f"&{name}={quote(text, safe='')}"
        if len(parameter) <= room:
            return parameter
        text = text[:-1].rstrip()
    return ""


def _moment(day: str, clock: str) -> datetime | None:
    if not _ISO_DAY.fullmatch(day) or not _CLOCK.fullmatch(clock):
        return None
    try:
        start = datetime.fromisoformat(f"{day} {clock}")
        _ = start + _LASTS
    except (ValueError, OverflowError):
        return None
    return start
