"""A whole visit: the settings are read, everything is looked at side by side, secrets go out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from bridge.open_websocket import default_tls
from vocero.doctor import (
    database,
    elevenlabs_agent,
    machine,
    model,
    other_workers,
    places,
    public_address,
)
from vocero.doctor import twilio_account as twilio
from vocero.doctor.case import Case, Machine
from vocero.doctor.checks import Check, Waiting, examine
from vocero.doctor.finding import Finding
from vocero.doctor.rest import Asker
from vocero.doctor.settings_check import settings_findings
from vocero.logs import Redactor
from vocero.setting_values import Problem
from vocero.settings import (
    ENV_FILE,
    Settings,
    SettingsError,
    problems,
    read_settings,
    secrets_of,
)

MOST_S = 7.0
"""For all that is looked at; it goes on side by side."""
ANSWER_S = 5.0
"""For one answer of somebody outside."""
MARGIN_S = 0.5
"""Between the last answer and the end."""
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Visited:
    """What came of a visit."""

    findings: Sequence[Finding]
    hung: bool
    """Whether somebody did not answer in time."""


def read_for_doctor(env_file: Path = ENV_FILE) -> tuple[Settings, list[Problem]]:
    """The settings of this process, with defaults for what is wrong, and everything wrong."""
    unreadable: list[Problem] = []
    try:
        settings, found = read_settings(env_file=env_file)
    except SettingsError as error:
        # The file is unreadable: what the environment holds can still be looked at.
        unreadable = error.problems
        settings, found = read_settings(env_file=None)
    told = {problem.name for problem in found}
    more = [problem for problem in problems(settings, "serve") if problem.name not in told]
    return settings, [*unreadable, *found, *more]


async def visit(
    settings: Settings,
    wrong: Sequence[Problem],
    *,
    within_s: float = MOST_S,
    waiting: Waiting = lambda _: None,
    now: Callable[[], float] = time.time,
    this_machine: Machine | None = None,
) -> Visited:
    """Look at everything, `within_s` at the longest. `wrong` is what `read_for_doctor` found."""
    ends_at = asyncio.get_running_loop().time() + within_s
    async with opened_case(settings, wrong, ends_at, now, this_machine) as (case, http):
        looked = await examine(
            [
                Check(
                    "the public address", public_address.NAMES, lambda: public_address.look(case)
                ),
                Check("Twilio", twilio.NAMES, lambda: twilio.look(case)),
                Check(
                    "ElevenLabs",
                    elevenlabs_agent.NAMES,
                    lambda: elevenlabs_agent.look(case, http),
                ),
                Check("OpenAI", model.NAMES, lambda: model.look(case)),
                Check("Google Places", (places.PLACES,), lambda: places.look(case)),
                Check("the database", (database.DATABASE,), lambda: database.look(case)),
                Check("other workers", (other_workers.WORKERS,), lambda: other_workers.look(case)),
                Check("this machine", machine.NAMES, lambda: machine.look(case)),
            ],
            ends_at,
            waiting,
        )
    findings = [*settings_findings(wrong, case), *looked]
    # Nothing in a finding is meant to hold a secret; what others said of us may.
    redact = redaction(settings)
    safe = [replace(f, detail=redact(f.detail), mend=redact(f.mend)) for f in findings]
    return Visited(safe, case.asker.hung)


@asynccontextmanager
async def opened_case(
    settings: Settings,
    wrong: Sequence[Problem],
    ends_at: float,
    now: Callable[[], float] = time.time,
    this_machine: Machine | None = None,
) -> AsyncIterator[tuple[Case, httpx.AsyncClient]]:
    """What the checks work with, until `ends_at` on the loop's clock."""
    tls = await asyncio.to_thread(default_tls)
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(verify=tls, trust_env=False, limits=limits) as http:
        asker = Asker(http, now, ANSWER_S, ends_at - MARGIN_S)
        names = frozenset(problem.name for problem in wrong)
        yield Case(settings, names, asker, now, this_machine or Machine()), http


def redaction(settings: Settings) -> Callable[[str], str]:
    """Takes the secrets of these settings out of a text."""
    # The address of an embedded database is no secret, and its path is what has to be mended.
    known = [secret for secret in secrets_of(settings) if not secret.startswith("sqlite")]
    return Redactor(known, show_numbers=True).redact
