"""A tunnel that we open ourselves with the `ngrok` package (extra `tunnel`), ngrok's own agent.

It reconnects by itself after a disturbance and says so from a thread of its own; when it gives up,
we open another one with the same name. Its words are never shown as they come: some repeat the
token. Errors are ValueErrors of (what failed, why) and mostly a third: "ERR_NGROK_107".
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from vocero.setting_values import base_url_problem
from vocero.tunnel.choice import ANY_ADDRESS, Here, shown
from vocero.tunnel.tunnel import TunnelError

OPEN_S = 20.0
"""For logging in and getting an address, and for a reconnection that is under way."""
CLOSE_S = 3.0
TOKEN_PAGE = "https://dashboard.ngrok.com/get-started/your-authtoken"
INSTALL = "in Vocero's folder `pip install '.[tunnel]'`"
NETWORK = "see this machine's network; https://status.ngrok.com"

_CODE = re.compile(r"ERR_NGROK_[0-9]{1,6}")
_BAD_TOKEN = frozenset({105, 106, 107, 109, 4018})
_KNOWN = {
    108: ("your ngrok account has no agent to spare", "end the other one; see {page}"),
    334: ("that address is online already", "end the other ngrok that has it; see {page}"),
}


def load_package() -> Any:
    """The `ngrok` module. Raises TunnelError."""
    try:
        return importlib.import_module("ngrok")
    except ModuleNotFoundError as error:
        if error.name == "ngrok":
            raise TunnelError("the ngrok package is not installed", INSTALL, setting=True) from None
        raise _unusable(error) from None
    except Exception as error:
        # Native code that does not fit this platform has many ways to say so.
        raise _unusable(error) from None


def _unusable(error: Exception) -> TunnelError:
    wrong = f"the ngrok package cannot be used on this machine ({type(error).__name__})"
    return TunnelError(wrong, "", setting=True)


class PackageTunnel:
    """One address, held by this process."""

    how = "by the ngrok package, in this process"
    remarks = ()

    def __init__(self, ngrok: Any, token: str, here: Here) -> None:
        self._ngrok = ngrok
        self._token = token
        host = "127.0.0.1" if here.host in ANY_ADDRESS else here.host
        self._to = f"http://{f'[{host}]' if ':' in host else host}:{here.port}"
        self._session: Any = None
        self._listener: Any = None
        self._ended: asyncio.Future[Any] | None = None
        """Done when the package has given up."""
        self._disturbed = asyncio.Event()
        self._alive = asyncio.Event()
        self._why = ""
        self.url = ""

    async def open(self, name: str = "") -> None:
        """With this name ("x.ngrok-free.app"), or whatever ngrok gives. Raises TunnelError."""
        self.url = await self._open(name)

    async def lost(self) -> str:
        """Waits for the package's word that it lost its connection, or gave up."""
        disturbed = asyncio.create_task(self._disturbed.wait())
        waited = {disturbed} if self._ended is None else {disturbed, self._ended}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            disturbed.cancel()
        return self._why or "ngrok closed it"

    async def reopen(self) -> str:
        """Waits for the package to reconnect; opens another one when it gave up."""
        if self._ended is None or self._ended.done():
            await self.close()
            return await self._open(urlsplit(self.url).hostname or "")
        try:
            async with asyncio.timeout(OPEN_S):
                await self._alive.wait()
        except TimeoutError:
            raise TunnelError("ngrok is not reached", NETWORK) from None
        self._disturbed.clear()
        return self.url

    async def close(self) -> None:
        """Gives the address back."""
        ended, self._ended = self._ended, None
        if ended is not None:
            ended.cancel()
            await asyncio.wait({ended}, timeout=CLOSE_S)
        for each in (self._listener, self._session):
            if each is None:
                continue
            # What cannot be closed ends with the process.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(CLOSE_S):
                    await each.close()
        self._listener = self._session = None

    async def _open(self, name: str) -> str:
        try:
            async with asyncio.timeout(OPEN_S):
                self._session = await self._builder().connect()
                endpoint = self._session.http_endpoint()
                if name:
                    endpoint = endpoint.domain(name)
                self._listener = await endpoint.listen_and_forward(self._to)
        except TimeoutError:
            await self.close()
            wrong = f"ngrok did not give an address within {OPEN_S:g} s"
            raise TunnelError(
                wrong, "see this machine's network; https://status.ngrok.com"
            ) from None
        except Exception as error:
            await self.close()
            raise refusal(error, self._token, name, again=bool(self.url)) from None
        url = str(self._listener.url() or "").rstrip("/")
        if base_url_problem(url) is not None:
            await self.close()
            raise TunnelError(f"ngrok gave {shown(url) or 'no address'}", "an https one is needed")
        self._why = ""
        self._disturbed.clear()
        self._ended = asyncio.ensure_future(self._joined(self._listener))
        return url

    def _builder(self) -> Any:
        loop = asyncio.get_running_loop()

        def from_its_thread(tell: Callable[[], None]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(tell)

        def disconnected(_address: str = "", error: str = "") -> None:
            why = self._without_token(error)
            from_its_thread(lambda: self._has_lost_it(why))

        def heartbeat(latency_ms: int | None = None) -> None:
            if latency_ms is not None:
                from_its_thread(self._alive.set)

        builder = self._ngrok.SessionBuilder().authtoken(self._token)
        return builder.handle_disconnection(disconnected).handle_heartbeat(heartbeat)

    def _has_lost_it(self, why: str) -> None:
        self._why = why
        self._alive.clear()
        self._disturbed.set()

    def _without_token(self, text: str) -> str:
        return shown(text.replace(self._token, "***")).strip()

    async def _joined(self, listener: Any) -> None:
        # However it ends, it has ended.
        with contextlib.suppress(Exception):
            await listener.join()


def refusal(error: Exception, token: str, name: str, *, again: bool = False) -> TunnelError:
    """What the package's error means, in our words. `again`: it had been given before."""
    said = " ".join(str(each) for each in error.args).replace(token, "***")
    code = _CODE.search(said)
    if code is None:
        inner = shown(str(error.args[-1]).replace(token, "***")) if error.args else ""
        wrong = f"ngrok is not reached ({inner or type(error).__name__})"
        return TunnelError(wrong, NETWORK)
    number = int(code[0].rpartition("_")[2])
    page = f"https://ngrok.com/docs/errors/{code[0].lower()}"
    if number in _BAD_TOKEN:
        wrong = f"ngrok does not accept NGROK_AUTHTOKEN ({code[0]})"
        return TunnelError(wrong, f"copy it from {TOKEN_PAGE}", setting=True)
    if number in _KNOWN:
        wrong, mend = _KNOWN[number]
        return TunnelError(f"{wrong} ({code[0]})", mend.format(page=page))
    if name:
        wrong = f"ngrok does not give the address {shown(name)} ({code[0]})"
        other = "start `vocero serve --tunnel` again" if again else "leave BASE_URL empty"
        return TunnelError(wrong, f"{other} to take another one; see {page}")
    return TunnelError(f"ngrok refused ({code[0]})", f"see {page}")
