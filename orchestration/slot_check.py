"""Whether a slot that the business offers suits the customer, and what would. Pure.

What is a must is never given up. What is only a wish is put to the business once; when that is not
possible, what else was allowed will do. Messages are for the agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from data.errand import Preferences
from orchestration.named_persons import alternatives_in, own_names
from orchestration.slots import days_heard, window_heard, window_of
from orchestration.spoken_times import SpokenTime, clock, fold, spoken_window

_HALF_DAY = 12 * 60
_CLEAR_WINDOW = 10 * 60
"""Minutes; in a wanted window that is shorter, only one meaning of "eight" can be meant."""
_MOST_ALTERNATIVES = 3
_ASK = "If that is not possible, you may ask the customer with ask_customer."


@dataclass(frozen=True, slots=True)
class SlotVerdict:
    """What the agent is told about a slot that the business offers."""

    valid: bool
    message: str
    """For the agent: why not, or what to do next."""
    alternatives: tuple[str, ...] = ()
    """What the customer would accept instead, as "YYYY-MM-DD HH:MM" or in words; at most 3."""
    wish_put: bool = False
    """Valid if only the customer's wish cannot be had, which the agent is to ask first."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """What speaks against a slot."""

    only_a_wish: bool
    text: str = ""


def check_slot(
    preferences: Preferences,
    date_text: str,
    time_text: str,
    now: datetime,
    *,
    professional: str = "",
    wish_refused: bool = False,
) -> SlotVerdict:
    """Whether a slot that the business offers fits. `now` is aware, in the business's zone.

    `professional`: with whom it is, "" when that was not said. `wish_refused`: an earlier verdict
    of this call had `wish_put`.
    """
    wanted = alternatives(preferences, now)
    day = _day_offered(preferences, date_text, time_text, now)
    if isinstance(day, str):
        return SlotVerdict(False, day, wanted)
    faults = _day_faults(preferences, day)
    if any(not fault.only_a_wish for fault in faults):
        return SlotVerdict(False, faults[0].text, wanted)
    start = _start_offered(preferences, date_text, time_text)
    if isinstance(start, str):
        return SlotVerdict(False, start, wanted)
    if day is None:
        return SlotVerdict(False, "On which day? Ask for the date of that time.", wanted)
    at = f"{day.isoformat()} {clock(start)}"
    if day == now.date() and start <= now.hour * 60 + now.minute:
        return SlotVerdict(False, f"{at} has passed; it is {now:%H:%M} now.", wanted)
    faults += _time_faults(preferences, at, start) + _person_faults(preferences, professional)
    musts = [fault.text for fault in faults if not fault.only_a_wish]
    if musts:
        return SlotVerdict(False, " ".join(musts), wanted)
    if faults and not wish_refused:
        wish = wish_in_words(preferences)
        return SlotVerdict(
            False,
            f"The customer prefers {wish}: ask whether that is possible. If it is not, accept {at}"
            " after calling validate_slot with it once more.",
            (wish,),
            wish_put=True,
        )
    return SlotVerdict(True, _accept(preferences, at, professional))


def _day_offered(
    preferences: Preferences, date_text: str, time_text: str, now: datetime
) -> date | str | None:
    """The day that the business offers, None when it named none, or what to ask it."""
    today = now.date()
    days = days_heard(date_text, time_text, today)
    if days is None:
        if date_text.strip() and spoken_window(fold(date_text)) is None:
            # Words that only tell a time of day ("a la tarde") are no unclear date.
            return f"The date {_quoted(date_text)} is not clear. Ask for day and month."
        if not preferences.date or preferences.date_until:
            if window_heard(date_text, time_text) is None:
                return "Neither a day nor a time is clear. Ask for both."
            return None
        days = (date.fromisoformat(preferences.date),) * 2
    day, last = days
    if day != last:
        return "That is more than one day. Ask for one day and its time."
    if day < today:
        return f"{day.isoformat()} has passed; today is {today.isoformat()}."
    return day


def _day_faults(preferences: Preferences, day: date | None) -> list[_Fault]:
    first = preferences.date
    if day is None or not first or first <= day.isoformat() <= (preferences.date_until or first):
        return []
    if preferences.date_is_wish:
        return [_Fault(only_a_wish=True)]
    text = (
        f"The customer asked for {days_in_words(preferences)}, not {day.isoformat()}. "
        f"Ask whether there is anything then. {_ASK}"
    )
    return [_Fault(only_a_wish=False, text=text)]


def _start_offered(preferences: Preferences, date_text: str, time_text: str) -> int | str:
    """The one exact time that the business offers, in minutes since midnight, or what to ask."""
    window = window_heard(date_text, time_text)
    if window is None:
        if preferences.time_from or preferences.time_until:
            return "The day fits. Ask for the exact time."
        return "The day fits; the customer takes any time. Ask for one."
    start = _nearest_meaning(window.start, preferences)
    same = window.end == window.start or _nearest_meaning(window.end, preferences) == start
    if start is None or not same:
        return "That is not one exact time. Ask for the exact time."
    return start


def _nearest_meaning(said: SpokenTime | int | None, preferences: Preferences) -> int | None:
    """Of the two meanings of "eight" the one that the customer wants, if there is one."""
    if said is None or isinstance(said, int):
        return said
    earliest, latest = window_of(preferences)
    for minutes in (said.minutes, said.minutes + _HALF_DAY):
        if said.could_be(minutes) and earliest <= minutes <= latest < earliest + _CLEAR_WINDOW:
            return minutes
    return said.settled()


