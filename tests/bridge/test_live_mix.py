"""The live mix: what both sides hear, where they hear it, cut a moment later."""

from __future__ import annotations

import math
import struct
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import mulaw
from bridge.live_mix import LiveMix
from bridge.sound_piece import SoundPiece

SILENT = b"\xff" * 800
BEGAN = 12.345


def run(mix: LiveMix, until: float) -> list[SoundPiece]:
    """Cut everything that is due by then, each piece when it is due."""
    pieces: list[SoundPiece] = []
    while (at := mix.next_cut()) <= until:
        due = mix.cut(at)
        assert len(due) == 1, "a piece is there when it was promised"
        assert mix.cut(at) == ()
        pieces += due
    return pieces


def left(pieces: list[SoundPiece]) -> bytes:
    return b"".join(piece.left for piece in pieces)


def right(pieces: list[SoundPiece]) -> bytes:
    return b"".join(piece.right for piece in pieces)


def talk(
    mix: LiveMix,
    until_s: float,
    *,
    late_ms: tuple[float, ...] = (0.0,),
    stamp_ms: int = 80,
    lost: frozenset[int] = frozenset(),
) -> list[SoundPiece]:
    """Frames of 20 ms, each its own number (1 to 250), while pieces are cut in time."""
    pieces: list[SoundPiece] = []
    before = BEGAN
    for number in range(int(until_s / 0.02)):
        late = late_ms[number % len(late_ms)] / 1000
        before = max(before, BEGAN + 0.02 * (number + 1) + late)
        pieces += run(mix, before)
        if number not in lost:
            frame = bytes([number % 250 + 1]) * 160
            mix.business(frame, stamp_ms + 20 * number, before)
    return pieces + run(mix, BEGAN + until_s + 0.2)


# --- pieces --------------------------------------------------------------------------------------
def test_pieces_come_in_order_without_gaps_and_soon() -> None:
    mix = LiveMix(BEGAN)
    assert mix.cut(BEGAN) == ()
    pieces = run(mix, BEGAN + 2.0)
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    assert pieces[0].from_ms == 12_345
    assert all(b.from_ms - a.from_ms == 100 for a, b in pairwise(pieces))
    assert {(piece.left, piece.right) for piece in pieces} == {(SILENT, SILENT)}
    # A piece is cut at most 30 ms after its last sample.
    assert mix.next_cut() <= (pieces[-1].from_ms + 200) / 1000 + 0.030


def test_a_piece_is_packed_as_the_browser_reads_it_and_only_once() -> None:
    piece = SoundPiece(7, 123_456, b"l" * 800, b"r" * 800, operator=True)
    packed = piece.packed()
    assert struct.unpack("<IIHBB", packed[:12]) == (7, 123_456, 800, 1, 0)
    assert packed[12:] == b"l" * 800 + b"r" * 800
    assert piece.packed() is packed
    assert SoundPiece(7, 0, SILENT, SILENT).packed()[10] == 0


def test_levels_are_whole_decibels_and_measured_once() -> None:
    loud = mulaw.encode(
        b"".join(
            struct.pack("<h", round(32000 * math.sin(2 * math.pi * n / 16))) for n in range(800)
        )
    )
    piece = SoundPiece(0, 0, loud, SILENT)
    assert piece.levels() == (-3, -96)
    assert piece.levels() is piece.levels()
    square = mulaw.encode(struct.pack("<hh", 32767, -32768) * 400)
    assert -1 <= SoundPiece(0, 0, square, square).levels()[0] <= 0


def test_an_operator_is_told_from_the_agent() -> None:
    mix = LiveMix(BEGAN)
    mix.operator_speaks = True
    (piece,) = mix.cut(BEGAN + 0.13)
    assert piece.operator


# --- the agent -----------------------------------------------------------------------------------
def test_a_burst_is_laid_end_to_end_and_a_pause_stays_a_pause() -> None:
    mix = LiveMix(BEGAN)
    mix.play(b"\x01" * 400, BEGAN + 0.05)
    mix.play(b"\x02" * 400, BEGAN + 0.05)
    mix.play(b"\x03" * 80, BEGAN + 0.25)
    heard = right(run(mix, BEGAN + 0.5))
    assert heard[400:1200] == b"\x01" * 400 + b"\x02" * 400
    assert heard[2000:2080] == b"\x03" * 80
    assert len(heard.replace(b"\xff", b"")) == 880


