"""`vocero doctor --fix` as its users run it: what leads elsewhere is shown, asked for and set."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
from pathlib import Path
from typing import Any

import pytest

from simulation.carrier_holdings import OwnNumber, Sender
from simulation.world import PHONE_NUMBER
from tests.doctor.practice import WHATSAPP, Practice, own_number, silent
from tests.serve.town import START_S, environment, patience, run_vocero
from vocero.doctor import webhooks
from vocero.doctor.mending import look_for_changes
from vocero.doctor.twilio_number import CALLBACK
from vocero.doctor.twilio_sender import INBOX
from vocero.settings import read_settings

pytestmark = pytest.mark.sockets

DEMO = "https://demo.twilio.com/welcome/voice/"
OLD = "https://old-bot.example/whatsapp"


def leads_elsewhere(practice: Practice) -> None:
    """The number has what Twilio gives a new one, the sender somebody's old bot."""
    practice.holdings.numbers[PHONE_NUMBER] = OwnNumber(voice_url=DEMO)
    practice.holdings.senders[WHATSAPP] = Sender(
        OLD,
        callback_method="GET",
        fallback_url="https://old-bot.example/spare",
        status_callback_url="https://figures.example/status",
    )


def is_right(practice: Practice) -> bool:
    number, sender = practice.holdings.numbers[PHONE_NUMBER], practice.holdings.senders[WHATSAPP]
    return (number.voice_url, number.voice_method, sender.callback_url, sender.callback_method) == (
        f"{practice.url}/webhook/voice/outbound",
        "POST",
        f"{practice.url}/webhook/whatsapp",
        "POST",
    )


async def fix(practice: Practice, *arguments: str, **env: str) -> tuple[int, str, list[str]]:
    """Exit code, standard output, lines of standard error; never a traceback."""
    where = Path(practice.env["VAR_DIR"])
    code, out, err = await run_vocero(
        "doctor", "--fix", *arguments, cwd=where, env={**practice.env, **env}
    )
    assert "Traceback" not in err, err
    return code, out, err.splitlines()


async def plan(practice: Practice, **changes: str) -> webhooks.Plan:
    settings, wrong = read_settings({**practice.env, **changes})
    assert not wrong
    looked, _ = await look_for_changes(settings, wrong)
    return looked.plan


