"""Ordering, ending and looking up calls, with Twilio's API on the other side of the transport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import httpx
import pytest

from bridge.errors import CarrierError
from bridge.events import PhoneStatus
from bridge.twilio_dialer import TwilioDialer
from bridge.twilio_webhooks import CallbackAddresses
from data.call import Blame, CallOrder

ACCOUNT = "AC" + "a" * 32
TOKEN = "s3cret-token"
SID = "CA" + "1" * 32
ORDER = CallOrder(attempt_id="att1", to_number="+34600000001")
Answer = httpx.Response | Exception


class Api:
    """Twilio's API as far as the wire goes: answers what it is told, keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.requests[-1].content.decode(), keep_blank_values=True)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
async def dialer(api: Api) -> AsyncIterator[TwilioDialer]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(api)) as http:
        yield TwilioDialer(
            http,
            ACCOUNT,
            TOKEN,
            "https://api.twilio.com/",
            "+34910000000",
            CallbackAddresses("https://v.example.com"),
            pause=api.pause,
        )


def refused(status: int, code: int, message: str = "no") -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message, "status": status})


async def test_the_order_on_the_wire(api: Api, dialer: TwilioDialer) -> None:
    api.answers = [httpx.Response(201, json={"sid": SID, "status": "queued"})]
    assert await dialer.dial(ORDER) == SID
    (request,) = api.requests
    assert request.method == "POST"
    assert str(request.url) == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert request.headers["authorization"].startswith("Basic ")
    assert api.form() == {
        "To": ["+34600000001"],
        "From": ["+34910000000"],
        "Url": ["https://v.example.com/webhook/voice/outbound/att1"],
        "Method": ["POST"],
        "StatusCallback": ["https://v.example.com/webhook/voice/status/att1"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["30"],
        "TimeLimit": ["300"],
        "MachineDetection": ["DetectMessageEnd"],
        "AsyncAmd": ["true"],
        "AsyncAmdStatusCallback": ["https://v.example.com/webhook/voice/amd/att1"],
        "AsyncAmdStatusCallbackMethod": ["POST"],
    }
    assert all(request.extensions["timeout"][part] for part in ("connect", "read", "write", "pool"))


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteError("gone"),
        httpx.ReadError("gone"),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
        TimeoutError(),
        httpx.Response(500, json={"code": 20500}),
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(408),
        httpx.Response(201, json={"status": "queued"}),
        httpx.Response(201, json={"sid": "../../x"}),
        httpx.Response(201, text="not json"),
        httpx.Response(200, json=[1]),
    ],
)
async def test_an_order_that_may_have_arrived_is_never_repeated(
    api: Api, dialer: TwilioDialer, answer: Answer
) -> None:
    api.answers = [answer]
    with pytest.raises(CarrierError) as error:
        await dialer.dial(ORDER)
    assert error.value.indefinite
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "first",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("full"),
        refused(429, 20429),
    ],
)
async def test_an_order_that_surely_did_not_arrive_is_repeated(
    api: Api, dialer: TwilioDialer, first: Answer
) -> None:
    api.answers = [first, httpx.Response(201, json={"sid": SID})]
    assert await dialer.dial(ORDER) == SID
    assert api.pauses == [0.5]


async def test_repetitions_end(api: Api, dialer: TwilioDialer) -> None:
    api.answers = [httpx.ConnectError("refused")] * 3
    with pytest.raises(CarrierError) as error:
        await dialer.dial(ORDER)
    assert not error.value.indefinite
    api.answers = [refused(429, 20429)] * 3
    with pytest.raises(CarrierError) as error:
        await dialer.dial(ORDER)
    assert (error.value.code, error.value.status, error.value.indefinite) == (20429, 429, False)
    assert api.pauses == [0.5, 1.0, 0.5, 1.0]


async def test_the_pause_that_twilio_asks_for_is_kept_within_reason(
    api: Api, dialer: TwilioDialer
) -> None:
    busy = httpx.Response(429, headers={"Retry-After": "2"})
    mad = httpx.Response(429, headers={"Retry-After": "86400"})
    api.answers = [busy, mad, httpx.Response(201, json={"sid": SID})]
    await dialer.dial(ORDER)
    assert api.pauses == [2.0, 3.0]


async def test_an_order_that_httpx_cannot_send(api: Api, dialer: TwilioDialer) -> None:
    api.answers = [httpx.UnsupportedProtocol("x")]
    with pytest.raises(CarrierError) as error:
        await dialer.dial(ORDER)
    assert not error.value.indefinite


