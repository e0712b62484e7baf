"""Where a customer's attachment may be fetched from, and where a redirect may lead. Pure.

The address comes in a signed form, but a signature can be stolen and our credentials go with the
request: so nothing but two identifiers is taken from it, and the address asked is our own. What a
redirect names is asked without credentials, only on hosts that are listed, only on addresses that
are public. (A carrier on this very machine, for a demo or a test, may use plain http, other ports
and its own names.)

Source: https://www.twilio.com/docs/messaging/api/media-resource; that it redirects to a second host
which refuses credentials is reported by several projects.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

_OWN = re.compile(
    r"(https?)://([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::([0-9]{1,5}))?"
    r"(/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages/(?:MM|SM)[0-9a-f]{32}/Media/ME[0-9a-f]{32})",
    re.ASCII,
)
_PRINTABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]{1,4000}", re.ASCII)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Forbidden(Exception):
    """An address that is not asked. str() says why and quotes nothing from outside."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One address to be asked."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query."""
    on_this_machine: bool
    """The host is a loopback one, and may be."""

    @property
    def origin(self) -> str:
        """Scheme, host and, unless it is the usual one, port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def url(self) -> str:
        """The address as a whole."""
        return f"{self.origin}{self.target}"


def first_hop(url: str, base_url: str, account_sid: str) -> Hop:
    """The attachment's address at the carrier `base_url`, where our credentials may go.

    Raises Forbidden.
    """
    base = urlsplit(base_url)
    named = _OWN.fullmatch(url)
    if named is None:
        raise Forbidden("not an address of an attachment")
    scheme, host, port, target, account = named.groups()
    ours = (base.scheme, base.hostname or "", base.port or _PORTS.get(base.scheme, 0))
    if (scheme, host.strip("[]"), int(port) if port else _PORTS[scheme]) != ours:
        raise Forbidden("not at the carrier that we use")
    if account != account_sid:
        raise Forbidden("of another account")
    if scheme == "http" and not is_loopback(ours[1]):
        raise Forbidden("credentials would go out in the clear")
    return Hop(*ours, target, is_loopback(ours[1]))


def next_hop(hop: Hop, location: str, allowed: frozenset[str], carrier_is_local: bool) -> Hop:
    """Where a redirect leads. `allowed` are host names in lower case. Raises Forbidden."""
    if _PRINTABLE.fullmatch(location) is None:
        raise Forbidden("redirected to an odd address")
    try:
        parts = urlsplit(urljoin(hop.url, location))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Forbidden("redirected to an odd address") from None
    if "@" in parts.netloc or (_HOST.fullmatch(host) is None and ":" not in host):
        raise Forbidden("redirected to an odd address")
    if host not in allowed:
        raise Forbidden("redirected to a host that is not listed")
    local = is_loopback(host)
    if local and not carrier_is_local:
        raise Forbidden("redirected to this machine")
    if parts.scheme not in _PORTS or (parts.scheme == "http" and not local):
        raise Forbidden("redirected to an address without encryption")
    if port is None:
        port = _PORTS[parts.scheme]
    if port != _PORTS[parts.scheme] and not local:
        raise Forbidden("redirected to an unusual port")
    target = parts.path or "/"
    return Hop(
        parts.scheme, host, port, f"{target}?{parts.query}" if parts.query else target, local
    )


def may_connect(address: str, hop: Hop) -> bool:
    """Whether the address that a redirect's host name resolved to may be connected to."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if hop.on_this_machine:
        return ip.is_loopback
    return _is_public(ip)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
        if ip.sixtofour or ip.teredo or ip.is_site_local or ip.scope_id:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)
