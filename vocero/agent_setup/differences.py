"""What differs between the agent as it is and as Vocero wants it. Pure: no network.

`vocero agent push` mends what is found here, `vocero agent show` and `vocero doctor` tell it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vocero.agent_setup.agent_tools import OVER_HTTP, ClientTool
from vocero.agent_setup.tool_schema import Json
from vocero.agent_setup.tree import at, leaves, texts
from vocero.agent_setup.wanted import Rule, Setting, WantedAgent

TOOL_IDS = "conversation_config.agent.prompt.tool_ids"
PLACEHOLDERS = "conversation_config.agent.dynamic_variables.dynamic_variable_placeholders"
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_THEIRS = ("system__", "secret__")
"""ElevenLabs fills these itself."""
_NO_ANSWER_S = 20
"""How long a tool is waited for when nothing was set."""


@dataclass(frozen=True, slots=True)
class Provisioned:
    """The agent as it stands at ElevenLabs."""

    agent: Json
    """What GET /v1/convai/agents/{id} answers."""
    tools: Mapping[str, Json] = field(default_factory=dict)
    """The `tool_config` of every tool that the agent names and that exists, by the tool's id."""

    @property
    def tool_ids(self) -> tuple[str, ...]:
        """The ids that the agent names, existing or not."""
        ids = at(self.agent, TOOL_IDS)
        return tuple(map(str, ids)) if isinstance(ids, list | tuple) else ()

    def tool_named(self, name: str) -> tuple[str, Json] | None:
        """Its id and configuration; a client tool before any other kind."""
        named = [
            (tool_id, self.tools[tool_id])
            for tool_id in self.tool_ids
            if self.tools.get(tool_id, {}).get("name") == name
        ]
        return min(named, key=lambda each: each[1].get("type") != "client", default=None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as Vocero wants it."""

    path: str
    """Dotted: in the agent's JSON, or "tools.NAME" with a field of its configuration."""
    name: str
    """In plain words."""
    found: Any
    """JSON; None when it is missing."""
    wanted: Any
    """JSON: what `vocero agent push` puts there, with what was found and may stay."""
    why: str
    """What comes of it, in one clause."""
    breaks: bool
    """Whether calls fail, or strangers can spend the account's minutes."""
    by_hand: bool = False
    """It lies in something that Vocero does not manage: a person has to mend it."""
    rule: Rule = Rule.SAME
    """How `wanted` is to be read."""


def differences(provisioned: Provisioned, wanted: WantedAgent) -> tuple[Difference, ...]:
    """Everything that differs, in the order of `wanted`; empty when the agent is as wanted.

    What Vocero does not manage is never a difference, unless it makes every call fail.
    """
    return (
        *_of_settings(provisioned.agent, wanted.settings, ""),
        *(found for tool in wanted.tools for found in _of_tool(provisioned, tool)),
        *_of_lost_tools(provisioned),
        *_of_variables(provisioned, wanted),
    )


def differs(found: Any, setting: Setting) -> Difference | None:
    """Whether one value is not as wanted; `found` None: it is not there."""
    if found is None:
        found = setting.absent
    match setting.rule:
        case Rule.SAME:
            right, target, breaks = _same(found, setting)
        case Rule.AT_LEAST:
            right, target, breaks = _at_least(found, setting)
        case Rule.CONTAINS:
            right, target, breaks = _contains(found, setting)
        case Rule.ALL_OFF:
            right, target, breaks = _all_off(found, setting)
        case Rule.NOT_UNFIT:
            right, target, breaks = found not in setting.unfit, setting.value, setting.breaks
    if right:
        return None
    return Difference(
        setting.path, setting.name, found, target, setting.why, breaks, rule=setting.rule
    )


Judged = tuple[bool, Any, bool]
"""Whether it is right; what to put there; whether it breaks calls."""


def _same(found: Any, setting: Setting) -> Judged:
    if isinstance(found, str) and isinstance(setting.value, str):
        right = _plain(found) == _plain(setting.value)
    else:
        right = type(found) is type(setting.value) and found == setting.value
        right = right or (_is_number(found) and found == setting.value)
    bearable = isinstance(found, str) and found in setting.bearable
    return right, setting.value, setting.breaks and not bearable


def _at_least(found: Any, setting: Setting) -> Judged:
    right = _is_number(found) and (found >= setting.value or found == setting.endless)
    return right, setting.value, setting.breaks


def _contains(found: Any, setting: Setting) -> Judged:
    if isinstance(setting.value, Mapping):
        kept = found if isinstance(found, Mapping) else {}
        missing = [name for name in setting.value if name not in kept]
        # What is there stays as it is: only what is missing is added.
        return not missing, {**setting.value, **kept}, setting.breaks
    kept_list = list(found) if isinstance(found, list | tuple) else []
    missing = [each for each in setting.value if each not in kept_list]
    grave = bool(set(missing) - setting.bearable)
    return not missing, [*kept_list, *missing], setting.breaks and grave


def _all_off(found: Any, setting: Setting) -> Judged:
    on = [path for path, value in leaves(found) if value is True] if _is_object(found) else []
    off: Json = {}
    for path in on:
        _put_off(off, path)
    return not on, off, setting.breaks


def _put_off(tree: Json, path: str) -> None:
    *way, last = path.split(".")
    for name in way:
        tree = tree.setdefault(name, {})
    tree[last] = False


def _of_settings(tree: Json, settings: tuple[Setting, ...], prefix: str) -> Iterator[Difference]:
    for setting in settings:
        found = differs(at(tree, setting.path.removeprefix(prefix)), setting)
        if found is not None:
            yield found


# --- tools ------------------------------------------------------------------------------------
def _of_tool(provisioned: Provisioned, tool: ClientTool) -> Iterator[Difference]:
    path = f"tools.{tool.name}"
    there = provisioned.tool_named(tool.name)
    kind = None if there is None else there[1].get("type")
    if there is None or kind != "client":
        yield Difference(
            path,
            f"tool {tool.name}",
            None if there is None else f"a tool of the type {kind}",
            tool.config(),
            "the agent cannot use it"
            if there is None
            else "it is not answered in the call itself; over HTTP it needs TOOLS_SECRET",
            breaks=not (kind == "webhook" and tool.name in OVER_HTTP),
        )
        return
    yield from tool_differences(there[1], tool)


def tool_differences(found: Json, tool: ClientTool) -> tuple[Difference, ...]:
    """What differs in one client tool's configuration."""
    path = f"tools.{tool.name}"
    config = tool.config()
    told = list(_of_settings(found, _tool_settings(tool, config), f"{path}."))
    there, wanted = (plain_parameters(each.get("parameters")) for each in (found, config))
    if there != wanted:
        told.append(
            Difference(
                f"{path}.parameters",
                f"{tool.name}: parameters",
                there,
                config["parameters"],
                "the agent is told of other parameters than those that are answered",
                breaks=not _same_shape(there, wanted),
            )
        )
    return tuple(told)


def _tool_settings(tool: ClientTool, config: Json) -> tuple[Setting, ...]:
    def setting(name: str, what: str, why: str, **rest: Any) -> Setting:
        path = f"tools.{tool.name}.{name}"
        return Setting(path, f"{tool.name}: {what}", config[name], why, **rest)

    return (
        setting("description", "description", "the agent uses it at the wrong time"),
        setting(
            "expects_response",
            "waits for the answer",
            "the agent talks on and never hears the answer",
            breaks=True,
            absent=False,
        ),
        setting(
            "response_timeout_secs",
            "seconds to wait for the answer",
            "the agent gives up before Vocero has answered",
            rule=Rule.AT_LEAST,
            breaks=True,
            absent=_NO_ANSWER_S,
            endless=-1,
        ),
        setting(
            "tool_error_handling_mode",
            "what the agent hears of errors",
            "the agent is not told what to mend",
            absent="auto",
        ),
        setting(
            "execution_mode",
            "when it runs",
            "the answer comes when the talk has gone on",
            absent="immediate",
        ),
        setting(
            "pre_tool_speech",
            "whether the agent speaks before it",
            "the agent is silent, or talks into a menu",
            absent="auto",
        ),
    )


def plain_parameters(schema: Any) -> Json:
    """A tool's parameters without what ElevenLabs fills in by itself."""
    if not _is_object(schema):
        return {"required": [], "properties": {}}
    properties = schema.get("properties")
    return {
        "required": sorted(schema.get("required") or ()),
        "properties": {
            name: _plain_property(each)
            for name, each in (properties.items() if _is_object(properties) else ())
        },
    }


def _plain_property(schema: Any) -> Json:
    if not _is_object(schema):
        return {}
    plain: Json = {
        "type": schema.get("type"),
        "description": _plain(str(schema.get("description") or "")),
    }
    if schema.get("enum"):
        plain["enum"] = list(schema["enum"])
    if schema.get("type") == "array":
        plain["items"] = _plain_property(schema.get("items"))
    return plain


def _same_shape(found: Json, wanted: Json) -> bool:
    """Whether the agent can still send everything: names and types, whatever the words."""

    def shape(schema: Json) -> dict[str, Any]:
        return {
            name: (each.get("type"), sorted(each.get("enum", ())))
            for name, each in schema["properties"].items()
        }

    return shape(wanted).items() <= shape(found).items()


def _of_lost_tools(provisioned: Provisioned) -> Iterator[Difference]:
    for tool_id in provisioned.tool_ids:
        if tool_id not in provisioned.tools:
            yield Difference(
                f"tools.{tool_id}",
                "a tool that no longer exists",
                tool_id,
                None,
                "ElevenLabs may refuse to start conversations",
                breaks=False,
            )


# --- variables --------------------------------------------------------------------------------
def _of_variables(provisioned: Provisioned, wanted: WantedAgent) -> Iterator[Difference]:
    """Variables that nothing fills: with one of them ElevenLabs ends every conversation."""
    placeholders = at(provisioned.agent, PLACEHOLDERS)
    filled = set(wanted.variables) | set(placeholders if _is_object(placeholders) else ())
    managed = {
        text
        for setting in wanted.settings
        if setting.rule is Rule.SAME
        for text in texts(at(provisioned.agent, setting.path))
    }
    for tool in wanted.tools:
        _, config = provisioned.tool_named(tool.name) or ("", {})
        managed.update(texts([config.get("description"), config.get("parameters")]))
    spoken = [
        at(provisioned.agent, "conversation_config.agent"),
        at(provisioned.agent, "conversation_config.language_presets"),
        dict(provisioned.tools),
    ]
    used: dict[str, bool] = {}
    for text in texts(spoken):
        for name in _VARIABLE.findall(text):
            # A text that push replaces takes its variables along.
            used[name] = used.get(name, False) or text not in managed
    for name, by_hand in used.items():
        if name not in filled and not name.startswith(_THEIRS):
            yield Difference(
                f"variables.{name}",
                f"dynamic variable {{{{{name}}}}}",
                name,
                None,
                "Vocero does not send it, and ElevenLabs ends every call that lacks it",
                breaks=True,
                by_hand=by_hand,
            )


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
