"""What follows from the carrier's media stream."""

from __future__ import annotations

from typing import assert_never

from bridge.call_state import CallState
from bridge.commands import AskCarrier
from bridge.events import (
    BusinessAudio,
    CarrierEvent,
    CarrierLost,
    KeyPressed,
    MarkReached,
    StreamStarted,
    StreamStopped,
)
from bridge.phases import LIVE_PHASES, AgentState, Phase, StreamState
from bridge.timings import Timer
from bridge.whispers import key_pressed
from data.call import Blame, EntryKind, Speaker


def hear(call: CallState, event: CarrierEvent, now: float) -> None:
    """Something came from the media stream."""
    match event:
        case BusinessAudio():
            business_audio(call, event, now)
        case MarkReached(name):
            call.playback.mark_reached(name, now)
            call.release(now)
        case KeyPressed(digit):
            if call.phase in LIVE_PHASES:
                call.note(EntryKind.KEYS, digit[:8], now, Speaker.BUSINESS)
                call.tell(key_pressed(digit), digit[:8], Speaker.BUSINESS, now)
        case StreamStarted():
            _stream_started(call, event, now)
        case StreamStopped():
            if call.stream is StreamState.OPEN:
                call.stream = StreamState.GONE
                call.line_gone(now)
        case CarrierLost(detail):
            if call.stream is StreamState.OPEN:
                _stream_lost(call, detail, now)
        case _:
            assert_never(event)


def business_audio(call: CallState, event: BusinessAudio, now: float) -> None:
    """Sound of the business: on to the agent. Comes 50 times a second, so every step counts."""
    if call.stream is not StreamState.OPEN or not call.uplink.is_new(event):
        return
    if call.phase is Phase.TALKING:
        if call.agent_live:  # else an operator talks on without it
            sound = call.uplink.pass_on(event)
            if sound is not None:
                call.out.append(sound)
        call.timers.heard(now)
    elif call.phase is Phase.CONNECTING:
        call.uplink.keep(event.sound)
    if now >= call.playback.due_at or call.takeover.operator:
        call.release(now)


def _stream_started(call: CallState, event: StreamStarted, now: float) -> None:
    if call.stream is not StreamState.AWAITED:
        return
    call.stream = StreamState.OPEN
    call.stream_sid = event.stream_sid
    call.stream_started_at = now
    call.line.answered = True
    if call.phase is Phase.CLOSING:
        return
    call.answered(now)
    call.drop_waits(Timer.STREAM, Timer.REAP, Timer.LOOKUP)
    timings = call.timings
    call.timers[Timer.TOO_LONG] = now + timings.max_call_s
    call.timers[Timer.WRAP_UP] = now + max(0.0, timings.max_call_s - timings.wrap_up_s)
    call.playback.open(now)
    call.open_agent()
    if call.agent is AgentState.GONE:
        call.apologize(now)
        return
    call.timers[Timer.AGENT_READY] = now + timings.agent_ready_s
    call.talk_if_ready(now)
    call.release(now)


def _stream_lost(call: CallState, detail: str, now: float) -> None:
    call.stream = StreamState.GONE
    call.trouble(Blame.CARRIER, detail, now)
    if call.phase is Phase.CLOSING:
        if Timer.WORDS in call.timers:
            call.drop_waits(Timer.WORDS)
            call.hang_up(now)
        else:
            # We had hung up, so this is how the line's end shows.
            call.drop_waits(Timer.LINE)
        return
    call.line.broke_off = detail
    if call.line.over is None:
        # Asked before the hang-up can work: still in progress then means that the sound broke.
        call.out.append(AskCarrier())
    call.end_line(now)
