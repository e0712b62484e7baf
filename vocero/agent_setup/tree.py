"""Reading and writing JSON trees by dotted paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vocero.agent_setup.tool_schema import Json


def at(tree: object, path: str) -> Any:
    """What stands at "a.b.c"; None when it is not there."""
    for name in path.split("."):
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(name)
    return tree


def put(tree: Json, path: str, value: Any) -> None:
    """Set it, making the objects on the way."""
    *way, last = path.split(".")
    for name in way:
        step = tree.get(name)
        if not isinstance(step, dict):
            step = tree[name] = {}
        tree = step
    tree[last] = value


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of everything that is no object."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def texts(tree: object) -> Iterator[str]:
    """Every text in it, however deep."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, Mapping):
        for value in tree.values():
            yield from texts(value)
    elif isinstance(tree, list | tuple):
        for value in tree:
            yield from texts(value)


def without_nothing(tree: Any) -> Any:
    """The same without null members of objects: what ElevenLabs shows so it does not want back."""
    if isinstance(tree, Mapping):
        return {name: without_nothing(value) for name, value in tree.items() if value is not None}
    if isinstance(tree, list | tuple):
        return [without_nothing(value) for value in tree]
    return tree
