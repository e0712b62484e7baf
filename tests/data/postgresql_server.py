"""A PostgreSQL of the tests' own, of Debian's binaries: in a folder, on a socket, without fsync.

Without the binaries the tests that need one are skipped by name.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

USER = "vocero"
PORT = 5432
"""Only the name of the socket: nothing listens on the network."""
_STARTS_WITHIN_S = 30.0
_STOPS_WITHIN_S = 20.0


def binaries() -> Path | None:
    """The folder of initdb, postgres and psql; the newest there is."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def _version(initdb: Path) -> float:
    try:
        return float(initdb.parent.parent.name)
    except ValueError:
        return 0.0


class PostgresServer:
    """Made anew in a folder of its own; `remove` leaves nothing of it."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Not pytest's own folder: that is shut to others, and sockets need a short path.
        self.folder = Path(tempfile.mkdtemp(prefix="vocero-pg-"))
        self._data = self.folder / "data"
        self._log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            # It refuses to run as root.
            names = {each.pw_name for each in pwd.getpwall()}
            entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self._as = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self._run(
            "initdb",
            *("--pgdata", self._data, "--username", USER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"),
            **self._as,
        )

    @property
    def socket(self) -> Path:
        return self.folder / f".s.PGSQL.{PORT}"

    @property
    def pid(self) -> int:
        """Of the process whose children all others are."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns when it takes connections, also after a crash."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.folder,
            "port": PORT,
            "fsync": "off",
            "full_page_writes": "off",
            "deadlock_timeout": "100ms",
            "autovacuum": "off",
        }
        options = [part for each in settings.items() for part in ("-c", f"{each[0]}={each[1]}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self._as,
            )
        until = time.monotonic() + _STARTS_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL does not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it in order, SIGQUIT is a crash: what was not committed is lost."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_STOPS_WITHIN_S)
            self._process = None

    def remove(self) -> None:
        """Stopped, and nothing is left of it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, options: str = "ENCODING 'UTF8'") -> str:
        """The address of an empty one."""
        self._made += 1
        name = f"test{self._made}"
        self.sql("postgres", f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        return f"postgresql+asyncpg://{USER}@/{name}?host={self.folder}&port={PORT}"

    def drop_database(self, url: str) -> None:
        """With whoever still uses it."""
        self.sql("postgres", f"DROP DATABASE IF EXISTS {name_in(url)} WITH (FORCE)")

    def sql(self, database: str, statements: str) -> list[tuple[str, ...]]:
        """One after the other, behind the store's back; what they answer, as text."""
        answered = self._run(
            "psql",
            *("--host", self.folder, "--port", str(PORT), "--username", USER, "--dbname", database),
            *("--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--field-separator=\x1f"),
            *("--set", "ON_ERROR_STOP=1", "--file", "-"),
            told=statements,
        )
        return [tuple(line.split("\x1f")) for line in answered.splitlines()]

    def _answers(self) -> bool:
        asked: list[str | Path] = [
            self._programs / "pg_isready",
            "-q",
            "-h",
            self.folder,
            "-p",
            str(PORT),
        ]
        return subprocess.run(asked, check=False, timeout=10).returncode == 0

    def _run(self, program: str, *arguments: str | Path, told: str = "", **run_as: Any) -> str:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self.folder,
            input=told,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **run_as,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")
        return done.stdout


def name_in(url: str) -> str:
    """The name of the database in an address of `new_database`."""
    return url.split("/")[3].split("?")[0]
