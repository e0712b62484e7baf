"""The two visits of `vocero doctor --fix` to Twilio, between which somebody is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vocero.doctor import public_address
from vocero.doctor.finding import Finding
from vocero.doctor.visit import MOST_S, opened_case, redaction
from vocero.doctor.webhooks import Change, Outcome, Plan, carry_out, plan
from vocero.setting_values import Problem
from vocero.settings import Settings


@dataclass(frozen=True, slots=True)
class Looked:
    """What could be changed, without secrets."""

    plan: Plan
    door: Finding
    """Whether somebody is at the public address, to which Twilio is about to be led."""


async def look_for_changes(settings: Settings, wrong: Sequence[Problem]) -> tuple[Looked, bool]:
    """What could be changed; and whether somebody did not answer in time."""
    ends_at = asyncio.get_running_loop().time() + MOST_S
    redact = redaction(settings)
    async with opened_case(settings, wrong, ends_at) as (case, _):
        found, (door, *_rest) = await asyncio.gather(plan(case), public_address.look(case))
        safe = Plan(
            tuple(replace(each, before=redact(each.before)) for each in found.changes),
            tuple(map(redact, found.by_hand)),
            tuple(map(redact, found.obstacles)),
        )
        door = replace(door, detail=redact(door.detail), mend=redact(door.mend))
        return Looked(safe, door), case.asker.hung


async def make_changes(
    settings: Settings, wrong: Sequence[Problem], changes: Sequence[Change]
) -> tuple[list[Outcome], bool]:
    """What became of each; and whether somebody did not answer in time."""
    ends_at = asyncio.get_running_loop().time() + MOST_S
    redact = redaction(settings)
    async with opened_case(settings, wrong, ends_at) as (case, _):
        outcomes = await carry_out(case, changes)
        return [replace(each, why=redact(each.why)) for each in outcomes], case.asker.hung
