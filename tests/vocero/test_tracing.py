"""Traces: one span per call and per turn, only when asked for, and with nothing private in them."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from data.call import (
    Blame,
    CallEnding,
    CallReport,
    EndCause,
    EntryKind,
    Speaker,
    TimelineEntry,
)
from simulation.clock import run_virtual
from simulation.scenes import BOOKED
from vocero.rehearsal import in_virtual_time
from vocero.tracing import CallTraces, NoTraces, TurnSpan, start_tracing, turns_of, wanted

WORDS = "Sí, mañana a las cinco, canario"
REPORT = CallReport(
    attempt_id="attempt-0123456789",
    ending=CallEnding(EndCause.AGENT_LOST, Blame.AGENT, "canario"),
    answered=True,
    talked_s=9.0,
    timeline=(
        TimelineEntry(1.0, EntryKind.PHASE, "talking"),
        TimelineEntry(2.0, EntryKind.SAID, WORDS, Speaker.BUSINESS),
        TimelineEntry(2.5, EntryKind.MEASURED, "answer_ms=500"),
        TimelineEntry(2.6, EntryKind.SAID, "canario", Speaker.AGENT),
        TimelineEntry(4.0, EntryKind.INTERRUPTED, "up to 3", Speaker.BUSINESS),
        TimelineEntry(4.5, EntryKind.SAID, WORDS, Speaker.BUSINESS),
        TimelineEntry(6.0, EntryKind.SAID, WORDS, Speaker.BUSINESS),
        TimelineEntry(10.0, EntryKind.PHASE, "ended"),
        TimelineEntry(10.0, EntryKind.MEASURED, "underruns=0"),
    ),
)


def traced(report: CallReport, now: float = 1_000_000.0) -> tuple[ReadableSpan, ...]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = CallTraces(provider, lambda: now)
    for entry in report.timeline[:1]:
        traces.call_noted(report.attempt_id, entry)
    traces.call_over(report)
    return exporter.get_finished_spans()


def test_turns_are_read_from_the_timeline() -> None:
    assert turns_of(REPORT.timeline, 10.0) == [
        TurnSpan(2.0, 2.5, 500, interrupted=False),
        TurnSpan(4.5, 6.0, None, interrupted=True),
        TurnSpan(6.0, 10.0, None, interrupted=False),
    ]
    assert turns_of((), 0.0) == []


def test_spans_have_their_times_their_parent_and_no_words() -> None:
    *turns, call = traced(REPORT)
    assert (call.name, [turn.name for turn in turns]) == ("call", ["turn"] * 3)
    assert call.start_time == 999_999 * 10**9 and call.end_time == 1_000_009 * 10**9
    assert [turn.start_time for turn in turns] == [
        (999_999_000 + ms) * 10**6 for ms in (2000, 4500, 6000)
    ]
    assert call.context is not None
    assert {turn.parent.span_id for turn in turns if turn.parent} == {call.context.span_id}
    assert not call.status.is_ok
    assert dict(call.attributes or {}) == {
        "vocero.call": "attempt-0123",
        "vocero.cause": "agent_lost",
        "vocero.blame": "agent",
        "vocero.answered": True,
        "vocero.talked_s": 9.0,
    }
    assert not any("canario" in span.to_json() for span in (call, *turns))


def test_a_whole_call_is_one_trace(tmp_path: Path) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    async def play() -> list[str]:
        clock: list[float] = []
        traces = CallTraces(provider, lambda: clock[0] if clock else 0.0)
        async with in_virtual_time(BOOKED, tmp_path, traces) as rehearsal:
            clock.append(rehearsal.now())
            played = await rehearsal.play()
            assert played.record is not None and played.record.report is not None
            return [
                entry.text
                for entry in played.record.report.timeline
                if entry.kind is EntryKind.SAID and entry.speaker is Speaker.BUSINESS
            ]

    words = run_virtual(play())
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == ["turn"] * len(words) + ["call"]
    assert any((span.attributes or {}).get("vocero.answer_ms") for span in spans[:-1])
    assert not any(each in span.to_json() for span in spans for each in words)


def test_a_defect_costs_the_trace_alone(caplog: pytest.LogCaptureFixture) -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    traces = CallTraces(provider, lambda: float("nan"))
    traces.call_over(REPORT)
    assert "could not be traced" in caplog.text


# --- when ---------------------------------------------------------------------------------------
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.mark.parametrize(
    ("env", "asked"),
    [
        ({}, False),
        ({ENDPOINT: " "}, False),
        ({ENDPOINT: "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "none", ENDPOINT: "http://127.0.0.1:4318"}, False),
        ({"OTEL_SDK_DISABLED": "true", ENDPOINT: "http://127.0.0.1:4318"}, False),
        ({"OTEL_SERVICE_NAME": "vocero"}, False),
    ],
)
def test_only_the_standard_variables_switch_it_on(env: dict[str, str], asked: bool) -> None:
    assert wanted(env) == asked


def test_who_does_not_ask_pays_nothing() -> None:
    program = (
        "import sys, time\n"
        "import vocero.server\n"
        "from vocero.tracing import start_tracing\n"
        "assert start_tracing({}, time.time) is None\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_who_asks_without_the_extra_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(NoTraces, match=r"pip install '\.\[otel\]'"):
        start_tracing({ENDPOINT: "http://127.0.0.1:4318"}, lambda: 0.0)


@contextmanager
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Where traces are sent to: its address, and what came."""
    came: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/v1/traces"
            came.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", came
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def test_spans_arrive_over_http_under_our_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with collector() as (address, came):
        monkeypatch.setenv(ENDPOINT, address)
        traces = start_tracing({ENDPOINT: address}, lambda: 1_000_000.0)
        assert traces is not None
        traces.call_over(REPORT)
        traces.close()
    (resource,) = (spans for request in came for spans in request.resource_spans)
    names = [span.name for scope in resource.scope_spans for span in scope.spans]
    assert sorted(names) == ["call", "turn", "turn", "turn"]
    about = {entry.key: entry.value.string_value for entry in resource.resource.attributes}
    assert about["service.name"] == "vocero"
