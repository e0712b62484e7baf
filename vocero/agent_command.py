"""`vocero agent` on the command line. What asks ElevenLabs is imported only when it is called."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, NoReturn

import click

from vocero.setting_values import Problem
from vocero.settings import ENV_FILE, Settings, SettingsError, problems, read_settings, warnings

if TYPE_CHECKING:
    from vocero.agent_setup.account import AgentAccount
    from vocero.agent_setup.telling import Line
    from vocero.agent_setup.wanted import WantedAgent

BAD_USE = 2
INTERRUPTED = 130
AGENT_ID = "ELEVENLABS_AGENT_ID"
_GLANCE = 6
"""Lines of a changed text that `show` prints; push prints them all."""
_COLOURS = {"good": "green", "bad": "red", "gone": "red", "new": "green", "quiet": "bright_black"}
_NEEDED = frozenset(
    {
        *("ELEVENLABS_API_KEY", "ELEVENLABS_AGENT_ID", "ELEVENLABS_BASE_URL", "DEFAULT_COUNTRY"),
        *("MAX_CALL_SECONDS", "RECORD_CALLS", "KEEP_TRANSCRIPT_DAYS", str(ENV_FILE)),
    }
)
"""The settings that matter here; the rest may be missing or wrong."""


@click.group()
def agent() -> None:
    """The agent at ElevenLabs: set it up, and see whether it is as Vocero wants it."""


@agent.command(short_help="Create the agent, or change what differs.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--write-env", is_flag=True, help=f"Put a new agent's id into {ENV_FILE}.")
@click.option("--new", is_flag=True, help="Make a new agent even though there is one.")
def push(dry_run: bool, write_env: bool, new: bool) -> None:
    """Creates the agent (without ELEVENLABS_AGENT_ID), or changes what differs from what Vocero
    wants and nothing else: prompt, tools, audio formats, events, turns, access. Voice, language
    model and all the rest stay as they are in the dashboard.
    """
    settings = _settings()
    agent_id = "" if new else settings.elevenlabs_agent_id
    if agent_id:
        _run(settings, lambda account, wanted: _change(account, agent_id, wanted, dry_run))
    else:
        look = not new
        _run(settings, lambda account, wanted: _make(account, wanted, dry_run, look, write_env))


@agent.command()
def show() -> None:
    """The agent as it is provisioned, and what differs from what Vocero wants. Exit code 1 when
    something that breaks calls differs.
    """
    settings = _settings()
    agent_id = settings.elevenlabs_agent_id
    if not agent_id:
        click.echo(
            f"{AGENT_ID} is missing: `vocero agent push` makes an agent and says which line to "
            "put into .env",
            err=True,
        )
        sys.exit(BAD_USE)
    _run(settings, lambda account, wanted: _show(account, agent_id, wanted))


async def _change(account: AgentAccount, agent_id: str, wanted: WantedAgent, dry_run: bool) -> bool:
    from vocero.agent_setup.push import apply_plan, plan_for
    from vocero.agent_setup.telling import told_differences

    plan = await plan_for(account, agent_id, wanted)
    _print(told_differences(plan.found))
    by_hand = [each for each in plan.found if each.by_hand]
    if plan.is_empty:
        if not by_hand:
            click.echo(f"nothing to change: agent {agent_id} is as Vocero wants it")
    elif dry_run:
        click.echo(f"nothing was changed: this was a dry run (agent {agent_id})")
    else:
        await apply_plan(account, agent_id, plan)
        mended = len(plan.found) - len(by_hand)
        click.echo(f"changed agent {agent_id}: {mended} differences mended")
        kept = await _was_kept(account, agent_id, wanted)
        return kept and not any(each.breaks for each in by_hand)
    # What needs a person keeps calls from working, whatever was changed.
    return not any(each.breaks for each in by_hand)


async def _was_kept(account: AgentAccount, agent_id: str, wanted: WantedAgent) -> bool:
    """Look again: ElevenLabs has been seen to drop settings without a word."""
    from vocero.agent_setup.differences import differences

    found = differences(await account.read(agent_id), wanted)
    dropped = [each for each in found if not each.by_hand]
    if dropped:
        names = ", ".join(each.name for each in dropped)
        click.echo(
            f"ElevenLabs took it and did not keep: {names}; set that by hand in the dashboard, or "
            "see whether your plan includes it (https://elevenlabs.io/app/subscription)",
            err=True,
        )
    return not any(each.breaks for each in dropped)


async def _make(
    account: AgentAccount, wanted: WantedAgent, dry_run: bool, look: bool, write_env: bool
) -> bool:
    from vocero.agent_setup.push import MadeAlready, look_for_agents, make_agent
    from vocero.agent_setup.telling import told_new_agent

    try:
        if look:
            await look_for_agents(account)
    except MadeAlready as known:
        lines = " or ".join(f"{AGENT_ID}={each}" for each in known.agent_ids)
        click.echo(
            f"this account has an agent that Vocero made: put {lines} into .env; or "
            "`vocero agent push --new` makes another one",
            err=True,
        )
        return False
    if dry_run:
        _print(told_new_agent(wanted))
        click.echo("nothing was changed: this was a dry run, and a new agent would be made")
        return True
    agent_id = await make_agent(account, wanted)
    click.echo(f"made agent {agent_id}")
    line = f"{AGENT_ID}={agent_id}"
    if not write_env:
        click.echo(f"Put this line into .env:\n\n{line}\n")
    elif not _written(agent_id):
        click.echo(f"Put this line into .env yourself:\n\n{line}\n", err=True)
        return False
    click.echo("Choose its voice at https://elevenlabs.io/app/agents: one for Spanish and English.")
    return await _was_kept(account, agent_id, wanted)


def _written(agent_id: str) -> bool:
    from vocero.agent_setup.env_file import write_value

    try:
        write_value(ENV_FILE, AGENT_ID, agent_id)
    except (OSError, UnicodeDecodeError) as error:
        click.echo(f"{ENV_FILE} cannot be written ({type(error).__name__})", err=True)
        return False
    click.echo(f"its id stands in {ENV_FILE} as {AGENT_ID}")
    if os.environ.get(AGENT_ID, "").strip():
        click.echo(f"warning: {AGENT_ID} of the environment wins over {ENV_FILE}", err=True)
    return True


async def _show(account: AgentAccount, agent_id: str, wanted: WantedAgent) -> bool:
    from vocero.agent_setup.differences import differences
    from vocero.agent_setup.showing import told_agent
    from vocero.agent_setup.telling import told_differences

    provisioned = await account.read(agent_id)
    _print(told_agent(agent_id, provisioned, wanted))
    found = differences(provisioned, wanted)
    click.echo("")
    if not found:
        click.echo("It is as Vocero wants it.")
        return True
    grave = sum(each.breaks for each in found)
    click.echo(
        f"{len(found)} differences from what Vocero wants, {grave} of which break calls (!). "
        "`vocero agent push` mends them, `--dry-run` shows what it would do."
    )
    _print(told_differences(found, most_lines=_GLANCE))
    return not grave


# --- around all of them -----------------------------------------------------------------------
def _settings() -> Settings:
    try:
        settings, found = read_settings()
    except SettingsError as error:
        _unusable(error.problems)
    found = [each for each in found if each.name in _NEEDED]
    told = {each.name for each in found}
    found += [each for each in problems(settings, "agent") if each.name not in told]
    if found:
        _unusable(found)
    for warning in warnings(settings):
        if warning.name in _NEEDED:
            click.echo(f"warning: {warning}", err=True)
    return settings


def _unusable(found: Iterable[Problem]) -> NoReturn:
    for problem in found:
        click.echo(str(problem), err=True)
    sys.exit(BAD_USE)


Work = Callable[["AgentAccount", "WantedAgent"], Awaitable[bool]]


def _run(settings: Settings, work: Work) -> None:
    """Do it with the account; what fails is one line and exit code 1."""
    from vocero.agent_setup.refusals import AgentSetupError

    try:
        went_well = asyncio.run(_with_account(settings, work))
    except AgentSetupError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    if not went_well:
        sys.exit(1)


async def _with_account(settings: Settings, work: Work) -> bool:
    from vocero.agent_setup.account import AgentAccount
    from vocero.agent_setup.for_settings import wanted_by

    account = AgentAccount(
        settings.elevenlabs_api_key.get_secret_value(), settings.elevenlabs_base_url
    )
    try:
        return await work(account, wanted_by(settings))
    finally:
        await account.aclose()


def _print(lines: Iterable[Line]) -> None:
    for line in lines:
        # What stands in a dashboard may hold anything, a terminal's commands included.
        text = "".join(
            each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line.text
        )
        click.secho(text, fg=_COLOURS.get(line.mood))
