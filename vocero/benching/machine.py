"""The machine that is measured on: its facts, this process's memory, and who runs on which core."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import resource
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bridge import session

CALLS_PER_FAR_END = 250
"""One process of far ends serves so many calls without haste, where there are cores for more."""


def cores() -> list[int]:
    """The cores that this process may use; empty where that cannot be known."""
    affinity = getattr(os, "sched_getaffinity", None)
    return sorted(affinity(0)) if affinity is not None else []


@contextlib.contextmanager
def pinned_to(core: int | None) -> Iterator[None]:
    """Run on this core only, where that can be had; None: anywhere."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def shares_of_cores(available: Sequence[int], calls: int) -> tuple[int | None, list[list[int]]]:
    """The bridge's core, and for each process of far ends the cores that it may use.

    With a single core nobody is pinned: everything is on it anyway.
    """
    if len(available) < 2:
        return None, [[]]
    bridge, *others = available
    processes = min(len(others), -(-calls // CALLS_PER_FAR_END))
    return bridge, [others[number::processes] for number in range(processes)]


def resident_kib() -> float:
    """Memory of this process, now (Linux; elsewhere its peak)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1024 if platform.system() == "Darwin" else float(peak)
    return pages * resource.getpagesize() / 1024


def waited_s() -> float | None:
    """Seconds that this process's main thread could have run and had no core (Linux only)."""
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return None


def facts() -> Mapping[str, object]:
    """What a reader of the figures must know; call it on the loop that is measured."""
    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    return {
        "cpu": _cpu_name(),
        "cores": len(cores()) or os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "loop": f"uvloop {_version('uvloop')}" if loop == "uvloop" else "asyncio",
        "websockets": _version("websockets"),
        "vocero": _version("vocero"),
        "compiled": not str(session.__file__).endswith(".py"),
    }


def _cpu_name() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
