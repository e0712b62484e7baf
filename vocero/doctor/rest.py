"""Asking somebody over HTTP once, with an end: an answer, or why there was none, in plain words."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

MOST_BYTES = 1_000_000
MOST_SAID = 160
"""Characters of somebody else's own words in a finding."""
SWITCHED = 101
LEAST_S = 0.1


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answered."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    content: bytes
    at: float
    """When it began to arrive, by our own clock; seconds since the epoch."""

    def fields(self) -> dict[str, Any]:
        """The JSON object in it, or {}."""
        try:
            read = json.loads(self.content)
        except (ValueError, RecursionError):
            return {}
        return read if isinstance(read, dict) else {}

    def said(self) -> str:
        """The other side's own explanation on one line, or ""."""
        told: object = self.fields()
        for name in ("error", "detail", "message"):
            inner = told.get(name) if isinstance(told, dict) else None
            if isinstance(inner, dict | str):
                told = inner
        text = told if isinstance(told, str) else ""
        shown = "".join(c if c.isprintable() else " " for c in text[: 4 * MOST_SAID])
        return " ".join(shown.split())[:MOST_SAID]


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nobody answered."""

    why: str
    """A clause: "api.twilio.com did not answer within 5 s"."""


Answer = Reply | NoReply


class Asker:
    """Asks and never raises for what the other side does."""

    def __init__(
        self, http: httpx.AsyncClient, now: Callable[[], float], answer_s: float, ends_at: float
    ) -> None:
        """`http` is lent; `now` in seconds since the epoch. Every question has its answer within
        `answer_s`, or by `ends_at` on the loop's clock.
        """
        self._http = http
        self._now = now
        self._answer_s = answer_s
        self._ends_at = ends_at
        self.hung = False
        """Whether somebody did not answer in time: a name lookup may still be waiting."""

    @property
    def within_s(self) -> float:
        """How long a question that is asked now may take, its answer included."""
        left = self._ends_at - asyncio.get_running_loop().time()
        return max(LEAST_S, min(self._answer_s, left))

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
        form: Mapping[str, str] | None = None,
        body: object = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """`body` is sent as JSON. Redirects are answers like any other."""
        where, within_s = urlsplit(url).netloc, self.within_s
        try:
            async with asyncio.timeout(within_s):
                async with self._http.stream(
                    method,
                    url,
                    headers=headers,
                    auth=auth,
                    data=form,
                    json=body,
                    params=query,
                    timeout=within_s,
                    follow_redirects=False,
                ) as response:
                    at = self._now()
                    content = b"" if response.status_code == SWITCHED else await _read(response)
                    return Reply(response.status_code, response.headers, content, at)
        except (TimeoutError, httpx.TimeoutException):
            self.hung = True
            return NoReply(f"{where} did not answer within {within_s:.2g} s")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return NoReply(_why(error, where))


async def _read(response: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > MOST_BYTES:
            break
    return bytes(content)


def _why(error: Exception, where: str) -> str:
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return f"the name of {where} is not known"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of {where} is not accepted ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return f"{where} does not speak TLS"
        if isinstance(cause, ConnectionRefusedError):
            return f"nothing listens at {where}"
    return f"{where} cannot be reached ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    if error is None:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _causes(each)
    yield from _causes(error.__cause__ or error.__context__)
