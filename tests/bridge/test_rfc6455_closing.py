"""RFC 6455, the end: the closing handshake from both sides, codes, half-open and deaf far ends."""

from __future__ import annotations

import pytest

from bridge import lean_socket
from tests.bridge.websocket_story import (
    CLOSE,
    CONT,
    PING,
    PONG,
    SIDES,
    TEXT,
    FarEnd,
    Held,
    Sent,
    close_payload,
    cuts,
    frame,
    story,
)

pytestmark = pytest.mark.parametrize("side", SIDES)

VALID = (
    *(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
    *(3000, 3008, 3999, 4000, 4300, 4999),
)
INVALID = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)


@pytest.mark.parametrize("code", VALID)
async def test_their_close_is_answered_with_the_same_and_told(side: str, code: int) -> None:
    payload = close_payload(code, "adiós".encode())
    stream = frame(side, CLOSE, payload)
    for pieces in ([stream], cuts(stream, range(len(stream)))):
        seen = story(side, pieces)
        assert seen.told == ((code, "adiós"),)
        assert seen.sent == (Sent(True, CLOSE, payload),)
        assert seen.ended == (side == "server")


@pytest.mark.parametrize("code", INVALID)
async def test_a_code_that_may_not_be_sent(side: str, code: int) -> None:
    seen = story(side, [frame(side, CLOSE, close_payload(code))])
    assert seen.told == ((1006, ""),)
    assert [each.code for each in seen.sent] == [1002]


async def test_a_close_without_a_code(side: str) -> None:
    seen = story(side, [frame(side, CLOSE)])
    assert seen.told == ((1005, ""),)
    assert seen.sent == (Sent(True, CLOSE, b""),)


async def test_half_a_code(side: str) -> None:
    seen = story(side, [frame(side, CLOSE, b"\x03")])
    assert [each.code for each in seen.sent] == [1002]


async def test_the_longest_reason(side: str) -> None:
    seen = story(side, [frame(side, CLOSE, close_payload(1000, b"r" * 123))])
    assert seen.told == ((1000, "r" * 123),)


async def test_whatever_follows_their_close_is_ignored(side: str) -> None:
    late = (
        frame(side, TEXT, b"late")
        + frame(side, PING, b"late")
        + frame(side, CLOSE, close_payload(1001))
        + b"\xff\xff\xff\xff nonsense"
    )
    closing = frame(side, TEXT, b"last") + frame(side, CLOSE, close_payload(1000))
    for pieces in ([closing + late], [closing, late], cuts(closing + late, range(80))):
        seen = story(side, pieces)
        assert seen.told == ("last", (1000, ""))
        assert seen.sent == (Sent(True, CLOSE, close_payload(1000)),)


async def test_our_close_waits_for_theirs_and_hears_what_comes_before(side: str) -> None:
    held = Held(side)
    held.socket.close(1000, "call ended")
    held.socket.close(1001, "again")
    held.socket.send("too late")
    assert held.sent() == (Sent(True, CLOSE, close_payload(1000, b"call ended")),)
    assert not held.far.ended
    held.hear(frame(side, TEXT, b"still on its way"))
    held.hear(frame(side, CLOSE, close_payload(1000, b"call ended")))
    assert held.far.ended == (side == "server")
    seen = held.end()
    assert seen.told == ("still on its way", (1000, "call ended"))
    assert len(seen.sent) == 1


async def test_two_closes_that_cross(side: str) -> None:
    held = Held(side)
    held.socket.close(1013, "not reading")
    held.hear(frame(side, CLOSE, close_payload(1000, b"bye")))
    seen = held.end()
    assert seen.told == ((1000, "bye"),)
    assert [each.code for each in seen.sent] == [1013]


async def test_closing_while_a_message_is_told(side: str) -> None:
    """What the listener closes in the middle of a read is closed for the rest of it."""
    held = Held(side)

    def close(text: str) -> None:
        held.socket.close(1008, "enough")
        held.socket.send("no more")

    held.listener.then = close
    held.hear(frame(side, TEXT, b"a") + frame(side, PING, b"p") + frame(side, TEXT, b"b"))
    assert [each.opcode for each in held.sent()] == [CLOSE, PONG]  # a pong is still allowed
    assert held.end().told == ("a", "b", (1006, ""))


async def test_a_reason_is_cut_between_characters(side: str) -> None:
    held = Held(side)
    held.socket.close(1000, "ñ" * 100)
    assert held.sent()[0].payload == close_payload(1000, "ñ".encode() * 61)


async def test_a_connection_that_breaks_off_is_told_once(side: str) -> None:
    held = Held(side).hear(frame(side, TEXT, b"x"))
    held.socket.connection_lost(ConnectionResetError())
    held.socket.send("nobody")
    assert held.end().told == ("x", (1006, ""))


async def test_half_open(side: str) -> None:
    """They will send nothing more: then there is nobody to talk to."""
    begun = (b"", frame(side, TEXT, b"xyz")[:4], frame(side, TEXT, b"x", fin=False))
    for rest in begun:
        held = Held(side).hear(frame(side, TEXT, b"x") + rest)
        held.socket.eof_received()
        held.socket.send("nobody")
        assert held.far.ended
        assert held.sent() == ()
        assert held.end().told == ("x", (1006, ""))


async def test_the_end_of_the_connection_completes_the_handshake(side: str) -> None:
    held = Held(side)
    held.socket.close(1000)
    held.hear(frame(side, CLOSE, close_payload(1000)))
    held.socket.eof_received()
    assert held.far.ended
    assert held.end().told == ((1000, ""),)


async def test_a_close_within_a_message(side: str) -> None:
    """The rest of the message will never come; that is no way to end in order."""
    stream = frame(side, TEXT, b"x", fin=False) + frame(side, CLOSE, close_payload(1000))
    seen = story(side, [stream + frame(side, CONT, b"y")])
    assert len(seen.told) == 1
    assert [each.opcode for each in seen.sent] == [CLOSE]


# --- a far end that does not read ---------------------------------------------------------------
async def test_what_waits_is_counted_below_tls_as_well(side: str) -> None:
    held = Held(side)
    held.far.unsent = 1000
    assert held.socket.unsent_bytes == 1000
    held.socket.under_tls = FarEnd(unsent=234)
    assert held.socket.unsent_bytes == 1234


@pytest.mark.parametrize("opcode", [TEXT, PING])
async def test_a_far_end_that_talks_and_does_not_read_is_cut(side: str, opcode: int) -> None:
    held = Held(side)
    held.far.unsent = lean_socket.MAX_UNSENT
    held.socket.pause_writing()
    held.hear(frame(side, opcode, b"x"))
    assert not held.far.aborted
    held.far.unsent += 1
    held.hear(frame(side, opcode, b"x"))
    assert held.far.aborted


async def test_one_that_has_caught_up_is_not_cut(side: str) -> None:
    held = Held(side)
    held.socket.pause_writing()
    held.hear(frame(side, TEXT, b"x"))
    held.socket.resume_writing()
    held.hear(frame(side, TEXT, b"y"))
    assert not held.far.aborted
    assert held.end().told == ("x", "y", (1006, ""))
