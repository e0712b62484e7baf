"""`vocero doctor` as its users run it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from quart import Quart

from data.sql_store import SqlStore
from simulation.carrier_holdings import Sender
from simulation.serving import serve_app
from tests.doctor.practice import Practice, push_agent, silent
from tests.serve.town import open_town, run_vocero
from vocero.__main__ import commands
from vocero.doctor.checks import Check, examine
from vocero.doctor.finding import Finding, Status, ok
from vocero.doctor_command import LEAST_S, LONGEST_S
from vocero.rehearsal import free_port
from vocero.settings import Settings

pytestmark = pytest.mark.sockets

KEYS = ["name", "status", "detail", "mend"]
WHATSAPP = "+541140001001"


def doctor(*arguments: str, **env: str) -> Result:
    return CliRunner().invoke(commands, ["doctor", *arguments], env=env)


@pytest.fixture
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env and no setting of somebody else; whoever has the usual port is left alone."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PORT", str(free_port()))


def _listed(result: Result) -> dict[str, dict[str, Any]]:
    told = json.loads(result.stdout)
    assert all(list(each) == KEYS for each in told)
    return {each["name"]: each for each in told}


@pytest.mark.usefixtures("_bare")
def test_without_any_setting_it_says_what_is_missing_and_what_waits_for_it() -> None:
    found = _listed(result := doctor("--json"))
    assert result.exit_code == 1 and "Traceback" not in result.output
    assert "***" not in result.stdout, "our own words are no secrets"
    failed = {name for name, each in found.items() if each["status"] == "failed"}
    assert failed == {
        "setting BASE_URL", "setting TWILIO_ACCOUNT_SID", "setting TWILIO_AUTH_TOKEN",
        "setting TWILIO_PHONE_NUMBER", "setting TWILIO_WHATSAPP_NUMBER",
        "setting ELEVENLABS_API_KEY", "setting ELEVENLABS_AGENT_ID",
    }  # fmt: skip
    for line, setting in (
        ("public address", "BASE_URL"),
        ("media websockets", "BASE_URL"),
        ("Twilio credentials", "TWILIO_ACCOUNT_SID"),
        ("agent tools", "ELEVENLABS_API_KEY"),
    ):
        assert found[line]["status"] == "warning"
        assert found[line]["detail"] == f"not checked: {setting} is missing or wrong"
        assert setting in found[line]["mend"]
    assert "rules read the messages" in found["model"]["detail"]
    assert "demo places" in found["places"]["detail"]
    assert found["database"]["status"] == "ok" and not Path("var").exists(), "nothing is made"


@pytest.mark.usefixtures("_bare")
def test_impossible_settings_are_told_one_by_one_and_without_their_values() -> None:
    result = doctor(
        PORT="not-a-port-but-secret", BASE_URL="ftp://sesame.example", CALLING_HOURS="sesame"
    )
    assert result.exit_code == 1
    lines = [line for line in result.stdout.splitlines() if line.startswith("failed")]
    for name in ("PORT", "BASE_URL", "CALLING_HOURS"):
        assert sum(f"setting {name} " in line for line in lines) == 1, lines
    assert "sesame" not in result.stdout and "secret" not in result.stdout.replace("SECRET_", "")


@pytest.mark.usefixtures("_bare")
def test_what_only_deserves_a_look_is_said() -> None:
    found = _listed(doctor("--json", ELEVENLABS_PHONE_NUMBER_ID="phnum_1"))
    assert found["setting ELEVENLABS_PHONE_NUMBER_ID"]["status"] == "warning"
    assert "is not used" in found["setting ELEVENLABS_PHONE_NUMBER_ID"]["detail"]


@pytest.mark.usefixtures("_bare")
def test_an_env_file_that_cannot_be_read_is_one_line_among_the_others() -> None:
    Path(".env").write_bytes(b"BASE_URL=\xff\xfe\n")
    found = _listed(result := doctor("--json"))
    assert result.exit_code == 1
    assert found["setting .env"]["status"] == "failed"


@pytest.mark.usefixtures("_bare")
def test_a_database_that_a_newer_program_made_is_named_and_left_alone() -> None:
    async def make() -> None:
        store = SqlStore("sqlite+aiosqlite:///var/vocero.db")
        await store.open()
        await store.close()

    asyncio.run(make())
    assert "up to date" in _listed(doctor("--json"))["database"]["detail"]
    with closing(sqlite3.connect("var/vocero.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0099'")
        database.commit()
    told = _listed(doctor("--json"))["database"]
    assert told["status"] == "failed" and "schema 99" in told["detail"]
    assert "matching version" in told["mend"]


def test_bad_usage_ends_with_2() -> None:
    assert doctor("--jason").exit_code == 2


async def test_against_a_service_in_a_process_of_its_own(tmp_path: Path) -> None:
    async with open_town(tmp_path, TWILIO_WHATSAPP_NUMBER=WHATSAPP) as town:
        await push_agent(town.world)
        holdings = town.world.twilio.office.holdings
        holdings.senders[WHATSAPP] = Sender(f"{town.url}/webhook/whatsapp")
        async with town.serving():
            code, out, err = await town.run("doctor", "--json")
            told = {each["name"]: each for each in json.loads(out)}
            failed = {name: each for name, each in told.items() if each["status"] == "failed"}
            assert (code, failed) == (0, {}), err
            assert told["signed webhooks"]["status"] == told["media websockets"]["status"] == "ok"
            assert "a Vocero listens at" in told["port"]["detail"]
        code, out, err = await town.run("doctor")
        lines = out.splitlines()
        assert code == 1 and err.startswith("1 failed, ")
        (failing,) = [line for line in lines if line.startswith("failed")]
        assert failing.startswith("failed  public address")
        assert sum("start `vocero serve` first" in line for line in lines) == 3
        assert len(lines) == len(told), "one line per check"


async def test_it_comes_to_an_end_when_everybody_hangs(tmp_path: Path) -> None:
    assert LEAST_S < LONGEST_S < 10.0
    async with silent() as address:
        names = ("BASE_URL", "TWILIO_API_BASE_URL", "ELEVENLABS_BASE_URL", "OPENAI_BASE_URL")
        env = {
            **dict.fromkeys((*names, "GOOGLE_PLACES_BASE_URL"), address),
            **dict.fromkeys(("TWILIO_PHONE_NUMBER", "TWILIO_WHATSAPP_NUMBER"), WHATSAPP),
            "TWILIO_ACCOUNT_SID": "AC" + 32 * "1",
            "ELEVENLABS_AGENT_ID": "agent_1",
            "VAR_DIR": str(tmp_path),
            "PORT": address.rpartition(":")[2],
        }
        secrets = {
            name: f"a-secret-{number}-that-nobody-may-see"
            for number, name in enumerate(
                ("TWILIO_AUTH_TOKEN", "ELEVENLABS_API_KEY", "OPENAI_API_KEY",
                 "GOOGLE_PLACES_API_KEY")
            )
        }  # fmt: skip
        code, out, err = await run_vocero("doctor", "--json", cwd=tmp_path, env={**env, **secrets})
    assert code == 1, err
    failed = {each["name"] for each in json.loads(out) if each["status"] == "failed"}
    assert failed == {
        "public address", "Twilio credentials", "ElevenLabs key", "model", "places", "port",
    }  # fmt: skip
    assert not any(secret in out + err for secret in secrets.values())


# --- the running of checks -----------------------------------------------------------------------
async def test_a_check_that_breaks_or_hangs_costs_no_other() -> None:
    async def hangs() -> list[Finding]:
        await asyncio.sleep(3600)
        return []

    async def breaks() -> list[Finding]:
        raise KeyError("a defect")

    async def well() -> list[Finding]:
        return [ok("well", "it is")]

    waited: list[tuple[str, ...]] = []
    found = await examine(
        [
            Check("somebody", ("first", "second"), hangs),
            Check("a defect", ("broken",), breaks),
            Check("the rest", ("well",), well),
        ],
        asyncio.get_running_loop().time() + 0.05,
        lambda names: waited.append(tuple(names)),
    )
    assert [(f.name, f.status) for f in found] == [
        ("first", Status.FAILED),
        ("second", Status.WARNING),
        ("broken", Status.FAILED),
        ("well", Status.OK),
    ]
    assert "mistake in Vocero" in found[2].mend and "a defect" not in found[2].detail
    assert waited[0] == ("somebody", "a defect", "the rest") and waited[-1] == ()


async def test_a_secret_that_somebody_else_says_is_not_shown(practice: Practice) -> None:
    app = Quart("chatterbox", static_folder=None)
    key = practice.env["GOOGLE_PLACES_API_KEY"]

    @app.post("/v1/places:searchText")
    async def search() -> tuple[dict[str, object], int]:
        return {"error": {"message": f"API key {key} is\x1b[31m expired"}}, 403

    served = await serve_app(app)
    try:
        failed = await practice.faults(GOOGLE_PLACES_BASE_URL=served.base_url)
    finally:
        await served.stop()
    detail = failed["places"].detail
    assert key not in detail and "\x1b" not in detail and "expired" in detail
