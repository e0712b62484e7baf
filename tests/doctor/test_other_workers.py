"""The line about other workers: nothing to look at, not usable, away, there."""

from __future__ import annotations

import pytest

from tests.bus.conftest import redis_server
from tests.bus.redis_server import RedisServer
from tests.doctor.practice import PATIENCE_S, Practice
from vocero.doctor.finding import Status
from vocero.doctor.other_workers import WORKERS

__all__ = ["redis_server"]

pytestmark = pytest.mark.sockets

POSTGRESQL = {
    "DATABASE_URL": "postgresql+asyncpg://vocero@127.0.0.1:1/vocero",
    "SECRET_KEY": "the same everywhere",
}
NOBODY_LISTENS = "redis://:canary-77@127.0.0.1:1/0"


async def test_one_worker_is_all_right(practice: Practice) -> None:
    found = (await practice.findings())[WORKERS]
    assert (found.status, found.detail) == (Status.OK, "one (REDIS_URL is empty)")


async def test_without_a_shared_database_it_is_not_looked_at(practice: Practice) -> None:
    found = (await practice.findings(REDIS_URL=NOBODY_LISTENS))[WORKERS]
    assert found.status is Status.WARNING and "DATABASE_URL" in found.detail


async def test_a_redis_that_is_away_is_named(practice: Practice) -> None:
    found = (await practice.findings(PATIENCE_S, REDIS_URL=NOBODY_LISTENS, **POSTGRESQL))[WORKERS]
    assert found.status is Status.FAILED and "cannot be reached" in found.detail
    assert "canary-77" not in found.detail + found.mend


async def test_a_redis_that_hangs_is_not_waited_for(
    practice: Practice, redis_server: RedisServer
) -> None:
    redis_server.freeze()
    found = (await practice.findings(PATIENCE_S, REDIS_URL=redis_server.url, **POSTGRESQL))[WORKERS]
    assert found.status is Status.FAILED and "does not answer" in found.detail


async def test_a_redis_that_answers(practice: Practice, redis_server: RedisServer) -> None:
    found = (await practice.findings(PATIENCE_S, REDIS_URL=redis_server.url, **POSTGRESQL))[WORKERS]
    assert found.status is Status.OK and "VAR_DIR" in found.detail
    assert redis_server.keys() == []
