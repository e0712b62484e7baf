"""The composition of a Vocero: the only file that knows every room and introduces them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self

from bridge.chores import CallNeeds
from bridge.dial_pace import DialPace
from bridge.elevenlabs_agent import AgentDoor
from bridge.errors import CarrierError, NoRoom
from bridge.ports import ToolReply
from bridge.recorder import CallRecorder
from bridge.switchboard import Switchboard
from bridge.timings import CallTimings
from bridge.twilio_dialer import TwilioDialer
from bridge.twilio_signature import TwilioSignature
from bridge.twilio_webhooks import CallbackAddresses
from data.call import CallOrder, CallReport, EntryKind, TimelineEntry
from data.reply import Reply
from data.store import StoreError
from messaging import phrases
from messaging.outbox import Outbox, Sender
from messaging.understanding import Understanding
from messaging.whatsapp import WhatsApp
from orchestration.agent_tools import AgentTools
from orchestration.concierge import Concierge
from orchestration.needs import Needs
from orchestration.needs import Settings as CustomerSettings
from orchestration.places import PlaceFinder
from orchestration.policy import Policy
from orchestration.ports import CarrierCall, LookupFailed, PhoneFull
from vocero.metrics import Metrics
from vocero.outside import Outside
from vocero.settings import Settings
from vocero.tools_api import add_tools_api
from vocero.web import WebNeeds, make_app

log = logging.getLogger(__name__)

RING_S = 30
CARRIER_LIMIT_MARGIN_S = 30
"""The carrier's own limit on a call lies this far behind ours: it is for when we are gone."""
RECORDINGS = "recordings"
ENGLISH_SPEAKING = frozenset({"US", "GB", "IE", "AU", "NZ", "CA"})
LOOK_EVERY_S = 0.05
FLUSH_S = 5.0
"""How long the end of the service waits for promised messages to be sent."""


class Watcher(Protocol):
    """Somebody who looks on: the demo, `vocero call`."""

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
        self._desk.languages[order.attempt_id] = str(order.variables.get("language", "es"))

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


class CarrierLookup:
    """The dialer as the recovery wants it (orchestration.ports.Lookup)."""

    def __init__(self, dialer: TwilioDialer) -> None:
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


class Phrases:
    """messaging.phrases as the orchestration wants it (orchestration.ports.Phrasing)."""

    def words(self, reply: Reply, language: str) -> str:
        """The reply in words."""
        return phrases.words(reply, language)


