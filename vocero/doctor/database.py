"""The database: does it open, and is it one that this program can use? Nothing is migrated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from data.database import Database
from data.schema import is_current
from data.store import StoreError
from data.tables import SCHEMA_VERSION
from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, ok

DATABASE = "database"


async def look(case: Case) -> Sequence[Finding]:
    """One line."""
    if lacking := case.lacks("DATABASE_URL", "VAR_DIR"):
        return [needs_setting(DATABASE, lacking)]
    url = case.settings.database_url.get_secret_value()
    if _is_to_be_made(url):
        return [ok(DATABASE, "it is made when `vocero serve` starts for the first time")]
    database = Database(url)
    try:
        await database.open()
        async with database.transaction(write=False) as connection:
            current = await connection.run_sync(is_current)
    except StoreError as error:
        # These sentences say what to do after a semicolon.
        what, _, mend = str(error).removeprefix("DATABASE_URL: ").partition("; ")
        return [failed(DATABASE, what, mend or "check DATABASE_URL")]
    finally:
        await database.close()
    if not current:
        when = "the next time that `vocero serve` starts"
        return [ok(DATABASE, f"it opens, and is brought to schema {SCHEMA_VERSION} {when}")]
    return [ok(DATABASE, f"it opens and is up to date (schema {SCHEMA_VERSION})")]


def _is_to_be_made(url: str) -> bool:
    """An embedded database whose file is not there yet: looking must not make it."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return False
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return False
    return parsed.database != ":memory:" and not Path(parsed.database).exists()
