"""The pages' frame: language, what the script is told, static files."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.operators.browser import Browser
from tests.operators.conftest import Play
from vocero.operators.page_files import PAGE, PageFiles
from vocero.rehearsal import Rehearsal

PAGES = ("", "calls", "calls/abc", "day", "acts", "login")


def test_the_language_is_asked_for_kept_or_the_browsers(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async def shown(path: str = "/operator/", **headers: str) -> str:
            return browser.attribute((await browser.get(path, **headers)).text, "lang")

        assert await shown() == "es"
        assert await shown(Accept_Language="de, en;q=0.8, es;q=0.5") == "en"
        assert await shown(Accept_Language="de") == "es"
        assert await shown("/operator/?lang=fr") == "es"
        assert "vocero_lang" not in browser.cookies
        assert await shown("/operator/calls?lang=en") == "en"
        assert await shown(Accept_Language="es") == "en"
        assert await shown("/operator/?lang=es", Accept_Language="en") == "es"
        assert await shown(Accept_Language="en") == "es"

    operate(story)


def test_the_script_is_told_what_it_needs(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        names = ("live", "calls", "call", "day", "acts")
        for name, path in zip(names, PAGES, strict=False):
            page = (await browser.get(f"/operator/{path}")).text
            assert browser.attribute(page, "page") == name
            assert browser.attribute(page, "csrf") == browser.csrf
            assert browser.attribute(page, "secure") == "1"
        # Without https a browser lends no microphone, but on the machine itself.
        for host, secure in (("127.0.0.1:8000", "1"), ("192.168.1.20:8000", "")):
            page = (await replace(browser, host=host).get("/operator/")).text
            assert browser.attribute(page, "secure") == secure

    operate(story)


@pytest.mark.parametrize("bad", ["<script>x</script>", '"><img src=x onerror=y>', "{{ 7 * 7 }}"])
def test_what_comes_from_outside_is_text(play: Play, bad: str) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        assert (await browser.log_in(bad)).status == 303
        for path in PAGES[:-1]:
            page = (await browser.get(f"/operator/{path}")).text
            assert "<" not in bad or bad not in page
            assert html.unescape(browser.attribute(page, "name")) == bad
        other = Browser(browser.app)
        shown = await other.get(f"/operator/login?next={bad}")
        assert bad not in shown.text
        odd = await browser.get("/operator/calls/%22%3E%3Cscript%3E")
        assert "<script>" not in odd.text.partition("data-call")[2].partition(">")[0]

    play(story)


def test_every_static_file_that_a_page_names_is_there_for_ever(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        stranger = Browser(browser.app)
        for path in PAGES:
            page = (await browser.get(f"/operator/{path}")).text
            for address in re.findall(r'(?:src|href)="(/operator/static/[^"]+)"', page):
                got = await stranger.get(address)
                assert got.status == 200, address
                assert "immutable" in got.headers["Cache-Control"]
                assert got.headers["X-Content-Type-Options"] == "nosniff"

    operate(story)


def test_static_files_are_those_of_the_folder_and_no_others(operate: Play, tmp_path: Path) -> None:
    (tmp_path / "static" / "vendor").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "static" / "a.js").write_text("1")
    (tmp_path / "static" / "vendor" / "b.css").write_text("2")
    (tmp_path / "static" / "c.exe").write_text("3")
    (tmp_path / "templates" / "t.html").write_text("{{ static('a.js') }} {{ x }}")
    files = PageFiles(tmp_path)
    assert files.address("a.js") == f"/operator/static/{files.version}/a.js"
    asset = files.asset(files.version, "vendor/b.css")
    assert asset is not None and asset.content == b"2"
    assert asset.content_type.startswith("text/css")
    for path in ("c.exe", "../templates/t.html", "vendor/../a.js", "", "/a.js"):
        assert files.asset(files.version, path) is None
        with pytest.raises(LookupError):
            files.address(path)
    assert files.asset("old", "a.js") is None
    assert files.render("t.html", {"x": "<b>"}).endswith("/a.js &lt;b&gt;")
    (tmp_path / "static" / "a.js").write_text("changed")
    assert PageFiles(tmp_path).version != files.version

    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        version = PageFiles().version
        for path in ("../templates/base.html", "..%2ftemplates/base.html", "%2e%2e/sockets.py"):
            assert (await browser.get(f"/operator/static/{version}/{path}")).status == 404

    operate(story)


def test_every_page_is_there_as_a_template() -> None:
    names = {path.name for path in (PAGE / "templates").glob("*.html")}
    assert names >= {f"{name}.html" for name in ("live", "calls", "call", "day", "acts", "login")}
