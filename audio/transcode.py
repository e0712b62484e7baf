"""One direction of one call: bytes of one format in, bytes of the other out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from audio import mulaw
from audio.formats import AudioFormat
from audio.resample import Resampler

_LITTLE_ENDIAN: Final = np.dtype("<i2")


class Transcoder:
    """Converts a stream of sound, cut anywhere; how it was cut never changes a byte.

    `convert` as sound comes, `flush` at the end of an utterance that is to be heard whole, `reset`
    when the rest is not wanted (barge-in). `delay_ms` is what the filter adds; 0 without one.
    """

    __slots__ = (
        "_from_pcm",
        "_resampler",
        "convert",
        "delay_ms",
        "is_identity",
        "source",
        "target",
    )

    convert: Callable[[bytes], bytes]
    """The next bytes of the stream, of any number, none included.

    An odd PCM byte waits for its other half. Equal formats give the same object back, whatever is
    in it. What does it is chosen once, so that a frame of 20 ms goes straight there.
    """

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        self.source: Final = source
        self.target: Final = target
        self.is_identity: Final = source == target
        decodes = source.encoding == "ulaw"
        self._resampler: Final = (
            None
            if source.rate == target.rate
            else Resampler(source.rate, target.rate, from_mulaw=decodes)
        )
        self.delay_ms: Final = 0.0 if self._resampler is None else self._resampler.delay_ms
        self._from_pcm: Final = None if decodes else _FromPcm(self._resampler, target)
        if self.is_identity:
            self.convert = _unchanged
        elif self._from_pcm is not None:
            self.convert = self._from_pcm.convert
        else:
            self.convert = mulaw.decode if self._resampler is None else self._resampler.convert

    def flush(self) -> bytes:
        """The end of the utterance, still in the filter (twice its delay); then as after `reset`.

        Half a sample that never became whole is dropped.
        """
        if self._from_pcm is not None:
            self._from_pcm.half_sample = b""
        if self._resampler is None:
            return b""
        pcm = self._resampler.flush().astype(_LITTLE_ENDIAN, copy=False).tobytes()
        return mulaw.encode(pcm) if self.target.encoding == "ulaw" else pcm

    def reset(self) -> None:
        """Forget all sound: what comes next is a new stream."""
        if self._from_pcm is not None:
            self._from_pcm.half_sample = b""
        if self._resampler is not None:
            self._resampler.reset()


class _FromPcm:
    """A transcoder's way from PCM, which may be cut in the middle of a sample."""

    __slots__ = ("_encodes", "_resampler", "half_sample")

    def __init__(self, resampler: Resampler | None, target: AudioFormat) -> None:
        self._resampler: Final = resampler
        self._encodes: Final = target.encoding == "ulaw"
        self.half_sample = b""

    def convert(self, data: bytes) -> bytes:
        pcm = self._whole_samples(data) if self.half_sample or len(data) % 2 else data
        if self._resampler is not None:
            pcm = self._resampler.convert(pcm)
        return mulaw.encode(pcm) if self._encodes else pcm

    def _whole_samples(self, data: bytes) -> bytes:
        data = self.half_sample + data
        whole = len(data) & ~1
        self.half_sample = data[whole:]
        return data[:whole]


def _unchanged(data: bytes) -> bytes:
    return data
