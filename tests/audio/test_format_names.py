"""The vendors' names for sound, and how long so many bytes last."""

import pytest

from audio.formats import (
    ALL_FORMATS,
    ALLOWED_NAMES,
    FRAME_MS,
    ULAW_8000,
    AudioFormat,
    parse_format,
)


@pytest.mark.parametrize("name", ALLOWED_NAMES)
def test_every_name_survives_the_way_there_and_back(name: str) -> None:
    parsed = parse_format(name)
    assert parsed.name == name
    assert parsed == AudioFormat(parsed.encoding, parsed.rate)


def test_all_formats_are_exactly_the_vendors_list() -> None:
    assert [audio_format.name for audio_format in ALL_FORMATS] == list(ALLOWED_NAMES)
    assert parse_format("ulaw_8000") is ULAW_8000


@pytest.mark.parametrize(
    "name",
    [
        "",
        "pcm",
        "pcm_",
        "pcm_8001",
        "ulaw_16000",
        "PCM_8000",
        " pcm_8000",
        "pcm_08000",
        "pcm_８000",
    ],
)
def test_other_names_are_refused_with_the_allowed_ones(name: str) -> None:
    with pytest.raises(ValueError, match=r"allowed: ulaw_8000, pcm_8000, .*pcm_48000$"):
        parse_format(name)


def test_a_refusal_does_not_repeat_a_name_of_any_length() -> None:
    with pytest.raises(ValueError) as refused:
        parse_format("x" * 100_000)
    assert len(str(refused.value)) < 200


def test_no_format_outside_the_list_can_be_made() -> None:
    with pytest.raises(ValueError, match="ulaw_16000"):
        AudioFormat("ulaw", 16000)


def test_a_frame_is_20_ms_of_whole_samples_at_every_rate() -> None:
    sizes = {audio_format.name: audio_format.frame_bytes for audio_format in ALL_FORMATS}
    assert sizes == {
        "ulaw_8000": 160,
        "pcm_8000": 320,
        "pcm_16000": 640,
        "pcm_22050": 882,
        "pcm_24000": 960,
        "pcm_44100": 1764,
        "pcm_48000": 1920,
    }
    for audio_format in ALL_FORMATS:
        assert audio_format.milliseconds(audio_format.frame_bytes) == FRAME_MS


def test_lengths_are_cut_to_whole_samples() -> None:
    assert parse_format("pcm_22050").bytes_for(1) == 2 * 22
    assert ULAW_8000.bytes_for(0.124) == 0
    assert ULAW_8000.bytes_for(0.125) == 1


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        ULAW_8000.bytes_for(-1)
