"""Seeded faults for replays: what the outside does to a call on a bad day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from bridge.events import (
    AgentAudio,
    AgentEvent,
    AgentLost,
    AgentReady,
    BusinessAudio,
    CarrierEvent,
    CarrierLost,
    Event,
    MarkReached,
    StreamStarted,
    ToolAnswered,
    ToolCalled,
)
from bridge.virtual_call import TOOL_TAKES_S, VirtualCall

Happening = tuple[float, Event]

CHAOS: Mapping[str, str] = {
    "drop-frames": "a fifth of the business's sound never comes, nor does any of one second",
    "duplicate-frames": "a fifth of all sound, either way, comes twice",
    "late-agent": "everything of the agent comes up to 1.5 s late",
    "lose-agent": "the agent breaks off somewhere in the call",
    "lose-carrier": "the media socket breaks off somewhere in the call",
    "bad-frames": "forty broken messages come in between",
}
"""Each fault and what it means."""

SHARE = 0.2
MOST_LATE_S = 1.5
GAP_S = 1.0
BAD_FRAMES = 40
"""Fewer than close a socket."""
GARBAGE = (
    "",
    "{",
    "[]",
    "null",
    "\x00",
    "[" * 100_000,
    '{"event":7,"type":7}',
    '{"event":"media","media":5}',
    '{"event":"media","media":{"payload":"!!!!"}}',
    '{"event":"start","start":{}}',
    '{"event":"mark"}',
    '{"type":"audio","audio_event":{"audio_base_64":"?","event_id":1}}',
    '{"type":"ping"}',
    '{"type":"ping","ping_event":{"event_id":' + "9" * 5000 + "}}",
    '{"type":"client_tool_call","client_tool_call":{"tool_name":null}}',
    '{"type":"interruption","interruption_event":{"event_id":NaN}}',
)


def disturb(
    call: VirtualCall,
    happenings: Sequence[Happening],
    texts: Sequence[str],
    chaos: str,
    seed: int,
) -> None:
    """Put a recorded call's inputs into a virtual one, with this fault. Same seed, same fault.

    `texts` are messages that were recorded; broken ones are made from them. What the carrier and
    the tools did in reaction is left to the virtual call. KeyError for an unknown fault.
    """
    assert chaos in CHAOS, chaos
    random = Random(f"{chaos}:{seed}")
    _remember_tools(call, happenings)
    given = [each for each in happenings if not isinstance(each[1], MarkReached | ToolAnswered)]
    match chaos:
        case "drop-frames":
            given = _dropped(given, random)
        case "duplicate-frames":
            given = _duplicated(given, random)
        case "late-agent":
            given = _late(given, random)
        case "lose-agent":
            given = _cut(given, random, AgentReady, _of_agent, AgentLost("chaos broke it off"))
        case "lose-carrier":
            lost = CarrierLost("chaos broke it off")
            given = _cut(given, random, StreamStarted, _of_carrier, lost)
        case _:
            last = given[-1][0] if given else 0.0
            for _ in range(BAD_FRAMES):
                call.add(random.uniform(0.0, last), _broken(texts, random))
    for t, event in given:
        call.add(t, event)


def _remember_tools(call: VirtualCall, happenings: Sequence[Happening]) -> None:
    called: dict[str, float] = {}
    for t, event in happenings:
        if isinstance(event, ToolCalled):
            called.setdefault(event.tool_call_id, t)
        elif isinstance(event, ToolAnswered):
            took = t - called[event.tool_call_id] if event.tool_call_id in called else TOOL_TAKES_S
            call.tool_answers[event.tool_call_id] = (max(0.0, took), event)


def _dropped(given: Sequence[Happening], random: Random) -> list[Happening]:
    times = [t for t, event in given if isinstance(event, BusinessAudio)]
    gap = random.choice(times) if times else 0.0
    return [
        (t, event)
        for t, event in given
        if not isinstance(event, BusinessAudio)
        or not (gap <= t < gap + GAP_S or random.random() < SHARE)
    ]


def _duplicated(given: Sequence[Happening], random: Random) -> list[Happening]:
    twice: list[Happening] = []
    for t, event in given:
        twice.append((t, event))
        if isinstance(event, BusinessAudio | AgentAudio) and random.random() < SHARE:
            twice.append((t, event))
    return twice


def _late(given: Sequence[Happening], random: Random) -> list[Happening]:
    late: list[Happening] = []
    before = 0.0
    for t, event in given:
        if isinstance(event, AgentEvent):
            # Late, but a socket keeps the order.
            before = max(before, t + random.uniform(0.0, MOST_LATE_S))
            late.append((before, event))
        else:
            late.append((t, event))
    return late


def _of_agent(event: Event) -> bool:
    return isinstance(event, AgentEvent)


def _of_carrier(event: Event) -> bool:
    return isinstance(event, CarrierEvent)


def _cut(
    given: Sequence[Happening],
    random: Random,
    begins: type[AgentReady] | type[StreamStarted],
    ours: Callable[[Event], bool],
    lost: AgentLost | CarrierLost,
) -> list[Happening]:
    """Nothing more of one side after a random moment in its life."""
    times = [t for t, event in given if ours(event)]
    starts = [t for t, event in given if isinstance(event, begins)]
    if not starts:
        return list(given)
    at = random.uniform(starts[0], times[-1])
    kept = [(t, event) for t, event in given if t <= at or not ours(event)]
    return [*kept, (at, lost)]


def _broken(texts: Sequence[str], random: Random) -> str:
    """Something that no wire understands, often the beginning of what a neighbour really said."""
    if texts and random.random() < 0.5:
        text = random.choice(texts)
        return text[: random.randrange(max(1, len(text) - 1))]
    return random.choice(GARBAGE)
