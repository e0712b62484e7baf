"""Encodings and rates by their vendors' names ("ulaw_8000", "pcm_16000"), bytes <-> milliseconds.

Sound is always mono. PCM is signed 16-bit little endian without a header; mu-law is one byte per
sample. The list is ElevenLabs' (both ways the same); Twilio's media stream is `ULAW_8000`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Encoding: TypeAlias = Literal["ulaw", "pcm"]

FRAME_MS: Final = 20
"""Milliseconds in one frame of telephone sound: whole samples at every rate listed here."""

_BYTES_PER_SAMPLE: Final[dict[str, int]] = {"ulaw": 1, "pcm": 2}


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How a run of sound bytes is to be read. Raises ValueError unless `ALLOWED_NAMES` has it."""

    encoding: Encoding
    rate: int
    """Samples per second (Hertz)."""

    def __post_init__(self) -> None:
        if self.name not in ALLOWED_NAMES:
            raise ValueError(_refusal(self.name))

    @property
    def name(self) -> str:
        """The vendors' name; `parse_format(x.name) == x`."""
        return f"{self.encoding}_{self.rate}"

    @property
    def bytes_per_sample(self) -> int:
        return _BYTES_PER_SAMPLE[self.encoding]

    @property
    def frame_bytes(self) -> int:
        """Bytes in `FRAME_MS` of sound."""
        return self.bytes_for(FRAME_MS)

    def bytes_for(self, milliseconds: float) -> int:
        """Bytes of the whole samples that fit in `milliseconds`; ValueError when negative."""
        if milliseconds < 0:
            raise ValueError(f"a length of sound cannot be negative: {milliseconds} ms")
        return int(self.rate * milliseconds / 1000) * self.bytes_per_sample

    def milliseconds(self, size: int) -> float:
        """How long `size` bytes last; half a PCM sample counts as half a sample."""
        return size * 1000 / (self.rate * self.bytes_per_sample)


ALLOWED_NAMES: Final = (
    "ulaw_8000",
    "pcm_8000",
    "pcm_16000",
    "pcm_22050",
    "pcm_24000",
    "pcm_44100",
    "pcm_48000",
)


def _refusal(name: str) -> str:
    return f"unknown audio format {name[:40]!r}; allowed: {', '.join(ALLOWED_NAMES)}"


ULAW_8000: Final = AudioFormat("ulaw", 8000)
"""The telephone's format, the only one on the carrier's media stream."""

ALL_FORMATS: Final = (
    ULAW_8000,
    *(AudioFormat("pcm", int(name.removeprefix("pcm_"))) for name in ALLOWED_NAMES[1:]),
)

_BY_NAME: Final = {audio_format.name: audio_format for audio_format in ALL_FORMATS}


def parse_format(name: str) -> AudioFormat:
    """The format of that exact name; ValueError names what is allowed."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise ValueError(_refusal(name)) from None
