"""A database comes up through the migrations, keeps its data, and is refused when it is newer."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from data.call import OutcomeStatus, Speaker
from data.database import Database
from data.schema import FIRST, NEWEST, configuration
from data.store import BlockedNumber, OutgoingMessage, PlannedCall, StoreError, Turn
from data.tables import metadata
from tests.data.behind import Behind

ANA = "whatsapp:+5491150000001"
ROOT = Path(__file__).resolve().parents[2]


async def migrate(database_url: str, revision: str, *, down: bool = False) -> None:
    """Up or down, as `SqlStore.open` does it."""
    database = Database(database_url)
    await database.open()
    way = command.downgrade if down else command.upgrade
    async with database.transaction(write=True) as connection:
        await connection.run_sync(lambda lent: way(configuration(lent), revision))
    await database.close()


def differences(connection: Connection, tables: MetaData) -> list[object]:
    context = MigrationContext.configure(connection)
    return list(compare_metadata(context, tables))


@pytest.mark.parametrize("from_first_release", [False, True])
async def test_the_migrations_lead_to_the_tables_that_the_store_uses(
    behind: Behind, from_first_release: bool
) -> None:
    if from_first_release:
        behind.make_first_release()
    store = behind.store()
    await store.open()
    async with store._database.transaction(write=False) as connection:
        assert await connection.run_sync(differences, metadata) == []
    await store.close()
    assert behind.sql("SELECT version_num FROM alembic_version") == [(NEWEST,)]
    # The first release reads this one, and so refuses.
    assert behind.sql("SELECT version FROM schema_info") == [(NEWEST.lstrip("0"),)]


async def test_a_missing_column_would_be_noticed(behind: Behind) -> None:
    behind.make_first_release()
    database = Database(behind.url)
    await database.open()
    async with database.transaction(write=False) as connection:
        assert await connection.run_sync(differences, metadata)
    await database.close()


def test_every_migration_is_known_and_the_last_one_is_ours() -> None:
    scripts = ScriptDirectory(str(ROOT / "data" / "migrations"))
    assert scripts.get_heads() == [NEWEST]
    assert [each.revision for each in scripts.walk_revisions()] == [
        f"{number:04d}" for number in range(int(NEWEST), 0, -1)
    ]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_the_first_migration_makes_what_the_first_release_made(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    ours: Behind = request.getfixturevalue(kind)
    store = ours.store()
    await store.open()
    await store.close()
    await migrate(ours.url, "base", down=True)
    assert ours.schema() == []
    await migrate(ours.url, FIRST)
    made = ours.schema()
    await migrate(ours.url, "base", down=True)
    ours.sql("DROP TABLE alembic_version")
    theirs = ours
    if kind == "sqlite":
        theirs = Behind(f"sqlite+aiosqlite:///{tmp_path}/theirs/vocero.db", None)
    theirs.make_first_release()
    assert made == theirs.schema()


async def test_the_first_releases_data_is_still_there(behind: Behind) -> None:
    behind.make_first_release()
    store = behind.store()
    await store.open()
    (waiting,) = await store.waiting_messages()
    assert (waiting.body, waiting.latitude, waiting.media_url) == ("un turno mañana", -34.6, "")
    assert await store.conversation(ANA) == '{"status":"calling"}'
    assert [each.attempt_id for each in await store.open_attempts()] == ["attempt-2"]
    assert await store.due_messages(1e9) == [OutgoingMessage("progress-2", ANA, "Llamando", 1303.0)]
    record = await store.call("CA1")
    assert record is not None and record.report is not None and record.result is not None
    assert record.result.status is OutcomeStatus.BOOKED
    assert record.report.timeline[0].speaker is Speaker.BUSINESS
    assert record.quote is None
    assert record.outgoing == (OutgoingMessage("result-1", ANA, "Listo", 1200.0),)
    # What only the new tables answer.
    assert await store.minutes_talked(0.0) == 2
    assert await store.errand_booked("errand-1")
    assert not await store.errand_booked("errand-2")
    told = await store.delivery_reported("SMout1", "undelivered", "63016")
    assert told is not None and told[1] == 1
    await store.close()


async def test_a_report_that_cannot_be_read_does_not_keep_it_closed(behind: Behind) -> None:
    behind.make_first_release()
    behind.sql("UPDATE attempts SET report_json = '[3' WHERE id = 1")
    store = behind.store()
    await store.open()
    assert await store.minutes_talked(0.0) == 0
    await store.close()


async def test_down_and_up_again_loses_only_what_is_new(behind: Behind) -> None:
    behind.make_first_release()
    before = behind.schema()
    store = behind.store()
    await store.open()
    sound = OutgoingMessage("clip", "whatsapp:+2", "", 5.0, media_url="https://v.example/c")
    blocked = BlockedNumber("+541", "attempt-1", "no", 1.0)
    plan = PlannedCall("plan", ANA, "{}", 9.0)
    await store.commit_turn(Turn(ANA, outgoing=(sound,), blocked=blocked, plan=plan))
    await store.message_parked("progress-2", "63016")
    await store.close()

    await migrate(behind.url, FIRST, down=True)
    assert sorted(behind.schema()) == sorted(before)
    assert behind.sql("SELECT version FROM schema_info") == [("1",)]
    # The first release would send neither as it should be.
    assert behind.sql("SELECT message_id, state FROM messages_out ORDER BY id") == [
        ("result-1", "sent"),
        ("progress-2", "given_up"),
        ("clip", "given_up"),
    ]

    store = behind.store()
    await store.open()
    assert len(await store.calls()) == 2
    assert await store.minutes_talked(0.0) == 2
    assert await store.due_plans(1e9) == []
    assert await store.blocked_numbers() == frozenset()
    await store.close()


async def test_an_upgrade_that_fails_changes_nothing(behind: Behind) -> None:
    behind.make_first_release()
    # In the way of a table that the migration makes late.
    behind.sql("CREATE TABLE blocked_numbers (other TEXT)")
    before = behind.schema()
    with pytest.raises(StoreError, match="blocked_numbers"):
        await behind.store().open()
    assert behind.schema() == before
    behind.sql("DROP TABLE blocked_numbers")
    store = behind.store()
    await store.open()
    assert len(await store.calls()) == 2
    await store.close()


@pytest.mark.parametrize("revision", ["0099", "3f2a91c0d4e5"])
async def test_a_newer_database_is_refused(behind: Behind, revision: str) -> None:
    store = behind.store()
    await store.open()
    await store.close()
    behind.sql(f"UPDATE alembic_version SET version_num = '{revision}'")
    with pytest.raises(StoreError, match=f"schema {revision.lstrip('0')}") as caught:
        await behind.store().open()
    assert "DATABASE_URL" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert behind.sql("SELECT version_num FROM alembic_version") == [(revision,)]


async def test_a_database_of_an_unknown_kind_is_refused(behind: Behind) -> None:
    behind.make_first_release()
    behind.sql("UPDATE schema_info SET version = 99")
    with pytest.raises(StoreError, match="schema 99"):
        await behind.store().open()


async def test_two_that_start_at_once_migrate_once(behind: Behind) -> None:
    behind.make_first_release()
    stores = [behind.store() for _ in range(4)]
    await asyncio.gather(*(store.open() for store in stores))
    assert [len(await store.calls()) for store in stores] == [2] * 4
    for store in stores:
        await store.close()


async def test_logging_is_left_alone(behind: Behind) -> None:
    root, ours = logging.getLogger(), logging.getLogger("data.some_logger")
    before = (list(root.handlers), root.level, ours.disabled)
    store = behind.store()
    await store.open()
    await store.close()
    assert (list(root.handlers), root.level, ours.disabled) == before


def test_nothing_is_imported_after_the_store_is_open(behind: Behind) -> None:
    """An import in the middle of a call stalls every call for as long as it takes."""
    program = f"""
