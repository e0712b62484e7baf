"""What the errors of a database mean: in plain words, with the mend, and whether to try again."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError

_QUOTED_VALUE = re.compile(r"(query argument \$[0-9]+):.*")
"""The driver repeats what it could not send, and that is what people wrote."""
_TRY_AGAIN = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock: two wanted what the other had
        "0A000",  # a statement that was prepared before a migration
    }
)
_CLOSING = frozenset({"57P01", "57P02", "57P03", "57P05"})
"""The server stops, has crashed, starts, or has closed what was idle."""
_EMBEDDED_MEND = "check DATABASE_URL, the disk's space and who may write there"
_UNREACHABLE = "check that PostgreSQL runs there and that DATABASE_URL names its host and port"
_SEE = "check DATABASE_URL; the server's log and pg_stat_activity may tell more"
_MENDS = {
    "28000": "check the user and the password in DATABASE_URL",
    "28P01": "check the user and the password in DATABASE_URL",
    "3D000": "make it with createdb, or name another one in DATABASE_URL",
    "42501": "let the user of DATABASE_URL make and change tables there",
    "25006": "DATABASE_URL must name the server that takes writes, not a copy of it",
    "53100": "make room on the server's disk",
    "53300": "raise the server's max_connections, or run fewer workers",
    "57P03": "it starts or stops: wait a little",
    "57014": _SEE,
    "55P03": "somebody else holds it for too long: see pg_stat_activity",
}
"""By SQLSTATE."""


def brief(error: BaseException) -> str:
    """The driver's own words in one line, without the statement and its values."""
    origin = getattr(error, "orig", None) or error
    lines = str(origin).splitlines()
    if not lines:
        return "no answer in time" if isinstance(origin, TimeoutError) else type(origin).__name__
    return _QUOTED_VALUE.sub(r"\1", lines[0])[:200]


def unusable(address: str, error: BaseException, *, embedded: bool) -> str:
    """What is wrong with the database at this address, and the mend."""
    mend = _EMBEDDED_MEND
    if not embedded:
        mend = _MENDS.get(sqlstate(error)) or (
            _UNREACHABLE if is_lost(error) or isinstance(error, OSError) else _SEE
        )
    return f"the database at {address} cannot be used: {brief(error)}; {mend}"


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's own code, or ""."""
    origin = getattr(error, "orig", None) or error
    return str(getattr(origin, "sqlstate", None) or "")


def is_lost(error: BaseException) -> bool:
    """Whether the connection broke: not that there was none to be had, nor that it was slow."""
    state = sqlstate(error)
    return (
        (isinstance(error, DBAPIError) and error.connection_invalidated)
        or isinstance(error, ConnectionError)
        or state in _CLOSING
        or state.startswith("08")
    )


def may_be_repeated(error: BaseException) -> bool:
    """Whether the same transaction, from its beginning, may well go through."""
    return is_lost(error) or sqlstate(error) in _TRY_AGAIN
