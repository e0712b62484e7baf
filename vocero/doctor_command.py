"""`vocero doctor` on the command line. What it looks with is imported only when it is called."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from vocero.doctor.finding import Finding
    from vocero.doctor.webhooks import Change, Outcome
    from vocero.setting_values import Problem
    from vocero.settings import Settings

LONGEST_S = 8.0
"""From the command's start to its last line, whoever hangs; Python itself starts before that."""
LEAST_S = 3.0
"""What remains for looking even when starting took very long."""
INTERRUPTED = 130
_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red"}
T = TypeVar("T")


@click.command(short_help="Checks everything that a call depends on, and says how to mend it.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one list.")
@click.option(
    "--fix", is_flag=True, help="Point Twilio's webhooks at BASE_URL first; asks before each."
)
@click.option("--yes", is_flag=True, help="With --fix: without asking.")
def doctor(as_json: bool, fix: bool, yes: bool) -> None:
    """Check everything that a call depends on, for real: settings, public address, signatures,
    websockets, Twilio, ElevenLabs, OpenAI, Places, database and this machine. One line per check,
    with the mend. Nobody is called, and without --fix nothing is changed. Exit code 1: something
    failed.
    """
    began = time.monotonic()
    if yes and not fix:
        raise click.UsageError("--yes goes with --fix")
    if fix and as_json and not yes:
        raise click.UsageError("--json with --fix needs --yes: nobody is asked then")
    if fix and not yes and not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here: add --yes to change it all the same")
    visit = _Visit()
    try:
        code = visit.with_changes(as_json, yes) if fix else visit.alone(began, as_json)
        visit.leave(code)
    except KeyboardInterrupt:
        visit.leave(INTERRUPTED)


class _Visit:
    """One run of the command. Asking people takes place between runs of the loop, so that Ctrl-C
    ends it there as well.
    """

    def __init__(self) -> None:
        from vocero.doctor.visit import read_for_doctor

        self._runner = asyncio.Runner()
        self._hung = False
        self._settings: Settings
        self._wrong: Sequence[Problem]
        self._settings, self._wrong = read_for_doctor()

    def leave(self, code: int) -> None:
        """Ends the program."""
        if self._hung:
            # Looking up a name cannot be cut short: ending in order would wait for it.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        self._runner.close()
        sys.exit(code)

    def alone(self, began: float, as_json: bool) -> int:
        """Looks and changes nothing."""
        from vocero.doctor.visit import MOST_S

        left = max(LEAST_S, min(MOST_S, LONGEST_S - (time.monotonic() - began)))
        findings = self._look(left)
        _tell(findings, as_json)
        return int(any(finding.status == "failed" for finding in findings))

    def with_changes(self, as_json: bool, yes: bool) -> int:
        """Changes what may be changed, then looks at everything."""
        from vocero.doctor.mending import look_for_changes, make_changes
        from vocero.doctor.visit import MOST_S

        looked = self._run(look_for_changes(self._settings, self._wrong))
        plan = looked.plan
        for why in plan.obstacles:
            click.echo(f"not fixed: {why}", err=True)
        if plan.changes and looked.door.mend:
            click.echo(f"careful: {looked.door.detail} → {looked.door.mend}", err=True)
        wanted = [each for each in plan.changes if _is_wanted(each, yes)]
        outcomes = self._run(make_changes(self._settings, self._wrong, wanted)) if wanted else []
        for outcome in outcomes:
            _tell_outcome(outcome)
        if not plan.changes and not plan.obstacles:
            click.echo("nothing to change that can be changed from here", err=True)
        for line in plan.by_hand:
            click.echo(line, err=True)
        findings = self._look(MOST_S)
        _tell(findings, as_json, outcomes)
        failed = any(finding.status == "failed" for finding in findings)
        refused = any(not outcome.done for outcome in outcomes)
        return int(failed or refused or bool(plan.obstacles))

    def _look(self, within_s: float) -> Sequence[Finding]:
        from vocero.doctor.visit import visit

        # On a terminal only: elsewhere it shows nothing.
        progress = Console(stderr=True, highlight=False)
        with progress.status("looking") as status:
            visited = self._runner.run(
                visit(
                    self._settings,
                    self._wrong,
                    within_s=within_s,
                    waiting=lambda names: status.update(f"waiting for {', '.join(names)}"),
                )
            )
        self._hung |= visited.hung
        return visited.findings

    def _run(self, work: Coroutine[Any, Any, tuple[T, bool]]) -> T:
        result, hung = self._runner.run(work)
        self._hung |= hung
        return result


def _is_wanted(change: Change, yes: bool) -> bool:
    click.echo(f"{change.about}:", err=True)
    click.echo(f"  now   {change.before or 'nowhere'}", err=True)
    click.echo(f"  then  {change.after}", err=True)
    if yes:
        return True
    try:
        return click.confirm("Change it?", default=False, err=True)
    except click.Abort:
        click.echo("", err=True)
        raise KeyboardInterrupt from None


def _tell_outcome(outcome: Outcome) -> None:
    said = "changed" if outcome.done else "not changed"
    why = f" ({outcome.why})" if outcome.why else ""
    click.echo(f"{said}: {outcome.change.about}{why}", err=True)


def _tell(findings: Sequence[Finding], as_json: bool, outcomes: Sequence[Outcome] = ()) -> None:
    if as_json:
        listed = [_with_change(finding, outcomes) for finding in findings]
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    console = Console(soft_wrap=True, highlight=False)
    widest = max(len(finding.name) for finding in findings)
    for finding in findings:
        line = Text.assemble((f"{finding.status:8}", _STYLES[finding.status]))
        line.append(f"{finding.name:{widest}}  {finding.detail}")
        if finding.mend:
            line.append(f" → {finding.mend}", style="bold")
        console.print(line)
    failed = sum(finding.status == "failed" for finding in findings)
    warned = sum(finding.status == "warning" for finding in findings)
    click.echo(f"{failed} failed, {warned} to look at, of {len(findings)}", err=True)


def _with_change(finding: Finding, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """As JSON; "change" only where one was tried."""
    told: dict[str, object] = asdict(finding)
    for outcome in outcomes:
        if outcome.change.line == finding.name:
            told["change"] = {
                "before": outcome.change.before,
                "after": outcome.change.after,
                "done": outcome.done,
                "why": outcome.why,
            }
    return told
