"""Which numbers of calls are tried, and what they say together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from vocero.benching.machine import shares_of_cores
from vocero.benching.ramp import NARROW, Ramp, arguments, in_short
from vocero.benching.wish import MOST_CALLS, BenchWish

if TYPE_CHECKING:
    from tests.benching.conftest import MakeReport

Outcome = Callable[[int], dict[str, bool]]


def climbed(outcome: Outcome) -> tuple[Ramp, list[int]]:
    """A ramp to its end, and what it tried."""
    ramp, tried = Ramp(), list[int]()
    while (calls := ramp.next()) is not None:
        assert len(tried) < 50, "it never ends"
        tried.append(calls)
        ramp.tried(calls, **outcome(calls))
    return ramp, tried


@pytest.mark.parametrize("most", [0, 7, 30, 60, 99, 100, 101, 287, 634])
def test_the_limit_is_found_to_within_a_few_calls(most: int) -> None:
    ramp, tried = climbed(lambda calls: {"held": calls <= most})
    assert ramp.good <= most < ramp.good + NARROW
    assert ramp.bad is not None and ramp.bad > most
    assert tried[:3] == [25, 50, 100][: len(tried)] or most < 100
    assert len(set(tried)) == len(tried)


def test_it_ends_where_nothing_breaks() -> None:
    ramp, tried = climbed(lambda calls: {"held": True})
    assert tried[-1] == ramp.good == MOST_CALLS


def test_the_limit_of_the_far_ends_is_not_taken_for_the_bridges(make_report: MakeReport) -> None:
    ramp, tried = climbed(lambda calls: {"held": calls < 300, "void": calls >= 300})
    assert tried.count(300) == 2, "a void run may have been bad luck"
    assert ramp.bad is None and 280 <= ramp.good < 300
    found = ramp.found(make_report())
    assert "extrapolated" in found["how"] and "far ends could do no more" in found["how"]


def test_what_another_program_may_have_broken_is_tried_again() -> None:
    bad_luck = iter([{"held": False, "doubtful": True}])
    ramp, tried = climbed(
        lambda calls: next(bad_luck, {"held": True}) if calls == 50 else {"held": calls < 120}
    )
    assert tried[:4] == [25, 50, 50, 100]
    assert ramp.bad is not None and ramp.bad >= 120


def test_a_limit_that_was_reached_is_said_to_be(make_report: MakeReport) -> None:
    ramp, _ = climbed(lambda calls: {"held": calls <= 110})
    found = ramp.found(make_report())
    assert found["calls"] == ramp.good
    assert found["how"] == f"reached: {ramp.good} held, {ramp.bad} did not"


def test_a_step_is_asked_for_what_was_wished() -> None:
    wish = BenchWish(0, 2.5, "pcm_16000", tls=True, record=True, loop="asyncio", listeners=5)
    assert arguments(wish, 70) == [
        *("--calls", "70", "--seconds", "2.5", "--format", "pcm_16000", "--loop", "asyncio"),
        *("--listeners", "5", "--tls", "--record"),
    ]


def test_a_step_is_told_in_a_line(make_report: MakeReport) -> None:
    assert in_short(make_report()).endswith("held")
    assert "5 bytes lost" in in_short(make_report({"up": {"lost": 5}}))
    assert in_short(make_report({"cpu_share": 0.99})).startswith("void: ")
    failed = {"calls": 9, "held": False, "void": False, "broken": ["no room"]}
    assert in_short(failed) == "did not hold: no room"


@pytest.mark.parametrize(
    ("cores", "calls", "bridge", "others"),
    [
        ([], 100, None, [[]]),
        ([3], 100, None, [[]]),
        ([0, 1], 600, 0, [[1]]),
        ([0, 1, 2, 3], 100, 0, [[1, 2, 3]]),
        ([0, 1, 2, 3], 400, 0, [[1, 3], [2]]),
        ([2, 4, 6, 8], 2000, 2, [[4], [6], [8]]),
    ],
)
def test_the_far_ends_run_on_other_cores_than_the_bridge(
    cores: list[int], calls: int, bridge: int | None, others: list[list[int]]
) -> None:
    assert shares_of_cores(cores, calls) == (bridge, others)