async def test_for_scripts_it_changes_what_is_wrong_and_nothing_else(practice: Practice) -> None:
    leads_elsewhere(practice)
    code, out, _ = await fix(practice, "--yes", "--json")
    told = {each["name"]: each for each in json.loads(out)}
    assert (code, is_right(practice)) == (0, True)
    assert {name: each["change"] for name, each in told.items() if "change" in each} == {
        CALLBACK: {
            "before": DEMO,
            "after": f"{practice.url}/webhook/voice/outbound",
            "done": True,
            "why": "",
        },
        INBOX: {
            "before": f"{OLD} (GET)",
            "after": f"{practice.url}/webhook/whatsapp",
            "done": True,
            "why": "",
        },
    }
    # The lines are those of a look afterwards.
    assert told[CALLBACK]["status"] == told[INBOX]["status"] == "ok"
    sender = practice.holdings.senders[WHATSAPP]
    assert sender.fallback_url == "https://old-bot.example/spare"
    assert sender.status_callback_url == "https://figures.example/status"
    # What is right is not touched, also when it says besides how Twilio is to deliver.
    practice.holdings.numbers[PHONE_NUMBER].voice_url += "#rc=3&rp=ct,rt,5xx"
    changed = list(practice.holdings.changes)
    code, out, err = await fix(practice, "--yes")
    assert (code, practice.holdings.changes) == (0, changed)
    assert err[0] == "nothing to change that can be changed from here"
    assert changed == [PHONE_NUMBER, f"whatsapp:{WHATSAPP}"]
    assert "who calls back hears what Vocero is" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fix"], "add --yes"),
        (["--fix", "--json"], "--json with --fix needs --yes"),
        (["--yes"], "--yes goes with --fix"),
    ],
)
async def test_without_anybody_to_ask_nothing_is_changed(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    code, out, err = await run_vocero("doctor", *arguments, cwd=tmp_path, env={})
    assert (code, out) == (2, "")
    assert said in err


class Terminal:
    """`vocero doctor --fix` with somebody at a terminal."""

    def __init__(self, process: asyncio.subprocess.Process, screen: int) -> None:
        self.process = process
        self._screen = screen
        self.shown = ""

    @classmethod
    async def open(cls, practice: Practice) -> Terminal:
        screen, inner = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "vocero", "doctor", "--fix"),
            cwd=practice.env["VAR_DIR"],
            env={**environment(practice.env), "TERM": "dumb"},
            stdin=inner,
            stdout=asyncio.subprocess.PIPE,
            stderr=inner,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(inner)
        return cls(process, screen)

    async def asks(self, times: int) -> None:
        """Returns when it has asked so often."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(patience(START_S)):
            while self.shown.count("Change it? [y/N]") < times:
                self.shown += (
                    await loop.run_in_executor(None, os.read, self._screen, 4096)
                ).decode()

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    async def ended(self) -> tuple[int, str]:
        """Exit code and standard output."""
        async with asyncio.timeout(patience(START_S)):
            out, _ = await self.process.communicate()
        os.close(self._screen)
        assert self.process.returncode is not None
        return self.process.returncode, out.decode()


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


async def test_somebody_at_a_terminal_is_asked_for_each(practice: Practice) -> None:
    leads_elsewhere(practice)
    terminal = await Terminal.open(practice)
    await terminal.asks(1)
    first = terminal.shown
    for words in (f"calls to {PHONE_NUMBER}:", f"now   {DEMO}", f"then  {practice.url}/webhook/v"):
        assert words in first
    assert practice.holdings.changes == [], "nothing before the answer"
    terminal.type("\n")
    await terminal.asks(2)
    assert f"now   {OLD} (GET)" in terminal.shown
    assert "careful" not in terminal.shown, "somebody is at the public address"
    terminal.type("y\n")
    code, out = await terminal.ended()
    assert practice.holdings.changes == [f"whatsapp:{WHATSAPP}"], "the first answer was no"
    lines = {line[8:].split("  ")[0].strip(): line for line in out.splitlines()}
    assert lines[CALLBACK].startswith("warning") and "doctor --fix" in lines[CALLBACK]
    assert lines[INBOX].startswith("ok")
    assert code == 0, "a number that nobody can call back hinders no call"


async def test_ctrl_c_at_the_question_changes_nothing(practice: Practice) -> None:
    leads_elsewhere(practice)
    terminal = await Terminal.open(practice)
    await terminal.asks(1)
    terminal.type("y\n")
    await terminal.asks(2)
    terminal.type("\x03")
    code, out = await terminal.ended()
    assert (code, out, practice.holdings.changes) == (130, "", [])


async def test_what_is_not_permitted_is_one_line(practice: Practice) -> None:
    leads_elsewhere(practice)
    practice.holdings.read_only = True
    code, out, err = await fix(practice, "--yes", "--json")
    assert (code, practice.holdings.changes) == (1, [])
    refused = [line for line in err if line.startswith("not changed: ")]
    assert len(refused) == 2
    assert all("may not change it (HTTP 403, code 20403)" in line for line in refused)
    told = {each["name"]: each for each in json.loads(out)}
    assert told[CALLBACK]["change"]["done"] is False and told[CALLBACK]["change"]["why"]


async def test_credentials_that_are_not_accepted_are_one_line(practice: Practice) -> None:
    leads_elsewhere(practice)
    code, _, err = await fix(practice, "--yes", TWILIO_AUTH_TOKEN="expired-and-secret")
    assert (code, practice.holdings.changes) == (1, [])
    (line,) = [line for line in err if line.startswith("not fixed: ")]
    assert "does not accept the credentials" in line and "TWILIO_AUTH_TOKEN" in line
    assert "expired-and-secret" not in "".join(err)


async def test_a_twilio_that_hangs_comes_to_an_end(practice: Practice) -> None:
    async with silent() as address:
        code, _, err = await fix(practice, "--yes", TWILIO_API_BASE_URL=address)
    assert code == 1
    assert any(line.startswith("not fixed: ") and "did not answer" in line for line in err)


async def test_the_sandbox_is_told_by_hand_and_not_touched(practice: Practice) -> None:
    code, _, err = await fix(practice, "--yes", TWILIO_WHATSAPP_NUMBER="+14155238886")
    assert (code, practice.holdings.changes) == (0, [])
    text = "\n".join(err)
    assert "Messaging > Try it out > WhatsApp sandbox > Sandbox settings" in text
    assert f"{practice.url}/webhook/whatsapp   POST" in text
    assert f"{practice.url}/webhook/whatsapp/status   POST" in text


@pytest.mark.parametrize("what", ["voice_application_sid", "trunk_sid"])
async def test_a_number_of_an_application_or_a_trunk_is_left_alone(
    what: str, practice: Practice
) -> None:
    practice.holdings.numbers[PHONE_NUMBER] = own_number(voice_url=DEMO, **{what: "AP" + 32 * "1"})
    found = await plan(practice)
    assert found.changes == ()
    assert "AP1111" in found.by_hand[0] and "Phone Numbers > Active numbers" in found.by_hand[1]


async def test_the_right_address_by_the_wrong_method_is_wrong(practice: Practice) -> None:
    practice.holdings.numbers[PHONE_NUMBER].voice_method = "GET"
    (change,) = (await plan(practice)).changes
    assert change.before == f"{practice.url}/webhook/voice/outbound (GET)"
    assert (await practice.findings())[CALLBACK].status == "warning"


async def test_a_sender_that_takes_a_moment_is_waited_for(practice: Practice) -> None:
    leads_elsewhere(practice)
    practice.holdings.stale_lists = 1
    code, out, err = await fix(practice, "--yes", "--json")
    told: dict[str, Any] = {each["name"]: each for each in json.loads(out)}
    assert (code, told[INBOX]["status"], told[INBOX]["change"]["why"]) == (0, "ok", "")
    assert any(line.startswith(f"changed: WhatsApp messages to {WHATSAPP}") for line in err)


async def test_a_sender_that_never_shows_it_is_said(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "LOOK_EVERY_S", 0.0)
    leads_elsewhere(practice)
    practice.holdings.stale_lists = 100
    settings, wrong = read_settings(practice.env)
    from vocero.doctor.mending import make_changes

    outcomes, _ = await make_changes(settings, wrong, (await plan(practice)).changes)
    assert [(each.done, bool(each.why)) for each in outcomes] == [(True, False), (True, True)]


async def test_a_password_in_what_somebody_else_set_is_not_shown(practice: Practice) -> None:
    token = practice.env["TWILIO_AUTH_TOKEN"]
    practice.holdings.numbers[
        PHONE_NUMBER
    ].voice_url = f"https://me:sesame@old.example/voice?t={token}&x=\x1b[2J"
    (change,) = (await plan(practice)).changes
    assert change.before.startswith("https://***@old.example/voice?t=")
    assert not any(secret in change.before for secret in ("sesame", token, "\x1b"))


async def test_twilio_is_not_led_to_where_it_cannot_come(practice: Practice) -> None:
    leads_elsewhere(practice)
    found = await plan(practice, TWILIO_API_BASE_URL="https://api.twilio.com")
    assert found.changes == () and "Twilio cannot reach" in found.obstacles[0]


async def test_nobody_at_the_public_address_is_said_beforehand(practice: Practice) -> None:
    leads_elsewhere(practice)
    settings, wrong = read_settings({**practice.env, "BASE_URL": "http://127.0.0.1:9"})
    looked, _ = await look_for_changes(settings, wrong)
    assert "nothing listens at 127.0.0.1:9" in looked.door.detail and looked.door.mend
    assert len(looked.plan.changes) == 2, "it is said, and left to whoever asked"
