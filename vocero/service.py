"""The composition of a Vocero: the only file that knows every room and introduces them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from functools import partial
from types import TracebackType
from typing import Self

from bridge.chores import CallNeeds, Dialer
from bridge.dial_pace import DialPace
from bridge.switchboard import Switchboard
from bridge.timings import CallTimings
from bridge.twilio_signature import TwilioSignature
from bridge.twilio_webhooks import CallbackAddresses
from data.store import StoreError
from messaging import phrases
from messaging.claims import StoreClaims
from messaging.outbox import Sender
from orchestration.agent_tools import AgentTools
from orchestration.shared_work import SharedWork
from orchestration.sharing import Alone
from vocero import vendors
from vocero.adapters import CallDesk, CarrierLookup, OwnCalls, PhoneDesk, Watcher
from vocero.clips import CLIPS, Clips, add_clip_route
from vocero.counted import CountedDialer, CountedDoor, CountedSender, counted_sockets
from vocero.customers_side import CustomersSide, OtherSide
from vocero.fellow_workers import FellowWorkers
from vocero.figures_of_service import FiguresOfService
from vocero.loop_lag import BUSY, EVERY_S, LagWatch
from vocero.metrics import Metrics
from vocero.operators.feed import Feed
from vocero.operators.needs import HearPiece, OperatorsNeeds
from vocero.operators.operators import add_no_operators, add_operators
from vocero.outside import Outside
from vocero.readiness import reasons_not_ready
from vocero.recordings import RECORDINGS, Recordings
from vocero.retention import DAY_S, Retention
from vocero.sending import Sending
from vocero.settings import Settings
from vocero.tools_api import add_tools_api
from vocero.web import WebNeeds, make_app

log = logging.getLogger(__name__)

TAKE_UP_AGAIN_S = 1.0
LATE_DIAL_S = 10.0
"""How long a call that was accepted waits for a loop that is late; then it is dialled anyway."""


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
        self._serves_customers = sender is None
        self._work = SharedWork(self.store, outside.now) if settings.redis_url else None
        self._fellows = self._fellow_workers(self._work)
        self._lag = LagWatch(self.metrics.loop_delay.observe)
        self._pace = DialPace(settings.calls_per_second)
        signature = TwilioSignature(
            settings.twilio_auth_token.get_secret_value(), settings.base_url
        )
        addresses = CallbackAddresses(settings.base_url)
        dialer = CountedDialer(vendors.dialer(settings, outside, addresses), self.metrics)
        tools = AgentTools(outside.now, settings.default_timezone, self.store)
        self._desk = CallDesk(tools, self.store, self.metrics, before_tools)
        self._desk.watchers += [watcher] if watcher is not None else []
        whatsapp = vendors.whatsapp(settings, outside)
        self._sending = Sending(
            self.store,
            CountedSender(sender or whatsapp, self.metrics),
            outside.now,
            StoreClaims(self.store, self._work.owner, outside.now) if self._work else None,
        )
        self._unwritten: set[str] = set()
        self._clips = Clips(settings.var_dir / CLIPS, settings.base_url, outside.now)
        self._figures = FiguresOfService(self.metrics, self.store, outside.now)
        self.switchboard = self._switchboard(signature, dialer)
        self._figures.follow(self.switchboard, self._lag)
        self._customers = CustomersSide(
            settings,
            outside,
            whatsapp,
            OtherSide(
                phone=PhoneDesk(self.switchboard, self._desk),
                lookup=CarrierLookup(dialer),
                tools=tools,
                outbox=self._sending.outbox,
                sharing=self._work or Alone(),
            ),
        )
        self.concierge = self._customers.concierge
        self._desk.concierge = self.concierge
        if self._fellows is not None:
            self._fellows.meet(self.switchboard, self.concierge, self._desk)
            self._desk.dropped = self.switchboard.let_go
            self._desk.left = self._call_left
        self.app = make_app(
            WebNeeds(
                signature=signature,
                account_sid=settings.twilio_account_sid,
                whatsapp_number=settings.twilio_whatsapp_number,
                now=outside.now,
                store=self.store,
                voice_desk=self._fellows or OwnCalls(self.switchboard),
                message_arrived=self._customers.message_arrived,
                delivery=self._sending.outbox.delivery,
                media_url=addresses.media,
                apology=phrases.apology,
                explanation=phrases.callback_explanation,
                call_language=self._call_language,
                default_language=settings.default_language,
                count_webhook=self.metrics.webhook_posts.add,
                count_message=self._figures.count_message,
                metrics=self._figures.page,
                not_ready=partial(reasons_not_ready, self.switchboard, self._lag, self.store),
            )
        )
        add_clip_route(self.app, self._clips)
        if secret := settings.tools_secret.get_secret_value():
            add_tools_api(self.app, secret, self._desk, outside.bus)
        self.must_stop: Callable[[], None] = lambda: None
        """Told when another Vocero has the database: this one has nothing to do any more."""
        self._tasks: asyncio.TaskGroup | None = None
        self._feed = self._open_to_operators()
        self._stack = AsyncExitStack()

    def _switchboard(self, signature: TwilioSignature, dialer: Dialer) -> Switchboard:
        settings, outside = self.settings, self._outside
        timings = CallTimings(
            max_call_s=settings.max_call_seconds, agent_stall_s=settings.agent_stall_seconds
        )
        recordings = Recordings(
            var_dir=settings.var_dir,
            agent_id=settings.elevenlabs_agent_id,
            timings=timings,
            store=self.store,
            now=outside.now,
            clips=self._clips if self._serves_customers else None,
            only_announced=settings.record_only_announced,
            promised=self._sending.outbox.wake,
            written=self._recorded,
            unwritten=self._unwritten,
        )
        return Switchboard(
            CallNeeds(
                dialer=dialer,
                agent_door=CountedDoor(vendors.agent_door(settings, outside), self.metrics),
                open_socket=counted_sockets(outside.open_socket, self.metrics),
                tools=self._desk,
                observer=self._desk,
                timings=timings,
                wait_for_turn=self._turn_to_dial,
                call_bound=self.store.bind_call,
                frame_bad=self.metrics.bad_frames.add,
                sound_passed=self._figures.sound_passed,
                wall_clock=outside.now,
            ),
            signature,
            max_calls=settings.max_calls,
            new_recorder=recordings.recorder if settings.record_calls else None,
            save_recording=recordings.save,
            busy=lambda: BUSY if self._lag.late else "",
            elsewhere=self._fellows,
        )

    def _fellow_workers(self, work: SharedWork | None) -> FellowWorkers | None:
        if work is None:
            return None
        secret = self.settings.secret_key.get_secret_value()
        fellows = FellowWorkers(self.store, work, secret, self._outside.now)
        work.lost = fellows.lost
        return fellows

    def _retention(self) -> Retention:
        settings = self.settings
        return Retention(
            self.store,
            settings.var_dir / RECORDINGS,
            keep_audio_s=settings.keep_audio_days * DAY_S,
            keep_words_s=settings.keep_transcript_days * DAY_S,
            now=self._outside.now,
            being_recorded=self._unwritten.__contains__,
        )

    def _open_to_operators(self) -> Feed | None:
        settings, outside = self.settings, self._outside
        password = settings.operator_password.get_secret_value()
        if not password or not self._serves_customers:
            add_no_operators(self.app)
            return None
        room = add_operators(
            self.app,
            OperatorsNeeds(
                password=password,
                secret=settings.secret_key.get_secret_value(),
                base_url=settings.base_url,
                recordings=settings.var_dir / RECORDINGS,
                zone=settings.default_timezone,
                now=outside.now,
                board=self.switchboard,
                hear_pieces=self._hear_pieces,
                being_recorded=self._unwritten.__contains__,
                store=self.store,
                answer_tool=self._desk.answer_json,
                tasks=self._at_work,
                bus=outside.bus,
            ),
        )
        self._desk.watchers.append(room.feed)
        self._desk.placed = room.feed.call_placed
        return room.feed

    def _call_left(self, attempt_id: str) -> None:
        self._unwritten.discard(attempt_id)  # whoever has the call now records it
        if self._feed is not None:
            self._feed.let_go(attempt_id)

    def _recorded(self, attempt_id: str) -> None:
        if self._feed is not None:
            self._feed.recorded(attempt_id)

    def _hear_pieces(self, hear: HearPiece | None) -> None:
        self.switchboard.on_piece = hear

    def _at_work(self) -> asyncio.TaskGroup:
        assert self._tasks is not None, "the service is at work while requests are answered"
        return self._tasks

    async def __aenter__(self) -> Self:
        await self.store.open()
        self._stack.push_async_callback(self.store.close)
        await self._stack.enter_async_context(self._presence())
        if self._work is not None:
            await self._stack.enter_async_context(self._work)
        self._stack.push_async_callback(self._customers.close)
        self._lag.start()
        self._stack.callback(self._lag.stop)
        tasks = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._tasks = tasks
        await self._stack.enter_async_context(self._outside.bus)
        self._sending.start(tasks)
        self._stack.push_async_callback(self._sending.finish)
        if self._serves_customers:
            sweeping = tasks.create_task(self._clips.sweep_for_ever(), name="sweeping clips")
            self._stack.callback(sweeping.cancel)
            retention = tasks.create_task(self._retention().run(), name="retention")
            self._stack.callback(retention.cancel)
            self._customers.show_typing_in(tasks)
            self._stack.callback(self._customers.stop_typing)
        if self._feed is not None:
            self._stack.callback(tasks.create_task(self._feed.run(), name="feed").cancel)
        await self._stack.enter_async_context(self.concierge)
        await self._stack.enter_async_context(self.switchboard)
        if self._fellows is not None:
            for coroutine in (self._fellows.run(), self.concierge.look_after()):
                task = tasks.create_task(coroutine, name="among other workers")
                self._stack.callback(task.cancel)
        elif self._serves_customers:
            recovery = tasks.create_task(self._take_up(), name="recovery")
            self._stack.callback(recovery.cancel)
        return self

    def _presence(self) -> AbstractAsyncContextManager[None]:
        if self._work is not None:
            return self.store.be_one_of_many(self._replaced)
        if self._serves_customers:
            return self.store.be_the_only_one(self._replaced)
        return nullcontext()

    def _replaced(self, why: str) -> None:
        # Whoever has the database now took our calls for those of a dead process.
        log.critical("%s", why)
        self.must_stop()

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
        """No new calls; wait for the live ones, end the rest. True when none was cut short.

        Operators look on until the last call has ended.
        """
        try:
            return await self.switchboard.drain(within_s)
        finally:
            if self._feed is not None:
                self._feed.closed.set()

    def hurry(self) -> None:
        """End as soon as can be: messages to customers may have to wait for the next start."""
        self._sending.hurry()

    async def _turn_to_dial(self) -> None:
        await self._pace.wait_for_turn()
        for _ in range(round(LATE_DIAL_S / EVERY_S)):
            if not self._lag.late or self.switchboard.live_calls < 2:
                return
            await asyncio.sleep(EVERY_S)

    async def _call_language(self, attempt_id: str) -> str:
        known = self._desk.languages.get(attempt_id)
        if known is None and self._fellows is not None:
            known = await self._fellows.language(attempt_id)
        return known or self.settings.default_language
