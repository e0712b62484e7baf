"""Puts one value into `.env` and leaves the rest of it as it is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_PRIVATE = 0o600
"""The file holds keys."""


def write_value(path: Path, name: str, value: str) -> None:
    """Set `name` in the file, in place of the last line that sets it, else at the end.

    The file is made, readable by its owner only, when it is missing. Raises OSError and
    UnicodeDecodeError, and then nothing was changed.
    """
    target = path.resolve()
    try:
        lines = target.read_text(encoding="utf-8").splitlines()
        mode = target.stat().st_mode & 0o777
    except FileNotFoundError:
        lines, mode = [], _PRIVATE
    line = f"{name}={value}"
    setting = [number for number, old in enumerate(lines) if _name_of(old) == name]
    if setting:
        lines[setting[-1]] = line
    else:
        lines.append(line)
    # Written beside it and put in its place, so that a full disk cannot cost the keys in it.
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=".env.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        os.chmod(beside, mode)
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _name_of(line: str) -> str:
    return line.partition("=")[0].strip().removeprefix("export ").strip()
