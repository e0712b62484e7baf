"""Any events in any order at any time: what must hold in every call there can be."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bridge.commands import (
    AnswerTool,
    AskCarrier,
    ClearPlayback,
    CloseAgent,
    CloseStream,
    Command,
    Finish,
    HangUp,
    MarkPlayback,
    Note,
    OpenAgent,
    Play,
    RunTool,
    SendToAgent,
)
from bridge.events import (
    AgentAudio,
    AgentClosed,
    AgentCorrected,
    AgentErred,
    AgentLost,
    AgentPinged,
    AgentReady,
    AgentSaid,
    AgentStirred,
    AgentUsedOwnTool,
    AnswerAsked,
    BusinessAudio,
    BusinessSaid,
    CancelAsked,
    CarrierLost,
    CustomerSaid,
    Dialed,
    DialFailed,
    DialUnanswered,
    Event,
    Interrupted,
    KeyPressed,
    MachineDetected,
    MarkReached,
    OperatorAudio,
    OperatorEnds,
    OperatorGone,
    OperatorHandsBack,
    OperatorKeys,
    OperatorSaid,
    OperatorTookOver,
    PhoneProgress,
    PhoneStatus,
    PhoneUnknown,
    ShutdownAsked,
    StreamStarted,
    StreamStopped,
    ToolAnswered,
    ToolCalled,
)
from bridge.phases import LEGAL_MOVES, Phase
from bridge.session import CallSession
from data.call import Blame, CallEnding, EndCause, EntryKind

IDS = st.integers(0, 6)
TOOLS = st.sampled_from(["a", "b", "c"])
QUIET: st.SearchStrategy[Event] = st.one_of(
    st.builds(BusinessAudio, st.binary(min_size=1, max_size=200), st.just(20), st.integers(0, 40)),
    st.builds(AgentAudio, IDS, st.integers(1, 9000).map(lambda size: b"a" * size)),
    st.builds(MarkReached, st.builds("g{}:{}".format, st.integers(0, 3), st.integers(1, 9))),
    st.builds(Interrupted, IDS),
    st.builds(AgentPinged, IDS),
    st.builds(
        ToolCalled,
        TOOLS,
        st.sampled_from(["press_keys", "report_result", "validate_slot"]),
        st.sampled_from([{}, {"digits": "1"}, {"digits": "?"}]),
    ),
    st.builds(ToolAnswered, TOOLS, st.just("false"), st.booleans()),
    st.builds(OperatorTookOver, st.sampled_from(["Ana", "Ana", "Beto", ""])),
    st.builds(OperatorAudio, st.integers(0, 4000).map(lambda size: b"o" * size)),
    st.sampled_from(
        [
            AgentSaid("x"),
            BusinessSaid("x"),
            AgentCorrected("x"),
            AgentErred("x"),
            AgentStirred("x"),
            KeyPressed("1"),
            CustomerSaid("x"),
            OperatorSaid("x"),
            OperatorKeys("1w"),
            OperatorKeys("?"),
            OperatorHandsBack("x"),
            OperatorGone(),
            AgentUsedOwnTool("skip_turn"),
            MachineDetected("human"),
        ]
    ),
)
START: st.SearchStrategy[Event] = st.sampled_from(
    [
        Dialed("CA1"),
        PhoneProgress(PhoneStatus.INITIATED),
        PhoneProgress(PhoneStatus.RINGING),
        PhoneProgress(PhoneStatus.IN_PROGRESS),
        AnswerAsked(),
        StreamStarted("MZ1", "CA1"),
        AgentReady("c", "ulaw_8000", "ulaw_8000"),
        AgentReady("c", "pcm_16000", "pcm_16000"),
    ]
)
GRAVE: st.SearchStrategy[Event] = st.sampled_from(
    [
        *(PhoneProgress(status) for status in PhoneStatus),
        StreamStopped(),
        CarrierLost("x"),
        AgentClosed(),
        AgentLost("x"),
        AgentReady("c", "opus", "ulaw_8000"),
        AgentUsedOwnTool("end_call"),
        AgentUsedOwnTool("voicemail_detection"),
        MachineDetected("fax"),
        DialFailed(CallEnding(EndCause.DIAL_FAILED, Blame.CARRIER, "x")),
        DialUnanswered("x"),
        PhoneUnknown("x"),
        CancelAsked(),
        OperatorEnds(at_once=False),
        OperatorEnds(at_once=True),
        ShutdownAsked(),
    ]
)
STEPS = st.sampled_from([0.0, 0.0, 0.02, 0.02, 0.1, 1.0, 5.0, 31.0])
WHOLE_START: tuple[Event, ...] = (
    Dialed("CA1"),
    PhoneProgress(PhoneStatus.RINGING),
    AnswerAsked(),
    StreamStarted("MZ1", "CA1"),
    AgentReady("c", "ulaw_8000", "ulaw_8000"),
)
STORIES = st.tuples(
    st.one_of(st.just(WHOLE_START), st.lists(START, max_size=8).map(tuple)),
    st.one_of(
        st.lists(st.tuples(STEPS, st.one_of(QUIET, START, GRAVE)), max_size=20),
        st.lists(st.tuples(STEPS, QUIET), min_size=10, max_size=60),
        st.lists(st.tuples(STEPS, st.one_of(*[QUIET] * 9, GRAVE)), min_size=15, max_size=60),
    ),
)


class Witness:
    """Sees everything that goes in and comes out, and objects."""

    def __init__(self) -> None:
        self.session = CallSession()
        self.now = 0.0
        self.counts: Counter[type[Command]] = Counter()
        self.answers: Counter[str] = Counter()
        self.runs: Counter[str] = Counter()
        self.phases = [Phase.DIALING]
        self.stream_open = False
        self.interrupted = -1
        self.finished = False

    def look(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            assert not self.finished, "something came after the end"
            self.counts[type(command)] += 1
            match command:
                case Play(sound):
                    assert self.stream_open
                    assert 0 < len(sound) <= 480
                case MarkPlayback() | ClearPlayback():
                    assert self.stream_open
                case CloseStream():
                    self.stream_open = False
                case SendToAgent(sound=sound):
                    assert sound
                    assert not self.counts[CloseAgent]
                case AnswerTool(tool_call_id):
                    self.answers[tool_call_id] += 1
                case RunTool(tool_call_id):
                    self.runs[tool_call_id] += 1
                case Note(entry) if entry.kind is EntryKind.PHASE:
                    assert Phase(entry.text) in LEGAL_MOVES[self.phases[-1]]
                    self.phases.append(Phase(entry.text))
                case Finish():
                    self.finished = True
                case _:
                    pass
        assert self.phases[-1] is self.session.phase
        assert self.finished is (self.session.phase is Phase.ENDED)

    def happen(self, event: Event) -> None:
        session = self.session
        before = session.snapshot()
        if isinstance(event, StreamStarted) and not self.counts[CloseStream]:
            self.stream_open = True
        commands = session.receive(event, self.now)
        self.look(commands)
        if before.taken_over_by and isinstance(event, ToolCalled):
            assert not any(isinstance(command, RunTool) for command in commands)
            assert session.snapshot().reported == before.reported
        if session.taken_over_by:
            assert session.phase is Phase.TALKING
        if isinstance(event, (StreamStopped, CarrierLost)):
            self.stream_open = False

    def pass_time(self, until: float) -> None:
        for _ in range(20_000):
            deadline = self.session.deadline()
            if deadline is None or deadline > until:
                self.now = until
                return
            assert deadline >= self.now - 1e-9 or not self.finished
            self.now = max(self.now, deadline)
            self.look(self.session.time_passed(self.now))
            again = self.session.deadline()
            assert again is None or again > self.now, "a busy loop"
        raise AssertionError("this never comes to rest")


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(story=STORIES)
@example(story=((Dialed("CA1"),), [(0.0, CancelAsked()), (1.0, CarrierLost("x"))]))
def test_every_call_ends_once_and_keeps_its_promises(
    story: tuple[tuple[Event, ...], list[tuple[float, Event]]],
) -> None:
    witness = Witness()
    start, rest = story
    for event in start:
        witness.happen(event)
    for step, event in rest:
        witness.pass_time(witness.now + step)
        witness.happen(event)
    witness.session.snapshot()
    witness.pass_time(witness.now + 1500.0)
    counts = witness.counts
    assert counts[Finish] == 1
    assert counts[OpenAgent] <= 1
    assert counts[CloseAgent] <= counts[OpenAgent]
    assert counts[HangUp] <= 1
    assert counts[CloseStream] <= 1
    assert counts[AskCarrier] <= 60
    assert all(count == 1 for count in witness.answers.values())
    assert all(count == 1 for count in witness.runs.values())
    assert witness.phases[-2:] == [Phase.CLOSING, Phase.ENDED]
    for event in (*start, *WHOLE_START, ShutdownAsked()):
        assert witness.session.receive(event, witness.now) == ()
    assert witness.session.time_passed(witness.now + 1) == ()


@settings(max_examples=80, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.builds(AgentAudio, st.integers(0, 255), st.integers(1, 3000).map(bytes)),
            st.builds(Interrupted, st.integers(0, 255)),
            st.floats(0.001, 0.3),
        ),
        max_size=40,
    )
)
def test_no_interrupted_sound_is_ever_sent_again(
    steps: list[AgentAudio | Interrupted | float],
) -> None:
    session = CallSession()
    for event in WHOLE_START:
        session.receive(event, 0.0)
    now = 0.0
    interrupted = -1
    highest = 0
    for step in steps:
        commands: tuple[Command, ...]
        if isinstance(step, float):
            now += step
            commands = session.time_passed(now)
        elif isinstance(step, Interrupted):
            interrupted = max(interrupted, step.event_id)
            commands = session.receive(step, now)
        else:
            # The sound tells its id, so that what is sent tells where it came from.
            highest = max(highest, step.event_id)
            sound = bytes([step.event_id]) * len(step.sound)
            commands = session.receive(AgentAudio(step.event_id, sound), now)
        for command in commands:
            if isinstance(command, Play):
                assert min(command.sound) > interrupted


@settings(max_examples=60, deadline=None)
@given(
    frames=st.lists(st.binary(min_size=1, max_size=400), max_size=30),
    bursts=st.lists(st.binary(min_size=1, max_size=6000), max_size=10),
)
def test_with_equal_formats_the_bytes_that_arrive_are_the_bytes_sent(
    frames: list[bytes], bursts: list[bytes]
) -> None:
    witness = CallSession()
    for event in WHOLE_START:
        witness.receive(event, 0.0)
    up = bytearray()
    down = bytearray()
    now = 0.0
    commands: tuple[Command, ...] = ()
    for number in range(max(len(frames), len(bursts))):
        now += 0.02
        if number < len(frames):
            commands += witness.receive(BusinessAudio(frames[number], 20, number + 1), now)
        if number < len(bursts):
            commands += witness.receive(AgentAudio(number, bursts[number]), now)
    for number in range(1, 2000):
        deadline = witness.deadline()
        if deadline is None or deadline > now + 30:
            break
        now = max(now, deadline)
        commands += witness.receive(AgentPinged(number), now)
        commands += witness.receive(BusinessAudio(b"", 0, 0), now)
        commands += witness.time_passed(now)
    for command in commands:
        if isinstance(command, SendToAgent):
            up += command.sound
        elif isinstance(command, Play):
            down += command.sound
    assert bytes(up) == b"".join(frames)
    assert bytes(down) == b"".join(bursts)
