"""A whole Vocero on PostgreSQL, over real sockets: also while the server crashes and comes back."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulation.scenes import BOOKED
from tests.data.behind import Behind
from vocero.rehearsal import Rehearsal, over_sockets

if TYPE_CHECKING:
    from tests.data.postgresql_server import PostgresServer

pytestmark = [pytest.mark.sockets, pytest.mark.timeout(120)]

OUTAGE_S = 1.5


@pytest.mark.parametrize("crashes", [False, True])
async def test_a_call_is_booked_and_told_once(
    crashes: bool, postgresql: Behind, server: PostgresServer, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": postgresql.url}
    async with over_sockets(BOOKED, tmp_path, settings=settings) as rehearsal:
        meanwhile = asyncio.create_task(crash(rehearsal, server) if crashes else asyncio.sleep(0))
        played = await rehearsal.play()
        await meanwhile
    assert played.ended_well, played.complaints
    # A note on how it goes may be lost; nothing else, and nothing is still waiting.
    assert postgresql.sql("SELECT DISTINCT state FROM messages_out") == [("sent",)]
    told = postgresql.sql("SELECT count(*) FROM messages_out WHERE message_id LIKE 'result:%'")
    assert told == [("1",)]
    assert postgresql.sql("SELECT count(*) FROM attempts WHERE state = 'ended'") == [("1",)]
    assert postgresql.sql("SELECT count(*) FROM messages_in WHERE handled = 0") == [("0",)]


async def crash(rehearsal: Rehearsal, server: PostgresServer) -> None:
    """In the middle of the call."""
    async with asyncio.timeout(30):
        # Nobody rings a bell when a call begins.
        while not rehearsal.service.switchboard.live_calls:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await asyncio.sleep(2.0)
    await asyncio.to_thread(server.stop, signal.SIGQUIT)
    await asyncio.sleep(OUTAGE_S)
    await asyncio.to_thread(server.start)
