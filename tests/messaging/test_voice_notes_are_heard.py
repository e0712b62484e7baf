"""Voice notes over real sockets: a simulated carrier, a simulated OpenAI, everything in between."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace

import httpx
import pytest

from data.reply import VoiceTrouble
from data.store import IncomingMessage
from messaging.media_download import Limits
from messaging.model_client import ModelClient
from messaging.transcription import Transcriber
from messaging.voice_notes import VoiceNotes
from orchestration.ports import Ears
from simulation.carrier import SimulatedTwilio
from simulation.channel import Channel
from simulation.services_openai import Mode, SimulatedOpenAI
from tests.messaging.listening import ACCOUNT, MESSAGE, SOUND, TOKEN

KEY = "sk-canary"
WORDS = "Necesito un plomero mañana a las cinco"


@dataclass
class Town:
    """The carrier, the model and our ears."""

    twilio: SimulatedTwilio
    openai: SimulatedOpenAI
    http: httpx.AsyncClient
    model: ModelClient
    model_url: str

    def ears(
        self,
        *,
        hosts: tuple[str, ...] = ("localhost",),
        limits: Limits | None = None,
        in_all_s: float = 30.0,
        token: str = TOKEN,
        model: ModelClient | None = None,
    ) -> VoiceNotes:
        return VoiceNotes(
            self.http,
            ACCOUNT,
            token,
            self.twilio.base_url,
            hosts,
            Transcriber(model or self.model),
            limits=limits,
            in_all_s=in_all_s,
        )

    def note(self, content: bytes = SOUND, kind: str = "audio/ogg") -> IncomingMessage:
        url = self.twilio.media.keep(MESSAGE, content, kind)
        return IncomingMessage(
            MESSAGE, "whatsapp:+5491155550101", "", 0.0, media_type=kind, media_url=url
        )

    async def hear(self, message: IncomingMessage | None = None) -> object:
        return await self.ears().hear(message or self.note(), "es")


@pytest.fixture
async def town(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Town]:
    caplog.set_level(logging.INFO, logger="messaging")
    openai = SimulatedOpenAI(KEY)
    openai.learn_voice_note(SOUND, WORDS)
    async with httpx.AsyncClient(trust_env=False, timeout=10.0) as http:
        twilio = SimulatedTwilio(ACCOUNT, TOKEN, http, nobody)
        await twilio.start()
        model_url = await openai.start()
        model = ModelClient(KEY, model_url, pause_s=0.0)
        yield Town(twilio, openai, http, model, model_url)
        await model.close()
    # After the clients: a server waits a moment for connections that are kept alive.
    await openai.stop()
    await twilio.stop()
    for secret in (TOKEN, KEY, "5491155550101", "plomero", "media-store", "Signature"):
        assert secret not in caplog.text


async def nobody(url: str, headers: Mapping[str, str]) -> Channel:
    raise AssertionError("no call is made")


@pytest.mark.sockets
async def test_a_voice_note_becomes_words(town: Town) -> None:
    ears: Ears = town.ears()
    assert await ears.hear(town.note(kind="audio/ogg; codecs=opus"), "es") == WORDS
    assert town.twilio.media.downloads == 1
    (asked,) = town.openai.transcripts
    assert (asked.model, asked.filename, asked.size, asked.language) == (
        "whisper-1",
        "voice-note.ogg",
        len(SOUND),
        "es",
    )


@pytest.mark.sockets
@pytest.mark.parametrize(("status", "more"), [(302, 0), (307, 2)])
async def test_redirects_are_followed(town: Town, status: int, more: int) -> None:
    town.twilio.media.faults.redirect_status = status
    town.twilio.media.faults.more_redirects = more
    assert await town.hear() == WORDS


@pytest.mark.sockets
async def test_one_that_is_not_there_yet_is_waited_for(town: Town) -> None:
    town.twilio.faults.media_not_yet = 1
    assert await town.hear() == WORDS


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("fault", "value", "trouble"),
    [
        ("more_redirects", 3, VoiceTrouble.GONE),
        ("redirect_to", "http://127.0.0.1:1/x", VoiceTrouble.GONE),
        ("redirect_to", "https://evil.example/x", VoiceTrouble.GONE),
        ("served_type", "image/jpeg", VoiceTrouble.NOT_SOUND),
        ("endless", True, VoiceTrouble.TOO_LONG),
    ],
)
async def test_what_the_carrier_may_do(
    town: Town, fault: str, value: object, trouble: VoiceTrouble
) -> None:
    setattr(town.twilio.media.faults, fault, value)
    ears = town.ears(limits=Limits(size=200_000))
    assert await ears.hear(town.note(), "es") is trouble
    assert not town.openai.transcripts
    setattr(town.twilio.media.faults, fault, type(value)())
    assert await ears.hear(town.note(), "es") == WORDS


@pytest.mark.sockets
@pytest.mark.parametrize("fault", ["gone", "slow", "torn"])
async def test_what_never_arrives_is_gone(town: Town, fault: str) -> None:
    faults = town.twilio.media.faults
    faults.gone, faults.breaks_off = fault == "gone", fault == "torn"
    faults.pause_s = 0.2 if fault == "slow" else 0.0
    ears = town.ears(limits=Limits(seconds=0.5))
    assert await ears.hear(town.note(bytes(100_000)), "es") is VoiceTrouble.GONE


@pytest.mark.sockets
async def test_wrong_credentials_and_other_hosts(town: Town) -> None:
    assert await town.ears(token="wrong").hear(town.note(), "es") is VoiceTrouble.GONE
    assert await town.ears(hosts=("mms.twiliocdn.com",)).hear(town.note(), "es") is (
        VoiceTrouble.GONE
    )
    assert town.twilio.media.downloads == 0


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("name", "value", "trouble"),
    [
        ("media_url", "", VoiceTrouble.GONE),
        ("media_url", "http://127.0.0.1:1/2010-04-01/x", VoiceTrouble.GONE),
        ("media_type", "audio/amr", VoiceTrouble.NOT_SOUND),
        ("media_type", "image/jpeg", VoiceTrouble.NOT_SOUND),
        ("media_type", "", VoiceTrouble.NOT_SOUND),
    ],
)
async def test_what_the_form_may_say(
    town: Town, name: str, value: str, trouble: VoiceTrouble
) -> None:
    note = town.note()
    if name == "media_url":
        note = replace(note, media_url=value)
    else:
        note = replace(note, media_type=value)
    assert await town.hear(note) is trouble
    assert town.twilio.media.downloads == 0


@pytest.mark.sockets
async def test_silence_and_an_empty_file_are_empty(town: Town) -> None:
    assert await town.hear(town.note(b"OggS of silence")) is VoiceTrouble.EMPTY
    assert await town.hear(town.note(b"")) is VoiceTrouble.EMPTY
    town.openai.fail(Mode.LIES)
    assert await town.hear(town.note(b"OggS of silence")) is VoiceTrouble.EMPTY


@pytest.mark.sockets
async def test_without_a_key_nothing_is_even_fetched(town: Town) -> None:
    assert await town.ears(model=ModelClient()).hear(town.note(), "es") is VoiceTrouble.OFF
    assert town.twilio.media.downloads == 0


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("mode", "times", "heard"),
    [
        (Mode.BROKEN, 1, WORDS),
        (Mode.BROKEN, 2, VoiceTrouble.FAILED),
        (Mode.GARBAGE, 1, VoiceTrouble.FAILED),
        (Mode.TIMEOUT, 1, VoiceTrouble.FAILED),
    ],
)
async def test_what_the_model_may_do(town: Town, mode: Mode, times: int, heard: object) -> None:
    town.openai.fail(mode, times)
    in_all_s = 0.5 if mode is Mode.TIMEOUT else 30.0
    assert await town.ears(in_all_s=in_all_s).hear(town.note(), "es") == heard


@pytest.mark.sockets
async def test_a_wrong_key_is_a_failure(town: Town) -> None:
    wrong = ModelClient("sk-canary-wrong", town.model_url)
    assert await town.ears(model=wrong).hear(town.note(), "es") is VoiceTrouble.FAILED
    await wrong.close()
