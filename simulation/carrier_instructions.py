"""Where a call's TwiML comes from, and what is done when it cannot be had."""

from __future__ import annotations

from simulation.carrier_office import Office
from simulation.carrier_record import CallRecord
from simulation.carrier_twiml import Hangup, Program, Say, TwimlError, Verb, read_twiml
from simulation.carrier_webhooks import Form

APOLOGY = "We are sorry, an application error has occurred. Goodbye."
"""Twilio's own words to the callee."""


class Instructions:
    """Fetches and reads the TwiML of one call."""

    def __init__(self, record: CallRecord, office: Office) -> None:
        self._record = record
        self._office = office

    async def fetch(self, url: str, method: str, extra: Form) -> tuple[Verb, ...]:
        """From the address, else from the call's FallbackUrl, else Twilio's apology."""
        problems: Form = ()
        for address in (url, self._record.request.fallback_url):
            if not address:
                continue
            form = [*self._record.form("in-progress"), *extra, *problems]
            delivery = await self._office.post(address, form, self._record.sid, method=method)
            code = delivery.code
            if not code:
                try:
                    return self._noted(read_twiml(delivery.body, delivery.content_type))
                except TwimlError as wrong:
                    code = wrong.code
                    self._office.alert(code, str(wrong), self._record.sid)
            problems = (("ErrorCode", str(code)), ("ErrorUrl", address))
        return (Say(APOLOGY), Hangup())

    def read(self, twiml: str) -> tuple[Verb, ...]:
        """TwiML that came with a request."""
        try:
            return self._noted(read_twiml(twiml.encode()))
        except TwimlError as wrong:
            self._office.alert(wrong.code, str(wrong), self._record.sid)
            return (Say(APOLOGY), Hangup())

    def _noted(self, program: Program) -> tuple[Verb, ...]:
        for code, text in program.warnings:
            self._office.alert(code, text, self._record.sid)
        return program.verbs
