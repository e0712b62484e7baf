"""What a check found: one line for a person, one object for a script."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How grave it is."""

    OK = "ok"
    WARNING = "warning"
    """Calls can be made; or it could not be checked."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor."""

    name: str
    status: Status
    detail: str
    """What was seen, in plain words."""
    mend: str = ""
    """What to do about it; empty only when there is nothing to do."""


def ok(name: str, detail: str) -> Finding:
    """As it should be."""
    return Finding(name, Status.OK, detail)


def warning(name: str, detail: str, mend: str) -> Finding:
    """Worth a look."""
    return Finding(name, Status.WARNING, detail, mend)


def failed(name: str, detail: str, mend: str) -> Finding:
    """Something will not work."""
    return Finding(name, Status.FAILED, detail, mend)


def not_checked(name: str, why: str, mend: str) -> Finding:
    """Could not be looked at; `why` names what stood in the way."""
    return Finding(name, Status.WARNING, f"not checked: {why}", mend)


def needs_setting(name: str, setting: str) -> Finding:
    """Could not be looked at before this setting is right."""
    return not_checked(name, f"{setting} is missing or wrong", f"set {setting} in .env")
