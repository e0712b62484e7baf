"""Runs checks side by side: none waits for another, hides it, or outlasts its time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from vocero.doctor.finding import Finding, failed, not_checked


@dataclass(frozen=True, slots=True)
class Check:
    """Some lines that are found out together."""

    about: str
    """What is waited for while it runs: "Twilio"."""
    names: tuple[str, ...]
    """Of its lines; the first one stands for all when it does not come to an end."""
    look: Callable[[], Awaitable[Sequence[Finding]]]


Waiting = Callable[[Sequence[str]], None]
"""Told what is still being waited for, whenever that changes."""


async def examine(
    checks: Sequence[Check], ends_at: float, waiting: Waiting = lambda _: None
) -> list[Finding]:
    """What every check found, in their order; none goes on after `ends_at` on the loop's clock."""
    left = [check.about for check in checks]

    async def one(check: Check) -> list[Finding]:
        try:
            return await _bounded(check, ends_at)
        finally:
            left.remove(check.about)
            waiting(tuple(left))

    waiting(tuple(left))
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(check), name=check.about) for check in checks]
    return [finding for task in running for finding in task.result()]


async def _bounded(check: Check, ends_at: float) -> list[Finding]:
    first, *others = check.names
    try:
        async with asyncio.timeout_at(ends_at):
            return list(await check.look())
    except TimeoutError:
        why = f"looking at {check.about} did not come to an end"
        mend = "try again; if it stays so, something between here and there hangs"
    except Exception as error:
        # A defect in one check must not cost the others.
        why = f"the check itself broke ({type(error).__name__})"
        mend = "this is a mistake in Vocero: please report it"
    rest = (not_checked(name, f"see {first}", f"mend {first} first") for name in others)
    return [failed(first, why, mend), *rest]
