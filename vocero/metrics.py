"""The few figures that /metrics shows, in Prometheus's text format 0.0.4.

Every label has a fixed set of values, named here: a number, an id or a customer's word cannot
become one, and the page cannot grow.
https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, product

from data.call import Blame, EndCause, OutcomeStatus

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OTHER = "other"

Labels = Mapping[str, tuple[str, ...]]


class _Family:
    """Shared by all kinds: a name, a sentence, and one cell per combination of label values."""

    kind = ""

    def __init__(self, name: str, meaning: str, labels: Labels | None = None) -> None:
        self.name = name
        self.meaning = meaning
        self._labels = {
            label: (*values, *(() if OTHER in values else (OTHER,)))
            for label, values in (labels or {}).items()
        }

    def _key(self, values: Sequence[str]) -> tuple[str, ...]:
        """Values that are not foreseen become "other"."""
        return tuple(
            value if value in known else OTHER
            for value, known in zip(values, self._labels.values(), strict=True)
        )

    def _keys(self) -> list[tuple[str, ...]]:
        return list(product(*self._labels.values()))

    def _pairs(self, key: tuple[str, ...]) -> list[str]:
        return [f'{name}="{value}"' for name, value in zip(self._labels, key, strict=True)]

    def _line(self, suffix: str, pairs: Sequence[str], value: float) -> str:
        inside = f"{{{','.join(pairs)}}}" if pairs else ""
        return f"{self.name}{suffix}{inside} {_number(value)}"

    def samples(self) -> list[str]:
        """The lines below HELP and TYPE."""
        raise NotImplementedError

    def render(self) -> list[str]:
        """All lines of this family."""
        return [
            f"# HELP {self.name} {self.meaning}",
            f"# TYPE {self.name} {self.kind}",
            *self.samples(),
        ]


class Counter(_Family):
    """Only grows."""

    kind = "counter"

    def __init__(self, name: str, meaning: str, labels: Labels | None = None) -> None:
        super().__init__(name, meaning, labels)
        # Without labels the zero is shown; with them only what has happened, to stay readable.
        self._cells: dict[tuple[str, ...], float] = {} if labels else {(): 0.0}

    def add(self, *values: str, by: float = 1) -> None:
        """Count `by` more for these label values, in the order of the labels."""
        if by < 0:
            raise ValueError("a counter only grows")
        key = self._key(values)
        self._cells[key] = self._cells.get(key, 0.0) + by

    def value(self, *values: str) -> float:
        """What was counted for these label values."""
        return self._cells.get(self._key(values), 0.0)

    def samples(self) -> list[str]:
        return [self._line("", self._pairs(key), self._cells[key]) for key in sorted(self._cells)]


class Gauge(_Family):
    """Asked when the page is read."""

    kind = "gauge"

    def __init__(self, name: str, meaning: str) -> None:
        super().__init__(name, meaning)
        self._read: Callable[[], float] = lambda: 0.0

    def follow(self, read: Callable[[], float]) -> None:
        """From now on the value is whatever `read` returns."""
        self._read = read

    def samples(self) -> list[str]:
        return [self._line("", (), self._read())]


class Histogram(_Family):
    """How often which sizes came; buckets are upper bounds, ascending."""

    kind = "histogram"

    def __init__(
        self, name: str, meaning: str, bounds: Sequence[float], labels: Labels | None = None
    ) -> None:
        super().__init__(name, meaning, labels)
        self._bounds = tuple(bounds)
        if list(self._bounds) != sorted(set(self._bounds)):
            raise ValueError("bounds must ascend")
        self._counts: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}
        if not labels:
            self._cell(())

    def _cell(self, key: tuple[str, ...]) -> list[int]:
        if key not in self._counts:
            self._counts[key] = [0] * (len(self._bounds) + 1)
            self._sums[key] = 0.0
        return self._counts[key]

    def observe(self, size: float, *values: str) -> None:
        """One more of this size; what is not a finite number is ignored."""
        if not math.isfinite(size):
            return
        key = self._key(values)
        self._cell(key)[bisect_left(self._bounds, size)] += 1
        self._sums[key] += size

    def samples(self) -> list[str]:
        lines = []
        for key in sorted(self._counts):
            pairs = self._pairs(key)
            counts = list(accumulate(self._counts[key]))
            for bound, count in zip((*self._bounds, math.inf), counts, strict=True):
                lines.append(self._line("_bucket", [*pairs, f'le="{_number(bound)}"'], count))
            lines.append(self._line("_sum", pairs, self._sums[key]))
            lines.append(self._line("_count", pairs, counts[-1]))
        return lines


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))


TALK_SECONDS = (5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0)
SIDES = ("carrier", "agent")
HOOKS = ("whatsapp", "delivery", "callback", "answer", "status", "amd", "tools")
POST_RESULTS = ("taken", "duplicate", "unusable", "refused", "unknown", "too_late", "late")


class Metrics:
    """All families of one process."""

    def __init__(self) -> None:
        self.calls = Counter(
            "vocero_calls_total",
            "Calls that are over, by how they ended for the customer.",
            {"outcome": tuple(OutcomeStatus)},
        )
        self.live_calls = Gauge("vocero_live_calls", "Calls between their order and their report.")
        self.draining = Gauge("vocero_draining", "1 while no new calls are taken.")
        self.loop_lag = Gauge(
            "vocero_loop_lag_seconds", "How late the event loop is, averaged over about a second."
        )
        self.loop_lag_worst = Gauge(
            "vocero_loop_lag_worst_seconds", "How late the event loop was at worst, last second."
        )
        self.loop_late = Gauge(
            "vocero_loop_late", "1 while the event loop is too late for another call."
        )
        self.talk_seconds = Histogram(
            "vocero_talk_seconds",
            "How long the sound of a call was open; only calls that were answered.",
            TALK_SECONDS,
        )
        self.underruns = Counter(
            "vocero_playback_underruns_total",
            "Times that the business heard a gap in the agent's speech for want of sound.",
        )
        self.bad_frames = Counter(
            "vocero_bad_frames_total",
            "Unusable websocket messages that were skipped, by who sent them.",
            {"side": SIDES},
        )
        self.failures = Counter(
            "vocero_failures_total",
            "Calls that failed, by whose fault it was and why.",
            {"blame": tuple(Blame), "cause": tuple(EndCause)},
        )
        self.webhook_posts = Counter(
            "vocero_webhook_posts_total",
            "Posts to the webhooks, by which and what became of them.",
            {"hook": HOOKS, "result": POST_RESULTS},
        )
        self.messages_out = Counter(
            "vocero_messages_out_total",
            "Messages to customers, by what became of them.",
            {"result": ("sent", "postponed", "given_up")},
        )
        self._families: tuple[_Family, ...] = (
            self.calls,
            self.live_calls,
            self.draining,
            self.loop_lag,
            self.loop_lag_worst,
            self.loop_late,
            self.talk_seconds,
            self.underruns,
            self.bad_frames,
            self.failures,
            self.webhook_posts,
            self.messages_out,
        )

    def render(self) -> str:
        """The page, with the line end that the format asks for."""
        return "\n".join(line for family in self._families for line in family.render()) + "\n"
