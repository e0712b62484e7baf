"""The settings themselves: what is missing, impossible, or works but deserves a look."""

from __future__ import annotations

from collections.abc import Sequence

from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, ok, warning
from vocero.setting_values import Problem
from vocero.settings import warnings

SETTINGS = "settings"
PAGE = "operator page"
PACE = "dialling pace"
DEFAULT_PACE = 1.0
"""Calls per second that Twilio dials for an account without more."""
_EXPLAINED = "put the right value into .env; .env.example explains it"


def settings_findings(wrong: Sequence[Problem], case: Case) -> Sequence[Finding]:
    """A line for each setting that is missing or wrong, or one that all is there."""
    found = [
        failed(f"setting {each.name}", each.wrong, _mend(each.name, each.where)) for each in wrong
    ]
    told = {each.name for each in wrong}
    if not found:
        found.append(ok(SETTINGS, "everything that `vocero serve` needs is there"))
    found += [
        warning(f"setting {each.name}", each.wrong, each.where or _EXPLAINED)
        for each in warnings(case.settings)
        if each.name not in told
    ]
    return [*found, _page(case), _pace(case)]


def _mend(name: str, where: str) -> str:
    return f"put {name} into .env: {where}" if where else _EXPLAINED


def _page(case: Case) -> Finding:
    if not case.settings.operator_password:
        mend = "set OPERATOR_PASSWORD in .env to watch, hear and steer calls in a browser"
        return warning(PAGE, "it is off: there is no OPERATOR_PASSWORD", mend)
    if not case.settings.secret_key:
        mend = "set SECRET_KEY in .env to any long random text"
        return warning(PAGE, "without SECRET_KEY a restart ends every login", mend)
    return ok(PAGE, "it is on")


def _pace(case: Case) -> Finding:
    pace = case.settings.calls_per_second
    if pace > DEFAULT_PACE:
        detail = f"CALLS_PER_SECOND is {pace:g}; Twilio dials 1 per second until it grants more"
        mend = "set CALLS_PER_SECOND to what Twilio granted you: what it queues rings late"
        return warning(PACE, detail, mend)
    return ok(PACE, f"{pace:g} calls per second")
