"""An operator's browser, as far as the server can tell: cookies, tokens, Origin, sockets."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from quart import Quart
from werkzeug.datastructures import Headers

PASSWORD = "a password that nobody guesses"
HOST = "vocero.example"
ORIGIN = f"https://{HOST}"
COOKIE = "vocero_operator"


@dataclass
class Answer:
    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json["error"])


@dataclass
class Browser:
    """Give `origin` or `csrf` another value, or None to leave it out."""

    app: Quart
    host: str = HOST
    origin: str | None = ORIGIN
    csrf: str | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = Headers({"Host": self.host})
        if self.cookies:
            sent["Cookie"] = self.cookie_header()
        if method not in ("GET", "HEAD"):
            if self.origin is not None:
                sent["Origin"] = self.origin
            if self.csrf is not None:
                sent["X-CSRF-Token"] = self.csrf
        sent.update(headers or {})
        client: Any = self.app.test_client(use_cookies=False)
        got = await client.open(path, method=method, headers=sent, data=data)
        for cookie in got.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(got.status_code, got.headers, await got.get_data(as_text=False))

    async def get(self, path: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.ask("GET", path, headers=named)

    async def post(self, path: str, body: object = None) -> Answer:
        data = b"" if body is None else json.dumps(body).encode()
        return await self.ask("POST", path, data=data, headers={"Content-Type": "application/json"})

    async def send_form(self, path: str, form: Mapping[str, str]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.ask("POST", path, data=urlencode(form).encode(), headers=kind)

    async def log_in(self, name: str = "Ana", password: str = PASSWORD) -> Answer:
        """Log in, and read the token off the page as its script does."""
        answer = await self.send_form("/operator/login", {"name": name, "password": password})
        if answer.status == 303:
            self.csrf = self.attribute((await self.get("/operator/")).text, "csrf")
        return answer

    @staticmethod
    def attribute(page: str, name: str) -> str:
        found = re.search(rf'data-{name}="([^"]*)"', page)
        assert found is not None, page
        return found[1]

    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def ticket(self, purpose: str, call: str = "") -> str:
        path = f"calls/{call}/ticket" if call else "ticket"
        answer = await self.post(f"/operator/api/{path}", {"for": purpose})
        assert answer.status == 200, answer.text
        return str(answer.json["ticket"])

    def socket(self, path: str, ticket: str | None = None) -> Socket:
        """A websocket to be opened with `async with`; `origin` and cookies are this browser's."""
        query = "" if ticket is None else urlencode({"ticket": ticket})
        headers = [(b"host", self.host.encode())]
        if self.origin is not None:
            headers.append((b"origin", self.origin.encode()))
        if self.cookies:
            headers.append((b"cookie", self.cookie_header().encode()))
        return Socket(self.app, path, query, headers)

    async def live(self) -> Socket:
        return self.socket("/operator/live", await self.ticket("live"))

    async def of_call(self, call: str, purpose: str) -> Socket:
        ticket = await self.ticket(purpose, call)
        return self.socket(f"/operator/calls/{call}/{purpose}", ticket)


class Socket:
    """One websocket straight on ASGI: everything that the server says about it is kept."""

    def __init__(
        self, app: Quart, path: str, query: str, headers: list[tuple[bytes, bytes]]
    ) -> None:
        self.said: list[Mapping[str, Any]] = []
        """Every ASGI message of the server, in order."""
        self.ended = asyncio.Event()
        """The server has nothing more to do with it."""
        self._app = app
        self._scope = {
            "type": "websocket",
            "asgi": {"spec_version": "2.3", "version": "3.0"},
            "scheme": "wss",
            "http_version": "1.1",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("198.51.100.7", 50_000),
            "server": ("127.0.0.1", 8000),
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        self._to_server: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._read = 0
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.reads = asyncio.Event()
        """Cleared: takes nothing any more, as a browser that hangs."""
        self.reads.set()

    async def __aenter__(self) -> Self:
        self._to_server.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.leave()

    async def leave(self) -> None:
        """The connection breaks off."""
        assert self._task is not None
        self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1006})
        await asyncio.wait_for(self._task, 60)

    async def _run(self) -> None:
        try:
            app: Any = self._app
            await app(self._scope, self._to_server.get, self._server_says)
        finally:
            self.ended.set()
            self._news.set()

    async def _server_says(self, message: Any) -> None:
        await self.reads.wait()
        self.said.append(message)
        self._news.set()
        refused = message["type"] == "websocket.http.response.body"
        if message["type"] == "websocket.close" or (refused and not message.get("more_body")):
            self._to_server.put_nowait({"type": "websocket.disconnect", "code": 1000})

    # --- what it looks like from the browser ----------------------------------------------------
    @property
    def accepted(self) -> bool:
        return any(each["type"] == "websocket.accept" for each in self.said)

    @property
    def status(self) -> int | None:
        """With which it was refused."""
        for each in self.said:
            if each["type"] == "websocket.http.response.start":
                return int(each["status"])
        return None

    @property
    def close_code(self) -> int | None:
        for each in self.said:
            if each["type"] == "websocket.close":
                return int(each["code"])
        return None

    async def send(self, message: object) -> None:
        data = message if isinstance(message, bytes) else None
        text = None if isinstance(message, bytes) else json.dumps(message)
        self._to_server.put_nowait({"type": "websocket.receive", "bytes": data, "text": text})
        await asyncio.sleep(0)

    async def next(self, within_s: float = 60) -> Any:
        """The next message: an object, or bytes. Raises TimeoutError, EOFError at the end."""
        async with asyncio.timeout(within_s):
            while True:
                while self._read < len(self.said):
                    message = self.said[self._read]
                    self._read += 1
                    if message["type"] == "websocket.send":
                        data = message.get("bytes")
                        return json.loads(message["text"]) if data is None else data
                if self.ended.is_set():
                    raise EOFError
                self._news.clear()
                await self._news.wait()

    async def until(self, kind: str, within_s: float = 60) -> Any:
        """The next object of this type; what comes before it is skipped."""
        async with asyncio.timeout(within_s):
            while True:
                message = await self.next(within_s)
                if isinstance(message, dict) and message["type"] == kind:
                    return message
