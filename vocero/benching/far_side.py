"""The processes of far ends: started, ordered about, and ended whatever happens."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import simulation
from vocero.benching.wish import BenchFailed

ANSWER_S = 60.0
"""How long one of them may take to do what it was ordered."""
LONGEST_ANSWER = 1 << 28
FAR_ENDS = "simulation.far_ends"


class FarEnd:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.agents_port = 0

    @classmethod
    async def start(cls, plan: Mapping[str, object]) -> FarEnd:
        """Start it by a simulation.far_ends.Plan. Raises BenchFailed."""
        # Beside the code that runs here, wherever that was imported from.
        root = str(Path(simulation.__file__).parents[1])
        found = os.environ.get("PYTHONPATH")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", FAR_ENDS, json.dumps(plan)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_ANSWER,
            env={**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{found}" if found else root},
        )
        far_end = cls(process)
        try:
            far_end.agents_port = (await far_end._answer())["port"]
        except BaseException:
            far_end.kill()
            raise
        return far_end

    async def order(self, do: str, **about: object) -> dict[str, Any]:
        """Have something done; the answer. Raises BenchFailed."""
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():  # else there is no answer, and why is said there
            self._process.stdin.write(json.dumps({"do": do, **about}).encode() + b"\n")
        return await self._answer()

    async def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(ANSWER_S):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise BenchFailed("the far ends do not answer") from None
        if not line:
            raise BenchFailed("the far ends ended by themselves: what they said is above")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise BenchFailed(answer["failed"])
        return answer

    def kill(self) -> None:
        """End it now, if it has not ended."""
        if self._process.returncode is None:
            self._process.kill()

    async def ended(self) -> None:
        """Wait until it is gone."""
        await self._process.wait()


class FarSide:
    """All far ends. `async with` starts them and leaves none behind."""

    def __init__(self, plans: Sequence[Mapping[str, object]]) -> None:
        self._plans = plans
        self.ends: list[FarEnd] = []

    async def __aenter__(self) -> FarSide:
        try:
            for plan in self._plans:
                self.ends.append(await FarEnd.start(plan))
        except BaseException:
            await self._leave()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._leave()

    def of(self, number: int) -> FarEnd:
        """Who plays this call."""
        return self.ends[number % len(self.ends)]

    async def order(self, do: str, **about: object) -> list[dict[str, Any]]:
        """Order all of them the same, at once."""
        return await asyncio.gather(*(end.order(do, **about) for end in self.ends))

    async def _leave(self) -> None:
        for end in self.ends:
            end.kill()
        for end in self.ends:
            await end.ended()
