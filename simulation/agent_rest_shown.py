"""How ElevenLabs shows agents and tools: with the defaults of everything that was not set."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from simulation.agent_profile import DEFAULT_CLIENT_EVENTS, Json

_SYSTEM_TOOLS = (
    "end_call",
    "language_detection",
    "transfer_to_agent",
    "transfer_to_number",
    "skip_turn",
    "play_keypad_touch_tone",
    "voicemail_detection",
)
_AGENT: Json = {
    "tags": [],
    "metadata": {"created_at_unix_secs": 1_790_000_000, "updated_at_unix_secs": 1_790_000_000},
    "phone_numbers": [],
    "conversation_config": {
        "asr": {
            "quality": "high",
            "provider": "elevenlabs",
            "user_input_audio_format": "pcm_16000",
            "keywords": [],
        },
        "turn": {
            "turn_timeout": 7.0,
            "initial_wait_time": None,
            "silence_end_call_timeout": -1.0,
            "turn_eagerness": "normal",
            "speculative_turn": False,
            "interruption_ignore_terms": [],
        },
        "tts": {
            "model_id": "eleven_flash_v2",
            "voice_id": "cjVigY5qzO86Huf0OWal",
            "agent_output_audio_format": "pcm_16000",
            "stability": 0.5,
            "speed": 1.0,
            "similarity_boost": 0.8,
        },
        "conversation": {
            "text_only": False,
            "max_duration_seconds": 600,
            "client_events": list(DEFAULT_CLIENT_EVENTS),
        },
        "language_presets": {},
        "agent": {
            "first_message": "",
            "language": "en",
            "dynamic_variables": {"dynamic_variable_placeholders": {}},
            "prompt": {
                "prompt": "",
                "llm": "gemini-2.5-flash",
                "temperature": 0.0,
                "tool_ids": [],
                "built_in_tools": dict.fromkeys(_SYSTEM_TOOLS),
            },
        },
    },
    "platform_settings": {
        "auth": {
            "enable_auth": False,
            "allowlist": [],
            "require_origin_header": False,
            "shareable_token": None,
        },
        "overrides": {
            "conversation_config_override": {
                "agent": {
                    "first_message": False,
                    "language": False,
                    "prompt": {"prompt": False, "llm": False},
                },
                "tts": {"voice_id": False, "stability": False, "speed": False},
                "conversation": {"text_only": False},
            },
            "custom_llm_extra_body": False,
        },
        "queueing_config": {"enabled": True},
        "call_limits": {"agent_concurrency_limit": -1, "daily_limit": 100_000},
        "privacy": {"record_voice": True, "retention_days": -1},
    },
}
_SYSTEM_TOOL: Json = {
    "description": "",
    "response_timeout_secs": 20,
    "disable_interruptions": False,
    "assignments": [],
    "tool_call_sound": None,
}
_CLIENT_TOOL: Json = {
    "response_timeout_secs": 20,
    "expects_response": False,
    "disable_interruptions": False,
    "interruption_mode": "allow",
    "pre_tool_speech": "auto",
    "assignments": [],
    "tool_call_sound": None,
    "tool_call_sound_behavior": "auto",
    "tool_error_handling_mode": "auto",
    "execution_mode": "immediate",
    "dynamic_variables": {"dynamic_variable_placeholders": {}},
}
_PARAMETER: Json = {
    "enum": None,
    "is_system_provided": False,
    "dynamic_variable": "",
    "constant_value": "",
    "is_omitted": False,
}


def shown_agent(agent: Mapping[str, object]) -> Json:
    """What GET answers for an agent."""
    shown: Any = _over(_AGENT, agent)
    prompt = shown["conversation_config"]["agent"]["prompt"]
    prompt["built_in_tools"] = {
        name: None if tool is None else _over(_SYSTEM_TOOL, tool)
        for name, tool in prompt["built_in_tools"].items()
    }
    settled: Json = shown
    return settled


def shown_tool(config: Mapping[str, object]) -> Json:
    """What a tool's `tool_config` looks like in an answer."""
    shown = _over(_CLIENT_TOOL if config.get("type") == "client" else {}, config)
    parameters = shown.get("parameters")
    if isinstance(parameters, dict):
        shown["parameters"] = _parameters(parameters)
    return shown


def _parameters(schema: Json) -> Json:
    shown: Json = {"description": "", "required": [], "required_constraints": None, **schema}
    properties = schema.get("properties")
    if isinstance(properties, dict):
        shown["properties"] = {name: _property(each) for name, each in properties.items()}
    return shown


def _property(schema: Json) -> Json:
    if schema.get("type") == "object":
        return _parameters(schema)
    items = schema.get("items")
    if isinstance(items, dict):
        return {**schema, "items": _property(items)}
    return {**_PARAMETER, **schema}


def _over(defaults: Mapping[str, object], given: Mapping[str, object]) -> Json:
    """`given` with the defaults of whatever it leaves out, however deep."""
    merged: Json = deepcopy(dict(defaults))
    for name, value in given.items():
        kept = merged.get(name)
        if isinstance(kept, dict) and isinstance(value, Mapping):
            merged[name] = _over(kept, value)
        else:
            merged[name] = deepcopy(value)
    return merged
