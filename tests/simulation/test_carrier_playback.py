"""The playback buffer as arithmetic: however sound is cut and timed, none is lost or reordered."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.carrier_player import SILENCE, Playback

Step = tuple[int, int]
steps = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 1200)), max_size=25)
"""(milliseconds that pass, bytes that arrive then)"""


@settings(max_examples=60, deadline=None)
@given(steps)
def test_what_is_pushed_is_heard_once_and_in_order(plan: list[Step]) -> None:
    playback = Playback(5.0)
    now, pushed = 5.0, bytearray()
    for wait, size in plan:
        now += wait / 1000
        sound = bytes((len(pushed) + n) % 0x7F for n in range(size))
        pushed += sound
        playback.push(sound, now)
    playback.advance(now + 60)
    heard = bytes(each for each in playback.heard if each != SILENCE)
    assert heard == bytes(pushed)
    assert len(playback.heard) == round((now + 60 - 5.0) * 8000)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_marks_come_in_order_and_exactly_when_they_were_announced(plan: list[Step]) -> None:
    playback = Playback(0.0)
    now = 0.0
    told: list[str] = []
    for index, (wait, size) in enumerate(plan):
        now += wait / 1000
        told += playback.push(b"\x01" * size, now)[0]
        told += playback.mark(str(index), now)
    while (when := playback.next_mark_at()) is not None:
        assert not playback.advance(when - 1 / 8000)
        reached = playback.advance(when)
        assert reached
        told += reached
    assert told == [str(index) for index in range(len(plan))]
