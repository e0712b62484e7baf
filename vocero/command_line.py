"""What the commands share: settings, logs, and how what is wrong ends the program."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from typing import NoReturn

import click

from vocero.setting_values import Problem
from vocero.settings import (
    Purpose,
    Settings,
    SettingsError,
    problems,
    read_settings,
    secrets_of,
    warnings,
)

BAD_USE = 2
INTERRUPTED = 130


def settings_for(purpose: Purpose | None, without: Collection[str] = ()) -> Settings:
    """The settings; what is missing or wrong ends the program with one line each.

    `without`: names that do not matter, because their values come from elsewhere.
    """
    try:
        settings, found = read_settings()
    except SettingsError as error:
        unusable(error.problems)
    if purpose is not None:
        told = {problem.name for problem in found}
        found = [*found, *(p for p in problems(settings, purpose) if p.name not in told)]
    found = [problem for problem in found if problem.name not in without]
    if found:
        unusable(found)
    if purpose is not None:
        for warning in warnings(settings):
            click.echo(f"warning: {warning}", err=True)
    return settings


def unusable(found: Iterable[Problem]) -> NoReturn:
    """Tell what must be mended, one line each."""
    for problem in found:
        click.echo(str(problem), err=True)
    click.echo(
        "Vocero cannot start with these settings: put the values into .env "
        "(.env.example explains each).",
        err=True,
    )
    sys.exit(BAD_USE)


def unusable_database(error: Exception) -> NoReturn:
    """Tell what is wrong with the database."""
    text = str(error)
    click.echo(text if text.startswith("DATABASE_URL") else f"DATABASE_URL: {text}", err=True)
    sys.exit(1)


def start_logging(settings: Settings) -> None:
    """Logs to standard error, with every secret of the settings masked."""
    from vocero.logs import set_up_logging

    set_up_logging(
        debug=settings.debug,
        secrets=secrets_of(settings),
        human=settings.log_format == "text",
    )
