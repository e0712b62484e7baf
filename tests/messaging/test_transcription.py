"""From a recording to words: what is asked, and what of the answer is believed."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import Any

import pytest

from data.reply import VoiceTrouble
from messaging.model_client import ModelClient
from messaging.transcription import ENDINGS, Transcriber, is_invented
from tests.messaging.listening import SOUND

Model = Any  # the fixture's class: an OpenAI-compatible server in memory


async def words(client: ModelClient, kind: str = "audio/ogg", language: str = "es") -> object:
    return await Transcriber(client).words(SOUND, kind, language, 5.0)


async def test_the_request(model: Model, client: ModelClient) -> None:
    model.answers_with(200, json={"text": "Necesito un plomero"})
    assert await words(client) == "Necesito un plomero"
    (request,) = model.requests
    assert str(request.url) == "http://model.test/v1/audio/transcriptions"
    body = request.content
    for part in (
        b'name="model"\r\n\r\nwhisper-1',
        b'name="language"\r\n\r\nes',
        b'name="response_format"\r\n\r\njson',
        b'filename="voice-note.ogg"',
        b"Content-Type: audio/ogg",
        SOUND,
    ):
        assert part in body, part


@pytest.mark.parametrize(("kind", "ending"), sorted(ENDINGS.items()))
async def test_the_file_has_the_ending_of_its_type(
    model: Model, client: ModelClient, kind: str, ending: str
) -> None:
    model.answers_with(200, json={"text": "hola"})
    await words(client, kind, "pt")
    assert f'filename="voice-note.{ending}"'.encode() in model.requests[0].content
    assert b'name="language"' not in model.requests[0].content
    assert ending in {"flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm"}


async def test_its_answer_is_data(model: Model, client: ModelClient) -> None:
    model.answers_with(200, json={"text": " ho\x00la\u202e\n\tche 😀" + " x" * 5000})
    heard = await words(client)
    assert isinstance(heard, str) and heard.startswith("hola che 😀 x") and len(heard) <= 1600


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "...", "♪♪♪", "¡!", "[Música]", "(music playing)", "♪ música ♪", "*silencio*"),
        "Subtítulos realizados por la comunidad de Amara.org",
        "Subtitulado por la comunidad de Amara.org",
        "Subtítulos por la comunidad de Amara.org Subtítulos por la comunidad de Amara.org",
        "¡Gracias por ver el video!",
        "Gracias por ver.",
        "¡Suscríbete!",
        "¡Suscríbete al canal! ¡Gracias por ver el vídeo!",
        "No olvides suscribirte y darle like.",
        "Thanks for watching!",
        "Thank you for watching. Please subscribe to my channel.",
        "Thank you. Thank you. Thank you.",
        "Gracias. Gracias.",
        "you",
        "Subtitles by the Amara.org community",
        "[BLANK_AUDIO]",
    ],
)
async def test_what_is_heard_in_silence_is_nothing(
    model: Model, client: ModelClient, text: str
) -> None:
    model.answers_with(200, json={"text": text})
    assert await words(client) is VoiceTrouble.EMPTY


@pytest.mark.parametrize(
    "text",
    [
        *("Gracias.", "Thank you.", "sí", "no, gracias", "1", "la 2", "Dale, gracias. Chau."),
        "Gracias por llamar, quedó para las cinco",
        "Necesito una traducción de un documento, gracias por ver si podés",
        "Transcripción de un audio por la mañana",
        "Quiero clases de música",
        "You can call them now",
        "Thank you. Call the dentist, please.",
        "Subtítulos para un video, ¿quién los hace?",
        "suscribime a pilates los martes, y fijate si hay lugar",
    ],
)
def test_what_people_say_is_kept(text: str) -> None:
    assert not is_invented(text)


@pytest.mark.parametrize(
    ("status", "error", "trouble"),
    [
        (413, {}, VoiceTrouble.TOO_LONG),
        (400, {"param": "file", "code": "invalid_value"}, VoiceTrouble.NOT_SOUND),
        (400, {"code": "audio_too_short"}, VoiceTrouble.EMPTY),
        (400, {"param": "model"}, VoiceTrouble.FAILED),
        (401, {"message": "bad key sk-canary"}, VoiceTrouble.FAILED),
        (429, {"code": "insufficient_quota"}, VoiceTrouble.FAILED),
    ],
)
async def test_refusals(
    model: Model,
    client: ModelClient,
    caplog: pytest.LogCaptureFixture,
    status: int,
    error: dict[str, str],
    trouble: VoiceTrouble,
) -> None:
    model.answers_with(status, json={"error": {"message": "canary", **error}})
    with caplog.at_level(logging.DEBUG, logger="messaging"):
        assert await words(client) is trouble
    assert len(model.requests) == 1 and "canary" not in caplog.text and caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {}},
        {"json": {"text": None}},
        {"json": {"text": ["hola"]}},
        {"json": ["hola"]},
        {"json": None},
        {"text": "<html>", "headers": {"content-type": "text/html"}},
        {"text": "{", "headers": {"content-type": "application/json"}},
    ],
)
async def test_odd_answers(model: Model, client: ModelClient, answer: dict[str, Any]) -> None:
    model.answers_with(200, **answer)
    assert await words(client) is VoiceTrouble.FAILED
    assert len(model.requests) == 1


async def test_a_passing_failure_is_tried_once_more(model: Model, client: ModelClient) -> None:
    model.answers_with(500)
    model.answers_with(200, json={"text": "hola"})
    model.breaks_off()
    model.breaks_off()
    assert await words(client) == "hola"
    assert await words(client) is VoiceTrouble.FAILED
    assert len(model.requests) == 4


async def test_a_model_that_hangs_is_left_in_time(model: Model, client: ModelClient) -> None:
    model.hangs = True
    heard = await Transcriber(client).words(SOUND, "audio/ogg", "es", 0.05)
    assert heard is VoiceTrouble.FAILED


async def test_what_need_not_be_asked_is_not(model: Model, client: ModelClient) -> None:
    listens = Transcriber(client)
    assert await listens.words(b"", "audio/ogg", "es", 5.0) is VoiceTrouble.EMPTY
    assert await listens.words(SOUND, "image/png", "es", 5.0) is VoiceTrouble.NOT_SOUND
    assert await Transcriber(ModelClient()).words(SOUND, "audio/ogg", "", 5.0) is VoiceTrouble.OFF
    assert not model.requests


FIRST_NOTE = """
import asyncio, sys, httpx
from data.store import IncomingMessage
from messaging.model_client import ModelClient
from messaging.transcription import Transcriber
from messaging.voice_notes import VoiceNotes

