"""The far ends notice every fault in the sound: otherwise a bench without faults proves nothing."""

from __future__ import annotations

from base64 import b64encode

import pytest

from audio.formats import ULAW_8000, parse_format
from simulation.far_ends.figures import Figures
from simulation.far_ends.tracks import DownTrack, Frames, UpTrack

FRAMES = Frames()
NOISE = b"".join(FRAMES.sounds)
PCM = parse_format("pcm_16000")


def up_track(number: int = 3, form: str = "ulaw_8000") -> tuple[UpTrack, Figures]:
    figures = Figures()
    return UpTrack(number, parse_format(form), FRAMES, figures), figures


def wrong(figures: Figures, way: str) -> dict[str, int]:
    """What is not as it should be, by name."""
    found = dict(getattr(figures, way).to_json())
    return {name: n for name, n in found.items() if n and name not in ("sent", "arrived")}


# --- business to agent ------------------------------------------------------------------------
def test_frames_in_order_are_stamped_and_nothing_is_wrong() -> None:
    track, figures = up_track()
    for number in range(3000):
        track.hear(track.send(number * 0.02), number * 0.02 + 0.004)
    track.settle()
    assert wrong(figures, "up") == {}
    assert figures.up.sent == figures.up.arrived == 3000 * 160
    assert figures.window.up == pytest.approx([0.004] * 3000)


def test_frames_that_come_together_are_told_apart() -> None:
    track, figures = up_track()
    sent = [track.send(number * 0.02) for number in range(5)]
    whole = b"".join(FRAMES.sounds[FRAMES.coded.index(coded)] for coded in sent)
    track.hear(b64encode(whole), 0.09)
    track.settle()
    assert wrong(figures, "up") == {}
    assert figures.window.up == pytest.approx([0.09, 0.07, 0.05, 0.03, 0.01])


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ([0, 1, 3, 4], {"lost": 160}),
        ([0, 1, 2, 3], {"lost": 160}),
        ([0, 2, 1, 3, 4], {"late": 160}),
        ([0, 1, 1, 2, 3, 4], {"duplicated": 160}),
        ([0, 1, 2, 3, 4, 0], {"duplicated": 160}),
        ([], {"lost": 800}),
    ],
)
def test_lost_late_and_repeated_frames_are_counted(order: list[int], fault: dict[str, int]) -> None:
    track, figures = up_track()
    sent = [track.send(0.0) for _ in range(5)]
    for number in order:
        track.hear(sent[number], 0.01)
    track.settle()
    assert wrong(figures, "up") == fault


def test_the_sound_of_another_call_is_foreign() -> None:
    track, figures = up_track(number=3)
    other, _ = up_track(number=4)
    track.hear(track.send(0.0), 0.0)
    track.hear(other.send(0.0), 0.0)
    track.hear(b64encode(b"nobody said this"), 0.0)
    track.hear(b"no base64!", 0.0)
    track.settle()
    assert wrong(figures, "up") == {"foreign": 160 + 16 + 10}


def test_a_frame_that_takes_too_long_is_late() -> None:
    track, figures = up_track()
    track.hear(track.send(0.0), 0.15)
    assert wrong(figures, "up") == {"late": 160}


@pytest.mark.parametrize(
    ("heard", "fault"),
    [
        (100 * 640, {}),
        (100 * 640 - 80, {}),
        (99 * 640 - 100, {"lost": 420}),
        (102 * 640, {"foreign": 960}),
    ],
)
def test_converted_sound_is_counted_less_what_a_filter_holds_back(
    heard: int, fault: dict[str, int]
) -> None:
    track, figures = up_track(form="pcm_16000")
    for number in range(100):
        track.send(number * 0.02)
    for begin in range(0, heard, 640):
        track.hear(b64encode(bytes(min(640, heard - begin))), 2.0)
    track.settle()
    late = {"late": figures.up.late}
    assert wrong(figures, "up") == fault | late, "all was heard at the end: most of it late"


# --- agent to business ------------------------------------------------------------------------
def utterance(*, in_real_time: bool = False, size: int = 4000) -> tuple[DownTrack, Figures]:
    figures = Figures()
    track = DownTrack(ULAW_8000, figures)
    track.begin(NOISE[:size], in_real_time=in_real_time)
    return track, figures


