"""The tunnel that we open ourselves: names, refusals, disturbances. The token is never told."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from simulation.clock import run_virtual
from tests.tunnel import stand_in
from tests.tunnel.stand_in import GIVEN, TOKEN, StandIn
from vocero.tunnel.choice import Here
from vocero.tunnel.keeping import MOST_PAUSE_S, keep_open
from vocero.tunnel.package import OPEN_S, PackageTunnel, load_package, refusal
from vocero.tunnel.serving import open_tunnel
from vocero.tunnel.tunnel import TunnelError

HERE = Path(__file__).parent


def play(story: Coroutine[Any, Any, None]) -> None:
    run_virtual(story)


async def opened(ngrok: StandIn, name: str = "") -> PackageTunnel:
    tunnel = PackageTunnel(ngrok, TOKEN, Here("0.0.0.0", 8000))
    await tunnel.open(name)
    return tunnel


def test_it_leads_to_our_port_and_is_given_back() -> None:
    async def story() -> None:
        ngrok = StandIn()
        tunnel = await opened(ngrok)
        assert tunnel.url == GIVEN
        assert ngrok.opened[0].to == "http://127.0.0.1:8000"
        assert ngrok.opened[0].builder.token == TOKEN
        await tunnel.close()
        assert ngrok.opened[0].closed

    play(story())


@pytest.mark.parametrize(
    ("host", "to"), [("::", "127.0.0.1"), ("::1", "[::1]"), ("10.0.0.5", "10.0.0.5")]
)
def test_it_leads_to_where_we_listen(host: str, to: str) -> None:
    async def story() -> None:
        ngrok = StandIn()
        await PackageTunnel(ngrok, TOKEN, Here(host, 8000)).open()
        assert ngrok.opened[0].to == f"http://{to}:8000"

    play(story())


def said(*words: str) -> ValueError:
    """As the package says it."""
    return ValueError("failed to connect session", *words)


REPEATS_IT = f"The authtoken you specified is invalid.\nYour authtoken: {TOKEN}\n"


@pytest.mark.parametrize(
    ("error", "wrong", "mend", "setting"),
    [
        (said(REPEATS_IT, "ERR_NGROK_107"), "does not accept NGROK_AUTHTOKEN", "copy it", True),
        (said(f"{REPEATS_IT}ERR_NGROK_105"), "does not accept NGROK_AUTHTOKEN", "copy it", True),
        (said("limited", "ERR_NGROK_108"), "no agent to spare", "err_ngrok_108", False),
        (said("online", "ERR_NGROK_334"), "online already", "end the other", False),
        (said(REPEATS_IT, "ERR_NGROK_9999"), "refused (ERR_NGROK_9999)", "err_ngrok_9999", False),
        (said("failed to establish tcp connection"), "not reached (failed to", "network", False),
        (OSError(), "is not reached (OSError)", "network", False),
    ],
)
def test_refusals_are_told_in_our_words(
    error: Exception, wrong: str, mend: str, setting: bool
) -> None:
    async def story() -> None:
        ngrok = StandIn()
        ngrok.refuse = [error]
        with pytest.raises(TunnelError) as told:
            await opened(ngrok)
        assert wrong in told.value.wrong and mend in told.value.mend
        assert told.value.setting is setting
        assert TOKEN not in str(told.value) and "\n" not in str(told.value)

    play(story())


def test_a_name_that_is_not_ours_is_named() -> None:
    first = refusal(said("reserved", "ERR_NGROK_320"), TOKEN, "taken.ngrok.app")
    assert "does not give the address taken.ngrok.app" in first.wrong
    assert "leave BASE_URL empty" in first.mend
    later = refusal(said("reserved", "ERR_NGROK_320"), TOKEN, "taken.ngrok.app", again=True)
    assert "start `vocero serve --tunnel` again" in later.mend


def test_an_ngrok_that_hangs_is_not_waited_for_longer_than_said() -> None:
    async def story() -> None:
        ngrok = StandIn()
        ngrok.hangs = True
        before = asyncio.get_running_loop().time()
        with pytest.raises(TunnelError, match="did not give an address within 20 s"):
            await opened(ngrok)
        assert asyncio.get_running_loop().time() - before == OPEN_S

    play(story())


def test_an_address_without_tls_is_refused_and_given_back() -> None:
    async def story() -> None:
        ngrok = StandIn("http://plain.ngrok-free.app")
        with pytest.raises(TunnelError, match=r"gave http://plain\.ngrok-free\.app"):
            await opened(ngrok)
        assert ngrok.opened[0].closed

    play(story())


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://mine.ngrok-free.app", "https://mine.ngrok-free.app"),
        ("https://vocero.example.com", GIVEN),
        ("", GIVEN),
    ],
)
def test_the_name_of_base_url_is_asked_for_when_it_is_one_of_ngroks(
    base_url: str, name: str
) -> None:
    from tests.tunnel.test_agent import settings

    async def story() -> None:
        given = settings("http://127.0.0.1:9", NGROK_AUTHTOKEN=TOKEN, BASE_URL=base_url)
        async with open_tunnel(given, StandIn) as tunnel:
            assert tunnel.url == name

    asyncio.run(story())


# --- while it runs -------------------------------------------------------------------------------
def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert TOKEN not in caplog.text
    return [each.getMessage() for each in caplog.records]


def test_a_lost_connection_is_opened_anew_with_its_name(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        ngrok = StandIn()
        tunnel = await opened(ngrok)
        keeping = asyncio.create_task(keep_open(tunnel))
        ngrok.url = "https://another.ngrok-free.app"
        await ngrok.disconnect(f"read failed for {TOKEN}\nstack")
        await asyncio.sleep(5)
        assert [each.address for each in ngrok.opened] == [GIVEN, GIVEN]
        assert ngrok.opened[0].closed and not ngrok.opened[1].closed
        keeping.cancel()

    caplog.set_level(logging.WARNING)
    play(story())
    lost, back = lines(caplog)
    assert lost.startswith("the tunnel is lost (read failed for *** stack)")
    assert back == f"the tunnel is open again at {GIVEN}"


def test_a_silent_connection_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        ngrok = StandIn()
        tunnel = await opened(ngrok)
        keeping = asyncio.create_task(keep_open(tunnel))
        await ngrok.heartbeat(40)
        await asyncio.sleep(30)
        await ngrok.heartbeat(None)
        await asyncio.sleep(30)
        await ngrok.heartbeat(2500)
        await asyncio.sleep(20)
        assert len(ngrok.opened) == 1, "its name is taken, by itself"
        # Silent once more, and then it is over.
        await ngrok.heartbeat(None)
        await asyncio.sleep(30)
        await ngrok.disconnect("connection reset")
        await asyncio.sleep(20)
        assert len(ngrok.opened) == 2
        keeping.cancel()

    caplog.set_level(logging.WARNING)
    play(story())
    told = lines(caplog)
    assert [line.split(" (")[0].split(" at ")[0] for line in told if "trying" not in line] == 2 * [
        "the tunnel is lost",
        "the tunnel is open again",
    ]
    assert "(nothing comes through)" in told[0] and "ngrok is not reached" in told[1]


def test_it_is_tried_again_with_longer_and_longer_pauses(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        ngrok = StandIn()
        tunnel = await opened(ngrok)
        keeping = asyncio.create_task(keep_open(tunnel))
        ngrok.refuse = [said("no network")] * 8
        ngrok.end()
        began = asyncio.get_running_loop().time()
        while len(ngrok.opened) < 2:  # noqa: ASYNC110  the stand-in has no bell
            await asyncio.sleep(1)
        # 1 s, then twice as long each time, 30 s at the most.
        assert 1 + 2 + 4 + 8 + 16 + 4 * MOST_PAUSE_S == 151
        assert 151 <= asyncio.get_running_loop().time() - began <= 153
        await asyncio.sleep(1)
        keeping.cancel()

    caplog.set_level(logging.WARNING)
    play(story())
    told = lines(caplog)
    assert told[0].startswith("the tunnel is lost (ngrok closed it)")
    assert told[-1].startswith("the tunnel is open again")
    assert len(told) == 10 and all("trying again in" in line for line in told[1:-1])


def test_who_is_logged_in_and_got_no_address_does_not_log_in_again() -> None:
    async def story() -> None:
        ngrok = StandIn()
        tunnel = await opened(ngrok)
        keeping = asyncio.create_task(keep_open(tunnel))
        ngrok.refuse_names = [said("online", "ERR_NGROK_334")] * 4
        await ngrok.disconnect("connection reset")
        await asyncio.sleep(60)
        assert (len(ngrok.opened), ngrok.logins) == (2, 2)
        keeping.cancel()

    play(story())


class Wandering:
    """A tunnel of somebody else's that comes back elsewhere, and then where it was."""

    url, how, remarks = GIVEN, "by a test", ()

    def __init__(self) -> None:
        self.comes = ["https://new.ngrok-free.app", "https://new.ngrok-free.app", GIVEN]
        self.losses = 1

    async def lost(self) -> str:
        if not self.losses:
            await asyncio.Event().wait()
        self.losses -= 1
        return "the agent was restarted"

    async def reopen(self) -> str:
        return self.comes.pop(0)

    async def close(self) -> None: ...


