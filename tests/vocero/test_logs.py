"""Logs: every line is one record, no secret and no full number gets in."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from data.call_context import call_context
from vocero.logs import printable, set_up_logging

CANARY = "canary-51f0c2"
NUMBER = "+5491155512301"
TOKEN = "0123456789abcdef" * 2
log = logging.getLogger("vocero.test")


@pytest.fixture(autouse=True)
def _same_logging_afterwards() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    text = out.getvalue()
    assert text.endswith("\n")
    return [json.loads(line) for line in text[:-1].split("\n")]


def test_a_record_is_one_json_line_with_its_call(out: io.StringIO) -> None:
    set_up_logging(stream=out)
    with call_context("attempt-0123456789"):
        log.info("hola %s", "Peluquería")
    log.warning("after")
    first, second = lines(out)
    assert first["message"] == "hola Peluquería"
    assert (first["level"], first["logger"], first["call"]) == (
        "info",
        "vocero.test",
        "attempt-0123",
    )
    assert first["at"].endswith("+00:00")
    assert "call" not in second


async def test_tasks_keep_their_call(out: io.StringIO) -> None:
    set_up_logging(stream=out)

    async def work(name: str) -> None:
        with call_context(name):
            await asyncio.gather(*(speak() for _ in range(2)))

    async def speak() -> None:
        await asyncio.sleep(0)
        log.info("here")

    await asyncio.gather(work("one"), work("two"))
    assert sorted(line["call"] for line in lines(out)) == ["one", "one", "two", "two"]


@pytest.mark.parametrize("human", [True, False])
def test_text_from_outside_cannot_forge_a_line_or_colour_it(out: io.StringIO, human: bool) -> None:
    set_up_logging(stream=out, human=human)
    log.info("said %s", 'x\r\n{"level":"error"}\x1b[31m\x00\x85\u2028\u202e\x9b')
    text = out.getvalue()
    assert text.count("\n") == 1
    assert not any(c in text for c in "\r\x1b\x00\x85\u2028\u202e\x9b")
    assert text.isascii()


@pytest.mark.parametrize("human", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Basic {CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"{{'authorization': 'Basic {CANARY}', 'accept': '*/*'}}",
        f'{{"xi-api-key": "{CANARY}"}}',
        f"X-Twilio-Signature: {CANARY}=",
        f"key sk-proj-{CANARY}",
        f"key xi-{CANARY} and xi_{CANARY}",
        f"wss://api.elevenlabs.io/v1/convai/conversation?agent_id=a&conversation_signature={CANARY}",
        f"https://mms.twiliocdn.com/x?Expires=1&Signature={CANARY}&Key-Pair-Id=APK",
        f"postgresql+asyncpg://vocero:{CANARY}@db/vocero",
        f"https://AC{TOKEN}:{CANARY}@api.twilio.com",
        f"TWILIO_AUTH_TOKEN={CANARY}",
    ],
)
def test_secrets_are_recognised_by_their_shape(out: io.StringIO, human: bool, text: str) -> None:
    set_up_logging(stream=out, human=human, debug=True)
    log.info("%s", text)
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("failed")
    assert CANARY not in out.getvalue()
    assert "***" in out.getvalue()


def test_an_account_and_its_token_are_parted(out: io.StringIO) -> None:
    set_up_logging(stream=out)
    account = "AC" + "f" * 32
    log.info("%s:%s", account, TOKEN)
    log.info("auth=('%s', '%s')", account, TOKEN)
    assert TOKEN not in out.getvalue()
    assert account in out.getvalue()


def test_known_secrets_go_wherever_they_stand(out: io.StringIO) -> None:
    set_up_logging(stream=out, secrets=[CANARY, CANARY + "-longer", "", "a"])
    log.info("a word %s, %r", CANARY, {"k": [CANARY + "-longer"]})
    log.info("%s%s", "x" * 7_995, CANARY)
    assert CANARY[:6] not in out.getvalue().replace("…", "")
    assert "-longer" not in out.getvalue()
    assert "a word" in out.getvalue()


def test_numbers_are_masked_outside_debug(out: io.StringIO) -> None:
    set_up_logging(stream=out)
    log.info("calling %s", NUMBER)
    log.info("whatsapp:%s and whatsapp:5491155512301 and +54 9 11 5551-2301", NUMBER)
    assert "5512301" not in out.getvalue()
    assert "551-2301" not in out.getvalue()
    assert lines(out)[0]["message"] == "calling +5491155***01"
    again = io.StringIO()
    set_up_logging(stream=again, debug=True)
    log.info("calling %s", NUMBER)
    assert NUMBER in again.getvalue()


def test_times_and_figures_are_not_taken_for_numbers(out: io.StringIO) -> None:
    set_up_logging(stream=out)
    text = "2026-11-23T17:00:00+00:00 took 0.000125 s, 1234567890123 bytes, CA0123456789, +5 ms"
    log.info(text)
    assert lines(out)[0]["message"] == text


def test_a_wrong_log_call_is_still_one_safe_line(
    out: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    class Unprintable:
        def __str__(self) -> str:
            raise RuntimeError(CANARY)

    set_up_logging(stream=out)
    log.info("two %s %s", CANARY)
    log.info("%s", Unprintable())
    assert [line["message"] for line in lines(out)] == [
        "two %s %s [arguments unusable: TypeError]",
        "%s [arguments unusable: RuntimeError]",
    ]
    assert CANARY not in capsys.readouterr().err


def test_a_stream_that_fails_does_not_reach_the_call(capsys: pytest.CaptureFixture[str]) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("no space left")

    set_up_logging(stream=Full())
    log.info("token %s", CANARY)
    assert capsys.readouterr().err == ""


def test_long_records_are_cut(out: io.StringIO) -> None:
    set_up_logging(stream=out)
    log.info("y" * 1_000_000)
    assert len(out.getvalue()) < 9_000
    assert "more]" in lines(out)[0]["message"]


def test_traces_are_kept_and_marked_for_people(out: io.StringIO) -> None:
    set_up_logging(stream=out, human=True)
    try:
        raise ValueError("first\n12:00:00.000 info forged: line")
    except ValueError:
        log.exception("failed")
    head, *trace = out.getvalue()[:-1].split("\n")
    assert head.endswith("error vocero.test: failed")
    assert trace
    assert all(line.startswith("    | ") for line in trace)


def test_chatty_libraries_are_quiet_outside_debug(out: io.StringIO) -> None:
    set_up_logging(stream=out)
    logging.getLogger("httpx").info("HTTP Request: POST https://api.twilio.com")
    assert out.getvalue() == ""


def test_printable_leaves_words_alone() -> None:
    assert printable("mañana a las 5 – ¿sí?") == "mañana a las 5 – ¿sí?"
    assert printable("a\tb") == "a\\tb"
