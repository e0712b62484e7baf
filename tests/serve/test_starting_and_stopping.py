"""`vocero serve` starts, answers and stops; what its user can mend is told in one line each."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from simulation.carrier_line import Business
from simulation.script import Pickup
from vocero.__main__ import commands

if TYPE_CHECKING:
    from tests.serve.conftest import OpenTown, RunVocero
    from tests.serve.town import Town

pytestmark = pytest.mark.sockets

CANARY = "canary-4b1d"
GOOD = {
    "BASE_URL": "http://127.0.0.1:8000",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": CANARY,
    "TWILIO_WHATSAPP_NUMBER": "+14155238886",
    "TWILIO_PHONE_NUMBER": "+14155550100",
    "ELEVENLABS_API_KEY": CANARY,
    "ELEVENLABS_AGENT_ID": "agent_1",
}


def is_plain(text: str) -> bool:
    """Whether a person could be shown this."""
    return "Traceback" not in text and CANARY not in text


async def test_missing_and_impossible_settings(run_vocero: RunVocero, tmp_path: Path) -> None:
    none, wrong, one = await asyncio.gather(
        run_vocero("serve", cwd=tmp_path, env={}),
        run_vocero(
            "serve", cwd=tmp_path, env={**GOOD, "PORT": CANARY, "TWILIO_ACCOUNT_SID": CANARY}
        ),
        run_vocero("call", "1140001701", "--ask", "x", cwd=tmp_path, env={"BASE_URL": CANARY}),
    )
    for code, out, err in (none, wrong, one):
        assert (code, out) == (2, "")
        assert is_plain(err)
    lines = none[2].splitlines()
    missing = set(GOOD)
    assert {line.partition(": is missing (")[0] for line in lines[:-1]} == missing
    assert len(lines) == len(missing) + 1 and ".env" in lines[-1]
    names = [line.partition(":")[0] for line in wrong[2].splitlines()[:-1]]
    assert names == ["PORT", "TWILIO_ACCOUNT_SID"]
    assert os.listdir(tmp_path) == []


async def test_a_database_that_cannot_be_used(run_vocero: RunVocero, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("not a folder")
    (tmp_path / "garbage.db").write_bytes(b"not a database at all" * 100)

    def serve(**settings: str) -> asyncio.Task[tuple[int, str, str]]:
        env = {**GOOD, "PORT": "0", **settings}
        return asyncio.create_task(run_vocero("serve", cwd=tmp_path, env=env))

    url = f"sqlite+aiosqlite:///{tmp_path}"
    for code, out, err in await asyncio.gather(
        serve(DATABASE_URL=f"{url}/a file/vocero.db"),
        serve(DATABASE_URL=f"{url}/garbage.db"),
    ):
        assert (code, out) == (1, "")
        assert is_plain(err) and len(err.splitlines()) == 1, err
        assert err.startswith("DATABASE_URL: ")


@pytest.mark.parametrize("command", [[], *([name] for name in commands.commands)])
def test_every_command_explains_itself(command: list[str]) -> None:
    shown = CliRunner().invoke(commands, [*command, "--help"])
    assert shown.exit_code == 0
    assert shown.output.startswith("Usage: ") and len(shown.output.splitlines()) >= 4


@pytest.mark.parametrize("command", [["serv"], ["serve", "--now"], ["show"], ["replay"], ["call"]])
def test_bad_usage_ends_with_2(command: list[str]) -> None:
    assert CliRunner().invoke(commands, command).exit_code == 2


async def test_serves_and_stops_at_once_when_nobody_is_on_the_phone(
    open_town: OpenTown, tmp_path: Path
) -> None:
    async def story(loop: str, number: signal.Signals) -> None:
        async with (
            httpx.AsyncClient(trust_env=False) as http,
            open_town(tmp_path / loop) as town,
            town.serving(loop) as serving,
        ):
            health = await http.get(f"{town.url}/health")
            assert health.json() == {"status": "ok", "service": "vocero"}
            ready = await http.get(f"{town.url}/ready")
            assert (ready.status_code, ready.json()) == (200, {"ready": True, "reasons": []})
            metrics = await http.get(f"{town.url}/metrics")
            assert "vocero_live_calls 0" in metrics.text.splitlines()
            assert (await http.get(f"{town.url}/nothing")).status_code == 404
            if loop == "uvloop":
                await the_same_messages_twenty_times_have_one_effect(town)
            # The connection is kept alive, as a proxy's would be: it must not hold up the end.
            serving.send(number)
            assert await serving.exit_code(within_s=5) == 0
            assert is_plain(serving.log())

    await asyncio.gather(story("uvloop", signal.SIGTERM), story("asyncio", signal.SIGINT))


async def the_same_messages_twenty_times_have_one_effect(town: Town) -> None:
    customer = town.customer(1)
    town.world.twilio.anybody = Business(pickup=Pickup.BUSY)

    async def write_twenty_times(text: str) -> None:
        sid = town.world.twilio.office.sid("SM")
        posts = await asyncio.gather(*(customer.write(text, sid=sid) for _ in range(20)))
        assert {post.status for post in posts} == {200}

    await write_twenty_times(town.wish(1))
    await town.reads(1, "¿Llamo a")
    await write_twenty_times("sí")
    await town.told(1)
    # Were there a second effect, it would come before the answer to what is written now.
    await customer.write("gracias")
    await town.until(lambda: len(town.read(1)) > 2)
    assert len(town.calls(1)) == 1
    assert [body.startswith("¿Llamo a") for body in town.read(1)] == [True, False, False]
