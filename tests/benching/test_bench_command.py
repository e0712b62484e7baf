"""`vocero bench` as it is called: what it prints, and over real sockets what it counts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.compiled import COMPILED
from vocero import open_files
from vocero.__main__ import commands
from vocero.benching import benchmark
from vocero.benching.wish import BenchFailed, BenchWish

ROOT = Path(__file__).parents[2]
FORMATS = {"ulaw_8000": 160, "pcm_16000": 640}

PLAIN_LOOP = ["--record", "--loop", "asyncio", "--listeners", "3"]
CONVERTED = ["--format", "pcm_16000", "--tls"]


def benched(*options: str) -> dict[str, Any]:
    """A short run in a process of its own. A machine that is busy with other things makes it void,
    which changes nothing of what is counted.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "vocero", "bench", "--seconds", "1", "--json", *options],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=150,
    )
    assert ran.returncode in (0, 1), ran.stderr
    assert ran.stdout, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    assert ran.returncode == int(found["void"]), ran.stderr
    return found


@pytest.mark.sockets
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "options",
    [["--record", "--loop", "asyncio", "--listeners", "3"], ["--format", "pcm_16000", "--tls"]],
    ids=str,
)
def test_a_short_run_counts_every_byte(options: list[str], tmp_path: Path) -> None:
    if "--tls" in options and shutil.which("openssl") is None:
        pytest.skip("the program openssl is missing: no certificate for the agents")
    out = tmp_path / "bench.json"
    found = benched("--calls", "2", *options, "--out", str(out))
    assert json.loads(out.read_text()) == found
    assert found["calls"] == 2 and found["seconds"] == 1
    assert found["cpu_ms_per_call_second"] > 0
    assert isinstance(found["rss_kb_per_call"], float)
    for name in ("up", "down", "first_audio", "barge_in", "tools", "loop_lag"):
        its = found[name]
        assert its["samples"] > 0, name
        assert 0 <= its["p50_ms"] <= its["p90_ms"] <= its["p99_ms"] <= its["max_ms"]
    frame = FORMATS[found["agent_format"]]
    for way in ("up", "down"):
        its = found[way]["bytes"]
        assert (its["lost"], its["duplicated"], its["foreign"]) == (0, 0, 0), found["broken"]
    assert found["up"]["bytes"]["sent"] % frame == 0
    assert found["up"]["bytes"]["sent"] >= 2 * 50 * frame, "a second of both calls at least"
    assert 0 < found["down"]["bytes"]["arrived"]
    assert found["tools"]["unanswered"] == found["calls_lost"] == 0
    storm = found["hang_up_storm"]
    assert (storm["hung_up"], storm["others"], storm["not_ended"]) == (1, 1, 0)
    assert storm["up"]["samples"] > 0, "the other call went on"
    if found["listeners"]:
        assert found["pieces_heard"] >= 3 * 5, "three of them, for a second, if not quite"
    assert found["recorded"] == ("--record" in options)
    assert ("asyncio" in options) == (found["machine"]["loop"] == "asyncio")
    assert found["machine"]["compiled"] is COMPILED


@pytest.mark.parametrize(
    "options",
    [
        ["--calls", "0"],
        ["--calls", "100000"],
        ["--seconds", "0"],
        ["--format", "mp3"],
        ["--loop", "trio"],
        ["--listeners", "-1"],
        ["--calls", "many"],
        ["--out", "."],
        ["--no-such-option"],
    ],
    ids=" ".join,
)
def test_bad_options_are_bad_usage(options: list[str]) -> None:
    assert CliRunner().invoke(commands, ["bench", *options]).exit_code == 2


def test_what_fails_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(wish: BenchWish) -> dict[str, Any]:
        raise BenchFailed(f"{wish.calls} calls need more open files")

    monkeypatch.setattr(benchmark, "_measure", failing)
    shown = CliRunner().invoke(commands, ["bench", "--calls", "7", "--json"])
    assert shown.exit_code == 1
    assert "7 calls need more open files" in shown.stderr
    assert shown.stdout == ""


def test_a_served_vocero_imports_nothing_of_it() -> None:
    others = [
        path
        for path in (ROOT / "vocero").rglob("*.py")
        if path.parent.name != "benching" and path.name != "bench_command.py"
    ]
    assert len(others) > 20
    assert [path.name for path in others if "benching" in path.read_text(encoding="utf-8")] == []
    look = "import sys, vocero.__main__; sys.exit('vocero.benching' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], cwd=ROOT, timeout=50).returncode == 0


@pytest.mark.parametrize("options", [[], ["--listeners", "1"]], ids=" ".join)
def test_too_few_open_files_are_said_in_a_line(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_files, "allow", lambda files: 10)
    shown = CliRunner().invoke(commands, ["bench", "--calls", "7", *options])
    assert (shown.exit_code, shown.exception.__class__) == (1, SystemExit)
    assert shown.stderr.splitlines()[-1] == "7 calls need 149 open files: ulimit -n 149"
