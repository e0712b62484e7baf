"""`vocero forget`: what is known of a customer, told beforehand and then erased for good.

Files go first: once the store has forgotten a call, nobody knows any more which recording was its.
The service may be at work meanwhile. A call of this customer that is on is in the way, since what
is said in it would be written down afterwards. What is still on its way from just before (a
recording that is being written, a message that is being answered) is waited for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import phonenumbers

from bridge.errors import CarrierError
from data.forgetting import Traces, together
from data.store import Store
from orchestration.policy import comparable
from vocero.clips import CLIPS, Clips
from vocero.operators.recorded import Recorded
from vocero.recordings import RECORDINGS
from vocero.settings import Settings

UNHEARD_S = 20.0
"""How long messages that wait for their answer are waited for; then they go unanswered."""
WRITTEN_S = 15.0
"""After the end of a call its recording may still be written for that long."""
CLIP_S = 2.0
"""After the recording of a booking a sound clip is cut from it."""
HUNG_UP_S = 45.0
"""How long the service may take to settle a call that we ended."""
LOOK_EVERY_S = 0.5
TRIES = 3
"""Somebody who writes while they are forgotten is forgotten again."""


class NotForgotten(Exception):
    """It was not done, or not to the end; str() says why and what to do."""


class UnknownNumber(Exception):
    """Neither a phone number nor anybody's address."""


