"""What the two ways to hold a database have in common: patience, and how others are named."""

from __future__ import annotations

import os
import socket

PATIENCE_S = 3.0
"""For one that is just going: a process that was killed, and whose lock is about to be free."""


def own_name() -> str:
    """Who we are to an operator: the process and its machine, in ASCII."""
    host = socket.gethostname().encode("ascii", "replace").decode()[:30]
    return f"pid {os.getpid()} on {host}"


def in_the_way(who: str, mend: str) -> str:
    """One line."""
    return f"another Vocero serves from this database ({who or 'it does not say where'}); {mend}"
