"""How often a password may be wrong: per address and in all, within a quarter of an hour. Pure."""

from __future__ import annotations

import ipaddress
from collections import deque

WINDOW_S = 15 * 60
MOST_PER_ADDRESS = 10
MOST_IN_ALL = 100
"""Also the bound on what is remembered: nothing is tried beyond it."""


class LoginLimit:
    """Remembers failures; time is an argument, in seconds."""

    def __init__(self) -> None:
        self._failures: deque[tuple[float, str]] = deque()

    def wait_s(self, address: str, now: float) -> int:
        """How long nobody at this address may try; 0 when they may now."""
        self._forget(now)
        whose = _network(address)
        theirs = [at for at, who in self._failures if who == whose]
        waits = [0.0]
        if len(theirs) >= MOST_PER_ADDRESS:
            waits.append(theirs[-MOST_PER_ADDRESS] + WINDOW_S - now)
        if len(self._failures) >= MOST_IN_ALL:
            waits.append(self._failures[-MOST_IN_ALL][0] + WINDOW_S - now)
        longest = max(waits)
        return int(longest) + 1 if longest > 0 else 0

    def failed(self, address: str, now: float) -> None:
        """A wrong password came from this address."""
        self._forget(now)
        self._failures.append((now, _network(address)))
        while len(self._failures) > MOST_IN_ALL:
            self._failures.popleft()

    def _forget(self, now: float) -> None:
        while self._failures and self._failures[0][0] + WINDOW_S <= now:
            self._failures.popleft()


def _network(address: str) -> str:
    """Whoever has one IPv6 address has a whole network of them."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
