"""Makes the recorded calls in data/recordings anew: python -m tests.calls.make_recordings

To be run, and its result to be looked at, when the call machine is meant to order something else.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from simulation.clock import run_virtual
from simulation.scenes import BUSY, INTERRUPTED
from simulation.script import (
    EndCall,
    Hear,
    ListenFor,
    ListenOut,
    PutDown,
    Say,
    Scene,
    Speak,
    UseTool,
    Wait,
)
from vocero.rehearsal import in_virtual_time

RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"

CUT_SHORT = Scene(
    name="cut_short",
    story="El barbero interrumpe, pide que llamen más tarde y cuelga.",
    customer=INTERRUPTED.customer[:3],
    business=(
        Wait(300),
        Speak("barber_greets"),
        ListenFor(800),
        Speak("barber_interrupts"),
        ListenOut(400),
        PutDown(),
    ),
    agent=(
        Hear("barber_greets"),
        Say("agent_asks_eleven", late_frames=2),
        Hear("barber_interrupts"),
        UseTool("report_result", {"status": "callback_needed", "notes": "Pidió otro momento"}),
        Say("agent_says_yes"),
        EndCall(),
    ),
    ends_as="callback_needed",
)
SCENES = {"cut_short": CUT_SHORT, "busy": BUSY}


async def record(scene: Scene, folder: Path) -> Path:
    """Plays a scene and returns where it was recorded."""
    async with in_virtual_time(scene, folder, settings={"RECORD_CALLS": "true"}) as rehearsal:
        played = await rehearsal.play()
        if not played.ended_well:
            raise SystemExit(f"{scene.name} ended as {played.result}: {played.complaints}")
        assert played.record is not None
        return folder / "recordings" / played.record.attempt.attempt_id


def main() -> None:
    """Replaces the recordings."""
    for name, scene in SCENES.items():
        with tempfile.TemporaryDirectory() as folder:
            made = run_virtual(record(scene, Path(folder)))
            target = RECORDINGS / name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(made, target)
            for file in target.iterdir():
                file.chmod(0o644)
            target.chmod(0o755)


if __name__ == "__main__":
    main()
