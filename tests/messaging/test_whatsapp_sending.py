"""Sending through Twilio: what goes over the wire, and what each refusal means."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.whatsapp import SendFailed, WhatsApp

ACCOUNT = "AC" + "0" * 32
TOKEN = "canary-secret-token"
SID = "SM" + "c" * 32
TO = "whatsapp:+5491155550101"
Answer = Callable[[httpx.Request], httpx.Response]


TEMPLATE = "HX" + "d" * 32


def whatsapp(
    answer: Answer, base_url: str = "https://api.twilio.com", template_sid: str = ""
) -> WhatsApp:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    status_url = "https://vocero.example/whatsapp/status"
    return WhatsApp(http, ACCOUNT, TOKEN, base_url, "+14155238886", status_url, template_sid)


def always(status: int, body: object = None, **headers: str) -> Answer:
    return lambda request: httpx.Response(status, json=body, headers=headers)


async def refusal(answer: Answer) -> SendFailed:
    with pytest.raises(SendFailed) as caught:
        await whatsapp(answer).send(TO, "Hola")
    failure = caught.value
    for secret in (TOKEN, ACCOUNT, "5491155550101", "Hola"):
        assert secret not in str(failure) and secret not in repr(failure)
    assert failure.__cause__ is None
    return failure


async def test_what_goes_over_the_wire() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, json={"sid": SID, "status": "queued"})

    assert await whatsapp(answer).send(TO, "Hola *Ana*\nsí") == SID
    (request,) = seen
    assert str(request.url) == (
        f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    )
    assert parse_qs(request.content.decode()) == {
        "To": [TO],
        "From": ["whatsapp:+14155238886"],
        "Body": ["Hola *Ana*\nsí"],
        "StatusCallback": ["https://vocero.example/whatsapp/status"],
    }
    expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert request.headers["authorization"] == f"Basic {expected}"
    assert request.extensions["timeout"]["read"] is not None


async def test_a_long_body_is_cut_to_what_twilio_takes() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert len(parse_qs(request.content.decode())["Body"][0]) <= 1600
        return httpx.Response(201, json={"sid": SID})

    await whatsapp(answer).send(TO, "palabra " * 900)


async def test_a_sound_goes_without_a_text() -> None:
    forms: list[dict[str, list[str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        forms.append(parse_qs(request.content.decode()))
        return httpx.Response(201, json={"sid": "MM" + "c" * 32})

    assert await whatsapp(answer).send(TO, "x", "https://vocero.example/clip/a") == "MM" + "c" * 32
    (form,) = forms
    assert form["MediaUrl"] == ["https://vocero.example/clip/a"] and "Body" not in form
    assert form["StatusCallback"] == ["https://vocero.example/whatsapp/status"]


LONG = "✅ *Reservado* en *Peluquería Ana* (+54 9 11 5555-0101).\n• Con:\t Ana\n\n¿Algo    más?"


async def test_a_template_says_the_text_on_one_line() -> None:
    forms: list[dict[str, list[str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        forms.append(parse_qs(request.content.decode()))
        return httpx.Response(201, json={"sid": SID})

    assert not whatsapp(answer).has_template
    sender = whatsapp(answer, template_sid=TEMPLATE)
    assert sender.has_template
    assert await sender.send_template(TO, LONG) == SID
    await sender.send_template(TO, "palabra " * 300)
    first, second = forms
    assert first["ContentSid"] == [TEMPLATE] and "Body" not in first
    assert json.loads(first["ContentVariables"][0]) == {
        "1": "✅ *Reservado* en *Peluquería Ana* (+54 9 11 5555-0101). • Con: Ana ¿Algo más?"
    }
    variable = json.loads(second["ContentVariables"][0])["1"]
    assert 800 < len(variable) <= 900 and variable.endswith("palabra…")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=2500))
def test_any_text_fits_a_template(text: str) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        form = parse_qs(request.content.decode(), keep_blank_values=True)
        seen.append(json.loads(form["ContentVariables"][0])["1"])
        return httpx.Response(201, json={"sid": SID})

    asyncio.run(whatsapp(answer, template_sid=TEMPLATE).send_template(TO, text))
    (variable,) = seen
    assert len(variable) <= 900 and not set("\n\r\t") & set(variable) and " " * 5 not in variable


async def test_over_the_rate_there_is_a_longer_wait() -> None:
    assert (await refusal(always(429, {"code": 63018}))).wait_s >= 10
    assert (await refusal(always(429, {"code": 63018}, **{"retry-after": "90"}))).wait_s == 90.0


@pytest.mark.parametrize("code", [63015, 63016, 63003, 21610, 63038, 21211, 99999])
async def test_final_refusals(code: int) -> None:
    failure = await refusal(always(400, {"code": code, "message": "secret +5491155550101"}))
    assert (failure.retry, failure.code, failure.unclear) == (False, code, False)


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, 20429), (429, None), (400, 63018), (503, None), (500, 20500), (401, 20003), (403, None)],
)
async def test_refusals_that_pass(status: int, code: int | None) -> None:
    failure = await refusal(always(status, {"code": code}))
    assert (failure.retry, failure.code) == (True, code)
    assert failure.unclear == (status >= 500)


async def test_twilio_says_how_long_to_wait() -> None:
    assert (await refusal(always(429, {}, **{"retry-after": "7"}))).wait_s == 7.0
    assert (await refusal(always(429, {}, **{"retry-after": "soon"}))).wait_s == 0.0


async def test_failures_of_the_connection() -> None:
    def refused(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    before, after = await refusal(refused), await refusal(lost)
    assert before.retry and not before.unclear
    assert after.retry and after.unclear


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"sid": "x"}', b'{"sid": 7}', b"[" * 9999])
async def test_odd_answers(content: bytes) -> None:
    failure = await refusal(lambda request: httpx.Response(201, content=content))
    assert failure.retry and failure.unclear


async def test_redirects_are_not_followed() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(307, headers={"location": "https://evil.example/"})

    failure = await refusal(answer)
    assert seen == ["api.twilio.com"] and not failure.retry


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://api.twilio.com", "https://messaging.twilio.com"),
        ("https://api.dublin.ie1.twilio.com/", "https://messaging.dublin.ie1.twilio.com"),
        ("http://127.0.0.1:8101", "http://127.0.0.1:8101"),
        ("https://api.eviltwilio.com", "https://api.eviltwilio.com"),
    ],
)
async def test_the_typing_indicator_and_its_host(base_url: str, host: str) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"success": True})

    await whatsapp(answer, base_url).typing(SID)
    assert str(seen[0].url) == f"{host}/v2/Indicators/Typing.json"
    assert parse_qs(seen[0].content.decode()) == {"channel": ["whatsapp"], "messageId": [SID]}


async def test_the_typing_indicator_never_fails() -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    await whatsapp(lost).typing(SID)
    await whatsapp(always(500)).typing(SID)
    await whatsapp(lost).typing("not a sid")


def listed(**changes: object) -> dict[str, object]:
    entry: dict[str, object] = {
        "sid": SID,
        "to": TO,
        "body": "Hola",
        "date_created": "Wed, 12 Aug 2026 13:30:00 +0000",
    }
    return {"messages": ["odd", {}, entry | changes]}


SINCE = 1786541400.0  # 2026-08-12 13:30:00 UTC


async def find(answer: Answer, known: frozenset[str] = frozenset()) -> str:
    return await whatsapp(answer).find_sent(TO, "Hola", SINCE, known)


async def test_a_message_whose_answer_was_lost_is_found() -> None:
    assert await find(always(200, listed())) == SID
    for other in (
        listed(body="Chau"),
        listed(to="whatsapp:+1"),
        listed(date_created="Wed, 12 Aug 2026 13:00:00 +0000"),
        listed(date_created="yesterday"),
        listed(date_created=None),
        listed(sid="x"),
        {"messages": None},
    ):
        assert await find(always(200, other)) == ""
    assert await find(always(200, listed()), known=frozenset({SID})) == ""


async def test_a_message_that_failed_or_a_sound_is_not_found() -> None:
    for status in ("failed", "undelivered"):
        assert await find(always(200, listed(status=status))) == ""
    assert await find(always(200, listed(status="delivered"))) == SID
    nothing_said = whatsapp(always(200, listed(body="")))
    assert await nothing_said.find_sent(TO, "", SINCE, frozenset()) == ""


async def test_a_text_is_found_within_a_template() -> None:
    line = LONG.replace("\n", " ").replace("\t", "")
    said = f"Hola, te escribe Vocero: {' '.join(line.split())} Responde para seguir."
    sender = whatsapp(always(200, listed(body=said)), template_sid=TEMPLATE)
    assert await sender.find_sent(TO, LONG, SINCE, frozenset()) == SID
    assert await sender.find_sent(TO, "Hola", SINCE, frozenset()) == ""  # too short to tell
    plain = whatsapp(always(200, listed(body=said)))
    assert await plain.find_sent(TO, LONG, SINCE, frozenset()) == ""


async def test_looking_for_a_message_can_fail() -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    for answer in (lost, always(404, {})):
        with pytest.raises(SendFailed):
            await find(answer)
