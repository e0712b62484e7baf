"""Answering machine detection: what is decided, when, and who is told.

The asynchronous post has exactly four fields (reported by four projects).
"""

from __future__ import annotations

import asyncio

from simulation.carrier_line import Business
from simulation.carrier_office import Office
from simulation.carrier_record import CallRecord, DialRequest
from simulation.script import Pickup

_AFTER_GREETING_MS = 500


def verdict_ms(request: DialRequest, business: Business, office: Office) -> int:
    """How long the detection listens: to the end of a machine's greeting when that was asked."""
    listens = office.settings.verdict_ms
    if business.pickup is Pickup.MACHINE and request.machine_detection == "DetectMessageEnd":
        return max(listens, round(business.greeting_ms) + _AFTER_GREETING_MS)
    return listens


async def listen_for_machine(record: CallRecord, business: Business, office: Office) -> None:
    """Decides after a while who answered."""
    request = record.request
    if request.async_amd and not request.amd_callback:
        office.alert(21262, "AsyncAmd without a callback", record.sid)
    spent = verdict_ms(request, business, office)
    await asyncio.sleep(spent / 1000)
    verdict = "human"
    if business.pickup is Pickup.MACHINE:
        ends = request.machine_detection == "DetectMessageEnd"
        verdict = "machine_end_beep" if ends else "machine_start"
    record.answered_by = verdict
    office.changed.tell()
    if request.async_amd and request.amd_callback:
        form = [
            ("CallSid", record.sid),
            ("AccountSid", record.account_sid),
            ("AnsweredBy", verdict),
            ("MachineDetectionDuration", str(spent)),
        ]
        # Not the call's own task: hanging up because of this post must not cut it off.
        office.household.spawn(office.post(request.amd_callback, form, record.sid), "verdict")
