"""G.711 against two references written from the standards, not from the library in use."""

import struct

import pytest

from audio import mulaw

EVERY_SAMPLE = range(-32768, 32768)
SEGMENT_ENDS = (0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF)


def packed(samples: range | list[int]) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)


def code_of(magnitude: int, mask: int) -> int:
    """The code for a 14-bit magnitude; `mask` carries the sign."""
    biased = min(magnitude + 33, 0x1FFF)
    segment = next(number for number, end in enumerate(SEGMENT_ENDS) if biased <= end)
    return ((segment << 4) | ((biased >> (segment + 1)) & 0xF)) ^ mask


def classic(sample: int) -> int:
    """Sun's g711.c: shift first, then take the magnitude (two's complement)."""
    shifted = sample >> 2
    return code_of(-shifted, 0x7F) if shifted < 0 else code_of(shifted, 0xFF)


def itu(sample: int) -> int:
    """ITU-T G.191's ulaw_compress: magnitude by one's complement, then shift."""
    return code_of(~sample >> 2, 0x7F) if sample < 0 else code_of(sample >> 2, 0xFF)


def expanded(code: int) -> int:
    """The decoder of G.711, table 2: sixteen steps per segment, each segment twice as coarse."""
    inverted = ~code & 0xFF
    magnitude = ((((inverted & 0xF) << 3) + 0x84) << (inverted >> 4 & 7)) - 0x84
    return -magnitude if inverted & 0x80 else magnitude


def test_every_sample_is_encoded_by_the_classic_rule() -> None:
    assert mulaw.encode(packed(EVERY_SAMPLE)) == bytes(map(classic, EVERY_SAMPLE))


def test_the_itu_reference_differs_on_508_negative_samples_next_door() -> None:
    ours = mulaw.encode(packed(EVERY_SAMPLE))
    different = [
        sample for sample, code in zip(EVERY_SAMPLE, ours, strict=True) if code != itu(sample)
    ]
    assert len(different) == 508
    assert max(different) < 0
    for sample in different:
        assert abs(classic(sample) - itu(sample)) == 1


def test_every_code_is_decoded_as_the_standard_says() -> None:
    codes = bytes(range(256))
    assert mulaw.decode(codes) == packed([expanded(code) for code in codes])


def test_known_values() -> None:
    assert mulaw.decode(b"\x00\x80\xff\x7f\xfe\x7e") == packed([-32124, 32124, 0, 0, 8, -8])
    assert mulaw.encode(packed([0, 32767, -32768])) == b"\xff\x80\x00"


def test_only_negative_zero_changes_on_the_way_through_pcm() -> None:
    codes = bytes(range(256))
    changed = [
        (before, after)
        for before, after in zip(codes, mulaw.encode(mulaw.decode(codes)), strict=True)
        if before != after
    ]
    assert changed == [(0x7F, 0xFF)]


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="odd size: 3"):
        mulaw.encode(b"\0\0\0")


def test_silence_has_the_length_asked_for_and_no_sound() -> None:
    quiet = mulaw.silence(60)
    assert len(quiet) == 480
    assert mulaw.decode(quiet) == bytes(960)
    assert mulaw.silence(0) == b""
