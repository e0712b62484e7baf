"""What a recorded call sounded like: both voices, each where it was heard."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable

from audio.mix import StereoTimeline
from bridge import twilio_wire
from bridge.errors import BadFrame
from bridge.events import BusinessAudio, StreamStopped
from bridge.sound_places import BYTES_PER_S, FrameJoint, Playhead

SPARE_MS = 10_000
"""How far the carrier's timestamps may run ahead of our clock before they are disbelieved."""


class SoundTrack:
    """Collects sound in the order of the call; `timeline` is the result.

    The business is placed by the carrier's timestamps, the agent by the playhead (`sound_places`).
    What was cleared, or not played when the stream ended, was not heard.
    """

    def __init__(self, began: float, ended: float) -> None:
        """`began`, `ended`: the media stream's start and the call's end, in call seconds."""
        self._began = began
        self._frames = FrameJoint()
        self._playhead = Playhead(began)
        self.timeline = StereoTimeline(max(0.0, ended - began) * 1000 + SPARE_MS)

    def business(self, event: BusinessAudio) -> None:
        """Sound of the business."""
        at = self._frames.place(event.at_ms, len(event.sound))
        self.timeline.place("left", at, event.sound)

    def play(self, sound: bytes, t: float) -> None:
        """Sound that was sent to the business."""
        at = self._playhead.play(len(sound), t)
        self.timeline.place("right", self._sample(at), sound)

    def silence(self, t: float) -> None:
        """What was sent before and not heard by now is not heard any more."""
        if self._playhead.stop(t):
            self.timeline.truncate("right", self._sample(t))

    def _sample(self, t: float) -> int:
        return max(0, round((t - self._began) * BYTES_PER_S))


def stream_began(lines: Iterable[tuple[float, str, str]]) -> float | None:
    """When the media stream started; `lines` are (t, sender, text) of the carrier's socket."""
    for t, sender, text in lines:
        if sender == "carrier":
            try:
                if isinstance(twilio_wire.decode(text), twilio_wire.StreamOpened):
                    return t
            except BadFrame:
                continue
    return None


def follow(track: SoundTrack, t: float, sender: str, text: str) -> None:
    """Put one message of the carrier's socket, either way, on the track."""
    if sender == "vocero":
        match json.loads(text):
            case {"event": "media", "media": {"payload": str(payload)}}:
                track.play(b64decode(payload), t)
            case {"event": "clear"}:
                track.silence(t)
            case _:
                pass
        return
    try:
        event = twilio_wire.decode(text)
    except BadFrame:
        return
    if isinstance(event, BusinessAudio):
        track.business(event)
    elif isinstance(event, StreamStopped):
        track.silence(t)
