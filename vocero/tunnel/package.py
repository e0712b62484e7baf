"""A tunnel that we open ourselves with the `ngrok` package (extra `tunnel`), ngrok's own agent.

Left to itself it reconnects after 50 ms, 2.5 s, two minutes, then hours, and does not notice when
it is given another address. So we have it give up at once, and open another one with the same
name. Its words are never shown as they come: some repeat the token. Errors are ValueErrors of
(what failed, why) and mostly a third: "ERR_NGROK_107".
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
"""For logging in and getting an address."""
LIFE_SIGN_S = 15.0
"""How long one that has fallen silent is waited for at a time."""
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
        self._joining: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        """The package has lost its connection, or has closed it."""
        self._silent = asyncio.Event()
        """The connection is there and nothing comes through."""
        self._alive = asyncio.Event()
        """Something came through, after it was silent."""
        self._why = ""
        self.url = ""

    async def open(self, name: str = "") -> None:
        """With this name ("x.ngrok-free.app"), or whatever ngrok gives. Raises TunnelError."""
        try:
            self.url = await self._open(name)
        except TunnelError:
            await self.close()
            raise

    async def lost(self) -> str:
        """Waits until the connection is lost, closed, or silent."""
        await _one_of(self._over, self._silent)
        return self._why or "ngrok closed it"

    async def reopen(self) -> str:
        """Opens another one; waits for one that is only silent, for its name is taken meanwhile."""
        if self._listener is not None:
            if await self._recovers():
                return self.url
            await self.close()
        return await self._open(urlsplit(self.url).hostname or "")

    async def _recovers(self) -> bool:
        """Whether one that was silent is heard again; not when it is over. Raises TunnelError."""
        if not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LIFE_SIGN_S):
                    await _one_of(self._over, self._alive)
        if self._over.is_set():
            return False
        if not self._alive.is_set():
            raise TunnelError("ngrok is not reached", NETWORK)
        self._silent.clear()
        return True

    async def close(self) -> None:
        """Gives the address back."""
        self._over.set()
        joining, self._joining = self._joining, None
        if joining is not None:
            joining.cancel()
            await asyncio.wait({joining}, timeout=CLOSE_S)
        for each in (self._listener, self._session):
            if each is None:
                continue
            # What cannot be closed ends with the process.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(CLOSE_S):
                    await each.close()
        self._listener = self._session = None

    async def _open(self, name: str) -> str:
        self._why = ""
        self._silent.clear()
        self._alive.clear()
        try:
            async with asyncio.timeout(OPEN_S):
                # One that is logged in and got no address is used again: how many there may be is
                # limited, and ngrok counts what was closed for a while.
                if self._session is None or self._over.is_set():
                    self._session = await self._builder().connect()
                endpoint = self._session.http_endpoint()
                if name:
                    endpoint = endpoint.domain(name)
                self._listener = await endpoint.listen_and_forward(self._to)
        except TimeoutError:
            await self.close()  # it may still be about to
            wrong = f"ngrok did not give an address within {OPEN_S:g} s"
            raise TunnelError(wrong, NETWORK) from None
        except Exception as error:
            raise refusal(error, self._token, name, again=bool(self.url)) from None
        url = str(self._listener.url() or "").rstrip("/")
        if base_url_problem(url) is not None:
            await self.close()
            raise TunnelError(f"ngrok gave {shown(url) or 'no address'}", "an https one is needed")
        self._joining = asyncio.create_task(self._joined(self._listener), name="ngrok")
        return url

    def _builder(self) -> Any:
        loop = asyncio.get_running_loop()
        over = self._over = asyncio.Event()  # of this session; an older one may still speak

        def from_its_thread(tell: Callable[[], None]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(tell)

        def disconnected(_address: str = "", error: str = "") -> None:
            why = self._without_token(error)
            from_its_thread(lambda: self._has_lost_it(over, why))
            raise ConnectionError("it is opened anew")  # the package's way to be told to give up

        def heartbeat(latency_ms: int | None = None) -> None:
            from_its_thread(lambda: self._was_heard(over, latency_ms is not None))

        builder = self._ngrok.SessionBuilder().authtoken(self._token)
        return builder.handle_disconnection(disconnected).handle_heartbeat(heartbeat)

    def _has_lost_it(self, over: asyncio.Event, why: str) -> None:
        if over is self._over:
            self._why = why
        over.set()

    def _was_heard(self, over: asyncio.Event, answered: bool) -> None:
        if over is not self._over:
            return
        if answered:
            self._alive.set()
        else:
            self._why = "nothing comes through"
            self._alive.clear()
            self._silent.set()

    def _without_token(self, text: str) -> str:
        return shown(text.replace(self._token, "***")).strip()

    async def _joined(self, listener: Any) -> None:
        over = self._over
        # However it ends, it has ended.
        with contextlib.suppress(Exception):
            await listener.join()
        over.set()


async def _one_of(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(each.wait()) for each in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()


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
