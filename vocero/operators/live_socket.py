"""The live page's socket: everything that happens, and the lines of the call that is watched."""

from __future__ import annotations

import asyncio

from vocero.operators.access import Session
from vocero.operators.peer import Peer, read_json, until_first
from vocero.operators.room import Room
from vocero.operators.subscriber import Subscriber
from vocero.operators.words import is_id

STILL_S = 15.0
"""After that much silence the page is told that we are still there."""


async def serve(room: Room, peer: Peer, session: Session) -> None:
    """Until the browser goes: raises PeerGone or PeerAbuses."""
    async with room.feed.subscriber() as subscriber:
        await until_first(_tell(peer, subscriber), _hear(room, peer, session, subscriber))


async def _tell(peer: Peer, subscriber: Subscriber) -> None:
    while True:
        try:
            async with asyncio.timeout(STILL_S):
                text = await subscriber.next()
        except TimeoutError:
            await peer.send_json({"type": "still"})
        else:
            await peer.send(text)


async def _hear(room: Room, peer: Peer, session: Session, subscriber: Subscriber) -> None:
    while True:
        match read_json(await peer.receive()):
            case {"type": "watch", "id": str(attempt_id)} if is_id(attempt_id):
                await _watch(room, session, subscriber, attempt_id)
            case {"type": "watch", "id": None}:
                room.feed.watch(subscriber, None)
            case {"type": "ping"}:
                await peer.send_json({"type": "pong"})
            case _:
                pass


async def _watch(room: Room, session: Session, subscriber: Subscriber, attempt_id: str) -> None:
    # Who reads along is written down; one that cannot be is told nothing.
    if not room.feed.knows(attempt_id) or await room.audit.opened(session, attempt_id):
        room.feed.watch(subscriber, attempt_id)
