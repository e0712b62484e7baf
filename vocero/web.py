"""The HTTP side: Twilio's webhooks, health, metrics. Answers are quick, work happens elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from quart import Quart, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from bridge.events import MachineDetected, PhoneProgress
from bridge.twilio_webhooks import (
    apology_twiml,
    callback_explanation_twiml,
    connect_twiml,
    parse_status,
    parse_verdict,
)
from data.call_context import rest_is_for_call
from data.store import IncomingMessage, Store
from messaging.inbox import Refused, read_message, read_status
from vocero.metric_kinds import CONTENT_TYPE

log = logging.getLogger(__name__)

MAX_FORM_BYTES = 64 * 1024
BODY_TIMEOUT_S = 10
XML = "text/xml; charset=utf-8"
EMPTY_RESPONSE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class Signature(Protocol):
    """Whether a post was signed by the carrier (bridge.twilio_signature fits)."""

    def form_is_genuine(
        self, raw_path_and_query: str, form: MultiDict[str, str], signature: str | None
    ) -> bool: ...


class VoiceDesk(Protocol):
    """The calls that webhooks can be about (vocero.adapters.OwnCalls or
    vocero.fellow_workers.FellowWorkers fit). Everything may raise StoreError.
    """

    async def answer(self, attempt_id: str, call_sid: str) -> str | None:
        """The answered call asks for its TwiML: the stream's token; None: no such call is on."""

    async def phone_said(
        self, attempt_id: str, call_sid: str, event: PhoneProgress | MachineDetected
    ) -> bool:
        """A callback of the carrier; False when no such call is on."""


@dataclass(frozen=True, slots=True)
class WebNeeds:
    """What the routes work with."""

    signature: Signature
    account_sid: str
    whatsapp_number: str
    """E.164."""
    now: Callable[[], float]
    """Seconds since the epoch."""
    store: Store
    voice_desk: VoiceDesk
    message_arrived: Callable[[str], None]
    """This customer's message is in the store. Quick, never waits."""
    delivery: Callable[[str, str, str], Awaitable[None]]
    """(message_sid, status, error_code) of a message that we sent. Raises StoreError."""
    media_url: Callable[[str], str]
    apology: Callable[[str], str]
    """The spoken apology in this language."""
    explanation: Callable[[str], str]
    """What people hear who call our number back."""
    call_language: Callable[[str], Awaitable[str]]
    """The language in which this attempt's business is spoken to."""
    default_language: str
    count_webhook: Callable[[str, str], None]
    """(which webhook, result) for the metrics."""
    count_message: Callable[[IncomingMessage], None]
    """A message that came for the first time, for the metrics."""
    metrics: Callable[[], Awaitable[str]]
    """The page, in Prometheus's text format."""
    not_ready: Callable[[], Awaitable[list[str]]]
    """Reasons why no work should be sent here; empty when ready."""


