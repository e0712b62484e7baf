"""The way of 20 ms while two people simply talk: no command around the sound, nobody asked twice.

What it does is what the long way (`CallSession.receive`, then every command) would do with the
same frame. Whether a call simply talks is found out when something else happens in it, not for
every frame; who watches (a recording, a listener) gets the long way, where all is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bridge.commands import Command
from bridge.elevenlabs_socket import AgentSocket
from bridge.events import BusinessAudio
from bridge.passing_time import ONE_IN
from bridge.session import CallSession


class StraightWay:
    """Of one call. Closed at first."""

    def __init__(self, session: CallSession, loop: asyncio.AbstractEventLoop, began: float) -> None:
        """`began`: the loop's time from which the session counts."""
        self._session = session
        self._playback = session.playback
        self._loop = loop
        self._began = began
        self._agent: AgentSocket | None = None

    def close(self) -> None:
        """Something happens, and may change everything."""
        self._agent = None

    def open_if_simple(self, agent: AgentSocket | None) -> None:
        """It has happened: frames go straight to this agent, if there is one that nobody watches,
        and the two simply talk."""
        self._agent = agent if agent is not None and self._session.simply_talks else None

    def took(self, event: BusinessAudio) -> Sequence[Command] | None:
        """What is still to be done if this frame went this way, usually nothing; None: it did
        not."""
        agent = self._agent
        if agent is None or event.chunk % ONE_IN == 1:  # which is timed on the long way
            return None
        now = self._loop.time() - self._began
        sound = self._session.pass_on(event, now)
        if sound is None:
            return None
        # Nothing of the session is under way while a socket is written to, so that what a socket
        # reports at once can be dealt with there and then.
        if sound:
            agent.pass_on(sound)
        return self._session.release(now) if now >= self._playback.due_at else ()
