"""The demo's screen: the chat and the call as they happen, then what was measured."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import wrap

from rich.console import Console
from rich.table import Table
from rich.text import Text

from data.call import CallReport, EntryKind, Speaker, TimelineEntry
from simulation.probe import Report, Spread
from simulation.script import Scene
from vocero.history import SPEAKER_STYLES, entry_words
from vocero.rehearsal import Rehearsed

QUIET_KINDS = frozenset({EntryKind.MEASURED})
WIDEST = 110
"""Columns of a terminal that are used; longer lines are hard to read."""
NARROWEST = 24
"""Columns for what is said, however narrow the terminal is."""


class StoryConsole(Console):
    """In a terminal lines break between words. When nobody reads any more, as after `| head`, the
    story ends as with Ctrl-C: in order, and without a word.
    """

    def __init__(self) -> None:
        super().__init__(soft_wrap=not sys.stdout.isatty(), highlight=False)

    def on_broken_pipe(self) -> None:
        """rich would raise SystemExit in whatever task was printing."""
        if not self.quiet:
            self.quiet = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            signal.raise_signal(signal.SIGINT)


class Storyteller:
    """Prints what happens. A vocero.service.Watcher, and told of every chat message.

    In a terminal long lines are broken between words and go on below their beginning; in a file or
    a pipe they stay whole.
    """

    def __init__(self, console: Console, now: Callable[[], float]) -> None:
        """`now`: seconds on any clock; times are shown since the story began."""
        self._console = console
        self._now = now
        self._began = now()
        self.catch_up: Callable[[], None] = lambda: None
        """Tells what was chatted but not told yet: called before anything of the call is."""

    def scene_opens(self, scene: Scene, *, virtual: bool) -> None:
        """The headline."""
        pace = "in virtual time" if virtual else "in real time, over real sockets on 127.0.0.1"
        self._console.print()
        self._console.print(Text(f"Scene {scene.name}", style="bold"), f"[dim]({pace})[/dim]")
        self._console.print(Text(scene.story))
        self._console.print()

    def customer_wrote(self, text: str) -> None:
        """A WhatsApp message to Vocero."""
        self._chat("customer ▸", text, SPEAKER_STYLES[Speaker.CUSTOMER])

    def vocero_wrote(self, text: str) -> None:
        """A WhatsApp message from Vocero."""
        self._chat("vocero   ▸", text, SPEAKER_STYLES[Speaker.VOCERO])

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A line of the call's timeline."""
        if entry.kind in QUIET_KINDS:
            return
        self.catch_up()
        line = self._stamp().append("  ☎ ", style="dim")
        body = entry_words(entry)
        if entry.kind is EntryKind.SAID and entry.speaker is not None:
            # What follows "business: " goes on below the words, not below the name.
            name = f"{entry.speaker}: "
            line.append(name, style=SPEAKER_STYLES[entry.speaker])
            body = Text(entry.text)
        self._hanging(line, body)

    def call_over(self, report: CallReport) -> None:
        """The call has its report."""
        self.catch_up()
        blame = f", fault: {report.ending.blame}" if report.ending.blame else ""
        cause = str(report.ending.cause).replace("_", " ")
        line = self._stamp()
        line.append(f"  ☎ over: {cause}{blame} after {report.talked_s:.1f} s", style="dim")
        self._console.print(line)

    def warned(self, text: str) -> None:
        """Something that the service would have logged."""
        for number, said in enumerate(text.splitlines()):
            line = self._stamp() if number == 0 else Text(" " * 9)
            self._hanging(line.append("  ! ", style="yellow"), Text(said, style="yellow"))

    def scene_closes(self, played: Rehearsed, recording: str) -> None:
        """How it ended, what was measured, where to listen to it."""
        got = _outcome(played)
        self._console.print()
        if played.ended_well:
            self._console.print(Text(f"✔ ended as it should: {got}", style="bold green"))
        else:
            self._console.print(
                Text(f"✘ should have ended as {played.scene.ends_as}, got: {got}", style="bold red")
            )
        self._figures_of(played, recording)

    def call_closes(self, played: Rehearsed, recording: str) -> None:
        """The same of a call that a person at the keyboard asked for."""
        style = "bold green" if played.ended_well else "bold yellow"
        self._console.print()
        self._console.print(Text(f"● the call's outcome: {_outcome(played)}", style=style))
        self._figures_of(played, recording)
        self._console.print()

    def no_call(self) -> None:
        """The person at the keyboard left it at that."""
        self._console.print()
        self._console.print(Text("○ no call was made", style="bold"))

    def _figures_of(self, played: Rehearsed, recording: str) -> None:
        for complaint in played.complaints:
            self._console.print(Text(f"  {complaint}", style="red"))
        if played.measured is not None and played.record is not None:
            self._console.print(measured_table(played.measured, played))
        if recording:
            lines = [f"The recorded call: {recording}"]
            if talked(played):
                lines.append(
                    f"Listen to it:      {recording}/sound.wav (business left, agent right)"
                )
            lines.append(f"Replay it:         {own_command()} replay {recording}")
            for line in lines:
                # Whole, however long: to be copied.
                self._console.print(Text(line, style="dim"), soft_wrap=True)

    def _chat(self, who: str, text: str, style: str) -> None:
        for number, line in enumerate(text.splitlines() or [""]):
            shown = self._stamp() if number == 0 else Text(" " * 9)
            shown.append(f" {who if number == 0 else ' ' * len(who)} ", style=style)
            bullet = len(line) - len(line.lstrip(" •"))
            shown.append(line[:bullet])
            self._hanging(shown, Text(line[bullet:]), addresses=True)

    def _hanging(self, head: Text, body: Text, *, addresses: bool = False) -> None:
        """`body` after `head`, and where it is too long for the terminal, below itself.

        `addresses`: a word that is too long may be one, and stays whole to be copied.
        """
        columns = min(self._console.width, WIDEST) - head.cell_len
        if not self._console.is_terminal or body.cell_len <= columns:
            self._console.print(head + body, soft_wrap=True)
            return
        lines = wrap(
            body.plain,
            max(columns, NARROWEST),
            break_long_words=not addresses,
            break_on_hyphens=False,
        )
        margin = Text(" " * head.cell_len)
        for number, line in enumerate(lines):
            said = Text(line, style=body.style)
            self._console.print((margin if number else head) + said, soft_wrap=True)

    def _stamp(self) -> Text:
        return Text(f"{self._now() - self._began:7.2f} s", style="dim")


