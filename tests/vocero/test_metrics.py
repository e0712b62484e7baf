"""Metrics: valid text format, fixed labels, nothing private."""

from __future__ import annotations

import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from vocero.metric_kinds import Counter, Gauge, Histogram
from vocero.metrics import Metrics


def parse(page: str) -> dict[str, float]:
    """Sample to value, read as Prometheus reads it; fails on whatever the format does not allow."""
    assert page.endswith("\n") and "\n\n" not in page
    samples: dict[str, float] = {}
    families = list(text_string_to_metric_families(page))
    assert len({family.name for family in families}) == len(families), "a family twice"
    for family in families:
        assert family.documentation, family.name
        assert family.type in {"counter", "gauge", "histogram"}, family.name
        suffixes = {
            "counter": ("_total",),
            "gauge": ("",),
            "histogram": ("_bucket", "_sum", "_count"),
        }
        for sample in family.samples:
            allowed = {family.name + suffix for suffix in suffixes[family.type]}
            assert sample.name in allowed, sample.name
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            key = f"{sample.name}{{{labels}}}" if labels else sample.name
            assert key not in samples
            samples[key] = sample.value
    assert page.count("\n") == len(samples) + 2 * len(families), "lines that were not understood"
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
    counter = Counter("c_total", "Things.", {"side": ("carrier",)})
    for value in ("+5491155512301", 'x"} 1\nforged 1', "", "carrier"):
        counter.add(value)
    page = "\n".join(counter.render()) + "\n"
    assert parse(page) == {'c_total{side="other"}': 3, 'c_total{side="carrier"}': 1}
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


def test_what_is_not_known_is_not_shown() -> None:
    gauge = Gauge("g", "Things.", {"kind": ("here", "there")})
    gauge.follow(lambda: None, "here")
    gauge.follow(lambda: 2.5, "there")
    assert parse("\n".join(gauge.render()) + "\n") == {'g{kind="there"}': 2.5}


def test_the_process_tells_of_itself() -> None:
    before = parse(Metrics().render())
    held = bytearray(64 << 20)
    held[::4096] = b"x" * len(held[::4096])
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    after = parse(Metrics().render())
    assert after["process_cpu_seconds_total"] >= before["process_cpu_seconds_total"] + 0.05
    grown = after["process_resident_memory_bytes"] - before["process_resident_memory_bytes"]
    assert grown > len(held) / 2
    assert 3 <= after["process_open_fds"] < after["process_max_fds"]
    assert 0 < time.time() - after["process_start_time_seconds"] < 24 * 3600
