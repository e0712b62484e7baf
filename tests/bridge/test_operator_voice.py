"""The operator's microphone: steady in spite of jitter, bounded, never behind."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

import pytest

from audio.tones import keypad_tones
from bridge.commands import Play
from bridge.events import (
    AgentAudio,
    OperatorAudio,
    OperatorHandsBack,
    OperatorKeys,
    OperatorTookOver,
)

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver, Ear

TAKES = OperatorTookOver("Ana")


def test_the_first_sound_is_gathered(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, OperatorAudio(b"1" * 160))
    assert call.until(6.02, OperatorAudio(b"2" * 160)) == []
    assert call.until(6.059) == []
    assert Play(b"1" * 160 + b"2" * 160) in call.until(6.061)


@pytest.mark.parametrize("packet_ms", [20, 60])
def test_jitter_tears_nothing(
    call_with: Callable[..., Driver], new_ear: Callable[..., Ear], packet_ms: int
) -> None:
    ear = new_ear()
    call = call_with(ear=ear)
    call.talking()
    call.hear(TAKES)
    random = Random(packet_ms)
    spoken = b""
    before = 0.0
    for number in range(200):
        packet = bytes([number % 250 + 1]) * (8 * packet_ms)
        spoken += packet
        before = max(before, 7.0 + number * packet_ms / 1000 + random.uniform(0.0, 0.055))
        call.until(before, OperatorAudio(packet))
    call.until(call.now + 2.0)
    assert bytes(ear.heard) == spoken
    assert ear.silent_s == 0.0
    assert call.session.snapshot().operator_dropped_ms == 0.0
    assert call.session.snapshot().playback.underruns == 0


def test_a_burst_after_a_stall_does_not_make_everything_late(
    call_with: Callable[..., Driver], new_ear: Callable[..., Ear]
) -> None:
    ear = new_ear()
    call = call_with(ear=ear)
    call.talking()
    call.hear(TAKES)
    for number in range(50):  # a second of sound within an instant
        call.hear(OperatorAudio(bytes([number + 1]) * 160))
    call.until(6.5)
    # The newest 0.4 s are what is heard, and nothing is left 0.5 s later.
    assert bytes(ear.heard) == b"".join(bytes([number + 1]) * 160 for number in range(30, 50))
    assert call.session.snapshot().operator_dropped_ms == 600.0


def test_speaking_too_fast_for_ever_is_never_far_behind(
    call_with: Callable[..., Driver], new_ear: Callable[..., Ear]
) -> None:
    ear = new_ear()
    call = call_with(ear=ear)
    call.talking()
    call.hear(TAKES)
    for number in range(500):  # twice real time
        call.until(7.0 + number * 0.01, OperatorAudio(b"o" * 160))
    end = call.now
    call.until(end + 0.45)
    heard = len(ear.heard)
    call.until(end + 3.0)
    assert len(ear.heard) == heard


def test_a_huge_piece_is_cut(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, OperatorAudio(b"o" * 100_000), OperatorAudio(b""))
    call.until(9.0)
    assert len(call.played) == 3200


def test_keys_and_voice_take_turns(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, OperatorKeys("123"))
    tones = keypad_tones("123")
    for number in range(50):
        call.until(6.0 + number * 0.02, OperatorAudio(bytes([number + 1]) * 160))
    call.until(9.0)
    assert call.played.startswith(tones)
    # What was said while the tones sounded is gone but for the newest of it.
    rest = call.played[len(tones) :]
    assert 0 < len(rest) < 8000
    assert rest[-160:] == bytes([50]) * 160


def test_the_last_words_are_heard_before_the_agents(call: Driver) -> None:
    call.talking(speaks="pcm_16000")
    call.hear(TAKES, OperatorAudio(b"o" * 3200), OperatorHandsBack(""))
    call.hear(AgentAudio(1, bytes(3200)))
    call.until(8.0)
    assert call.played.startswith(b"o" * 3200)
    assert len(call.played) > 3200


def test_a_pause_gathers_anew(call: Driver) -> None:
    call.talking()
    call.hear(TAKES, OperatorAudio(b"1" * 160))
    call.until(8.0, OperatorAudio(b"2" * 160))
    assert call.played == b"1" * 160
    call.until(8.05)
    assert call.played == b"1" * 160
    call.until(8.07)
    assert call.played == b"1" * 160 + b"2" * 160
