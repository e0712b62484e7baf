"""µ-law of 8 kHz to and from what the agent wants, with audioop, as public samples do it."""

from __future__ import annotations

import audioop
from typing import Any

WIDTH, MONO = 2, 1
LINE_RATE, AGENT_RATE = 8000, 16000


class Converter:
    """Both directions of one call."""

    def __init__(self, agent_format: str) -> None:
        self.needed = agent_format != "ulaw_8000"
        """False: sound can be passed on as it is."""
        self._up: Any = None
        self._down: Any = None

    def to_agent(self, ulaw: bytes) -> bytes:
        """The business's sound."""
        if not self.needed:
            return ulaw
        samples = audioop.ulaw2lin(ulaw, WIDTH)
        converted, self._up = audioop.ratecv(samples, WIDTH, MONO, LINE_RATE, AGENT_RATE, self._up)
        return bytes(converted)

    def to_carrier(self, sound: bytes) -> bytes:
        """The agent's sound."""
        if not self.needed:
            return sound
        samples, self._down = audioop.ratecv(sound, WIDTH, MONO, AGENT_RATE, LINE_RATE, self._down)
        return bytes(audioop.lin2ulaw(samples, WIDTH))
