"""One direction of one call: bytes of one format in, bytes of the other out."""

from __future__ import annotations

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

    __slots__ = ("_half_sample", "_resampler", "delay_ms", "is_identity", "source", "target")

    def __init__(self, source: AudioFormat, target: AudioFormat) -> None:
        self.source: Final = source
        self.target: Final = target
        self.is_identity: Final = source == target
        self._resampler: Final = (
            None if source.rate == target.rate else Resampler(source.rate, target.rate)
        )
        self.delay_ms: Final = 0.0 if self._resampler is None else self._resampler.delay_ms
        self._half_sample = b""

    def convert(self, data: bytes) -> bytes:
        """The next bytes of the stream, of any number, none included.

        An odd PCM byte waits for its other half. Equal formats give the same object back,
        whatever is in it.
        """
        if self.is_identity:
            return data
        if self.source.encoding == "ulaw":
            pcm = mulaw.decode(data)
        else:
            pcm = self._whole_samples(data)
        if self._resampler is not None:
            pcm = self._resampler.convert(pcm)
        return mulaw.encode(pcm) if self.target.encoding == "ulaw" else pcm

    def flush(self) -> bytes:
        """The end of the utterance, still in the filter (twice its delay); then as after `reset`.

        Half a sample that never became whole is dropped.
        """
        self._half_sample = b""
        if self._resampler is None:
            return b""
        pcm = self._resampler.flush().astype(_LITTLE_ENDIAN, copy=False).tobytes()
        return mulaw.encode(pcm) if self.target.encoding == "ulaw" else pcm

    def reset(self) -> None:
        """Forget all sound: what comes next is a new stream."""
        self._half_sample = b""
        if self._resampler is not None:
            self._resampler.reset()

    def _whole_samples(self, data: bytes) -> bytes:
        if self._half_sample:
            data = self._half_sample + data
        if len(data) % 2 == 0:
            self._half_sample = b""
            return data
        self._half_sample = data[-1:]
        return data[:-1]
