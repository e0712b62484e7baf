"""The public address is tried for real: wrong ones, and proxies that do what proxies do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.doctor.practice import Edit, Practice, open_practice, proxy
from vocero.doctor.finding import Status
from vocero.doctor.public_address import ADDRESS, NAMES, SOCKETS, WEBHOOKS
from vocero.rehearsal import free_port

pytestmark = pytest.mark.sockets


async def test_an_address_that_is_not_the_one_that_is_served_with_is_found(
    practice: Practice,
) -> None:
    """It leads to the service all the same: only the signatures tell."""
    other = practice.url.replace("127.0.0.1", "localhost")
    practice.leads_to(other)
    failed = await practice.faults(BASE_URL=other)
    assert set(failed) == {WEBHOOKS, SOCKETS}
    assert all("restart `vocero serve` if BASE_URL" in each.mend for each in failed.values())


async def test_where_nothing_answers_serve_is_to_be_started(practice: Practice) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    practice.leads_to(nowhere)
    found = await practice.findings(BASE_URL=nowhere)
    assert [found[name].status for name in NAMES] == [
        *(Status.FAILED, Status.WARNING, Status.WARNING)
    ]
    assert "nothing listens at" in found[ADDRESS].detail
    assert all("start `vocero serve` first" in found[name].mend for name in NAMES)


async def test_somebody_else_at_the_address_is_told(practice: Practice) -> None:
    other = practice.env["GOOGLE_PLACES_BASE_URL"]
    practice.leads_to(other)
    failed = await practice.faults(BASE_URL=other)
    assert list(failed) == [ADDRESS]
    assert "something else answers there (HTTP 404)" in failed[ADDRESS].detail


def _drop(head: bytes, *names: str) -> bytes:
    for name in names:
        head = re.sub(rb"(?im)^%s:[^\r]*\r\n" % name.encode(), b"", head)
    return head


def _answered(status: str) -> Edit:
    def edit(head: bytes) -> bytes:
        if head.startswith(b"GET /media/"):
            return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        return head

    return edit


PROXIES: dict[str, tuple[Edit, dict[str, str]]] = {
    "passes on": (lambda head: head, {}),
    "rewrites Host": (lambda head: re.sub(rb"(?i)host: [^\r]*", b"Host: inner:8000", head), {}),
    "adds to the query": (
        lambda head: head.replace(b"status HTTP/1.1", b"status?via=proxy HTTP/1.1"),
        {WEBHOOKS: "refuses what is signed for BASE_URL"},
    ),
    "moves the paths": (
        lambda head: head.replace(b"POST /", b"POST /vocero/"),
        {WEBHOOKS: "a proxy answers webhooks with HTTP 404"},
    ),
    "keeps the signature": (
        lambda head: _drop(head, "X-Twilio-Signature"),
        {
            WEBHOOKS: "refuses what is signed for BASE_URL",
            SOCKETS: "refuses an upgrade that is signed for BASE_URL",
        },
    ),
    "takes the upgrade away": (
        lambda head: _drop(head, "Upgrade", "Connection") if b" /media/" in head else head,
        {SOCKETS: "no websocket any more"},
    ),
    "knows no websockets": (
        _answered("404 Not Found"),
        {SOCKETS: "a proxy answers a websocket with HTTP 404"},
    ),
    "wants another version": (
        _answered("426 Upgrade Required"),
        {SOCKETS: "a proxy answers a websocket with HTTP 426"},
    ),
    "has nothing behind it": (
        lambda head: b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        {ADDRESS: "a proxy answers, but nothing behind it (HTTP 502)"},
    ),
    "redirects": (
        lambda head: (
            b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://www.example.com/health\r\n"
            b"Content-Length: 0\r\nConnection: close\r\n\r\n"
        ),
        {ADDRESS: "it redirects to https://www.example.com"},
    ),
    "takes whatever comes": (
        lambda head: (
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            if head.startswith(b"POST /")
            else head
        ),
        {WEBHOOKS: "a wrong signature was answered with HTTP 200"},
    ),
}


@pytest.mark.parametrize("name", PROXIES)
async def test_what_a_proxy_does_is_found(name: str, tmp_path: Path) -> None:
    edit, expected = PROXIES[name]
    port = free_port()
    async with (
        proxy(port, edit) as url,
        open_practice(tmp_path, BASE_URL=url, PORT=str(port)) as practice,
    ):
        failed = await practice.faults()
    assert set(failed) == set(expected), failed
    for line, words in expected.items():
        assert words in failed[line].detail
