"""OpenTelemetry traces: one span per call, and in it one per turn of the business.

Switched on by the standard OTEL_* variables alone. OpenTelemetry (the extra `otel`) is imported
only then, before the service is ready. Spans are made of a call's timeline once the call is over,
and a thread of OpenTelemetry's own sends them: the sound of a call meets none of this. No words, no
numbers and no names get into a span; the call is named as the operators and the logs name it.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.call import CallReport, EntryKind, Speaker, TimelineEntry
from vocero.logs import SHORT_ID

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

log = logging.getLogger(__name__)

MOST_CALLS = 10_000
"""Calls whose beginning is remembered; of older ones it is reckoned."""
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
UNNAMED = "unknown_service"
"""How OpenTelemetry calls a service whose name no variable tells."""
MISSING = (
    "traces are asked for (OTEL_…) but OpenTelemetry is not installed: "
    "in Vocero's folder, pip install '.[otel]'"
)
Attributes = dict[str, str | int | float | bool]


class NoTraces(Exception):
    """Traces were asked for and cannot be had; str() says why."""


@dataclass(frozen=True, slots=True)
class TurnSpan:
    """From the business's words until it hears an answer, says more, or the call ends. Seconds
    since the call was ordered."""

    begins_s: float
    ends_s: float
    answer_ms: int | None
    """How long it waited for the agent's first sound; None: it did not come to that."""
    interrupted: bool
    """The business spoke over the agent before this turn."""


def wanted(env: Mapping[str, str]) -> bool:
    """Whether the standard variables ask for traces."""
    if env.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return False
    exporter = env.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if exporter == "none":
        return False
    return exporter == "otlp" or any(env.get(name, "").strip() for name in _ENDPOINTS)


def start_tracing(env: Mapping[str, str], now: Callable[[], float]) -> CallTraces | None:
    """What turns calls into traces, or None when nobody asked for any. Raises NoTraces.

    `now`: seconds since the epoch.
    """
    if not wanted(env):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise NoTraces(MISSING) from None
    resource = Resource.create()
    if str(resource.attributes.get("service.name", UNNAMED)).startswith(UNNAMED):
        resource = resource.merge(Resource({"service.name": "vocero"}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return CallTraces(provider, now)


class CallTraces:
    """Looks on (vocero.adapters.Watcher) and makes one trace of each call that is over."""

    def __init__(self, provider: TracerProvider, now: Callable[[], float]) -> None:
        from opentelemetry.trace import Status, StatusCode, set_span_in_context

        self._provider = provider
        self._tracer = provider.get_tracer("vocero")
        self._now = now
        self._failed = Status(StatusCode.ERROR)
        self._inside = set_span_in_context
        self._began: OrderedDict[str, float] = OrderedDict()
        """When calls were ordered, in seconds since the epoch, by attempt."""

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """A line of a call's timeline: the first one tells when it was ordered."""
        if attempt_id not in self._began:
            self._began[attempt_id] = self._now() - entry.at_s
            if len(self._began) > MOST_CALLS:
                self._began.popitem(last=False)

    def call_over(self, report: CallReport) -> None:
        """Make the spans. Quick; they are sent by another thread."""
        try:
            self._trace(report)
        except Exception:
            # A figure less; the call itself is settled.
            log.exception("a call could not be traced")

    def close(self) -> None:
        """Send what waits (bounded by OpenTelemetry). Blocks: to be run in a thread."""
        self._provider.shutdown()

    def _trace(self, report: CallReport) -> None:
        ends_s = max((entry.at_s for entry in report.timeline), default=report.talked_s)
        began = self._began.pop(report.attempt_id, self._now() - ends_s)

        def at(seconds: float) -> int:
            return round((began + seconds) * 1e9)

        call = self._tracer.start_span(
            "call", start_time=at(0.0), attributes=attributes_of_call(report)
        )
        if report.ending.blame is not None:
            call.set_status(self._failed)
        inside = self._inside(call)
        for number, turn in enumerate(turns_of(report.timeline, ends_s), start=1):
            span = self._tracer.start_span(
                "turn",
                context=inside,
                start_time=at(turn.begins_s),
                attributes=attributes_of_turn(number, turn),
            )
            span.end(at(turn.ends_s))
        call.end(at(ends_s))


def attributes_of_call(report: CallReport) -> Attributes:
    """What a span tells of a call."""
    ending = report.ending
    return {
        "vocero.call": report.attempt_id[:SHORT_ID],
        "vocero.cause": str(ending.cause),
        "vocero.blame": "" if ending.blame is None else str(ending.blame),
        "vocero.answered": report.answered,
        "vocero.talked_s": report.talked_s,
    }


def attributes_of_turn(number: int, turn: TurnSpan) -> Attributes:
    """What a span tells of a turn."""
    told: Attributes = {
        "vocero.turn": number,
        "vocero.answered": turn.answer_ms is not None,
        "vocero.interrupted": turn.interrupted,
    }
    if turn.answer_ms is not None:
        told["vocero.answer_ms"] = turn.answer_ms
    return told


def turns_of(timeline: tuple[TimelineEntry, ...], ends_s: float) -> list[TurnSpan]:
    """The turns of a call that ended then."""
    turns: list[TurnSpan] = []
    begins_s: float | None = None
    interrupted = next_interrupted = False
    for entry in timeline:
        if entry.kind is EntryKind.INTERRUPTED:
            next_interrupted = True
        elif entry.kind is EntryKind.SAID and entry.speaker is Speaker.BUSINESS:
            if begins_s is not None:
                turns.append(TurnSpan(begins_s, entry.at_s, None, interrupted))
            begins_s, interrupted, next_interrupted = entry.at_s, next_interrupted, False
        elif begins_s is not None and (answer_ms := _answer_ms(entry)) is not None:
            turns.append(TurnSpan(begins_s, entry.at_s, answer_ms, interrupted))
            begins_s = None
    if begins_s is not None:
        turns.append(TurnSpan(begins_s, max(begins_s, ends_s), None, interrupted))
    return turns


def _answer_ms(entry: TimelineEntry) -> int | None:
    name, _, figure = entry.text.partition("=")
    is_answer = entry.kind is EntryKind.MEASURED and name == "answer_ms"
    return int(figure) if is_answer else None
