"""Two voices on one time line, and what can be read back from the WAV it becomes."""

import io
import struct
import wave
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import mulaw
from audio.mix import StereoTimeline
from audio.wav import MAX_BYTES, read_wav, write_stereo

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LOUD = b"\x00"
OTHER = b"\x80"
QUIET = b"\xff"


def wav_bytes(channels: int = 1, width: int = 2, rate: int = 8000, sound: bytes = b"") -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(sound)
    return file.getvalue()


def test_sound_lands_where_it_was_placed() -> None:
    timeline = StereoTimeline()
    timeline.place("left", 3, LOUD * 2)
    timeline.place("right", 0, OTHER)
    assert timeline.track("left") == QUIET * 3 + LOUD * 2
    assert timeline.track("right") == OTHER
    assert timeline.samples == 5
    assert timeline.milliseconds == 0.625


def test_the_newer_sound_stays_where_two_overlap() -> None:
    timeline = StereoTimeline()
    timeline.place("left", 0, LOUD * 6)
    timeline.place("left", 2, OTHER * 2)
    assert timeline.track("left") == LOUD * 2 + OTHER * 2 + LOUD * 2
    timeline.place("left", 5, OTHER * 3)
    assert timeline.track("left") == LOUD * 2 + OTHER * 2 + LOUD + OTHER * 3


def test_truncate_forgets_one_track_from_there_on() -> None:
    timeline = StereoTimeline()
    timeline.place("left", 0, LOUD * 4)
    timeline.place("right", 0, OTHER * 4)
    timeline.truncate("right", 1)
    timeline.truncate("left", 400)
    assert (timeline.track("left"), timeline.track("right")) == (LOUD * 4, OTHER)
    timeline.place("right", 3, OTHER)
    assert timeline.track("right") == OTHER + QUIET * 2 + OTHER


def test_sound_past_the_end_is_counted_and_takes_no_memory() -> None:
    timeline = StereoTimeline(max_ms=1)
    timeline.place("left", 6, LOUD * 5)
    timeline.place("left", 10**12, LOUD * 7)
    assert timeline.track("left") == QUIET * 6 + LOUD * 2
    assert timeline.left_out == 3 + 7


def test_placing_nothing_does_not_lengthen_the_track() -> None:
    timeline = StereoTimeline()
    timeline.place("left", 100, b"")
    assert timeline.samples == 0


def test_positions_before_the_beginning_are_refused() -> None:
    timeline = StereoTimeline()
    with pytest.raises(ValueError, match="position -1"):
        timeline.place("left", -1, LOUD)
    with pytest.raises(ValueError, match="position -1"):
        timeline.truncate("left", -1)


Step = tuple[Literal["place", "truncate"], Literal["left", "right"], int, bytes]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["place", "truncate"]),
            st.sampled_from(["left", "right"]),
            st.integers(0, 40),
            st.binary(max_size=20),
        )
    )
)
def test_behaves_like_a_dictionary_of_samples(steps: list[Step]) -> None:
    timeline = StereoTimeline(max_ms=4)
    model: dict[str, dict[int, int]] = {"left": {}, "right": {}}
    for step, channel, at, sound in steps:
        track = model[channel]
        if step == "place":
            timeline.place(channel, at, sound)
            track.update((at + i, code) for i, code in enumerate(sound) if at + i < 32)
        else:
            timeline.truncate(channel, at)
            # A cut track keeps the silence before the cut, which no later sample shows.
            end = min(at, max(track, default=-1) + 1)
            model[channel] = {i: track.get(i, 0xFF) for i in range(end)}
    for channel in ("left", "right"):
        track = model[channel]
        expected = bytes(track.get(i, 0xFF) for i in range(max(track, default=-1) + 1))
        assert (
            timeline.track("left") if channel == "left" else timeline.track("right")
        ) == expected


