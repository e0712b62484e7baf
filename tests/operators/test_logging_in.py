"""Logging in and out, and what a login is worth."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.operators.browser import COOKIE, ORIGIN, PASSWORD, Browser
from tests.operators.conftest import Play
from vocero.operators.login_limit import MOST_IN_ALL, MOST_PER_ADDRESS, WINDOW_S, LoginLimit
from vocero.operators.pages import local_path
from vocero.rehearsal import Rehearsal

SECRETS = (PASSWORD, "a long random text", "wrong password")


def test_a_login_opens_every_page_and_leads_where_one_wanted_to_go(play: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        closed = await browser.get("/operator/calls/abc")
        assert closed.status == 303
        assert closed.headers["Location"] == "/operator/login?next=/operator/calls/abc"
        login = await browser.get(closed.headers["Location"])
        assert 'value="/operator/calls/abc"' in login.text
        form = {"name": " Ana\n", "password": PASSWORD, "next": "/operator/calls/abc"}
        opened = await browser.send_form("/operator/login", form)
        assert (opened.status, opened.headers["Location"]) == (303, "/operator/calls/abc")
        (cookie,) = [c for c in opened.headers.getlist("Set-Cookie") if c.startswith(COOKIE)]
        assert {"HttpOnly", "SameSite=Strict", "Path=/operator", "Secure"} <= set(
            cookie.split("; ")
        )
        assert "Max-Age=43200" in cookie
        for page in ("", "calls", "calls/abc", "day", "acts"):
            shown = await browser.get(f"/operator/{page}")
            assert shown.status == 200
            assert browser.attribute(shown.text, "name") == "Ana"
        assert browser.attribute((await browser.get("/operator/calls/abc")).text, "call") == "abc"

    play(story)


def test_logging_out_ends_the_cookie_itself(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        kept = dict(browser.cookies)
        out = await browser.send_form("/operator/logout", {"csrf": browser.csrf or ""})
        assert (out.status, out.headers["Location"]) == (303, "/operator/login")
        browser.cookies = kept
        assert (await browser.get("/operator/api/calls")).status == 401

    operate(story)


def test_a_login_is_over_after_twelve_hours(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        await asyncio.sleep(12 * 3600 - 60)
        assert (await browser.get("/operator/api/acts")).status == 200
        await asyncio.sleep(61)
        assert (await browser.get("/operator/api/acts")).status == 401

    operate(story)


def test_two_operators_of_one_name_are_told_apart(play: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        names = []
        for name in ("Ana", "ana", "Ana", "x" * 40, "x" * 40):
            other = Browser(browser.app)
            assert (await other.log_in(name)).status == 303
            names.append(other.attribute((await other.get("/operator/")).text, "name"))
        assert names[:3] == ["Ana", "ana (2)", "Ana (3)"]
        # The bridge knows operators by 40 characters.
        assert [len(name) for name in names[3:]] == [40, 40]
        assert names[3] != names[4]

    play(story)


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_login_needs_a_name(play: Play, name: str) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        answer = await browser.log_in(name)
        assert answer.status == 400
        assert COOKIE not in browser.cookies

    play(story)


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://vocero.example"])
def test_another_site_cannot_log_anybody_in(play: Play, origin: str | None) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        browser.origin = origin
        assert (await browser.log_in()).status == 403
        assert browser.cookies == {}

    play(story)


def test_guessing_ends_after_ten_tries_from_one_address(
    play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        for _ in range(MOST_PER_ADDRESS):
            answer = await browser.log_in(password="wrong password")
            assert answer.status == 401
        # The right one is not tried any more either, and how long to wait is said.
        answer = await browser.log_in()
        assert answer.status == 429
        assert 0 < int(answer.headers["Retry-After"]) <= WINDOW_S + 1
        await asyncio.sleep(WINDOW_S)
        assert (await browser.log_in()).status == 303
        acts = (await browser.get("/operator/api/acts")).json["acts"]
        assert [act["act"] for act in acts] == ["login", *["login_failed"] * MOST_PER_ADDRESS]

    caplog.set_level(logging.DEBUG)
    play(story)
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_the_limit_counts_per_network_and_in_all() -> None:
    limit = LoginLimit()
    for n in range(MOST_PER_ADDRESS):
        limit.failed(f"2001:db8:1:2::{n:x}", float(n))
    assert limit.wait_s("2001:db8:1:2:ffff::1", 20.0) == WINDOW_S - 20 + 1
    assert limit.wait_s("2001:db8:1:3::1", 20.0) == 0
    for n in range(MOST_IN_ALL):
        limit.failed(f"192.0.2.{n}", 100.0)
    assert limit.wait_s("198.51.100.1", 100.0) == WINDOW_S + 1
    assert limit.wait_s("198.51.100.1", 100.0 + WINDOW_S) == 0


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/operator//evil.example",
        "/other",
        "/operator/\r\nSet-Cookie: a=b",
        "/operator/\\evil",
        "/operatorx",
        "/operator/logout",
        "/operator/login",
        "",
    ],
)
def test_a_login_never_leads_elsewhere(wanted: str) -> None:
    assert local_path(wanted) == "/operator/"


def test_without_a_password_there_is_no_page_and_it_says_why(play: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        for path in ("/operator", "/operator/", "/operator/login", "/operator/api/calls"):
            answer = await browser.get(path)
            assert answer.status == 404
            assert "OPERATOR_PASSWORD" in answer.text
        assert (await browser.log_in()).status == 404
        async with browser.socket("/operator/live", "x") as socket:
            await socket.ended.wait()
        assert (socket.accepted, socket.status) == (False, 404)
        assert browser.origin == ORIGIN

    play(story, OPERATOR_PASSWORD="")
