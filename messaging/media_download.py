"""Fetches a customer's attachment from the carrier: bounded in hops, bytes and time.

Where it may be fetched from is decided in messaging.media_address. Redirects are followed by hand:
our credentials go to the carrier only, and a redirect's host is resolved first, so that the
address that was checked is the address that is connected to.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx

from data.reply import VoiceTrouble
from messaging.media_address import Forbidden, Hop, first_hop, is_loopback, may_connect, next_hop

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host (name, port), best first. Raises OSError."""

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_MOST_ADDRESSES = 3
"""Of one host, tried in turn."""
_AGAIN_AFTER_S = (1.0, 3.0)
"""The recording may not be there yet right after the webhook (reported: a 404 that passes)."""
_CONNECT_S = 5.0
_READ_S = 10.0


class NotFetched(Exception):
    """There is no recording to listen to. str() says why, for the log, quoting nothing."""

    def __init__(self, trouble: VoiceTrouble, why: str, *, may_pass: bool = False) -> None:
        super().__init__(why)
        self.trouble = trouble
        self.may_pass = may_pass
        """Whether asking again in a moment may help."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is fetched at most."""

    size: int = 16 * 1024 * 1024
    """Bytes: what WhatsApp itself allows for sound."""
    seconds: float = 20.0
    """In all, with every retry and redirect."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An attachment."""

    content: bytes
    content_type: str
    """As its host says: lower case, without parameters."""


class MediaDownload:
    """Downloads attachments of one account.

    `http` is not closed here. `base_url` is TWILIO_API_BASE_URL; `redirect_hosts` are the only
    hosts that a redirect may lead to.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        account_sid: str,
        auth_token: str,
        base_url: str,
        redirect_hosts: Sequence[str],
        *,
        resolve: Resolve | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._http = http
        self._account_sid = account_sid
        self._auth = httpx.BasicAuth(account_sid, auth_token)
        self._base_url = base_url
        self._allowed = frozenset(host.lower() for host in redirect_hosts)
        self._carrier_is_local = is_loopback(httpx.URL(base_url).host)
        self._resolve = resolve or resolved
        self._limits = limits or Limits()

    async def fetch(self, url: str, fits: Callable[[str], bool]) -> Fetched:
        """The attachment at `url`, if its content type `fits`. Raises NotFetched."""
        try:
            start = first_hop(url, self._base_url, self._account_sid)
            async with asyncio.timeout(self._limits.seconds):
                for pause_s in (*_AGAIN_AFTER_S, None):
                    try:
                        return await self._follow(start, fits)
                    except NotFetched as failure:
                        if pause_s is None or not failure.may_pass:
                            raise
                    await asyncio.sleep(pause_s)
        except Forbidden as forbidden:
            raise NotFetched(VoiceTrouble.GONE, str(forbidden)) from None
        except TimeoutError:
            raise NotFetched(VoiceTrouble.GONE, "it did not arrive in time") from None
        raise AssertionError("unreachable: the last try returns or raises")

    async def _follow(self, hop: Hop, fits: Callable[[str], bool]) -> Fetched:
        response = await self._send(hop.url, auth=self._auth)
        for left in range(_MOST_REDIRECTS, -1, -1):
            try:
                if response.status_code not in _REDIRECTS:
                    return await self._read(response, fits)
                location = response.headers.get("location", "")
            finally:
                await response.aclose()
            if left:
                hop = next_hop(hop, location, self._allowed, self._carrier_is_local)
                response = await self._send_pinned(hop)
        raise NotFetched(VoiceTrouble.GONE, "redirected too often")

    async def _send_pinned(self, hop: Hop) -> httpx.Response:
        """Asks the next host, without credentials, at an address that was looked at."""
        try:
            addresses = await self._resolve(hop.host, hop.port)
        except (OSError, UnicodeError):
            raise NotFetched(
                VoiceTrouble.GONE, "a redirect's host was not found", may_pass=True
            ) from None
        # All of them: a name that has one such address today may give only that one tomorrow.
        if not addresses or not all(may_connect(address, hop) for address in addresses):
            raise Forbidden("redirected to a host with an address that is not public")
        tried = addresses[:_MOST_ADDRESSES]
        for left, address in enumerate(tried, 1 - len(tried)):
            pinned = Hop(hop.scheme, address, hop.port, hop.target, hop.on_this_machine)
            try:
                return await self._send(pinned.url, host=hop)
            except NotFetched:
                if left == 0:
                    raise
        raise AssertionError("unreachable: the last address answers or raises")

    async def _send(
        self, url: str, auth: httpx.Auth | None = None, host: Hop | None = None
    ) -> httpx.Response:
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "vocero"}
        extensions: dict[str, object] = {
            "timeout": httpx.Timeout(_READ_S, connect=_CONNECT_S).as_dict()
        }
        if host is not None:
            headers["Host"] = host.origin.partition("://")[2]
            # A connection to an address must not serve another name that lives there as well.
            headers["Connection"] = "close"
            extensions["sni_hostname"] = host.host
        try:
            # Made here and not by the client, so that nothing of the client's own goes along.
            request = httpx.Request("GET", url, headers=headers, extensions=extensions)
            return await self._http.send(request, stream=True, auth=auth, follow_redirects=False)
        except (httpx.HTTPError, httpx.StreamError) as failure:
            raise _unreachable(failure) from None
        except (httpx.InvalidURL, ValueError):
            raise NotFetched(VoiceTrouble.GONE, "an address that cannot be asked") from None

    async def _read(self, response: httpx.Response, fits: Callable[[str], bool]) -> Fetched:
        status = response.status_code
        if status != 200:
            passes = status in (404, 408, 425, 429) or status >= 500
            raise NotFetched(
                VoiceTrouble.GONE, f"its host answered with status {status}", may_pass=passes
            )
        content_type = plain_type(response.headers.get("content-type", ""))
        if not fits(content_type):
            raise NotFetched(VoiceTrouble.NOT_SOUND, "its host calls it something else than sound")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise NotFetched(VoiceTrouble.NOT_SOUND, "it came compressed")
        too_long = NotFetched(VoiceTrouble.TOO_LONG, f"more than {self._limits.size} bytes")
        length = response.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > self._limits.size:
            raise too_long
        content = bytearray()
        try:
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > self._limits.size:
                    raise too_long
        except (httpx.HTTPError, httpx.StreamError) as failure:
            raise _unreachable(failure) from None
        return Fetched(bytes(content), content_type)


def plain_type(content_type: str) -> str:
    """ "audio/ogg" of "Audio/OGG; codecs=opus"."""
    return content_type.partition(";")[0].strip().lower()


async def resolved(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _unreachable(failure: Exception) -> NotFetched:
    return NotFetched(VoiceTrouble.GONE, type(failure).__name__, may_pass=True)
