"""A recorded call as a folder: how its lines are written and read back.

call.json      ids, formats, timings, what the recorder was told, whether it is complete
carrier.jsonl  one line per message of the carrier's media socket, either way
agent.jsonl    one line per message of the agent's socket, either way
               both: {"n": 17, "t": 4.02, "from": "carrier"|"agent"|"vocero", "text": "…"}
events.jsonl   the rest: {"n", "t", "what": "event"|"deadline"|"command", "value": {…} or null}
sound.wav      as heard: business left, agent right
outcome.json   how it ended

`n` counts from 1 over the three jsonl files without a gap, so the order is total; `t` is what the
session was given as `now`, seconds since the call was ordered.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from bridge.carried_sound import CarriedSound
from bridge.commands import Command
from bridge.events import Event
from bridge.timings import CallTimings

FORMAT = 2
"""2 came with the operators: their events, and "answer_ms" in the timeline as it is measured."""
READABLE = (1, FORMAT)
CALL, CARRIER, AGENT, EVENTS = "call.json", "carrier.jsonl", "agent.jsonl", "events.jsonl"
SOUND, OUTCOME = "sound.wav", "outcome.json"
LINE_FILES = (CARRIER, AGENT, EVENTS)

Side = Literal["carrier", "agent"]
EVENT_TYPES: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Event)}
COMMAND_TYPES: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Command)}

T = TypeVar("T")


class RecordingError(Exception):
    """A recording that cannot be used; the message names the file and, where known, the line."""


@dataclass(frozen=True, slots=True)
class WireText:
    """One websocket message."""

    n: int
    t: float
    side: Side
    """Whose socket."""
    ours: bool
    """True when Vocero said it."""
    text: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that did not come as websocket text."""

    n: int
    t: float
    event: Event


@dataclass(frozen=True, slots=True)
class DeadlineFired:
    """The session was told that its deadline has passed."""

    n: int
    t: float


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command that left no websocket text, as JSON."""

    n: int
    t: float
    command: Mapping[str, object]


Entry = WireText | Happened | DeadlineFired | Ordered


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A recording, read and checked."""

    folder: Path
    about: Mapping[str, object]
    """call.json."""
    format: int
    """See FORMAT; older ones lack what came later."""
    timings: CallTimings
    begins_at: float
    """When the recorded worker got the call, in seconds since the order; 0 for the call's own one,
    whose recordings do not say it."""
    complete: bool
    """False when the recorder ran out of room: what came after is not known."""
    entries: tuple[Entry, ...]
    """In the order of `n`."""
    outcome: Mapping[str, object]

    @classmethod
    def load(cls, folder: Path) -> RecordedCall:
        """Read a folder. Raises RecordingError."""
        about = _read_object(folder / CALL)
        its_format = about.get("format")
        if type(its_format) is not int or its_format not in READABLE:
            readable = " and ".join(map(str, READABLE))
            raise RecordingError(f"{folder / CALL}: only formats {readable} can be read")
        entries = sorted(
            (entry for name in LINE_FILES for entry in _read_lines(folder / name)),
            key=lambda entry: entry.n,
        )
        for number, entry in enumerate(entries, start=1):
            if entry.n != number:
                what = "is missing" if entry.n > number else "is there twice"
                raise RecordingError(f"{folder}: n {min(number, entry.n)} {what}")
        if about.get("entries") != len(entries):
            raise RecordingError(
                f"{folder}: {len(entries)} lines, but {CALL} counted {about.get('entries')}"
            )
        return cls(
            folder=folder,
            about=about,
            format=its_format,
            timings=_read_timings(folder / CALL, about.get("timings")),
            begins_at=_read_begins_at(folder / CALL, about.get("begins_at", 0.0)),
            complete=about.get("complete") is not False,
            entries=tuple(entries),
            outcome=_read_object(folder / OUTCOME),
        )


