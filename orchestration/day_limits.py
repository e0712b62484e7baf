"""What is used up of the day's limits, and what of it stands in the way of one more call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.call import CallReport
from data.errand import Errand
from data.reply import Limit, Refusal
from orchestration.needs import Needs
from orchestration.policy import DAY_S, Policy, begun_minutes, comparable, writings


@dataclass(frozen=True, slots=True)
class Used:
    """What does not depend on which business is to be called."""

    by_customer: int
    """Attempts of theirs within the day."""
    minutes: int
    """Of all calls of the day that have ended."""
    lines: Mapping[str, int]
    """Open calls by number, one way of writing each."""
    blocked: frozenset[str]
    """Businesses that asked not to be called, one way of writing each."""

    def refusal_of(self, errand: Errand, policy: Policy) -> Refusal | None:
        """Why this number is not called at any time."""
        number = errand.business.phone or ""
        checked = policy.check_number(number, errand.customer)
        if checked != number:
            return checked if isinstance(checked, Refusal) else Refusal.INVALID
        return Refusal.BLOCKED if comparable(number) in self.blocked else None


class DayLimits:
    """Asks the store."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def used(self, customer: str, ended: CallReport | None = None) -> Used:
        """`ended` is over and judged, but still counts as open in the store. Raises StoreError."""
        store, since = self._needs.store, self._needs.now() - DAY_S
        lines: dict[str, int] = {}
        for attempt in await store.open_attempts():
            if ended is None or attempt.attempt_id != ended.attempt_id:
                number = comparable(attempt.to_number)
                lines[number] = lines.get(number, 0) + 1
        talked = begun_minutes(ended.talked_s) if ended is not None else 0
        return Used(
            by_customer=await store.count_attempts(since, customer=customer),
            minutes=await store.minutes_talked(since) + talked,
            lines=lines,
            blocked=frozenset(map(comparable, await store.blocked_numbers())),
        )

    async def limit_of(self, errand: Errand, used: Used) -> Limit | None:
        """The limit that stands in the way of calling this business now. Raises StoreError."""
        needs, number = self._needs, errand.business.phone or ""
        to_business = 0
        for written in writings(number):
            to_business += await needs.store.count_attempts(needs.now() - DAY_S, to_number=written)
        return needs.policy.check_counts(
            used.by_customer, to_business, used.lines.get(comparable(number), 0)
        ) or needs.policy.check_spend(
            used.minutes, sum(used.lines.values()), needs.settings.longest_call_s
        )