def test_what_was_cleared_is_not_heard() -> None:
    mix = LiveMix(BEGAN)
    mix.play(b"\x01" * 1600, BEGAN)
    mix.clear(BEGAN + 0.11)
    mix.play(b"\x02" * 80, BEGAN + 0.15)
    heard = right(run(mix, BEGAN + 0.5))
    assert heard[:880] == b"\x01" * 880
    assert set(heard[880:1200]) == {0xFF}
    assert heard[1200:1280] == b"\x02" * 80
    mix.clear(BEGAN + 0.5)  # nothing is left to clear


def test_a_clear_never_comes_too_late_for_a_piece() -> None:
    mix = LiveMix(BEGAN)
    mix.play(b"\x01" * 1600, BEGAN)
    at = mix.next_cut()
    (first,) = mix.cut(at)
    mix.clear(at)
    (second,) = mix.cut(at + 0.1)
    # Up to this very moment it was heard.
    assert first.right + second.right == b"\x01" * 960 + b"\xff" * 640


def test_what_the_carrier_holds_when_listening_begins_is_heard() -> None:
    mix = LiveMix(BEGAN, held=b"\x07" * 1000)
    mix.play(b"\x08" * 200, BEGAN + 0.02)
    assert right(run(mix, BEGAN + 0.4)).startswith(b"\x07" * 1000 + b"\x08" * 200)


def test_the_end_is_heard_to_its_last_sample() -> None:
    mix = LiveMix(BEGAN)
    mix.play(b"\x01" * 8000, BEGAN)
    pieces = list(mix.finish(BEGAN + 0.25))
    assert len(pieces) == 3
    assert right(pieces) == b"\x01" * 2000 + b"\xff" * 400


# --- the business --------------------------------------------------------------------------------
@pytest.mark.parametrize("stamp_ms", [80, 5, 240_000])
def test_a_voice_comes_out_whole(stamp_ms: int) -> None:
    heard = left(talk(LiveMix(BEGAN), 4.0, stamp_ms=stamp_ms))
    spoken = b"".join(bytes([number + 1]) * 160 for number in range(200))
    assert spoken in heard
    # It is not late: 10 ms for those frames that are.
    assert heard.index(spoken) == 80


def test_a_little_jitter_of_the_network_tears_nothing() -> None:
    heard = left(talk(LiveMix(BEGAN), 4.0, late_ms=(0.0, 9.0, 3.0, 5.0, 8.0)))
    assert b"".join(bytes([number + 1]) * 160 for number in range(200)) in heard


@pytest.mark.parametrize("worst_ms", [15.0, 25.0, 45.0])
def test_more_jitter_tears_once_and_is_then_allowed_for(worst_ms: float) -> None:
    heard = left(talk(LiveMix(BEGAN), 4.0, late_ms=(0.0, 14.0, 3.0, worst_ms, 8.0)))
    whole = b"".join(bytes([number + 1]) * 160 for number in range(20, 200))
    assert whole in heard
    # Nor is it later than it must be.
    assert heard.index(whole) <= 20 * 160 + 80 + 8 * min(worst_ms, 40.0) + 80


def test_jitter_of_the_timestamps_tears_nothing() -> None:
    mix = LiveMix(BEGAN)
    for number, off in enumerate((0, 2, -2, 1, -1, 2, 0, -2)):
        frame = bytes([number + 1]) * 160
        mix.business(frame, 80 + 20 * number + off, BEGAN + 0.02 * (number + 1))
    heard = left(run(mix, BEGAN + 0.4))
    assert b"".join(bytes([number + 1]) * 160 for number in range(8)) in heard


def test_a_lost_frame_is_a_gap_of_its_own_length() -> None:
    heard = left(talk(LiveMix(BEGAN), 0.2, lost=frozenset({4})))
    assert bytes([4]) * 160 + b"\xff" * 160 + bytes([6]) * 160 in heard


def test_a_frame_that_comes_twice_or_out_of_order_takes_its_own_place() -> None:
    mix = LiveMix(BEGAN)
    for number in (0, 2, 1, 1):
        mix.business(bytes([number + 1]) * 160, 80 + 20 * number, BEGAN + 0.02)
    heard = left(run(mix, BEGAN + 0.3))
    assert b"\x01" * 160 + b"\x02" * 160 + b"\x03" * 160 in heard


