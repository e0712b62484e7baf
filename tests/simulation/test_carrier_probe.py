"""The probe: latencies and losses that are known beforehand are the ones it reports."""

from __future__ import annotations

import random

import pytest

from simulation.probe import Probe, Spread

FRAME = 0.02


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def test_every_frame_is_matched_by_its_own_sound() -> None:
    probe = Probe()
    sound = noise(160 * 100)
    for n in range(100):
        probe.business_sent(n * FRAME, sound[n * 160 : n * 160 + 160])
    for n in range(5, 100):
        delay = 0.004 if n == 50 else 0.001
        probe.agent_got(n * FRAME + delay, sound[n * 160 : n * 160 + 160])
    report = probe.report()
    assert report.up.count == 95
    assert report.up.p50_ms == pytest.approx(1.0)
    assert report.up.p99_ms == pytest.approx(4.0)
    assert (report.up_lost, report.up_foreign) == (0, 0)


def test_lost_and_foreign_bytes_are_counted() -> None:
    probe = Probe()
    sound = noise(160 * 10)
    for n in range(10):
        probe.business_sent(n * FRAME, sound[n * 160 : n * 160 + 160])
    for n in (0, 1, 4, 4, 5):
        probe.agent_got(1.0 + n * FRAME, sound[n * 160 : n * 160 + 160])
    report = probe.report()
    assert (report.up_lost, report.up_foreign) == (320, 160)


def test_transcoded_sound_is_matched_by_its_amount() -> None:
    probe = Probe(to_agent=32, from_agent=32, mulaw=False)
    for n in range(60):
        probe.business_sent(n * FRAME, noise(160, n))
    for n in range(7, 60):
        probe.agent_got(n * FRAME + 0.003, bytes(640))
    report = probe.report()
    assert not report.same_format
    assert report.up.p50_ms == pytest.approx(3.0)


def test_an_utterance_counts_from_its_first_sound_to_its_first_frame() -> None:
    probe = Probe()
    first, second = noise(8 * 500, 1), noise(8 * 200, 2)
    probe.agent_sent(1.0, 1, first[:2000])
    probe.agent_sent(1.01, 2, first[2000:])
    for n in range(0, len(first), 480):
        probe.business_got(1.002 + n / 8000, first[n : n + 480])
    probe.agent_sent(4.0, 3, second)
    probe.business_got(4.005, second)
    report = probe.report()
    assert report.first_frame.count == 2
    assert report.first_frame.worst_ms == pytest.approx(5.0)
    assert (report.down_lost, report.down_foreign) == (0, 0)


def test_what_an_interruption_takes_back_is_no_loss_but_playing_it_is_wrong() -> None:
    def told(late_is_played: bool) -> tuple[int, int]:
        probe = Probe()
        old, late, new = noise(8000, 1), noise(800, 2), noise(800, 3)
        probe.agent_sent(1.0, 5, old)
        probe.business_got(1.001, old[:1600])
        probe.interruption_sent(1.2)
        probe.clear_got(1.203)
        probe.agent_sent(1.21, 5, late)
        if late_is_played:
            probe.business_got(1.30, late)
        probe.agent_sent(2.5, 6, new)
        probe.business_got(2.501, new)
        report = probe.report()
        assert report.clear.worst_ms == pytest.approx(3.0)
        assert report.first_frame.count == 2
        assert report.first_frame.worst_ms == pytest.approx(1.0)
        return report.down_lost, report.down_foreign

    assert told(late_is_played=False) == (0, 0)
    assert told(late_is_played=True) == (0, 800)


def test_bytes_that_never_came_are_lost() -> None:
    probe = Probe()
    sound = noise(1600)
    probe.agent_sent(1.0, 1, sound)
    probe.business_got(1.0, sound[:480])
    probe.business_got(1.1, sound[960:1440])
    report = probe.report()
    assert (report.down_lost, report.down_foreign) == (480 + 160, 0)


def test_a_spread_of_nothing_is_zero() -> None:
    assert Spread.of([]) == Spread(0, 0.0, 0.0, 0.0)
