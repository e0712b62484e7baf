"""What it means to want something of an agent: settings, each with a rule and a reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from orchestration.agent_variables import VARIABLES
from vocero.agent_setup.agent_tools import CLIENT_TOOLS, ClientTool


class Rule(Enum):
    """When what is found is right."""

    SAME = "is exactly that"
    CONTAINS = "has at least these"
    AT_LEAST = "is not less"
    ALL_OFF = "has no switch on"
    NOT_UNFIT = "is none of the unfit ones"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that Vocero manages on the agent."""

    path: str
    """In the agent's JSON, with dots."""
    name: str
    """In plain words."""
    value: Any
    """JSON. For CONTAINS a list, or an object whose keys must be there."""
    why: str
    """What comes of it when it is otherwise, in one clause."""
    rule: Rule = Rule.SAME
    breaks: bool = False
    """Whether calls fail, or strangers can spend the account's minutes, when it is otherwise."""
    bearable: frozenset[str] = frozenset()
    """Values that differ, or may be missing, without breaking anything."""
    absent: Any = None
    """What it means when the answer leaves it out."""
    unfit: frozenset[str] = frozenset()
    """For NOT_UNFIT."""
    endless: float | None = None
    """For AT_LEAST: the number that means "without limit"."""


@dataclass(frozen=True, slots=True)
class WantedAgent:
    """All of it. `differences` holds it against what is there."""

    language: str
    """ "es" or "en": in which the agent begins."""
    settings: tuple[Setting, ...]
    tools: tuple[ClientTool, ...] = CLIENT_TOOLS
    variables: tuple[str, ...] = VARIABLES
    """What every call sends; anything else in {{…}} ends the conversation at once."""
    at_first: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """Given when the agent is made, then left alone: path to value."""
