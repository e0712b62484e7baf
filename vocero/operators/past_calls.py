"""Calls to read: found, one in full, its people, the day, the acts; and erased."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from quart import Blueprint, Response, request

from bridge.phases import Phase
from data.call import OutcomeStatus, TimelineEntry
from data.store import LONGEST_PAGE, CallFilter, CallRecord
from vocero.operators.answers import Refused, done, json_answer
from vocero.operators.audit import Act
from vocero.operators.calls import Seen
from vocero.operators.day_figures import day_bounds, day_json
from vocero.operators.guard import logged_in
from vocero.operators.json_views import (
    act_json,
    errand_of,
    full_json,
    people_of_record,
    summary_json,
)
from vocero.operators.room import Room, in_time
from vocero.operators.words import is_id, one_line

UNSEEN = Seen(Phase.CONNECTING, 0.0, "")
"""A call of another worker that cannot be asked."""
PAGE = 50
ACTS_PAGE = 100
ACTS_OF_A_CALL = 200
LONGEST_SEARCH = 200
assert max(PAGE, ACTS_PAGE, ACTS_OF_A_CALL) <= LONGEST_PAGE


def add_past_calls(blueprint: Blueprint, room: Room) -> None:
    """Every JSON route that reads, and the one that erases."""
    zone = ZoneInfo(room.needs.zone)

    @blueprint.get("/api/calls")
    async def calls() -> Response:
        wanted = _filter(zone)
        before = _id("before")
        found = await in_time(room.needs.store.find_calls(wanted, before=before, limit=PAGE))
        ids = [record.attempt.attempt_id for record in found]
        sounding = await asyncio.to_thread(room.recorded.with_sound, ids)
        shown = [
            summary_json(record, live=_is_live(room, record), has_sound=record_id in sounding)
            for record, record_id in zip(found, ids, strict=True)
        ]
        more = ids[-1] if len(found) == PAGE else None
        return json_answer({"calls": shown, "before": more})

    @blueprint.get("/api/calls/<attempt_id>")
    async def call(attempt_id: str) -> Response:
        record = await kept_call(room, attempt_id)
        await must_note(room.audit.opened(logged_in(), attempt_id))
        acts = await in_time(room.needs.store.acts(attempt_id=attempt_id, limit=ACTS_OF_A_CALL))
        began = await asyncio.to_thread(room.recorded.sound_began, attempt_id)
        entries = await _entries(room, record)
        # Looked at last: a call that ends meanwhile is over, and the page asks once more.
        live = await _seen(room, record)
        own = room.calls.own(attempt_id)
        if live is not None and own is not None:
            entries = own.timeline
        return json_answer(full_json(record, live, entries, sound_began=began, acts=acts))

    @blueprint.delete("/api/calls/<attempt_id>")
    async def erase(attempt_id: str) -> Response:
        record = await kept_call(room, attempt_id)
        if record.ended_at is None:
            raise Refused("still_live")
        if await room.calls.being_recorded(attempt_id, record.ended_at):
            raise Refused("still_live")
        # The sound first: what the store forgets could not be found again.
        await asyncio.to_thread(room.recorded.remove, attempt_id)
        if not await in_time(room.needs.store.erase_call(attempt_id)):
            raise Refused("not_found")
        await room.audit.note(logged_in().name, Act.DELETED, attempt_id)
        return done()

    @blueprint.post("/api/calls/<attempt_id>/reveal")
    async def reveal(attempt_id: str) -> Response:
        record = await kept_call(room, attempt_id)
        await must_note(room.audit.note(logged_in().name, Act.REVEALED, attempt_id))
        return done(**people_of_record(record, errand_of(record)).revealed())

    @blueprint.get("/api/day")
    async def day() -> Response:
        asked_for = _day("date") or datetime.fromtimestamp(room.needs.now(), zone).date()
        since, until = _bounds(asked_for, zone)
        figures = await in_time(room.needs.store.call_figures(since, until))
        return json_answer(await asyncio.to_thread(day_json, asked_for, zone, figures))

    @blueprint.get("/api/acts")
    async def acts() -> Response:
        before = request.args.get("before", "")
        if before and not (before.isascii() and before.isdigit() and len(before) < 16):
            raise Refused("bad_request")
        found = await in_time(
            room.needs.store.acts(
                attempt_id=_id("call"),
                before=int(before) if before else None,
                limit=ACTS_PAGE,
            )
        )
        more = found[-1].number if len(found) == ACTS_PAGE else None
        return json_answer({"acts": [act_json(entry) for entry in found], "before": more})


async def kept_call(room: Room, attempt_id: str) -> CallRecord:
    """The call of exactly this id. Raises Refused."""
    record = await in_time(room.needs.store.call(attempt_id)) if is_id(attempt_id) else None
    if record is None or record.attempt.attempt_id != attempt_id:
        raise Refused("not_found")
    return record


async def must_note(noting: Awaitable[bool]) -> None:
    """Nobody looks without its being written down. Raises Refused."""
    if not await noting:
        raise Refused("trouble")


async def _entries(room: Room, record: CallRecord) -> tuple[TimelineEntry, ...]:
    if record.report is not None:
        return record.report.timeline
    return await in_time(room.needs.store.lines(record.attempt.attempt_id))


async def _seen(room: Room, record: CallRecord) -> Seen | None:
    """The call while it is on; one of which nobody can tell counts as on."""
    if record.report is not None:
        return None
    try:
        return await room.calls.seen(record.attempt.attempt_id)
    except Refused:
        return None if record.ended_at is not None else UNSEEN


def _is_live(room: Room, record: CallRecord) -> bool:
    if record.report is not None:
        return False
    if room.calls.own(record.attempt.attempt_id) is not None:
        return True
    # To ask about each would take too long: what has not ended is kept by somebody.
    return room.needs.bus.several and record.ended_at is None


def _filter(zone: ZoneInfo) -> CallFilter:
    text = one_line(request.args.get("text", ""))
    if len(text) > LONGEST_SEARCH:
        raise Refused("too_long")
    names = [name for name in request.args.get("status", "").split(",") if name]
    try:
        statuses = frozenset(OutcomeStatus(name) for name in names)
    except ValueError:
        raise Refused("bad_request") from None
    first, last = _day("from"), _day("to")
    return CallFilter(
        text,
        statuses,
        since=None if first is None else _bounds(first, zone)[0],
        until=None if last is None else _bounds(last, zone)[1],
    )


def _id(name: str) -> str | None:
    value = request.args.get(name, "")
    if value and not is_id(value):
        raise Refused("bad_request")
    return value or None


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    if not value:
        return None
    with contextlib.suppress(ValueError):
        return date.fromisoformat(value)
    raise Refused("bad_request")


def _bounds(day: date, zone: ZoneInfo) -> tuple[float, float]:
    try:
        return day_bounds(day, zone)
    except (ValueError, OverflowError, OSError):
        raise Refused("bad_request") from None
