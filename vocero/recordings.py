"""What is kept of calls when RECORD_CALLS is on, and the clip that a customer gets of a booking.

The business is told in the agent's opening words that the call is recorded. Sound is taken from the
moment the phone is answered, so the business's own greeting before these words is part of it; it is
in memory until the call is over, and only then it is known whether they were said: call.json has it
as "announced_at", and with `only_announced` nothing is written of a call in which they were not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from audio.clip import NoClip
from bridge.recorder import CallRecorder
from bridge.timings import CallTimings
from data.call import CallOrder, CallReport, OutcomeStatus, Speaker
from data.store import CallRecord, OutgoingMessage, Store, StoreError, Turn
from orchestration.courtesy import announced_at
from vocero.clips import KEPT_S, Clips

log = logging.getLogger(__name__)

RECORDINGS = "recordings"
FETCHED_WITHIN_S = 3600.0
"""A clip is not sent any more when its link may be dead before the carrier has followed it."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """Makes recorders for the switchboard and writes down what they heard."""

    var_dir: Path
    agent_id: str
    timings: CallTimings
    store: Store
    now: Callable[[], float]
    """Seconds since the epoch."""
    clips: Clips | None
    """None where nobody could play them."""
    only_announced: bool
    """Keep nothing of a call in which the agent did not say that it is recorded."""
    promised: Callable[[], None]
    """There is something new to send."""
    written: Callable[[str], None] = lambda attempt_id: None
    """A recording is complete."""
    unwritten: set[str] = field(default_factory=set)
    """Attempts whose recording is still to be written, or is being written."""

    def recorder(self, order: CallOrder) -> CallRecorder:
        """For a call that begins."""
        self.unwritten.add(order.attempt_id)
        return CallRecorder(
            order.attempt_id, self.timings, (order.to_number, *order.secret_numbers)
        )

    async def save(self, recorder: CallRecorder, report: CallReport) -> None:
        """The call is over and its result told: write it down. Raises OSError, StoreError."""
        try:
            kept = await self._save(recorder, report)
        finally:
            self.unwritten.discard(report.attempt_id)
        if kept:
            self.written(report.attempt_id)

    async def _save(self, recorder: CallRecorder, report: CallReport) -> bool:
        said = report.said()
        announced = announced_at(said)
        if announced is None and self.only_announced:
            log.warning("nothing is kept of a recording: nobody heard that it was made")
            return False
        if announced is None and any(each.speaker is Speaker.AGENT for each in said):
            log.info("the agent did not say that the call is recorded (docs/privacy.md)")
        record = await self.store.call(report.attempt_id)
        result = record.result if record is not None else None
        began = record.attempt.created_at if record is not None else None
        folder = await recorder.save(
            self.var_dir / RECORDINGS,
            report,
            None if result is None else result.model_dump_json(),
            {"started_at": began, "agent_id": self.agent_id, "announced_at": announced},
        )
        log.info("recorded the call in %s", folder)
        if record is not None:
            await self._promise_clip(record, folder)
        return True

    async def _promise_clip(self, record: CallRecord, folder: Path) -> None:
        """After a booking the customer hears the words behind it. The result stands without."""
        booked = record.result is not None and record.result.status is OutcomeStatus.BOOKED
        if self.clips is None or record.quote is None or not booked:
            return
        try:
            address = await self.clips.cut(folder, record.quote.at_s)
        except (NoClip, OSError) as error:
            why = str(error) if isinstance(error, NoClip) else type(error).__name__
            log.warning("no sound clip of the booking: %s", why)
            return
        now, attempt = self.now(), record.attempt
        # Committed after the result's text, so it is sent after it.
        clip = OutgoingMessage(
            f"clip:{attempt.attempt_id}",
            attempt.customer,
            "",
            now,
            media_url=address,
            stale_at=now + KEPT_S - FETCHED_WITHIN_S,
        )
        try:
            await self.store.commit_turn(Turn(attempt.customer, outgoing=(clip,)))
        except StoreError as error:
            log.error("the sound clip of the booking is not sent: %s", error)
            await self.clips.drop(address)
            return
        self.promised()
