"""Brings a database to the tables of this program: Alembic's migrations, in our own transaction.

The number of a migration is the schema's: "0002" leads to schema 2 (`data.tables.SCHEMA_VERSION`).
To change the tables: change `data.tables`, raise that number, and add a file `000N_….py` to
`migrations/versions` that does the same to a database with data, there and back, and writes the
number to schema_info.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, column, inspect, select, table

from data.store import StoreError
from data.tables import SCHEMA_VERSION, schema_info

FIRST = "0001"
NEWEST = f"{SCHEMA_VERSION:04d}"
_KNOWN = frozenset(f"{number:04d}" for number in range(1, SCHEMA_VERSION + 1))
_MIGRATIONS = Path(__file__).parent / "migrations"
_alembic_version = table("alembic_version", column("version_num"))


def is_current(connection: Connection) -> bool:
    """Whether there is nothing to do. Raises StoreError for a database that is not for us."""
    return _found(connection) == NEWEST


def bring_up_to_date(connection: Connection) -> None:
    """Run the missing migrations: all of them in an empty database.

    Within the caller's transaction, so all or nothing. Raises StoreError for a database that a
    newer program made, or that is nobody's.
    """
    found = _found(connection)
    if found == NEWEST:
        return
    config = configuration(connection)
    try:
        if found is None and inspect(connection).has_table("schema_info"):
            command.stamp(config, FIRST)
        command.upgrade(config, NEWEST)
    except CommandError as error:
        raise StoreError(
            f"the database cannot be brought to schema {SCHEMA_VERSION} ({error}); "
            "restore a copy of it, or point DATABASE_URL to another database"
        ) from error


def configuration(connection: Connection) -> Config:
    """Alembic's settings for this connection. No file is read, and logging is left as it is."""
    config = Config()
    # A percent sign would be read as a reference to another setting.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _found(connection: Connection) -> str | None:
    """The last migration that the database has had; None also for the first release's."""
    tables = inspect(connection)
    if tables.has_table("alembic_version"):
        revision = connection.scalar(select(_alembic_version.c.version_num))
        if revision is not None and revision not in _KNOWN:
            raise _not_ours(str(revision).lstrip("0"))
        return revision
    if tables.has_table("schema_info"):
        version = connection.scalar(select(schema_info.c.version))
        if version != int(FIRST):
            raise _not_ours(str(version))
    return None


def _not_ours(found: str) -> StoreError:
    return StoreError(
        f"the database has schema {found}, this program writes schema {SCHEMA_VERSION}; "
        "run the matching version of Vocero or point DATABASE_URL to another database"
    )
