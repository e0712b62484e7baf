"""One running peer, on the bridge's core."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import IO, Any

from tests.bench.peers.peer import ROOT, Peer
from vocero.benching import machine
from vocero.benching.wish import BenchFailed

READY_S = 90.0
"""Some import for a long time."""
LOOK_EVERY_S = 0.1
LEAVING_S = 3.0


class PeerProcess:
    """`async with` starts it, waits until it listens, and leaves nothing behind."""

    def __init__(
        self,
        peer: Peer,
        python: Path,
        core: int | None,
        *,
        port: int,
        agents_port: int,
        agent_format: str,
        log: Path,
    ) -> None:
        """`log`: the file that what it says goes to."""
        self._peer = peer
        self._core = core
        self._port = port
        self._command = [
            *(str(python), "-m", peer.module),
            *("--port", str(port), "--agents-port", str(agents_port), "--format", agent_format),
        ]
        self._process: asyncio.subprocess.Process | None = None
        self._log_path = log
        self._log: IO[Any] | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> PeerProcess:
        # Nothing of the surroundings: neither keys nor a proxy for 127.0.0.1.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._log = self._log_path.open("wb")
        try:
            with machine.pinned_to(self._core):  # it stays where it was born
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=self._log,
                    stderr=self._log,
                    cwd=ROOT,
                    env={**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
                )
            await self._listens()
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._leave()

    def check(self) -> None:
        """Raises BenchFailed when it has ended by itself."""
        if self._process is not None and self._process.returncode is not None:
            raise BenchFailed(f"{self._peer.name} ended by itself: see {self._log_path}")

    async def _listens(self) -> None:
        try:
            async with asyncio.timeout(READY_S):
                while True:
                    self.check()
                    try:
                        _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                    except OSError:
                        await asyncio.sleep(LOOK_EVERY_S)
                    else:
                        writer.close()
                        await writer.wait_closed()
                        return
        except TimeoutError:
            why = f"{self._peer.name} does not listen: see {self._log_path}"
            raise BenchFailed(why) from None

    async def _leave(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(LEAVING_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._log is not None:
            self._log.close()
