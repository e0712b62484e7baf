"""The figures of one day: calls by the hour, how they ended, how fast the agent answered. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from data.call import OutcomeStatus
from data.store import CallFigures
from vocero.operators.json_views import Json

HOURS = 24
FAILED = frozenset({OutcomeStatus.FAILED, OutcomeStatus.INTERRUPTED})


def day_bounds(day: date, zone: ZoneInfo) -> tuple[float, float]:
    """When a day begins and ends there, in seconds since the epoch; it may have 23 or 25 hours."""
    midnight, next_day = time(0, tzinfo=zone), day + timedelta(days=1)
    return (
        datetime.combine(day, midnight).timestamp(),
        datetime.combine(next_day, midnight).timestamp(),
    )


def day_json(day: date, zone: ZoneInfo, calls: Iterable[CallFigures]) -> Json:
    """What the page draws. Calls that are not over count as such and in no outcome."""
    hours = [{"calls": 0, "booked": 0, "other": 0, "failed": 0} for _ in range(HOURS)]
    answers: list[list[int]] = [[] for _ in range(HOURS)]
    outcomes: Counter[str] = Counter()
    count, talked_s = 0, 0.0
    for call in calls:
        hour = datetime.fromtimestamp(call.created_at, zone).hour
        count, talked_s = count + 1, talked_s + call.talked_s
        hours[hour]["calls"] += 1
        answers[hour] += call.answer_ms
        if call.status is not None:
            outcomes[str(call.status)] += 1
            hours[hour][_kind(call.status)] += 1
    every = sorted(ms for of_hour in answers for ms in of_hour)
    return {
        "date": day.isoformat(),
        "zone": zone.key,
        "hours": hours,
        "outcomes": dict(outcomes),
        "answer_ms": {
            "p50": percentile(every, 50),
            "p90": percentile(every, 90),
            "p99": percentile(every, 99),
            "count": len(every),
        },
        "by_hour_answer_ms": [_of_hour(sorted(of_hour)) for of_hour in answers],
        "talked_s": round(talked_s, 1),
        "calls": count,
    }


def percentile(ascending: Sequence[int], percent: int) -> int | None:
    """The smallest value that so many percent do not exceed; None of nothing."""
    if not ascending:
        return None
    rank = -(-len(ascending) * percent // 100)
    return ascending[max(0, rank - 1)]


def _of_hour(ascending: Sequence[int]) -> Json | None:
    if not ascending:
        return None
    return {"p50": percentile(ascending, 50), "p90": percentile(ascending, 90)}


def _kind(status: OutcomeStatus) -> str:
    if status is OutcomeStatus.BOOKED:
        return "booked"
    return "failed" if status in FAILED else "other"