def test_a_written_call_reads_back_business_left_agent_right(tmp_path: Path) -> None:
    codes = bytes(range(256)) * 300  # longer than one block of the writer
    timeline = StereoTimeline()
    timeline.place("left", 0, codes)
    timeline.place("right", 1000, codes[:5000])
    path = tmp_path / "call.wav"
    timeline.write_wav(path)
    recording = read_wav(path)
    assert recording.rate == 8000
    assert recording.milliseconds == 256 * 300 / 8
    left, right = recording.channels
    assert left == mulaw.decode(codes)
    quiet_end = len(codes) - 6000
    assert right == bytes(2000) + mulaw.decode(codes[:5000]) + bytes(2 * quiet_end)


def test_the_header_is_what_players_expect() -> None:
    file = io.BytesIO()
    write_stereo(file, LOUD * 3, OTHER)
    written = file.getvalue()
    assert written[:4] + written[8:16] == b"RIFFWAVEfmt "
    assert struct.unpack("<IHHIIHH", written[16:36]) == (16, 1, 2, 8000, 32000, 4, 16)
    assert written[36:44] == b"data" + struct.pack("<I", 12)
    assert struct.unpack("<6h", written[44:]) == (-32124, 32124, -32124, 0, -32124, 0)
    assert struct.unpack("<I", written[4:8]) == (len(written) - 8,)


def test_an_empty_call_is_a_wav_without_sound() -> None:
    file = io.BytesIO()
    StereoTimeline().write_wav(file)
    recording = read_wav(io.BytesIO(file.getvalue()))
    assert recording.channels == (b"", b"")
    assert recording.milliseconds == 0


def test_other_rates_and_mono_can_be_read() -> None:
    recording = read_wav(io.BytesIO(wav_bytes(rate=22050, sound=b"\x01\x02\x03\x04")))
    assert (recording.rate, recording.channels) == (22050, (b"\x01\x02\x03\x04",))


def test_a_file_cut_in_the_middle_of_a_sample_gives_its_whole_samples() -> None:
    whole = wav_bytes(channels=2, sound=bytes(range(16)))
    assert read_wav(io.BytesIO(whole[:-3])).channels == (
        b"\x00\x01\x04\x05\x08\x09",
        b"\x02\x03\x06\x07\x0a\x0b",
    )


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"", "not a WAV"),
        (b"not a wav at all", "not a WAV"),
        (wav_bytes(sound=bytes(8))[:20], "not a WAV"),
        (wav_bytes(width=1, sound=bytes(8)), "8-bit"),
    ],
)
def test_what_is_no_16_bit_wav_is_refused(broken: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_wav(io.BytesIO(broken))


def test_a_wav_without_a_rate_is_refused() -> None:
    header = bytearray(wav_bytes(sound=bytes(8)))
    header[24:28] = bytes(4)
    with pytest.raises(ValueError, match="sample rate"):
        read_wav(io.BytesIO(bytes(header)))


def test_a_header_that_promises_too_much_is_refused_before_reading() -> None:
    header = bytearray(wav_bytes(sound=bytes(8)))
    header[40:44] = struct.pack("<I", MAX_BYTES + 2)
    with pytest.raises(ValueError, match="more than"):
        read_wav(io.BytesIO(bytes(header)))


def test_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "such" / "folder.wav"
    with pytest.raises(FileNotFoundError):
        StereoTimeline().write_wav(nowhere)
    with pytest.raises(FileNotFoundError):
        read_wav(nowhere)


class Pipe(io.RawIOBase):
    """A place to write that cannot go back."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: "ReadableBuffer") -> int:
        self.written += memoryview(data)
        return memoryview(data).nbytes


def test_a_wav_can_be_written_where_one_cannot_go_back() -> None:
    pipe, file = Pipe(), io.BytesIO()
    write_stereo(cast("BinaryIO", pipe), LOUD * 100_000, OTHER)
    write_stereo(file, LOUD * 100_000, OTHER)
    assert pipe.written == file.getvalue()