@pytest.mark.parametrize(
    ("answer", "code", "blame", "words"),
    [
        (refused(401, 20003), 20003, Blame.OURS, "TWILIO_AUTH_TOKEN"),
        (httpx.Response(401, text="no"), 20003, Blame.OURS, "TWILIO_ACCOUNT_SID"),
        (refused(400, 21211), 21211, Blame.CUSTOMER, "not a valid phone number"),
        (refused(400, 21215), 21215, Blame.OURS, "geographic permissions"),
        (refused(400, 21219), 21219, Blame.OURS, "trial account"),
        (refused(400, 21210), 21210, Blame.OURS, "TWILIO_PHONE_NUMBER"),
        (refused(400, 10004), 10004, Blame.CARRIER, "try again later"),
        (refused(400, 99999, "odd thing"), 99999, Blame.CARRIER, "odd thing"),
        (httpx.Response(400, json={"code": "x"}), None, Blame.CARRIER, "HTTP 400"),
        (
            httpx.Response(302, headers={"Location": "https://evil"}),
            None,
            Blame.CARRIER,
            "HTTP 302",
        ),
    ],
)
async def test_refusals_say_what_to_mend_and_whose_fault_it_is(
    api: Api, dialer: TwilioDialer, answer: Answer, code: int | None, blame: Blame, words: str
) -> None:
    api.answers = [answer]
    with pytest.raises(CarrierError, match=words) as error:
        await dialer.dial(ORDER)
    assert (error.value.code, error.value.blame) == (code, blame)
    assert not error.value.indefinite
    assert len(api.requests) == 1


async def test_errors_hold_no_numbers_ids_or_credentials(api: Api, dialer: TwilioDialer) -> None:
    said = f"To +34 600-000 001 of {ACCOUNT} at https://x.y/?t={TOKEN}\x1b[0m"
    api.answers = [refused(400, 12345, said)]
    with pytest.raises(CarrierError) as error:
        await dialer.dial(ORDER)
    assert "[number] of [id] at [address]" in str(error.value)
    api.answers = [httpx.ConnectError(f"cannot reach https://{ACCOUNT}:{TOKEN}@api")] * 3
    with pytest.raises(CarrierError) as error:
        await dialer.dial(ORDER)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"sid": SID, "status": "completed"}),
        refused(400, 21220),
        refused(404, 20404),
        httpx.Response(404),
    ],
)
async def test_hanging_up(api: Api, dialer: TwilioDialer, answer: Answer) -> None:
    api.answers = [answer]
    await dialer.hang_up(SID)
    assert api.requests[0].url.path.endswith(f"/Calls/{SID}.json")
    assert api.form() == {"Status": ["completed"]}


async def test_hanging_up_is_tried_again(api: Api, dialer: TwilioDialer) -> None:
    api.answers = [httpx.ReadTimeout("x"), httpx.Response(503), httpx.Response(200, json={})]
    await dialer.hang_up(SID)
    assert len(api.requests) == 3


async def test_hanging_up_fails_in_the_end(api: Api, dialer: TwilioDialer) -> None:
    for answers in ([httpx.ReadTimeout("x")] * 3, [httpx.Response(503)] * 3, [refused(401, 20003)]):
        api.answers = list(answers)
        with pytest.raises(CarrierError):
            await dialer.hang_up(SID)
        assert not api.answers
    with pytest.raises(CarrierError):
        await dialer.hang_up("CA1/../../Messages")


async def test_asking_for_the_state(api: Api, dialer: TwilioDialer) -> None:
    api.answers = [httpx.Response(200, json={"sid": SID, "status": "no-answer"})]
    assert await dialer.status(SID) is PhoneStatus.NO_ANSWER
    assert api.requests[0].method == "GET"
    for bad in (
        httpx.Response(200, json={"status": "dancing"}),
        httpx.Response(200, content=b"[" * 100_000),
        refused(404, 20404),
    ):
        api.answers = [bad]
        with pytest.raises(CarrierError):
            await dialer.status(SID)


def listed(sid: str, date: object, status: str = "completed", **more: str) -> dict[str, object]:
    return {"sid": sid, "date_created": date, "status": status, **more}


async def test_looking_up_a_call(api: Api, dialer: TwilioDialer) -> None:
    since = 1795345200.0  # Sun, 22 Nov 2026 11:00:00 +0000
    api.answers = [
        httpx.Response(
            200,
            json={
                "calls": [
                    listed("CA1", "Sun, 22 Nov 2026 10:59:50 +0000"),
                    listed("CA2", "Sun, 22 Nov 2026 10:59:56 +0000", "busy"),
                    listed("CA3", "Sun, 22 Nov 2026 11:00:09 +0000", "in-progress"),
                    listed("CA4", "Sun, 22 Nov 2026 11:00:07 +0000"),
                    listed("CA5", "Sun, 22 Nov 2026 11:01:00 +0000", to="+34600000002"),
                    listed("CA6", "yesterday"),
                    listed("CA7", None),
                    listed("CA8", "Sun, 22 Nov 2026 11:02:00 +0000", "dancing"),
                    listed("../9", "Sun, 22 Nov 2026 11:02:00 +0000"),
                    "nonsense",
                ]
            },
        )
    ]
    assert await dialer.find("+34600000001", since) == ("CA3", PhoneStatus.IN_PROGRESS)
    asked = api.requests[0].url
    assert dict(asked.params) == {"To": "+34600000001", "From": "+34910000000", "PageSize": "50"}


async def test_looking_up_in_vain(api: Api, dialer: TwilioDialer) -> None:
    old = listed("CA1", "Sun, 22 Nov 2026 10:00:00 -0000")
    for calls in ([], [old]):
        api.answers = [httpx.Response(200, json={"calls": calls})]
        assert await dialer.find("+34600000001", 1795345200.0) is None
    for bad in (httpx.Response(200, json={"calls": 3}), refused(401, 20003)):
        api.answers = [bad]
        with pytest.raises(CarrierError):
            await dialer.find("+34600000001", 0.0)
