"""`vocero serve --tunnel` as its users run it: in a process, with a call through the tunnel."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from twilio.request_validator import RequestValidator

from simulation.ngrok_agent import SimulatedNgrokAgent
from simulation.world import ACCOUNT_SID, AUTH_TOKEN
from tests.serve.town import ROOT, START_S, Serving, open_town, patience, run_vocero, until
from tests.tunnel.stand_in import GIVEN, TOKEN
from vocero.rehearsal import BASE_SETTINGS, free_port
from vocero.tunnel.telling import next_steps

pytestmark = pytest.mark.sockets

HERE = Path(__file__).parent
STATUS = "/webhook/whatsapp/status"


async def told_until(serving: Serving, words: str) -> list[str]:
    """What it prints after that it listens, up to the line with these words."""
    assert serving.process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(patience(START_S)):
        while not lines or words not in lines[-1]:
            line = (await serving.process.stdout.readline()).decode()
            assert line, f"it ended: {serving.log()}"
            lines.append(line.strip())
    return lines


async def test_a_call_goes_through_the_agents_tunnel_also_when_the_agent_is_away(
    tmp_path: Path,
) -> None:
    agent = SimulatedNgrokAgent()
    async with open_town(tmp_path) as town:
        port = int(town.url.rpartition(":")[2])
        tunnel = await agent.open(port)
        api = await agent.start()
        try:
            async with town.serving("uvloop", "--tunnel", NGROK_API_URL=api, BASE_URL="") as it:
                lines = await told_until(it, "doctor --fix")
                assert f"Public address: {tunnel.public_url}" in lines
                assert any(line.endswith(f"{tunnel.public_url}{STATUS}   POST") for line in lines)
                assert lines[-1].startswith(f"BASE_URL={tunnel.public_url} ")
                outside = replace(town, url=tunnel.public_url)
                call = await outside.talking(1)
                assert call.record.request.url.startswith(tunnel.public_url)
                await agent.stop()
                await until(lambda: "the tunnel is lost" in it.log())
                assert call.record.status == "in-progress", "live calls are left alone"
                await agent.start()
                await until(lambda: "the tunnel is open again" in it.log(), 40)
                await outside.customer(1).write("cancelar")
                await outside.told(1)
                it.send(signal.SIGTERM)
                assert await it.exit_code() == 0
                assert "Traceback" not in it.log()
        finally:
            await agent.close()


async def test_the_package_gives_an_address_that_signatures_are_checked_for(
    tmp_path: Path,
) -> None:
    async with open_town(tmp_path, TWILIO_WHATSAPP_NUMBER="+14155238886") as town:
        async with town.serving(
            "asyncio",
            "--tunnel",
            PYTHONPATH=f"{HERE / 'as_package'}:{ROOT}",
            NGROK_API_URL=f"http://127.0.0.1:{free_port()}",
            NGROK_AUTHTOKEN=TOKEN,
            BASE_URL="",
        ) as it:
            lines = await told_until(it, "join code")
            assert f"Public address: {GIVEN}" in lines
            assert any("Messaging > Try it out > WhatsApp sandbox" in line for line in lines)
            form = {"AccountSid": ACCOUNT_SID, "MessageSid": "SM" + 32 * "0"}
            async with httpx.AsyncClient(trust_env=False) as http:
                statuses = [
                    await _signed_post(http, town.url, signed_for, form)
                    for signed_for in (GIVEN, town.url)
                ]
            assert statuses == [204, 403]
            it.send(signal.SIGINT)
            assert await it.exit_code() == 0
        assert TOKEN not in it.log() + "\n".join(lines) and "Traceback" not in it.log()


async def _signed_post(
    http: httpx.AsyncClient, url: str, signed_for: str, form: dict[str, str]
) -> int:
    signature = RequestValidator(AUTH_TOKEN).compute_signature(f"{signed_for}{STATUS}", form)
    headers = {"X-Twilio-Signature": signature}
    return (await http.post(f"{url}{STATUS}", data=form, headers=headers)).status_code


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "in Vocero's folder `pip install '.[tunnel]'`"),
        ({"PYTHONPATH": f"{HERE / 'as_package'}:{ROOT}"}, "NGROK_AUTHTOKEN is missing"),
        ({"PORT": "0"}, "PORT is 0"),
    ],
)
async def test_what_is_missing_is_one_line(
    given: dict[str, str], said: str, tmp_path: Path
) -> None:
    env = {
        **BASE_SETTINGS,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_PHONE_NUMBER": "+14155550100",
        "TWILIO_WHATSAPP_NUMBER": "+14155550101",
        "ELEVENLABS_API_KEY": "a key",
        "ELEVENLABS_AGENT_ID": "agent_1",
        "VAR_DIR": str(tmp_path / "var"),
        "PORT": str(free_port()),
        "NGROK_API_URL": f"http://127.0.0.1:{free_port()}",
        "PYTHONPATH": f"{HERE / 'no_package'}:{ROOT}",
        **given,
    }
    code, out, err = await run_vocero("serve", "--tunnel", cwd=tmp_path, env=env)
    assert (code, out) == (2, ""), err
    (line,) = [line for line in err.splitlines() if not line.startswith("warning:")]
    assert line.startswith("tunnel: ") and said in line
    # Without a tunnel it is the address that is missing.
    if not given:
        code, _, err = await run_vocero("serve", cwd=tmp_path, env=env)
        assert code == 2 and "BASE_URL: is missing" in err


def test_the_next_steps_name_every_address() -> None:
    steps = "\n".join(
        next_steps(GIVEN, "by a test", ("one more word",), whatsapp_number="+1415", doctor="d")
    )
    for path in ("/webhook/whatsapp ", STATUS, "/webhook/voice/outbound"):
        assert f"{GIVEN}{path}" in steps
    assert f"BASE_URL={GIVEN} d --fix" in steps
    assert "one more word" in steps and "sandbox" not in steps
