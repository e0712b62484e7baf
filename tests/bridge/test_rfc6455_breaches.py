"""RFC 6455, what is not allowed: each breach ends the connection with its own code, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bridge.websocket_story import (
    BINARY,
    CLOSE,
    CONT,
    KEY,
    PING,
    PONG,
    SIDES,
    TEXT,
    close_payload,
    cuts,
    frame,
    limit,
    story,
)

PROTOCOL_ERROR, NOT_UTF8, TOO_BIG = 1002, 1007, 1009

NO_UTF8 = {
    "a lone continuation byte": b"\x80",
    "a byte that never occurs": b"\xff",
    "a character that ends too early": b"\xe2\x82",
    "an ASCII letter within a character": b"\xe2\x28\xa1",
    "a slash in two bytes": b"\xc0\xaf",
    "a slash in three bytes": b"\xe0\x80\xaf",
    "zero in two bytes": b"\xc0\x80",
    "half a surrogate pair": b"\xed\xa0\x80",
    "a whole surrogate pair": b"\xed\xa0\x80\xed\xbf\xbf",
    "beyond the last code point": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
}


def breaches(side: str) -> Iterator[tuple[str, bytes, int]]:
    """(what, bytes, the code that it must be answered with)."""
    for bits in (1, 2, 4, 7):
        for opcode in (TEXT, BINARY, PING):
            sent = frame(side, opcode, b"x", reserved=bits)
            yield f"reserved bits {bits} with opcode {opcode}", sent, PROTOCOL_ERROR
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        yield f"opcode {opcode}", frame(side, opcode, b"x"), PROTOCOL_ERROR
    for opcode in (CLOSE, PING, PONG):
        yield f"126 bytes of {opcode}", frame(side, opcode, b"x" * 126), PROTOCOL_ERROR
        yield f"a part of {opcode}", frame(side, opcode, b"", fin=False), PROTOCOL_ERROR
    for opcode in (TEXT, BINARY, PING, CLOSE):
        wrong = frame(side, opcode, b"xy", mask=side != "server")
        yield f"the wrong mask of {opcode}", wrong, PROTOCOL_ERROR
    begun = frame(side, TEXT, b"x", fin=False)
    yield "a continuation of nothing", frame(side, CONT, b"x"), PROTOCOL_ERROR
    yield "the same, not the last", frame(side, CONT, b"x", fin=False), PROTOCOL_ERROR
    yield "a text within a text", begun + frame(side, TEXT, b"y"), PROTOCOL_ERROR
    yield "a binary within a text", begun + frame(side, BINARY, b"y"), PROTOCOL_ERROR
    most = limit(side)
    yield "a byte too much", frame(side, TEXT, b"x" * (most + 1)), TOO_BIG
    yield "the same, announced", frame(side, TEXT, b"", length=most + 1), TOO_BIG
    yield "the most that can be announced", frame(side, BINARY, b"", length=(1 << 63) - 1), TOO_BIG
    parts = frame(side, TEXT, b"x" * most, fin=False)
    yield "a byte too much in parts", parts + frame(side, CONT, b"x"), TOO_BIG
    for what, octets in NO_UTF8.items():
        yield what, frame(side, TEXT, b"a" + octets), NOT_UTF8
        yield f"{what}, alone", frame(side, TEXT, octets), NOT_UTF8
        for at in range(1, len(octets)):
            first = frame(side, TEXT, octets[:at], fin=False)
            yield f"{what}, cut at {at}", first + frame(side, CONT, octets[at:]), NOT_UTF8
        reason = frame(side, CLOSE, close_payload(1000, octets))
        yield f"{what}, as a reason to close", reason, NOT_UTF8


CASES = [
    pytest.param(side, sent, code, id=f"{side}-{what}")
    for side in SIDES
    for what, sent, code in breaches(side)
]


@pytest.mark.parametrize(("side", "sent", "code"), CASES)
async def test_a_breach(side: str, sent: bytes, code: int) -> None:
    before = frame(side, TEXT, b"before")
    after = frame(side, TEXT, b"after") + frame(side, PING, b"after")
    stream = before + sent + after
    whole = story(side, [stream])
    assert whole.told == ("before", (1006, ""))
    assert [(each.opcode, each.code) for each in whole.sent] == [(CLOSE, code)]
    assert whole.ended or side == "client"  # who waits for the server to end the connection
    assert story(side, [before, sent, after]) == whole
    if len(stream) < 500:
        assert story(side, cuts(stream, range(len(stream)))) == whole


async def test_a_limit_below_sixteen_bits() -> None:
    """The short way past the core knows no limit of its own."""
    side = "client"
    fits, not_ = frame(side, TEXT, b"x" * 1000), frame(side, TEXT, b"x" * 1001)
    seen = story(side, [fits + not_], max_size=1000)
    assert seen.told == ("x" * 1000, (1006, ""))
    assert [each.code for each in seen.sent] == [TOO_BIG]


@pytest.mark.parametrize("side", SIDES)
async def test_a_breach_shows_before_its_frame_is_whole(side: str) -> None:
    """Nothing is collected for a frame that can never be one."""
    mask = KEY if side == "server" else b""
    flag = 0x80 if side == "server" else 0
    for head in (bytes([0x83, flag | 5]), bytes([0x81, 0x80 - flag | 5])):
        seen = story(side, [head + mask])
        assert [each.code for each in seen.sent] == [PROTOCOL_ERROR]


@pytest.mark.parametrize("side", SIDES)
async def test_a_continuation_of_what_has_ended(side: str) -> None:
    message = frame(side, TEXT, b"x", fin=False) + frame(side, CONT, b"y")
    seen = story(side, [message + frame(side, CONT, b"z")])
    assert seen.told == ("xy", (1006, ""))
    assert [each.code for each in seen.sent] == [PROTOCOL_ERROR]