def _time_faults(preferences: Preferences, at: str, start: int) -> list[_Fault]:
    earliest, latest = window_of(preferences)
    if earliest <= start <= latest:
        return []
    if preferences.time_is_wish:
        return [_Fault(only_a_wish=True)]
    text = (
        f"{at} does not suit the customer, who asked for {times_in_words(preferences)}. "
        f"Ask for that. {_ASK}"
    )
    return [_Fault(only_a_wish=False, text=text)]


def _person_faults(preferences: Preferences, offered: str) -> list[_Fault]:
    wanted = preferences.professional
    if not _somebody_wanted(preferences) or is_wanted(wanted, offered):
        return []
    if not preferences.professional_is_must:
        return [_Fault(only_a_wish=True)] if offered else []
    if not offered:
        text = (
            f"It must be with {wanted}. Ask whether it is, and call validate_slot again with "
            "professional_name."
        )
    else:
        text = (
            f"It must be with {wanted}, not with {_quoted(offered)}. Ask when {wanted} can. {_ASK}"
        )
    return [_Fault(only_a_wish=False, text=text)]


def is_wanted(wanted: str, offered: str) -> bool:
    """Whether an offered name is (one of) the wanted: "Dra. Gómez" and "Ana Gómez" are the same."""
    given = own_names(fold(offered))
    return bool(given) and any(
        names <= given or given <= names
        for names in (own_names(each) for each in alternatives_in(fold(wanted)))
        if names
    )


def _somebody_wanted(preferences: Preferences) -> bool:
    return any(own_names(each) for each in alternatives_in(fold(preferences.professional)))


def _accept(preferences: Preferences, at: str, offered: str) -> str:
    message = (
        f"{at} suits the customer. Accept it, read day and time back, and wait for a clear yes."
    )
    if not offered and _somebody_wanted(preferences):
        message += f" Ask for {preferences.professional} if you have not yet."
    return message


# --- in words ---------------------------------------------------------------------------------
def alternatives(preferences: Preferences, now: datetime) -> tuple[str, ...]:
    """What the customer accepts, best first, without what has passed; at most three."""
    if not (preferences.date or preferences.time_from or preferences.time_until):
        return (f"any day and time{_by_whom(preferences)}",) if _must_be(preferences) else ()
    days = _acceptable_days(preferences, now)
    if len(days) > _MOST_ALTERNATIVES:
        days[_MOST_ALTERNATIVES - 1 :] = [f"any day until {days[-1]}"]
    found = [f"{day}{_time_suffix(preferences)}" for day in days]
    if preferences.time_is_wish and preferences.time_from + preferences.time_until:
        found += [f"{day}, any time" for day in days]
    if preferences.date_is_wish and preferences.date:
        found.append(f"any other day{_time_suffix(preferences)}")
    return tuple(f"{each}{_by_whom(preferences)}" for each in found[:_MOST_ALTERNATIVES])


def wish_in_words(preferences: Preferences) -> str:
    """What the customer would like best: "2026-11-26 17:00 with Ana"."""
    day = days_in_words(preferences) if preferences.date else "any day"
    whom = f" with {preferences.professional}" if _somebody_wanted(preferences) else ""
    return f"{day}{_time_suffix(preferences)}{whom}"


def allowed_in_words(preferences: Preferences) -> str:
    """What the customer allowed beforehand, in a few plain sentences."""
    said = [
        _allowed("Day", days_in_words(preferences), preferences.date_heard, preferences.date)
        + (" if possible, else another day." if preferences.date_is_wish else "."),
        _allowed(
            "Time",
            times_in_words(preferences),
            preferences.time_heard,
            preferences.time_from + preferences.time_until,
        )
        + (" if possible, else another time." if preferences.time_is_wish else "."),
    ]
    if _somebody_wanted(preferences):
        firm = "only" if preferences.professional_is_must else "if possible, else anybody"
        said.append(f"With {preferences.professional}, {firm}.")
    return " ".join(said)


def _allowed(what: str, resolved: str, heard: str, known: str) -> str:
    if known or not heard.strip():
        return f"{what}: {resolved}"
    return f"{what}: in the customer's words {_quoted(heard)}"


def days_in_words(preferences: Preferences) -> str:
    """ "2026-11-26", "2026-11-26 to 2026-11-28" or "any day"."""
    if preferences.date and preferences.date_until:
        return f"{preferences.date} to {preferences.date_until}"
    return preferences.date or "any day"


def times_in_words(preferences: Preferences) -> str:
    """ "17:00", "between 17:00 and 19:00", "18:00 or later" or "any time"."""
    start, end = preferences.time_from, preferences.time_until
    if start and end:
        return start if start == end else f"between {start} and {end}"
    if start:
        return f"{start} or later"
    return f"{end} at the latest" if end else "any time"


def _acceptable_days(preferences: Preferences, now: datetime) -> list[str]:
    """The days that will do, in order, or "any day"; at most a year of them."""
    if not preferences.date:
        return ["any day"]
    day, until = (
        date.fromisoformat(each)
        for each in (preferences.date, preferences.date_until or preferences.date)
    )
    _, latest = window_of(preferences)
    over = latest <= now.hour * 60 + now.minute and not preferences.time_is_wish
    day = max(day, now.date() + timedelta(days=1 if over else 0))
    return [
        (day + timedelta(days=ahead)).isoformat()
        for ahead in range(min((until - day).days + 1, 366))
    ]


def _time_suffix(preferences: Preferences) -> str:
    exact = preferences.time_from and preferences.time_from == preferences.time_until
    return f" {preferences.time_from}" if exact else f", {times_in_words(preferences)}"


def _must_be(preferences: Preferences) -> bool:
    return preferences.professional_is_must and _somebody_wanted(preferences)


def _by_whom(preferences: Preferences) -> str:
    return f" with {preferences.professional}" if _must_be(preferences) else ""


def _quoted(text: str) -> str:
    return '"' + " ".join(text.split())[:40] + '"'
