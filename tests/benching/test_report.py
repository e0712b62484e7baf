"""What a run's figures are taken for: good, broken, doubtful or void."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from tests.benching.conftest import far_answer
from vocero.benching.report import FarFigures, Spread, percentile
from vocero.benching.table import print_report

if TYPE_CHECKING:
    from tests.benching.conftest import MakeReport


@pytest.mark.parametrize(
    ("micros", "share", "ms"),
    [
        ([], 0.5, None),
        ([7], 0.5, 0.007),
        ([7], 0.99, 0.007),
        ([1000, 2000], 0.5, 1.0),
        ([1000, 2000, 3000], 0.5, 2.0),
        (range(1000, 101_000, 1000), 0.5, 50.0),
        (range(1000, 101_000, 1000), 0.9, 90.0),
        (range(1000, 101_000, 1000), 0.99, 99.0),
        (range(1000, 101_000, 1000), 1.0, 100.0),
    ],
)
def test_percentiles_are_of_the_nearest_rank(
    micros: list[int], share: float, ms: float | None
) -> None:
    assert percentile(micros, share) == ms


def test_a_spread_needs_no_order() -> None:
    assert Spread.of([3000, 1000, 2000]) == Spread(2.0, 3.0, 3.0, 3.0, 3)
    assert Spread.of([]) == Spread(None, None, None, None, 0)


def test_the_far_ends_of_several_processes_are_put_together() -> None:
    far = FarFigures()
    far.add(far_answer(measured={"up": [1, 2]}, up={"lost": 3}, cpu_share=0.3))
    far.add(far_answer(measured={"up": [5]}, up={"lost": 4}, cpu_share=0.1))
    assert far.measured["up"] == [1, 2, 5]
    assert (far.up["lost"], far.up["sent"]) == (7, 320_000)
    assert (far.counts["clears"], far.cpu_share, far.processes) == (10, 0.3, 2)


def test_a_good_run_holds_and_tells_how_many_calls_a_core_would_carry(
    make_report: MakeReport,
) -> None:
    found = make_report()
    assert found["held"] and not found["void"] and not found["broken"] and not found["doubts"]
    assert found["cpu_ms_per_call_second"] == 2.0
    assert found["rss_kb_per_call"] == 30.0
    assert (found["up"]["p50_ms"], found["up"]["p99_ms"]) == (0.4, 0.4)
    assert found["up"]["max_ms"] == found["hang_up_storm"]["max_ms"] == 0.9
    assert found["calls_per_core"]["calls"] == 425
    assert "extrapolated" in found["calls_per_core"]["how"]


@pytest.mark.parametrize(
    ("far", "own", "reason"),
    [
        ({"measured": {"up": [25_000] * 100}}, {}, "business to agent: p99 25.0 ms"),
        ({"measured": {"down": [20_000] * 100}}, {}, "agent to business: p99 20.0 ms"),
        ({"measured": {"first_audio": [90_000]}}, {}, "first audio: p99 90.0 ms"),
        ({"up": {"lost": 160}}, {}, "160 bytes lost, up"),
        ({"down": {"late": 480}}, {}, "480 bytes late, down"),
        ({"up": {"duplicated": 160}}, {}, "160 bytes duplicated, up"),
        ({"down": {"foreign": 20}}, {}, "20 bytes foreign, down"),
        ({"underruns": 1}, {}, "1 playback underruns"),
        ({"clears": 4}, {}, "1 interruptions without a clear"),
        ({"tool_answers": 5}, {}, "2 tool calls without an answer"),
        ({}, {"ended_early": 1}, "1 calls ended by themselves"),
        ({}, {"not_ended": 2}, "2 calls that did not end"),
    ],
)
def test_one_thing_that_is_wrong_breaks_the_limit(
    make_report: MakeReport, far: dict[str, Any], own: dict[str, Any], reason: str
) -> None:
    found = make_report(far, own)
    assert found["broken"] == [reason]
    assert not found["held"] and not found["void"]
    assert found["calls_per_core"]["calls"] is None
    assert found["calls_per_core"]["how"] == "fewer than 100"


@pytest.mark.parametrize(
    ("far", "reason"),
    [
        ({"measured": {"lag": [30_000] * 100}}, "the far ends themselves were 30.0 ms late (p99)"),
        ({"cpu_share": 0.93}, "the far ends themselves used 93% of a core"),
    ],
)
def test_slow_far_ends_make_a_run_void(
    make_report: MakeReport, far: dict[str, Any], reason: str
) -> None:
    found = make_report(far)
    assert found["void"] and found["void_reason"] == reason
    assert not found["held"]
    assert found["calls_per_core"]["calls"] is None
    assert reason in printed(found) and "void" in printed(found)


@pytest.mark.parametrize(
    ("far", "own", "doubt"),
    [
        ({"measured": {"lag": [4000] * 100}}, {}, "the far ends themselves were 4.0 ms late"),
        ({}, {"waited_s": 3.0}, "other programs had the bridge's core 30% of the time"),
    ],
)
def test_a_disturbed_machine_is_named(
    make_report: MakeReport, far: dict[str, Any], own: dict[str, Any], doubt: str
) -> None:
    found = make_report(far, own)
    assert found["held"] and not found["void"]
    assert len(found["doubts"]) == 1 and doubt in found["doubts"][0]
    assert doubt in printed(found)


def test_what_cannot_be_known_is_no_doubt(make_report: MakeReport) -> None:
    assert make_report(None, {"waited_s": None})["doubts"] == []


def test_the_table_has_every_figure_in_eighty_columns(make_report: MakeReport) -> None:
    found = make_report({"measured": {"barge_in": []}, "down": {"lost": 77}})
    found["ramp"] = [
        {"calls": 25, "held": False, "void": False, "broken": ["it failed"]},
        dict.fromkeys(("up", "down", "first_audio", "cpu_ms_per_call_second"), 1.25)
        | {"calls": 100, "held": True, "void": False, "broken": [], "cpu_share": 0.2},
    ]
    page = printed(found)
    for words in (
        "100 calls at once",
        "ulaw_8000",
        "0.90",
        "2.0 ms",
        "77 lost",
        "it failed",
        "1.25",
    ):
        assert words in page, page
    assert "–" in page, "no interruption, no figure"
    assert max(map(len, page.splitlines())) <= 80


def printed(found: dict[str, Any]) -> str:
    written = io.StringIO()
    print_report(Console(file=written, width=80, highlight=False), found)
    return written.getvalue()
