"""One call at the carrier, from the queue to its last post."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar, assert_never

from simulation.carrier_faults import RestError
from simulation.carrier_instructions import Instructions
from simulation.carrier_line import Announcement, Business, Line
from simulation.carrier_office import Office
from simulation.carrier_progress import Progress
from simulation.carrier_record import CallRecord, stream_event_form
from simulation.carrier_stream import MediaStream, StreamEnd, StreamIds
from simulation.carrier_twiml import Hangup, Pause, Play, Say, Stream, Verb
from simulation.carrier_verdict import listen_for_machine, verdict_ms
from simulation.carrier_webhooks import Form
from simulation.channel import Channel, ChannelRefused
from simulation.probe import Probe
from simulation.script import Pickup
from simulation.signing import sign

T = TypeVar("T")

UPGRADE_WITHIN_S = 10.0
TRIAL_NOTICE = "The verb Stream is not available on trial accounts."
_SECONDS_PER_KEY = 0.2


class SimulatedCall:
    """What happens on the phone network and at the carrier for one POST to Calls."""

    def __init__(
        self, record: CallRecord, office: Office, business: Business, probe: Probe | None = None
    ) -> None:
        self.record = record
        self.business = business
        # Its own dice: one call never changes the course of another.
        self._random = Random(office.random.getrandbits(64))
        self.line = Line(business, self._random)
        self.probe = probe
        self._office = office
        self._progress = Progress(record, office)
        self._instructions = Instructions(record, office)
        self._disturbed = asyncio.Event()
        self._ended = False
        self._replacement: tuple[Verb, ...] | str | None = None
        self._stream: MediaStream | None = None
        self.streams: list[str] = []
        """Identifiers of its media streams, in order."""
        self.ended_by = ""
        """business, rest, twiml or limit."""

    @property
    def sid(self) -> str:
        """The CA… identifier."""
        return self.record.sid

    @property
    def status(self) -> str:
        """As the REST API says."""
        return self.record.status

    # --- what others may do to it -----------------------------------------------------------
    def put_down(self) -> None:
        """The business hangs up now."""
        self._end("business")

    async def press(self, digit: str) -> None:
        """The business presses a key; only while a stream is open."""
        if self._stream is not None:
            await self._stream.send_key(digit)

    def update(self, form: dict[str, list[str]]) -> None:
        """POST Calls/{sid}. Raises RestError."""
        if self.record.is_over or self._ended:
            raise RestError(21220)
        status = form.get("Status", [""])[-1]
        twiml, url = form.get("Twiml", [""])[-1], form.get("Url", [""])[-1]
        if status == "completed" or (status == "canceled" and self.record.answered_at is None):
            self._end("rest")
        elif status not in ("", "canceled"):
            raise RestError(20001, f"Invalid Status: {status[:40]}")
        elif url or twiml:
            if self.record.answered_at is None:
                raise RestError(21220)
            if len(twiml) > 4000:
                raise RestError(32018)
            self._replacement = url or self._instructions.read(twiml)
            self._disturb()

    # --- its life ---------------------------------------------------------------------------
    async def live(self, queued_s: float) -> None:
        """From the queue to the end; the progress posts go out beside it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._progress.deliver(), name=f"progress of {self.sid}")
            await self._dial(queued_s)

    async def _dial(self, queued_s: float) -> None:
        request, settings = self.record.request, self._office.settings
        self.record.queue_time_ms = round(queued_s * 1000)
        if queued_s and await self._disturbed_within(queued_s):
            return self._conclude("canceled", 487)
        self._move("initiated")
        if await self._disturbed_within(settings.setup_ms / 1000):
            return self._conclude("canceled", 487)
        if self.business.pickup is Pickup.FAILS:
            return self._conclude("failed", 404)
        if self.business.pickup is Pickup.BUSY:
            return self._conclude("busy", 486)
        self._move("ringing")
        patience = request.timeout_s + settings.ring_buffer_s
        rings = self.business.ring_ms / 1000
        unanswered = self.business.pickup is Pickup.NO_ANSWER or rings > patience
        if await self._disturbed_within(patience if unanswered else rings):
            return self._conclude("canceled", 487)
        if unanswered:
            return self._conclude("no-answer", 487)
        await self._talk()
        self._conclude("completed", 200)

    async def _talk(self) -> None:
        loop = asyncio.get_running_loop()
        self.record.answered_at = loop.time()
        self.record.started = datetime.now(UTC)
        self._move("in-progress")
        limit = self.record.request.time_limit_s or self._office.settings.call_limit_s
        time_up = loop.call_later(limit, self._end, "limit")
        try:
            async with asyncio.TaskGroup() as group:
                verdict = self._listen_for_machine(group)
                if verdict is not None and not self.record.request.async_amd:
                    await self._unless_disturbed(_joined(verdict))
                await self._obey_all(await self._first_program())
                if verdict is not None:
                    verdict.cancel()
        finally:
            time_up.cancel()

    async def _obey_all(self, verbs: tuple[Verb, ...]) -> None:
        ahead = deque(verbs)
        while not self._ended:
            if self._replacement is not None:
                ahead = deque(await self._take_replacement())
                continue
            if not ahead:
                break
            follow = await self._obey(ahead.popleft())
            if follow is not None:
                ahead = deque(follow)
        self.ended_by = self.ended_by or "twiml"

    async def _take_replacement(self) -> tuple[Verb, ...]:
        replacement, self._replacement = self._replacement, None
        self._disturbed.clear()
        if isinstance(replacement, str):
            return await self._fetch(replacement)
        return replacement or ()

    async def _obey(self, verb: Verb) -> tuple[Verb, ...] | None:
        """One verb; what to do instead of the rest, if it says so."""
        match verb:
            case Stream():
                return await self._connect(verb)
            case Say(text, language):
                self._announce(text, language, "say")
                pace = self._office.settings.speech_ms_per_character
                await self._disturbed_within(len(text) * pace / 1000)
            case Play(url, digits):
                self._announce(digits or url, "", "keys" if digits else "play")
                await self._disturbed_within(max(1, len(digits)) * _SECONDS_PER_KEY)
            case Pause(length):
                await self._disturbed_within(length)
            case Hangup():
                return ()
            case _:
                assert_never(verb)
        return None

    # --- the media stream -------------------------------------------------------------------
    async def _connect(self, verb: Stream) -> tuple[Verb, ...] | None:
        if self._office.settings.trial:
            self._announce(TRIAL_NOTICE, "", "trial")
            return None
        if self._office.faults.no_stream:
            await self._disturbed.wait()
            return None
        stream_sid = self._office.sid("MZ")
        channel = await self._open(verb, stream_sid)
        if channel is not None:
            await self._run_stream(verb, stream_sid, channel)
        if verb.action and not self._disturbed.is_set():
            return await self._fetch(verb.action)
        return None

    async def _open(self, verb: Stream, stream_sid: str) -> Channel | None:
        code, reason = verb.invalid, "the stream's attributes are invalid"
        if not code:
            headers = {
                "x-twilio-signature": sign(self._office.auth_token, verb.url),
                "User-Agent": "Twilio.TmeWs/1.0",
            }
            try:
                opened = await self._unless_disturbed(self._upgrade(verb.url, headers))
            except ChannelRefused as refused:
                code = 31920 if refused.status else 31901 if refused.timed_out else 31902
                reason = str(refused)
            else:
                return opened
        self._office.alert(code, reason, self.sid)
        self._stream_event(verb, stream_sid, "stream-error", f"{code}: {reason}")
        return None

    async def _upgrade(self, url: str, headers: dict[str, str]) -> Channel:
        try:
            async with asyncio.timeout(UPGRADE_WITHIN_S):
                return await self._office.connect(url, headers)
        except TimeoutError as late:
            raise ChannelRefused(0, "timed out", timed_out=True) from late

    async def _run_stream(self, verb: Stream, stream_sid: str, channel: Channel) -> None:
        stream = self._stream = MediaStream(
            channel,
            StreamIds(self.record.account_sid, self.sid, stream_sid, verb.parameters),
            self.line,
            faults=self._office.faults,
            randomness=self._random,
            probe=self.probe,
            alert=lambda code, text: self._office.alert(code, text, self.sid),
            on_put_down=self.put_down,
        )
        self.streams.append(stream_sid)
        self._stream_event(verb, stream_sid, "stream-started", "")
        self._office.changed.tell()
        if self._disturbed.is_set():
            stream.finish()
        end = await stream.run()
        self._stream = None
        closed = stream.closed
        if end is StreamEnd.APPLICATION and closed is not None and closed.code != 1000:
            self._office.alert(31921, f"closed with {closed.code}", self.sid)
        self._stream_event(verb, stream_sid, "stream-stopped", "")

    def _stream_event(self, verb: Stream, stream_sid: str, event: str, error: str) -> None:
        if verb.status_callback:
            form = stream_event_form(self.record, verb.name, stream_sid, event, error)
            posting = self._office.post(verb.status_callback, form, self.sid)
            self._office.household.spawn(posting, event)

    async def _first_program(self) -> tuple[Verb, ...]:
        request = self.record.request
        if request.twiml:
            return self._instructions.read(request.twiml)
        verdict: Form = ()
        if self.record.answered_by is not None and not request.async_amd:
            verdict = (
                ("AnsweredBy", self.record.answered_by),
                ("MachineDetectionDuration", str(verdict_ms(request, self.business, self._office))),
            )
        return await self._fetch(request.url, request.method, verdict)

    async def _fetch(self, url: str, method: str = "POST", extra: Form = ()) -> tuple[Verb, ...]:
        fetched = await self._unless_disturbed(self._instructions.fetch(url, method, extra))
        return fetched or ()

    def _listen_for_machine(self, group: asyncio.TaskGroup) -> asyncio.Task[None] | None:
        if not self.record.request.machine_detection:
            return None
        listening = listen_for_machine(self.record, self.business, self._office)
        return group.create_task(listening, name=f"verdict of {self.sid}")

    # --- small change -----------------------------------------------------------------------
    def _end(self, by: str) -> None:
        if not self._ended and not self.record.is_over:
            self._ended = True
            self.ended_by = by
            self._disturb()

    def _disturb(self) -> None:
        self._disturbed.set()
        if self._stream is not None:
            self._stream.finish()

    async def _disturbed_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._disturbed.wait()
        except TimeoutError:
            return False
        return True

    async def _unless_disturbed(self, work: Coroutine[Any, Any, T]) -> T | None:
        """The result, or None when the call was ended or redirected meanwhile."""
        loop = asyncio.get_running_loop()
        working = loop.create_task(work)
        watching = loop.create_task(self._disturbed.wait())
        try:
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            both = (working, watching)
            unfinished = [each for each in both if not each.done()]
            for each in unfinished:
                each.cancel()
            if unfinished:
                await asyncio.wait(unfinished)
        return None if working.cancelled() else working.result()

    def _announce(self, text: str, language: str, kind: str) -> None:
        now = asyncio.get_running_loop().time()
        self.line.announcements.append(Announcement(now, text, language, kind))

    def _move(self, status: str) -> None:
        self.record.move(status)
        self._progress.tell(status)
        self._office.changed.tell()

    def _conclude(self, status: str, sip_code: int) -> None:
        self._ended = True
        self.record.end(status, sip_code, asyncio.get_running_loop().time())
        self._progress.tell(status)
        self._office.changed.tell()


async def _joined(task: asyncio.Task[None]) -> None:
    await asyncio.wait({task})
