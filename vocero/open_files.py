"""How many files, sockets among them, this process may have open (`ulimit -n`)."""

from __future__ import annotations

import contextlib
import resource

PER_CALL = 3
"""The carrier's media socket, the agent's, and a callback: all calls may end in one moment."""
FOR_THE_REST = 128
"""Database, pages, webhooks, requests to the outside."""


def needed_for(calls: int) -> int:
    """Open files with so many calls at once."""
    return PER_CALL * calls + FOR_THE_REST


def allow(files: int) -> int:
    """Raise this process's limit to so many, as far as the system lets it; what it is now."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < files:
        wanted = files if most == resource.RLIM_INFINITY else min(files, most)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return files if soft == resource.RLIM_INFINITY else soft
