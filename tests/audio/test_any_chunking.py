"""However a stream is cut, for every pair of formats, the bytes that come out are the same."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio import mulaw
from audio.formats import ALL_FORMATS, ULAW_8000, AudioFormat, parse_format
from audio.transcode import Transcoder

EVERY_PAIR = list(itertools.product(ALL_FORMATS, repeat=2))
CHANGES = [(source, target) for source, target in EVERY_PAIR if source != target]
NOISE = np.random.default_rng(11).integers(0, 256, 200_000, dtype=np.uint8).tobytes()


def name(value: object) -> str:
    return value.name if isinstance(value, AudioFormat) else str(value)


@settings(deadline=None, max_examples=300)
@given(
    pair=st.sampled_from(EVERY_PAIR),
    start=st.integers(0, 50_000),
    sizes=st.lists(st.integers(0, 2500), max_size=10),
)
def test_cuts_change_nothing(
    pair: tuple[AudioFormat, AudioFormat], start: int, sizes: list[int]
) -> None:
    sound = NOISE[start : start + sum(sizes)]
    whole = Transcoder(*pair)
    expected = whole.convert(sound) + whole.flush()
    cut = Transcoder(*pair)
    at, pieces = 0, []
    for size in sizes:
        pieces.append(cut.convert(sound[at : at + size]))
        at += size
    pieces.append(cut.flush())
    assert b"".join(pieces) == expected


@settings(deadline=None, max_examples=200)
@given(
    pair=st.sampled_from(EVERY_PAIR),
    plan=st.lists(
        st.one_of(st.sampled_from(["20 ms", "100 ms"]), st.integers(0, 700)), max_size=12
    ),
    forgotten=st.booleans(),
)
def test_frames_among_other_pieces(
    pair: tuple[AudioFormat, AudioFormat], plan: list[int | str], forgotten: bool
) -> None:
    """Pieces of 20 and 100 ms have a quicker way of their own; also after a reset."""
    usual = {"20 ms": pair[0].bytes_for(20), "100 ms": pair[0].bytes_for(100)}
    sizes = [usual[size] if isinstance(size, str) else size for size in plan]
    mixed = Transcoder(*pair)
    if forgotten:
        mixed.convert(NOISE[-3 * pair[0].frame_bytes :])
        mixed.convert(NOISE[: pair[0].frame_bytes])
        mixed.reset()
    at, pieces = 0, []
    for size in sizes:
        pieces.append(mixed.convert(NOISE[at : at + size]))
        at += size
    assert b"".join(pieces) == Transcoder(*pair).convert(NOISE[:at])


@pytest.mark.parametrize(("source", "target"), CHANGES, ids=name)
def test_byte_by_byte_equals_all_at_once(source: AudioFormat, target: AudioFormat) -> None:
    sound = NOISE[:601]
    single = Transcoder(source, target)
    pieces = [single.convert(sound[at : at + 1]) for at in range(len(sound))]
    assert b"".join(pieces) == Transcoder(source, target).convert(sound)


@pytest.mark.parametrize(("source", "target"), CHANGES, ids=name)
def test_a_burst_of_seconds_equals_its_frames(source: AudioFormat, target: AudioFormat) -> None:
    size = source.frame_bytes
    framed = Transcoder(source, target)
    pieces = [framed.convert(NOISE[at : at + size]) for at in range(0, len(NOISE), size)]
    assert b"".join(pieces) == Transcoder(source, target).convert(NOISE)


@pytest.mark.parametrize(("source", "target"), EVERY_PAIR, ids=name)
def test_frame_in_frame_out(source: AudioFormat, target: AudioFormat) -> None:
    transcoder = Transcoder(source, target)
    for _ in range(5):
        assert len(transcoder.convert(NOISE[: source.frame_bytes])) == target.frame_bytes


@pytest.mark.parametrize("audio_format", ALL_FORMATS, ids=name)
def test_equal_formats_give_the_same_object_back(audio_format: AudioFormat) -> None:
    transcoder = Transcoder(audio_format, audio_format)
    sound = b"odd"
    assert transcoder.is_identity
    assert transcoder.convert(sound) is sound
    assert transcoder.flush() == b""
    assert transcoder.delay_ms == 0


@pytest.mark.parametrize(("source", "target"), CHANGES, ids=name)
def test_empty_sound_is_fine_and_changes_nothing(source: AudioFormat, target: AudioFormat) -> None:
    transcoder = Transcoder(source, target)
    assert not transcoder.is_identity
    first = transcoder.convert(NOISE[:101])
    assert transcoder.convert(b"") == b""
    expected = Transcoder(source, target).convert(NOISE[:999])
    assert first + transcoder.convert(NOISE[101:999]) == expected


def test_an_odd_byte_waits_for_its_other_half() -> None:
    transcoder = Transcoder(parse_format("pcm_8000"), ULAW_8000)
    pcm = mulaw.decode(b"\x12\x34\x56")
    assert transcoder.convert(pcm[:3]) == b"\x12"
    assert transcoder.convert(pcm[3:4]) == b"\x34"
    assert transcoder.convert(pcm[4:5]) == b""
    assert transcoder.convert(pcm[5:]) == b"\x56"


@pytest.mark.parametrize(("source", "target"), CHANGES, ids=name)
@pytest.mark.parametrize("way", ["reset", "flush"])
def test_reset_and_flush_forget_everything(
    source: AudioFormat, target: AudioFormat, way: str
) -> None:
    fresh = Transcoder(source, target).convert(NOISE[5000:6001])
    used = Transcoder(source, target)
    used.convert(NOISE[:777])
    if way == "reset":
        used.reset()
    else:
        used.flush()
    assert used.convert(NOISE[5000:6001]) == fresh


def test_resetting_an_identity_is_harmless() -> None:
    transcoder = Transcoder(ULAW_8000, ULAW_8000)
    transcoder.reset()
    assert transcoder.convert(b"\x01") == b"\x01"


def test_flush_gives_back_the_last_milliseconds_of_an_utterance() -> None:
    """A click at the very end is inside the filter until it is flushed."""
    wide = parse_format("pcm_16000")
    transcoder = Transcoder(wide, ULAW_8000)
    click = np.zeros(320, "<i2")
    click[-8:] = 20000
    before = mulaw.decode(transcoder.convert(click.tobytes()))
    after = mulaw.decode(transcoder.flush())
    assert np.abs(np.frombuffer(before, "<i2")).max() < 500
    assert np.frombuffer(after, "<i2").max() > 15000
    assert transcoder.flush() == b""


def test_there_and_back_is_the_same_speech_later() -> None:
    """Mu-law up to 16 kHz and down again: every code within its own step, 5 ms later."""
    seconds = np.arange(8000) / 8000
    wave = 8000 * np.sin(2 * np.pi * 440 * seconds) + 4000 * np.sin(2 * np.pi * 2500 * seconds)
    spoken = mulaw.encode(np.rint(wave).astype("<i2").tobytes())
    wide = parse_format("pcm_16000")
    up, down = Transcoder(ULAW_8000, wide), Transcoder(wide, ULAW_8000)
    back = down.convert(up.convert(spoken))
    shift = int(8 * (up.delay_ms + down.delay_ms))
    said = np.frombuffer(mulaw.decode(spoken), "<i2").astype(np.float64)[:-shift]
    heard = np.frombuffer(mulaw.decode(back), "<i2").astype(np.float64)[shift:]
    error = heard - said
    assert 10 * np.log10(np.mean(said**2) / np.mean(error**2)) > 30
