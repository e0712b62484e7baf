"""The words and phrases that `understood` knows, read once from the text files beside it.

A file is made of sections. Under "[words: …]" stand words, parted by blanks; under "[phrases: …]"
one phrase a line. "(a|b)" is one or the other and "[a|b]" may be missing, also inside a word:
"anot(o|é|amos)". In a phrase {name} is a listed name, {lent} a word that the agent has used,
{number} a number, {weekday} and {month} the slot's own, {any} any one word.

Of the other sections "yes" has words that agree or book, "numbers" and "ordinals" number words (the
latter are known only as a {number}), "names" words that are known only as a {name}. "waits" has
phrases that ask for a moment: they need a yes after them in the same line. "never" has words that
are known in phrases only: no {any} stands for them, and the agent lends none. After the words of
"open" a line is cut off. "si?" stands for a "sí" in a transcript without accents and signs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = Path(__file__).parent
_HEADING = re.compile(r"\[(words|phrases|yes|numbers|waits|names|never|open|ordinals)\b[^|\]]*\]")
_CHOICE = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")
_INSIDE_A_WORD = re.compile(
    r"(?<=[^\s(\[|])(?:\([^()\[\]]*\)|\[[^()\[\]]*\])"
    r"|(?:\([^()\[\]]*\)|\[[^()\[\]]*\])(?=[^\s)\]|])"
)


@dataclass(slots=True, eq=False)
class Step:
    """A place in one or more phrases."""

    after: dict[str, list[Step]] = field(default_factory=dict)
    """Where a word leads."""
    is_end: bool = False
    free: list[Step] = field(default_factory=list)
    """Where one gets without a word; empty once all phrases are read."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of one language, all of it folded ("sí" keeps its accent)."""

    words: frozenset[str]
    assents: frozenset[str]
    """Of the words those that agree or book."""
    numbers: frozenset[str]
    names: frozenset[str]
    never: frozenset[str]
    open: frozenset[str]
    """A line that ends with one of them was cut off."""
    phrases: Step
    waits: Step


def read(*names: str) -> Vocabulary:
    """One language from its files. Raises OSError."""
    words: dict[str, set[str]] = {}
    lines: dict[str, list[str]] = {"phrases": [], "waits": []}
    kind = ""
    for name in names:
        for line in (_FOLDER / name).read_text("utf-8").splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if heading := _HEADING.fullmatch(line):
                kind = heading[1]
            elif kind in lines:
                lines[kind] += _spelled(folded(line))
            else:
                for each in line.split():
                    words.setdefault(kind, set()).update(_expanded(folded(each), _CHOICE))
    of = {kind: frozenset(known) for kind, known in words.items()}
    yes, never, numbers = of["yes"], of["never"], of["numbers"] | of["ordinals"]
    known = (of["words"] | yes | of["numbers"]) - never
    return Vocabulary(
        known, yes - never, numbers, of["names"], never, of["open"], *map(_joined, lines.values())
    )


def _expanded(text: str, choices: re.Pattern[str]) -> Iterator[str]:
    """Every reading of a text without those choices."""
    found = choices.search(text)
    if found is None:
        yield text
        return
    inside = found[0][1:-1].split("|")
    for choice in ["", *inside] if found[0][0] == "[" else inside:
        yield from _expanded(text[: found.start()] + choice + text[found.end() :], choices)


def _spelled(line: str) -> Iterator[str]:
    """As it is said, and as it is transcribed without the accent of "sí"."""
    for phrase in _expanded(line, _INSIDE_A_WORD):
        yield re.sub(r"\bsí\b", "(sí|si?)", phrase)


def folded(text: str) -> str:
    """Without accents, but for "sí"."""
    kept = re.sub(r"\bsí\b", "\0", unicodedata.normalize("NFC", text).casefold())
    plain = unicodedata.normalize("NFD", kept)
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("\0", "sí")


def _joined(phrases: list[str]) -> Step:
    """All of them, from one first step."""
    first, steps = Step(), list[Step]()
    for phrase in phrases:
        _sequence(phrase, first, steps).is_end = True
    closed = [(step, _within_reach(step)) for step in (first, *steps)]
    plain = {id(step): dict(step.after) for step, _ in closed}
    for step, reach in closed:
        step.is_end = any(each.is_end for each in reach)
        after: dict[str, list[Step]] = {}
        for each in reach:
            for word, following in plain[id(each)].items():
                after.setdefault(word, []).extend(following)
        step.after = after
    for step, _ in closed:
        step.free = []
    return first


def _within_reach(step: Step) -> list[Step]:
    """Itself and where one gets from it without a word."""
    found = [step]
    for each in found:
        found += [free for free in each.free if free not in found]
    return found


def _sequence(text: str, start: Step, steps: list[Step]) -> Step:
    """The step after the whole of a text."""
    at = start
    for part in _parted(text, " "):
        after = Step()
        steps.append(after)
        if part[0] in "([":
            if part[0] == "[":
                at.free.append(after)
            for choice in _parted(part[1:-1], "|"):
                _sequence(choice, at, steps).free.append(after)
        else:
            at.after.setdefault(part, []).append(after)
        at = after
    return at


def _parted(text: str, sign: str) -> list[str]:
    """Its parts between signs that stand in no bracket, without empty ones."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([") - (char in ")]")
        if char == sign and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]


LANGUAGES = (
    read("vocabulary_es.txt", "vocabulary_names.txt"),
    read("vocabulary_en.txt", "vocabulary_names.txt"),
)
NEVER_LENT = frozenset({"si?"}).union(*(each.never for each in LANGUAGES))
"""Whatever the language of the line: what the agent says in one it lends in both."""
