"""A Redis of the tests' own: in a folder, on a socket, keeping nothing on the disk.

Without the program the tests that need one are skipped by name.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

STARTS_WITHIN_S = 10.0


def program() -> str | None:
    """Where redis-server is."""
    return shutil.which("redis-server")


class RedisServer:
    """`remove` leaves nothing of it."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._folder = Path(tempfile.mkdtemp(prefix="vocero-redis-"))
        self._socket = self._folder / "redis.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns when it takes connections."""
        settings = {"port": "0", "unixsocket": str(self._socket), "save": "", "appendonly": "no"}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [self._program, *options],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + STARTS_WITHIN_S
        while self._said("PING") != "PONG":
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("redis-server does not start")
            time.sleep(0.02)

    def kill(self) -> None:
        """Gone in an instant, with all connections."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """It says nothing any more, and its connections stay."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def remove(self) -> None:
        """Nothing is left of it."""
        self._end(signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)

    def keys(self) -> list[str]:
        """What is kept in it."""
        return self._said("KEYS", "*").split()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None

    def _said(self, *command: str) -> str:
        asked = [self._program.replace("redis-server", "redis-cli"), "-s", str(self._socket)]
        done = subprocess.run(
            [*asked, *command], capture_output=True, text=True, timeout=10, check=False
        )
        return done.stdout.strip()
