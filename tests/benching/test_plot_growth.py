"""The plot of a ramp is well-formed and shows every step that says something."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.bench.plot_growth import ramp_of, round_up, svg

REPORT = {
    "agent_format": "ulaw_8000 <&>",
    "ramp": [
        {"calls": 50, "held": True, "void": False, "up": 0.9, "cpu_ms_per_call_second": 2.0},
        {"calls": 25, "held": True, "void": False, "up": 0.6, "cpu_ms_per_call_second": 3.0},
        {"calls": 100, "held": False, "void": False, "up": 31.0, "cpu_ms_per_call_second": 1.5},
        {"calls": 200, "held": False, "void": True, "up": 1.0, "cpu_ms_per_call_second": 1.0},
        {"calls": 400, "held": False, "void": False, "broken": ["it failed"]},
    ],
}


def test_steps_in_order_without_those_that_say_nothing() -> None:
    ramp = ramp_of(dict(REPORT))
    assert [step.calls for step in ramp.steps] == [25, 50, 100]
    assert [step.held for step in ramp.steps] == [True, True, False]


def test_the_drawing_holds_all_points() -> None:
    ramp = ramp_of(dict(REPORT))
    drawing = ElementTree.fromstring(svg([ramp, ramp]))
    name = "{http://www.w3.org/2000/svg}"
    circles = drawing.findall(f"{name}circle")
    assert len(circles) == 2 + 2 * 2 * 3  # the legend, then panels x ramps x steps
    assert sum(each.get("fill") == "#ffffff" for each in circles) == 4
    ys = [float(each.get("cy", "nan")) for each in circles[2:]]
    assert 0 < min(ys) and max(ys) < 560


@pytest.mark.parametrize(
    ("value", "next_one"), [(0.7, 1), (1.0, 1), (1.2, 2), (31, 50), (600, 1000)]
)
def test_round_up(value: float, next_one: float) -> None:
    assert round_up(value) == pytest.approx(next_one)