class HangUp(Protocol):
    """Ends a phone call (bridge.twilio_dialer fits). Raises CarrierError."""

    async def hang_up(self, call_sid: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of one customer, under however many writings of the number."""

    addresses: tuple[str, ...]
    traces: Traces
    recordings: int
    clips: int

    def lines(self) -> list[str]:
        """In words, what would be erased."""
        traces = self.traces
        counted = (
            (traces.written, "messages that they wrote"),
            (traces.told, "messages to them"),
            (traces.conversations, "conversations that are remembered"),
            (traces.planned, "calls that are planned (they are cancelled)"),
            (len(traces.calls), "calls with errand, transcript and result"),
            (self.recordings, "recordings"),
            (self.clips, "sound clips"),
            (traces.acts, "details of what operators did to these calls"),
        )
        return [f"{count:6} {what}" for count, what in counted if count]


class Forgetter:
    """Looks and erases, on a store that is open. What touches files runs in a thread."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        now: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        """`now` in seconds since the epoch, `pause` waits seconds, `say` tells the operator what
        is waited for.
        """
        self._store = store
        self._settings = settings
        self._now = now
        self._pause = pause
        self._say = say
        self._recorded = Recorded(settings.var_dir / RECORDINGS)
        self._clips = Clips(settings.var_dir / CLIPS, settings.base_url, now)

    async def known(self, number: str) -> Known:
        """What is kept of whoever has this number, or this address. Raises UnknownNumber."""
        return await self._known(await self._addresses(number))

    async def _known(self, addresses: tuple[str, ...]) -> Known:
        traces = await self._traces(addresses)
        recordings, clips = await asyncio.to_thread(self._files_of, traces)
        return Known(addresses, traces, recordings, clips)

    async def _traces(self, addresses: tuple[str, ...]) -> Traces:
        return together([await self._store.traces(each) for each in addresses])

    async def forget(self, number: str, hang_up: HangUp | None = None) -> Known:
        """Erase all of it; what it was, as far as it was known in the end. With `hang_up` calls
        that are on are ended first.

        Raises UnknownNumber, NotForgotten, StoreError.
        """
        addresses = await self._addresses(number)
        await self._end_calls(addresses, hang_up)
        await self._wait_for_answers(addresses)
        await self._wait_for_recording(addresses)
        first = known = await self._known(addresses)
        for _ in range(TRIES):
            refuse_while_a_call_is_on(known)
            await self._remove_files(known.traces)
            for address in addresses:
                # Not done while a call is on, which is found out right after.
                await self._store.forget_customer(address)
            known = await self._known(addresses)
            if not known.traces:
                break
        else:
            raise NotForgotten("they go on writing: something of them is kept again; run it again")
        await self._scrub()
        return first

    # --- who ----------------------------------------------------------------------------------
    async def _addresses(self, number: str) -> tuple[str, ...]:
        wanted = {comparable(number.strip())}
        is_number = False
        try:
            parsed = phonenumbers.parse(
                number.removeprefix("whatsapp:"), self._settings.default_country
            )
            is_number = phonenumbers.is_possible_number(parsed)
        except phonenumbers.NumberParseException:
            pass
        else:
            e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            wanted.add(comparable(e164))
        known = await self._store.known_customers()
        found = tuple(sorted(each for each in known if comparable(each) in wanted))
        if not found and not is_number:
            raise UnknownNumber(
                f"{number!r} is no phone number, and nobody is known by that address"
            )
        return found

    # --- what is in the way -------------------------------------------------------------------
    async def _end_calls(self, addresses: tuple[str, ...], hang_up: HangUp | None) -> None:
        known = await self._known(addresses)
        if hang_up is None:
            refuse_while_a_call_is_on(known)
            return
        if not known.traces.open_calls:
            return
        self._say("ending the call: the customer may still be told that it ended")
        for call_sid in filter(None, known.traces.open_calls.values()):
            try:
                await hang_up.hang_up(call_sid)
            except CarrierError as error:
                raise NotForgotten(f"the call could not be ended: {error}") from error
        if await self._until(lambda traces: not traces.open_calls, addresses, HUNG_UP_S):
            return
        raise NotForgotten(
            "the call was ended, but nobody settled it: is `vocero serve` running? When it starts "
            "it settles what was left; then run this again"
        )

    async def _wait_for_answers(self, addresses: tuple[str, ...]) -> None:
        if (await self._traces(addresses)).unheard:
            self._say("a message of theirs is being answered: waiting for that")
            await self._until(lambda traces: not traces.unheard, addresses, UNHEARD_S)

    async def _wait_for_recording(self, addresses: tuple[str, ...]) -> None:
        if not self._settings.record_calls:
            return
        traces = await self._traces(addresses)
        if not traces.calls or not 0 <= self._now() - traces.last_ended_at < WRITTEN_S:
            return
        self._say("a call has ended just now: waiting until its recording is written")
        for _ in range(round(WRITTEN_S / LOOK_EVERY_S)):
            if await asyncio.to_thread(self._recorded.exists, traces.calls[-1]):
                return await self._pause(CLIP_S)
            await self._pause(LOOK_EVERY_S)

    async def _until(
        self, is_so: Callable[[Traces], bool], addresses: tuple[str, ...], within_s: float
    ) -> bool:
        for _ in range(round(within_s / LOOK_EVERY_S)):
            if is_so(await self._traces(addresses)):
                return True
            await self._pause(LOOK_EVERY_S)
        return False

    # --- files --------------------------------------------------------------------------------
    def _files_of(self, traces: Traces) -> tuple[int, int]:
        recordings = sum(self._recorded.exists(each) for each in traces.calls)
        return recordings, sum(self._clips.exists(each) for each in traces.clips)

    async def _remove_files(self, traces: Traces) -> None:
        try:
            for attempt_id in traces.calls:
                await asyncio.to_thread(self._recorded.remove, attempt_id)
            for address in traces.clips:
                await self._clips.drop(address)
        except OSError as error:
            raise NotForgotten(
                f"a recording could not be removed ({error.strerror or type(error).__name__}: "
                f"{error.filename}); nothing was erased in the database. See who may write there, "
                "and run it again"
            ) from error

    async def _scrub(self) -> None:
        others_talk = bool(await self._store.open_attempts())
        if not await self._store.scrub(whole=not others_talk):
            raise NotForgotten(
                "erased, but the database's files are in use and may hold the words for a while; "
                "run it again to be sure"
            )
        if others_talk:
            self._say(
                "calls of others are on: the database file was cleaned, but not written anew. "
                "Run it again later to be sure that no page has a copy"
            )


def refuse_while_a_call_is_on(known: Known) -> None:
    """Raises NotForgotten for a call that has not ended."""
    number_of = len(known.traces.open_calls)
    if number_of:
        calls = "a call" if number_of == 1 else f"{number_of} calls"
        raise NotForgotten(
            f"{calls} of theirs is on; wait until it has ended, or end it with --end-calls"
        )
