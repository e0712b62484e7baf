"""Random frames, cut at random: always the same story, and the one that the core alone tells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import text_frames
from tests.bridge.websocket_story import (
    BINARY,
    CLOSE,
    CONT,
    PING,
    PONG,
    SIDES,
    TEXT,
    close_payload,
    cuts,
    frame,
    story,
)

LENGTHS = st.one_of(st.integers(0, 12), st.sampled_from([124, 125, 126, 127, 128, 300]))
WORDS = st.one_of(
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "replace")),
    LENGTHS.map(lambda size: b"y" * size),
)
GOOD = st.one_of(
    st.tuples(st.just(TEXT), WORDS, st.just(True), st.just(0)),
    st.tuples(st.just(TEXT), WORDS, st.booleans(), st.just(0)),
    st.tuples(st.just(CONT), WORDS, st.booleans(), st.just(0)),
    st.tuples(st.just(BINARY), st.binary(max_size=20), st.booleans(), st.just(0)),
    st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=8), st.just(True), st.just(0)),
)
ANY = st.one_of(
    GOOD,
    st.tuples(
        st.integers(0, 15), st.binary(max_size=20), st.booleans(), st.sampled_from([0, 0, 0, 1, 4])
    ),
    st.tuples(st.just(TEXT), st.binary(max_size=6), st.just(True), st.just(0)),
    st.tuples(
        st.just(CLOSE),
        st.sampled_from([999, 1000, 1005, 4300]).map(close_payload),
        st.just(True),
        st.just(0),
    ),
)
FRAMES = st.one_of(st.lists(GOOD, max_size=12), st.lists(ANY, max_size=12))
PLACES = st.lists(st.integers(0, 400), max_size=12)


def stream_of(side: str, frames: list[tuple[int, bytes, bool, int]]) -> bytes:
    return b"".join(
        frame(side, opcode, payload, fin=fin, reserved=reserved)
        for opcode, payload, fin, reserved in frames
    )


@pytest.mark.parametrize("side", SIDES)
@settings(deadline=None, max_examples=250)
@given(frames=FRAMES, places=PLACES)
async def test_any_frames_in_any_pieces(
    side: str, frames: list[tuple[int, bytes, bool, int]], places: list[int]
) -> None:
    stream = stream_of(side, frames)
    whole = story(side, [stream])
    assert whole == story(side, [stream], core_only=True)
    for pieces in (cuts(stream, places), cuts(stream, range(len(stream)))):
        assert story(side, pieces) == whole
        assert story(side, pieces, core_only=True) == whole


@pytest.mark.parametrize("side", SIDES)
@settings(deadline=None, max_examples=200)
@given(noise=st.binary(max_size=200), places=PLACES)
async def test_any_bytes_in_any_pieces(side: str, noise: bytes, places: list[int]) -> None:
    begun = frame(side, TEXT, b"begun") + noise
    whole = story(side, [begun])
    assert whole == story(side, [begun], core_only=True)
    assert story(side, cuts(begun, places)) == whole
    assert story(side, cuts(begun, range(len(begun)))) == whole


@pytest.mark.parametrize("side", SIDES)
async def test_cut_once_at_every_place(side: str) -> None:
    frames = [
        (TEXT, "año".encode(), True, 0),
        (TEXT, b"z" * 130, True, 0),
        (BINARY, b"\x00", False, 0),
        (PING, b"p", True, 0),
        (CONT, b"\x01", True, 0),
        (TEXT, b"", True, 0),
        (CLOSE, close_payload(1000, b"bye"), True, 0),
        (TEXT, b"late", True, 0),
    ]
    stream = stream_of(side, frames)
    whole = story(side, [stream])
    assert whole.told == ("año", "z" * 130, b"\x00\x01", "", (1000, "bye"))
    for place in range(1, len(stream)):
        assert story(side, cuts(stream, [place])) == whole


@given(text=st.text(min_size=2, max_size=300), behind=st.binary(max_size=4))
def test_what_is_written_is_read(text: str, behind: bytes) -> None:
    plain = text_frames.text_frame(text)
    assert text_frames.read_text(plain + behind, 0) == (text, len(plain))
    masked = text_frames.masked_text_frame(text)
    assert text_frames.read_masked_text(behind + masked, len(behind)) == (
        text,
        len(behind) + len(masked),
    )
    assert text_frames.read_text(masked, 0) is None
    assert text_frames.read_masked_text(plain, 0) is None
    for size in range(len(plain)):
        assert text_frames.read_text(plain[:size], 0) is None
        assert text_frames.read_masked_text(masked[:size], 0) is None


def test_masks_cannot_be_foretold() -> None:
    """2,500 of them, so that the keys are fetched more than once."""
    keys = [text_frames.masked_text_frame("")[2:6] for _ in range(2500)]
    assert len(set(keys)) > 2490
