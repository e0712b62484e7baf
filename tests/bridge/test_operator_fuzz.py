"""Whoever speaks when: while an operator has the call nobody hears the agent, nor a rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.commands import Play
from bridge.events import (
    AgentAudio,
    AnswerAsked,
    Dialed,
    Event,
    Interrupted,
    OperatorAudio,
    OperatorHandsBack,
    OperatorTookOver,
    PhoneProgress,
    PhoneStatus,
    StreamStarted,
)
from bridge.events import AgentReady as Ready
from bridge.session import CallSession

if TYPE_CHECKING:
    from collections.abc import Sequence

OPERATOR = 0xEE
START: Sequence[Event] = (
    Dialed("CA1"),
    PhoneProgress(PhoneStatus.RINGING),
    AnswerAsked(),
    StreamStarted("MZ1", "CA1"),
    Ready("c", "ulaw_8000", "ulaw_8000"),
)
STEPS = st.one_of(
    # The sound tells its id, so that what is sent tells where it came from.
    st.builds(AgentAudio, st.integers(0, 200), st.integers(1, 3000).map(bytes)),
    st.builds(Interrupted, st.integers(0, 200)),
    st.builds(OperatorAudio, st.integers(1, 2000).map(lambda size: bytes([OPERATOR]) * size)),
    st.just(OperatorTookOver("Ana")),
    st.just(OperatorHandsBack("")),
    st.floats(0.001, 0.3),
)


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEPS, max_size=50))
def test_nobody_hears_a_muted_agent(steps: list[Event | float]) -> None:
    session = CallSession()
    for event in START:
        session.receive(event, 0.0)
    now = 0.0
    newest = unheard = -1
    for step in steps:
        muted = bool(session.taken_over_by)
        if isinstance(step, float):
            now += step
            commands = session.time_passed(now)
            deadline = session.deadline()
            assert deadline is None or deadline > now
        else:
            if isinstance(step, AgentAudio):
                newest = max(newest, step.event_id)
                step = AgentAudio(step.event_id, bytes([step.event_id]) * len(step.sound))
            if isinstance(step, OperatorTookOver) or (muted and isinstance(step, AgentAudio)):
                unheard = newest
            commands = session.receive(step, now)
        sent = b"".join(command.sound for command in commands if isinstance(command, Play))
        of_operator = sent.count(OPERATOR)
        if session.taken_over_by:
            assert len(sent) == of_operator
        elif len(sent) > of_operator:
            assert min(sent) > unheard
