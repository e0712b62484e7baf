"""The phrases that simulated callees and the agent that calls them are composed of.

They are kept as texts in `phrases/`, one batch a file. Under a heading in brackets stands one
phrase a line: its country (`ar`, `mx`, `es`, `en`, or `*` for Spanish anywhere), then the turns,
parted by "|". A turn that begins with ">" is the agent's. In braces: {d} the wished day, {t} the
wished time, {od} and {ot} others, {n} the customer, {b} the business. Under "lie: …" nothing is
agreed, whatever the agent claims; "partings" are the politeness after a refusal, no consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

COUNTRIES = ("ar", "mx", "es", "en")
_FOLDER = Path(__file__).with_name("phrases")
_LIE = "lie: "


@dataclass(frozen=True, slots=True)
class Phrases:
    """One batch."""

    tables: dict[tuple[str, str], tuple[str, ...]]
    """By heading and country."""

    @property
    def lies(self) -> tuple[str, ...]:
        """The kinds of calls without a booking."""
        kinds = dict.fromkeys(heading for heading, _ in self.tables if heading.startswith(_LIE))
        return tuple(kind.removeprefix(_LIE) for kind in kinds)

    def of(self, heading: str, country: str) -> tuple[str, ...]:
        """What is said in a country."""
        return self.tables[heading, country]

    def lie(self, kind: str, country: str) -> tuple[str, ...]:
        """The same for a kind of call."""
        return self.tables[_LIE + kind, country]


def batch(name: str) -> Phrases:
    """Reads "first", "second", "third" or "fourth"."""
    found: dict[tuple[str, str], list[str]] = {}
    heading = ""
    for line in (_FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line and not line.startswith("#"):
            where, phrase = line.split(": ", 1)
            for country in COUNTRIES:
                if where == country or (where == "*" and country != "en"):
                    found.setdefault((heading, country), []).append(phrase)
    return Phrases({key: tuple(said) for key, said in found.items()})
