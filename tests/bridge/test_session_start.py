"""From the order to the conversation: dialling, answering, both legs, formats, early sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from audio.formats import ULAW_8000, parse_format
from audio.transcode import Transcoder
from bridge.commands import (
    CloseAgent,
    CloseStream,
    MarkPlayback,
    Note,
    OpenAgent,
    Play,
    Pong,
    SendToAgent,
)
from bridge.events import (
    AgentAudio,
    AgentErred,
    AgentPinged,
    AgentReady,
    AgentSaid,
    AgentStirred,
    AnswerAsked,
    BusinessAudio,
    BusinessSaid,
    Dialed,
    PhoneProgress,
    PhoneStatus,
    StreamStarted,
)
from bridge.phases import LEGAL_MOVES, Phase
from bridge.session import CallSession
from bridge.timings import CallTimings
from data.call import EndCause, EntryKind, Speaker, TimelineEntry

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver

READY = AgentReady("conv1", "ulaw_8000", "ulaw_8000")


def test_every_move_leads_forward_and_only_the_end_is_final() -> None:
    order = list(Phase)
    assert set(LEGAL_MOVES) == set(order)
    for phase, targets in LEGAL_MOVES.items():
        assert all(order.index(target) > order.index(phase) for target in targets)
        assert bool(targets) is (phase is not Phase.ENDED)
        assert (Phase.ENDED in targets) is (phase is Phase.CLOSING)


def test_a_call_walks_through_its_phases_and_notes_each(call: Driver) -> None:
    seen = [call.session.phase]
    assert call.hear(Dialed("CA1")) == []
    assert call.hear(PhoneProgress(PhoneStatus.INITIATED)) == []
    seen.append(call.session.phase)
    call.until(2.0, PhoneProgress(PhoneStatus.RINGING))
    seen.append(call.session.phase)
    call.until(5.0, PhoneProgress(PhoneStatus.IN_PROGRESS))
    seen.append(call.session.phase)
    assert seen == [Phase.DIALING, Phase.DIALING, Phase.RINGING, Phase.CONNECTING]
    assert call.hear(AnswerAsked()) == [OpenAgent()]
    assert call.hear(StreamStarted("MZ1", "CA1")) == []
    call.until(6.0, READY)
    assert call.session.phase is Phase.TALKING
    assert call.notes(EntryKind.PHASE) == ["ringing", "connecting", "talking"]
    assert call.ordered[0] == (2.0, Note(TimelineEntry(2.0, EntryKind.PHASE, "ringing", None)))
    now = call.session.snapshot()
    assert (now.phase, now.call_sid, now.stream_sid) == (Phase.TALKING, "CA1", "MZ1")
    assert (now.conversation_id, now.hears_format) == ("conv1", "ulaw_8000")
    assert (now.answered, now.stream_started_at, now.ending) == (True, 5.0, None)


def test_the_agent_is_opened_once_whatever_comes_first(call_with: Callable[..., Driver]) -> None:
    stream = StreamStarted("MZ1", "CA1")
    for events in (
        (AnswerAsked(), AnswerAsked(), stream, stream),
        (stream, AnswerAsked(), StreamStarted("MZ2", "CA1"), AnswerAsked()),
    ):
        call = call_with()
        assert call.hear(*events) == [OpenAgent()]
        assert call.session.phase is Phase.CONNECTING
        assert call.session.snapshot().stream_sid == "MZ1"


def test_sound_passes_both_ways_as_the_same_bytes(call: Driver) -> None:
    call.talking()
    sound = bytes(range(160))
    assert call.hear(BusinessAudio(sound, 155, 1)) == [SendToAgent(sound)]
    assert call.hear(AgentAudio(1, sound)) == [Play(sound), MarkPlayback("g0:1")]


def test_the_first_piece_of_a_burst_leaves_in_the_same_step(call: Driver) -> None:
    call.talking()
    burst = bytes(index % 256 for index in range(40_000))
    acts = call.hear(AgentAudio(1, burst))
    assert acts[0] == Play(burst[:480])
    call.until(12.0)
    assert call.played == burst
    assert call.session.snapshot().playback.underruns == 0


def test_the_business_frames_are_the_metronome(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 8000))
    acts = call.until(6.05, BusinessAudio(b"b" * 160, 20, 1))
    assert SendToAgent(b"b" * 160) in acts
    assert Play(b"a" * 480) in acts


@pytest.mark.parametrize("hears", ["pcm_8000", "pcm_16000", "pcm_44100"])
@pytest.mark.parametrize("speaks", ["pcm_16000", "pcm_24000"])
def test_formats_are_the_agents_and_sound_is_converted(
    call: Driver, hears: str, speaks: str
) -> None:
    call.talking(hears, speaks)
    up = Transcoder(ULAW_8000, parse_format(hears))
    down = Transcoder(parse_format(speaks), ULAW_8000)
    frames = [bytes((index * 7 + shift) % 256 for index in range(160)) for shift in range(5)]
    acts = [act for frame in frames for act in call.hear(BusinessAudio(frame, 0, 0))]
    sent = b"".join(act.sound for act in acts if isinstance(act, SendToAgent))
    assert sent == b"".join(up.convert(frame) for frame in frames)
    spoken = bytes((index * 3) % 64 for index in range(6001))
    call.hear(AgentAudio(1, spoken[:3001]), AgentAudio(1, spoken[3001:]))
    call.until(8.0)
    assert call.played == down.convert(spoken)


def test_a_gap_before_a_new_utterance_lets_the_filter_run_out(call: Driver) -> None:
    call.talking(speaks="pcm_16000")
    down = Transcoder(parse_format("pcm_16000"), ULAW_8000)
    first, second = b"\x00\x10" * 800, b"\x00\x20" * 800
    call.hear(AgentAudio(1, first))
    call.until(7.0, AgentAudio(2, second))
    expected = down.convert(first) + down.flush() + down.convert(second)
    assert call.played == expected


def test_a_gap_within_one_id_does_not_cut_the_stream(call: Driver) -> None:
    call.talking(speaks="pcm_16000")
    down = Transcoder(parse_format("pcm_16000"), ULAW_8000)
    call.hear(AgentAudio(1, b"\x00\x10" * 800))
    call.until(7.0, AgentAudio(1, b"\x00\x20" * 800))
    assert call.played == down.convert(b"\x00\x10" * 800 + b"\x00\x20" * 800)


def test_new_ids_within_an_utterance_do_not_cut_the_stream(call: Driver) -> None:
    call.talking(speaks="pcm_16000")
    down = Transcoder(parse_format("pcm_16000"), ULAW_8000)
    pieces = [bytes((index + shift) % 90 for index in range(800)) for shift in range(6)]
    call.hear(*(AgentAudio(number, piece) for number, piece in enumerate(pieces)))
    call.until(8.0)
    assert call.played == down.convert(b"".join(pieces))


@pytest.mark.parametrize(
    ("hears", "speaks", "named"),
    [
        ("opus_48000", "ulaw_8000", "opus_48000"),
        ("ulaw_8000", "mp3_44100_128", "mp3_44100_128"),
        ("", "ulaw_8000", "''"),
        ("pcm_0", "ulaw_8000", "pcm_0"),
    ],
)
def test_an_unusable_format_is_the_agents_fault(
    call: Driver, hears: str, speaks: str, named: str
) -> None:
    call.connecting()
    call.hear(StreamStarted("MZ1", "CA1"))
    assert call.hear(AgentReady("conv1", hears, speaks)) == [CloseAgent(), CloseStream()]
    call.hear(PhoneProgress(PhoneStatus.COMPLETED))
    (ending,) = call.endings
    assert ending.cause is EndCause.AGENT_LOST
    assert ending.blame is not None and ending.blame.value == "agent"
    assert named in ending.detail


def test_early_business_sound_waits_for_the_agent(call: Driver) -> None:
    call.connecting()
    call.hear(StreamStarted("MZ1", "CA1"))
    frames = [bytes([number]) * 160 for number in range(30)]
    for number, frame in enumerate(frames):
        assert call.hear(BusinessAudio(frame, number * 20, number + 1)) == []
    acts = call.hear(READY)
    assert [len(act.sound) for act in acts if isinstance(act, SendToAgent)] == [2000, 2000, 800]
    assert b"".join(act.sound for act in acts if isinstance(act, SendToAgent)) == b"".join(frames)


def test_only_the_newest_early_sound_is_kept(call_with: Callable[..., Driver]) -> None:
    call = call_with(CallTimings(keep_sound_s=0.1))
    call.connecting()
    call.hear(StreamStarted("MZ1", "CA1"))
    for number in range(8):
        call.hear(BusinessAudio(bytes([number]) * 160, number * 20, number + 1))
    kept = b"".join(bytes([number]) * 160 for number in (3, 4, 5, 6, 7))
    assert call.hear(READY) == [SendToAgent(kept)]
    assert call.session.snapshot().early_sound_dropped == 3


def test_early_agent_sound_waits_for_the_stream(call: Driver) -> None:
    call.connecting()
    assert call.hear(READY, AgentAudio(1, b"a" * 160)) == []
    acts = call.hear(StreamStarted("MZ1", "CA1"))
    assert acts == [Play(b"a" * 160), MarkPlayback("g0:1")]
    assert call.session.phase is Phase.TALKING


def test_sound_without_announced_format_is_not_played(call: Driver) -> None:
    call.connecting()
    call.hear(StreamStarted("MZ1", "CA1"), AgentAudio(1, b"a" * 160))
    assert call.hear(READY) == []
    assert call.played == b""


def test_duplicate_and_late_media_is_skipped_and_gaps_are_counted(call: Driver) -> None:
    call.talking()
    sent = [
        act.sound
        for chunk in (1, 2, 2, 1, 5, 4, 6)
        for act in call.hear(BusinessAudio(bytes([chunk]) * 160, chunk * 20, chunk))
        if isinstance(act, SendToAgent)
    ]
    assert sent == [bytes([chunk]) * 160 for chunk in (1, 2, 5, 6)]
    assert call.session.snapshot().media_skipped == 3
    assert call.session.snapshot().media_missing == 2


def test_unnumbered_media_always_passes(call: Driver) -> None:
    call.talking()
    assert call.hear(*[BusinessAudio(b"x", 20, 0)] * 3) == [SendToAgent(b"x")] * 3


def test_pings_are_answered_at_once_even_before_the_metadata(call: Driver) -> None:
    call.connecting()
    assert call.hear(AgentPinged(7)) == [Pong(7)]
    assert call.hear(READY, AgentPinged(8), AgentStirred("vad_score")) == [Pong(8)]


def test_an_agent_that_was_never_opened_is_not_listened_to(call: Driver) -> None:
    assert call.hear(AgentPinged(1), READY, AgentAudio(1, b"a")) == []


def test_media_before_the_stream_is_not_listened_to(call: Driver) -> None:
    assert call.hear(BusinessAudio(b"a" * 160, 20, 1)) == []


def test_what_was_said_is_noted(call: Driver) -> None:
    call.talking()
    call.hear(AgentSaid("Hola"), BusinessSaid("Diga"), AgentErred("llm_timeout"))
    assert call.ordered[-3:] == [
        (6.0, Note(TimelineEntry(6.0, EntryKind.SAID, "Hola", Speaker.AGENT))),
        (6.0, Note(TimelineEntry(6.0, EntryKind.SAID, "Diga", Speaker.BUSINESS))),
        (6.0, Note(TimelineEntry(6.0, EntryKind.TROUBLE, "agent: llm_timeout", None))),
    ]


def test_timings_that_would_never_rest_are_refused() -> None:
    with pytest.raises(ValueError, match="reap_every_s"):
        CallTimings(reap_every_s=0)
    assert CallSession().deadline() == 60.0
