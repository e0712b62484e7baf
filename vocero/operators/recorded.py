"""The folders of recorded calls: whether there is sound, the parts of it, a zip of it, its end.

Everything here blocks and is meant for a thread. A call's folder is found by the recorder's own
rule from an id that the store knows; no name from a request becomes a path.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bridge.recorder import folder_name
from bridge.recording import AGENT, CALL, CARRIER, EVENTS, OUTCOME, SOUND

FILES = (CALL, OUTCOME, CARRIER, AGENT, EVENTS, SOUND)
"""What a recording is made of; whatever else lies in its folder is nobody's business."""
MOST_BYTES_OF_CALL = 1_000_000
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recordings below one folder."""

    root: Path

    def has_sound(self, attempt_id: str) -> bool:
        """Whether there is something to hear."""
        return self.sound(attempt_id) is not None

    def with_sound(self, attempt_ids: list[str]) -> set[str]:
        """Those of these calls of which there is something to hear."""
        return {attempt_id for attempt_id in attempt_ids if self.has_sound(attempt_id)}

    def sound(self, attempt_id: str) -> Path | None:
        """The stereo recording, business left."""
        return self._file(attempt_id, SOUND)

    def exists(self, attempt_id: str) -> bool:
        """Whether anything is recorded of this call."""
        return self._file(attempt_id, CALL) is not None

    def sound_began(self, attempt_id: str) -> float | None:
        """When the sound begins, in seconds since the call was ordered; None without any."""
        path = self._file(attempt_id, CALL)
        if path is None or not self.has_sound(attempt_id):
            return None
        try:
            with open(path, "rb", opener=_no_links) as file:
                began = json.loads(file.read(MOST_BYTES_OF_CALL))["sound_began"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return float(began) if isinstance(began, int | float) else None

    def zipped(self, attempt_id: str) -> tuple[IO[bytes], int]:
        """All of it as a zip, and its size: a file without a name, at its beginning, gone when it
        is closed. Raises OSError.
        """
        folder = self._folder(attempt_id)
        target = tempfile.TemporaryFile(dir=self.root)
        try:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
                for name in FILES:
                    path = self._file(attempt_id, name)
                    if path is not None:
                        _pack(packed, path, f"{folder.name}/{name}")
            size = target.tell()
            target.seek(0)
        except BaseException:
            target.close()
            raise
        return target, size

    def remove(self, attempt_id: str) -> None:
        """Erase all of it, also what was never finished; no recording is fine. Raises OSError,
        then nothing or all is left.
        """
        folder = self._folder(attempt_id)
        shutil.rmtree(folder.with_name(f".{folder.name}.part"), ignore_errors=True)
        # First out of sight: whatever happens to the rest, it is no recording any more.
        gone = folder.with_name(f".{folder.name}.gone")
        shutil.rmtree(gone, ignore_errors=True)
        try:
            folder.rename(gone)
        except FileNotFoundError:
            return
        if gone.is_symlink():
            gone.unlink()
        else:
            shutil.rmtree(gone)

    def _folder(self, attempt_id: str) -> Path:
        return self.root / folder_name(attempt_id)

    def _file(self, attempt_id: str, name: str) -> Path | None:
        folder = self._folder(attempt_id)
        path = folder / name
        try:
            inside = stat.S_ISDIR(folder.lstat().st_mode) and stat.S_ISREG(path.lstat().st_mode)
        except OSError:
            return None
        return path if inside else None


def _pack(packed: zipfile.ZipFile, path: Path, name: str) -> None:
    about = zipfile.ZipInfo(name)
    about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    with open(path, "rb", opener=_no_links) as file, packed.open(about, "w") as into:
        while piece := file.read(PIECE):
            into.write(piece)


def _no_links(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))
