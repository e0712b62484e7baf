"""Differences in plain words. Pure: lines of text, each with its mood."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from typing import Literal, NamedTuple

from vocero.agent_setup.differences import Difference, plain_parameters
from vocero.agent_setup.tree import leaves
from vocero.agent_setup.wanted import Rule, WantedAgent

Mood = Literal["", "good", "bad", "gone", "new", "quiet"]
_LONG = 60
"""Texts from so many characters on are told by what changes in them."""


class Line(NamedTuple):
    """One line for the terminal."""

    text: str
    mood: Mood = ""


def told_differences(found: Iterable[Difference], *, most_lines: int = 200) -> Iterator[Line]:
    """Every difference: what comes of it, what is there, and what push puts there.

    `most_lines`: of one text that changes, so many lines.
    """
    for each in found:
        mark = "!" if each.breaks else "·"
        mood: Mood = "bad" if each.breaks else ""
        yield Line(f"{mark} {each.name}: {each.why}", mood)
        if each.by_hand:
            yield Line("    it must go from the dashboard by hand", "quiet")
        elif each.path.startswith("variables."):
            yield Line("    it goes with the text that is replaced", "quiet")
        else:
            yield from _change(each, most_lines)


def told_new_agent(wanted: WantedAgent) -> Iterator[Line]:
    """What a new agent would be given."""
    for setting in wanted.settings:
        if setting.rule is Rule.ALL_OFF:
            continue
        if isinstance(setting.value, str) and len(setting.value) >= _LONG:
            yield Line(f"+ {setting.name}: {len(setting.value.splitlines())} lines", "new")
        else:
            yield Line(f"+ {setting.name}: {short(setting.value)}", "new")
    for path, value in wanted.at_first.items():
        yield Line(f"+ {path.rpartition('.')[2]}: {short(value)} (yours to change later)", "new")
    for tool in wanted.tools:
        yield Line(f"+ tool {tool.name}({', '.join(tool.parameters.model_fields)})", "new")


def _change(each: Difference, most_lines: int) -> Iterator[Line]:
    found, wanted = each.found, each.wanted
    if each.path.endswith(".parameters"):
        yield from _text_change(_as_text(found), _as_text(plain_parameters(wanted)), most_lines)
    elif isinstance(wanted, list):
        there = _listed(found)
        yield Line(f"    + {', '.join(str(new) for new in wanted if new not in there)}", "new")
    elif isinstance(wanted, Mapping) and each.rule is Rule.ALL_OFF:
        for path, _ in leaves(wanted):
            yield Line(f"    {path}: yes → no")
    elif isinstance(wanted, Mapping):
        if isinstance(found, str):
            yield Line(f"    - {found}", "gone")
        new = [name for name in wanted if name not in found] if _is_object(found) else []
        yield Line(f"    + {', '.join(new) or 'to be added'}", "new")
    elif _is_long(wanted) or _is_long(found):
        yield from _text_change(_as_text(found), _as_text(wanted), most_lines)
    elif wanted is None:
        yield Line(f"    - {short(found)}", "gone")
    else:
        yield Line(f"    {short(found)} → {short(wanted)}")


def _text_change(found: str, wanted: str, most_lines: int) -> Iterator[Line]:
    lines = [
        line
        for line in unified_diff(found.splitlines(), wanted.splitlines(), n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    for line in lines[:most_lines]:
        yield Line(f"    {line[0]} {line[1:]}".rstrip(), "new" if line[0] == "+" else "gone")
    if len(lines) > most_lines:
        yield Line(f"    … and {len(lines) - most_lines} more lines", "quiet")


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping)


def _is_long(value: object) -> bool:
    return isinstance(value, str) and (len(value) >= _LONG or "\n" in value)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=1)


def short(value: object) -> str:
    """A value on one line."""
    match value:
        case None:
            return "not set"
        case True:
            return "yes"
        case False:
            return "no"
        case "":
            return "nothing"
        case str():
            return value if len(value) <= _LONG else f"{value[:_LONG]}…"
        case Mapping():
            return ", ".join(map(str, value)) or "nothing"
        case list() | tuple():
            return ", ".join(map(str, value)) or "nothing"
        case float():
            return f"{value:g}"
        case _:
            return str(value)
