"""What transcoding costs and how good the filter is: `python tests/bench/bench_resample.py`.

Costs are microseconds per 20 ms frame, best and middle of repeated runs. Quality: signal to
everything else for a tone of -6 dBFS (best fit removed), and the loudest alias or image of a tone
that should not be there.
"""

from __future__ import annotations

import statistics
import sys
import timeit

import numpy as np
import numpy.typing as npt

from audio.formats import ALL_FORMATS, ULAW_8000, AudioFormat
from audio.resample import Resampler
from audio.transcode import Transcoder

FRAMES = 2000
REPEATS = 7


def cost_us(source: AudioFormat, target: AudioFormat) -> tuple[float, float]:
    """Microseconds per 20 ms frame: (best, median) of `REPEATS` runs."""
    transcoder = Transcoder(source, target)
    noise = np.random.default_rng(1).integers(0, 256, source.frame_bytes, dtype=np.uint8)
    frame = noise.tobytes()
    runs = timeit.repeat(lambda: transcoder.convert(frame), number=FRAMES, repeat=REPEATS)
    return min(runs) / FRAMES * 1e6, statistics.median(runs) / FRAMES * 1e6


def resampled_tone(source: int, target: int, hertz: float) -> npt.NDArray[np.float64]:
    """One second of a tone at -6 dBFS, without its beginning."""
    tone = 16384 * np.sin(2 * np.pi * hertz * np.arange(source + source // 10) / source)
    out = Resampler(source, target).push(np.rint(tone).astype(np.int16))
    return out[target // 10 :][:target].astype(np.float64)


def snr_db(source: int, target: int, hertz: float) -> float:
    """Signal to everything else."""
    out = resampled_tone(source, target, hertz)
    turns = 2 * np.pi * hertz * np.arange(len(out)) / target
    basis = np.stack([np.sin(turns), np.cos(turns)], axis=1)
    fit = basis @ np.linalg.lstsq(basis, out, rcond=None)[0]
    return float(10 * np.log10(np.sum(fit**2) / np.sum((out - fit) ** 2)))


def worst_leak_db(source: int, target: int) -> tuple[float, float]:
    """(dB, Hertz) of the strongest unwanted component over tones that must vanish or stay alone."""
    down = target < source
    tones = np.arange(4600, source // 2, 50) if down else np.arange(100, 3401, 50)
    found = []
    for hertz in tones:
        out = resampled_tone(source, target, float(hertz))
        if not down:
            turns = 2 * np.pi * hertz * np.arange(len(out)) / target
            basis = np.stack([np.sin(turns), np.cos(turns)], axis=1)
            out = out - basis @ np.linalg.lstsq(basis, out, rcond=None)[0]
        found.append((float(10 * np.log10(np.mean(out**2) / (16384**2 / 2) + 1e-12)), float(hertz)))
    return max(found)


def main() -> None:
    write = sys.stdout.write
    write(f"{'from':>10} {'to':>10} {'best us':>8} {'median':>7}\n")
    for pcm in ALL_FORMATS[1:]:
        for source, target in ((ULAW_8000, pcm), (pcm, ULAW_8000)):
            best, median = cost_us(source, target)
            write(f"{source.name:>10} {target.name:>10} {best:8.1f} {median:7.1f}\n")
    write(f"\n{'rates':>14} {'1 kHz SNR':>9} {'3 kHz SNR':>9} {'worst leak':>18} {'delay':>7}\n")
    for rate in (16000, 22050, 24000, 44100, 48000):
        for low, high in ((8000, rate), (rate, 8000)):
            leak, at = worst_leak_db(low, high)
            delay = Resampler(low, high).delay_ms
            low_tone, high_tone = snr_db(low, high, 1000), snr_db(low, high, 3000)
            write(
                f"{low:>6} > {high:>5} {low_tone:9.1f} {high_tone:9.1f}"
                f" {leak:9.1f} at {at:5.0f} {delay:4.1f} ms\n"
            )


if __name__ == "__main__":
    main()