def play(track: DownTrack, begin: int, end: int, at: float) -> None:
    for start in range(begin, end, 480):
        track.hear(NOISE[start : min(end, start + 480)], at)


def test_an_utterance_that_comes_whole_is_right() -> None:
    track, figures = utterance()
    track.send(4000, 1.0)
    play(track, 0, 4000, 1.003)
    track.settle()
    assert wrong(figures, "down") == {} and figures.underruns == 0
    assert figures.window.first_audio == pytest.approx([0.003])
    assert track.plays_until == pytest.approx(1.503)


def test_every_piece_in_real_time_is_stamped() -> None:
    track, figures = utterance(in_real_time=True)
    for number in range(5):
        track.send(800, number * 0.09)
        play(track, number * 800, number * 800 + 800, number * 0.09 + 0.002 + number / 1e6)
    track.settle()
    assert wrong(figures, "down") == {}
    assert figures.window.down == pytest.approx([0.002 + number / 1e6 for number in range(5)])
    assert len(figures.window.first_audio) == 1


@pytest.mark.parametrize(
    ("pieces", "fault"),
    [
        ([(0, 960), (1440, 4000)], {"lost": 480}),
        ([(0, 3520)], {"lost": 480}),
        ([(0, 960), (480, 960), (960, 4000)], {"duplicated": 480}),
        ([(0, 960), (9600, 10_080), (960, 4000)], {"foreign": 480}),
    ],
)
def test_gaps_repetitions_and_foreign_sound_are_counted(
    pieces: list[tuple[int, int]], fault: dict[str, int]
) -> None:
    track, figures = utterance()
    track.send(4000, 0.0)
    for begin, end in pieces:
        play(track, begin, end, 0.0)
    track.settle()
    assert wrong(figures, "down") == fault


def test_what_comes_after_the_clear_is_late_and_what_never_comes_is_not_missed() -> None:
    track, figures = utterance()
    track.send(4000, 0.0)
    play(track, 0, 1920, 0.0)
    track.cut(0.1)
    play(track, 1920, 2400, 0.1)
    track.clear(0.102)
    track.clear(0.2)
    assert wrong(figures, "down") == {}
    play(track, 2400, 2880, 0.21)
    track.begin(NOISE[8000:9000], in_real_time=False)
    assert wrong(figures, "down") == {"late": 480}
    assert figures.window.barge_in == pytest.approx([0.002])
    assert (figures.interruptions, figures.clears) == (1, 1)


def test_the_end_of_the_utterance_before_comes_too_late() -> None:
    track, figures = utterance()
    track.send(4000, 0.0)
    play(track, 0, 3520, 0.0)
    track.begin(NOISE[8000:9000], in_real_time=False)
    track.send(1000, 3.0)
    play(track, 3520, 4000, 3.0)
    track.hear(NOISE[8000:9000], 3.0)
    track.settle()
    assert wrong(figures, "down") == {"lost": 480, "late": 480}


def test_a_carrier_that_runs_dry_counts_an_underrun_unless_the_agent_paused() -> None:
    track, figures = utterance()
    track.send(4000, 0.0)
    play(track, 0, 960, 0.0)
    play(track, 960, 1440, 0.3)  # 120 ms of sound, 300 ms later
    assert figures.underruns == 1 and wrong(figures, "down") == {"late": 480}
    paused, figures = utterance(in_real_time=True)
    paused.send(960, 0.0)
    play(paused, 0, 960, 0.0)
    paused.send(480, 0.3)
    play(paused, 960, 1440, 0.301)
    assert figures.underruns == 0


def test_a_business_that_hung_up_misses_nothing() -> None:
    track, figures = utterance()
    track.send(4000, 0.0)
    play(track, 0, 960, 0.0)
    track.cut(0.1)
    track.line_gone()
    track.settle()
    assert wrong(figures, "down") == {} and figures.interruptions == 0


def test_converted_speech_may_lack_the_tail_of_a_filter() -> None:
    for size, fault in ((980, {}), (800, {"lost": 120})):
        figures = Figures()
        track = DownTrack(PCM, figures)
        track.begin(bytes(4000), in_real_time=False)
        track.send(4000, 0.0)
        track.hear(bytes(size), 0.0)
        track.settle()
        assert wrong(figures, "down") == fault
