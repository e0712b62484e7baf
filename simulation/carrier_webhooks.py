"""The carrier's requests to the application: signed, bounded, retried as the URL's fragment says.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (fragment),
https://www.twilio.com/docs/usage/webhooks/webhooks-faq (15 s).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from simulation.signing import sign

Form = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Policy:
    """Connection overrides: seconds, retries, and what is retried."""

    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})

    @classmethod
    def of(cls, url: str) -> Policy:
        """As the fragment of the URL says; what is out of range keeps its default."""
        given = dict(parse_qsl(urlsplit(url).fragment))
        plain = cls()
        return cls(
            connect_s=_bounded(given.get("ct"), 100, 10_000, plain.connect_s * 1000) / 1000,
            read_s=_bounded(given.get("rt"), 100, 15_000, plain.read_s * 1000) / 1000,
            total_s=_bounded(given.get("tt"), 100, 15_000, plain.total_s * 1000) / 1000,
            retries=int(_bounded(given.get("rc"), 0, 5, plain.retries)),
            retry_on=frozenset(given["rp"].split(",")) if "rp" in given else plain.retry_on,
        )

    def retries_after(self, failure: str) -> bool:
        """`failure` is ct, rt, 4xx or 5xx."""
        return "all" in self.retry_on or failure in self.retry_on


def _bounded(text: str | None, low: float, high: float, default: float) -> float:
    if text is None or not (text.isascii() and text.isdecimal()):
        return default
    return float(text) if low <= float(text) <= high else default


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a request ended. `failure` is "" for 2xx, else ct, rt, 4xx, 5xx or 3xx."""

    status: int = 0
    body: bytes = b""
    content_type: str = ""
    failure: str = ""
    attempts: int = 1

    @property
    def code(self) -> int:
        """Twilio's debugger code, 0 when all is well."""
        return {"": 0, "ct": 11205}.get(self.failure, 11200)


def webhook_client() -> httpx.AsyncClient:
    """What webhooks are posted with over sockets: a connection for each of them.

    Kept alive, twenty of them would be dead at once when the application dies; and a request that
    is cancelled while httpx closes dead connections leaves all of them open but one.
    """
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(trust_env=False, timeout=15.0, limits=limits)


class Webhooks:
    """Signs and sends. Never raises for what the application does."""

    def __init__(self, http: httpx.AsyncClient, auth_token: str, randomness: Random) -> None:
        self._http = http
        self._auth_token = auth_token
        self._random = randomness

    async def request(
        self, url: str, form: Form, *, method: str = "POST", signature: str | None = None
    ) -> Delivery:
        """One webhook with its retries; they carry the same I-Twilio-Idempotency-Token.

        `signature` replaces the right one (to forge).
        """
        policy = Policy.of(url)
        target, _, _ = url.partition("#")
        token = f"{self._random.getrandbits(128):032x}"
        headers = {
            "Accept": "*/*",
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": token,
        }
        content: bytes | None = urlencode(form).encode()
        signed: Form = form
        if method == "GET":
            target += ("&" if "?" in target else "?") + urlencode(form)
            content, signed = None, ()
            del headers["Content-Type"]
        headers["X-Twilio-Signature"] = signature or sign(self._auth_token, target, signed)
        for attempt in range(1, policy.retries + 2):
            result = await self._once(method, target, headers, content, policy, attempt)
            if not result.failure or not policy.retries_after(result.failure):
                break
        return result

    async def _once(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        content: bytes | None,
        policy: Policy,
        attempt: int,
    ) -> Delivery:
        timeout = httpx.Timeout(policy.read_s, connect=policy.connect_s)
        try:
            async with asyncio.timeout(policy.total_s):
                response = await self._http.request(
                    method, target, headers=headers, content=content, timeout=timeout
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL):
            return Delivery(failure="ct", attempts=attempt)
        except (httpx.HTTPError, TimeoutError):
            return Delivery(failure="rt", attempts=attempt)
        ok = response.is_success
        return Delivery(
            status=response.status_code,
            body=response.content,
            content_type=response.headers.get("content-type", ""),
            failure="" if ok else f"{response.status_code // 100}xx",
            attempts=attempt,
        )
