"""The HTTP side of a whole Vocero in memory, and somebody who posts to it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from data.memory_store import MemoryStore
from simulation.clock import run_virtual
from simulation.scenes import BOOKED
from simulation.signing import sign
from simulation.world import ACCOUNT_SID, AUTH_TOKEN, WHATSAPP_NUMBER, World
from vocero.outside import Outside
from vocero.rehearsal import MEMORY_URL, Rehearsal, in_virtual_time

Form = Mapping[str, str] | list[tuple[str, str]]
CUSTOMER = "whatsapp:+5491140009001"
SID = "CA" + "1" * 32


class Caller:
    """Posts as Twilio does, or not quite."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.client = rehearsal.service.app.test_client()

    async def post(
        self, path: str, form: Form, *, signature: str | None = None, body: bytes | None = None
    ) -> tuple[int, str]:
        fields = list(form.items()) if isinstance(form, Mapping) else form
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        good = sign(AUTH_TOKEN, f"{MEMORY_URL}{path}", fields)
        if signature != "":
            headers["X-Twilio-Signature"] = signature or good
        data = urlencode(fields).encode() if body is None else body
        response = await self.client.post(path, data=data, headers=headers)
        return response.status_code, await response.get_data(as_text=True)

    async def get(self, path: str) -> tuple[int, str]:
        response = await self.client.get(path)
        return response.status_code, await response.get_data(as_text=True)

    async def call_is_ringing(self) -> str:
        """A call has been ordered and rings: its attempt."""
        world = self.rehearsal.world
        await world.customer.play(BOOKED.customer[:3])
        await world.twilio.call_reaches("ringing")
        (record,) = await self.rehearsal.service.store.calls()
        return record.attempt.attempt_id

    @staticmethod
    def message(**changes: str) -> dict[str, str]:
        """A customer's message as a form."""
        return message_form(**changes)

    @staticmethod
    def routes(attempt_id: str) -> dict[str, dict[str, str]]:
        """Every route that Twilio posts to, with a form that it would take."""
        return routes_of(attempt_id)

    def metric(self, hook: str, result: str) -> int:
        page = self.rehearsal.service.metrics.render()
        name = f'vocero_webhook_posts_total{{hook="{hook}",result="{result}"}}'
        found = re.search(rf"^{re.escape(name)} (\d+)$", page, re.MULTILINE)
        return int(found[1]) if found else 0


Story = Callable[[Caller], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Runs a story against a whole Vocero in virtual time."""

    def run(story: Story, **how: object) -> None:
        settings = {name: str(value) for name, value in how.items() if name.isupper()}

        def rewire(_: World, outside: Outside) -> Outside:
            store = how.get("store")
            return replace(outside, store=store) if isinstance(store, MemoryStore) else outside

        async def whole() -> None:
            async with in_virtual_time(
                BOOKED, tmp_path, settings=settings, rewire=rewire
            ) as rehearsal:
                await story(Caller(rehearsal))

        run_virtual(whole())

    return run


def message_form(**changes: str) -> dict[str, str]:
    return {
        "MessageSid": "SM" + "a" * 32,
        "AccountSid": ACCOUNT_SID,
        "From": CUSTOMER,
        "To": f"whatsapp:{WHATSAPP_NUMBER}",
        "Body": "Hola",
        "NumMedia": "0",
        **changes,
    }


def routes_of(attempt_id: str) -> dict[str, dict[str, str]]:
    return {
        "/webhook/whatsapp": message_form(),
        "/webhook/whatsapp/status": {
            "MessageSid": "SM" + "b" * 32,
            "AccountSid": ACCOUNT_SID,
            "MessageStatus": "failed",
        },
        "/webhook/voice/outbound": {"CallSid": SID},
        f"/webhook/voice/outbound/{attempt_id}": {"CallSid": SID},
        f"/webhook/voice/status/{attempt_id}": {"CallSid": SID, "CallStatus": "completed"},
        f"/webhook/voice/amd/{attempt_id}": {"CallSid": SID, "AnsweredBy": "machine_end_beep"},
    }
