"""An operator's voice: takes the call over, passes the microphone on, gives the call back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from audio.formats import ULAW_8000, AudioFormat, parse_format
from audio.transcode import Transcoder
from bridge.phases import Phase
from vocero.operators.access import Session
from vocero.operators.audit import Act
from vocero.operators.peer import Peer, PeerAbuses, read_json, until_first
from vocero.operators.room import Room
from vocero.operators.speakers import Speech
from vocero.operators.words import LONGEST_TYPED, one_line

BEGIN_S = 10.0
"""How long the first message may take."""
AHEAD_MS = 3000.0
"""How much more sound may come than time has passed; more is no microphone."""
FASTER = 1.05
"""Sound cards do not keep our time."""


async def serve(room: Room, peer: Peer, session: Session, attempt_id: str) -> None:
    """Until the call is over or given back, or the browser goes: raises PeerGone, PeerAbuses."""
    audio_format = await _begin(peer)
    if audio_format is None:
        await peer.send_json({"type": "refused", "error": "bad_request"})
        return
    speech = room.speakers.begin(session, attempt_id)
    if speech is None:
        await peer.send_json({"type": "refused", "error": "busy"})
        return
    try:
        if not room.needs.board.take_over(attempt_id, session.name):
            speech.settled = True  # it never was ours
            await peer.send_json({"type": "refused", "error": why_not(room, session, attempt_id)})
            return
        room.soon(room.audit.note(session.name, Act.TOOK_OVER, attempt_id), "noting a takeover")
        await peer.send_json({"type": "taken"})
        talk = _Talk(room, peer, session, speech, Transcoder(audio_format, ULAW_8000))
        with room.feed.ending_of(attempt_id) as over:
            await until_first(talk.pass_on(), _ended(peer, speech), _over(peer, speech, over))
    finally:
        room.speakers.end(session, speech)
        if not speech.settled:
            room.needs.board.operator_gone(attempt_id, session.name)


def why_not(room: Room, session: Session, attempt_id: str) -> str:
    """The code of why this operator has not got this call."""
    call = room.needs.board.live_call(attempt_id)
    if call is None or call.phase in (Phase.CLOSING, Phase.ENDED):
        return "over"
    taken_by = call.snapshot.taken_over_by
    return "busy" if taken_by and taken_by != session.name else "not_talking"


async def _begin(peer: Peer) -> AudioFormat | None:
    """The format that the browser's microphone has, or None."""
    try:
        async with asyncio.timeout(BEGIN_S):
            first = read_json(await peer.receive())
    except TimeoutError:
        return None
    match first:
        case {"type": "begin", "format": str(name)} if name.startswith("pcm_"):
            try:
                return parse_format(name)
            except ValueError:
                return None
        case _:
            return None


async def _ended(peer: Peer, speech: Speech) -> None:
    await speech.ended.wait()
    if speech.handed_back:
        await peer.send_json({"type": "handed_back"})
    else:
        await peer.send_json({"type": "refused", "error": "busy"})


async def _over(peer: Peer, speech: Speech, over: asyncio.Event) -> None:
    await over.wait()
    speech.settled = True
    await peer.send_json({"type": "over"})


@dataclass(slots=True)
class _Talk:
    room: Room
    peer: Peer
    session: Session
    speech: Speech
    transcoder: Transcoder
    heard_ms: float = 0.0

    async def pass_on(self) -> None:
        """What the browser sends, until the call is not ours any more."""
        began = asyncio.get_running_loop().time()
        while True:
            message = await self.peer.receive()
            if isinstance(message, bytes):
                self.heard_ms += self.transcoder.source.milliseconds(len(message))
                passed_ms = (asyncio.get_running_loop().time() - began) * 1000
                if self.heard_ms > passed_ms * FASTER + AHEAD_MS:
                    raise PeerAbuses
                if not await self._sound(message):
                    return
            elif await self._told(message):
                return

    async def _sound(self, pcm: bytes) -> bool:
        attempt_id, sound = self.speech.attempt_id, self.transcoder.convert(pcm)
        if self.room.needs.board.operator_audio(attempt_id, self.session.name, sound):
            return True
        if self.speech.ended.is_set():
            return True  # what there is to say about it is being said
        self.speech.settled = True
        why = why_not(self.room, self.session, attempt_id)
        over = {"type": "over"} if why == "over" else {"type": "refused", "error": why}
        await self.peer.send_json(over)
        return False

    async def _told(self, text: str) -> bool:
        match read_json(text):
            case {"type": "handback", **rest}:
                summary = rest.get("summary")
                words = one_line(summary)[:LONGEST_TYPED] if isinstance(summary, str) else ""
            case _:
                return False
        room, attempt_id = self.room, self.speech.attempt_id
        if not room.needs.board.hand_back(attempt_id, self.session.name, words):
            return not await self._sound(b"")
        self.speech.settled = True
        room.soon(
            room.audit.note(self.session.name, Act.HANDED_BACK, attempt_id), "noting a hand-back"
        )
        await self.peer.send_json({"type": "handed_back"})
        return True
