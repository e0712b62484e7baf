"""The composition of a Vocero: the only file that knows every room and introduces them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from bridge.chores import CallNeeds
from bridge.dial_pace import DialPace
from bridge.elevenlabs_agent import AgentDoor
from bridge.recorder import CallRecorder
from bridge.switchboard import Switchboard
from bridge.timings import CallTimings
from bridge.twilio_dialer import TwilioDialer
from bridge.twilio_signature import TwilioSignature
from bridge.twilio_webhooks import CallbackAddresses
from data.call import CallOrder, CallReport
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
from vocero.adapters import (
    CallDesk,
    CarrierLookup,
    CountingSender,
    PhoneDesk,
    Phrases,
    Watcher,
)
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
TAKE_UP_AGAIN_S = 1.0
FLUSH_S = 5.0
"""How long the end of the service waits for promised messages to be sent."""
HURRIED_FLUSH_S = 0.5
LAST_ANSWER_S = 1.0
"""What is on its way then gets so long to be answered; cut off, it is sent again."""


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
        `sender` takes the messages to customers instead of WhatsApp (`vocero call`); such a
        Vocero leaves alone what others left or are doing in the same store.
        """
        self.settings = settings
        self.store = outside.store
        self.metrics = Metrics()
        self._outside = outside
        self._takes_up = sender is None
        account = settings.twilio_account_sid
        token = settings.twilio_auth_token.get_secret_value()
        addresses = CallbackAddresses(settings.base_url)
        signature = TwilioSignature(token, settings.base_url)
        dialer = TwilioDialer(
            outside.dial_http,
            account,
            token,
            settings.twilio_api_base_url,
            settings.twilio_phone_number,
            addresses,
            ring_s=RING_S,
            max_call_s=int(settings.max_call_seconds) + CARRIER_LIMIT_MARGIN_S,
        )
        tools = AgentTools(outside.now, settings.default_timezone)
        self._desk = CallDesk(tools, self.store, self.metrics, watcher, before_tools)
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
        self._reader = Understanding(
            settings.openai_api_key.get_secret_value(),
            settings.openai_base_url,
            settings.openai_model,
            http_client=outside.openai_http,
        )
        self._outbox = Outbox(
            self.store, CountingSender(sender or whatsapp, self.metrics), outside.now
        )
        self.concierge = Concierge(
            Needs(
                store=self.store,
                reader=self._reader,
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
        self._flush_s = FLUSH_S
        self._flushing: asyncio.Timeout | None = None

    async def __aenter__(self) -> Self:
        await self.store.open()
        self._stack.push_async_callback(self.store.close)
        self._stack.push_async_callback(self._reader.close)
        self._tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        sending = self._tasks.create_task(self._outbox.run(), name="outbox")
        self._stack.push_async_callback(self._flush_outbox, sending)
        await self._stack.enter_async_context(self.concierge)
        await self._stack.enter_async_context(self.switchboard)
        if self._takes_up:
            recovery = self._tasks.create_task(self._take_up(), name="recovery")
            self._stack.callback(recovery.cancel)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Not handed on: whatever ended the block, the end is in order, and the error stays itself
        # instead of becoming part of a group.
        await self._stack.__aexit__(None, None, None)

    async def _take_up(self) -> None:
        # What is cut off here is taken up at the next start: it stays open in the store.
        while True:
            try:
                return await self.concierge.recover()
            except StoreError as error:
                log.error("what a dead process left has to wait: %s", error)
            await asyncio.sleep(TAKE_UP_AGAIN_S)

    async def drain(self, within_s: float) -> bool:
        """No new calls; wait for the live ones, end the rest. True when none was cut short."""
        return await self.switchboard.drain(within_s)

    def hurry(self) -> None:
        """End as soon as can be: messages to customers may have to wait for the next start."""
        self._flush_s = HURRIED_FLUSH_S
        if self._flushing is not None and not self._flushing.expired():
            self._flushing.reschedule(asyncio.get_running_loop().time() + HURRIED_FLUSH_S)

    async def _flush_outbox(self, sending: asyncio.Task[None]) -> None:
        # Promises are durable: what is not sent now is sent after the next start.
        self._outbox.wake()
        try:
            async with asyncio.timeout(self._flush_s) as self._flushing:
                while await self._something_due():  # noqa: ASYNC110 - the store has no bell
                    await asyncio.sleep(LOOK_EVERY_S)
        except (TimeoutError, StoreError):
            log.warning("some messages wait for the next start")
        self._flushing = None
        self._outbox.close()
        await asyncio.wait({sending}, timeout=min(LAST_ANSWER_S, self._flush_s))
        sending.cancel()

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
