"""What we tell Twilio to do with a call (TwiML), and what its callbacks say.

Source: Twilio's documentation of <Connect><Stream>, call status callbacks and AMD callbacks.
"""

from __future__ import annotations

import re
from typing import Any, Protocol
from urllib.parse import quote

from twilio.twiml.voice_response import Connect, VoiceResponse

from bridge.events import MachineDetected, PhoneProgress, PhoneStatus

MAX_SPOKEN = 1000
"""Characters of one <Say>."""
MAX_PARAMETER = 500
"""Name and value of a <Parameter> must stay below this together."""
_SPOKEN_LANGUAGES = {"es": "es-MX", "en": "en-US"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_VERDICT = re.compile(r"[a-z_]{1,40}")


class Fields(Protocol):
    """The fields of a form post."""

    def get(self, key: str, /) -> Any: ...


class CallbackAddresses:
    """The public addresses of one attempt's callbacks; the attempt id is the secret in them."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    def answer(self, attempt_id: str) -> str:
        """Where the answered call asks for its TwiML."""
        return self._of("webhook/voice/outbound", attempt_id)

    def status(self, attempt_id: str) -> str:
        """Where call progress is reported."""
        return self._of("webhook/voice/status", attempt_id)

    def amd(self, attempt_id: str) -> str:
        """Where the answering machine verdict is reported."""
        return self._of("webhook/voice/amd", attempt_id)

    def media(self, attempt_id: str) -> str:
        """Where the media stream connects: wss, or ws for an http base address."""
        return re.sub("^http", "ws", self._of("media", attempt_id), flags=re.IGNORECASE)

    def _of(self, route: str, attempt_id: str) -> str:
        return f"{self._base_url}/{route}/{quote(attempt_id, safe='')}"


def connect_twiml(media_url: str, attempt_id: str, token: str, apology: str, language: str) -> str:
    """TwiML that connects the call to our media socket.

    The verbs after <Connect> run when the stream could not be opened or was closed by us: an
    apology and a hang-up, never silence. Raises ValueError for an address with a query, which
    Twilio would drop, or a token that is too long.
    """
    if "?" in media_url:
        raise ValueError("Twilio drops the query of a stream's address")
    if len("token") + len(token) >= MAX_PARAMETER:
        raise ValueError("Twilio refuses parameters of 500 characters and more")
    response = VoiceResponse()
    connect = Connect()
    stream = connect.stream(url=_xml(media_url), name=_xml(attempt_id))
    stream.parameter(name="token", value=_xml(token))
    response.append(connect)
    return _spoken_and_over(response, apology, language)


def apology_twiml(text: str, language: str) -> str:
    """TwiML that says this and hangs up: the call cannot be held after all."""
    return _spoken_and_over(VoiceResponse(), text, language)


def callback_explanation_twiml(text: str, language: str) -> str:
    """TwiML for somebody who calls our number back: says it twice, then hangs up."""
    response = VoiceResponse()
    response.pause(length=1)
    _say(response, text, language)
    response.pause(length=1)
    return _spoken_and_over(response, text, language)


def parse_status(form: Fields) -> PhoneProgress | None:
    """The progress that a status callback reports, or None when it reports none we know."""
    try:
        status = PhoneStatus(str(form.get("CallStatus")))
    except ValueError:
        return None
    code = form.get("SipResponseCode")
    known = isinstance(code, str) and re.fullmatch(r"[1-6][0-9]{2}", code, re.ASCII) is not None
    return PhoneProgress(status, int(code) if known else None)


def parse_verdict(form: Fields) -> MachineDetected | None:
    """The verdict of an AMD callback, or None when it holds none."""
    verdict = form.get("AnsweredBy")
    if not isinstance(verdict, str) or _VERDICT.fullmatch(verdict) is None:
        return None
    return MachineDetected(verdict)


def _spoken_and_over(response: VoiceResponse, text: str, language: str) -> str:
    _say(response, text, language)
    response.hangup()
    return str(response)


def _say(response: VoiceResponse, text: str, language: str) -> None:
    response.say(_xml(text)[:MAX_SPOKEN], language=_SPOKEN_LANGUAGES.get(language, language))


def _xml(text: str) -> str:
    return _NOT_XML.sub("", text)