def _outcome(played: Rehearsed) -> str:
    return str(played.result.status) if played.result is not None else "no result"


def talked(played: Rehearsed) -> bool:
    """Whether there is anything to hear."""
    report = played.record.report if played.record is not None else None
    return report is not None and report.talked_s > 0


def own_command() -> str:
    """How this program was called, for a line that can be copied."""
    called = sys.argv[0]
    return called if Path(called).name == "vocero" else "vocero"


def measured_table(measured: Report, played: Rehearsed) -> Table:
    """What the neighbours measured from outside."""
    table = Table(
        title="Measured from outside, in milliseconds (to the business: the first frame)",
        title_justify="left",
        box=None,
    )
    table.add_column("what")
    for heading in ("p50", "p99", "worst", "samples"):
        table.add_column(heading, justify="right")
    _spread_row(table, "added, business → agent", measured.up)
    _spread_row(table, "added, agent → business", measured.first_frame)
    _spread_row(table, "interruption → clear", measured.clear)
    figures = _figures(played)
    if measured.same_format and measured.up.count:
        lost = f"{measured.up_lost + measured.down_lost} lost"
        foreign = f"{measured.up_foreign + measured.down_foreign} repeated or made up"
        table.add_row("bytes of sound, both ways", lost, foreign, "", "")
    if "underruns" in figures:
        table.add_row("playback underruns", figures["underruns"], "", "", "")
    table.add_row("cost of this call", "free", "", "", "")
    return table


def _spread_row(table: Table, name: str, spread: Spread) -> None:
    if spread.count:
        cells = (f"{ms:.2f}" for ms in (spread.p50_ms, spread.p99_ms, spread.worst_ms))
        table.add_row(name, *cells, str(spread.count))


def _figures(played: Rehearsed) -> dict[str, str]:
    if played.record is None or played.record.report is None:
        return {}
    return dict(
        entry.text.split("=", 1)
        for entry in played.record.report.timeline
        if entry.kind is EntryKind.MEASURED
    )
