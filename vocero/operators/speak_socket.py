"""An operator's voice: takes the call over, passes the microphone on, gives the call back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from audio.formats import ULAW_8000, AudioFormat, parse_format
from audio.transcode import Transcoder
from vocero.operators.access import Session
from vocero.operators.answers import Refused
from vocero.operators.audit import Act
from vocero.operators.mouths import Mouth
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
    elsewhere = await room.told.speaks_elsewhere(session, attempt_id)
    speech = None if elsewhere else room.speakers.begin(session, attempt_id)
    if speech is None:
        await peer.send_json({"type": "refused", "error": "busy"})
        return
    mouth: Mouth | None = None
    try:
        try:
            mouth = await room.mouths.take_over(attempt_id, session.name)
        except Refused as why:
            await peer.send_json({"type": "refused", "error": why.code})
            return
        room.soon(room.audit.note(session.name, Act.TOOK_OVER, attempt_id), "noting a takeover")
        await peer.send_json({"type": "taken"})
        talk = _Talk(room, peer, session, speech, mouth, Transcoder(audio_format, ULAW_8000))
        await until_first(talk.pass_on(), _ended(peer, speech), _lost(peer, speech, mouth))
    finally:
        room.speakers.end(session, speech)
        if mouth is not None and not speech.settled:
            mouth.gone()


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


async def _lost(peer: Peer, speech: Speech, mouth: Mouth) -> None:
    code = await mouth.lost()
    speech.settled = True
    await peer.send_json(_no_more(code))


def _no_more(code: str) -> dict[str, str]:
    return {"type": "over"} if code == "over" else {"type": "refused", "error": code}


@dataclass(slots=True)
class _Talk:
    room: Room
    peer: Peer
    session: Session
    speech: Speech
    mouth: Mouth
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
        code = self.mouth.sound(self.transcoder.convert(pcm))
        if not code or self.speech.ended.is_set():
            return True  # what there is to say about its end is being said
        self.speech.settled = True
        await self.peer.send_json(_no_more(code))
        return False

    async def _told(self, text: str) -> bool:
        match read_json(text):
            case {"type": "handback", **rest}:
                summary = rest.get("summary")
                words = one_line(summary)[:LONGEST_TYPED] if isinstance(summary, str) else ""
            case _:
                return False
        code = await self.mouth.hand_back(words)
        if code:
            if self.speech.ended.is_set():
                return False
            self.speech.settled = True
            await self.peer.send_json(_no_more(code))
            return True
        self.speech.settled = True
        room, attempt_id = self.room, self.speech.attempt_id
        room.soon(
            room.audit.note(self.session.name, Act.HANDED_BACK, attempt_id), "noting a hand-back"
        )
        await self.peer.send_json({"type": "handed_back"})
        return True
