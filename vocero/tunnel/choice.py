"""Which of an ngrok agent's tunnels leads to us. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from vocero.setting_values import base_url_problem, is_loopback
from vocero.tunnel.tunnel import TunnelError

ANY_ADDRESS = frozenset({"0.0.0.0", "::"})


@dataclass(frozen=True, slots=True)
class Listed:
    """A tunnel as an agent tells of it."""

    public: str
    """ "https://name.ngrok-free.app"."""
    local: str
    """Where it leads, as it was said on its command line: "http://localhost:8000", "8000"."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where the service listens."""

    host: str
    port: int
    any_host: bool = False
    """Whether the agent runs on another machine, or in a container, and may have any name for
    this one."""

    def is_meant_by(self, local: str) -> bool:
        """Whether a tunnel that leads to this address leads here."""
        host, port = _host_and_port(local)
        if port != self.port:
            return False
        return self.any_host or is_loopback(host) or host == self.host


def _host_and_port(local: str) -> tuple[str, int | None]:
    if local.isdigit():
        return "localhost", int(local)
    try:
        parts = urlsplit(local if "://" in local else f"http://{local}")
        # What expects TLS of us finds none.
        return (parts.hostname or "", parts.port or 80) if parts.scheme == "http" else ("", None)
    except ValueError:
        return "", None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tunnel that is taken."""

    url: str
    others: tuple[str, ...]
    """Addresses that would have done as well."""


def choose(tunnels: Sequence[Listed], here: Here, wished: str) -> Chosen | None:
    """The https tunnel that leads here; `wished` (BASE_URL) before others. None: there is none.

    Raises TunnelError when what leads here is not https.
    """
    lead_here = list(
        dict.fromkeys(each.public.rstrip("/") for each in tunnels if here.is_meant_by(each.local))
    )
    usable = [url for url in lead_here if base_url_problem(url) is None]
    if not usable:
        if not lead_here:
            return None
        raise TunnelError(
            f"the ngrok agent's {shown(lead_here[0])} is not https, which Twilio needs",
            f"start it with `ngrok http {here.port}`",
        )
    # A plain http twin is listed beside an https tunnel by older agents.
    usable.sort(key=lambda url: (url != wished, not url.startswith("https://")))
    best = [url for url in usable if url.startswith("https://") == usable[0].startswith("https://")]
    return Chosen(usable[0], tuple(best[1:]))


def shown(text: str) -> str:
    """What somebody else said, on one line and not for ever."""
    return "".join(each if each.isprintable() else " " for each in text[:160])
