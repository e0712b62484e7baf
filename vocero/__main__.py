"""The `vocero` command.

Exit codes: 0 success, 1 a failed run, 2 bad usage or settings, 130 left with Ctrl-C.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.text import Text

from vocero.agent_command import agent
from vocero.bench_command import bench
from vocero.command_line import (
    BAD_USE,
    INTERRUPTED,
    settings_for,
    start_logging,
    unusable_database,
)
from vocero.doctor_command import doctor

T = TypeVar("T")


def main() -> None:
    """Entry point of the console script."""
    try:
        commands(prog_name="vocero")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vocero")
def commands() -> None:
    """Write to it on WhatsApp and it makes the phone call for you."""


@commands.command(short_help="Begin here: a whole call, with everything outside simulated.")
@click.option("--scene", "name", default="booked", show_default=True, help="Which story to play.")
@click.option("--list", "list_them", is_flag=True, help="List the scenes.")
@click.option("--interactive", is_flag=True, help="You write as the customer.")
@click.option(
    "--keep", is_flag=True, help="Stay up afterwards with the operator page, until Ctrl-C."
)
@click.option("--fast", is_flag=True, help="In virtual time: over in a moment.")
def demo(name: str, list_them: bool, interactive: bool, keep: bool, fast: bool) -> None:
    """The whole story on this machine, with simulated neighbours and without any account."""
    from simulation.scenes import SCENES
    from vocero.demo import DemoWish, list_scenes, run_demo
    from vocero.storyteller import StoryConsole

    console = StoryConsole()
    if list_them:
        list_scenes(console)
        return
    if name not in SCENES:
        close = get_close_matches(name, SCENES, n=1)
        meant = f"did you mean {close[0]!r}? " if close else ""
        raise click.UsageError(f"there is no scene {name!r}; {meant}--list names them")
    if fast and (interactive or keep):
        raise click.UsageError("--fast does not go with --interactive or --keep")
    try:
        went_well = run_demo(DemoWish(SCENES[name], interactive, keep, fast), console)
    except KeyboardInterrupt:
        # Ctrl-C is a way to leave: click would say "Aborted!" and call it a failure.
        sys.exit(INTERRUPTED)
    if not went_well:
        sys.exit(1)


@commands.command()
@click.option(
    "--tunnel",
    is_flag=True,
    help="Get the public address from ngrok, for as long as this runs; BASE_URL need not be set.",
)
def serve(tunnel: bool) -> None:
    """The service, on the settings in the environment or .env."""
    settings = settings_for("serve", without=("BASE_URL",) if tunnel else ())
    start_logging(settings)
    # Only now: they take a second to import, and wrong settings are told at once.
    from data.store import StoreError
    from vocero.server import CannotListen, run
    from vocero.server import serve as serve_until_stopped
    from vocero.tracing import NoTraces
    from vocero.tunnel.serving import serve_through_tunnel
    from vocero.tunnel.tunnel import TunnelError

    serving = serve_through_tunnel if tunnel else serve_until_stopped
    try:
        run(serving(settings, ready=lambda at: click.echo(f"Vocero listens at {at}")))
    except TunnelError as error:
        click.echo(str(error), err=True)
        sys.exit(BAD_USE if error.setting else 1)
    except StoreError as error:
        unusable_database(error)
    except (CannotListen, NoTraces) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@commands.command(short_help="One call without WhatsApp, with its transcript.")
@click.argument("number")
@click.option("--ask", required=True, help='What to arrange: "un corte de pelo".')
@click.option("--date", "day", default="", help='When: "mañana", "2026-12-01".')
@click.option("--time", "hour", default="", help='At what time: "17:00", "a la tarde".')
@click.option("--name", default="", help="For whom the agent calls.")
def call(number: str, ask: str, day: str, hour: str, name: str) -> None:
    """One call without WhatsApp: live transcript here, outcome at the end."""
    settings = settings_for("call")
    start_logging(settings)
    from data.store import StoreError
    from vocero.one_call import CallRefused, CallWish, make_call
    from vocero.server import CannotListen, run

    console = Console(soft_wrap=True, highlight=False)
    try:
        went_well = run(make_call(settings, CallWish(number, ask, day, hour, name), console))
    except CallRefused as refused:
        click.echo(str(refused), err=True)
        sys.exit(BAD_USE)
    except StoreError as error:
        unusable_database(error)
    except CannotListen as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if not went_well:
        sys.exit(1)


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, one list.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="How many at most.",
)
def calls(as_json: bool, limit: int) -> None:
    """Past and live calls, newest first."""
    from vocero.history import call_as_json, print_calls, read_calls

    records = _from_store(read_calls(settings_for(None), limit))
    if as_json:
        click.echo(json.dumps([call_as_json(r, whole=False) for r in records], ensure_ascii=False))
    else:
        print_calls(Console(highlight=False), records)


@commands.command()
@click.argument("which", metavar="CALL")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(which: str, as_json: bool) -> None:
    """One call with its timeline, transcript and outcome. CALL: its id, the start of it, or CA…"""
    from vocero.history import call_as_json, print_call, read_call

    record = _from_store(read_call(settings_for(None), which))
    if record is None:
        click.echo(f"there is no call {which!r}; `vocero calls` lists them", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(call_as_json(record, whole=True), ensure_ascii=False))
    else:
        print_call(Console(soft_wrap=True, highlight=False), record)


def _from_store(reading: Coroutine[Any, Any, T]) -> T:
    from data.store import StoreError

    try:
        return asyncio.run(reading)
    except StoreError as error:
        unusable_database(error)


@commands.command(short_help="Recorded calls once more, to see what differs.")
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--chaos", default=None, help="Disturb the call on purpose.")
@click.option("--seed", default=1, show_default=True, help="Another disturbance of the same kind.")
def replay(recordings: tuple[Path, ...], chaos: str | None, seed: int) -> None:
    """Replay recorded calls through the bridge in virtual time and say what differs."""
    from bridge.chaos import CHAOS
    from bridge.recording import RecordedCall, RecordingError
    from bridge.replay import replay as replay_call

    if chaos is not None and chaos not in CHAOS:
        known = "; ".join(f"{name}: {meaning}" for name, meaning in CHAOS.items())
        raise click.UsageError(f"there is no chaos {chaos!r}. Known: {known}")
    console = Console(soft_wrap=True, highlight=False)
    passed = True
    for folder in recordings:
        try:
            report = replay_call(RecordedCall.load(folder), chaos, seed)
        except RecordingError as error:
            click.echo(str(error), err=True)
            passed = False
            continue
        passed &= report.passed
        style = "green" if report.passed else "red"
        for number, line in enumerate(report.lines()):
            console.print(Text(line, style=style if number == 0 else ""))
    if not passed:
        sys.exit(1)


@commands.command()
@click.argument("text", required=False)
@click.option("--rules", is_flag=True, help="Without the model.")
@click.option("--now", default=None, help="When it was written: 2026-11-22T10:00.")
@click.option(
    "--status",
    default=None,
    help="Where the conversation stands: idle, awaiting_selection, awaiting_confirmation, calling.",
)
@click.option("--options", default=None, help="How many entries the shown list has.")
@click.option("--from", "sender", default=None, help="The customer's number, for its country.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--jsonl", is_flag=True, help="One JSON object per line on standard input.")
def understand(
    text: str | None,
    rules: bool,
    now: str | None,
    status: str | None,
    options: str | None,
    sender: str | None,
    as_json: bool,
    jsonl: bool,
) -> None:
    """What Vocero makes of a message, without acting on it."""
    from vocero.understand import (
        BadQuestion,
        answer,
        make_question,
        make_reader,
        questions_from_lines,
    )

    if (text is None) != jsonl:
        raise click.UsageError("give a TEXT, or --jsonl with lines on standard input")
    settings = settings_for(None)

    async def answer_all() -> None:
        reader = make_reader(settings, rules_only=rules)
        if jsonl:
            for question in questions_from_lines(settings, sys.stdin):
                click.echo((await answer(reader, question)).model_dump_json())
            return
        fields = {"text": text, "now": now, "status": status, "options": options, "from": sender}
        parsed = await answer(reader, make_question(settings, fields))
        if as_json:
            click.echo(parsed.model_dump_json())
        else:
            for name, value in parsed.model_dump(mode="json").items():
                click.echo(f"{name:18} {'-' if value is None else value}")

    try:
        asyncio.run(answer_all())
    except BadQuestion as bad:
        raise click.UsageError(str(bad)) from None


@commands.command()
@click.argument("number")
@click.option("--yes", is_flag=True, help="Without asking.")
@click.option("--end-calls", is_flag=True, help="End a call of theirs that is on.")
def forget(number: str, yes: bool, end_calls: bool) -> None:
    """Erase what is known of a customer: messages, errands, transcripts, recordings.

    NUMBER as they write from it, in any of its writings. Says what is there, and asks. When and how
    long their calls were stays, without a name, for the limits and the figures of a day.
    """
    settings = settings_for("call" if end_calls else None)
    start_logging(settings)
    from data.store import StoreError
    from vocero.forget_command import run_forget

    try:
        done = asyncio.run(run_forget(settings, number, ask=not yes, end_calls=end_calls))
    except StoreError as error:
        unusable_database(error)
    if not done:
        sys.exit(1)


commands.add_command(agent)
commands.add_command(bench)
commands.add_command(doctor)


if __name__ == "__main__":
    main()
