"""RFC 6455, what is allowed: every length and fragmentation, control frames between the parts."""

from __future__ import annotations

import itertools

import pytest

from tests.bridge.websocket_story import (
    BINARY,
    CONT,
    PING,
    PONG,
    SIDES,
    TEXT,
    Held,
    Sent,
    cuts,
    frame,
    limit,
    story,
)

BROKEN_OFF = (1006, "")
LENGTHS = (0, 1, 125, 126, 127, 128, 65535, 65536)
WORD = "año 2026: 50 € y 🎻"

pytestmark = pytest.mark.parametrize("side", SIDES)


@pytest.mark.parametrize("length", LENGTHS)
async def test_messages_of_every_length(side: str, length: int) -> None:
    text, binary = b"x" * length, b"\xff" * length
    stream = frame(side, TEXT, text) + frame(side, BINARY, binary) + frame(side, TEXT, b"next")
    expected = (text.decode(), binary, "next", BROKEN_OFF)
    middle = len(stream) // 2
    for pieces in ([stream], cuts(stream, [1, 2, 3, 7, 11, middle]), cuts(stream, [middle])):
        assert story(side, pieces).told == expected
    if length < 200:
        assert story(side, cuts(stream, range(len(stream)))).told == expected


@pytest.mark.parametrize("length", LENGTHS)
async def test_messages_of_every_length_are_sent(side: str, length: int) -> None:
    held = Held(side)
    held.socket.send("y" * length)
    held.socket.send("ñ")
    assert held.sent() == (Sent(True, TEXT, b"y" * length), Sent(True, TEXT, "ñ".encode()))


async def test_a_length_in_more_bytes_than_it_needs(side: str) -> None:
    """Not allowed, and harmless: taken as what it says, and what follows is understood."""
    key = b"\x00\x00\x00\x00" if side == "server" else b""
    flag = 0x80 if side == "server" else 0
    long = bytes([0x81, flag | 127]) + (2).to_bytes(8, "big") + key + b"ab"
    medium = bytes([0x81, flag | 126]) + (2).to_bytes(2, "big") + key + b"cd"
    stream = long + medium + frame(side, TEXT, b"ef")
    expected = ("ab", "cd", "ef", BROKEN_OFF)
    for pieces in ([stream], cuts(stream, range(len(stream)))):
        assert story(side, pieces).told == expected


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
async def test_a_message_in_fragments_cut_anywhere(side: str, opcode: int) -> None:
    payload = WORD.encode()
    expected = WORD if opcode == TEXT else payload
    for first, second in itertools.combinations_with_replacement(range(len(payload) + 1), 2):
        stream = (
            frame(side, opcode, payload[:first], fin=False)
            + frame(side, PING, b"between")
            + frame(side, CONT, payload[first:second], fin=False)
            + frame(side, PONG, b"never asked for")
            + frame(side, CONT, payload[second:])
            + frame(side, TEXT, b"after")
        )
        seen = story(side, [stream])
        assert seen.told == (expected, "after", BROKEN_OFF)
        assert seen.sent == (Sent(True, PONG, b"between"),)


async def test_a_message_in_very_many_fragments(side: str) -> None:
    many = [frame(side, CONT, b"%d," % number, fin=False) for number in range(2000)]
    stream = b"".join([frame(side, TEXT, b"", fin=False), *many, frame(side, CONT)])
    told = story(side, [stream]).told
    assert told == ("".join(f"{number}," for number in range(2000)), BROKEN_OFF)


async def test_one_byte_of_a_character_in_each_fragment(side: str) -> None:
    octets = [bytes([octet]) for octet in WORD.encode()]
    stream = frame(side, TEXT, octets[0], fin=False)
    stream += b"".join(frame(side, CONT, octet, fin=False) for octet in octets[1:])
    assert story(side, [stream + frame(side, CONT)]).told == (WORD, BROKEN_OFF)


async def test_the_longest_message_may_come_in_fragments(side: str) -> None:
    half = b"z" * (limit(side) // 2)
    stream = frame(side, TEXT, half, fin=False) + frame(side, CONT, half)
    assert story(side, [stream]).told == ("z" * limit(side), BROKEN_OFF)


@pytest.mark.parametrize("length", [0, 1, 124, 125])
async def test_a_ping_is_answered_with_what_it_held(side: str, length: int) -> None:
    stream = frame(side, PING, bytes(range(length)))
    for pieces in ([stream], cuts(stream, range(len(stream)))):
        seen = story(side, pieces)
        assert seen.sent == (Sent(True, PONG, bytes(range(length))),)
        assert seen.told == (BROKEN_OFF,)
        assert not seen.ended


async def test_ten_pings_at_once_are_answered_in_order(side: str) -> None:
    stream = b"".join(frame(side, PING, b"%d" % number) for number in range(10))
    assert [each.payload for each in story(side, [stream]).sent] == [b"%d" % n for n in range(10)]


@pytest.mark.parametrize("length", [0, 1, 125])
async def test_a_pong_that_nobody_asked_for_means_nothing(side: str, length: int) -> None:
    stream = frame(side, PONG, b"p" * length) + frame(side, TEXT, b"on")
    seen = story(side, [stream])
    assert (seen.told, seen.sent, seen.ended) == (("on", BROKEN_OFF), (), False)


async def test_an_answer_within_the_message_goes_out_before_the_next_frame(side: str) -> None:
    """However the frames arrive: one read is no reason to answer the ping first."""
    held = Held(side)
    held.listener.then = held.socket.send
    held.hear(frame(side, TEXT, b"a") + frame(side, PING, b"p") + frame(side, TEXT, b"b"))
    assert [(each.opcode, each.payload) for each in held.sent()] == [
        (TEXT, b"a"),
        (PONG, b"p"),
        (TEXT, b"b"),
    ]
