"""What the checks work with: the settings, whom to ask, the clock, the machine's figures."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vocero.doctor.rest import Asker
from vocero.settings import Settings


def free_bytes(folder: Path) -> int:
    """What is left on the disk of a folder that exists. Raises OSError."""
    return shutil.disk_usage(folder).free


def open_files_limit() -> int | None:
    """How many open files `vocero serve` may allow itself; None: without a limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if most == resource.RLIM_INFINITY else most


@dataclass(frozen=True, slots=True)
class Machine:
    """Figures of this machine."""

    free_bytes: Callable[[Path], int] = free_bytes
    open_files: Callable[[], int | None] = open_files_limit


@dataclass(frozen=True, slots=True)
class Case:
    """One visit of the doctor."""

    settings: Settings
    wrong: frozenset[str]
    """Names of the settings that are missing or impossible."""
    asker: Asker
    now: Callable[[], float]
    """Seconds since the epoch."""
    machine: Machine = field(default_factory=Machine)

    def lacks(self, *names: str) -> str:
        """The first of these settings that cannot be used, or ""."""
        return next((name for name in names if name in self.wrong), "")
