"""The recorded speech: what business, agent and answering machine say in the scenes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

SPEECH = Path(__file__).parent / "speech"


class SpeechDamaged(Exception):
    """A clip is missing or is not the one that its manifest describes."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One utterance."""

    name: str
    text: str
    language: str
    """ "es" or "en"."""
    mulaw: bytes
    """G.711 µ-law, 8 kHz mono, whole 20 ms frames."""

    @property
    def ms(self) -> int:
        """Length in milliseconds."""
        return len(self.mulaw) // 8


def load(folder: Path) -> Mapping[str, Clip]:
    """The clips of a folder with a manifest, by name. Raises SpeechDamaged."""
    try:
        entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        found: dict[str, Clip] = {}
        for entry in entries:
            sound = (folder / f"{entry['name']}.ulaw").read_bytes()
            if hashlib.sha256(sound).hexdigest() != entry["sha256"]:
                raise SpeechDamaged(f"{entry['name']}.ulaw does not match its checksum")
            found[entry["name"]] = Clip(entry["name"], entry["text"], entry["language"], sound)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SpeechDamaged(f"{folder.name}: {error}") from error
    return MappingProxyType(found)


@cache
def clips() -> Mapping[str, Clip]:
    """The committed clips by name, each checked against its checksum once per process."""
    return load(SPEECH)


def sounds() -> Mapping[str, bytes]:
    """The clips' sound alone, by name."""
    return MappingProxyType({name: clip.mulaw for name, clip in clips().items()})
