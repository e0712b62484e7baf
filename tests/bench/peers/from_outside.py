"""What Linux tells of a process from outside: CPU, memory and connections, its children's too."""

from __future__ import annotations

import contextlib
import os
import re
import resource
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
ESTABLISHED = "01"
_SOCKET = re.compile(r"socket:\[(\d+)\]")


def cpu_s(pid: int) -> float:
    """Of all its threads and children, those that have ended included."""
    ticks = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            # user, system, and the same of children that were waited for
            ticks += sum(int(field) for field in _stat(each)[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_kib(pid: int) -> float:
    """Memory that is in use now."""
    pages = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            pages += int((PROC / str(each) / "statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


def waited_s(pid: int) -> float | None:
    """How long its first thread could have run and had no core; None where it is not known."""
    try:
        return int((PROC / str(pid) / "schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return None


def connections(pid: int) -> int:
    """TCP connections that it has open."""
    own = {inode for each in family(pid) for inode in _sockets(each)}
    return len(own & set(_established(pid)))


def family(pid: int) -> list[int]:
    """It and everything that came from it."""
    parents: dict[int, int] = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = int(_stat(int(folder.name))[1])
    found = [pid]
    for each in found:
        found.extend(child for child, parent in parents.items() if parent == each)
    return found


def _stat(pid: int) -> list[str]:
    """The fields after the program's name, which may hold anything: state, parent, …"""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _sockets(pid: int) -> Iterator[str]:
    with contextlib.suppress(OSError):
        for link in (PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                if found := _SOCKET.fullmatch(os.readlink(link)):
                    yield found[1]


def _established(pid: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (PROC / str(pid) / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == ESTABLISHED:
                    yield fields[9]
