"""A database that cannot be used says what is wrong and how to mend it."""

from __future__ import annotations

import stat
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from data.call import EntryKind, Speaker, TimelineEntry
from data.sql_store import SqlStore
from data.store import StoreError, Turn

if TYPE_CHECKING:
    from tests.data.behind import Behind
    from tests.data.conftest import Samples


@pytest.mark.parametrize(
    "url",
    [
        "not an address",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "nosuchdatabase+driver://host/db",
        "postgresql+asyncpg://somebody:secret-word@localhost:port/db",
        "postgresql+asyncpg://somebody:secret-word@localhost/db?channel_binding=require",
        # Nobody listens on port 1.
        "postgresql+asyncpg://somebody:secret-word@127.0.0.1:1/db",
        "postgresql+asyncpg://somebody:secret-word@127.0.0.1:1/db?sslmode=odd",
    ],
)
async def test_an_unusable_address_is_one_clear_line(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        await SqlStore(url).open()
    assert "DATABASE_URL" in str(caught.value)
    assert len(str(caught.value)) < 400
    assert "secret-word" not in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made"):
        await SqlStore(f"sqlite+aiosqlite:///{tmp_path}/file/vocero.db").open()


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "vocero.db").write_bytes(b"this is certainly not a database file" * 100)
    with pytest.raises(StoreError, match="not a database"):
        await SqlStore(f"sqlite+aiosqlite:///{tmp_path}/vocero.db").open()


async def test_an_error_does_not_repeat_what_people_wrote(behind: Behind, samples: Samples) -> None:
    store = behind.store()
    await store.open()
    behind.sql("DROP TABLE messages_in")
    message = replace(samples.message(1), body="mi secreto")
    with pytest.raises(StoreError) as caught:
        await store.take_message(message)
    await store.close()
    whole = "".join(traceback.format_exception(caught.value))
    assert "messages_in" in whole
    assert message.body not in whole
    assert message.customer not in whole


async def test_only_the_owner_may_read_the_files(sqlite: Behind, samples: Samples) -> None:
    store = sqlite.store()
    await store.open()
    await store.take_message(samples.message(1))
    files = list(sqlite.file.parent.iterdir())
    assert len(files) >= 2
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    await store.close()


async def test_sqlite_is_told_to_be_durable(sqlite: Behind) -> None:
    store = SqlStore(sqlite.url.replace("+aiosqlite", ""))
    await store.open()
    async with store._database.transaction(write=False) as connection:
        answers = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert answers == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 10_000,
        "foreign_keys": 1,
    }
    await store.close()


async def test_a_closed_store_refuses(database_url: str, samples: Samples) -> None:
    store = SqlStore(database_url)
    with pytest.raises(StoreError, match="not open"):
        await store.take_message(samples.message(1))
    await store.close()


async def test_a_table_that_is_gone_is_a_store_error(behind: Behind) -> None:
    store = behind.store()
    await store.open()
    behind.sql("DROP TABLE conversations")
    with pytest.raises(StoreError, match="conversations"):
        await store.commit_turn(Turn("whatsapp:+1", "state"))
    await store.close()


async def test_what_is_no_text_keeps_nothing_from_being_written_down(
    behind: Behind, samples: Samples
) -> None:
    """A NUL, half a sign: PostgreSQL takes neither, and a call must still get its end."""
    store = behind.store()
    await store.open()
    message = replace(samples.message(1), body="ma\0ñana \ud83d a las 5 😀", profile_name="\0")
    assert await store.take_message(message)
    (kept,) = await store.waiting_messages()
    assert kept.body == "ma\ufffdñana ? a las 5 😀"
    await store.commit_turn(Turn(message.customer, attempt=samples.attempt()))
    line = TimelineEntry(1.0, EntryKind.SAID, "a\0b\udc00", Speaker.BUSINESS)
    await store.keep_lines("attempt-a", [line])
    assert [each.text for each in await store.lines("attempt-a")] == ["a\ufffdb?"]
    assert await store.call("attempt\0") is None
    assert await store.waiting_messages("\ud83d") == []
    await store.close()
