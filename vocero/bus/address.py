"""What REDIS_URL may be. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit


def address_problem(url: str) -> str:
    """What is wrong with this address of a Redis, in plain words without it; "" for nothing."""
    try:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path
        _ = parts.port
    except ValueError:
        host = path = ""
        parts = urlsplit("")
    where = {"redis": host, "rediss": host, "unix": path}.get(parts.scheme, "")
    number = path.strip("/")
    if where and (parts.scheme == "unix" or not number or number.isdecimal()):
        return ""
    return "must look like redis://:password@host:6379/0 (rediss:// with TLS, unix:///path)"
