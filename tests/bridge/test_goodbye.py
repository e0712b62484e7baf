"""The agent says goodbye and closes; its last words are heard before the line is ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from audio.formats import ULAW_8000, parse_format
from audio.transcode import Transcoder
from bridge.commands import CloseStream, Finish, HangUp, MarkPlayback, Play
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentLost,
    AgentUsedOwnTool,
    BusinessAudio,
    CarrierLost,
    MarkReached,
    PhoneProgress,
    PhoneStatus,
    StreamStopped,
)
from bridge.phases import Phase
from data.call import CallEnding, EndCause, EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver, Ear

FINISHED = CallEnding(EndCause.AGENT_FINISHED)


def test_the_line_is_ended_when_the_last_word_was_heard(
    call_with: Callable[..., Driver], new_ear: Callable[..., Ear]
) -> None:
    ear = new_ear()
    call = call_with(ear=ear)
    call.talking()
    goodbye = bytes(index % 250 for index in range(24_000))
    call.hear(AgentAudio(1, goodbye), AgentUsedOwnTool("end_call"))
    assert call.hear(AgentClosed()) == []
    assert call.session.phase is Phase.CLOSING
    acts = call.until(8.999)
    assert all(isinstance(act, (Play, MarkPlayback)) for act in acts)
    acts = call.until(9.01)
    assert acts == [HangUp()]
    assert bytes(ear.heard) == goodbye
    assert call.hear(StreamStopped()) == [Finish(FINISHED)]
    assert call.notes(EntryKind.TOOL_CALLED) == ["end_call"]
    assert call.notes(EntryKind.PHASE)[-2:] == ["closing", "ended"]


def test_with_nothing_left_to_hear_the_line_is_ended_at_once(call: Driver) -> None:
    call.talking()
    assert call.hear(AgentClosed()) == [HangUp()]
    assert call.hear(PhoneProgress(PhoneStatus.COMPLETED)) == [CloseStream(), Finish(FINISHED)]


def test_the_last_mark_is_waited_for_and_only_for_so_long(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 1600), AgentClosed())
    # 0.2 s of sound from 6 s on, then 10 s of patience
    assert call.until(16.19) == []
    assert call.until(16.21) == [HangUp()]
    # and 10 s for the carrier to confirm
    assert call.until(26.1) == []
    assert call.until(26.3) == [CloseStream(), Finish(FINISHED)]


def test_the_business_paces_the_last_words_too(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 4000), AgentClosed())
    acts = call.until(6.04, BusinessAudio(b"\xff" * 160, 40, 2))
    assert [act for act in acts if isinstance(act, Play)] == [Play(b"a" * 480)]


def test_the_mark_ends_the_waiting(call: Driver) -> None:
    call.talking()
    acts = call.hear(AgentAudio(1, b"a" * 160))
    assert acts == [Play(b"a" * 160), MarkPlayback("g0:1")]
    call.hear(AgentClosed())
    assert call.until(6.05, MarkReached("g0:1")) == [HangUp()]


@pytest.mark.parametrize("event", [StreamStopped(), PhoneProgress(PhoneStatus.COMPLETED)])
def test_a_business_that_hangs_up_during_the_goodbye_changes_nothing(
    call: Driver, event: StreamStopped | PhoneProgress
) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 1600), AgentClosed())
    assert call.hear(event)[-1] == Finish(FINISHED)


def test_a_stream_that_breaks_during_the_goodbye_ends_the_line(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 1600), AgentClosed())
    assert call.hear(CarrierLost("1006")) == [HangUp()]
    assert call.hear(PhoneProgress(PhoneStatus.COMPLETED)) == [Finish(FINISHED)]


def test_a_stream_that_breaks_after_our_hang_up_is_the_end(call: Driver) -> None:
    call.talking()
    assert call.hear(AgentClosed()) == [HangUp()]
    assert call.hear(CarrierLost("1006")) == [Finish(FINISHED)]


def test_an_agent_that_breaks_off_after_its_goodbye_has_finished(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 160), AgentUsedOwnTool("end_call"))
    assert call.hear(AgentLost("1006")) == []
    assert call.hear(MarkReached("g0:1")) == [HangUp()]
    assert call.hear(StreamStopped()) == [Finish(FINISHED)]


def test_the_message_for_a_machine_is_heard_and_the_ending_says_so(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 160), AgentUsedOwnTool("voicemail_detection"), AgentClosed())
    assert call.hear(MarkReached("g0:1")) == [HangUp()]
    assert call.hear(StreamStopped()) == [Finish(CallEnding(EndCause.VOICEMAIL))]


def test_the_tail_in_the_filter_is_heard(call: Driver) -> None:
    call.talking(speaks="pcm_16000")
    call.hear(AgentAudio(1, b"\x00\x10" * 16_000))
    down = Transcoder(parse_format("pcm_16000"), ULAW_8000)
    heard = down.convert(b"\x00\x10" * 16_000)
    call.hear(AgentClosed())
    call.until(8.0)
    assert call.played == heard + down.flush()
