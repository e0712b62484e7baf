"""A database by URL: how it is opened, how a transaction begins, and what its errors mean.

SQLite runs in WAL mode with synchronous=FULL: with NORMAL a power cut may undo the last commits,
and a commit is what we answer 200 for and what forbids a second dial, so each one waits for the
disk. Write transactions begin IMMEDIATE and queue up in the process, first come first served:
SQLite's own waiting is unfair, and a transaction that reads before it writes could fail at once.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from data.store import StoreError
from data.tables import metadata
from data.turnstile import Turnstile

_BUSY_TIMEOUT_MS = 10_000
_SCRUB_WAIT_MS = 250
"""How long writers may have to wait while the journal of a busy database is emptied."""
_CONNECTIONS = 4


class Database:
    """An engine with our rules: what fails is a StoreError, but a broken constraint stays one."""

    def __init__(self, url: str) -> None:
        self._url_text = url
        self._engine: AsyncEngine | None = None
        self._turnstile = Turnstile()

    async def open(self) -> None:
        """Make the engine and, for SQLite, the folder and the file. Raises StoreError."""
        url = _checked_url(self._url_text)
        embedded = url.get_backend_name() == "sqlite"
        if embedded:
            _prepare_file(Path(url.database or ""))
        try:
            # A connection is a thread in SQLite; what is over the number waits.
            engine = create_async_engine(
                url,
                pool_size=_CONNECTIONS,
                max_overflow=0,
                pool_timeout=15,
                # Errors end up in logs, and the parameters are what people wrote and their numbers.
                hide_parameters=True,
            )
        except (ImportError, SQLAlchemyError) as error:
            raise StoreError(
                f"DATABASE_URL: no async driver for {url.drivername!r} ({brief(error)}); "
                "use sqlite+aiosqlite:///path, or install the driver that the URL names"
            ) from None
        if embedded:
            _teach_sqlite(engine)
        self._engine = engine

    async def close(self) -> None:
        """Give every connection back. Safe to call twice."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    @contextlib.asynccontextmanager
    async def transaction(
        self, *, write: bool, urgent: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """Committed when the block ends, rolled back when it raises.

        An urgent write goes before the others that wait: somebody outside waits for its answer.
        Raises IntegrityError for a broken constraint, StoreError for everything else.
        """
        engine = self._engine
        if engine is None:
            raise StoreError("the store is not open")
        queue = self._turnstile if write and engine.dialect.name == "sqlite" else None
        try:
            async with queue.passed(urgent=urgent) if queue else contextlib.nullcontext():
                async with engine.execution_options(vocero_write=write).begin() as connection:
                    yield connection
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(
                f"the database at {engine.url.render_as_string()} cannot be used: {brief(error)}; "
                "check DATABASE_URL, the disk's space and who may write there"
            ) from error

    async def scrub(self, *, whole: bool) -> bool:
        """Makes the files forget what was erased from the tables; see `data.forgetting`.

        What is erased is overwritten in the database file (secure_delete), but the journal still
        has it until it is written back and emptied, and pages that were rebuilt may have a copy
        that nobody points to: `whole` writes the file anew. Raises StoreError.
        """
        engine = self._engine
        if engine is None:
            raise StoreError("the store is not open")
        try:
            if engine.dialect.name == "sqlite":
                async with self._turnstile.passed(), engine.connect() as connection:
                    return await _scrub_sqlite(connection, whole=whole)
            names = ", ".join(sorted(metadata.tables))
            async with engine.connect() as connection:
                # Outside of a transaction, as it must be.
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.exec_driver_sql(f"VACUUM {names}")
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreError(
                f"what was erased may still lie in the files of the database: {brief(error)}"
            ) from error
        return True


async def _scrub_sqlite(connection: AsyncConnection, *, whole: bool) -> bool:
    # On the driver's own connection: a transaction would be in the way of both.
    driver: Any = (await connection.get_raw_connection()).driver_connection
    # All rows are fetched: a statement that is not over would be in the way, too.
    run = driver.execute_fetchall
    await run(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS if whole else _SCRUB_WAIT_MS}")
    try:
        if whole:
            await run("VACUUM")
        ((in_the_way, *_),) = await run("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error) and "busy" not in str(error):
            raise
        return False
    finally:
        await run(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    return not in_the_way


def brief(error: BaseException) -> str:
    """The driver's own words, without the statement and its values."""
    origin = getattr(error, "orig", None) or error
    return str(origin).splitlines()[0][:200] if str(origin) else type(origin).__name__


def _checked_url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError(
            "DATABASE_URL is not a database address; for example sqlite+aiosqlite:///var/vocero.db"
        ) from None
    if url.get_backend_name() == "sqlite":
        if url.drivername != "sqlite+aiosqlite":
            url = url.set(drivername="sqlite+aiosqlite")
        if not url.database or url.database == ":memory:":
            raise StoreError("DATABASE_URL names no file: what is only in memory is lost at a stop")
    return url


def _prepare_file(path: Path) -> None:
    """The folder, and a file that only its owner reads: it holds numbers and transcripts."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"the database file {path} cannot be made or written ({error.strerror}); "
            "check DATABASE_URL and who may write to that folder"
        ) from None


def _teach_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # The driver must not begin transactions on its own: `begun` does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={_BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            # What is erased is not to be found in the file either.
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        write = connection.get_execution_options().get("vocero_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
