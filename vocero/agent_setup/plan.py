"""What to send to ElevenLabs so that the agent becomes as wanted. Pure."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from vocero.agent_setup.agent_tools import ClientTool
from vocero.agent_setup.differences import (
    PLACEHOLDERS,
    TOOL_IDS,
    Difference,
    Provisioned,
    differences,
)
from vocero.agent_setup.managed import AGENT_NAME, AGENT_TAG
from vocero.agent_setup.tool_schema import Json
from vocero.agent_setup.tree import at, put, without_nothing
from vocero.agent_setup.wanted import Rule, WantedAgent

_SENT_WHOLE = (
    "conversation_config.agent.prompt.built_in_tools",
    "conversation_config.language_presets",
    PLACEHOLDERS,
)
"""Objects with free names. Whether a change of one of their members keeps the others is not
documented, so they are sent with everything that is there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes to one agent. Nothing to do when it is empty."""

    found: tuple[Difference, ...]
    """All differences, those that need a person included."""
    agent: Json = field(default_factory=dict)
    """The partial tree for PATCH, without tool ids."""
    new_tools: tuple[ClientTool, ...] = ()
    """To be given to the agent."""
    changed_tools: tuple[tuple[str, Json], ...] = ()
    """Tool ids and whole configurations."""
    kept_tool_ids: tuple[str, ...] = ()
    """Of the agent's tools, those that stay."""
    drops_tools: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not (self.agent or self.new_tools or self.changed_tools or self.drops_tools)

    @property
    def changes_tool_ids(self) -> bool:
        """Whether the agent's list of tools becomes another one."""
        return bool(self.new_tools) or self.drops_tools

    def agent_with(self, new_ids: tuple[str, ...]) -> Json:
        """The tree for PATCH, once the new tools have their ids."""
        tree = deepcopy(self.agent)
        if self.changes_tool_ids:
            put(tree, TOOL_IDS, [*self.kept_tool_ids, *new_ids])
        return tree


def plan_changes(provisioned: Provisioned, wanted: WantedAgent) -> Plan:
    """What makes this agent as wanted, and nothing else."""
    found = differences(provisioned, wanted)
    tree: Json = {}
    for each in found:
        if each.path.startswith(("tools.", "variables.")):
            continue
        for whole in _SENT_WHOLE:
            if each.path.startswith(whole) and at(tree, whole) is None:
                put(tree, whole, without_nothing(deepcopy(at(provisioned.agent, whole) or {})))
        put(tree, each.path, deepcopy(each.wanted))
    new: list[ClientTool] = []
    changed: list[tuple[str, Json]] = []
    dropped = {
        each.found for each in found if each.path.startswith("tools.") and each.wanted is None
    }
    for tool in wanted.tools:
        path = f"tools.{tool.name}"
        there = provisioned.tool_named(tool.name)
        mine = [each for each in found if each.path == path or each.path.startswith(f"{path}.")]
        if there is None or there[1].get("type") != "client":
            new.append(tool)
            if there is not None:
                dropped.add(there[0])
        elif mine:
            config = without_nothing(deepcopy(there[1]))
            for each in mine:
                put(config, each.path.removeprefix(f"{path}."), deepcopy(each.wanted))
            changed.append((there[0], config))
    kept = tuple(each for each in provisioned.tool_ids if each not in dropped)
    return Plan(found, tree, tuple(new), tuple(changed), kept, kept != provisioned.tool_ids)


def new_agent(wanted: WantedAgent, tool_ids: tuple[str, ...]) -> Json:
    """The body of POST /v1/convai/agents/create."""
    tree: Json = {"name": AGENT_NAME, "tags": [AGENT_TAG]}
    for path, value in wanted.at_first.items():
        put(tree, path, value)
    for setting in wanted.settings:
        if setting.rule is not Rule.ALL_OFF:  # switches are off in a new agent
            put(tree, setting.path, deepcopy(setting.value))
    put(tree, TOOL_IDS, list(tool_ids))
    return tree
