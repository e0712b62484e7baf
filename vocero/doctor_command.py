"""`vocero doctor` on the command line. What it looks with is imported only when it is called."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from vocero.doctor.finding import Finding

LONGEST_S = 8.0
"""From the command's start to its last line, whoever hangs; Python itself starts before that."""
LEAST_S = 3.0
"""What remains for looking even when starting took very long."""
INTERRUPTED = 130
_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red"}


@click.command(short_help="Checks everything that a call depends on, and says how to mend it.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one list.")
def doctor(as_json: bool) -> None:
    """Check everything that a call depends on, for real: settings, public address, signatures,
    websockets, Twilio, ElevenLabs, OpenAI, Places, database and this machine. One line per check,
    with the mend. Nothing is changed and nobody is called. Exit code 1: something failed.
    """
    began = time.monotonic()
    try:
        sys.exit(_visit(began, as_json))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _visit(began: float, as_json: bool) -> int:
    from vocero.doctor.visit import MOST_S, read_for_doctor, visit

    settings, wrong = read_for_doctor()
    left = max(LEAST_S, min(MOST_S, LONGEST_S - (time.monotonic() - began)))
    # On a terminal only: elsewhere it shows nothing.
    progress = Console(stderr=True, highlight=False)

    async def look() -> int:
        with progress.status("looking") as status:
            visited = await visit(
                settings,
                wrong,
                within_s=left,
                waiting=lambda names: status.update(f"waiting for {', '.join(names)}"),
            )
        _tell(visited.findings, as_json)
        code = int(any(finding.status == "failed" for finding in visited.findings))
        if visited.hung:
            # Looking up a name cannot be cut short: ending in order would wait for it.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        return code

    # Not vocero.server's: that would import a whole service.
    return asyncio.run(look())


def _tell(findings: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
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
