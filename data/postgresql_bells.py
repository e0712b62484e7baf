"""Bells between workers: PostgreSQL's LISTEN and NOTIFY."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy.engine import URL

from data.kept_connection import kept_connection

CHANNEL = "vocero"
"""Of one database: others on the same server do not hear it."""


def server_bells(url: URL, heard: Callable[[str], None]) -> AbstractAsyncContextManager[None]:
    """Within, `heard` is told of every ring; "" after a gap. Raises StoreError on entering."""

    def rung(_connection: object, _pid: int, _channel: str, about: object) -> None:
        heard(str(about))

    async def listen(connection: Any, again: bool) -> None:
        await connection.add_listener(CHANNEL, rung)
        if again:
            asyncio.get_running_loop().call_soon(heard, "")

    return kept_connection(url, "vocero bells", listen)