class CallDesk:
    """What the bridge asks for and reports to: tools, observers, metrics."""

    def __init__(
        self,
        tools: AgentTools,
        metrics: Metrics,
        watcher: Watcher | None,
        before_tools: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self.concierge: Concierge | None = None
        self.languages: dict[str, str] = {}
        """Of live calls, by attempt: the language in which the business is spoken to."""
        self._tools = tools
        self._metrics = metrics
        self._watcher = watcher
        self._before_tools = before_tools

    async def answer_tool(
        self, attempt_id: str, name: str, parameters: Mapping[str, object]
    ) -> ToolReply:
        """bridge.ports.CallTools."""
        if self._before_tools is not None:
            await self._before_tools()
        reply = await self._tools.answer_tool(attempt_id, name, parameters)
        return ToolReply(reply.result, reply.is_error)

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
        if entry.kind is EntryKind.MEASURED and entry.text.startswith("underruns="):
            self._metrics.underruns.add(by=float(entry.text.partition("=")[2]))
        if self.concierge is not None:
            self.concierge.call_noted(attempt_id, entry)
        if self._watcher is not None:
            self._watcher.call_noted(attempt_id, entry)

    async def call_finished(self, report: CallReport) -> None:
        """bridge.ports.CallObserver. Raises StoreError; then it must be told again."""
        assert self.concierge is not None, "wired before anything is used"
        await self.concierge.call_finished(report)
        self.languages.pop(report.attempt_id, None)
        ending = report.ending
        if ending.blame is not None:
            self._metrics.failures.add(ending.blame, ending.cause)
        if self._watcher is not None:
            self._watcher.call_over(report)


class Service:
    """A whole Vocero. `async with` opens the store, takes up old promises and is then at work.

    `app` and `switchboard` are for the front door; what is promised is sent from here.
    """

    def __init__(
        self,
        settings: Settings,
        outside: Outside,
        watcher: Watcher | None = None,
        *,
        before_tools: Callable[[], Awaitable[None]] | None = None,
        sender: Sender | None = None,
    ) -> None:
        """`before_tools` is awaited before a tool of ours answers (the demo's slow tool);
        `sender` takes the messages to customers instead of WhatsApp (`vocero call`).
        """
        self.settings = settings
        self.store = outside.store
        self.metrics = Metrics()
        self._outside = outside
        account = settings.twilio_account_sid
        token = settings.twilio_auth_token.get_secret_value()
        addresses = CallbackAddresses(settings.base_url)
        signature = TwilioSignature(token, settings.base_url)
        dialer = TwilioDialer(
            outside.http,
            account,
            token,
            settings.twilio_api_base_url,
            settings.twilio_phone_number,
            addresses,
            ring_s=RING_S,
            max_call_s=int(settings.max_call_seconds) + CARRIER_LIMIT_MARGIN_S,
        )
        tools = AgentTools(outside.now, settings.default_timezone)
        self._desk = CallDesk(tools, self.metrics, watcher, before_tools)
        self._timings = CallTimings(
            max_call_s=settings.max_call_seconds, agent_stall_s=settings.agent_stall_seconds
        )
        self.switchboard = Switchboard(
            CallNeeds(
                dialer=dialer,
                agent_door=AgentDoor(
                    settings.elevenlabs_api_key.get_secret_value(),
                    settings.elevenlabs_agent_id,
                    settings.elevenlabs_base_url,
                    outside.http,
                ),
                open_socket=outside.open_socket,
                tools=self._desk,
                observer=self._desk,
                timings=self._timings,
                wait_for_turn=DialPace(settings.calls_per_second).wait_for_turn,
                call_bound=self.store.bind_call,
                frame_bad=self._count_bad_frame,
                wall_clock=outside.now,
            ),
            signature,
            max_calls=settings.max_calls,
            new_recorder=self._new_recorder if settings.record_calls else None,
            save_recording=self._save_recording,
        )
        phone = PhoneDesk(self.switchboard, self._desk)
        whatsapp = WhatsApp(
            outside.http,
            account,
            token,
            settings.twilio_api_base_url,
            settings.twilio_whatsapp_number,
            f"{settings.base_url}/webhook/whatsapp/status",
        )
        self._outbox = Outbox(self.store, sender or whatsapp, outside.now)
        self.concierge = Concierge(
            Needs(
                store=self.store,
                reader=Understanding(
                    settings.openai_api_key.get_secret_value(),
                    settings.openai_base_url,
                    settings.openai_model,
                    http_client=outside.openai_http,
                ),
                phrasing=Phrases(),
                places=PlaceFinder(
                    outside.http,
                    api_key=settings.google_places_api_key.get_secret_value(),
                    base_url=settings.google_places_base_url,
                    now=outside.now,
                ),
                phone=phone,
                outbox=self._outbox,
                lookup=CarrierLookup(dialer),
                tools=tools,
                policy=_policy(settings),
                now=outside.now,
                settings=_customer_settings(settings),
            )
        )
        self._desk.concierge = self.concierge
        self.app = make_app(
            WebNeeds(
                signature=signature,
                account_sid=account,
                whatsapp_number=settings.twilio_whatsapp_number,
                now=outside.now,
                store=self.store,
                switchboard=self.switchboard,
                message_arrived=self.concierge.message_arrived,
                media_url=addresses.media,
                apology=phrases.apology,
                explanation=phrases.callback_explanation,
                call_language=self._call_language,
                default_language=default_language(settings),
                count_webhook=self.metrics.webhook_posts.add,
                metrics=self.metrics.render,
                not_ready=self._not_ready,
            )
        )
        secret = settings.tools_secret.get_secret_value()
        if secret:
            add_tools_api(self.app, secret, self._desk)
        self.metrics.live_calls.follow(lambda: self.switchboard.live_calls)
        self.metrics.draining.follow(lambda: float(self.switchboard.draining))
        self._stack = AsyncExitStack()
        self._tasks: asyncio.TaskGroup | None = None

    async def __aenter__(self) -> Self:
        await self.store.open()
        self._stack.push_async_callback(self.store.close)
        self._tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._stack.push_async_callback(self._flush_outbox)
        self._tasks.create_task(self._outbox.run(), name="outbox")
        await self._stack.enter_async_context(self.concierge)
        await self._stack.enter_async_context(self.switchboard)
        self._tasks.create_task(self.concierge.recover(), name="recovery")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def drain(self, within_s: float) -> bool:
        """No new calls; wait for the live ones, end the rest. True when none was cut short."""
        return await self.switchboard.drain(within_s)

    async def _flush_outbox(self) -> None:
        # Promises are durable: what is not sent now is sent after the next start.
        self._outbox.wake()
        try:
            async with asyncio.timeout(FLUSH_S):
                while await self._something_due():  # noqa: ASYNC110 - the store has no bell
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            log.warning("some messages wait for the next start")
        self._outbox.close()

    async def _something_due(self) -> bool:
        due_at = await self.store.next_due()
        return due_at is not None and due_at <= self._outside.now()

    async def _not_ready(self) -> list[str]:
        reasons = []
        if self.switchboard.draining:
            reasons.append("draining")
        elif not self.switchboard.has_room():
            reasons.append("no room for calls")
        try:
            async with asyncio.timeout(2.0):
                await self.store.next_due()
        except (StoreError, TimeoutError):
            reasons.append("database")
        return reasons

    def _call_language(self, attempt_id: str) -> str:
        return self._desk.languages.get(attempt_id, default_language(self.settings))

    def _count_bad_frame(self, side: str) -> None:
        self.metrics.bad_frames.add(side)

    # --- recordings ---------------------------------------------------------------------------
    def _new_recorder(self, order: CallOrder) -> CallRecorder:
        return CallRecorder(
            order.attempt_id, self._timings, (order.to_number, *order.secret_numbers)
        )

    async def _save_recording(self, recorder: CallRecorder, report: CallReport) -> None:
        record = await self.store.call(report.attempt_id)
        result = record.result if record is not None else None
        began = record.attempt.created_at if record is not None else None
        folder = await recorder.save(
            self.settings.var_dir / RECORDINGS,
            report,
            None if result is None else result.model_dump_json(),
            {"started_at": began, "agent_id": self.settings.elevenlabs_agent_id},
        )
        log.info("recorded the call in %s", folder)


def default_language(settings: Settings) -> str:
    """What is spoken where this Vocero is at home."""
    return "en" if settings.default_country in ENGLISH_SPEAKING else "es"


def _policy(settings: Settings) -> Policy:
    return Policy(
        allowed_countries=frozenset(settings.allowed_countries),
        own_numbers=frozenset({settings.twilio_phone_number, settings.twilio_whatsapp_number}),
        calling_hours=(settings.calling_hours.opens, settings.calling_hours.closes),
        calls_per_customer_per_day=settings.max_calls_per_customer_per_day,
        calls_per_business_per_day=settings.max_calls_per_business_per_day,
    )


def _customer_settings(settings: Settings) -> CustomerSettings:
    everybody = "*" in settings.allowed_customers
    return CustomerSettings(
        default_country=settings.default_country,
        default_zone=settings.default_timezone,
        callback_number=settings.twilio_phone_number,
        allowed_customers=None if everybody else frozenset(settings.allowed_customers),
    )
