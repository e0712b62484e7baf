"""`vocero demo --keep`: the operator page of a demo, and scenes that are played again for it."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import sys
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from simulation.clock import run_virtual
from simulation.scenes import BOOKED, BUSY
from simulation.script import Scene
from vocero.rehearsal import Rehearsed, in_virtual_time
from vocero.staying import Staying, one_time_password

ROOT = Path(__file__).parents[2]


@pytest.mark.sockets
async def test_the_page_is_there_and_enter_plays_the_scene_again(tmp_path: Path) -> None:
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "vocero", "demo", "--keep", "--scene", "busy",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert demo.stdin is not None and demo.stdout is not None
    told = ""

    async def read_until(pattern: str) -> str:
        nonlocal told
        assert demo.stdout is not None
        while (found := re.search(pattern, told)) is None:
            line = await demo.stdout.readline()
            assert line, told
            told += line.decode()
        return found[1]

    try:
        async with asyncio.timeout(50):
            page = await read_until(r"(http://127\.0\.0\.1:\d+/operator/)\n")
            password = await read_until(r"password: (\S+)\n")
            origin = page.removesuffix("/operator/")
            async with httpx.AsyncClient(
                base_url=origin, headers={"Origin": origin}, trust_env=False
            ) as http:
                form = {"name": "Ana", "password": password}
                assert (await http.post("/operator/login", data=form)).status_code == 303
                assert len((await http.get("/operator/api/calls")).json()["calls"]) == 1
                demo.stdin.write(b"\n")
                await read_until(r"(?s)ended as it should.*(ended as it should)")
                calls = (await http.get("/operator/api/calls")).json()["calls"]
                assert [call["status"] for call in calls] == ["busy", "busy"]
            demo.send_signal(signal.SIGINT)
            rest, _ = await demo.communicate()
        assert demo.returncode == 0, told + rest.decode()
        assert "Traceback" not in told + rest.decode()
        assert password not in rest.decode()
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()


def test_another_scene_can_be_named_and_a_mistyped_one_is_guessed(tmp_path: Path) -> None:
    screen = io.StringIO()
    opened: list[Scene] = []
    closed: list[Rehearsed] = []

    async def story() -> None:
        async with in_virtual_time(BOOKED, tmp_path) as rehearsal:
            console = Console(file=screen, width=100)
            staying = Staying(rehearsal, console, "secret", opened.append, closed.append)
            assert await staying.play("bussy") is None
            for line in ("busy\n", "", " booked "):
                played = await staying.play(line)
                assert played is not None and played.ended_well, played

    run_virtual(story())
    assert "Did you mean busy?" in screen.getvalue()
    assert opened == [BUSY, BUSY, BOOKED]
    assert [played.scene for played in closed] == opened


def test_passwords_are_made_anew() -> None:
    assert len({one_time_password() for _ in range(50)}) == 50
