"""Settings: the contract's names and defaults, what is told when they are wrong, no secrets."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from vocero.setting_values import HoursOfDay, Problem, is_loopback
from vocero.settings import (
    Settings,
    SettingsError,
    env_file_warning,
    load_settings,
    problems,
    read_settings,
    warnings,
)

ROOT = Path(__file__).resolve().parent.parent.parent
CANARY = "canary-7f3a"

GOOD = {
    "BASE_URL": "https://vocero.example.com/",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": CANARY,
    "TWILIO_WHATSAPP_NUMBER": "whatsapp:+14155238886",
    "TWILIO_PHONE_NUMBER": "+14155550100",
    "ELEVENLABS_API_KEY": CANARY,
    "ELEVENLABS_AGENT_ID": "agent_1",
}


def named(found: list[Problem]) -> set[str]:
    return {problem.name for problem in found}


def test_defaults_are_those_of_the_contract() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port, settings.debug) == ("127.0.0.1", 8000, False)
    assert settings.log_format == "text"
    assert settings.twilio_api_base_url == "https://api.twilio.com"
    assert settings.elevenlabs_base_url == "https://api.elevenlabs.io"
    assert settings.openai_base_url == "https://api.openai.com/v1"
    assert (settings.openai_model, settings.openai_transcription_model) == (
        "gpt-4o-mini",
        "whisper-1",
    )
    assert settings.google_places_base_url == "https://places.googleapis.com"
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:///var/vocero.db"
    assert settings.var_dir == Path("var")
    assert (settings.default_country, settings.allowed_countries) == ("AR", ("AR",))
    assert settings.allowed_customers == ("*",)
    assert str(settings.calling_hours) == "09:00-20:00"
    assert settings.default_timezone == "America/Argentina/Buenos_Aires"
    assert (
        settings.max_calls,
        settings.max_calls_per_customer_per_day,
        settings.max_calls_per_business_per_day,
        settings.max_spend_per_day,
    ) == (50, 10, 3, None)
    assert (settings.price_per_minute, settings.whatsapp_template_sid) == (0.2, "")
    assert settings.calls_per_second == 1
    assert (settings.max_call_seconds, settings.agent_stall_seconds, settings.drain_seconds) == (
        300,
        10,
        120,
    )
    assert "mms.twiliocdn.com" in settings.twilio_media_redirect_hosts
    assert (settings.record_calls, settings.keep_audio_days, settings.keep_transcript_days) == (
        False,
        7,
        30,
    )
    missing = [settings.twilio_auth_token, settings.operator_password, settings.tools_secret]
    assert not any(secret.get_secret_value() for secret in missing)


def test_values_are_read_from_the_environment_and_then_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    file = tmp_path / ".env"
    file.write_text("PORT=9000\nMAX_CALLS=7\nNOT_OURS=x\nDEFAULT_COUNTRY=\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "9100")
    monkeypatch.setenv("ALLOWED_COUNTRIES", "ar, UY")
    settings = load_settings(env_file=file)
    assert (settings.port, settings.max_calls) == (9100, 7)
    assert (settings.default_country, settings.allowed_countries) == ("AR", ("AR", "UY"))


def test_lists_hours_and_prefixes_are_understood() -> None:
    settings = load_settings(
        {
            **GOOD,
            "DEFAULT_COUNTRY": "es",
            "ALLOWED_CUSTOMERS": "whatsapp:+5491155512301, +34600111222,",
            "CALLING_HOURS": "08:30-24:00",
            "MAX_SPEND_PER_DAY": "2.5",
            "VAR_DIR": "/data",
            "TWILIO_MEDIA_REDIRECT_HOSTS": "MMS.twiliocdn.com,127.0.0.1:9000",
        }
    )
    assert settings.base_url == "https://vocero.example.com"
    assert settings.twilio_whatsapp_number == "+14155238886"
    assert settings.allowed_countries == ("ES",)
    assert settings.allowed_customers == ("+5491155512301", "+34600111222")
    assert settings.calling_hours == HoursOfDay(510, 1440)
    assert settings.max_spend_per_day == 2.5
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:////data/vocero.db"
    assert settings.twilio_media_redirect_hosts == ("mms.twiliocdn.com", "127.0.0.1:9000")
    assert problems(settings) == []


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "whole number"),
        ("PORT", "70000", "65535"),
        ("PORT", "9" * 5000, "integer"),
        ("DEBUG", "perhaps", "true or false"),
        ("MAX_CALLS", "0", "greater"),
        ("MAX_CALLS", "1.5", "whole number"),
        ("MAX_SPEND_PER_DAY", "lots", "number"),
        ("PRICE_PER_MINUTE", "0", "greater"),
        ("PRICE_PER_MINUTE", "inf", "number"),
        ("DRAIN_SECONDS", "nan", "number"),
        ("CALLS_PER_SECOND", "0", "greater"),
        ("CALLING_HOURS", "9 to 5", "09:00-20:00"),
        ("CALLING_HOURS", "20:00-09:00", "later"),
        ("CALLING_HOURS", "09:00-25:00", "09:00-20:00"),
        ("CALLING_HOURS", "²9:00-20:00", "09:00-20:00"),
        ("DEFAULT_COUNTRY", "Argentina", "country code"),
        ("ALLOWED_COUNTRIES", "AR,XX", "country code"),
        ("ALLOWED_COUNTRIES", ",", "at least one"),
        ("DEFAULT_TIMEZONE", "Mars/Olympus", "time zone"),
        ("DEFAULT_TIMEZONE", "../etc/passwd", "time zone"),
    ],
)
def test_what_cannot_be_read_is_one_line_without_the_value(
    name: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({**GOOD, name: value})
    assert [problem.name for problem in caught.value.problems] == [name]
    text = str(caught.value)
    assert says in text
    assert "\n" not in text
    assert value not in text or value in {"0", ","}


def test_secrets_in_the_wrong_place_are_not_repeated() -> None:
    names = ["PORT", "DEBUG", "CALLING_HOURS", "ALLOWED_COUNTRIES", "MAX_CALLS", "DEFAULT_TIMEZONE"]
    with pytest.raises(SettingsError) as caught:
        load_settings({**GOOD, **dict.fromkeys(names, CANARY)})
    assert named(caught.value.problems) == set(names)
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in str(error)
        assert CANARY not in repr(error)
        error = error.__cause__


def test_no_secret_shows_when_settings_are_printed() -> None:
    secrets = {
        name.upper(): CANARY
        for name, field in Settings.model_fields.items()
        if field.annotation is SecretStr
    }
    assert len(secrets) >= 9
    settings = load_settings({**GOOD, **secrets})
    assert CANARY not in repr(settings)
    assert CANARY not in str(settings.model_dump())


def test_everything_wrong_can_be_told_at_once() -> None:
    settings, unreadable = read_settings({"PORT": "x", "BASE_URL": "https://a.example"})
    assert named(unreadable) == {"PORT"}
    assert settings.port == 8000
    assert "TWILIO_AUTH_TOKEN" in named(problems(settings))
    assert "BASE_URL" not in named(problems(settings))


def test_serving_needs_exactly_these() -> None:
    found = problems(load_settings({}))
    assert named(found) == set(GOOD)
    assert all("missing" in str(problem) and problem.where for problem in found)
    assert named(problems(load_settings({}), "call")) == set(GOOD) - {"TWILIO_WHATSAPP_NUMBER"}
    assert named(problems(load_settings({}), "agent")) == {"ELEVENLABS_API_KEY"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BASE_URL", "http://vocero.example.com"),
        ("BASE_URL", "vocero.example.com"),
        ("BASE_URL", "https://vocero.example.com/hooks"),
        ("BASE_URL", f"https://user:{CANARY}@vocero.example.com"),
        ("BASE_URL", "https://[::1"),
        ("TWILIO_ACCOUNT_SID", "SK" + "0" * 32),
        ("TWILIO_ACCOUNT_SID", "AC../../Accounts"),
        ("TWILIO_PHONE_NUMBER", "011 4555-1234"),
        ("TWILIO_PHONE_NUMBER", "+٣٤٦٠٠١١١٢٢٢"),
        ("TWILIO_WHATSAPP_NUMBER", "whatsapp:14155238886"),
        ("WHATSAPP_TEMPLATE_SID", "result_of_a_call"),
        ("WHATSAPP_TEMPLATE_SID", "HX" + "g" * 32),
        ("WHATSAPP_TEMPLATE_SID", "HX" + "a" * 33),
        ("TWILIO_API_BASE_URL", "ftp://api.twilio.com"),
        ("DATABASE_URL", f"mysql://root:{CANARY}@db/vocero"),
        ("ALLOWED_CUSTOMERS", "+5491155512301,5491155512302222222"),
    ],
)
def test_impossible_values_are_one_line(name: str, value: str) -> None:
    found = problems(load_settings({**GOOD, name: value}))
    assert named(found) == {name}
    assert CANARY not in str(found[0])
    assert "\n" not in str(found[0])


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_plain_http_is_for_this_machine_only(host: str) -> None:
    assert problems(load_settings({**GOOD, "BASE_URL": f"http://{host}"})) == []
    assert is_loopback("127.8.8.8")
    assert not is_loopback("localhost.example.com")


def test_secrets_lose_the_line_end_that_was_pasted_with_them() -> None:
    settings = load_settings({"OPENAI_API_KEY": "sk-1\r\n"})
    assert settings.openai_api_key.get_secret_value() == "sk-1"


def test_warnings_name_what_deserves_a_look(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert env_file_warning(file) is None
    file.touch(mode=0o600)
    assert env_file_warning(file) is None
    file.chmod(0o640)
    exposed = env_file_warning(file)
    assert exposed is not None
    assert "chmod 600" in str(exposed)
    settings = load_settings(
        {"ELEVENLABS_PHONE_NUMBER_ID": "p", "TWILIO_API_BASE_URL": "http://carrier:9000"}
    )
    assert named(warnings(settings, file)) == {
        "ELEVENLABS_PHONE_NUMBER_ID",
        "TWILIO_API_BASE_URL",
        str(file),
    }
    assert warnings(load_settings({}), tmp_path / "none") == []


@pytest.mark.parametrize(
    ("spend", "price", "longest", "warned"),
    [
        ("off", "0.2", "300", False),
        ("0.99", "0.2", "300", True),
        ("1", "0.2", "300", False),
        ("0.6", "0.2", "180", False),
        ("1", "0.2", "301", True),
        ("2", "0.5", "200", False),
    ],
)
def test_a_limit_on_spending_that_allows_no_call_at_all_is_warned_of(
    spend: str, price: str, longest: str, warned: bool, tmp_path: Path
) -> None:
    given = {"MAX_SPEND_PER_DAY": spend, "PRICE_PER_MINUTE": price, "MAX_CALL_SECONDS": longest}
    found = warnings(load_settings(given), tmp_path / "none")
    assert named(found) == ({"MAX_SPEND_PER_DAY"} if warned else set())


def test_a_template_is_named_by_its_content_sid() -> None:
    settings = load_settings({**GOOD, "WHATSAPP_TEMPLATE_SID": "HX" + "0a" * 16})
    assert problems(settings) == []


def test_a_file_that_is_not_text_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"PORT=\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(env_file=file)


def test_the_example_names_every_setting_with_a_comment_and_its_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    example = ROOT / ".env.example"
    lines = example.read_text(encoding="utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)]
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)
    for before, line in itertools.pairwise(lines):
        if re.match(r"[A-Z_]+=", line):
            assert before.startswith("# "), f"{line} has no comment"
            assert not before.startswith("# ---"), f"{line} has no comment"
    assert load_settings(env_file=example).model_dump() == load_settings({}).model_dump()


@pytest.mark.parametrize(("secret", "warned"), [("", False), ("x" * 15, True), ("x" * 16, False)])
def test_a_secret_that_can_be_guessed_is_warned_of(
    secret: str, warned: bool, tmp_path: Path
) -> None:
    found = warnings(load_settings({**GOOD, "TOOLS_SECRET": secret}), tmp_path / "none")
    assert named(found) == ({"TOOLS_SECRET"} if warned else set())
    assert not secret or secret not in str(found)
