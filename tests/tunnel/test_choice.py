"""Which of an agent's tunnels leads to us, and which of several is taken."""

from __future__ import annotations

import pytest

from vocero.tunnel.choice import Here, Listed, choose
from vocero.tunnel.tunnel import TunnelError

HERE = Here("127.0.0.1", 8000)
A, B = "https://a.ngrok-free.app", "https://b.ngrok-free.app"


@pytest.mark.parametrize(
    ("local", "leads_here"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("localhost:8000", True),
        ("8000", True),
        ("http://localhost:8001", False),
        ("80", False),
        ("https://localhost:8000", False),
        ("http://192.168.1.9:8000", False),
        ("http://localhost", False),
        ("http://localhost:99999999", False),
        ("file:///var/www", False),
        ("", False),
        ("unix:/tmp/8000", False),
    ],
)
def test_what_leads_here(local: str, leads_here: bool) -> None:
    assert HERE.is_meant_by(local) is leads_here


def test_an_agent_on_another_machine_has_any_name_for_this_one() -> None:
    assert Here("0.0.0.0", 8000, any_host=True).is_meant_by("http://vocero:8000")
    assert Here("10.0.0.5", 8000).is_meant_by("http://10.0.0.5:8000")


def test_https_is_preferred_and_others_are_named() -> None:
    tunnels = [
        Listed("http://a.ngrok-free.app", "8000"),
        Listed(A, "8000"),
        Listed("https://elsewhere.ngrok.app", "5000"),
        Listed(B + "/", "localhost:8000"),
        Listed(A, "8000"),
    ]
    chosen = choose(tunnels, HERE, "")
    assert chosen is not None and (chosen.url, chosen.others) == (A, (B,))
    wished = choose(tunnels, HERE, B)
    assert wished is not None and (wished.url, wished.others) == (B, (A,))


def test_without_a_tunnel_to_us_there_is_none() -> None:
    assert choose([], HERE, A) is None
    assert choose([Listed(A, "5000")], HERE, A) is None


@pytest.mark.parametrize(
    "public", ["http://a.ngrok-free.app", "tcp://0.tcp.ngrok.io:17000", "", "https://a.app/path"]
)
def test_what_twilio_cannot_use_is_named(public: str) -> None:
    with pytest.raises(TunnelError, match="https") as told:
        choose([Listed(public, "8000")], HERE, "")
    assert "ngrok http 8000" in str(told.value)
