"""The same call again: recorded inputs through a fresh session, in virtual time.

Without chaos every command must be what was recorded, byte for byte. With chaos the inputs are
disturbed, so the answers differ and only what must hold of every call is checked. No sockets, no
clock, no waiting.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from bridge import elevenlabs_wire, twilio_wire
from bridge.chaos import CHAOS, disturb
from bridge.commands import (
    AnswerTool,
    ClearPlayback,
    Command,
    Finish,
    MarkPlayback,
    Note,
    Play,
    Pong,
    SendToAgent,
    TellAgent,
)
from bridge.errors import BadFrame
from bridge.events import AgentAudio, Event, StreamStarted
from bridge.recording import (
    DeadlineFired,
    Entry,
    Happened,
    Ordered,
    RecordedCall,
    WireText,
    command_to_json,
)
from bridge.replay_report import MOST_TOLD, Difference, ReplayReport, SoundDigest
from bridge.session import CallSession
from bridge.virtual_call import VirtualCall
from data.call import CallEnding, EntryKind
from data.masking import HIDDEN

SHOWN = 160
NEAR_THE_CUT = 60
"""Characters at the end of a shortened text in which a masked number can make a difference."""
_OPENING = '"conversation_initiation_client_data"'


def replay(recorded: RecordedCall, chaos: str | None = None, seed: int = 1) -> ReplayReport:
    """Play a recording again. Raises ValueError for an unknown kind of chaos."""
    if chaos:
        return _replay_disturbed(recorded, chaos, seed)
    return _Faithful(recorded).run()


@dataclass(slots=True)
class _Digests:
    """Sound on its way to both sides."""

    to_business: bytearray = field(default_factory=bytearray)
    to_agent: bytearray = field(default_factory=bytearray)

    def take(self, command: Command) -> None:
        if isinstance(command, Play):
            self.to_business += command.sound
        elif isinstance(command, SendToAgent):
            self.to_agent += command.sound

    @staticmethod
    def digest(sound: bytearray) -> SoundDigest:
        return SoundDigest(hashlib.sha256(sound).hexdigest(), len(sound))


def recorded_event(entry: WireText | Happened) -> Event | None:
    """What an input meant to the session; None: nothing. Raises BadFrame."""
    if isinstance(entry, Happened):
        return entry.event
    if entry.side == "agent":
        return elevenlabs_wire.decode(entry.text)
    message = twilio_wire.decode(entry.text)
    if isinstance(message, twilio_wire.StreamOpened):
        return twilio_wire.started(message)
    if isinstance(message, twilio_wire.Connected | twilio_wire.Unknown):
        return None
    return message


class _Faithful:
    """One replay of exactly what was recorded."""

    def __init__(self, recorded: RecordedCall) -> None:
        self._recorded = recorded
        self._session = CallSession(recorded.timings, begins_at=recorded.begins_at)
        self._stream_sid = ""
        self._digests = _Digests()
        self._differences: list[Difference] = []
        self._difference_count = 0
        self._commands = 0
        self._bad_frames = 0
        self._ending: CallEnding | None = None

    def run(self) -> ReplayReport:
        inputs = 0
        broken: list[str] = []
        groups = list(_groups(self._recorded.entries))
        for number, (cause, expected) in enumerate(groups, start=1):
            inputs += cause is not None
            try:
                got = () if cause is None else self._known_then(self._commands_after(cause))
            # A defect of the machine is a finding about the recording, not a crash of the tool.
            except Exception as error:
                n = cause.n if cause is not None else 0
                broken.append(f"n {n}: the call machine failed: {type(error).__name__}: {error}")
                break
            # What an incomplete recording misses is what followed its very last input.
            open_ended = number == len(groups) and not self._recorded.complete
            self._compare(cause, expected, got, open_ended)
        return ReplayReport(
            name=self._recorded.folder.name,
            chaos="",
            seed=0,
            inputs=inputs,
            commands=self._commands,
            bad_frames=self._bad_frames,
            complete=self._recorded.complete,
            differences=tuple(self._differences),
            difference_count=self._difference_count,
            broken=tuple(broken),
            ending=self._ending,
            to_business=_Digests.digest(self._digests.to_business),
            to_agent=_Digests.digest(self._digests.to_agent),
        )

    def _commands_after(self, cause: Entry) -> tuple[Command, ...]:
        if isinstance(cause, DeadlineFired):
            return self._session.time_passed(cause.t)
        assert isinstance(cause, WireText | Happened)
        try:
            event = recorded_event(cause)
        except BadFrame:
            self._bad_frames += 1
            return ()
        if event is None:
            return ()
        if isinstance(event, StreamStarted):
            self._stream_sid = event.stream_sid
        return self._session.receive(event, cause.t)

    def _known_then(self, commands: tuple[Command, ...]) -> tuple[Command, ...]:
        """Without what no call of the recording's age has measured."""
        if self._recorded.format > 1:
            return commands
        return tuple(each for each in commands if not _is_measured(each))

    def _compare(
        self,
        cause: Entry | None,
        expected: list[WireText | Ordered],
        got: tuple[Command, ...],
        open_ended: bool,
    ) -> None:
        for entry, command in zip_longest(expected, got):
            if command is not None:
                self._commands += 1
                self._digests.take(command)
                if isinstance(command, Finish):
                    self._ending = command.ending
            if entry is None and open_ended:
                continue
            if entry is None or command is None or not self._same(entry, command):
                self._differ(entry or cause, entry, command)

    def _same(self, entry: WireText | Ordered, command: Command) -> bool:
        if isinstance(entry, Ordered):
            return _alike(entry.command, json.loads(json.dumps(command_to_json(command))))
        side, text = self._encoded(command)
        if side != entry.side:
            return False
        # Masking writes a message anew, so the same message may be spelled differently.
        return text == entry.text or _alike(_parsed(entry.text), _parsed(text))

    def _encoded(self, command: Command) -> tuple[str, str]:
        match command:
            case Play() | MarkPlayback() | ClearPlayback():
                return "carrier", twilio_wire.encode(command, self._stream_sid)
            case SendToAgent() | Pong() | AnswerTool() | TellAgent():
                return "agent", elevenlabs_wire.encode(command)
            case _:
                return "", ""

    def _differ(
        self, at: Entry | None, entry: WireText | Ordered | None, command: Command | None
    ) -> None:
        self._difference_count += 1
        if len(self._differences) < MOST_TOLD:
            expected = "nothing" if entry is None else _entry_in_words(entry)
            got = "nothing" if command is None else _in_words(command_to_json(command))
            n, t = (at.n, at.t) if at is not None else (0, 0.0)
            self._differences.append(Difference(n, t, expected, got))


