"""Twilio's signatures, computed by ourselves from its documentation.

The signature is base64(HMAC-SHA1(auth token, signed text)). The signed text is the whole URL
without its fragment; for a form post each parameter's name and value follow, in byte order of the
names, without separators, repeated equal values once and sorted.
Source: https://www.twilio.com/docs/usage/security#validating-requests
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(auth_token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """The value of X-Twilio-Signature; a GET and a websocket upgrade have no form."""
    signed, _, _ = url.partition("#")
    for name, value in sorted(set(form), key=_byte_order):
        signed += name + value
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


def _byte_order(field: tuple[str, str]) -> tuple[bytes, bytes]:
    name, value = field
    return name.encode(), value.encode()
