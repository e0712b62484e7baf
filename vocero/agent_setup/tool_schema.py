"""A pydantic model as ElevenLabs takes a tool's parameters: its own, restricted JSON schema.

Source: `ObjectJsonSchemaProperty` of ElevenLabs' API. A property has a type, a description for the
language model and, for text, the allowed values; lengths and nulls have no place there, so lengths
are said in the description. The models stay the judges of what an agent sends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

Json = dict[str, Any]

_LITERALS = frozenset({"boolean", "string", "integer", "number"})


def tool_parameters(model: type[BaseModel]) -> Json:
    """The `parameters` of a client tool. Raises TypeError for what ElevenLabs cannot be told."""
    schema = model.model_json_schema()
    described: Mapping[str, Json] = schema["properties"]
    return {
        "type": "object",
        "required": list(schema.get("required", [])),
        "properties": {name: _property(name, each) for name, each in described.items()},
    }


def _property(name: str, schema: Json) -> Json:
    said = schema.get("description")
    if not said:
        raise TypeError(f"{name} has no description for the agent")
    kind = _without_null(name, schema)
    if kind.get("type") == "array":
        most = kind.get("maxItems", schema.get("maxItems"))
        items = {**kind["items"], "description": "One of them."}
        return {
            "type": "array",
            "description": said + (f" At most {most}." if most else ""),
            "items": _property(name, items),
        }
    if kind.get("type") not in _LITERALS:
        raise TypeError(f"{name}: ElevenLabs knows no parameters of the type {kind.get('type')}")
    longest = kind.get("maxLength")
    told: Json = {
        "type": kind["type"],
        "description": said + (f" At most {longest} characters." if longest else ""),
    }
    if "enum" in kind:
        told["enum"] = list(kind["enum"])
    return told


def _without_null(name: str, schema: Json) -> Json:
    """ "x or null" is an optional x: that it may be missing is said by `required`."""
    if "anyOf" not in schema:
        return schema
    kinds = [each for each in schema["anyOf"] if each.get("type") != "null"]
    if len(kinds) != 1:
        raise TypeError(f"{name}: ElevenLabs knows no choice between types")
    return dict(kinds[0])
