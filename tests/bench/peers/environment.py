"""An environment of its own for every peer: `var/peers/NAME`, made on first use."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path

from tests.bench.peers.peer import ROOT, Peer
from vocero.benching.wish import BenchFailed

ENVIRONMENTS = ROOT / "var" / "peers"
INSTALLING_S = 1200.0


def ready(peer: Peer, tell: Callable[[str], None]) -> Path:
    """Its interpreter, with what it needs installed. Raises BenchFailed."""
    folder = ENVIRONMENTS / peer.name
    python, stamp = folder / "bin" / "python", folder / ".made-from"
    wanted = f"{platform.python_version()}\n{peer.requirements.read_text(encoding='utf-8')}"
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    tell(f"making {folder.relative_to(ROOT)} from {peer.requirements.name} …")
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    listed = ["-r", str(peer.requirements)]
    if not _with_uv(folder, listed):
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, *listed])
    stamp.write_text(wanted, encoding="utf-8")
    return python


def versions(peer: Peer, python: Path) -> Mapping[str, str]:
    """Of the packages that matter, as they are installed beside this interpreter."""
    sites = [str(site) for site in python.parents[1].glob("lib/python*/site-packages")]
    found = {each.name.lower(): each.version for each in distributions(path=sites)}
    return {name: found[name] for name in peer.packages if name in found}


def _with_uv(folder: Path, listed: Sequence[str]) -> bool:
    """Whether uv was there and did it."""
    uv = shutil.which("uv")
    if uv is None:
        return False
    try:
        _run([uv, "pip", "install", "--quiet", *listed], VIRTUAL_ENV=str(folder))
    except BenchFailed:
        return False  # pip tries the same, and says what is wrong
    return True


def _run(command: Sequence[str], **more: str) -> None:
    try:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=INSTALLING_S,
            env={**os.environ, "UV_PYTHON_DOWNLOADS": "never", **more},
        )
    except subprocess.CalledProcessError as error:
        last = error.stderr.strip().rpartition("\n")[2][:300]
        raise BenchFailed(f"{Path(command[0]).name} failed: {last}") from None
    except (subprocess.TimeoutExpired, OSError) as error:
        raise BenchFailed(f"{Path(command[0]).name} failed ({type(error).__name__})") from None
