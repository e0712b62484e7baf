"""The file beside an SQLite database that says who serves from it. The kernel lets it go with the
process, however that ends; the file stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from data.holding import PATIENCE_S, in_the_way, own_name
from data.store import StoreError

logger = logging.getLogger(__name__)

_EVERY_S = 0.1
_MEND = "stop the other one (several need PostgreSQL, and REDIS_URL on all of them)"
_CANNOT = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})


@contextlib.asynccontextmanager
async def held_file(database: Path, *, shared: bool) -> AsyncIterator[None]:
    """Until the block ends. Raises StoreError when somebody else has it."""
    path, descriptor = _opened(database)
    try:
        if await _locked(descriptor, shared=shared):
            _write(descriptor, own_name())
            try:
                yield
            finally:
                _write(descriptor, "")
        else:
            logger.warning(
                "%s cannot be locked there: see to it yourself that one Vocero serves", path
            )
            yield
    finally:
        os.close(descriptor)


def _opened(database: Path) -> tuple[Path, int]:
    # However the database is named: by a link it is the same one.
    real = database.resolve()
    path = real.with_name(f"{real.name}.lock")
    try:
        return path, os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"the file {path} cannot be made or written ({error.strerror}); "
            "check DATABASE_URL and who may write to that folder"
        ) from None


async def _locked(descriptor: int, *, shared: bool) -> bool:
    """False where the file system knows no locks. Raises StoreError."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise StoreError(in_the_way(_read(descriptor), _MEND)) from None
            await asyncio.sleep(_EVERY_S)
        except OSError as error:
            if error.errno in _CANNOT:
                return False
            raise StoreError(f"the database's lock file: {error.strerror}") from None
        else:
            return True


def _read(descriptor: int) -> str:
    with contextlib.suppress(OSError):
        return os.pread(descriptor, 100, 0).decode("ascii", "replace").strip()
    return ""


def _write(descriptor: int, who: str) -> None:
    """For whoever comes; a disk that is full must not keep us from serving."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, who.encode(), 0)
