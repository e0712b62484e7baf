"""Getting a signed address for a conversation, with ElevenLabs' API behind the transport."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from bridge.elevenlabs_agent import AgentDoor
from bridge.errors import AgentError
from data.call import Blame

KEY = "xi-s3cret"
URL = "wss://api.elevenlabs.io/v1/convai/conversation?agent_id=a1&conversation_signature=s3cret"
Answer = httpx.Response | Exception


class Api:
    """ElevenLabs' API as far as the wire goes."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
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

    @asynccontextmanager
    async def door(self, base_url: str = "https://api.elevenlabs.io/") -> AsyncIterator[AgentDoor]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as http:
            yield AgentDoor(KEY, "a1", base_url, http, pause=self.pause)


def signed(url: object) -> httpx.Response:
    return httpx.Response(200, json={"signed_url": url})


async def test_the_request_on_the_wire() -> None:
    api = Api(signed(URL))
    async with api.door() as door:
        assert await door.signed_url() == URL
    (request,) = api.requests
    assert str(request.url) == (
        "https://api.elevenlabs.io/v1/convai/conversation/get-signed-url?agent_id=a1"
    )
    assert request.headers["xi-api-key"] == KEY
    assert request.extensions["timeout"]["read"] == 5.0


@pytest.mark.parametrize(
    ("answer", "blame", "words"),
    [
        (httpx.Response(401, json={"detail": {"status": "invalid_api_key"}}), "ours", "API_KEY"),
        (httpx.Response(403, text="no"), "ours", "API_KEY"),
        (httpx.Response(404, json={"detail": {}}), "ours", "AGENT_ID"),
        (httpx.Response(422, json={"detail": []}), "ours", "AGENT_ID"),
        (httpx.Response(429, json={"detail": {}}), "agent", "limit"),
        (httpx.Response(418, json={}), "agent", "418"),
        (httpx.Response(302, headers={"Location": "https://x"}), "agent", "302"),
        (httpx.Response(200, text="not json"), "agent", "ElevenLabs"),
        (httpx.Response(200, json={}), "agent", "without"),
        (httpx.Response(200, json=[]), "agent", "ElevenLabs"),
        (signed(None), "agent", "without"),
        (signed(17), "agent", "ElevenLabs"),
        (signed("ws://api.elevenlabs.io/?conversation_signature=s3cret"), "agent", "not wss"),
        (signed("https://api.elevenlabs.io/?conversation_signature=s3cret"), "agent", "not wss"),
        (signed("wss://[s3cret"), "agent", "unusable"),
        (signed("wss:///s3cret"), "agent", "not wss"),
    ],
)
async def test_refusals_say_what_to_mend_and_whose_fault_it_is(
    answer: Answer, blame: str, words: str
) -> None:
    api = Api(answer)
    async with api.door() as door:
        with pytest.raises(AgentError, match=words) as error:
            await door.signed_url()
    assert error.value.blame is Blame(blame)
    assert "s3cret" not in repr(error.value)
    assert error.value.__suppress_context__ or error.value.__context__ is None
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(503, text="no"),
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        TimeoutError(),
    ],
)
async def test_what_may_pass_is_tried_once_more(failure: Answer) -> None:
    api = Api(failure, signed(URL))
    async with api.door() as door:
        assert await door.signed_url() == URL
    assert api.pauses == [0.2]
    again = Api(failure, failure)
    async with again.door() as door:
        with pytest.raises(AgentError):
            await door.signed_url()
    assert len(again.requests) == 2


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"])
async def test_an_address_without_tls_only_from_a_loopback_simulation(base: str) -> None:
    async with Api(signed("ws://127.0.0.1:9/v1?x=1")).door(base) as door:
        assert await door.signed_url() == "ws://127.0.0.1:9/v1?x=1"


@pytest.mark.parametrize("base", ["https://127.0.0.1:9", "http://10.0.0.1:9", "http://evil.com"])
async def test_else_never(base: str) -> None:
    async with Api(signed("ws://127.0.0.1:9/v1?x=1")).door(base) as door:
        with pytest.raises(AgentError):
            await door.signed_url()


async def test_its_own_connections_can_be_closed() -> None:
    door = AgentDoor(KEY, "a1", "https://api.elevenlabs.io")
    await door.aclose()
    async with Api().door() as borrowed:
        await borrowed.aclose()


FIRST_CALL = """
    import asyncio, sys
    from bridge.elevenlabs_agent import AgentDoor

    BODY = b'{"signed_url": "wss://x/y"}'
    HEAD = b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\nconnection: close\\r\\n\\r\\n"

    async def answer(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(HEAD + BODY)
        writer.close()

    async def main():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        door = AgentDoor("k", "a", f"http://127.0.0.1:{port}")
        before = set(sys.modules)
        await door.signed_url()
        print(sorted(set(sys.modules) - before))
        await door.aclose()

    asyncio.run(main())
"""


@pytest.mark.sockets
def test_the_first_call_imports_nothing() -> None:
    """An import would stop every call of the process for as long as it takes."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FIRST_CALL)],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]", done.stdout
