"""What this process uses of its machine, under the names that Prometheus's own clients use.

None where the system does not tell (no /proc, or no `resource` as on Windows).
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path


def _most_open_files() -> float | None:
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if most == resource.RLIM_INFINITY else float(most)


_PROC = Path("/proc/self")
_STARTED_AT = time.time()
_MOST_OPEN_FILES = _most_open_files()


def cpu_seconds() -> float:
    """User and system time."""
    return time.process_time()


def started_at() -> float:
    """Seconds since the epoch, as near as the first import of this module."""
    return _STARTED_AT


def resident_bytes() -> float | None:
    """Memory that is held now."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int((_PROC / "statm").read_text().split()[1])
        return float(pages * os.sysconf("SC_PAGE_SIZE"))
    return None


def open_files() -> float | None:
    """Files and sockets that are open now."""
    with contextlib.suppress(OSError):
        return float(len(os.listdir(_PROC / "fd")))
    return None


def most_open_files() -> float | None:
    """How many may be open."""
    return _MOST_OPEN_FILES
