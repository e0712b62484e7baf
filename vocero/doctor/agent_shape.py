"""The agent held against what `vocero agent push` would make of it, in five lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from vocero.agent_setup.differences import Difference, Provisioned, differences
from vocero.agent_setup.wanted import WantedAgent
from vocero.doctor.finding import Finding, failed, ok, warning

ACCESS = "agent access"
SOUND = "agent sound"
EVENTS = "agent events"
TOOLS = "agent tools"
BEHAVIOUR = "agent behaviour"
NAMES = (ACCESS, SOUND, EVENTS, TOOLS, BEHAVIOUR)

_WELL = {
    ACCESS: "only who has the key can talk to it",
    SOUND: "nothing has to be converted",
    EVENTS: "it sends all that Vocero listens to",
    TOOLS: "it has the tools that Vocero answers, and can hang up",
    BEHAVIOUR: "prompt, turns and variables are Vocero's",
}
_LIES_IN = (
    ("platform_settings.", ACCESS),
    ("conversation_config.asr.", SOUND),
    ("conversation_config.tts.", SOUND),
    ("conversation_config.conversation.client_events", EVENTS),
    ("conversation_config.agent.prompt.built_in_tools.", TOOLS),
    ("tools.", TOOLS),
)
_MOST_TOLD = 3
_SHOWN = 40
"""Characters of a value that is told."""
_PUSH = "run `vocero agent push`; `vocero agent show` tells everything"
_BY_HAND = (
    "take it out by hand in https://elevenlabs.io/app/agents; `vocero agent show` tells where"
)


def shape_findings(provisioned: Provisioned, wanted: WantedAgent) -> list[Finding]:
    """A line for each of NAMES."""
    found = differences(provisioned, wanted)
    return [_finding(name, [each for each in found if _line_of(each) == name]) for name in NAMES]


def _line_of(difference: Difference) -> str:
    for prefix, name in _LIES_IN:
        if difference.path.startswith(prefix):
            return name
    return BEHAVIOUR


def _finding(name: str, found: list[Difference]) -> Finding:
    if not found:
        return ok(name, _WELL[name])
    # What breaks calls first.
    found = sorted(found, key=lambda each: not each.breaks)
    grave = found[0].breaks
    detail = "; ".join(map(_told, found[:_MOST_TOLD]))
    if len(found) > _MOST_TOLD:
        detail += f"; and {len(found) - _MOST_TOLD} more"
    mend = _BY_HAND if any(each.by_hand for each in found) else _PUSH
    return failed(name, detail, mend) if grave else warning(name, detail, mend)


def _told(each: Difference) -> str:
    return f"{each.name}{_value(each)}: {each.why}"


def _value(each: Difference) -> str:
    if each.found is None:
        return " is missing"
    if isinstance(each.found, str) and 0 < len(each.found) <= _SHOWN and each.wanted is not None:
        return f" is {each.found}"
    missing = _missing(each.found, each.wanted)
    return f" lacks {', '.join(missing)}" if missing else ""


def _missing(found: object, wanted: object) -> list[str]:
    if not isinstance(found, Iterable) or not isinstance(wanted, list):
        return []
    return [str(each) for each in wanted if each not in found]
