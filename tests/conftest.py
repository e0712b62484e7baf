"""Figures that a test run shows at its end, whichever process the test ran in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

TOLD = "told"

Tell = Callable[[str], None]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """`tell("979 of 1,000")`: a line of the summary, also of a run without failures."""
    properties = request.node.user_properties
    return lambda line: properties.append((TOLD, line))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows what was told."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if getattr(report, "when", "") == "call"
    ]
    lines = [value for report in reports for name, value in report.user_properties if name == TOLD]
    if lines:
        terminalreporter.section("figures")
        for line in sorted(lines):
            terminalreporter.write_line(f"  {line}")
