"""What a call knows of itself, and the ways in which it comes to an end.

The session feeds events into this; here are the consequences that several events share. Whatever
is ordered is appended to `out`.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from bridge.answer_watch import AnswerWatch
from bridge.call_snapshot import CallSnapshot
from bridge.commands import (
    CloseAgent,
    CloseStream,
    Command,
    Finish,
    HangUp,
    Note,
    OpenAgent,
    TellAgent,
)
from bridge.downlink import Downlink
from bridge.operator_voice import OperatorVoice
from bridge.phases import DIAL_PHASES, LEGAL_MOVES, AgentState, Phase, StreamState
from bridge.phone_line import PhoneLine
from bridge.playback import BYTES_PER_S, Playback
from bridge.takeover import Takeover
from bridge.timings import CLOSING_WAITS, CallTimings, Timer
from bridge.tool_desk import ToolDesk
from bridge.uplink import Uplink
from bridge.waits import Waits
from bridge.whispers import LINE_GONE, missed
from data.call import Blame, CallEnding, EndCause, EntryKind, Speaker, TimelineEntry

MOST_KEPT_WHISPERS: Final = 20


class CallState:
    """The two legs, the phone, the tools, the timers, and the phase they amount to."""

    def __init__(self, timings: CallTimings, closing_tool: str, begins_at: float) -> None:
        self.timings = timings
        self.closing_tool = closing_tool
        self.out: list[Command] = []
        self.phase = Phase.DIALING
        self.stream = StreamState.AWAITED
        self.agent = AgentState.UNOPENED
        self.line = PhoneLine()
        self.playback = Playback(timings.lead_ms, timings.goodbye_s)
        self.downlink = Downlink(self.playback)
        self.voice = OperatorVoice(self.playback)
        self.takeover = Takeover()
        self.answers = AnswerWatch()
        self.uplink = Uplink(timings.keep_sound_s)
        self.desk = ToolDesk(timings.tool_s, closing_tool)
        self.timers = Waits(timings.silence_after_s, timings.sound_lost_s)
        self.timers[Timer.REAP] = begins_at + timings.reap_after_s
        self.ending: CallEnding | None = None
        self.quiet_since = begins_at
        self.lookup_until = 0.0
        self.agent_said_goodbye = False
        self.newest_id = -1
        """The highest event id of the agent's sound so far, heard or not."""
        self.stream_sid = self.conversation_id = self.hears_format = self.speaks_format = ""
        self.stream_started_at: float | None = None
        self._hung_up = False
        self._hang_up_owed = False
        self._kept_whispers: deque[tuple[str, str, Speaker]] = deque(maxlen=MOST_KEPT_WHISPERS)

    def snapshot(self, now: float) -> CallSnapshot:
        """What can be seen of the call now."""
        return CallSnapshot(
            phase=self.phase,
            call_sid=self.line.call_sid,
            stream_sid=self.stream_sid,
            conversation_id=self.conversation_id,
            hears_format=self.hears_format,
            speaks_format=self.speaks_format,
            answered=self.line.answered,
            stream_started_at=self.stream_started_at,
            pending_tools=self.desk.pending,
            reported=self.desk.reported,
            ending=self.ending,
            playback=self.playback.figures(now),
            media_skipped=self.uplink.skipped,
            media_missing=self.uplink.missing,
            early_sound_dropped=self.uplink.dropped_early,
            tool_calls_ignored=self.desk.ignored,
            taken_over_by=self.takeover.operator,
            takeovers=self.takeover.count,
            muted_pieces=self.takeover.muted_pieces,
            operator_dropped_ms=self.voice.dropped_bytes * 1000 / BYTES_PER_S,
        )

    @property
    def agent_live(self) -> bool:
        """Whether the agent's socket is, or may be, open."""
        return self.agent is AgentState.READY or self.agent is AgentState.OPENING

    # --- words --------------------------------------------------------------------------------
    def note(self, kind: EntryKind, text: str, now: float, speaker: Speaker | None = None) -> None:
        """A line for the timeline."""
        self.out.append(Note(TimelineEntry(now, kind, text, speaker)))

    def tell(self, sentence: str, said: str, speaker: Speaker, now: float) -> None:
        """Tell the agent, or keep it until the agent is ready; `said` is what the timeline gets."""
        if self.agent is AgentState.READY:
            self.out.append(TellAgent(sentence))
            self.note(EntryKind.TOLD_AGENT, said, now, speaker)
        elif self.agent is not AgentState.GONE:
            self._kept_whispers.append((sentence, said, speaker))

    def tell_kept(self, now: float) -> None:
        """Tell a ready agent what was kept for it."""
        while self._kept_whispers:
            self.tell(*self._kept_whispers.popleft(), now)

    # --- moves --------------------------------------------------------------------------------
    def move(self, phase: Phase, now: float) -> None:
        """Go on to this phase."""
        assert phase in LEGAL_MOVES[self.phase], f"{self.phase} -> {phase}"
        self.phase = phase
        self.note(EntryKind.PHASE, phase.value, now)

    def decide(self, ending: CallEnding, now: float) -> None:
        """Why the call will be over; the first reason stays."""
        if ending.blame is not None:
            self.trouble(ending.blame, ending.detail, now)
        if self.ending is None:
            self.ending = ending

    def trouble(self, blame: Blame, detail: str, now: float) -> None:
        """Something failed."""
        self.note(EntryKind.TROUBLE, f"{blame.value}: {detail}", now)

    def open_agent(self) -> None:
        """Open the agent's conversation, if it never was."""
        if self.agent is AgentState.UNOPENED:
            self.agent = AgentState.OPENING
            self.out.append(OpenAgent())

    def answered(self, now: float) -> None:
        """The business picked up: its sound must come soon."""
        self.line.answered = True
        if self.phase in DIAL_PHASES:
            self.drop_waits(Timer.REAP)
            self.timers[Timer.STREAM] = now + self.timings.stream_wait_s
            self.move(Phase.CONNECTING, now)

    def talk_if_ready(self, now: float) -> None:
        """Both legs stand: sound may flow."""
        if self.stream is not StreamState.OPEN or self.agent is not AgentState.READY:
            return
        self.drop_waits(Timer.AGENT_READY)
        self.timers[Timer.SILENCE] = now + self.timings.silence_after_s
        self.timers[Timer.SOUND_LOST] = now + self.timings.sound_lost_s
        self.move(Phase.TALKING, now)

    def begin_closing(self, now: float) -> None:
        """The call ends; only what the end waits for is waited for from here on."""
        if self.phase is Phase.CLOSING:
            return
        lookup_at = self.timers.get(Timer.LOOKUP)
        self.timers.clear()
        self.voice.forget()
        if self.takeover.active:
            self.takeover.over(untold=True)
        if lookup_at is not None:
            # A call whose order was never confirmed must still be found to be hung up.
            self.timers[Timer.LOOKUP] = lookup_at
        self.move(Phase.CLOSING, now)

    def release(self, now: float) -> None:
        """Send the business what is due."""
        if self.stream is StreamState.OPEN:
            self.downlink.top_up()
            if self.takeover.active:
                self._release_voice(now)
            else:
                self.out.extend(self.playback.release(now))
            if self.answers.waits:
                waited_ms = self.answers.sent(self.playback.newest_sent, now)
                if waited_ms is not None:
                    self.note(EntryKind.MEASURED, f"answer_ms={waited_ms}", now)

    def _release_voice(self, now: float) -> None:
        self.voice.pass_on(now)
        self.out.extend(self.playback.release(now))
        due = self.voice.due(now)
        if due is None:
            self.timers.pop(Timer.OPERATOR_SOUND, None)
        else:
            self.timers[Timer.OPERATOR_SOUND] = due

    # --- ways to the end ----------------------------------------------------------------------
    def end_line(self, now: float, *, report: bool = False) -> None:
        """Hang up now. `report`: a talking agent gets the chance to report its result."""
        self.downlink.forget(now)
        self.begin_closing(now)
        self.hang_up(now)
        if report:
            self.ask_for_report(now)
        else:
            self.close_agent()

    def line_gone(self, now: float) -> None:
        """The business cannot be heard or spoken to any more, in good order."""
        self.downlink.forget(now)
        if self.phase is Phase.CLOSING:
            self.drop_waits(Timer.WORDS, Timer.LINE)
            return
        self.decide(CallEnding(EndCause.BUSINESS_HUNG_UP), now)
        self.begin_closing(now)
        self.ask_for_report(now)

    def lose_agent(self, detail: str, now: float, blame: Blame = Blame.AGENT) -> None:
        """The agent failed: the business hears an apology, not silence."""
        ending = CallEnding(EndCause.AGENT_LOST, blame, detail)
        self.close_agent()
        if self.phase is Phase.CLOSING:
            self.trouble(blame, detail, now)
            return
        self.decide(ending, now)
        if self.stream is StreamState.OPEN:
            self.apologize(now)

    def apologize(self, now: float) -> None:
        """Let the carrier speak the apology; a machine gets none."""
        if self.ending is not None and self.ending.cause is EndCause.VOICEMAIL:
            self.end_line(now)
            return
        self.downlink.forget(now)
        self.begin_closing(now)
        self.stream = StreamState.CLOSED
        self.out.append(CloseStream())
        self.timers[Timer.APOLOGY] = now + self.timings.apology_s

    def finish_words(self, now: float) -> None:
        """The agent is done: what it said is heard to its end, then the line is ended."""
        self.begin_closing(now)
        self.timers[Timer.WORDS] = self.playback.heard_by(now)

    def hang_up(self, now: float) -> None:
        """Order it once, as soon as the call is known, and wait for the carrier's confirmation."""
        if self.line.over is not None:
            return
        if self.line.call_sid:
            if not self._hung_up:
                self._hung_up = True
                self.out.append(HangUp())
            wait = self.timings.settle_s
        else:
            self._hang_up_owed = True
            wait = self.timings.reap_give_up_s
        self.timers[Timer.LINE] = now + wait

    def hang_up_if_owed(self, now: float) -> None:
        """The call has become known: end it if that was wanted."""
        if self._hang_up_owed and not self._hung_up:
            until = self.timers.get(Timer.LINE, now)
            self.hang_up(now)
            if Timer.LINE in self.timers:
                self.timers[Timer.LINE] = min(until, self.timers[Timer.LINE])

    def close_agent(self) -> None:
        """Close the agent's conversation if there is one."""
        if self.agent_live:
            self.out.append(CloseAgent())
        self.agent_gone()

    def agent_gone(self) -> None:
        """The agent's conversation is over."""
        self.agent = AgentState.GONE
        self.drop_waits(Timer.REPORT, Timer.AGENT_READY, Timer.AGENT_STALL)

    def ask_for_report(self, now: float) -> None:
        """The agent's last duty, within `report_grace_s`, unless it has done it."""
        if self.agent is not AgentState.READY or self.desk.reported:
            self.close_agent()
            return
        told = LINE_GONE.format(closing_tool=self.closing_tool)
        if self.takeover.untold:
            told = f"{missed(self.takeover.said, self.takeover.left_out)} {told}"
        self.tell(told, told, Speaker.VOCERO, now)
        self.timers[Timer.REPORT] = now + self.timings.report_grace_s

    def drop_waits(self, *timers: Timer) -> None:
        """Wait for these no longer."""
        for timer in timers:
            self.timers.pop(timer, None)

    def shut_down(self, now: float) -> None:
        """End within `shutdown_s`, whatever is still open."""
        at = now + self.timings.shutdown_s
        if self.phase is not Phase.CLOSING:
            self.decide(CallEnding(EndCause.SHUTDOWN, Blame.OURS, "Vocero had to stop"), now)
        self.downlink.forget(now)
        self.begin_closing(now)
        self.close_agent()
        self.drop_waits(Timer.WORDS, Timer.APOLOGY, Timer.LOOKUP)
        if not self._line_confirmed_over:
            self.hang_up(now)
        if Timer.LINE in self.timers:
            self.timers[Timer.LINE] = min(at, self.timers[Timer.LINE])
        self.desk.wait_no_longer_than(at)

    # --- the end ------------------------------------------------------------------------------
    @property
    def _line_confirmed_over(self) -> bool:
        stopped = self.stream is StreamState.GONE and self.line.broke_off is None
        return self.line.over is not None or stopped

    def settle(self, now: float) -> None:
        """End a closing call as soon as nothing is awaited any more."""
        if self.phase is not Phase.CLOSING:
            return
        if Timer.WORDS in self.timers and self.playback.drained(now):
            self.drop_waits(Timer.WORDS)
            self.hang_up(now)
        if Timer.REPORT in self.timers and self.desk.report_done:
            self.close_agent()
        if self.timers.keys() & CLOSING_WAITS:
            return
        self.close_agent()
        tools_until = self.desk.awaited_until(now)
        if tools_until is not None:
            # What a tool still brings may be the call's outcome.
            self.timers[Timer.TOOLS] = tools_until
            return
        self._end(now)

    def _end(self, now: float) -> None:
        known = self.line.heard_of or bool(self.line.call_sid)
        if known and not self._hung_up and not self._line_confirmed_over:
            self.out.append(HangUp())
        if self.stream is StreamState.OPEN:
            self.out.append(CloseStream())
        self.timers.clear()
        self.move(Phase.ENDED, now)
        if self.ending is None:
            self.ending = self.line.ending(self.stream is not StreamState.AWAITED)
        self.out.append(Finish(self.ending))
