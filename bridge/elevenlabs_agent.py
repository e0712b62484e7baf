"""Where the agent's conversations are opened: a signed address for every call.

Source: ElevenLabs' get-signed-url endpoint through its own SDK. The address opens a paid
conversation for 15 minutes, so it is a secret and appears in no error.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from json import JSONDecodeError
from urllib.parse import urlsplit

import httpx
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.core.parse_error import ParsingError
from pydantic import ValidationError

from bridge.errors import AgentError
from data.call import Blame

SIGN_S = 5.0
RETRY_PAUSE_S = 0.2
_IMPORTED_LATE = ("platform", "sniffio", "anyio._backends._asyncio", "anyio.streams.tls")
"""What the SDK and its HTTP client import with their first request (a test watches this)."""


class AgentSettingsError(AgentError):
    """The agent's service refused because of how Vocero or the account is set up."""

    blame = Blame.OURS


_REFUSALS = {
    401: (
        "ElevenLabs does not accept the key: check ELEVENLABS_API_KEY and its permission for"
        " Agents (convai_read)"
    ),
    403: "ElevenLabs forbids it: the key of ELEVENLABS_API_KEY lacks the permission for Agents",
    404: "ElevenLabs knows no such agent: check ELEVENLABS_AGENT_ID and ELEVENLABS_BASE_URL",
    422: "ElevenLabs does not understand the agent's id: check ELEVENLABS_AGENT_ID",
}


class AgentDoor:
    """Asks for signed addresses. Everything slow (imports, TLS) is done when it is built."""

    def __init__(
        self,
        api_key: str,
        agent_id: str,
        base_url: str,
        http: httpx.AsyncClient | None = None,
        *,
        timeout_s: float = SIGN_S,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`http` replaces the connection pool; whoever hands one in closes it."""
        self._owned = httpx.AsyncClient() if http is None else None
        client = AsyncElevenLabs(
            api_key=api_key,
            base_url=base_url.rstrip("/"),
            timeout=timeout_s,
            httpx_client=http or self._owned,
        )
        # Imports during the first call would stop every other call for 50 ms.
        for name in _IMPORTED_LATE:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        self._conversations = client.conversational_ai.conversations
        self._agent_id = agent_id
        self._clear_allowed = _is_clear_loopback(base_url)
        self._timeout_s = timeout_s
        self._pause = pause

    async def signed_url(self) -> str:
        """An address that opens one conversation. Raises AgentError, with what to mend."""
        try:
            url = await self._ask()
        except _WorthAnotherTry:
            await self._pause(RETRY_PAUSE_S)
            try:
                url = await self._ask()
            except _WorthAnotherTry as again:
                raise AgentError(str(again), status=again.status) from None
        schemes = {"wss", "ws"} if self._clear_allowed else {"wss"}
        try:
            parts = urlsplit(url)
        except ValueError:
            raise AgentError("ElevenLabs answered with an unusable address") from None
        if parts.scheme not in schemes or not parts.hostname:
            raise AgentError("ElevenLabs answered with an address that is not wss")
        return url

    async def aclose(self) -> None:
        """Close the connections that are our own."""
        if self._owned is not None:
            await self._owned.aclose()

    async def _ask(self) -> str:
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._conversations.get_signed_url(
                    agent_id=self._agent_id,
                    # The SDK would repeat by itself and wait as long as a header tells it to.
                    request_options={"timeout_in_seconds": self._timeout_s, "max_retries": 0},
                )
        except (TimeoutError, httpx.TimeoutException):
            raise _WorthAnotherTry(
                f"ElevenLabs did not answer within {self._timeout_s:g} s"
            ) from None
        except (ApiError, ParsingError) as error:
            raise _refused(error.status_code) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            kind = type(error).__name__
            raise _WorthAnotherTry(f"ElevenLabs cannot be reached ({kind})") from None
        except (JSONDecodeError, ValidationError, ValueError, TypeError):
            # TypeError: the SDK builds its models from whatever the JSON holds.
            raise AgentError("ElevenLabs answered with something unreadable") from None
        url = getattr(answer, "signed_url", None)
        if not isinstance(url, str):
            raise AgentError("ElevenLabs answered without a signed address")
        return url


class _WorthAnotherTry(Exception):
    """Nothing was opened yet; str() is for the error when the second try fails, too."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def _refused(status: int | None) -> Exception:
    if status in _REFUSALS:
        return AgentSettingsError(_REFUSALS[status], status=status)
    if status == 429:
        limit = "ElevenLabs is at its limit of conversations or requests: try later"
        return AgentError(limit, status=status)
    if status is not None and status >= 500:
        return _WorthAnotherTry(f"ElevenLabs has a failure of its own (HTTP {status})", status)
    return AgentError(f"ElevenLabs refused to sign an address (HTTP {status})", status=status)


def _is_clear_loopback(base_url: str) -> bool:
    try:
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
