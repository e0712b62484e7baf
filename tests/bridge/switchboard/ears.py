"""What listeners do in these tests, and what the neighbours say meanwhile."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.listening import Listening, SoundPiece
    from bridge.ports import SocketListener
    from tests.bridge.switchboard.conftest import Exchange

FRAME = b"\x7f\xff" * 80


def says(exchange: Exchange, event_id: int, sound: bytes) -> None:
    """The agent of the newest call says something."""
    inside = {"audio_base_64": b64encode(sound).decode(), "event_id": event_id}
    exchange.agents[-1][1].text_received(json.dumps({"type": "audio", "audio_event": inside}))


def interrupts(exchange: Exchange, event_id: int) -> None:
    """The business spoke over the agent of the newest call."""
    inside = {"event_id": event_id}
    text = json.dumps({"type": "interruption", "interruption_event": inside})
    exchange.agents[-1][1].text_received(text)


def ear_of(exchange: Exchange, attempt_id: str = "one") -> Listening:
    """A listener of a live call."""
    ear = exchange.board.listen(attempt_id)
    assert ear is not None
    return ear


async def hear(ear: Listening, count: int) -> list[SoundPiece]:
    """So many pieces."""
    return [await anext(ear) for _ in range(count)]


async def business_talks(exchange: Exchange, listener: SocketListener, frames: int) -> None:
    """So many frames of 20 ms, in time."""
    for chunk in range(1, frames + 1):
        listener.text_received(exchange.media(chunk))
        await asyncio.sleep(0.02)


def taps(exchange: Exchange) -> bool:
    """Whether the call does anything for listeners."""
    return exchange.call()._tap is not None