def test_another_address_is_said_once_with_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        keeping = asyncio.create_task(keep_open(Wandering()))
        await asyncio.sleep(200)
        assert not keeping.done()
        keeping.cancel()

    caplog.set_level(logging.WARNING)
    play(story())
    lost, elsewhere, back = (each.getMessage() for each in caplog.records)
    assert "the agent was restarted" in lost and "live calls are left alone" in lost
    assert "https://new.ngrok-free.app instead of https://given.ngrok-free.app" in elsewhere
    assert "start `vocero serve --tunnel` again" in elsewhere and "doctor --fix" in elsewhere
    assert "old address" in back


# --- the package itself --------------------------------------------------------------------------
def test_a_missing_package_and_a_broken_one_are_two_things(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delitem(sys.modules, "ngrok", raising=False)
    monkeypatch.syspath_prepend(str(HERE / "no_package"))
    with pytest.raises(TunnelError, match=r"not installed.*pip install '\.\[tunnel\]'"):
        load_package()
    (tmp_path / "ngrok.py").write_text("raise ImportError('wrong ELF class')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(TunnelError, match=r"cannot be used on this machine \(ImportError\)"):
        load_package()


def test_the_real_package_has_what_the_stand_in_has() -> None:
    real: Any = pytest.importorskip("ngrok")
    for name in ("Builder", "Session", "HttpListenerBuilder", "Listener"):
        ours = getattr(stand_in, name)
        theirs = getattr(real, {"Builder": "SessionBuilder"}.get(name, name))
        methods = {each for each in vars(ours) if not each.startswith("_") and callable(
            getattr(ours, each))} - {"disconnected", "heartbeat"}  # fmt: skip
        assert methods, name
        assert {each for each in methods if not hasattr(theirs, each)} == set(), name


@pytest.mark.sockets
async def test_what_the_real_package_says_of_a_closed_port_is_understood() -> None:
    real: Any = pytest.importorskip("ngrok")
    builder = real.SessionBuilder().authtoken(TOKEN).server_addr("127.0.0.1:9")
    builder = builder.handle_disconnection(lambda *_: None).handle_heartbeat(lambda *_: None)
    with pytest.raises(ValueError, match="failed to connect") as failed:
        await builder.connect()
    assert refusal(failed.value, TOKEN, "").wrong.startswith("ngrok is not reached (failed to")


def test_the_package_is_loaded_from_where_python_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ngrok", raising=False)
    monkeypatch.syspath_prepend(str(HERE / "as_package"))
    importlib.invalidate_caches()
    assert load_package().SessionBuilder().authtoken(TOKEN).token == TOKEN
    monkeypatch.delitem(sys.modules, "ngrok")
