"""This machine: disk, port, open files, Python."""

from __future__ import annotations

import asyncio
import errno
import os
import platform
import socket
import tempfile
from collections.abc import Sequence
from contextlib import closing
from importlib import metadata
from pathlib import Path

from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, ok, warning
from vocero.doctor.rest import NoReply
from vocero.open_files import needed_for

DISK = "disk"
PORT = "port"
FILES = "open files"
PYTHON = "Python"
NAMES = (DISK, PORT, FILES, PYTHON)
TOO_LITTLE = 200 * 10**6
LITTLE = 10**9
"""Bytes; an hour of recorded calls takes about 200 MB."""
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


async def look(case: Case) -> Sequence[Finding]:
    """A line for each of NAMES."""
    disk = await asyncio.to_thread(_disk, case)
    return [disk, await _port(case), _files(case), _python()]


def _disk(case: Case) -> Finding:
    if lacking := case.lacks("VAR_DIR"):
        return needs_setting(DISK, lacking)
    folder = case.settings.var_dir
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        if there != folder:
            writable = os.access(there, os.W_OK | os.X_OK)
        else:
            writable = _can_write(folder)
        free = case.machine.free_bytes(there)
    except OSError as error:
        return failed(DISK, f"{folder} cannot be looked at ({error.strerror})", "check VAR_DIR")
    if free < TOO_LITTLE:
        mend = "make room, or let VAR_DIR lead to another disk: messages could not be kept"
        return failed(DISK, f"{_size(free)} are left for VAR_DIR ({folder})", mend)
    if not writable:
        mend = f"let the user who runs Vocero write there: chown or chmod {there}"
        return failed(DISK, f"VAR_DIR ({folder}) cannot be written", mend)
    if free < LITTLE:
        mend = "make room soon; KEEP_AUDIO_DAYS says how long recordings are kept"
        return warning(DISK, f"{_size(free)} are left for VAR_DIR ({folder})", mend)
    return ok(DISK, f"VAR_DIR ({folder}) can be written, {_size(free)} are free")


def _can_write(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"doctor")
    except OSError as error:
        # On a full disk the figure says it better.
        return error.errno == errno.ENOSPC
    return True


def _size(free: int) -> str:
    return f"{free / 10**9:.0f} GB" if free >= 10 * LITTLE else f"{free / 10**6:.0f} MB"


async def _port(case: Case) -> Finding:
    if lacking := case.lacks("HOST", "PORT"):
        return needs_setting(PORT, lacking)
    host, port = case.settings.host, case.settings.port
    place = f"{host}:{port}"
    trouble = await asyncio.to_thread(_cannot_listen, host, port)
    if trouble is None:
        return ok(PORT, f"{place} is free")
    if trouble.errno != errno.EADDRINUSE:
        # Name resolution has negative numbers of its own, and words to them.
        number = trouble.errno or 0
        why = os.strerror(number) if number > 0 else trouble.strerror
        return failed(PORT, f"Vocero cannot listen at {place} ({why})", "change HOST or PORT")
    near = _ANYWHERE.get(host, host)
    shown = f"[{near}]" if ":" in near else near
    health = await case.asker.ask("GET", f"http://{shown}:{port}/health")
    if not isinstance(health, NoReply) and health.fields().get("service") == "vocero":
        return ok(PORT, f"a Vocero listens at {place}")
    mend = "end the other program, or set PORT to another one (and the proxy with it)"
    return failed(PORT, f"{place} is taken by another program", mend)


def _cannot_listen(host: str, port: int) -> OSError | None:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with closing(socket.socket(family)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error
    return None


def _files(case: Case) -> Finding:
    limit, calls = case.machine.open_files(), case.settings.max_calls
    wanted = needed_for(calls)
    if limit is None:
        return ok(FILES, "their number is not limited")
    if limit < wanted:
        mend = f"raise the limit (ulimit -n {wanted}, systemd: LimitNOFILE=) or lower MAX_CALLS"
        detail = f"{limit} may be open, MAX_CALLS={calls} can need {wanted}"
        return warning(FILES, detail, mend)
    return ok(FILES, f"{limit} may be open, MAX_CALLS={calls} needs {wanted}")


def _python() -> Finding:
    version = platform.python_version()
    try:
        loop = metadata.version("uvloop")
    except metadata.PackageNotFoundError:
        mend = "pip install uvloop (not for Windows)"
        return warning(PYTHON, f"{version} without uvloop: fewer calls per core", mend)
    return ok(PYTHON, f"{version} with uvloop {loop}")
