"""Whether work should be sent to this worker (`GET /ready`)."""

from __future__ import annotations

import asyncio

from bridge.switchboard import Switchboard
from data.store import Store, StoreError
from vocero.loop_lag import BUSY, LagWatch

STORE_S = 2.0


async def reasons_not_ready(board: Switchboard, lag: LagWatch, store: Store) -> list[str]:
    """In the contract's words; empty when it is ready."""
    reasons = []
    if board.draining:
        reasons.append("draining")
    elif lag.late:
        reasons.append(BUSY)
    elif not board.has_room():
        reasons.append("no room for calls")
    try:
        async with asyncio.timeout(STORE_S):
            await store.next_due()
    except (StoreError, TimeoutError):
        reasons.append("database")
    return reasons
