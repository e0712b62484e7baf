"""What goes over Redis, sealed with a key of the workers' own. Pure.

Whoever can write into the same Redis could otherwise whisper to agents and hang up on businesses.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

from vocero.bus.bus import Json

SEAL = 16
MOST_BYTES = 512 * 1024
"""Of one message; nothing of ours comes near it."""


class Seal:
    """Makes and checks seals; each is good on one channel only."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.new(secret.encode(), b"vocero bus", hashlib.sha256).digest()

    def sealed(self, channel: str, message: bytes) -> bytes:
        """As it is published."""
        return self._seal(channel, message) + message

    def opened(self, channel: str, sealed: bytes) -> bytes | None:
        """The message, or None when it is not one of ours."""
        if not SEAL <= len(sealed) <= SEAL + MOST_BYTES:
            return None
        message = sealed[SEAL:]
        if not hmac.compare_digest(sealed[:SEAL], self._seal(channel, message)):
            return None
        return message

    def _seal(self, channel: str, message: bytes) -> bytes:
        return hmac.new(self._key, channel.encode() + b"\0" + message, hashlib.sha256).digest()[
            :SEAL
        ]


def packed(message: Mapping[str, object]) -> bytes:
    """JSON in ASCII: half a surrogate pair, which an agent's JSON can hold, has no other form."""
    return json.dumps(message, separators=(",", ":")).encode()


def unpacked(message: bytes) -> Json | None:
    """The object in it, or None when it is none."""
    try:
        value = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
