"""What a tunnel is to the service, whoever made it."""

from __future__ import annotations

from typing import Protocol


class TunnelError(Exception):
    """No tunnel; str() is one line: what is wrong, and how it is mended. Holds no secret."""

    def __init__(self, wrong: str, mend: str, *, setting: bool = False) -> None:
        super().__init__(f"tunnel: {wrong}; {mend}")
        self.wrong = wrong
        self.mend = mend
        self.setting = setting
        """Whether a setting or an installation has to be mended first: trying again is no use."""


class Tunnel(Protocol):
    """A public address that leads to the port that the service listens at."""

    @property
    def url(self) -> str:
        """As BASE_URL; the same for good."""

    @property
    def how(self) -> str:
        """Where it comes from, for people: "by the ngrok agent at 127.0.0.1:4040"."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else is worth knowing, one line each."""

    async def lost(self) -> str:
        """Waits until nobody gets through any more. Returns why."""

    async def reopen(self) -> str:
        """Once it is lost: the address at which it is open again. Bounded. Raises TunnelError."""

    async def close(self) -> None:
        """Ends it if it is ours. Bounded; never raises for what the other side does."""
