"""Any-length sound becomes whole frames; nothing is lost, repeated or kept beyond one frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.framing import Framer


@given(st.integers(1, 50), st.lists(st.binary(max_size=120)))
def test_frames_joined_are_the_sound(size: int, chunks: list[bytes]) -> None:
    framer = Framer(size)
    out = []
    for chunk in chunks:
        frames = framer.push(chunk)
        assert all(len(frame) == size for frame in frames)
        assert framer.pending < size
        out += frames
    sound = b"".join(chunks)
    assert framer.pending == len(sound) % size
    last = framer.flush(b"\xff")
    assert b"".join(out) + last == sound + b"\xff" * (-len(sound) % size)
    assert framer.pending == 0


def test_a_whole_frame_passes_as_the_same_object() -> None:
    frame = bytes(160)
    assert Framer(160).push(frame)[0] is frame


def test_padding_of_two_bytes_keeps_their_order() -> None:
    framer = Framer(8)
    framer.push(b"ab")
    assert framer.flush(b"\x01\x02") == b"ab\x01\x02\x01\x02\x01\x02"
    assert framer.flush(b"\x01\x02") == b""


def test_reset_forgets_the_unfinished_frame() -> None:
    framer = Framer(4)
    framer.push(b"abc")
    framer.reset()
    assert framer.push(b"defg") == [b"defg"]


def test_impossible_sizes_and_paddings_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one byte"):
        Framer(0)
    with pytest.raises(ValueError, match="nothing"):
        Framer(4).flush(b"")
