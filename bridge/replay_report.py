"""What came of a replay, in figures and in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from data.call import CallEnding

MOST_TOLD = 20
"""Differences that are kept in words; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One command that is not as it was recorded."""

    n: int
    """The recorded command, or the input after which something else was ordered."""
    t: float
    expected: str
    """In words; "nothing" when the recording holds no such command."""
    got: str

    def __str__(self) -> str:
        return f"n {self.n} at {self.t:.3f} s: expected {self.expected}, got {self.got}"


@dataclass(frozen=True, slots=True)
class SoundDigest:
    """What was sent one way."""

    sha256: str
    byte_count: int


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What came of a replay."""

    name: str
    """The recording's folder name."""
    chaos: str
    """"" for a faithful replay."""
    seed: int
    inputs: int
    commands: int
    bad_frames: int
    """Recorded messages that no wire understands; they were skipped, as in the call."""
    complete: bool
    """False: the recording stops before the call's end, and so does the comparison."""
    differences: tuple[Difference, ...]
    difference_count: int
    broken: tuple[str, ...]
    """What must hold of every call and did not."""
    ending: CallEnding | None
    to_business: SoundDigest
    to_agent: SoundDigest

    @property
    def passed(self) -> bool:
        """Identical, or with chaos: nothing broken."""
        return not self.difference_count and not self.broken

    def lines(self) -> Iterator[str]:
        """For a person to read."""
        how = f"under {self.chaos} (seed {self.seed})" if self.chaos else "as recorded"
        ending = "no ending" if self.ending is None else self.ending.cause.value
        if self.ending is not None and self.ending.blame is not None:
            ending += f" ({self.ending.blame.value})"
        verdict = "ok" if self.passed else "FAILED"
        yield (
            f"{self.name} {how}: {verdict}, {self.inputs} inputs, {self.commands} commands, "
            f"ended as {ending}"
        )
        yield f"  sound to the business {_sound(self.to_business)}"
        yield f"  sound to the agent    {_sound(self.to_agent)}"
        if not self.complete:
            yield "  the recording is not complete: compared up to where it stops"
        for difference in self.differences:
            yield f"  {difference}"
        if self.difference_count > len(self.differences):
            yield f"  and {self.difference_count - len(self.differences)} more differences"
        for line in self.broken:
            yield f"  broken: {line}"


def _sound(digest: SoundDigest) -> str:
    return f"{digest.byte_count} bytes, sha256 {digest.sha256[:16]}"
