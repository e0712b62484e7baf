"""Makes or changes the agent. What to send is decided in `plan`; here it is sent, in order.

Tools come first, because the agent names them by their ids. When something fails half way, the
next push finds the tools that were made and goes on from there.
"""

from __future__ import annotations

from vocero.agent_setup.account import AgentAccount
from vocero.agent_setup.agent_tools import ClientTool
from vocero.agent_setup.differences import tool_differences
from vocero.agent_setup.managed import AGENT_TAG
from vocero.agent_setup.plan import Plan, new_agent, plan_changes
from vocero.agent_setup.refusals import AgentSetupError
from vocero.agent_setup.tool_schema import Json
from vocero.agent_setup.wanted import WantedAgent

_NO_SUCH_ROUTE = (404, 405, 501)


class MadeAlready(Exception):
    """There is an agent of Vocero's in the account; which one is meant, only a person knows."""

    def __init__(self, agent_ids: tuple[str, ...]) -> None:
        super().__init__(*agent_ids)
        self.agent_ids = agent_ids


async def plan_for(account: AgentAccount, agent_id: str, wanted: WantedAgent) -> Plan:
    """What a push would change. Reads only. Raises AgentSetupError."""
    return plan_changes(await account.read(agent_id), wanted)


async def apply_plan(account: AgentAccount, agent_id: str, plan: Plan) -> None:
    """Send the changes. Raises AgentSetupError."""
    for tool_id, config in plan.changed_tools:
        await account.change_tool(tool_id, config)
    new_ids = await _tools_for(account, plan.new_tools)
    tree = plan.agent_with(new_ids)
    if tree:
        await account.change_agent(agent_id, tree)


async def make_agent(account: AgentAccount, wanted: WantedAgent) -> str:
    """A new agent; its id. Raises AgentSetupError."""
    tool_ids = await _tools_for(account, wanted.tools)
    return await account.make_agent(new_agent(wanted, tool_ids))


async def look_for_agents(account: AgentAccount) -> None:
    """Raises MadeAlready when Vocero made an agent here before, AgentSetupError."""
    try:
        known = await account.agents_tagged(AGENT_TAG)
    except AgentSetupError as error:
        if error.status in _NO_SUCH_ROUTE:
            return  # the look is a courtesy
        raise
    if known:
        raise MadeAlready(known)


async def _tools_for(account: AgentAccount, tools: tuple[ClientTool, ...]) -> tuple[str, ...]:
    """The ids of tools as wanted: those that are there already, else new ones."""
    if not tools:
        return ()
    try:
        there = await account.all_tools()
    except AgentSetupError as error:
        if error.status not in _NO_SUCH_ROUTE:
            raise
        there = {}
    return tuple(
        [_fitting(there, each) or await account.make_tool(each.config()) for each in tools]
    )


def _fitting(there: dict[str, Json], tool: ClientTool) -> str | None:
    """One that an earlier push made and no agent got, or that another agent of ours has."""
    for tool_id, config in there.items():
        named = config.get("type") == "client" and config.get("name") == tool.name
        if named and not tool_differences(config, tool):
            return tool_id
    return None
