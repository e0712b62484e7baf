"""Renders the lines into simulation/speech/: `python -m simulation.render_speech`.

Needs espeak-ng (1.51 made the committed clips) and SoX 14.4 on the PATH. Only needed when a line
changes; playing the clips needs neither.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from simulation.lines import LINES, VOICES, Line, Voice

SPEECH = Path(__file__).parent / "speech"
_LEVEL_DBFS = -20.0
_PROGRAMS = ("espeak-ng", "sox", "soxi")


def _run(command: list[str], spoken: str | None = None) -> str:
    done = subprocess.run(command, input=spoken, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def _rms_dbfs(sound: Path) -> float:
    for line in _run(["sox", str(sound), "-n", "stats"]).splitlines():
        if line.startswith("RMS lev dB"):
            return float(line.split()[-1])
    raise ValueError(f"sox measured no level of {sound.name}")


def _render(text: str, voice: Voice, target: Path, scratch: Path) -> None:
    spoken, narrow = scratch / "spoken.wav", scratch / "narrow.wav"
    say = ["espeak-ng", "-v", voice.espeak, "-s", str(voice.words_per_minute)]
    say += ["-p", str(voice.pitch), "--stdin", "-w", str(spoken)]
    _run(say, text)
    # Telephone band, 8 kHz by SoX's very high quality rate converter; silences are cut to 150 ms
    # inside (a pause of half a second means that the speaker has finished) and off at both ends.
    cut = ["silence", "-l", "1", "0.02", "0.5%", "-1", "0.15", "0.5%"]
    trim = ["silence", "1", "0.01", "0.5%"]
    band = ["sinc", "-n", "401", "200-3500"]
    shape = [*band, *cut, *trim, "reverse", *trim, "reverse"]
    _run(
        [
            "sox",
            "-R",
            str(spoken),
            "-b",
            "16",
            str(narrow),
            "gain",
            "-6",
            "rate",
            "-v",
            "8000",
            *shape,
        ]
    )
    gain = f"{_LEVEL_DBFS - _rms_dbfs(narrow):.2f}"
    level = ["gain", "-l", gain, "fade", "t", "0.005", "0", "0.005"]
    _run(["sox", "-R", str(narrow), "-t", "ul", "-c", "1", "-r", "8000", str(target), *level])


def _entry(line: Line, sound: bytes) -> dict[str, object]:
    return {
        "name": line.name,
        "text": line.text,
        "language": line.language,
        "voice": VOICES[line.voice].espeak,
        "milliseconds": len(sound) // 8,
        "sha256": hashlib.sha256(sound).hexdigest(),
    }


def main() -> int:
    """Render every line, write the manifest, remove clips that no line names any more."""
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        sys.stderr.write(f"Not installed: {', '.join(missing)}. (Debian: espeak-ng sox)\n")
        return 1
    entries = []
    with tempfile.TemporaryDirectory() as scratch:
        for line in LINES:
            target = SPEECH / f"{line.name}.ulaw"
            _render(line.text, VOICES[line.voice], target, Path(scratch))
            # Whole 20 ms frames: a clip ends where a frame ends.
            sound = target.read_bytes()
            sound += b"\xff" * (-len(sound) % 160)
            target.write_bytes(sound)
            entries.append(_entry(line, sound))
    names = {line.name for line in LINES}
    for stale in SPEECH.glob("*.ulaw"):
        if stale.stem not in names:
            stale.unlink()
    manifest = json.dumps(entries, ensure_ascii=False, indent=1)
    (SPEECH / "manifest.json").write_text(manifest + "\n", encoding="utf-8")
    total = sum(path.stat().st_size for path in SPEECH.glob("*.ulaw"))
    sys.stdout.write(f"{len(entries)} clips, {total / 8000:.1f} s, {total} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
