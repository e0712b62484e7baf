"""A listener's socket: a call's sound as both ends hear it, until the call is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from vocero.operators.access import Session
from vocero.operators.answers import Refused
from vocero.operators.audit import Act
from vocero.operators.needs import Listening
from vocero.operators.peer import TRY_LATER, Peer, PeerMustGo, read_json, until_first
from vocero.operators.room import Room

FAR_OFF_MS = 1e15
"""No clock shows more."""

CallNow = Callable[[], int | None]
"""Milliseconds since the call was ordered; None once it is over."""


async def serve(room: Room, peer: Peer, session: Session, attempt_id: str) -> None:
    """Until the call is over or the browser goes: then raises PeerGone or PeerAbuses."""
    began = asyncio.get_running_loop().time()
    try:
        place = await _place(room, attempt_id)
        if place is not None:
            listening, now_ms = place
            await until_first(_play(room, peer, attempt_id, listening, now_ms), _hear(peer, now_ms))
        await peer.send_json({"type": "over"})
    finally:
        room.feed.listeners_changed(attempt_id)
        seconds = f"{asyncio.get_running_loop().time() - began:.0f} s"
        room.soon(
            room.audit.note(session.name, Act.STOPPED_LISTENING, attempt_id, seconds),
            "noting the end of listening",
        )


async def _place(room: Room, attempt_id: str) -> tuple[Listening, CallNow] | None:
    """In this call, whoever has it; None: it is over."""
    listening = room.needs.board.listen(attempt_id)
    if listening is not None:
        return listening, lambda: _call_now_ms(room, attempt_id)
    try:
        seen = await room.calls.seen(attempt_id)
    except Refused:
        raise PeerMustGo(TRY_LATER) from None
    if seen is None:
        return None
    ear = room.sound.listen(attempt_id, seen)
    return ear, ear.now_ms


async def _play(
    room: Room, peer: Peer, attempt_id: str, listening: Listening, now_ms: CallNow
) -> None:
    async with listening as ear:
        room.feed.listeners_changed(attempt_id)
        begun = False
        async for piece in ear:
            if not begun:
                begun = True
                await peer.send_json(
                    {"type": "begin", "from_ms": piece.from_ms, "call_now_ms": now_ms()}
                )
            await peer.send(piece.packed())


async def _hear(peer: Peer, now_ms: CallNow) -> None:
    while True:
        match read_json(await peer.receive()):
            case {"type": "ping", "t": int() | float() as at} if abs(at) < FAR_OFF_MS:
                await peer.send_json({"type": "pong", "t": at, "call_now_ms": now_ms()})
            case _:
                pass


def _call_now_ms(room: Room, attempt_id: str) -> int | None:
    call = room.needs.board.live_call(attempt_id)
    return None if call is None else round(call.at_s * 1000)
