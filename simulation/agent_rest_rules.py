"""What ElevenLabs' REST interface accepts for agents and tools.

Which fields there are, and of what types, is read from the models of the vendor's own SDK, so that
neither a typing error nor an invention passes. The rules that no type tells are written out.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from simulation.agent_profile import Json, at

Fault = dict[str, object]
"""As FastAPI tells it: `loc`, `msg`, `type`."""
Place = tuple[str | int, ...]

_FOR_ENGLISH = frozenset({"eleven_flash_v2", "eleven_turbo_v2"})
_FOR_OTHERS = frozenset({"eleven_flash_v2_5", "eleven_turbo_v2_5"})
_DEFAULT_VOICE = "eleven_flash_v2"
_SOURCES = frozenset(
    {"description", "dynamic_variable", "is_system_provided", "constant_value", "is_omitted"}
)
"""Where a parameter's value comes from: exactly one of them."""


def agent_faults(body: Mapping[str, object], *, new: bool) -> list[Fault]:
    """What is wrong with the body of agents/create or of a PATCH; empty: nothing."""
    from elevenlabs.types.agent_platform_settings_request_model import (
        AgentPlatformSettingsRequestModel,
    )
    from elevenlabs.types.agent_workflow_request_model import AgentWorkflowRequestModel
    from elevenlabs.types.conversational_config import ConversationalConfig

    known: dict[str, Any] = {
        "name": str,
        "tags": list[str],
        "conversation_config": ConversationalConfig,
        "platform_settings": AgentPlatformSettingsRequestModel,
        "workflow": AgentWorkflowRequestModel,
    }
    if not new:
        known |= {"version_description": str, "procedures": dict[str, Any]}
    faults = list(_of_fields(body, known, ("body",)))
    if new and "conversation_config" not in body:
        faults.append(_fault(("body", "conversation_config"), "Field required", "missing"))
    return faults


def tool_faults(body: Mapping[str, object]) -> list[Fault]:
    """What is wrong with the body of a tool's POST or PATCH; empty: nothing."""
    from elevenlabs.types.tool_request_model import ToolRequestModel

    faults = list(_of_value(dict(body), ToolRequestModel, ("body",)))
    config = body.get("tool_config")
    if not faults and isinstance(config, Mapping):
        place: Place = ("body", "tool_config")
        faults += _of_waiting(config, place)
        faults += _of_parameters(config.get("parameters"), (*place, "parameters"))
    return faults


def voice_problem(agent: Json) -> str | None:
    """ElevenLabs' words when first language and voice model do not go together."""
    language = at(agent, "conversation_config.agent.language") or "en"
    model = at(agent, "conversation_config.tts.model_id") or _DEFAULT_VOICE
    if language == "en" and model in _FOR_OTHERS:
        return "English Agents must use turbo or flash v2."
    if language != "en" and model in _FOR_ENGLISH:
        return "Non-english Agents must use turbo or flash v2_5."
    return None


def _of_waiting(config: Mapping[str, object], place: Place) -> Iterator[Fault]:
    seconds = config.get("response_timeout_secs")
    if isinstance(seconds, int) and seconds != -1 and not 1 <= seconds <= 120:
        where = (*place, "response_timeout_secs")
        yield _fault(where, "Input should be between 1 and 120, or -1", "value_error")
    if seconds == -1 and config.get("expects_response") is not True:
        yield _fault(place, "response_timeout_secs -1 requires expects_response", "value_error")


def _of_parameters(schema: object, place: Place) -> Iterator[Fault]:
    if not isinstance(schema, Mapping):
        return
    properties = schema.get("properties")
    for name in schema.get("required") or ():
        if not isinstance(properties, Mapping) or name not in properties:
            yield _fault((*place, "required"), f"{name} is no property", "value_error")
    for name, each in properties.items() if isinstance(properties, Mapping) else ():
        yield from _of_property(each, (*place, "properties", str(name)))


def _of_property(schema: object, place: Place) -> Iterator[Fault]:
    if not isinstance(schema, Mapping):
        return
    if schema.get("type") == "object":
        yield from _of_parameters(schema, place)
    elif schema.get("type") == "array":
        yield from _of_property(schema.get("items"), (*place, "items"))
    elif len([name for name in _SOURCES if schema.get(name)]) != 1:
        names = ", ".join(sorted(_SOURCES))
        yield _fault(place, f"Exactly one of {names} must be set", "value_error")


# --- types ------------------------------------------------------------------------------------
def _of_value(value: object, kind: Any, place: Place) -> Iterator[Fault]:
    """Faults of a JSON value against a type of the SDK's models."""
    if isinstance(kind, ForwardRef):
        kind = _named(kind.__forward_arg__)
    elif isinstance(kind, str):
        kind = _named(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _of_value(value, arguments[0], place)
    elif kind is Any:
        return
    elif origin in (Union, types.UnionType):
        yield from _of_choice(value, arguments, place)
    elif origin is Literal:
        if value not in arguments:
            expected = ", ".join(repr(each) for each in arguments[:8])
            yield _fault(place, f"Input should be {expected}", "literal_error")
    elif origin is list:
        if isinstance(value, list):
            for number, each in enumerate(value):
                yield from _of_value(each, arguments[0], (*place, number))
        else:
            yield _fault(place, "Input should be a valid list", "list_type")
    elif origin is dict:
        if isinstance(value, Mapping):
            for name, each in value.items():
                yield from _of_value(each, arguments[1], (*place, str(name)))
        else:
            yield _fault(place, "Input should be a valid dictionary", "dict_type")
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _of_model(value, kind, place)
    elif not _is_a(value, kind):
        yield _fault(place, f"Input should be a valid {kind.__name__}", "type_error")


def _of_choice(value: object, kinds: tuple[Any, ...], place: Place) -> Iterator[Fault]:
    """A union: null where it may be null, else the alternative that fits best."""
    if value is None and type(None) in kinds:
        return
    # The SDK's enumerations are open ("or anything"); today's ElevenLabs knows just these.
    closed = [each for each in kinds if each is not type(None)]
    named = [each for each in closed if get_origin(each) is Literal]
    tried = [list(_of_value(value, each, place)) for each in named or closed]
    yield from min(tried, key=len, default=[])


def _of_model(value: object, model: type[BaseModel], place: Place) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield _fault(place, "Input should be a valid dictionary", "model_type")
        return
    fields = model.model_fields
    yield from _of_fields(value, {name: each.annotation for name, each in fields.items()}, place)
    for name, each in fields.items():
        if each.is_required() and name not in value:
            yield _fault((*place, name), "Field required", "missing")


def _of_fields(
    value: Mapping[str, object], known: Mapping[str, Any], place: Place
) -> Iterator[Fault]:
    for name, each in value.items():
        if name in known:
            yield from _of_value(each, known[name], (*place, name))
        else:
            yield _fault((*place, name), "Extra inputs are not permitted", "extra_forbidden")


def _is_a(value: object, kind: Any) -> bool:
    if kind in (int, float):
        wanted = (int, float) if kind is float else int
        return isinstance(value, wanted) and not isinstance(value, bool)
    return isinstance(value, kind) if isinstance(kind, type) else True


def _named(name: str) -> Any:
    import elevenlabs.types as vendor

    return getattr(vendor, name)


def _fault(place: Place, said: str, kind: str) -> Fault:
    return {"loc": list(place), "msg": said, "type": kind}
