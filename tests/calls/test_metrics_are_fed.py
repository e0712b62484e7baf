"""What /metrics shows after a real call is what happened in it."""

from __future__ import annotations

from pathlib import Path

from simulation.clock import run_virtual
from simulation.scenes import SCENES
from vocero.rehearsal import in_virtual_time


def test_a_booked_call_is_counted_once(tmp_path: Path) -> None:
    async def play() -> str:
        async with in_virtual_time(SCENES["booked"], tmp_path) as rehearsal:
            await rehearsal.play()
            return rehearsal.service.metrics.render()

    lines = run_virtual(play()).splitlines()
    assert 'vocero_calls_total{outcome="booked"} 1' in lines
    assert 'vocero_messages_out_total{result="sent"} 3' in lines  # question, progress, result
    assert 'vocero_webhook_posts_total{hook="answer",result="taken"} 1' in lines
    assert "vocero_talk_seconds_count 1" in lines
    assert "vocero_live_calls 0" in lines
    assert "vocero_playback_underruns_total 0" in lines
