"""What the carrier told one worker about a call that another one keeps, as it lies in the store."""

from __future__ import annotations

import json
import logging

from bridge.events import MachineDetected, PhoneProgress, PhoneStatus

log = logging.getLogger(__name__)

Told = PhoneProgress | MachineDetected


def body_of(call_sid: str, told: Told) -> str:
    """As JSON, far below the store's 4,000 characters: the carrier's words are checked by now."""
    match told:
        case PhoneProgress(status, sip_code):
            about: dict[str, object] = {"status": status.value, "sip_code": sip_code}
        case MachineDetected(verdict):
            about = {"verdict": verdict}
    return json.dumps({"call_sid": call_sid[:64], **about}, separators=(",", ":"))


def told_by(body: str) -> tuple[str, Told] | None:
    """The call sid and what was told; None for what a worker of another release may have left."""
    try:
        match json.loads(body):
            case {
                "call_sid": str(call_sid),
                "status": str(status),
                "sip_code": int() | None as code,
            }:
                return call_sid, PhoneProgress(PhoneStatus(status), code)
            case {"call_sid": str(call_sid), "verdict": str(verdict)}:
                return call_sid, MachineDetected(verdict)
    except ValueError:
        pass
    log.warning("a notice of another worker says nothing that is understood here")
    return None
