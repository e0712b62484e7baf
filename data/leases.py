"""Who looks after what, until when, and since which number: how several workers share the work.

A lease runs out when nobody renews it, so what a dead worker left is taken by another one. Its
fence number rises each time somebody takes it: what a worker writes that was only slow, and has
been replaced meanwhile, is refused by the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Held(StrEnum):
    """What a lease is on."""

    ATTEMPT = "attempt"
    """A call, from its order to its end; by attempt id."""
    MESSAGE = "message"
    """A promise that is being sent; by message id."""
    PLAN = "plan"
    """A planned call that is being placed; by plan id."""
    NAME = "name"
    """Whatever the workers agree on: a customer's conversation, the sweep of old files."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who wants something, and for how long."""

    owner: str
    """A worker's name, at most 64 characters: another one after each start."""
    now: float
    """Seconds since the epoch. The workers' clocks may differ by much less than a lease lasts."""
    until: float


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim that was granted."""

    on: Held
    key: str
    owner: str
    fence: int
    until: float

    @classmethod
    def of_new_attempt(cls, attempt_id: str, claim: Claim) -> Lease:
        """On an attempt that was committed together with the claim."""
        return cls(Held.ATTEMPT, attempt_id, claim.owner, FIRST_FENCE, claim.until)


FIRST_FENCE = 1


def desk_of(customer: str) -> str:
    """The name of the lease on a customer's conversation; forgotten with them."""
    return f"desk:{customer}"


class LeaseLost(Exception):
    """Somebody else looks after it by now, or it is over; nothing was written."""

    def __init__(self, lease: Lease) -> None:
        super().__init__(f"the lease on {lease.on} {lease.key} is lost (fence {lease.fence})")
        self.lease = lease