import asyncio, sys
from data.call import *
from data.leases import Claim
from data.sql_store import SqlStore
from data.store import *

async def main():
    store = SqlStore("{behind.url}")
    await store.open()
    before = set(sys.modules)
    result = CallResult(status=OutcomeStatus.BOOKED)
    out = OutgoingMessage("m", "c", "b", 1.0)
    for number in range(2):
        await store.take_message(IncomingMessage("SM1", "c", "b", 1.0))
    await store.waiting_messages("c")
    await store.commit_turn(Turn(
        "c", "x", ("SM1",), (out,), Attempt("a", "e", "c", "+1", "n", "{{}}", 1.0),
        PlannedCall("p", "c", "{{}}", 1.0), ("q",), BlockedNumber("+1", "a", "w", 1.0),
    ))
    await store.commit_turn(Turn("c", "y", blocked=BlockedNumber("+1", "a", "w", 1.0)))
    claim = Claim("w", 1.0, 9.0)
    async with store.bells(lambda _: None):
        await store.take_stream("a", "CA1", claim), await store.keep_notice("a", "{{}}")
    await store.notices("a"), await store.keeper("a", 2.0), await store.take_messages(claim)
    await store.release([await store.take("n", claim)])
    await store.bind_call("a", "CA1")
    await store.keep_report("a", result)
    await store.keep_lines("a", [TimelineEntry(1.0, EntryKind.SAID, "x", Speaker.BUSINESS)])
    await store.lines("a"), await store.reported("a"), await store.open_attempts()
    await store.due_messages(9.0), await store.next_due(), await store.next_plan()
    await store.due_plans(9.0), await store.blocked_numbers(), await store.conversation("c")
    await store.message_postponed("m", 1.0, "e"), await store.message_sent("m", "SM")
    await store.delivery_reported("SM", "failed", "1"), await store.message_again("m", 1.0, "e")
    await store.message_parked("m", "e"), await store.message_given_up("m", "e")
    await store.end_attempt(
        CallReport("a", CallEnding(EndCause.BUSY)), result, Turn("c"), 2.0, Quote("q", 1.0)
    )
    await store.errand_booked("e"), await store.minutes_talked(0.0), await store.count_attempts(0.0)
    await store.find_calls(CallFilter("q", frozenset(OutcomeStatus), 0.0, 9.0), before="a")
    await store.call_figures(0.0, 9.0), await store.note_act(AuditEntry(1.0, "o", "a", "a"))
    await store.acts(attempt_id="a", before=9), await store.find_calls(CallFilter("é"))
    await store.calls(), await store.call("a"), await store.call("CA"), await store.attempt("a")
    await store.erase_call("a")
    print(sorted(set(sys.modules) - before))
    await store.close()

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.strip() == "[]"