def test_a_stall_costs_its_own_sound_and_delays_nothing() -> None:
    mix = LiveMix(BEGAN)
    pieces: list[SoundPiece] = []
    for number in range(400):
        at = BEGAN + 0.02 * (number + 1)
        if 100 <= number < 150:
            at = BEGAN + 0.02 * 151  # a second of frames at once
        pieces += run(mix, at)
        mix.business(bytes([number % 250 + 1]) * 160, 80 + 20 * number, at)
    heard = left(pieces + run(mix, BEGAN + 8.3))
    assert bytes([390 % 250 + 1]) * 160 in heard
    end = heard.index(bytes([399 % 250 + 1]) * 160, 7 * 8000) + 160
    # At most 60 ms after the moment at which it came.
    assert end <= round(8.0 * 8000) + 480


def test_a_line_that_became_slower_for_good_is_heard_again_within_two_seconds() -> None:
    mix = LiveMix(BEGAN)
    pieces: list[SoundPiece] = []
    for number in range(400):
        at = BEGAN + 0.02 * (number + 1) + (0.2 if number >= 100 else 0.0)
        pieces += run(mix, at)
        mix.business(bytes([number % 250 + 1]) * 160, 80 + 20 * number, at)
    heard = left(pieces + run(mix, BEGAN + 9.0))
    assert b"".join(bytes([number % 250 + 1]) * 160 for number in range(210, 400)) in heard


def test_a_first_frame_that_was_late_does_not_delay_all_others() -> None:
    mix = LiveMix(BEGAN)
    pieces: list[SoundPiece] = []
    for number in range(200):
        at = BEGAN + 0.02 * (number + 1)
        if number < 4:
            at = BEGAN + 0.1  # the first 80 ms come at once
        pieces += run(mix, at)
        mix.business(bytes([number + 1]) * 160, 80 + 20 * number, at)
    heard = left(pieces + run(mix, BEGAN + 4.3))
    assert heard.index(bytes([200]) * 160) + 160 <= 4 * 8000 + 240


def test_mad_timestamps_are_left_out_until_they_turn_out_to_be_a_new_clock() -> None:
    mix = LiveMix(BEGAN)
    mix.business(b"\x01" * 160, 80, BEGAN + 0.02)
    mix.business(b"\x02" * 160, 10**14, BEGAN + 0.04)
    mix.business(b"\x03" * 160, 120, BEGAN + 0.06)
    for number in range(20):
        frame = bytes([number + 10]) * 160
        mix.business(frame, 10**14 + 20 * number, BEGAN + 0.08 + 0.02 * number)
    heard = left(run(mix, BEGAN + 1.0))
    assert b"\x01" * 160 + b"\xff" * 160 + b"\x03" * 160 in heard
    assert b"\x02" not in heard
    assert b"".join(bytes([number + 10]) * 160 for number in range(10, 20)) in heard


def test_a_process_that_slept_skips_to_the_newest_second() -> None:
    mix = LiveMix(BEGAN)
    mix.play(b"\x01" * 16_000, BEGAN)
    assert len(run(mix, BEGAN + 0.3)) == 2
    pieces = mix.cut(BEGAN + 3600.0)
    assert len(pieces) <= 11
    assert pieces[0].number == 2
    assert pieces[-1].from_ms >= 12_345 + 3_599_800
    assert all(b.from_ms - a.from_ms == 100 for a, b in pairwise(pieces))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), lead=st.integers(1, 2000))
def test_nothing_grows_and_every_piece_is_whole(seed: int, lead: int) -> None:
    random = Random(seed)
    mix = LiveMix(0.0, held=bytes(lead))
    now = 0.0
    pieces: list[SoundPiece] = []
    for _ in range(300):
        now += random.choice((0.0, 0.001, 0.02, 0.02, 0.5))
        pieces += mix.cut(now)
        match random.randrange(4):
            case 0:
                mix.play(random.randbytes(random.randrange(20_000)), now)
            case 1:
                mix.clear(now)
            case _:
                stamp = random.choice((round(now * 1000), 0, 10**9, random.randrange(10_000)))
                mix.business(random.randbytes(160), stamp, now)
    pieces += mix.finish(now)
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    assert all(len(piece.left) == len(piece.right) == 800 for piece in pieces)
    assert pieces[-1].from_ms + 100 >= now * 1000 - 1
