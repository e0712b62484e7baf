"""What the business was sent and has heard: pieces, lead, marks, drift, bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.commands import Command, MarkPlayback, Play
from bridge.playback import MOST_UNHEARD_BYTES, Playback

if TYPE_CHECKING:
    from tests.bridge.conftest import Ear


def sounds(commands: object) -> bytes:
    assert isinstance(commands, (list, tuple))
    return b"".join(command.sound for command in commands if isinstance(command, Play))


def numbered(count: int) -> bytes:
    return bytes(index % 251 for index in range(count))


def opened(lead_ms: int = 200) -> Playback:
    playback = Playback(lead_ms)
    playback.open(0.0)
    return playback


def test_nothing_leaves_before_the_stream_is_there() -> None:
    playback = Playback()
    assert playback.admit(1, b"a" * 160)
    assert playback.deadline() is None
    assert list(playback.release(5.0)) == []
    playback.open(6.0)
    assert list(playback.release(6.0)) == [Play(b"a" * 160), MarkPlayback("g0:1")]


def test_a_burst_leaves_in_pieces_of_sixty_ms_up_to_the_lead() -> None:
    playback = opened()
    burst = numbered(8000)
    playback.admit(1, burst)
    assert list(playback.release(0.0)) == [
        Play(burst[start : start + 480]) for start in (0, 480, 960, 1440)
    ]
    due = playback.deadline()
    assert due is not None
    assert due == pytest.approx(0.04)
    assert list(playback.release(0.039)) == []
    assert list(playback.release(due)) == [Play(burst[1920:2400])]
    assert playback.deadline() == pytest.approx(0.1)


def test_an_utterance_ends_with_what_is_left_and_nothing_is_padded() -> None:
    playback = opened()
    playback.admit(1, numbered(500))
    assert list(playback.release(0.0)) == [
        Play(numbered(500)[:480]),
        Play(numbered(500)[480:]),
        MarkPlayback("g0:1"),
    ]


def test_marks_follow_about_every_half_second_and_the_end() -> None:
    playback = opened()
    playback.admit(1, numbered(9000))
    sent: list[Command] = []
    while (due := playback.deadline()) is not None:
        sent += playback.release(max(0.0, due))
    before_marks: list[int] = []
    count = 0
    for command in sent:
        if isinstance(command, Play):
            count += len(command.sound)
        else:
            before_marks.append(count)
    assert before_marks == [4320, 8640, 9000]
    assert sounds(sent) == numbered(9000)


def test_a_late_release_with_sound_at_hand_is_an_underrun_and_a_pause_is_not() -> None:
    playback = opened()
    playback.admit(1, numbered(4800))
    playback.release(0.0)
    playback.release(0.5)
    assert playback.figures(0.5).underruns == 1
    while (due := playback.deadline()) is not None:
        playback.release(max(0.5, due))
    playback.admit(2, numbered(160))
    playback.release(60.0)
    assert playback.figures(60.0).underruns == 1


def test_figures_tell_sent_heard_lead_and_waiting() -> None:
    playback = opened()
    playback.admit(1, numbered(4800))
    playback.release(0.0)
    figures = playback.figures(0.1)
    assert figures.sent_ms == 240
    assert figures.heard_ms == 100
    assert figures.lead_ms == 140
    assert figures.waiting_ms == 360


def test_heard_is_only_what_its_mark_confirms_or_patience_gives_up_on() -> None:
    playback = Playback(mark_patience_s=10.0)
    playback.open(0.0)
    playback.admit(1, numbered(800))
    playback.release(0.0)
    assert not playback.drained(0.2)
    playback.mark_reached("nonsense", 0.2)
    playback.mark_reached("g7:1", 0.2)
    assert not playback.drained(0.2)
    playback.mark_reached("g0:1", 0.25)
    assert playback.drained(0.25)
    playback.admit(2, numbered(800))
    playback.release(1.0)
    assert playback.heard_by(1.0) == pytest.approx(11.1)
    assert not playback.drained(11.0)
    assert playback.drained(11.2)


def test_a_later_mark_stands_for_the_ones_that_got_lost() -> None:
    playback = opened()
    playback.admit(1, numbered(4480))
    while (due := playback.deadline()) is not None:
        playback.release(max(0.0, due))
    playback.mark_reached("g0:2", 0.6)
    assert playback.drained(0.6)


def play_out(playback: Playback, until: float, round_trip_s: float, pace: float = 1.0) -> float:
    """Let a carrier play that sends every mark back `round_trip_s` after it was reached, and
    whose clock takes `pace` of our seconds per second. The time when it was done."""
    now = 0.0
    position = 0
    marks: list[tuple[float, str]] = []
    while now < until:
        due = playback.deadline()
        moments = [at for at in (due, marks[0][0] if marks else None) if at is not None]
        if not moments:
            break
        now = max(now, min(moments))
        while marks and marks[0][0] <= now:
            playback.mark_reached(marks.pop(0)[1], now)
        for command in playback.release(now):
            if isinstance(command, Play):
                position += len(command.sound)
            elif isinstance(command, MarkPlayback):
                marks.append((position / 8000 * pace + round_trip_s, command.name))
    return now


def test_the_way_there_and_back_does_not_eat_the_lead() -> None:
    playback = opened()
    playback.admit(1, bytes(160_000))
    play_out(playback, 10.0, round_trip_s=0.3)
    due = playback.deadline()
    assert due is not None
    sent_s = playback.figures(due).sent_ms / 1000
    assert sent_s - due == pytest.approx(0.2, abs=1e-6)


def test_a_carrier_that_plays_late_is_sent_less() -> None:
    playback = opened()
    playback.admit(1, bytes(480_000))
    play_out(playback, 20.0, round_trip_s=0.1, pace=1.004)
    due = playback.deadline()
    assert due is not None
    sent_s = playback.figures(due).sent_ms / 1000
    # Uncorrected it would hold 0.2 s by our clock and 0.28 s by its own.
    held_s = sent_s - due / 1.004
    assert held_s == pytest.approx(0.2, abs=0.01)


def test_a_mark_held_up_on_the_way_costs_half_the_lead_at_most_and_is_forgiven() -> None:
    playback = opened()
    playback.admit(1, bytes(80_000))
    for moment in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5):
        playback.release(moment)
    playback.mark_reached("g0:1", 0.6)
    for moment in (0.6, 0.7, 0.8, 0.9, 1.0):
        playback.release(moment)
    before = playback.deadline()
    assert before is not None
    playback.mark_reached("g0:2", 6.0)
    after = playback.deadline()
    assert after == pytest.approx(before + 0.1)
    playback.release(1.1)


def test_a_mark_in_time_after_a_late_one_gives_the_lead_back() -> None:
    playback = opened()
    playback.admit(1, bytes(80_000))
    names: list[tuple[str, float]] = []
    position = 0
    now = 0.0
    while len(names) < 3:
        for command in playback.release(now):
            if isinstance(command, Play):
                position += len(command.sound)
            elif isinstance(command, MarkPlayback):
                names.append((command.name, position / 8000))
        now += 0.02
    start = playback.deadline()
    assert start is not None
    (first, first_at), (second, second_at), (third, third_at) = names
    playback.mark_reached(first, first_at + 0.1)
    playback.mark_reached(second, second_at + 0.15)
    late = playback.deadline()
    assert late == pytest.approx(start + 0.05)
    playback.mark_reached(third, third_at + 0.1)
    assert playback.deadline() == pytest.approx(start)


def test_a_mark_before_its_time_means_that_less_is_left_than_we_thought() -> None:
    playback = opened()
    playback.admit(1, bytes(80_000))
    playback.release(0.0)
    for tick in range(1, 30):
        playback.release(tick / 100)
    sent_s = playback.figures(0.3).sent_ms / 1000
    due = playback.deadline()
    assert due is not None
    playback.mark_reached("g0:1", 0.3)
    left_s = sent_s - 4320 / 8000
    corrected = playback.deadline()
    assert corrected == pytest.approx(min(due, 0.3 + left_s - 0.2))


def test_more_than_ten_minutes_unheard_is_not_kept() -> None:
    playback = opened()
    assert playback.admit(1, bytes(MOST_UNHEARD_BYTES - 100))
    assert not playback.admit(1, bytes(101))
    assert not playback.admit_tones(bytes(101))
    assert playback.admit(1, bytes(100))
    assert playback.figures(0.0).dropped_pieces == 2


def test_marks_that_never_come_back_do_not_pile_up() -> None:
    playback = opened()
    for index in range(3000):
        playback.admit(index, b"x" * 160)
        playback.release(index * 0.02)
    playback.mark_reached("g0:1", 61.0)
    assert not playback.drained(61.0)
    playback.mark_reached("g0:3000", 61.0)
    assert playback.drained(61.0)


def test_forgotten_sound_is_counted_and_its_marks_are_void() -> None:
    playback = opened()
    playback.admit(1, numbered(4800))
    playback.release(0.0)
    playback.forget(0.1)
    assert playback.deadline() is None
    figures = playback.figures(0.1)
    assert figures.heard_ms == 100
    assert figures.cleared_ms == 500
    assert playback.drained(0.1)
    assert playback.silent(0.1)


@settings(max_examples=60, deadline=None)
@given(
    bursts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 9000)), min_size=1, max_size=12),
    step_ms=st.sampled_from([7, 20, 60, 150]),
)
def test_every_byte_is_played_once_in_order_without_a_gap(
    bursts: list[tuple[int, int]], step_ms: int
) -> None:
    playback = opened()
    admitted = bytearray()
    played = bytearray()
    now = 0.0
    ends_at = 0.0
    for event_id, (pause_ms, size) in enumerate(bursts):
        for _ in range(0, pause_ms + 1, step_ms):
            now += step_ms / 1000
            for command in playback.release(now):
                if isinstance(command, Play):
                    assert 0 < len(command.sound) <= 480
                    played += command.sound
                    ends_at = max(ends_at, now) + len(command.sound) / 8000
            assert ends_at - now <= 0.26 + 1e-9
        sound = bytes((event_id + index) % 256 for index in range(size))
        admitted += sound
        playback.admit(event_id, sound)
        played += sounds(list(playback.release(now)))
        ends_at = now + playback.figures(now).lead_ms / 1000
    while (due := playback.deadline()) is not None:
        played += sounds(list(playback.release(max(now, due))))
    assert bytes(played) == bytes(admitted)
    assert playback.figures(now).underruns == 0


def test_a_real_ear_hears_every_byte_and_no_gap(new_ear: Callable[..., Ear]) -> None:
    playback = opened()
    ear = new_ear(late_s=0.08)
    playback.admit(1, numbered(30_000))
    now = 0.0
    while now < 5.0:
        for command in playback.release(now):
            ear.take(command, now)
        now += 0.02
    ear.listen(10.0)
    assert bytes(ear.heard) == numbered(30_000)
    assert ear.silent_s == 0.0