async def serve(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    kind, body = b"application/json", b'{"text": "hola"}'
    extra, status = b"", b"200 OK"
    port = writer.get_extra_info("sockname")[1]
    if head.startswith(b"GET /2010"):
        status, body = b"307 Moved", b""
        extra = b"Location: http://localhost:%d/x\\r\\n" % port
    elif head.startswith(b"GET"):
        kind, body = b"audio/ogg", b"OggS"
    else:
        length = [l for l in head.split(b"\\r\\n") if l.lower().startswith(b"content-len")][0]
        await reader.readexactly(int(length.split(b":")[1]))
    writer.write(b"HTTP/1.1 " + status + b"\\r\\nContent-Type: " + kind + b"\\r\\n" + extra
                 + b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    client = ModelClient("k", f"http://localhost:{port}/v1")
    account = "AC" + "5" * 32
    path = f"/2010-04-01/Accounts/{account}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"
    async with httpx.AsyncClient(trust_env=False) as http:
        ears = VoiceNotes(http, account, "t", base, ("localhost",), Transcriber(client))
        note = IncomingMessage("MM" + "a" * 32, "whatsapp:+1", "", 0.0,
                               media_type="audio/ogg", media_url=base + path)
        before = set(sys.modules)
        heard = await ears.hear(note, "es")
        assert heard == "hola", heard
        print(sorted(set(sys.modules) - before))
    await client.close()
    server.close()

asyncio.run(main())
"""


@pytest.mark.sockets
def test_the_first_voice_note_loads_no_module() -> None:
    # In a fresh interpreter: loading code during a call would hold up its sound.
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_NOTE], capture_output=True, text=True, timeout=50, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"