def make_app(needs: WebNeeds) -> Quart:
    """The Quart application with every HTTP route."""
    app = Quart("vocero", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_FORM_BYTES
    app.config["BODY_TIMEOUT"] = BODY_TIMEOUT_S
    _health_routes(app, needs)
    _whatsapp_routes(app, needs)
    _voice_routes(app, needs)
    return app


async def signed_form(
    needs: WebNeeds, which: str, attempt_id: str = ""
) -> MultiDict[str, str] | None:
    """The posted form when its signature is genuine, else None.

    From then on the request is logged as `attempt_id`'s; a stranger names no call in the log.
    """
    form = await request.form
    raw_path = bytes(request.scope.get("raw_path") or request.path.encode())
    target = raw_path.decode("latin-1")
    query = request.query_string.decode("latin-1")
    if query and "?" not in target:
        target = f"{target}?{query}"
    if needs.signature.form_is_genuine(target, form, request.headers.get("X-Twilio-Signature")):
        rest_is_for_call(attempt_id)
        return form
    needs.count_webhook(which, "refused")
    return None


def _refused() -> Response:
    return Response("forbidden\n", status=403, content_type="text/plain")


def _nothing() -> Response:
    return Response("", status=204)


def _health_routes(app: Quart, needs: WebNeeds) -> None:
    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "service": "vocero"}

    @app.get("/ready")
    async def ready() -> tuple[dict[str, object], int]:
        reasons = await needs.not_ready()
        return {"ready": not reasons, "reasons": reasons}, 503 if reasons else 200

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(await needs.metrics(), content_type=CONTENT_TYPE)

    @app.errorhandler(Exception)
    async def failed(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return Response(f"{error.name}\n", status=error.code or 500, content_type="text/plain")
        # Twilio retries on 5xx where it is asked to; the cause is ours to read in the log.
        log.error("a webhook failed", exc_info=error)
        return Response("try again later\n", status=503, content_type="text/plain")


def _whatsapp_routes(app: Quart, needs: WebNeeds) -> None:
    @app.post("/webhook/whatsapp")
    async def whatsapp() -> Response:
        form = await signed_form(needs, "whatsapp")
        if form is None:
            return _refused()
        message = read_message(
            form,
            account_sid=needs.account_sid,
            our_number=needs.whatsapp_number,
            received_at=needs.now(),
        )
        if isinstance(message, Refused):
            # Genuine but nothing that we can answer: a retry would not change that.
            log.warning("a message was left aside: %s", message.detail)
            needs.count_webhook("whatsapp", "unusable")
        elif await needs.store.take_message(message):
            needs.count_webhook("whatsapp", "taken")
            needs.count_message(message)
            needs.message_arrived(message.customer)
        else:
            needs.count_webhook("whatsapp", "duplicate")
        return Response(EMPTY_RESPONSE, content_type=XML)

    @app.post("/webhook/whatsapp/status")
    async def delivery() -> Response:
        form = await signed_form(needs, "delivery")
        if form is None:
            return _refused()
        report = read_status(form, account_sid=needs.account_sid)
        if isinstance(report, Refused):
            needs.count_webhook("delivery", "unusable")
        else:
            await needs.delivery(report.message_sid, report.status, report.error_code)
            needs.count_webhook("delivery", "taken")
        return _nothing()


def _voice_routes(app: Quart, needs: WebNeeds) -> None:
    @app.post("/webhook/voice/outbound")
    async def called_back() -> Response:
        if await signed_form(needs, "callback") is None:
            return _refused()
        language = needs.default_language
        twiml = callback_explanation_twiml(needs.explanation(language), language)
        return Response(twiml, content_type=XML)

    @app.post("/webhook/voice/outbound/<attempt_id>")
    async def answered(attempt_id: str) -> Response:
        form = await signed_form(needs, "answer", attempt_id)
        if form is None:
            return _refused()
        call_sid = form.get("CallSid", "")
        language = await needs.call_language(attempt_id)
        token = await needs.voice_desk.answer(attempt_id, call_sid)
        if token is None:
            attempt = await needs.store.attempt(attempt_id)
            if attempt is None or attempt.call_sid not in ("", call_sid):
                needs.count_webhook("answer", "unknown")
                return Response("no such call\n", status=404, content_type="text/plain")
            # Ours, but nobody holds it any more (a restart, or it was ended): say so and hang up.
            await needs.store.bind_call(attempt_id, call_sid)
            needs.count_webhook("answer", "too_late")
            twiml = apology_twiml(needs.apology(language), language)
            return Response(twiml, content_type=XML)
        needs.count_webhook("answer", "taken")
        twiml = connect_twiml(
            needs.media_url(attempt_id), attempt_id, token, needs.apology(language), language
        )
        return Response(twiml, content_type=XML)

    @app.post("/webhook/voice/status/<attempt_id>")
    async def progress(attempt_id: str) -> Response:
        return await phone_said(attempt_id, "status", parse_status)

    @app.post("/webhook/voice/amd/<attempt_id>")
    async def verdict(attempt_id: str) -> Response:
        return await phone_said(attempt_id, "amd", parse_verdict)

    async def phone_said(
        attempt_id: str,
        which: str,
        parse: Callable[[MultiDict[str, str]], PhoneProgress | MachineDetected | None],
    ) -> Response:
        form = await signed_form(needs, which, attempt_id)
        if form is None:
            return _refused()
        event = parse(form)
        call_sid = form.get("CallSid", "")
        if event is None:
            needs.count_webhook(which, "unusable")
        elif await needs.voice_desk.phone_said(attempt_id, call_sid, event):
            needs.count_webhook(which, "taken")
        else:
            attempt = await needs.store.attempt(attempt_id)
            if attempt is None:
                needs.count_webhook(which, "unknown")
                return Response("no such call\n", status=404, content_type="text/plain")
            # The call is over or its process died: only its name is worth keeping.
            if not attempt.call_sid and call_sid:
                await needs.store.bind_call(attempt_id, call_sid)
            needs.count_webhook(which, "late")
        return _nothing()
