"""A database by URL: how it is opened, how a transaction begins, and what its errors mean.

SQLite runs in WAL mode with synchronous=FULL: with NORMAL a power cut may undo the last commits,
and a commit is what we answer 200 for and what forbids a second dial, so each one waits for the
disk. Write transactions begin IMMEDIATE and queue up in the process, first come first served:
SQLite's own waiting is unfair, and a transaction that reads before it writes could fail at once.

On PostgreSQL (data.postgresql) many write at once, at READ COMMITTED; what must not interleave is
kept apart by unique constraints, row locks and data.advisory_locks.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from data import postgresql
from data.advisory_locks import hold_migrations
from data.commit_fate import transaction_number, was_committed
from data.database_errors import brief, may_be_repeated, unusable
from data.store import StoreError
from data.tables import metadata
from data.turnstile import Turnstile

_BUSY_TIMEOUT_MS = 10_000
_SCRUB_WAIT_MS = 250
"""How long writers may have to wait while the journal of a busy database is emptied."""
_CONNECTIONS = 4


class Undone(StoreError):
    """Nothing of the transaction is left, and the same once more may well go through."""


class Database:
    """An engine with our rules: what fails is a StoreError, but a broken constraint stays one."""

    def __init__(self, url: str) -> None:
        self._url_text = url
        self._engine: AsyncEngine | None = None
        self._connections: postgresql.Connections | None = None
        """Of a server; None for SQLite."""
        self._unwrapped: AsyncEngine | None = None
        """Of a server: the same connections, and no transaction around a statement."""
        self._turnstile = Turnstile()

    async def open(self) -> None:
        """Make the engine and, for SQLite, the folder and the file; of a server, ask whether it
        will do. Raises StoreError.
        """
        url = _checked_url(self._url_text)
        embedded = url.get_backend_name() == "sqlite"
        if embedded:
            _prepare_file(Path(url.database or ""))
        try:
            if embedded:
                self._engine = _embedded_engine(url)
            else:
                self._engine = postgresql.make_engine(url, postgresql.USUAL)
        except (ImportError, SQLAlchemyError) as error:
            raise StoreError(
                f"DATABASE_URL: no async driver for {url.drivername!r} ({brief(error)}); "
                "use sqlite+aiosqlite:///path or postgresql+asyncpg://user:password@host/name"
            ) from None
        if not embedded:
            self._connections = postgresql.Connections(self._engine)
            self._unwrapped = self._engine.execution_options(isolation_level="AUTOCOMMIT")
            try:
                async with self.transaction(write=False) as connection:
                    await postgresql.check_server(connection)
            except BaseException:
                await self.close()
                raise

    @property
    def server(self) -> URL | None:
        """Of PostgreSQL, with the password; None for SQLite. Raises StoreError when it is shut."""
        engine = self._opened()
        return None if self._connections is None else engine.url

    @property
    def file(self) -> Path:
        """Of SQLite. Raises StoreError when it is shut."""
        return Path(self._opened().url.database or "")

    async def close(self) -> None:
        """Give every connection back. Safe to call twice."""
        engine, self._engine, self._unwrapped = self._engine, None, None
        connections, self._connections = self._connections, None
        if connections is not None:
            await connections.close()
        elif engine is not None:
            await engine.dispose()

    @contextlib.asynccontextmanager
    async def transaction(
        self, *, write: bool, urgent: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """Committed when the block ends, rolled back when it raises.

        An urgent write goes before the others that wait: somebody outside waits for its answer.
        Raises IntegrityError for a broken constraint, StoreError for everything else; Undone, which
        is one, when it was bad luck (`data.sql_part.repeated`).
        """
        engine = self._opened()
        if self._connections is not None:
            async with self._on_a_server(engine.begin(), self._connections, write) as connection:
                yield connection
            return
        queue = self._turnstile if write else None
        with self._named(engine):
            async with queue.passed(urgent=urgent) if queue else contextlib.nullcontext():
                async with engine.execution_options(vocero_write=write).begin() as connection:
                    yield connection

    @contextlib.asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """For one statement that writes nothing. A server sees it as it would in a transaction of
        its own, which would only be two more round trips. Raises as `transaction`.
        """
        if self._unwrapped is None or self._connections is None:
            async with self.transaction(write=False) as connection:
                yield connection
            return
        connected = self._unwrapped.connect()
        async with self._on_a_server(connected, self._connections, write=False) as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def migration(self) -> AsyncIterator[AsyncConnection]:
        """A write transaction that may take as long as whole tables take. Nobody else has one at
        the same time, whichever worker it is. Raises StoreError.
        """
        if self._engine is None or self._connections is None:
            async with self.transaction(write=True) as connection:
                yield connection
            return
        # Connections of its own: the store's give up after seconds.
        patience = postgresql.FOR_WHOLE_TABLES
        engine = postgresql.make_engine(self._engine.url, patience, pooled=False)
        with self._named(engine):
            async with asyncio.timeout(patience.whole_s), engine.begin() as connection:
                await connection.run_sync(hold_migrations)
                yield connection

    def _opened(self) -> AsyncEngine:
        if self._engine is None:
            raise StoreError("the store is not open")
        return self._engine

    @contextlib.asynccontextmanager
    async def _on_a_server(
        self,
        entered: AbstractAsyncContextManager[AsyncConnection],
        connections: postgresql.Connections,
        write: bool,
    ) -> AsyncIterator[AsyncConnection]:
        engine = self._opened()
        number, only_the_commit_is_left = 0, False
        try:
            async with asyncio.timeout(postgresql.USUAL.whole_s), entered as connection:
                if write:
                    number = await transaction_number(connection)
                yield connection
                only_the_commit_is_left = write
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError) as error:
            if isinstance(error, TimeoutError):
                connections.gone_silent()
            repeatable = may_be_repeated(error)
            if only_the_commit_is_left:
                committed = await was_committed(engine, number)
                if committed:
                    return
                repeatable = committed is False
            words = unusable(engine.url.render_as_string(), error, embedded=False)
            if only_the_commit_is_left and not repeatable:
                words += "; it is not known whether the last change was kept"
            raise (Undone(words) if repeatable else StoreError(words)) from error

    @contextlib.contextmanager
    def _named(self, engine: AsyncEngine) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError) as error:
            embedded = self._connections is None
            words = unusable(engine.url.render_as_string(), error, embedded=embedded)
            raise StoreError(words) from error

    async def scrub(self, *, whole: bool) -> bool:
        """Makes the files forget what was erased from the tables; see `data.forgetting`.

        What is erased is overwritten in the database file (secure_delete), but the journal still
        has it until it is written back and emptied, and pages that were rebuilt may have a copy
        that nobody points to: `whole` writes the file anew. Raises StoreError.
        """
        engine = self._opened()
        try:
            if engine.dialect.name == "sqlite":
                async with self._turnstile.passed(), engine.connect() as connection:
                    return await _scrub_sqlite(connection, whole=whole)
            names = ", ".join(sorted(metadata.tables))
            patience = postgresql.FOR_WHOLE_TABLES
            engine = postgresql.make_engine(engine.url, patience, pooled=False)
            async with asyncio.timeout(patience.whole_s), engine.connect() as connection:
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


def _embedded_engine(url: URL) -> AsyncEngine:
    # A connection is a thread in SQLite; what is over the number waits.
    engine = create_async_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=15,
        # Errors end up in logs, and the parameters are what people wrote and their numbers.
        hide_parameters=True,
    )
    _teach_sqlite(engine)
    return engine


def _checked_url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(
            "DATABASE_URL is not a database address; for example sqlite+aiosqlite:///var/vocero.db"
        ) from None
    if url.get_backend_name() == "sqlite":
        if url.drivername != "sqlite+aiosqlite":
            url = url.set(drivername="sqlite+aiosqlite")
        if not url.database or url.database == ":memory:":
            raise StoreError("DATABASE_URL names no file: what is only in memory is lost at a stop")
    elif url.get_backend_name() == "postgresql":
        url = postgresql.checked_address(url.set(drivername="postgresql+asyncpg"))
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
