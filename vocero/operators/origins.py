"""Whether a request comes from our own page. Pure.

A browser says in Origin which page a request comes from, and no page can lie about it. It must be
the public address, or, where the page is opened by a bare address or on this machine, the very
address that was asked: a name that an attacker points at us is no such address, so nothing is
gained by rebinding it.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?", re.ASCII)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """Where the page is served."""

    base_url: str
    """The public address; "" when there is none."""

    def origin_is_ours(self, origin: str | None, host: str | None) -> bool:
        """Whether a request with these two headers comes from our page."""
        theirs = _split(origin or "")
        if theirs is None:
            return False
        if theirs == _split(self.base_url):
            return True
        scheme, name, port = theirs
        asked = _host(host or "", scheme)
        return asked == (name, port) and _is_address(name)

    def is_https(self, host: str | None) -> bool:
        """Whether a browser that asks for this Host does so by https."""
        ours = _split(self.base_url)
        return ours is not None and ours[0] == "https" and _host(host or "", "https") == ours[1:]

    def is_secure(self, host: str | None) -> bool:
        """Whether browsers lend the page a microphone: by https, or on this machine."""
        asked = _host(host or "", "http")
        return self.is_https(host) or (asked is not None and _is_loopback(asked[0]))


def socket_sources(host: str | None) -> str:
    """What a Content-Security-Policy must allow for the sockets; "" for a Host that is none."""
    asked = (host or "").lower()
    return f"ws://{asked} wss://{asked}" if _HOST.fullmatch(asked) else ""


def _split(origin: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return None
    where = _host(parts.netloc, parts.scheme) if parts.scheme in _PORTS else None
    if where is None or parts.path or parts.query or parts.fragment:
        return None
    return (parts.scheme, *where)


def _host(host: str, scheme: str) -> tuple[str, int] | None:
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return None
    return found[1], int(found[2] or _PORTS[scheme])


def _is_address(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return name == "localhost" or (
        _is_address(name) and ipaddress.ip_address(name.strip("[]")).is_loopback
    )
