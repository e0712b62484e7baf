"""The rooms as they want to see one another: small adapters, each of one room for another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from bridge.chores import Dialer
from bridge.errors import CarrierError, NoRoom
from bridge.events import MachineDetected, PhoneProgress
from bridge.ports import ToolReply
from bridge.switchboard import Switchboard
from data.call import CallOrder, CallReport, EntryKind, TimelineEntry
from data.store import Store, StoreError
from orchestration.agent_tools import AgentTools
from orchestration.concierge import Concierge
from orchestration.ports import CarrierCall, LookupFailed, PhoneFull
from vocero.metrics import Metrics


class Watcher(Protocol):
    """Somebody who looks on: the demo, `vocero call`, the operators' pages."""

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None: ...
    def call_over(self, report: CallReport) -> None: ...


class PhoneDesk:
    """The switchboard as the orchestration wants it (orchestration.ports.Phone)."""

    def __init__(self, switchboard: Switchboard, desk: CallDesk) -> None:
        self._board = switchboard
        self._desk = desk

    def place(self, order: CallOrder) -> None:
        """Start the call. Raises PhoneFull."""
        try:
            self._board.place(order)
        except NoRoom as full:
            raise PhoneFull(str(full)) from full
        self._desk.call_placed(order)

    def cancel(self, attempt_id: str) -> bool:
        """End this call."""
        return self._board.cancel(attempt_id)

    def tell_agent(self, attempt_id: str, text: str) -> bool:
        """Pass on what the customer wrote."""
        return self._board.tell_agent(attempt_id, text)

    def has_room(self) -> bool:
        """Whether another call may be placed."""
        return self._board.has_room()

    @property
    def draining(self) -> bool:
        """No call is placed any more."""
        return self._board.draining


class OwnCalls:
    """The switchboard as the webhooks want it (vocero.web.VoiceDesk), where there is one worker."""

    def __init__(self, switchboard: Switchboard) -> None:
        self._board = switchboard

    async def answer(self, attempt_id: str, call_sid: str) -> str | None:
        """The token of this call's stream."""
        return self._board.answer(attempt_id, call_sid)

    async def phone_said(
        self, attempt_id: str, call_sid: str, event: PhoneProgress | MachineDetected
    ) -> bool:
        """What the carrier tells of a call."""
        return self._board.phone_said(attempt_id, call_sid, event)


class CarrierLookup:
    """The dialer as the recovery wants it (orchestration.ports.Lookup)."""

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer

    async def by_sid(self, call_sid: str) -> CarrierCall | None:
        """This call. Raises LookupFailed."""
        try:
            return CarrierCall(call_sid, await self._dialer.status(call_sid))
        except CarrierError as error:
            if error.status == 404:
                return None
            raise LookupFailed(str(error)) from error

    async def by_number(self, to_number: str, since: float) -> CarrierCall | None:
        """Our latest call to this number. Raises LookupFailed."""
        try:
            found = await self._dialer.find(to_number, since)
        except CarrierError as error:
            raise LookupFailed(str(error)) from error
        return None if found is None else CarrierCall(found[0], found[1])

    async def end(self, call_sid: str) -> None:
        """Hang up. Raises LookupFailed."""
        try:
            await self._dialer.hang_up(call_sid)
        except CarrierError as error:
            raise LookupFailed(str(error)) from error


class CallDesk:
    """What the bridge asks for and reports to: tools, observers, metrics."""

    def __init__(
        self,
        tools: AgentTools,
        store: Store,
        metrics: Metrics,
        before_tools: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self.concierge: Concierge | None = None
        self.languages: dict[str, str] = {}
        """Of live calls, by attempt: the language in which the business is spoken to."""
        self.watchers: list[Watcher] = []
        """Each is told of every call."""
        self.placed: Callable[[str], None] = lambda attempt_id: None
        """Told of every call that is ordered. Quick, never waits."""
        self.left: Callable[[str], None] = lambda attempt_id: None
        """Told of every call that another worker took over. Quick, never waits."""
        self.dropped: Callable[[str], object] | None = None
        """Told of every call whose report was refused: another worker settles it. None where there
        is no other."""
        self._tools = tools
        self._store = store
        self._metrics = metrics
        self._before_tools = before_tools

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        """bridge.ports.CallTools."""
        if self._before_tools is not None:
            await self._before_tools()
        reply = await self._tools.answer_tool(attempt_id, name, parameters)
        return ToolReply(reply.result, reply.is_error)

    def call_placed(self, order: CallOrder) -> None:
        """The switchboard has this call now."""
        self.languages[order.attempt_id] = str(order.variables.get("language", "es"))
        self.placed(order.attempt_id)

    def call_left(self, attempt_id: str) -> None:
        """Another worker has this call now."""
        self.languages.pop(attempt_id, None)
        self.left(attempt_id)

    def is_live(self, attempt_id: str) -> bool:
        """Whether this call may use tools over HTTP."""
        return attempt_id in self.languages

    async def answer_json(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> str:
        """vocero.tools_api.LiveTools."""
        return (await self._tools.answer_tool(attempt_id, name, parameters)).result

    def call_noted(self, attempt_id: str, entry: TimelineEntry) -> None:
        """bridge.ports.CallObserver."""
        if entry.kind is EntryKind.MEASURED:
            self._count_measured(entry.text)
        if self.concierge is not None:
            self.concierge.call_noted(attempt_id, entry)
        for watcher in self.watchers:
            watcher.call_noted(attempt_id, entry)

    def _count_measured(self, text: str) -> None:
        name, _, figure = text.partition("=")
        if name == "underruns":
            self._metrics.underruns.add(by=float(figure))
        elif name == "answer_ms":
            self._metrics.answer_seconds.observe(float(figure) / 1000)

    async def call_finished(self, report: CallReport) -> None:
        """bridge.ports.CallObserver. Raises StoreError; then it must be told again."""
        assert self.concierge is not None, "wired before anything is used"
        await self.concierge.call_finished(report)
        if self.dropped is not None and not await self._is_settled(report.attempt_id):
            self.dropped(report.attempt_id)
            return
        self.languages.pop(report.attempt_id, None)
        await self._count(report)
        for watcher in self.watchers:
            watcher.call_over(report)

    async def _is_settled(self, attempt_id: str) -> bool:
        attempt = await self._store.attempt(attempt_id)
        return attempt is None or attempt.state == "ended"

    async def _count(self, report: CallReport) -> None:
        ending = report.ending
        if ending.blame is not None:
            self._metrics.failures.add(ending.blame, ending.cause)
        if report.answered:
            self._metrics.talk_seconds.observe(report.talked_s)
        try:
            record = await self._store.call(report.attempt_id)
        except StoreError:
            return  # a figure less; the call itself is settled
        if record is not None and record.result is not None:
            self._metrics.calls.add(record.result.status)
