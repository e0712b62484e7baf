"""The floors: which module may import which. The rules are the data below; the rest checks them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Which rooms a room may import besides itself.
ROOMS: Mapping[str, frozenset[str]] = {
    "audio": frozenset(),
    "data": frozenset(),
    "bridge": frozenset({"audio", "data"}),
    "messaging": frozenset({"data"}),
    "orchestration": frozenset({"data"}),
    "simulation": frozenset({"audio", "data"}),
    "vocero": frozenset(
        {"audio", "data", "bridge", "messaging", "orchestration", "simulation"},
    ),
}

# Inside bridge: nothing reaches, even by a detour, what stands further down this list.
BRIDGE_ORDER: tuple[frozenset[str], ...] = (
    frozenset({"bridge.events", "bridge.commands", "bridge.errors", "bridge.ports"}),
    frozenset({"bridge.playback"}),
    frozenset({"bridge.session"}),
    frozenset({"bridge.recording"}),
    frozenset({"bridge.recorder", "bridge.virtual_call"}),
    frozenset({"bridge.chaos"}),
    frozenset({"bridge.replay"}),
    frozenset({"bridge.call"}),
    frozenset({"bridge.line", "bridge.live_calls"}),
    frozenset({"bridge.handover"}),
    frozenset({"bridge.media_door"}),
    frozenset({"bridge.switchboard"}),
)

# A wire knows the words of the call and nothing else of the bridge.
WIRE_MAY_IMPORT = frozenset({"bridge", "bridge.events", "bridge.commands", "bridge.errors"})

# One vendor's files do not know the other's.
VENDORS: tuple[str, ...] = ("twilio_", "elevenlabs_")

# These decide and never act: neither they nor what they import from us touches the outside.
PURE_MODULES = frozenset(
    {
        "bridge.answer_watch",
        "bridge.carried_sound",
        "bridge.chaos",
        "bridge.commands",
        "bridge.errors",
        "bridge.events",
        "bridge.live_mix",
        "bridge.on_operator",
        "bridge.operator_voice",
        "bridge.phases",
        "bridge.playback",
        "bridge.recording",
        "bridge.replay",
        "bridge.session",
        "bridge.sound_piece",
        "bridge.sound_places",
        "bridge.takeover",
        "bridge.twilio_wire",
        "bridge.virtual_call",
        "bridge.waits",
        "bridge.elevenlabs_wire",
        "orchestration.conversation",
        "orchestration.evidence.walk",
        "vocero.agent_setup.differences",
        "vocero.agent_setup.managed",
        "vocero.agent_setup.plan",
        "vocero.agent_setup.refusals",
        "vocero.agent_setup.showing",
        "vocero.agent_setup.telling",
        "vocero.bus.address",
        "vocero.operators.meters",
        "vocero.tunnel.choice",
        "vocero.tunnel.telling",
        "vocero.tunnel.tunnel",
    },
)
PURE_ROOMS = frozenset({"audio"})
OUTSIDE = frozenset(
    {
        "aiosqlite",
        "asyncio",
        "asyncpg",
        "concurrent",
        "elevenlabs",
        "httpx",
        "hypercorn",
        "multiprocessing",
        "openai",
        "quart",
        "redis",
        "requests",
        "select",
        "selectors",
        "socket",
        "sqlalchemy",
        "ssl",
        "subprocess",
        "threading",
        "time",
        "twilio",
        "urllib3",
        "uvloop",
        "websockets",
    },
)

MOST_LINES = 350

Sources = Mapping[str, str]
"""Module name ("bridge.session") to source text."""


def read_sources() -> dict[str, str]:
    sources: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            sources[name] = path.read_text(encoding="utf-8")
    return sources


def dotted_names(module: str, source: str) -> Iterator[str]:
    """Everything imported anywhere in a source: top level, functions, TYPE_CHECKING, by name."""
    package = module.split(".")
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=base, names=names, level=level):
                prefix = package[: len(package) - level] if level else []
                start = ".".join([*prefix, *([base] if base else [])])
                yield start
                yield from (f"{start}.{alias.name}" for alias in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name
            case _:
                pass


def outside_imports(module: str, source: str) -> set[str]:
    return {name.partition(".")[0] for name in dotted_names(module, source)} & OUTSIDE


def import_graph(sources: Sources) -> dict[str, set[str]]:
    """Which of our modules imports which; `from bridge import events` means bridge.events."""
    graph: dict[str, set[str]] = {}
    for module, source in sources.items():
        found: set[str] = set()
        for name in dotted_names(module, source):
            while name and name not in sources:
                name = name.rpartition(".")[0]
            if name and name != module:
                found.add(name)
        # The package that a name is taken from adds nothing when the module itself was found.
        graph[module] = {
            name for name in found if not any(other.startswith(f"{name}.") for other in found)
        }
    return graph


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph.get(start, ()))
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(graph.get(module, ()))
    return seen


def room_violations(graph: Mapping[str, set[str]]) -> Iterator[str]:
    for module, imports in graph.items():
        room = module.partition(".")[0]
        for other in sorted(imports):
            other_room = other.partition(".")[0]
            if other_room != room and other_room not in ROOMS[room]:
                yield f"{module} imports {other}: {room} may not know {other_room}"


def bridge_violations(graph: Mapping[str, set[str]]) -> Iterator[str]:
    for level, modules in enumerate(BRIDGE_ORDER):
        later = frozenset[str]().union(*BRIDGE_ORDER[level + 1 :])
        for module in sorted(modules):
            for other in sorted(reachable(graph, module) & later):
                yield f"{module} reaches {other}, which stands above it"
    for module, imports in graph.items():
        room, _, name = module.partition(".")
        if room != "bridge":
            continue
        if name.endswith("_wire"):
            for other in sorted(imports - WIRE_MAY_IMPORT):
                if other.startswith("bridge."):
                    yield f"{module} imports {other}: a wire knows events and commands only"
        for vendor in VENDORS:
            for stranger in set(VENDORS) - {vendor}:
                for other in sorted(imports):
                    if name.startswith(vendor) and other.startswith(f"bridge.{stranger}"):
                        yield f"{module} imports {other}: one vendor's file knows the other's"


def purity_violations(sources: Sources, graph: Mapping[str, set[str]]) -> Iterator[str]:
    for module in sorted(sources):
        if module not in PURE_MODULES and module.partition(".")[0] not in PURE_ROOMS:
            continue
        for other in sorted({module, *reachable(graph, module)}):
            for name in sorted(outside_imports(other, sources[other])):
                detour = "" if other == module else f" by way of {other}"
                yield f"{module} imports {name}{detour}: it must stay pure"


def cycles(graph: Mapping[str, set[str]]) -> Iterator[str]:
    for module in sorted(graph):
        around = reachable(graph, module)
        if module in around:
            partners = sorted(m for m in around if module in reachable(graph, m))
            yield f"{module} is in an import cycle with {', '.join(partners)}"


def violations(sources: Sources) -> list[str]:
    graph = import_graph(sources)
    return [
        *room_violations(graph),
        *bridge_violations(graph),
        *purity_violations(sources, graph),
        *cycles(graph),
    ]


def test_no_module_breaks_the_floors() -> None:
    assert violations(read_sources()) == []


def test_no_file_is_too_long() -> None:
    paths = [p for room in (*ROOMS, "tests") for p in sorted((ROOT / room).rglob("*.py"))]
    lengths = {p.relative_to(ROOT): len(p.read_text(encoding="utf-8").splitlines()) for p in paths}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_LINES} == {}
    assert len(lengths) > len(ROOMS)


def test_every_module_that_is_named_in_the_rules_is_real() -> None:
    """A rule about a renamed module would silently guard nothing."""
    sources = read_sources()
    named = PURE_MODULES.union(*BRIDGE_ORDER, WIRE_MAY_IMPORT)
    assert sorted(module for module in named if module not in sources) == []


BROKEN: Mapping[str, tuple[dict[str, str], str]] = {
    "a room above": (
        {"audio.levels": "import bridge.events", "bridge.events": ""},
        "audio may not know bridge",
    ),
    "a neighbour, inside a function": (
        {"messaging.inbox": "def f():\n    from data import call\n    import orchestration.ports",
         "orchestration.ports": "", "data.call": ""},
        "messaging may not know orchestration",
    ),
    "only for types": (
        {"simulation.carrier": "if TYPE_CHECKING:\n    from bridge.events import Dialed",
         "bridge.events": ""},
        "simulation may not know bridge",
    ),
    "by its name in a string": (
        {"simulation.agent": "m = importlib.import_module('bridge.twilio_wire')",
         "bridge.twilio_wire": ""},
        "simulation may not know bridge",
    ),
    "upwards inside the bridge, by a detour": (
        {"bridge.session": "from . import helper", "bridge.helper": "from bridge.call import Call",
         "bridge.call": ""},
        "bridge.session reaches bridge.call",
    ),
    "a wire that knows the session": (
        {"bridge.twilio_wire": "from bridge import session", "bridge.session": ""},
        "a wire knows events and commands only",
    ),
    "one vendor in the other's file": (
        {"bridge.twilio_socket": "import bridge.elevenlabs_wire", "bridge.elevenlabs_wire": ""},
        "one vendor's file knows the other's",
    ),
    "a clock in the machine": (
        {"bridge.session": "from time import monotonic"},
        "bridge.session imports time",
    ),
    "asyncio behind a helper": (
        {"orchestration.conversation": "import orchestration.steps",
         "orchestration.steps": "def f():\n    import asyncio"},
        "orchestration.conversation imports asyncio by way of orchestration.steps",
    ),
    "a circle": (
        {"data.a": "import data.b", "data.b": "import data.c", "data.c": "from data.a import x"},
        "data.a is in an import cycle with data.a, data.b, data.c",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_the_checker_catches(name: str) -> None:
    sources, complaint = BROKEN[name]
    assert any(complaint in line for line in violations(sources)), violations(sources)


def test_the_checker_lets_what_is_allowed_pass() -> None:
    sources = {
        "bridge.session": "from bridge import playback\nfrom audio.formats import Format",
        "bridge.playback": "from bridge.events import AgentAudio\nfrom data.call import Blame",
        "bridge.events": "",
        "bridge": "",
        "audio.formats": "import numpy",
        "data.call": "from pydantic import BaseModel",
        "vocero.wiring": "import asyncio\nimport bridge.session\nimport orchestration.ports",
        "orchestration.ports": "",
    }
    assert violations(sources) == []
