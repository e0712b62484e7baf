"""What must not be found in a recording: numbers, tokens, signatures, spelled-out speech."""

from __future__ import annotations

import json
from typing import Any

from data.masking import HIDDEN, Masker

SECRET_KEYS = frozenset(
    {
        "api_key",
        "auth_token",
        "authorization",
        "conversation_signature",
        "password",
        "secret",
        "signature",
        "signed_url",
        "token",
    }
)
SOUND_KEYS = frozenset({"audio_base_64", "payload", "sound", "user_audio_chunk"})
SPELLED_OUT = frozenset({"alignment", "normalized_alignment"})
"""Words letter by letter beside the agent's sound: cannot be masked, and nobody reads them."""
LEAST_DIGITS = 10**7

_PLAIN_SOUND = ('{"event":"media","streamSid":', '{"user_audio_chunk":')
"""How our own messages of sound begin; there is nothing else in them."""


def masked(value: Any, masker: Masker) -> Any:
    """A JSON value without them; sound stays as it is."""
    if isinstance(value, str):
        return masker.mask(value)
    if isinstance(value, dict):
        return {
            masker.mask(key): item if key in SOUND_KEYS else _masked_item(key, item, masker)
            for key, item in value.items()
            if key not in SPELLED_OUT
        }
    if isinstance(value, list):
        return [masked(item, masker) for item in value]
    if isinstance(value, int) and value >= LEAST_DIGITS:
        text = masker.mask(str(value))
        return value if text == str(value) else text
    return value


def _masked_item(key: str, item: Any, masker: Masker) -> Any:
    if key.lower() in SECRET_KEYS and isinstance(item, str) and item:
        return HIDDEN
    return masked(item, masker)


def masked_text(text: str, masker: Masker, *, ours: bool) -> str:
    """One websocket message: as it came when nothing has to be masked, else written anew."""
    if ours and text.startswith(_PLAIN_SOUND):
        return text
    try:
        message = json.loads(text)
        clean = masked(message, masker)
    except (ValueError, RecursionError):
        return masker.mask(text)
    return text if clean == message else json.dumps(clean, separators=(",", ":"))
