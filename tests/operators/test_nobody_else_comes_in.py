"""Every route and every socket against whoever has no business there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from itsdangerous import URLSafeSerializer

from tests.operators.browser import COOKIE, ORIGIN, PASSWORD, Browser, Socket
from tests.operators.conftest import Customer, Play
from vocero.operators.access import Access
from vocero.operators.tickets import TICKET_S
from vocero.rehearsal import Rehearsal

PAGES = ["", "calls", "calls/abc", "day", "acts"]
READ = [
    "api/calls",
    "api/calls/abc",
    "api/day",
    "api/acts",
    "calls/abc/sound.wav",
    "calls/abc/recording.zip",
]
DONE = [
    "api/ticket",
    "api/calls/abc/ticket",
    "api/calls/abc/reveal",
    "api/calls/abc/whisper",
    "api/calls/abc/keys",
    "api/calls/abc/ask",
    "api/calls/abc/end",
    "api/calls/abc/handback",
    "logout",
]
OPEN = {"/operator/login", "/operator/static/<version>/<path:path>"}


def test_these_are_all_the_routes_there_are(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        rules = [
            rule
            for rule in browser.app.url_map.iter_rules()
            if rule.rule.startswith("/operator") and rule.rule not in OPEN
        ]
        named = {rule.rule.replace("<attempt_id>", "abc") for rule in rules}
        assert named == {f"/operator/{path}" for path in (*PAGES, *READ, *DONE)}
        deleting = [rule.rule for rule in rules if "DELETE" in (rule.methods or ())]
        assert deleting == ["/operator/api/calls/<attempt_id>"]

    operate(story)


def cookies_of_others(rehearsal: Rehearsal) -> dict[str, str]:
    """What somebody might bring instead of a cookie that we gave."""
    now = rehearsal.now
    good = Access(PASSWORD, "a long random text", now).begin("Eve")[1]
    forged = URLSafeSerializer("guessed", salt="vocero operator session")
    return {
        "none": "",
        "nonsense": "x.y.z",
        "forged": str(forged.dumps({"id": "a", "name": "Eve", "until": int(now()) + 1000})),
        "cut": good[:-2],
        "expired": Access(PASSWORD, "a long random text", lambda: now() - 12 * 3600).begin("Eve")[
            1
        ],
        "another password": Access("other", "a long random text", now).begin("Eve")[1],
        "another secret": Access(PASSWORD, "other", now).begin("Eve")[1],
    }


def test_no_cookie_but_ours_opens_anything(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        for what, cookie in cookies_of_others(rehearsal).items():
            browser.cookies = {COOKIE: cookie} if cookie else {}
            for path in PAGES:
                answer = await browser.get(f"/operator/{path}")
                assert answer.status == 303, (what, path)
                assert answer.headers["Location"].startswith("/operator/login?next=")
            answers = [await browser.get(f"/operator/{path}") for path in READ]
            answers += [await browser.post(f"/operator/{path}", {}) for path in DONE]
            answers.append(await browser.ask("DELETE", "/operator/api/calls/abc"))
            for answer in answers:
                assert (answer.status, answer.error) == (401, "login"), what

    operate(story)


@pytest.mark.parametrize(
    ("origin", "csrf"),
    [
        (ORIGIN, None),
        (ORIGIN, "0" * 64),
        (ORIGIN, "another session's"),
        (None, "good"),
        ("null", "good"),
        ("https://evil.example", "good"),
        ("http://vocero.example", "good"),
        ("https://vocero.example:8443", "good"),
        ("https://vocero.example.evil.example", "good"),
    ],
)
def test_nothing_is_done_for_another_page(
    operate: Play, origin: str | None, csrf: str | None
) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        if csrf == "another session's":
            other = Browser(browser.app)
            await other.log_in("Eve")
            assert other.csrf != browser.csrf
            browser.csrf = other.csrf
        elif csrf != "good":
            browser.csrf = csrf
        browser.origin = origin
        answers = [await browser.post(f"/operator/{path}", {}) for path in DONE]
        answers.append(await browser.ask("DELETE", "/operator/api/calls/abc"))
        assert [answer.status for answer in answers] == [403] * (len(DONE) + 1)
        # Nothing was: the session goes on and the log holds nothing but the login.
        acts = (await browser.get("/operator/api/acts")).json["acts"]
        assert {act["act"] for act in acts} == {"login"}

    operate(story)


async def stays_outside(socket: Socket, status: int) -> None:
    async with socket:
        await socket.ended.wait()
    kinds = [message["type"] for message in socket.said]
    assert kinds == ["websocket.http.response.start", "websocket.http.response.body"]
    assert socket.status == status


def test_no_socket_opens_for_a_stranger(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            paths = {
                "live": "/operator/live",
                "listen": f"/operator/calls/{call}/listen",
                "speak": f"/operator/calls/{call}/speak",
            }
            for purpose, path in paths.items():
                about = "" if purpose == "live" else call
                for cookie in cookies_of_others(rehearsal).values():
                    stranger = replace(browser, cookies={COOKIE: cookie} if cookie else {})
                    ticket = await browser.ticket(purpose, about)
                    await stays_outside(stranger.socket(path, ticket), 401)
                for origin in (None, "null", "https://evil.example", "http://vocero.example"):
                    ticket = await browser.ticket(purpose, about)
                    page = replace(browser, origin=origin)
                    await stays_outside(page.socket(path, ticket), 403)
                for bad in (None, "", "guessed"):
                    await stays_outside(browser.socket(path, bad), 403)
                others = Browser(browser.app)
                await others.log_in("Eve")
                ticket = await others.ticket(purpose, about)
                await stays_outside(browser.socket(path, ticket), 403)
            rehearsal.service.switchboard.cancel(call)

    operate(story)


def test_a_ticket_is_good_once_for_one_thing_and_not_for_long(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            used = await browser.ticket("live")
            async with browser.socket("/operator/live", used) as socket:
                await socket.until("snapshot")
            await stays_outside(browser.socket("/operator/live", used), 403)
            listen = f"/operator/calls/{call}/listen"
            for purpose, about in (("live", ""), ("speak", call)):
                ticket = await browser.ticket(purpose, about)
                await stays_outside(browser.socket(listen, ticket), 403)
            ticket = await browser.ticket("listen", call)
            await stays_outside(browser.socket("/operator/calls/another/listen", ticket), 403)
            ticket = await browser.ticket("listen", call)
            await asyncio.sleep(TICKET_S)
            await stays_outside(browser.socket(listen, ticket), 403)
            rehearsal.service.switchboard.cancel(call)

    operate(story)


def test_sockets_end_with_the_login(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with await browser.live() as socket:
            await socket.until("snapshot")
            await browser.send_form("/operator/logout", {"csrf": browser.csrf or ""})
            await asyncio.wait_for(socket.ended.wait(), 3)
            assert socket.close_code == 4401

    operate(story)


LOCAL: list[tuple[str, str, int]] = [
    ("127.0.0.1:8000", "http://127.0.0.1:8000", 200),
    ("localhost:8000", "http://localhost:8000", 200),
    ("[::1]:8000", "http://[::1]:8000", 200),
    ("192.168.1.20:8000", "http://192.168.1.20:8000", 200),
    # A name that an attacker owns and points at us: the two agree, and it is still no address.
    ("evil.example", "http://evil.example", 403),
    ("evil.example:8000", "http://evil.example:8000", 403),
    ("127.0.0.1.evil.example", "http://127.0.0.1.evil.example", 403),
    ("localhost.evil.example", "http://localhost.evil.example", 403),
    # Another port of this machine is another site.
    ("127.0.0.1:8000", "http://127.0.0.1:3000", 403),
    ("127.0.0.1:8000", "http://localhost:8000", 403),
    ("evil.example", "https://vocero.example", 200),
]


@pytest.mark.parametrize(("host", "origin", "status"), LOCAL)
def test_which_addresses_are_ours(operate: Play, host: str, origin: str, status: int) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        page = replace(browser, host=host, origin=origin)
        assert (await page.post("/operator/api/ticket", {"for": "live"})).status == status

    operate(story)


Asking = Callable[[Browser], Awaitable[object]]


def test_every_answer_tells_the_browser_to_be_careful(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        asked: list[str] = [*PAGES, "login", "nothing/here", *READ, "static/x/y"]
        for path in asked:
            answer = await browser.get(f"/operator/{path}")
            headers = answer.headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'; script-src 'self'; " in policy
            assert "unsafe" not in policy
            assert "connect-src 'self' ws://vocero.example wss://vocero.example;" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["Permissions-Policy"] == "microphone=(self)"
            assert headers["Cache-Control"] == "no-store"
        nonces = {
            browser.attribute((await browser.get("/operator/")).text, "nonce") for _ in range(3)
        }
        assert len(nonces) == 3
        # What is no host name does not get into the policy.
        odd = replace(browser, host="a;script-src *")
        assert (
            "script-src *"
            not in (await odd.get("/operator/login")).headers["Content-Security-Policy"]
        )

    operate(story)


def test_no_secret_gets_into_the_logs(operate: Play, caplog: pytest.LogCaptureFixture) -> None:
    given: list[str] = [PASSWORD, "a long random text"]

    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            given.extend([browser.cookies[COOKIE], browser.csrf or "-"])
            for purpose in ("listen", "speak"):
                given.append(await browser.ticket(purpose, call))
                await stays_outside(browser.socket("/operator/live", given[-1]), 403)
            whispered = {"text": "a hint that nobody else reads"}
            given.append(whispered["text"])
            assert (await browser.post(f"/operator/api/calls/{call}/whisper", whispered)).status
            revealed = await browser.post(f"/operator/api/calls/{call}/reveal", {})
            given.extend(revealed.json[who]["number"] for who in ("business", "customer"))
            rehearsal.service.switchboard.cancel(call)
        acts = (await browser.get("/operator/api/acts")).text
        assert not [secret for secret in given if secret in acts]

    caplog.set_level(logging.DEBUG)
    operate(story)
    assert len(given) == 9
    assert not [secret for secret in given if secret in caplog.text]
