"""With RECORD_CALLS a booking is followed by the sound of it, in a message of its own."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from audio import mulaw
from data.call import EntryKind, Speaker
from data.leases import Claim, Lease
from data.memory_store import MemoryStore
from data.store import CallRecord, StoreError, Turn
from simulation.carrier_chat import ChatMessage
from simulation.clock import run_virtual
from simulation.scenes import BOOKED, NO_AVAILABILITY
from simulation.script import Scene
from simulation.serving import in_memory
from simulation.speech import sounds
from simulation.world import World
from vocero.clips import AFTER_S, BEFORE_S
from vocero.outside import Outside
from vocero.rehearsal import MEMORY_URL, Rehearsal, Rehearsed, in_virtual_time

Rewire = Callable[[World, Outside], Outside]
RECORDING = {"RECORD_CALLS": "true"}


def rehearse(
    scene: Scene,
    var_dir: Path,
    look: Callable[[Rehearsal, Rehearsed], Awaitable[None]],
    *,
    settings: dict[str, str] | None = None,
    rewire: Rewire | None = None,
) -> None:
    """Plays the scene; `look` at what came of it while Vocero is up."""

    async def whole() -> None:
        async with in_virtual_time(
            scene, var_dir, settings=settings or {}, rewire=rewire
        ) as rehearsal:
            await look(rehearsal, await rehearsal.play())

    run_virtual(whole())


def chat_of(rehearsal: Rehearsal) -> list[ChatMessage]:
    return list(rehearsal.world.twilio.chat)


def booked(played: Rehearsed) -> CallRecord:
    record = played.record
    assert played.ended_well, (played.result, played.complaints)
    assert record is not None
    return record


def found_in(sound: np.ndarray, speech: np.ndarray) -> tuple[float, float]:
    """Where in the sound this speech begins, in seconds, and how much alike it is there."""
    likeness = np.correlate(sound, speech, mode="valid")
    best = int(np.argmax(likeness))
    there = sound[best : best + len(speech)]
    return best / 8000, float(np.corrcoef(there, speech)[0, 1])


def test_the_customer_hears_the_words_that_the_result_quotes(tmp_path: Path) -> None:
    async def look(rehearsal: Rehearsal, played: Rehearsed) -> None:
        record = booked(played)
        assert record.quote is not None and record.report is not None
        *_, result, clip = chat_of(rehearsal)
        assert result.body and "Reservado" in result.body and result.media_urls == ()
        assert record.quote.text in result.body
        assert clip.body == "" and len(clip.media_urls) == 1
        assert [message for message in record.outgoing if message.body] == list(record.outgoing)

        (address,) = clip.media_urls
        assert address.startswith(f"{MEMORY_URL}/clip/")
        transport = in_memory(rehearsal.service.app)
        async with httpx.AsyncClient(transport=transport) as carrier:
            assert (await carrier.head(address)).headers["content-type"] == "audio/ogg"
            fetched = await carrier.get(address)
        sound, rate = soundfile.read(io.BytesIO(fetched.content))
        assert rate == 8000
        assert len(sound) / rate <= BEFORE_S + AFTER_S + 0.1

        # The words that are quoted are in it from their beginning to their end.
        quoted = [
            entry
            for entry in record.report.said()
            if entry.speaker is Speaker.BUSINESS and entry.at_s == record.quote.at_s
        ]
        assert len(quoted) == 1 and quoted[0].kind is EntryKind.SAID
        pcm = mulaw.decode(sounds()["ana_confirms"])
        speech = np.frombuffer(pcm, "<i2").astype(np.float64) / 32768
        at_s, alike = found_in(np.asarray(sound), speech)
        assert alike > 0.9
        # They end before the moment at which they were transcribed, and soon before.
        assert 0 <= BEFORE_S - (at_s + len(speech) / rate) < 1.6

    rehearse(BOOKED, tmp_path, look, settings=RECORDING)


@pytest.mark.parametrize(
    ("scene", "settings"), [(BOOKED, {}), (NO_AVAILABILITY, RECORDING)], ids=["off", "no slot"]
)
def test_no_clip_without_a_recording_or_without_a_booking(
    scene: Scene, settings: dict[str, str], tmp_path: Path
) -> None:
    async def look(rehearsal: Rehearsal, played: Rehearsed) -> None:
        booked(played)
        assert all(message.body for message in chat_of(rehearsal))
        assert not (tmp_path / "clips").exists()

    rehearse(scene, tmp_path, look, settings=settings)


def test_where_no_clip_can_be_kept_the_result_stands(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "clips").write_text("not a folder")

    async def look(rehearsal: Rehearsal, played: Rehearsed) -> None:
        record = booked(played)
        assert all(message.body for message in chat_of(rehearsal))
        assert (tmp_path / "recordings" / record.attempt.attempt_id).is_dir()

    rehearse(BOOKED, tmp_path, look, settings=RECORDING)
    assert "no sound clip" in caplog.text


class NoMorePromises(MemoryStore):
    """Has no room left once the call is over."""

    async def commit_turn(
        self, turn: Turn, *, under: Sequence[Lease] = (), claim: Claim | None = None
    ) -> None:
        if any(message.media_url for message in turn.outgoing):
            raise StoreError("the disk is full")
        await super().commit_turn(turn, under=under, claim=claim)


def test_a_clip_that_cannot_be_promised_is_not_left_lying_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def look(rehearsal: Rehearsal, played: Rehearsed) -> None:
        booked(played)
        assert all(message.body for message in chat_of(rehearsal))
        assert list((tmp_path / "clips").iterdir()) == []

    def rewire(_: World, outside: Outside) -> Outside:
        return replace(outside, store=NoMorePromises())

    rehearse(BOOKED, tmp_path, look, settings=RECORDING, rewire=rewire)
    assert "sound clip" in caplog.text
