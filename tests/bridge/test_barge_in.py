"""The business speaks over the agent: exactly the interrupted sound is not heard any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.tones import keypad_tones
from bridge.commands import AnswerTool, ClearPlayback, MarkPlayback, Play, RunTool
from bridge.events import (
    AgentAudio,
    AgentCorrected,
    BusinessAudio,
    Interrupted,
    MarkReached,
    ToolCalled,
)
from bridge.playback import Playback, PlaybackCommand
from data.call import EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver, Ear


def opened() -> Playback:
    playback = Playback()
    playback.open(0.0)
    return playback


def sounds(commands: object) -> bytes:
    assert isinstance(commands, (list, tuple))
    return b"".join(command.sound for command in commands if isinstance(command, Play))


def all_of(playback: Playback, now: float) -> bytes:
    sound = b""
    while (due := playback.deadline()) is not None:
        sound += sounds(playback.release(max(now, due)))
    return sound


def test_unsent_and_unheard_sound_is_forgotten_and_cleared() -> None:
    playback = opened()
    playback.admit(3, b"a" * 8000)
    playback.release(0.0)
    assert list(playback.interrupt(3, 0.1)) == [ClearPlayback()]
    assert playback.deadline() is None
    assert playback.figures(0.1).heard_ms == 100
    assert playback.figures(0.1).cleared_ms == 900


def test_late_sound_of_an_interrupted_id_is_refused() -> None:
    playback = opened()
    playback.admit(3, b"a" * 8000)
    playback.interrupt(3, 0.0)
    assert not playback.admit(3, b"late")
    assert not playback.admit(2, b"later")
    assert playback.admit(10, b"new")
    assert sounds(playback.release(0.0)) == b"new"
    assert playback.figures(0.0).refused_pieces == 2


def test_an_older_interruption_does_not_reopen_what_a_newer_one_shut() -> None:
    playback = opened()
    playback.interrupt(9, 0.0)
    playback.interrupt(4, 0.1)
    assert not playback.admit(7, b"x")


def test_sound_after_the_interrupted_id_stays_without_a_clear() -> None:
    # ElevenLabs stops tool sounds with an id below that of the speech that already runs.
    playback = opened()
    playback.admit(5, b"s" * 1600)
    playback.release(0.0)
    assert list(playback.interrupt(4, 0.1)) == []
    playback.admit(5, b"t" * 1600)
    assert all_of(playback, 0.1) == b"t" * 1600


def test_kept_sound_is_played_again_from_where_hearing_stopped() -> None:
    playback = opened()
    playback.admit(4, b"o" * 480)
    kept = bytes(index % 200 for index in range(1000))
    playback.admit(5, kept)
    first = playback.release(0.0)
    assert sounds(first) == b"o" * 480 + kept
    assert list(playback.interrupt(4, 0.03)) == [ClearPlayback()]
    assert sounds(playback.release(0.03)) == kept

    playback = opened()
    playback.admit(5, kept)
    playback.admit(4, b"o" * 480)
    playback.release(0.0)
    assert list(playback.interrupt(4, 0.1)) == [ClearPlayback()]
    again = playback.release(0.1)
    assert sounds(again) == kept[800:]
    assert again[-1] == MarkPlayback("g1:2")


def test_marks_flushed_by_the_clear_do_not_count_as_heard() -> None:
    playback = opened()
    playback.admit(1, b"a" * 800)
    playback.release(0.0)
    playback.admit(2, b"b" * 800)
    playback.release(0.0)
    playback.interrupt(1, 0.05)
    assert sounds(playback.release(0.05)) == b"b" * 800
    playback.mark_reached("g0:1", 0.06)
    playback.mark_reached("g0:2", 0.06)
    assert not playback.drained(0.06)
    playback.mark_reached("g1:3", 0.2)
    assert playback.drained(0.2)


def test_keypad_tones_survive_an_interruption() -> None:
    playback = opened()
    tones = b"t" * 1600
    playback.admit(1, b"a" * 400)
    playback.admit_tones(tones)
    playback.release(0.0)
    assert list(playback.interrupt(1, 0.025)) == [ClearPlayback()]
    assert all_of(playback, 0.025) == tones


def test_what_is_left_when_the_rest_is_forgotten_still_gets_its_mark() -> None:
    playback = opened()
    playback.admit(7, b"k" * 1920)
    playback.admit(6, b"f" * 4000)
    assert not any(isinstance(command, MarkPlayback) for command in playback.release(0.0))
    assert list(playback.interrupt(6, 0.01)) == []
    assert list(playback.release(0.01)) == [MarkPlayback("g0:1")]


def test_an_interruption_with_nothing_to_interrupt_does_nothing() -> None:
    playback = Playback()
    assert list(playback.interrupt(1, 0.0)) == []
    playback.open(0.0)
    assert playback.deadline() is None


@settings(max_examples=100, deadline=None)
@given(
    pieces=st.lists(st.integers(1, 3000), min_size=1, max_size=8),
    interrupted=st.integers(-1, 9),
    after_ms=st.integers(0, 900),
)
def test_after_an_interruption_no_refused_byte_is_sent_and_no_kept_byte_is_lost(
    pieces: list[int], interrupted: int, after_ms: int
) -> None:
    playback = opened()
    for event_id, size in enumerate(pieces):
        playback.admit(event_id, bytes([event_id]) * size)
    now = 0.0
    heard = bytearray()
    carrier = bytearray()

    def obey(commands: object) -> None:
        assert isinstance(commands, (list, tuple))
        for command in commands:
            if isinstance(command, Play):
                carrier.extend(command.sound)
            elif isinstance(command, ClearPlayback):
                carrier.clear()

    def listen(milliseconds: int) -> None:
        heard.extend(carrier[: milliseconds * 8])
        del carrier[: milliseconds * 8]

    obey(playback.release(now))
    for _ in range(0, after_ms, 10):
        listen(10)
        now += 0.01
        obey(playback.release(now))
    before = bytes(heard)
    commands: list[PlaybackCommand] = list(playback.interrupt(interrupted, now))
    obey(commands)
    obey([])
    while (due := playback.deadline()) is not None:
        obey(playback.release(max(now, due)))
    after = bytes(carrier)
    assert all(event_id > interrupted for event_id in after)
    whole = b"".join(bytes([event_id]) * size for event_id, size in enumerate(pieces))
    rest = whole[len(before) :]
    assert after == bytes(event_id for event_id in rest if event_id > interrupted)


# --- the whole call ----------------------------------------------------------------------------
def test_the_clear_leaves_in_the_same_step(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 8000))
    call.until(6.1)
    assert call.hear(Interrupted(1)) == [ClearPlayback()]
    assert call.hear(AgentAudio(1, b"late")) == []
    assert call.hear(AgentAudio(2, b"b" * 160)) == [Play(b"b" * 160), MarkPlayback("g1:1")]
    call.hear(AgentCorrected("Hola, qu"))
    assert call.notes(EntryKind.INTERRUPTED) == ["up to 1"]
    assert call.notes(EntryKind.CORRECTED) == ["Hola, qu"]


def test_pressed_keys_are_heard_even_when_the_agent_is_interrupted(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 480))
    acts = call.hear(ToolCalled("t1", "press_keys", {"digits": "1"}))
    tones = keypad_tones("1")
    assert acts[-1] == AnswerTool("t1", '{"pressed": "1"}', False)
    acts = call.hear(Interrupted(1))
    assert acts[0] == ClearPlayback()
    acts += call.until(7.0)
    assert sounds(acts) == tones
    assert not any(isinstance(command, RunTool) for _, command in call.ordered)


def test_the_filter_forgets_the_interrupted_sound(call: Driver) -> None:
    call.talking(speaks="pcm_16000")
    loud = b"\x00\x40" * 1600
    call.hear(AgentAudio(1, loud + b"\x01"))
    call.hear(Interrupted(1))
    quiet = call.hear(AgentAudio(2, b"\x00\x00" * 1600))
    assert set(sounds(quiet)) <= {0xFF, 0x7F}


def test_a_lower_interruption_keeps_the_running_stream_of_samples(
    call_with: Callable[..., Driver],
) -> None:
    plain, disturbed = call_with(), call_with()
    first, second = b"\x10\x20" * 800 + b"\x11", b"\x22" + b"\x10\x20" * 800
    for call in (plain, disturbed):
        call.talking(speaks="pcm_16000")
        call.hear(AgentAudio(5, first))
    disturbed.hear(Interrupted(4))
    for call in (plain, disturbed):
        call.hear(AgentAudio(5, second))
        call.until(7.0)
    assert plain.played == disturbed.played


def test_the_business_hears_each_kept_byte_once(
    call_with: Callable[..., Driver], new_ear: Callable[..., Ear]
) -> None:
    ear = new_ear()
    call = call_with(ear=ear)
    call.talking()
    call.hear(AgentAudio(1, b"a" * 16_000))
    for tick in range(1, 26):
        call.until(6.0 + tick / 50, BusinessAudio(b"\xff" * 160, tick * 20, tick))
    call.hear(Interrupted(1), AgentAudio(1, b"z" * 800), AgentAudio(2, b"b" * 4000))
    call.until(9.0)
    assert bytes(ear.heard) == b"a" * 4000 + b"b" * 4000
    assert call.session.snapshot().playback.underruns == 0
    assert call.session.snapshot().playback.heard_ms == pytest.approx(1000)
    call.hear(MarkReached("g0:1"))
