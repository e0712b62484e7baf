"""The words that make a booking doubtful, read once from the text files beside this one. Pure.

`markers_es.txt` and `markers_en.txt` are made of sections: what stands under "[after: …]" matters
from where the business decides, what stands under "[anywhere: …]" before it too, and nothing makes
up for what stands under "[always: …]". Entries are parted by commas or line ends and have one word
or a few. "*" stands for any letters, "(a|b)" for one or the other. "sí" is no "si"; "si?" may be
either (see `understood`) and has its own entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.evidence.vocabulary import folded

_FOLDER = Path(__file__).parent
_HEADING = re.compile(r"\[(always|anywhere|after): [^\]]*\]")


@dataclass(frozen=True, slots=True)
class Markers:
    """Of one language; each finds its entries in folded words parted by single blanks."""

    always: re.Pattern[str]
    anywhere: re.Pattern[str]
    """Those of `always` too."""
    after: re.Pattern[str]
    """All."""


def read(name: str) -> Markers:
    """One language from its file. Raises OSError."""
    entries: dict[str, list[str]] = {"always": [], "anywhere": [], "after": []}
    kind = "after"
    for line in (_FOLDER / name).read_text("utf-8").splitlines():
        if heading := _HEADING.fullmatch(line):
            kind = heading[1]
        elif not line.startswith("#"):
            entries[kind] += filter(None, (folded(each.strip()) for each in line.split(",")))
    always, anywhere, after = entries.values()
    return Markers(*map(_any_of, (always, always + anywhere, always + anywhere + after)))


def places(words: Sequence[str], marks: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """From which to before which word a marker stands, for every one."""
    line = " ".join(words)
    for found in marks.finditer(line):
        first = line.count(" ", 0, found.start())
        yield first, first + found[0].count(" ") + 1


def _any_of(entries: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(set(entries), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(_pattern, longest_first))})(?!\S)")


def _pattern(entry: str) -> str:
    plain = re.sub(r"[^\w\s*()|']", lambda sign: re.escape(sign[0]), entry)
    return plain.replace("*", r"\S*").replace("(", "(?:")


MARKERS = (read("markers_es.txt"), read("markers_en.txt"))
"""In the order of `vocabulary.LANGUAGES`."""
