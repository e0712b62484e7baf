"""Which other ways of building the bridge are measured, and what a reader must know of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

FROM_OUTSIDE = (
    "measured from outside: how late its event loop is, its garbage collections and its own count "
    "of underruns are not known"
)
STRAIGHT_ON = (
    "an agent's burst is sent straight on and waits at the carrier: sound cannot be late for want "
    "of pacing, and the bridge never knows how much of it was heard; it has far fewer messages to "
    "send than a bridge that paces and asks for marks"
)
UNFILTERED = "converted with audioop, whose resampler has no filter: cheap, and it sounds so"
CUT_AT_THE_END = (
    "Quart cancels a handler when its carrier is gone, with what it has not read yet: a few bytes "
    "lost, up, when calls hang up"
)
ON_UVLOOP = "Hypercorn runs on uvloop here; as it comes, it runs on asyncio"
LATE_SOCKET = (
    "what the business says before the session's thread has its socket is thrown away: bytes lost, "
    "up"
)
WAITS_AT_THE_END = (
    "a hang-up waits in the event loop until the session's thread has ended, as in the vendor's "
    "example: see the figures while others hang up; what is lost or late there is counted as well"
)
THREADS = "every call has threads of its own: how long other programs had the core is not known"
NO_LEAD = (
    "it sends sound at the speed of speech without any lead: what an agent says at once waits in "
    "the bridge, so `down` is mostly that wait (compare first audio), and jitter of milliseconds "
    "can be an underrun here that a carrier's own small buffer would hide"
)
WHOLE_PIECES = (
    "it sends whole pieces of 40 ms, as it comes: what is left of an utterance waits for the next "
    "one (lost and foreign bytes, down); with pieces of 20 ms nothing is left, at about a quarter "
    "more CPU"
)
SWITCHED_OFF = "RTVI, turn tracking and logs below warnings are switched off"
HELD_BACK = (
    "its resampler (soxr, very high quality) holds sound back: in `up`, and what it still holds at "
    "the end is counted as lost"
)


@dataclass(frozen=True, slots=True)
class Peer:
    """One of them."""

    name: str
    what: str
    """In the words of a table."""
    packages: tuple[str, ...]
    """Whose versions are told with the figures."""
    notes: tuple[str, ...]
    """Which figures mean something else here, or nothing."""
    converted_notes: tuple[str, ...] = ()
    """The same for an agent's format that has to be converted."""
    has_threads: bool = False
    """For every call: they wait for each other's core, so that others' share cannot be told."""

    @property
    def requirements(self) -> Path:
        """What its environment is made from."""
        return HERE / f"requirements-{self.name}.txt"

    @property
    def module(self) -> str:
        """What runs there."""
        return f"tests.bench.peers.bridges.{self.name}"

    def notes_for(self, agent_format: str) -> tuple[str, ...]:
        """All that apply to a run with this format."""
        converted = () if agent_format == "ulaw_8000" else self.converted_notes
        return (FROM_OUTSIDE, *self.notes, *converted)


PEERS: Mapping[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer(
            "sample_style",
            "FastAPI, uvicorn and `websockets`, as in public samples",
            ("fastapi", "uvicorn", "websockets", "uvloop"),
            (STRAIGHT_ON,),
            (UNFILTERED,),
        ),
        Peer(
            "quart",
            "Quart on Hypercorn, and `websockets`",
            ("quart", "hypercorn", "websockets", "uvloop"),
            (STRAIGHT_ON, CUT_AT_THE_END, ON_UVLOOP),
            (UNFILTERED,),
        ),
        Peer(
            "sdk_example",
            "ElevenLabs' SDK (`Conversation`) on a FastAPI websocket",
            ("elevenlabs", "fastapi", "uvicorn", "websockets", "uvloop"),
            (STRAIGHT_ON, LATE_SOCKET, WAITS_AT_THE_END, THREADS),
            (UNFILTERED,),
            has_threads=True,
        ),
        Peer(
            "pipecat",
            "pipecat's FastAPI transport with its Twilio serializer",
            ("pipecat-ai", "fastapi", "uvicorn", "websockets", "uvloop"),
            (NO_LEAD, WHOLE_PIECES, SWITCHED_OFF),
            (HELD_BACK,),
        ),
    )
}
