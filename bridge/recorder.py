"""Writes down one call as it happens: both sockets' messages and everything else that decided.

Passive and bounded: a tap costs an append, never raises and never waits; when the room is used up
the recording stops and says so. Masking, sound and files come after the call, in a thread.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bridge import elevenlabs_wire
from bridge.commands import CloseStream, Command
from bridge.errors import BadFrame
from bridge.events import AgentReady, CarrierLost, Event
from bridge.recorded_sound import SoundTrack, follow, stream_began
from bridge.recording import (
    AGENT,
    CALL,
    CARRIER,
    EVENTS,
    FORMAT,
    LINE_FILES,
    OUTCOME,
    SOUND,
    command_to_json,
    event_to_json,
    to_json,
)
from bridge.recording_masks import masked, masked_text
from bridge.timings import CallTimings
from data.call import CallReport
from data.masking import Masker

MAX_BYTES = 32 * 1024 * 1024
"""About seven minutes of a call with µ-law both ways."""
LINE_COST = 160
"""Bytes that a line takes beside its text."""
LINES_AT_ONCE = 8
"""Lines that are written before other threads get their turn: about 0.2 ms."""


@dataclass(slots=True)
class _Line:
    t: float
    file: str
    sender: str
    """ "carrier", "agent" or "vocero"; "" in events.jsonl."""
    text: str
    """The message; in events.jsonl the JSON of what and value."""


class CallRecorder:
    """The tap of one call. Every `t` must be what the session is given as `now`.

    Tap inputs right before the session hears them, and each command as it is performed, so that
    the numbers tell what followed from what. Each command leaves exactly one line: the text that
    was sent, or `ordered` when none was (also for sound that was dropped instead of sent).
    """

    def __init__(
        self,
        attempt_id: str,
        timings: CallTimings,
        masks: Iterable[str] = (),
        *,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """`masks`: phone numbers that must not be found in the recording, however written."""
        self.attempt_id = attempt_id
        self.full = False
        """The room was used up: the rest of the call is not recorded."""
        self.begins_at = 0.0
        """When the recorded worker got the call, if another one had it before; seconds since the
        order. Its first line is not earlier."""
        self._timings = timings
        self._masks = tuple(masks)
        self._room = max_bytes
        self._lines: list[_Line] = []

    # --- taps ---------------------------------------------------------------------------------
    def carrier_said(self, t: float, text: str) -> None:
        """A message of the carrier's media socket that the session is about to hear."""
        self._keep(t, CARRIER, "carrier", text)

    def vocero_said_to_carrier(self, t: float, text: str) -> None:
        """A message to the carrier's media socket."""
        self._keep(t, CARRIER, "vocero", text)

    def agent_said(self, t: float, text: str) -> None:
        """A message of the agent that the session is about to hear."""
        self._keep(t, AGENT, "agent", text)

    def vocero_said_to_agent(self, t: float, text: str) -> None:
        """A message to the agent."""
        self._keep(t, AGENT, "vocero", text)

    def happened(self, t: float, event: Event) -> None:
        """An event that did not come as websocket text."""
        self._keep_event(t, "event", event_to_json(event))

    def deadline_fired(self, t: float) -> None:
        """The session is about to be told that its deadline has passed."""
        self._keep_event(t, "deadline", None)

    def ordered(self, t: float, command: Command) -> None:
        """A command that left no websocket text."""
        self._keep_event(t, "command", command_to_json(command))

    def _keep_event(self, t: float, what: str, value: Mapping[str, object] | None) -> None:
        self._keep(t, EVENTS, "", json.dumps({"what": what, "value": value}))

    def _keep(self, t: float, file: str, sender: str, text: str) -> None:
        if self.full:
            return
        self._room -= len(text) + LINE_COST
        if self._room < 0:
            self.full = True
            return
        self._lines.append(_Line(t, file, sender, text))

    # --- afterwards ---------------------------------------------------------------------------
    async def save(
        self,
        folder: Path,
        report: CallReport,
        result_json: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> Path:
        """Write `folder`/<attempt id>, whole or not at all, and return it. Raises OSError.

        `result_json`: the CallResult as JSON when it is known already, else see `write_outcome`.
        `extra` goes into call.json: start time, settings that matter, who.
        """
        lines = tuple(self._lines)
        return await asyncio.to_thread(self._write, lines, folder, report, result_json, extra or {})

    def _write(
        self,
        lines: Sequence[_Line],
        folder: Path,
        report: CallReport,
        result_json: str | None,
        extra: Mapping[str, object],
    ) -> Path:
        masker = Masker(self._masks)
        target = folder / folder_name(self.attempt_id)
        part = folder / f".{target.name}.part"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        try:
            _write_lines(part, lines, masker)
            sound_began = _write_sound(part / SOUND, lines)
            about = {
                **extra,
                "format": FORMAT,
                "attempt_id": self.attempt_id,
                "call_sid": report.call_sid,
                "conversation_id": report.conversation_id,
                "formats": {"carrier": "ulaw_8000", **_agent_formats(lines)},
                "timings": asdict(self._timings),
                "complete": not self.full,
                "entries": len(lines),
                "sound_began": sound_began,
            }
            if self.begins_at:
                about["begins_at"] = self.begins_at
            _write_json(part / CALL, masked(to_json(about), masker))
            write_outcome(part, report, result_json, self._masks)
            # A rename onto an older recording fails: nothing that was kept is overwritten.
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return target


def write_outcome(
    folder: Path, report: CallReport, result_json: str | None, masks: Iterable[str] = ()
) -> None:
    """Write outcome.json of a recording (anew): the result's own fields, then how the call ended.

    Blocks; raises OSError, and ValueError for a result that is no JSON object.
    """
    result = json.loads(result_json) if result_json else {}
    if not isinstance(result, dict):
        raise ValueError("a result is a JSON object")
    how = to_json(report)
    del how["type"], how["attempt_id"]
    fresh = folder / f".{OUTCOME}.part"
    fresh.unlink(missing_ok=True)
    _write_json(fresh, masked({**result, **how}, Masker(masks)))
    fresh.replace(folder / OUTCOME)


def _write_lines(part: Path, lines: Sequence[_Line], masker: Masker) -> None:
    texts: dict[str, list[str]] = {name: [] for name in LINE_FILES}
    for n, line in enumerate(lines, start=1):
        if line.file == EVENTS:
            rest = masked(json.loads(line.text), masker)
        else:
            ours = line.sender == "vocero"
            rest = {"from": line.sender, "text": masked_text(line.text, masker, ours=ours)}
        texts[line.file].append(_dumped({"n": n, "t": line.t, **rest}))
        _let_calls_go_on(n)
    for name, its_lines in texts.items():
        _write_private(part / name, "".join(f"{line}\n" for line in its_lines))


def _write_sound(path: Path, lines: Sequence[_Line]) -> float | None:
    """The time in the call at which the sound file begins, or None without a media stream."""
    began = stream_began((each.t, each.sender, each.text) for each in lines if each.file == CARRIER)
    origin = 0.0 if began is None else began
    track = SoundTrack(origin, lines[-1].t if lines else origin)
    for n, line in enumerate(lines):
        if line.file == CARRIER:
            follow(track, line.t, line.sender, line.text)
        elif line.file == EVENTS and _ends_stream(line.text):
            track.silence(line.t)
        _let_calls_go_on(n)
    with open(path, "xb", opener=_private) as file:
        track.timeline.write_wav(file)
    return began


def _let_calls_go_on(n: int) -> None:
    # Without this the event loop gets the interpreter back only every 5 ms, for a second or so.
    if n % LINES_AT_ONCE == 0:
        time.sleep(0)


def _ends_stream(text: str) -> bool:
    value = json.loads(text)["value"]
    return value is not None and value["type"] in (CarrierLost.__name__, CloseStream.__name__)


def _agent_formats(lines: Iterable[_Line]) -> dict[str, str]:
    for line in lines:
        if line.sender == "agent":
            try:
                event = elevenlabs_wire.decode(line.text)
            except BadFrame:
                continue
            if isinstance(event, AgentReady):
                return {"agent_hears": event.hears_format, "agent_speaks": event.speaks_format}
    return {}


def folder_name(attempt_id: str) -> str:
    """The attempt id, or its digest when it could not be a folder's name."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", attempt_id, re.ASCII):
        return attempt_id
    return hashlib.sha256(attempt_id.encode(errors="replace")).hexdigest()[:32]


def _dumped(value: object, indent: int | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can hold
        return json.dumps(value, indent=indent)
    return text


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    _write_private(path, _dumped(value, indent=2) + "\n")


def _write_private(path: Path, text: str) -> None:
    with open(path, "x", encoding="utf-8", newline="\n", opener=_private) as file:
        file.write(text)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
