"""Posts a form as the carrier does, for tests and benches that post in their own way."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import httpx

from simulation.signing import sign


async def post_form(
    http: httpx.AsyncClient, url: str, form: Sequence[tuple[str, str]], auth_token: str
) -> httpx.Response:
    """Signed. Raises httpx.HTTPError."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(auth_token, url, form),
    }
    return await http.post(url, content=urlencode(form), headers=headers)
