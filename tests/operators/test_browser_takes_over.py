"""An operator speaks instead of the agent, from the browser's microphone into the call."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from audio import mulaw
from bridge.recording import RecordedCall
from bridge.replay import replay
from data.call import EntryKind
from simulation.speech import clips
from tests.operators.chromium import at_the_desk, needs_chromium, until
from tests.operators.voices import from_mulaw, likeness

pytestmark = [pytest.mark.browser, pytest.mark.sockets, needs_chromium]

OPERATORS_VOICE = ("madrid_books", "lupita_confirms", "machine_greets")
"""Speech that nobody else has in these calls."""


def microphone(folder: Path) -> Path:
    """A WAV for the pretended microphone."""
    path = folder / "microphone.wav"
    speech = b"".join(clips()[name].mulaw for name in OPERATORS_VOICE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(mulaw.decode(speech))
    return path


async def test_the_business_hears_the_operator_and_then_the_agent_again(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, microphone=microphone(tmp_path)) as desk:
        await desk.log_in()
        await desk.ring()
        call = await desk.call_is_up()
        await desk.page.locator("a.call-card-link").click()
        await desk.page.get_by_text("soy una asistente de inteligencia artificial").wait_for()
        attempt_id = desk.live[0].order.attempt_id
        await desk.page.get_by_role("button", name="Take over").click()
        await desk.page.get_by_role("button", name="Speak now").click()
        await desk.page.get_by_text("You are speaking").wait_for()
        taken_at = len(call.line.heard)
        assert desk.live[0].snapshot.taken_over_by == "Ana"
        await until(lambda: len(call.line.heard) > taken_at + 8000 * 6)
        heard = from_mulaw(bytes(call.line.heard)[taken_at:])
        operator = from_mulaw(b"".join(clips()[name].mulaw for name in OPERATORS_VOICE))
        agent = from_mulaw(clips()["agent_explains_at_length"].mulaw)
        asks = from_mulaw(clips()["agent_asks_haircut"].mulaw)
        mine, theirs = likeness(heard, operator), max(likeness(heard, agent), likeness(heard, asks))
        await desk.page.get_by_role("button", name="Hand back").click()
        await desk.page.locator("dialog textarea").fill("They have Friday at five")
        await desk.page.locator("dialog").get_by_role("button", name="Hand back").click()
        await until(lambda: desk.live[0].snapshot.taken_over_by == "")
        (conversation,) = desk.rehearsal.world.elevenlabs.conversations
        await until(lambda: any("Friday at five" in told for told in conversation.told))
        kinds = [entry.kind for entry in desk.live[0].timeline]
        assert EntryKind.TAKEN_OVER in kinds
        assert EntryKind.HANDED_BACK in kinds
        assert mine > 0.5
        assert mine > 1.5 * theirs
        assert not conversation.finished.is_set()
        await desk.page.get_by_role("button", name="End").click()
        await desk.page.get_by_role("button", name="Hang up now").click()
        await desk.rehearsal.settle()
        assert replay(RecordedCall.load(tmp_path / "recordings" / attempt_id)).passed
        assert {"took_over", "handed_back", "ended_at_once"} <= {
            act.act for act in await desk.rehearsal.service.store.acts(attempt_id=attempt_id)
        }
        assert not desk.complaints
