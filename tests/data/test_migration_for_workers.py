"""A database of the release before becomes one for several workers, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.leases import Claim
from data.store import Turn
from tests.data.behind import Behind
from tests.data.test_migrations import migrate

if TYPE_CHECKING:
    from tests.data.conftest import Samples

ANA = "whatsapp:+5491150000001"


async def test_calls_that_are_on_survive_both_ways(behind: Behind, samples: Samples) -> None:
    mine = Claim("one", 100.0, 115.0)
    store = behind.store()
    await store.open()
    for name in ("live", "over"):
        await store.commit_turn(Turn(ANA, name, attempt=samples.attempt(name)), claim=mine)
        assert await store.take_stream(name, f"CA-{name}", mine) is not None
        await store.keep_notice(name, '{"status": "answered"}')
    await store.end_attempt(samples.report("over"), samples.result(), Turn(ANA), 200.0)
    before = [await store.call(name) for name in ("live", "over")]
    await store.close()

    await migrate(behind.url, "0004", down=True)
    assert behind.sql("SELECT version FROM schema_info") == [("4",)]
    left = "\n".join(" ".join(each) for each in behind.schema())
    assert "lease_until" in left and "call_notices" not in left and "streamed_at" not in left
    assert behind.sql("SELECT attempt_id, owner, fence FROM attempts ORDER BY id") == [
        ("live", "one", "2"),
        ("over", "", "2"),
    ]

    store = behind.store()
    await store.open()
    assert [await store.call(name) for name in ("live", "over")] == before
    assert await store.notices("live") == []
    # A new keeper may be told of its sound: what ran before the change is not there any more.
    assert await store.take_stream("live", "CA-live", Claim("two", 300.0, 315.0)) is not None
    assert await store.take_stream("over", "CA-over", Claim("two", 300.0, 315.0)) is None
    await store.close()
