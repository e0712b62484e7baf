"""Calls in memory as operators want them: found, counted, erased, and what was done to them."""

from __future__ import annotations

from dataclasses import replace

from data.answer_times import answer_times
from data.call_messages import ASKED_AS, messages_beside
from data.memory_state import End, Kept, MemoryState
from data.search_text import of_end, of_order, wanted_words
from data.store import (
    LONGEST_PAGE,
    MOST_FIGURES,
    Attempt,
    AuditEntry,
    CallFigures,
    CallFilter,
    CallRecord,
)


class MemoryPastCalls(MemoryState):
    """What is known of calls, and what of it goes."""

    __slots__ = ()

    async def calls(self, limit: int = 50) -> list[CallRecord]:
        return [self._record(attempt) for attempt in reversed(self._there())][:limit]

    async def call(self, attempt_id: str) -> CallRecord | None:
        if not attempt_id:
            return None
        found = [
            attempt
            for attempt in self._there()
            if attempt_id in (attempt.attempt_id, attempt.call_sid)
        ] or [attempt for attempt in self._there() if attempt.attempt_id.startswith(attempt_id)]
        return self._record(found[0]) if len(found) == 1 else None

    async def find_calls(
        self, wanted: CallFilter, *, before: str | None = None, limit: int = 50
    ) -> list[CallRecord]:
        order = sorted(self._attempts.values(), key=lambda each: each.created_at)
        # Those of one moment too: the latest comes first.
        order.reverse()
        if before is not None:
            ids = [each.attempt_id for each in order]
            order = order[ids.index(before) + 1 :] if before in ids else []
        found = [each for each in order if self._wanted(each, wanted)]
        return [self._record(each) for each in found[: max(0, min(limit, LONGEST_PAGE))]]

    async def call_figures(self, since: float, until: float) -> list[CallFigures]:
        ordered = [each for each in self._attempts.values() if since <= each.created_at < until]
        ordered.sort(key=lambda each: each.created_at)
        return [self._figures(each) for each in ordered[:MOST_FIGURES]]

    async def erase_call(self, attempt_id: str) -> bool:
        attempt, end = self._attempts.get(attempt_id), self._ends.get(attempt_id)
        if attempt is None or end is None or attempt_id in self._erased:
            return False
        for kept in self._outgoing.values():
            if self._is_about(kept, attempt, end) and not _is_result_to_send(kept):
                kept.empty()
        self._lay_bare(attempt, end)
        return True

    async def note_act(self, entry: AuditEntry) -> AuditEntry:
        kept = replace(entry.bounded(), number=len(self._acts) + 1)
        self._acts.append(kept)
        return kept

    async def acts(
        self, *, attempt_id: str | None = None, before: int | None = None, limit: int = 100
    ) -> list[AuditEntry]:
        found = [
            act
            for act in reversed(self._acts)
            if attempt_id in (None, act.attempt_id) and (before is None or act.number < before)
        ]
        return found[: max(0, min(limit, LONGEST_PAGE))]

    def _there(self) -> list[Attempt]:
        return [each for each in self._attempts.values() if each.attempt_id not in self._erased]

    def _wanted(self, attempt: Attempt, wanted: CallFilter) -> bool:
        end = self._ends.get(attempt.attempt_id)
        return (
            attempt.attempt_id not in self._erased
            and (not wanted.statuses or (end is not None and end.result.status in wanted.statuses))
            and (wanted.since is None or attempt.created_at >= wanted.since)
            and (wanted.until is None or attempt.created_at < wanted.until)
            and self._has_words(attempt, end, wanted.text)
        )

    def _has_words(self, attempt: Attempt, end: End | None, text: str) -> bool:
        words = wanted_words(text)
        if not words:
            return True
        there = of_order(attempt) + (of_end(end.report, end.result) if end else "")
        return all(any(each in there for each in writings) for writings in words)

    def _figures(self, attempt: Attempt) -> CallFigures:
        end = self._ends.get(attempt.attempt_id)
        if end is None:
            return CallFigures(attempt.created_at, None, 0.0, ())
        return CallFigures(
            attempt.created_at,
            end.result.status,
            end.report.paid_s,
            answer_times(end.report.timeline),
        )

    def _is_about(self, kept: Kept, attempt: Attempt, end: End) -> bool:
        message = kept.message
        return (
            kept.about == attempt.attempt_id
            or message.message_id in messages_beside(attempt.attempt_id)
            # Questions bear an id of their own; they are known by when they were asked.
            or (
                message.message_id.startswith(ASKED_AS)
                and message.customer == attempt.customer
                and attempt.created_at <= message.due_at <= end.ended_at
            )
        )

    def _record(self, attempt: Attempt) -> CallRecord:
        end = self._ends.get(attempt.attempt_id)
        return CallRecord(
            attempt=attempt,
            report=end.report if end else None,
            result=end.result if end else None,
            ended_at=end.ended_at if end else None,
            quote=end.quote if end else None,
            outgoing=tuple(
                kept.message for kept in self._outgoing.values() if kept.about == attempt.attempt_id
            ),
        )


def _is_result_to_send(kept: Kept) -> bool:
    return (
        kept.about != ""
        and kept.state in ("waiting", "parked")
        and not kept.message.media_url
        and kept.message.stale_at is None
    )
