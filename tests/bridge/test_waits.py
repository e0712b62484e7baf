"""The running timers: the first of them is found, and what puts them off costs no search."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.commands import Play, SendToAgent
from bridge.events import AgentAudio, BusinessAudio, OperatorAudio, OperatorTookOver
from bridge.timings import Timer
from bridge.waits import Waits
from tests.bridge.conftest import Driver

TIMES = st.floats(0, 100)
STEPS = st.lists(
    st.tuples(st.just("set"), st.sampled_from(list(Timer)), TIMES)
    | st.tuples(st.just("drop"), st.sampled_from(list(Timer)), TIMES)
    | st.tuples(st.just("first"), st.just(Timer.LINE), TIMES)
)


@given(STEPS)
def test_the_first_is_found_and_soonest_is_never_later(
    steps: list[tuple[str, Timer, float]],
) -> None:
    waits = Waits(10.0, 30.0)
    plain: dict[Timer, float] = {}
    for what, timer, at in steps:
        if what == "set":
            waits[timer] = plain[timer] = at
        elif what == "drop":
            waits.pop(timer, None)
            plain.pop(timer, None)
        else:
            first = waits.first()
            assert (first and first[1]) == min(plain.values(), default=None)
        assert all(waits.soonest <= at for at in plain.values())


def test_being_heard_puts_off_both_timers_of_silence() -> None:
    waits = Waits(10.0, 30.0)
    waits[Timer.SILENCE], waits[Timer.SOUND_LOST], waits[Timer.TOO_LONG] = 10.0, 30.0, 35.0
    assert waits.first() == (Timer.SILENCE, 10.0)
    waits.heard(7.0)
    assert waits.first() == (Timer.SILENCE, 17.0)
    waits.heard(26.0)
    assert waits.first() == (Timer.TOO_LONG, 35.0)
    del waits[Timer.TOO_LONG]
    assert waits.first() == (Timer.SILENCE, 36.0)
    del waits[Timer.SILENCE]
    assert waits.first() == (Timer.SOUND_LOST, 56.0)


def test_sound_that_comes_back_ends_the_wait_for_the_carriers_answer() -> None:
    waits = Waits(10.0, 30.0)
    waits.missed(40.0)
    assert waits.first() == (Timer.CARRIER_ANSWER, 40.0)
    waits.heard(35.0)
    assert dict(waits) == {Timer.SOUND_LOST: 65.0}


def test_due_sound_waits_for_the_next_frame_and_nothing_else_does(call: Driver) -> None:
    call.talking()
    assert call.session.latest() == call.session.deadline()
    call.hear(AgentAudio(1, b"a" * 16_000), BusinessAudio(b"b" * 160, 20, 1))
    due = call.session.deadline()
    assert due is not None
    assert call.session.latest() == call.session.soonest() == due + 0.1  # half of the lead
    call.now = due + 0.005
    commands = call.hear(BusinessAudio(b"b" * 160, 40, 2))
    assert [type(command) for command in commands] == [SendToAgent, Play]
    call.hear(OperatorTookOver("ana"), OperatorAudio(b"o" * 4000))
    assert call.session.latest() == call.session.deadline()
