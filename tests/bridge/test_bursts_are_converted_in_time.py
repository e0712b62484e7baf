"""An agent sends seconds at once: they are converted as they are needed, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.formats import ULAW_8000, parse_format
from audio.transcode import Transcoder
from bridge.commands import HangUp, Play
from bridge.downlink import Downlink
from bridge.events import AgentAudio, AgentClosed, Interrupted, ToolCalled
from bridge.playback import MOST_UNHEARD_BYTES, Playback

STEP_S = 0.02


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes in which no two stretches are alike."""
    return Random(seed).randbytes(size)


def converted(name: str, *sounds: bytes) -> bytes:
    """All of it at once, with the end of the filter."""
    transcoder = Transcoder(parse_format(name), ULAW_8000)
    return b"".join(map(transcoder.convert, sounds)) + transcoder.flush()


def played(downlink: Downlink, playback: Playback, now: float) -> bytes:
    """What is sent from now on until nothing is left."""
    sound = b""
    while playback.figures(now).waiting_ms > 0:
        downlink.top_up()
        for command in playback.release(now):
            sound += command.sound if isinstance(command, Play) else b""
        now += STEP_S
    return sound


def opened(name: str) -> tuple[Downlink, Playback]:
    """An open stream for an agent that speaks this format."""
    playback = Playback()
    playback.open(0.0)
    downlink = Downlink(playback)
    downlink.announce(parse_format(name))
    return downlink, playback


@pytest.mark.parametrize("name", ["pcm_8000", "pcm_16000", "pcm_44100"])
def test_only_what_is_due_is_converted(name: str) -> None:
    downlink, playback = opened(name)
    burst = noise(parse_format(name).bytes_for(10_000))
    assert downlink.admit(1, burst, 0.0)
    assert playback.waiting_bytes <= playback.most_at_once + 800
    assert playback.figures(0.0).waiting_ms == pytest.approx(10_000, abs=1)
    downlink.flush()
    assert played(downlink, playback, 0.0) == converted(name, burst)


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 30_000), min_size=1, max_size=8),
    name=st.sampled_from(["pcm_8000", "pcm_16000", "pcm_22050", "pcm_48000"]),
)
def test_any_pieces_give_the_same_sound(sizes: list[int], name: str) -> None:
    pieces = [noise(size, seed) for seed, size in enumerate(sizes)]
    downlink, playback = opened(name)
    for piece in pieces:
        downlink.admit(1, piece, 0.0)
    downlink.flush()
    assert played(downlink, playback, 0.0) == converted(name, *pieces)


@pytest.mark.parametrize("odd", [0, 1])
def test_sound_behind_an_interrupted_one_keeps_its_samples(odd: int) -> None:
    downlink, playback = opened("pcm_8000")
    whole = noise(2 * 40_000)
    cut = 2 * 20_000 + odd
    downlink.admit(1, whole[:cut], 0.0)
    downlink.admit(2, whole[cut:], 0.0)
    downlink.interrupt(1, 0.0)
    # The sample that both pieces share belongs to the one that completed it.
    assert played(downlink, playback, 0.0) == converted("pcm_8000", whole[cut - odd :])
    assert playback.figures(0.0).cleared_ms == pytest.approx(2500, abs=1)


def test_nothing_of_an_interrupted_burst_is_heard_later() -> None:
    downlink, playback = opened("pcm_44100")
    downlink.admit(1, noise(88_201), 0.0)
    playback.release(0.0)
    downlink.interrupt(1, 0.1)
    assert playback.figures(0.1).waiting_ms == 0
    fresh = noise(8_820, 2)
    downlink.admit(2, fresh, 0.1)
    downlink.flush()
    assert played(downlink, playback, 0.1) == converted("pcm_44100", fresh)


def test_what_is_not_converted_counts_as_unheard() -> None:
    downlink, playback = opened("pcm_16000")
    minute = bytes(60 * 32_000)
    limit_s = MOST_UNHEARD_BYTES / 8000
    admitted = [downlink.admit(1, minute, 0.0) for _ in range(12)]
    assert admitted == [True] * 10 + [False] * 2
    assert playback.figures(0.0).dropped_pieces == 2
    assert playback.heard_by(0.0) == pytest.approx(limit_s + 10, abs=0.1)
    downlink.forget(0.0)
    assert playback.figures(0.0).waiting_ms == 0
    assert playback.figures(0.0).cleared_ms == pytest.approx(limit_s * 1000, abs=1)
    assert downlink.admit(2, minute, 0.0)


def test_the_goodbye_is_heard_to_its_end_before_hanging_up(
    call_with: Callable[..., Any], new_ear: Callable[..., Any]
) -> None:
    call = call_with(ear=new_ear())
    call.talking(speaks="pcm_44100")
    goodbye = noise(44_100 * 2 * 8)
    call.hear(AgentAudio(1, goodbye), AgentClosed())
    before = [command for _, command in call.ordered if isinstance(command, HangUp)]
    call.until(30.0)
    after = [at for at, command in call.ordered if isinstance(command, HangUp)]
    assert not before
    assert call.played == converted("pcm_44100", goodbye)
    assert after == [pytest.approx(6.0 + 8.0, abs=0.1)]


def test_keys_wait_for_the_words_before_them(call_with: Callable[..., Any]) -> None:
    call = call_with()
    call.talking(speaks="pcm_16000")
    words = noise(32_000 * 3)
    call.hear(AgentAudio(1, words), ToolCalled("t1", "press_keys", {"digits": "1"}))
    call.until(12.0)
    everything = call.played
    spoken = converted("pcm_16000", words)
    assert len(everything) > 3 * 8000
    assert everything[: 3 * 8000] == spoken[: 3 * 8000]


def test_keys_outlive_an_interruption_of_the_words_before_them(
    call_with: Callable[..., Any],
) -> None:
    call = call_with()
    call.talking(speaks="pcm_16000")
    keys = ToolCalled("t1", "press_keys", {"digits": "1"})
    call.hear(AgentAudio(1, noise(32_000 * 3)), keys)
    before = len(call.played)
    call.hear(Interrupted(1))
    call.until(12.0)
    silent = call_with()
    silent.talking(speaks="pcm_16000")
    silent.hear(keys)
    silent.until(12.0)
    assert call.played[before:] == silent.played
