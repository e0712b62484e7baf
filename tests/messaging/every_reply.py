"""Every reply there is, with any text wherever text from outside can stand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from data import reply as r
from data.call import CallResult, OutcomeStatus
from data.errand import Preferences
from data.place import Opening, PlaceInfo

PHONE = "+5491155550101"
OTHER_PHONE = "+5491155550102"
CALENDAR_URL = "https://vocero.example/calendar/" + "k" * 200
MOMENTS = ("", "16:00", "2026-11-26 09:00")


def every_reply(text: str, phone: str = PHONE) -> Iterator[r.Reply]:
    """In all their kinds; numbers and our own links are real ones."""
    yield from _without_a_call(text, phone)
    yield from _questions(text, phone)
    yield from _around_a_call(text, phone)
    yield from _results(text, phone)


def _without_a_call(text: str, phone: str) -> Iterator[r.Reply]:
    yield r.HelpGiven()
    yield r.NotUnderstood()
    yield r.NotUnderstood(by_our_fault=True)
    yield r.Thanked()
    yield r.TextPlease()
    yield r.VoiceHeard(text)
    for trouble in r.VoiceTrouble:
        yield r.VoiceNotHeard(trouble)
    yield r.LocationNoted()
    yield r.WhatToSearch()
    yield r.NothingFound(text, text, True)
    yield r.NothingFound(text, text, False)
    yield r.SearchFailed()
    yield r.ChoiceNeeded(1)
    yield r.ChoiceNeeded(4)
    yield r.ChoiceNeeded(1, not_understood=True)
    yield r.ChoiceNeeded(4, not_understood=True)
    for refusal in r.Refusal:
        yield r.NumberRefused(text, refusal)
        yield r.NumberRefused(phone, refusal)
        yield r.NumberRefused("", refusal)
    for limit in r.Limit:
        yield r.OverLimit(limit, text, text)
        yield r.OverLimit(limit, text)
    yield r.Cancelled()
    yield r.NothingToCancel()
    yield r.NothingToCancel(text)


def a_place(text: str, phone: str) -> PlaceInfo:
    return PlaceInfo(
        id="1", name=text, address=text, phone=phone, rating=4.53, rating_count=1_234_567
    )


def _questions(text: str, phone: str) -> Iterator[r.Reply]:
    place = a_place(text, phone)
    opening = Opening(False, "2026-09-30 16:30")
    for count, demo in itertools.product((1, 10, 40), (True, False)):
        yield r.ChoicesOffered(text, (place,) * count, demo)
        yield r.ChoicesOffered(text, (place,) * count, demo, (opening,) * count, text, True)
    heard = Preferences(date_heard=text, time_heard=text, professional=text)
    wished = Preferences(
        date="2026-09-30",
        date_until="2026-10-07",
        date_is_wish=True,
        time_from="16:00",
        time_until="18:30",
        time_is_wish=True,
        professional=text,
        professional_is_must=True,
    )
    for others, (at, wishes, spoken) in itertools.product(
        (0, 1, 9, 20),
        (("", heard, False), ("16:00", wished, True), (MOMENTS[2], wished, True)),
    ):
        yield r.ConfirmationAsked(
            text,
            phone,
            text,
            text,
            wishes,
            call_at=at,
            closed=others > 1,
            others=(a_place(text, OTHER_PHONE),) * others,
            in_writing=spoken,
            not_understood=others == 9,
        )
    yield r.ConfirmationAsked(text, phone, text, text, heard, call_at=text, closed=True)
    for options in (0, 1, 3, 40):
        yield r.BusinessAsks(text, text, (text,) * options, 20)
    yield r.BusinessAsks("", text, (), 0)


def _around_a_call(text: str, phone: str) -> Iterator[r.Reply]:
    for at in (*MOMENTS, text):
        yield r.CallPlanned(text, phone, at)
    yield r.AlreadyBooked(text)
    yield r.CallStarted(text, phone)
    yield r.CallAnswered(text)
    yield r.AlreadyCalling(text)
    yield r.PassedOn(text)
    yield r.AnswerGiven(text, text)
    yield r.AnswerLate(text)
    yield r.CancelUnderway(text)


def _results(text: str, phone: str) -> Iterator[r.Reply]:
    ends = itertools.product(OutcomeStatus, r.NextStep)
    moments = itertools.cycle((*MOMENTS, text))
    for (status, step), at in zip(ends, moments, strict=False):
        result = CallResult(
            status=status,
            date=text,
            time=text,
            professional_name=text,
            notes=text,
            instructions=text,
        )
        yield r.ResultTold(
            text,
            phone,
            result,
            text,
            text,
            step,
            next_name=text,
            next_phone=OTHER_PHONE,
            next_at=at,
            calendar_url=CALENDAR_URL,
            asked=Preferences(date_heard=text, time_heard=text, professional=text)
            if status is OutcomeStatus.BOOKED and at
            else None,
        )
