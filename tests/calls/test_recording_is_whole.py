"""A recording has one line per websocket message, also of those that mean nothing to the call."""

from __future__ import annotations

import json
from pathlib import Path

from bridge.recording import RecordedCall
from bridge.replay import replay
from simulation.clock import run_virtual
from simulation.scenes import SCENES
from vocero.rehearsal import in_virtual_time


def test_from_the_first_message_on(tmp_path: Path) -> None:
    async def play() -> str:
        settings = {"RECORD_CALLS": "true"}
        async with in_virtual_time(SCENES["agent_lost"], tmp_path, settings=settings) as rehearsal:
            played = await rehearsal.play()
            assert played.record is not None
            return played.record.attempt.attempt_id

    folder = tmp_path / "recordings" / run_virtual(play())
    carrier = [json.loads(line) for line in (folder / "carrier.jsonl").read_text().splitlines()]
    assert [json.loads(line["text"])["event"] for line in carrier[:2]] == ["connected", "start"]
    chunks = [
        json.loads(line["text"])["media"]["chunk"]
        for line in carrier
        if line["from"] == "carrier" and '"media":' in line["text"]
    ]
    assert chunks == [str(number) for number in range(1, len(chunks) + 1)]
    assert replay(RecordedCall.load(folder)).passed
