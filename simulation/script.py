"""The words in which a scene is written: who does what, in order.

A scene is played by three independent parties over the vendors' wire: the customer (WhatsApp), the
business (behind the simulated carrier) and the agent (behind the simulated ElevenLabs). Each walks
through its own steps and reacts only to what really reached it: the business to the sound that it
hears, the agent to the sound that it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


# --- the customer -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Write:
    """Writes this on WhatsApp."""

    text: str


@dataclass(frozen=True, slots=True)
class AwaitReply:
    """Waits for a message of Vocero that contains this (case and accents ignored)."""

    containing: str = ""
    within_s: float = 60.0


@dataclass(frozen=True, slots=True)
class AwaitPhone:
    """Waits until the business's phone is in this state (the carrier's word, e.g. "ringing")."""

    status: str
    within_s: float = 60.0


CustomerStep = Write | AwaitReply | AwaitPhone


# --- the business -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Speak:
    """Says a clip now, whether or not the agent is talking."""

    clip: str


@dataclass(frozen=True, slots=True)
class ListenOut:
    """Waits until it has heard the agent and then nothing for `quiet_ms`."""

    quiet_ms: int = 700


@dataclass(frozen=True, slots=True)
class ListenFor:
    """Waits until it has heard the agent for this long (to interrupt it)."""

    heard_ms: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Does nothing for a while."""

    ms: int


@dataclass(frozen=True, slots=True)
class PutDown:
    """Hangs up."""


BusinessStep = Speak | ListenOut | ListenFor | Wait | PutDown


class Pickup(StrEnum):
    """What the business's phone does."""

    ANSWERS = "answers"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    MACHINE = "machine"
    """An answering machine picks up; the asynchronous verdict says so."""
    FAILS = "failed"


# --- the agent --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Hear:
    """Waits until it was sent speech and then `quiet_ms` of quiet; reports the clip's text."""

    clip: str
    quiet_ms: int = 500


@dataclass(frozen=True, slots=True)
class Say:
    """Speaks a clip: sent in bursts, far faster than real time; the turn ends when it has played.

    With `interruptible` speech from the business while it plays leads to an interruption, a
    correction and `late_frames` pieces of sound that carry the interrupted id.
    """

    clip: str
    interruptible: bool = True
    late_frames: int = 0


@dataclass(frozen=True, slots=True)
class UseTool:
    """Calls one of our tools and waits for its answer."""

    name: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    within_s: float = 10.0


@dataclass(frozen=True, slots=True)
class EndCall:
    """Uses its own end_call and closes with 1000 at once, however much is still unheard."""


@dataclass(frozen=True, slots=True)
class BreakOff:
    """Is lost: closes with this code, or drops the connection (0)."""

    code: int = 1011


@dataclass(frozen=True, slots=True)
class FallSilent:
    """Stays connected and sends nothing more, not even pings."""


AgentStep = Hear | Say | UseTool | EndCall | BreakOff | FallSilent


@dataclass(frozen=True, slots=True)
class Scene:
    """A small story with a known ending."""

    name: str
    story: str
    """One sentence for the person who watches."""
    customer: tuple[CustomerStep, ...]
    business: tuple[BusinessStep, ...]
    agent: tuple[AgentStep, ...]
    ends_as: str
    """The outcome status that the scene must end with ("booked", "busy" …)."""
    pickup: Pickup = Pickup.ANSWERS
    ring_ms: int = 1500
    voicemail_greeting: str = ""
    """Clip that a MACHINE plays."""
    language: str = "es"
    words: Mapping[str, str] = field(default_factory=dict)
    """What is said with a clip, where it is not the clip's own text: it is transcribed as this."""
    calls_before: tuple[Scene, ...] = ()
    """Calls that come before this one in the same story: each is played by its own scene's
    business and agent, whatever number is dialled."""
    tool_delay_ms: int = 0
    """How long Vocero's own tools are held up; whoever wires the scene sees to it."""