def _groups(
    entries: tuple[Entry, ...],
) -> Iterator[tuple[Entry | None, list[WireText | Ordered]]]:
    """Each input with the commands that followed it; the opening is not the session's."""
    cause: Entry | None = None
    commands: list[WireText | Ordered] = []
    for entry in entries:
        if isinstance(entry, Ordered) or (isinstance(entry, WireText) and entry.ours):
            if not (isinstance(entry, WireText) and _OPENING in entry.text[:200]):
                commands.append(entry)
            continue
        if cause is not None or commands:
            yield cause, commands
        cause, commands = entry, []
    if cause is not None or commands:
        yield cause, commands


def _is_measured(command: Command) -> bool:
    return isinstance(command, Note) and command.entry.kind is EntryKind.MEASURED


def _replay_disturbed(recorded: RecordedCall, chaos: str, seed: int) -> ReplayReport:
    if chaos not in CHAOS:
        raise ValueError(f"chaos must be one of {', '.join(CHAOS)}")
    happenings = []
    bad_frames = 0
    texts = []
    for entry in recorded.entries:
        if isinstance(entry, Happened) or (isinstance(entry, WireText) and not entry.ours):
            try:
                event = recorded_event(entry)
            except BadFrame:
                bad_frames += 1
                continue
            if event is not None:
                happenings.append((entry.t, event))
            if isinstance(entry, WireText) and not isinstance(event, AgentAudio):
                texts.append(entry.text)
    call = VirtualCall(CallSession(recorded.timings, begins_at=recorded.begins_at))
    disturb(call, happenings, texts, chaos, seed)
    digests = _Digests()
    call.run()
    for command in call.ordered:
        digests.take(command)
    return ReplayReport(
        name=recorded.folder.name,
        chaos=chaos,
        seed=seed,
        inputs=call.inputs,
        commands=len(call.ordered),
        bad_frames=bad_frames,
        complete=recorded.complete,
        differences=(),
        difference_count=0,
        broken=tuple(call.broken),
        ending=call.ending,
        to_business=_Digests.digest(digests.to_business),
        to_agent=_Digests.digest(digests.to_agent),
    )


def _alike(recorded: object, got: object) -> bool:
    """Equal, but for texts that the session cut to a length.

    In the call it cut first and the recorder masked then; here what it cuts is masked already.
    """
    if isinstance(recorded, Mapping) and isinstance(got, Mapping):
        return recorded.keys() == got.keys() and all(_alike(recorded[k], got[k]) for k in recorded)
    if recorded == got or not (isinstance(recorded, str) and isinstance(got, str)):
        return recorded == got
    sure = min(len(recorded), len(got)) - NEAR_THE_CUT
    return HIDDEN in recorded and sure > NEAR_THE_CUT and recorded[:sure] == got[:sure]


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _entry_in_words(entry: WireText | Ordered) -> str:
    if isinstance(entry, Ordered):
        return _in_words(entry.command)
    message = _parsed(entry.text)
    match message:
        case {"event": "media", "media": {"payload": str(payload)}}:
            return _in_words({"type": "Play", "sound": payload})
        case {"user_audio_chunk": str(payload)}:
            return _in_words({"type": "SendToAgent", "sound": payload})
        case _:
            return f"to the {entry.side}: {entry.text[:SHOWN]}"


def _in_words(command: object) -> str:
    match command:
        case {"type": kind, "sound": str(payload)}:
            digest = hashlib.sha256(payload.encode()).hexdigest()[:8]
            return f"{kind} of {len(payload) * 3 // 4} bytes ({digest})"
        case {"type": kind, **rest}:
            return f"{kind} {json.dumps(rest, ensure_ascii=False)}"[:SHOWN] if rest else str(kind)
        case _:
            return str(command)[:SHOWN]
