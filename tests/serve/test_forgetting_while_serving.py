"""`vocero forget` beside a service that is at work, on the same database and folder."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.serve.town import Town

pytestmark = pytest.mark.sockets

WORDS = ("5491140009001", "1140009001", "lucía", "corte", "peluquería")


@pytest.mark.timeout(240)  # five processes, on a machine that may be slow
async def test_a_customer_is_forgotten_while_they_are_being_called_for(town: Town) -> None:
    async with town.serving(RECORD_CALLS="true") as serving:
        town.settings = {**town.settings, "RECORD_CALLS": "true"}
        await town.talking(1)
        refused = await town.run("forget", "+54 9 11 4000-9001", "--yes")
        assert refused[0] == 1 and "a call of theirs is on" in refused[2], refused
        code, out, err = await town.run("forget", "+54 9 11 4000-9001", "--yes", "--end-calls")
        assert code == 0, (out, err, serving.log())
        assert "ending the call" in err and "Erased." in out
        assert await found(town) == []
        calls = await town.run("calls")
        assert calls[0] == 0 and "No calls yet" in calls[1]
        # The service goes on, for them as for everybody else.
        await town.talking(2)
        await town.ask(1)
        serving.send(signal.SIGINT)
        serving.send(signal.SIGINT)
        await serving.exit_code()
        assert "Traceback" not in serving.log()


async def found(town: Town) -> list[str]:
    """Where the words are, below VAR_DIR."""
    there = []
    for file in sorted((town.folder / "var").rglob("*")):
        if file.is_file():
            text = file.read_bytes().lower()
            there += [f"{file.name}: {word}" for word in WORDS if word.encode() in text]
    return there
