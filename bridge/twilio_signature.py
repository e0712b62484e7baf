"""Is it really Twilio? Signatures of form posts and of websocket upgrades.

The signed address is built from the configured public address and the raw path, never from
request headers, which whoever asks can choose. Source: Twilio's description of X-Twilio-Signature
and its SDK's RequestValidator; for the upgrade, Twilio's own agent-connect code.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from typing import Protocol
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

_DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
_WEBSOCKET_SCHEMES = {"https": "wss", "http": "ws"}


class Form(Protocol):
    """A form that keeps repeated fields (what Quart's `await request.form` gives)."""

    def __iter__(self) -> Iterator[str]: ...

    def getlist(self, key: str, /) -> list[str]: ...


class TwilioSignature:
    """Checks with one auth token and one public base address. Without a token all is refused."""

    def __init__(self, auth_token: str, base_url: str) -> None:
        self._validator = RequestValidator(auth_token) if auth_token else None
        self._base_url = base_url.rstrip("/")

    def form_is_genuine(self, raw_path_and_query: str, form: Form, signature: str | None) -> bool:
        """Whether Twilio signed this form for this address.

        Says nothing about replays, and fields can be re-split between names and values under the
        same signature: check the ids in the form as well.
        """
        scheme = urlsplit(self._base_url).scheme
        return self._signed(self._variants(scheme, raw_path_and_query), form, signature)

    def upgrade_is_genuine(self, path: str, signature: str | None) -> bool:
        """Whether Twilio signed a websocket upgrade for this raw path.

        Accepted with or without a trailing slash, with or without the default port, and signed
        for wss as well as for https.
        """
        scheme = urlsplit(self._base_url).scheme
        bare = path.rstrip("/")
        urls = [
            url
            for each in (_WEBSOCKET_SCHEMES.get(scheme, scheme), scheme)
            for spelled in (bare, bare + "/")
            for url in self._variants(each, spelled)
        ]
        return self._signed(urls, None, signature)

    def websocket_url(self, path: str) -> str:
        """The public address of a websocket: wss for https, ws for http."""
        scheme, _, rest = self._base_url.partition("://")
        return f"{_WEBSOCKET_SCHEMES.get(scheme.lower(), scheme)}://{rest}{path}"

    def _variants(self, scheme: str, path: str) -> list[str]:
        # Twilio is not consistent about the port, and signs the host as it was given or in lower
        # case; the SDK tries the port both ways, too.
        parts = urlsplit(self._base_url)
        try:
            host, port = parts.netloc.rpartition("@")[2], parts.port
        except ValueError:
            return []
        if port is not None:
            host = host.rpartition(":")[0]
        ports = {"", f":{port or _DEFAULT_PORTS.get(scheme, 443)}"}
        hosts = {host, host.lower()}
        return [f"{scheme}://{h}{p}{parts.path}{path}" for h in hosts for p in ports]

    def _signed(self, urls: Iterable[str], form: Form | None, signature: str | None) -> bool:
        if self._validator is None or not self._base_url:
            return False
        # A header comes from outside: it may be missing, bytes or anything but base64.
        if not isinstance(signature, str) or not signature.isascii() or not signature:
            return False
        genuine = False
        for url in urls:
            try:
                expected = self._validator.compute_signature(url, form)
            except (TypeError, UnicodeEncodeError):
                return False  # a file among the fields, or half a surrogate pair
            genuine |= hmac.compare_digest(expected.encode(), signature.encode())
        return genuine