# --- events and commands as JSON ----------------------------------------------------------------
def to_json(value: object) -> Any:
    """A frozen message as {"type": name, field: …}; bytes as base64, enums by value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, CarriedSound):
        return {"type": type(value).__name__, **to_json(value.parts())}
    if is_dataclass(value) and not isinstance(value, type):
        inside = {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
        return {"type": type(value).__name__, **inside}
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)


def event_to_json(event: Event) -> dict[str, Any]:
    """An event as JSON; see `to_json`."""
    return cast("dict[str, Any]", to_json(event))


def command_to_json(command: Command) -> dict[str, Any]:
    """A command as JSON; see `to_json`."""
    return cast("dict[str, Any]", to_json(command))


def event_from_json(value: object) -> Event:
    """The event again. Raises ValueError with what is wrong."""
    return cast("Event", _from_object(value, EVENT_TYPES))


def command_from_json(value: object) -> Command:
    """The command again. Raises ValueError with what is wrong."""
    return cast("Command", _from_object(value, COMMAND_TYPES))


def _from_object(value: object, types: Mapping[str, type]) -> object:
    kind = types.get(str(value.get("type"))) if isinstance(value, dict) else None
    if kind is None or not isinstance(value, dict):
        raise ValueError("no known type")
    return _dataclass_from(value, kind)


def _dataclass_from(value: Mapping[str, object], kind: type[T]) -> T:
    hints = kind.PARTS if issubclass(kind, CarriedSound) else get_type_hints(kind)
    unknown = set(value) - set(hints) - {"type"}
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    given = {
        name: _value_from(value[name], hint, f"{kind.__name__}.{name}")
        for name, hint in hints.items()
        if name in value
    }
    try:
        return kind(**given)
    except TypeError:
        missing = sorted(set(hints) - set(given))
        raise ValueError(f"{kind.__name__} lacks {', '.join(missing)}") from None


def _value_from(value: object, hint: Any, where: str) -> object:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        if value is None and NoneType in get_args(hint):
            return None
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
        origin = get_origin(hint)
    if origin is not None:  # Mapping[str, object]
        if isinstance(value, dict):
            return value
    elif is_dataclass(hint):
        if isinstance(value, dict):
            return _dataclass_from(value, cast("type[object]", hint))
    elif issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            raise ValueError(f"{where} cannot be {value!r:.80}") from None
    elif hint is bytes:
        if isinstance(value, str):
            try:
                return b64decode(value, validate=True)
            except ValueError:
                raise ValueError(f"{where} is not base64") from None
    elif hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    elif type(value) is hint:
        return value
    raise ValueError(f"{where} is of the wrong type")


# --- reading ------------------------------------------------------------------------------------
def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RecordingError(f"{path}: is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path}: cannot be read ({type(error).__name__})") from None


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise RecordingError(f"{where}: not whole JSON (cut off?)") from None
    if not isinstance(value, dict):
        raise RecordingError(f"{where}: not a JSON object")
    return value


def _read_object(path: Path) -> dict[str, Any]:
    return _parse(_read_text(path), str(path))


def _read_lines(path: Path) -> list[Entry]:
    # Not splitlines(): JSON text may hold other characters that it takes for line ends.
    lines = _read_text(path).split("\n")
    if lines[-1] == "":
        lines.pop()
    entries: list[Entry] = []
    before = 0
    for number, text in enumerate(lines, start=1):
        where = f"{path} line {number}"
        line = _parse(text, where)
        n, t = line.get("n"), line.get("t")
        if type(n) is not int or n <= before:
            raise RecordingError(f"{where}: n must be a whole number above {before}")
        if isinstance(t, bool) or not isinstance(t, int | float) or not math.isfinite(t):
            raise RecordingError(f"{where}: t must be a number of seconds")
        before = n
        entries.append(
            _read_event_line(line, n, float(t), where)
            if path.name == EVENTS
            else _read_wire_line(line, n, float(t), path.stem, where)
        )
    return entries


def _read_wire_line(line: Mapping[str, object], n: int, t: float, side: str, where: str) -> Entry:
    sender, text = line.get("from"), line.get("text")
    if sender not in (side, "vocero") or not isinstance(text, str):
        raise RecordingError(f'{where}: needs "from" ({side} or vocero) and "text"')
    return WireText(n, t, "carrier" if side == "carrier" else "agent", sender == "vocero", text)


def _read_event_line(line: Mapping[str, object], n: int, t: float, where: str) -> Entry:
    what, value = line.get("what"), line.get("value")
    try:
        if what == "deadline":
            return DeadlineFired(n, t)
        if what == "event":
            return Happened(n, t, event_from_json(value))
        if what == "command":
            return Ordered(n, t, to_json(command_from_json(value)))
    except ValueError as error:
        raise RecordingError(f"{where}: {error}") from None
    raise RecordingError(f'{where}: "what" must be event, deadline or command')


def _read_timings(path: Path, value: object) -> CallTimings:
    known = {field.name for field in fields(CallTimings)}
    if not isinstance(value, dict) or set(value) - known:
        raise RecordingError(f"{path}: timings are missing or of another version")
    try:
        return _dataclass_from(value, CallTimings)
    except ValueError as error:
        raise RecordingError(f"{path}: {error}") from None


def _read_begins_at(path: Path, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
        return float(value)
    raise RecordingError(f"{path}: begins_at must be a number of seconds since the order")
