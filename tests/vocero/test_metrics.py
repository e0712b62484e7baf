"""Metrics: valid text format, fixed labels, nothing private."""

from __future__ import annotations

import re

import pytest

from vocero.metrics import Counter, Gauge, Histogram, Metrics

SAMPLE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
    r"(?:\{(?P<labels>[a-zA-Z_][a-zA-Z0-9_]*=\"[^\"\\\n]*\""
    r"(?:,[a-zA-Z_][a-zA-Z0-9_]*=\"[^\"\\\n]*\")*)\})?"
    r" (?P<value>[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf))"
)


def parse(page: str) -> dict[str, float]:
    """Sample to value; fails on whatever the format does not allow."""
    assert page.endswith("\n")
    samples: dict[str, float] = {}
    family = kind = ""
    for line in page[:-1].split("\n"):
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            assert name != family, "HELP twice"
            family, kind = name, ""
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family
            assert kind in {"counter", "gauge", "histogram"}
        else:
            match = SAMPLE.fullmatch(line)
            assert match is not None, line
            suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            assert match["name"] in {family + suffix for suffix in suffixes}
            key = line.rpartition(" ")[0]
            assert key not in samples
            samples[key] = float(match["value"])
    return samples


def test_a_fresh_page_is_valid() -> None:
    samples = parse(Metrics().render())
    assert samples["vocero_live_calls"] == 0
    assert samples["vocero_playback_underruns_total"] == 0


def test_a_busy_page_is_valid_and_counts() -> None:
    metrics = Metrics()
    live = [3]
    metrics.live_calls.follow(lambda: live[0])
    metrics.calls.add("booked")
    metrics.calls.add("booked")
    metrics.bad_frames.add("agent", by=5)
    metrics.failures.add("agent", "agent_lost")
    metrics.webhook_posts.add("whatsapp", "taken")
    metrics.messages_out.add("sent")
    for seconds in (5.0, 22.5, 1000.0):
        metrics.talk_seconds.observe(seconds)
    samples = parse(metrics.render())
    assert samples['vocero_calls_total{outcome="booked"}'] == 2
    assert samples["vocero_live_calls"] == 3
    assert samples['vocero_bad_frames_total{side="agent"}'] == 5
    assert samples['vocero_failures_total{blame="agent",cause="agent_lost"}'] == 1
    assert samples['vocero_talk_seconds_bucket{le="5"}'] == 1
    assert samples['vocero_talk_seconds_bucket{le="30"}'] == 2
    assert samples['vocero_talk_seconds_bucket{le="600"}'] == 2
    assert samples['vocero_talk_seconds_bucket{le="+Inf"}'] == 3
    assert samples["vocero_talk_seconds_count"] == 3
    assert samples["vocero_talk_seconds_sum"] == pytest.approx(1027.5)
    live[0] = 0
    assert parse(metrics.render())["vocero_live_calls"] == 0


def test_buckets_never_fall() -> None:
    histogram = Histogram("h", "Sizes.", (1, 2, 3))
    for size in (0, 1, 1.5, 2, 9):
        histogram.observe(size)
    samples = parse("\n".join(histogram.render()) + "\n")
    buckets = [value for key, value in samples.items() if "_bucket" in key]
    assert buckets == [2, 4, 4, 5]


def test_an_unforeseen_label_value_cannot_appear() -> None:
    counter = Counter("c", "Things.", {"side": ("carrier",)})
    for value in ("+5491155512301", 'x"} 1\nforged 1', "", "carrier"):
        counter.add(value)
    page = "\n".join(counter.render()) + "\n"
    assert parse(page) == {'c{side="other"}': 3, 'c{side="carrier"}': 1}
    assert "5491155512301" not in page
    assert counter.value("anything else") == 3


def test_misuse_is_an_error() -> None:
    with pytest.raises(ValueError, match="only grows"):
        Counter("c", "Things.").add(by=-1)
    with pytest.raises(ValueError, match="ascend"):
        Histogram("h", "Sizes.", (2, 1))
    with pytest.raises(ValueError, match="argument"):
        Counter("c", "Things.", {"side": ("carrier",)}).add()


def test_sizes_that_are_no_numbers_are_ignored() -> None:
    histogram = Histogram("h", "Sizes.", (1,))
    histogram.observe(float("nan"))
    histogram.observe(float("inf"))
    assert parse("\n".join(histogram.render()) + "\n")["h_count"] == 0
    gauge = Gauge("g", "A thing.")
    gauge.follow(lambda: float("-inf"))
    assert gauge.samples() == ["g -Inf"]
