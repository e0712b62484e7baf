"""What /metrics tells of this process. docs/watching.md says what each figure is good for.

Counts and times alone: whose they are is in no label. Every label's values are named here.
"""

from __future__ import annotations

from bridge.passing_time import TO_AGENT, TO_BUSINESS
from data.call import Blame, EndCause, OutcomeStatus
from vocero.metric_kinds import Counter, Family, Gauge, Histogram, Total
from vocero.process_figures import (
    cpu_seconds,
    most_open_files,
    open_files,
    resident_bytes,
    started_at,
)

TALK_SECONDS = (5.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0)
ADDED_SECONDS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
LATE_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
ANSWER_SECONDS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
SIDES = ("carrier", "agent")
HOOKS = ("whatsapp", "delivery", "callback", "answer", "status", "amd", "tools")
POST_RESULTS = ("taken", "duplicate", "unusable", "refused", "unknown", "too_late", "late")
MESSAGE_KINDS = ("text", "button", "location", "voice", "media")
ORDERS = ("dial", "hang_up", "status", "find", "message", "sign", "connect")
ERROR_KINDS = ("unreachable", "unanswered", "forbidden", "refused", "limit", "failing")
JOB_KINDS = ("messages_in", "messages_out", "messages_parked", "planned_calls")


class Metrics:
    """All families of one process."""

    def __init__(self) -> None:
        self._families: list[Family] = []
        self._add_calls()
        self._add_sound()
        self._add_neighbours()
        self._add_process()

    def _add_calls(self) -> None:
        self.calls = self._counter(
            "vocero_calls_total",
            "Calls that are over, by how they ended for the customer.",
            outcome=tuple(OutcomeStatus),
        )
        self.failures = self._counter(
            "vocero_failures_total",
            "Calls that failed, by whose fault it was and why.",
            blame=tuple(Blame),
            cause=tuple(EndCause),
        )
        self.live_calls = self._gauge(
            "vocero_live_calls", "Calls between their order and their report."
        )
        self.draining = self._gauge("vocero_draining", "1 while no new calls are taken.")
        self.talk_seconds = self._histogram(
            "vocero_talk_seconds",
            "How long the sound of a call was open; only calls that were answered.",
            TALK_SECONDS,
        )
        self.answer_seconds = self._histogram(
            "vocero_answer_seconds",
            "How long businesses waited for the agent: from their words to its first sound.",
            ANSWER_SECONDS,
        )

    def _add_sound(self) -> None:
        self.added_latency = self._histogram(
            "vocero_added_latency_seconds",
            "From having read a frame of sound to having written it; one a second of each call.",
            ADDED_SECONDS,
            direction=(TO_AGENT, TO_BUSINESS),
        )
        self.underruns = self._counter(
            "vocero_playback_underruns_total",
            "Times that the business heard a gap in the agent's speech for want of sound.",
        )
        self.bad_frames = self._counter(
            "vocero_bad_frames_total",
            "Unusable websocket messages that were skipped, by who sent them.",
            side=SIDES,
        )
        self.loop_delay = self._histogram(
            "vocero_loop_delay_seconds",
            "How late the event loop was, looked at ten times a second: so long sound lies unread.",
            LATE_SECONDS,
        )
        self.loop_lag = self._gauge(
            "vocero_loop_lag_seconds", "How late the event loop is, averaged over about a second."
        )
        self.loop_lag_worst = self._gauge(
            "vocero_loop_lag_worst_seconds", "How late the event loop was at worst, last second."
        )
        self.loop_late = self._gauge(
            "vocero_loop_late", "1 while the event loop is too late for another call."
        )

    def _add_neighbours(self) -> None:
        self.webhook_posts = self._counter(
            "vocero_webhook_posts_total",
            "Posts to the webhooks, by which and what became of them.",
            hook=HOOKS,
            result=POST_RESULTS,
        )
        self.messages_in = self._counter(
            "vocero_messages_in_total",
            "Messages of customers, each once however often it was posted, by what they are.",
            kind=MESSAGE_KINDS,
        )
        self.messages_out = self._counter(
            "vocero_messages_out_total",
            "Messages to customers, by what became of them.",
            result=("sent", "postponed", "given_up"),
        )
        self.errors = self._counter(
            "vocero_errors_total",
            "Orders to the carrier and to the agent's service that failed, by which and how.",
            side=SIDES,
            order=ORDERS,
            error=ERROR_KINDS,
        )
        self.jobs = self._gauge(
            "vocero_jobs_waiting",
            "What is left to do, by what it is; absent without a database.",
            kind=JOB_KINDS,
        )
        self.overdue = self._gauge(
            "vocero_message_overdue_seconds",
            "How long the oldest message to a customer has been due; absent without a database.",
        )

    def _add_process(self) -> None:
        for name, meaning, read in (
            ("process_resident_memory_bytes", "Memory that this process holds.", resident_bytes),
            ("process_open_fds", "Files and sockets that are open.", open_files),
            ("process_max_fds", "Files and sockets that may be open.", most_open_files),
            ("process_start_time_seconds", "When it started, since the epoch.", started_at),
        ):
            self._gauge(name, meaning).follow(read)
        total = Total("process_cpu_seconds_total", "CPU time of this process.")
        total.follow(cpu_seconds)
        self._families.append(total)

    def _counter(self, name: str, meaning: str, **labels: tuple[str, ...]) -> Counter:
        counter = Counter(name, meaning, labels)
        self._families.append(counter)
        return counter

    def _gauge(self, name: str, meaning: str, **labels: tuple[str, ...]) -> Gauge:
        gauge = Gauge(name, meaning, labels)
        self._families.append(gauge)
        return gauge

    def _histogram(
        self, name: str, meaning: str, bounds: tuple[float, ...], **labels: tuple[str, ...]
    ) -> Histogram:
        histogram = Histogram(name, meaning, bounds, labels)
        self._families.append(histogram)
        return histogram

    @property
    def families(self) -> tuple[Family, ...]:
        """All there are, in the order of the page."""
        return tuple(self._families)

    def render(self) -> str:
        """The page, with the line end that the format asks for."""
        return "\n".join(line for family in self._families for line in family.render()) + "\n"
