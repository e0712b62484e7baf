"""The settings of the contract, from the environment or `.env` in the working directory.

`load_settings` is the only door. What is wrong is told in one line per name, and never with a
value: what was mistyped may be a secret.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from vocero.setting_values import (
    ELEVENLABS_AGENTS,
    ELEVENLABS_KEYS,
    TWILIO_CONSOLE,
    TWILIO_NUMBERS,
    TWILIO_SENDERS,
    HoursOfDay,
    Problem,
    account_sid_problem,
    base_url_problem,
    customers_problem,
    database_problem,
    is_loopback,
    missing_problem,
    number_problem,
    read_addresses,
    read_countries,
    read_country,
    read_hosts,
    read_hours,
    read_secret,
    read_spend,
    read_url,
    read_word,
    read_zone,
    service_url_problem,
    spend_problem,
    template_problem,
    without_prefix,
    workers_problem,
)

Purpose = Literal["serve", "call", "agent"]
"""serve: the whole service; call: one call without WhatsApp; agent: provisioning only."""

ENV_FILE = Path(".env")


Url = Annotated[str, BeforeValidator(read_url)]
Number = Annotated[str, BeforeValidator(without_prefix)]
Country = Annotated[str, BeforeValidator(read_country)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Secret = Annotated[SecretStr, BeforeValidator(read_secret)]
LogFormat = Annotated[Literal["text", "json"], BeforeValidator(read_word)]
NONE = SecretStr("")
ENGLISH_SPEAKING = frozenset({"US", "GB", "IE", "AU", "NZ", "CA"})
LEAST_TOOLS_SECRET = 16
"""Characters; nothing but this secret stands between a stranger and a false report."""


def _home_country(known: dict[str, Any]) -> tuple[str, ...]:
    return (str(known.get("default_country", "AR")),)


def _embedded_database(known: dict[str, Any]) -> SecretStr:
    return SecretStr(f"sqlite+aiosqlite:///{known.get('var_dir', 'var')}/vocero.db")


class Settings(BaseSettings):
    """Every setting; a missing text or secret is empty. Names are those of the contract."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        env_file_encoding="utf-8",
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    debug: bool = False
    log_format: LogFormat = "text"
    base_url: Url = ""
    twilio_account_sid: str = ""
    twilio_auth_token: Secret = NONE
    twilio_whatsapp_number: Number = ""
    """E.164, without the "whatsapp:" prefix."""
    whatsapp_template_sid: str = ""
    """Content SID of an approved template with the one variable {{1}}, or ""."""
    twilio_phone_number: Number = ""
    twilio_api_base_url: Url = "https://api.twilio.com"
    elevenlabs_api_key: Secret = NONE
    elevenlabs_agent_id: str = ""
    elevenlabs_base_url: Url = "https://api.elevenlabs.io"
    elevenlabs_phone_number_id: str = ""
    """Accepted and unused."""
    ngrok_authtoken: Secret = NONE
    """Only for `vocero serve --tunnel`."""
    ngrok_api_url: Url = "http://127.0.0.1:4040"
    """Where a running ngrok agent tells of its tunnels."""
    openai_api_key: Secret = NONE
    openai_base_url: Url = "https://api.openai.com/v1"
    openai_model: str = "gpt-4o-mini"
    openai_transcription_model: str = "whisper-1"
    google_places_api_key: Secret = NONE
    google_places_base_url: Url = "https://places.googleapis.com"
    var_dir: Path = Path("var")
    database_url: Secret = Field(default_factory=_embedded_database)
    """Secret because it may hold a password; in VAR_DIR unless told otherwise."""
    redis_url: Secret = NONE
    operator_password: Secret = NONE
    secret_key: Secret = NONE
    default_country: Country = "AR"
    allowed_countries: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(read_countries), Field(min_length=1)
    ] = Field(default_factory=_home_country)
    allowed_customers: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(read_addresses), Field(min_length=1)
    ] = ("*",)
    """WhatsApp addresses without the "whatsapp:" prefix, or "*" for anybody."""
    calling_hours: Annotated[HoursOfDay, NoDecode, BeforeValidator(read_hours)] = HoursOfDay(
        9 * 60, 20 * 60
    )
    default_timezone: Annotated[str, BeforeValidator(read_zone)] = "America/Argentina/Buenos_Aires"
    max_calls: Count = 50
    max_calls_per_customer_per_day: Count = 10
    max_calls_per_business_per_day: Count = 3
    max_spend_per_day: Annotated[float | None, BeforeValidator(read_spend)] = Field(
        default=None, gt=0, allow_inf_nan=False
    )
    """US dollars, or None: off."""
    price_per_minute: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 0.2
    """US dollars: what a begun minute of a call is reckoned at."""
    calls_per_second: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] = 1.0
    max_call_seconds: Seconds = 300.0
    agent_stall_seconds: Seconds = 10.0
    drain_seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 120.0
    tools_secret: Secret = NONE
    twilio_media_redirect_hosts: Annotated[
        tuple[str, ...], NoDecode, BeforeValidator(read_hosts)
    ] = ("mms.twiliocdn.com", "media.twiliocdn.com", "s3-external-1.amazonaws.com")
    record_calls: bool = False
    record_only_announced: bool = False
    """Keep nothing of a call in which the agent did not say that it is recorded."""
    keep_audio_days: Days = 7
    keep_transcript_days: Days = 30

    @property
    def default_language(self) -> str:
        """What is spoken where this Vocero is at home, "es" or "en"."""
        return "en" if self.default_country in ENGLISH_SPEAKING else "es"


class _GivenSettings(Settings):
    """The same from a mapping alone, whatever this process's environment holds."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class SettingsError(Exception):
    """Settings that cannot be used; str() is one line per problem and holds no values."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def load_settings(
    env: Mapping[str, str] | None = None, *, env_file: Path | None = ENV_FILE
) -> Settings:
    """The settings of this process, or of `env` alone. Raises SettingsError.

    Only what cannot be read at all is an error here; what is missing for a purpose is told by
    `problems`.
    """
    settings, unreadable = read_settings(env, env_file=env_file)
    if unreadable:
        raise SettingsError(unreadable)
    return settings


def read_settings(
    env: Mapping[str, str] | None = None, *, env_file: Path | None = ENV_FILE
) -> tuple[Settings, list[Problem]]:
    """Settings in which whatever could not be read has its default, and what that was."""
    given: dict[str, Any] = {}
    if env is not None:
        known = Settings.model_fields
        given = {k.lower(): v for k, v in env.items() if k.lower() in known and v.strip()}
    source: dict[str, Any] = {} if env is not None else {"_env_file": env_file}
    kind = Settings if env is None else _GivenSettings
    try:
        return kind(**source, **given), []
    except ValidationError as error:
        wrong = {
            str(e["loc"][0]): _reason(e["type"], e["msg"])
            for e in error.errors(include_input=False)
            if e["type"] != "default_factory_not_called"
        }
    except (UnicodeDecodeError, OSError) as error:
        wrong_file = Problem(str(env_file), f"cannot be read ({type(error).__name__})")
        raise SettingsError([wrong_file]) from None
    # Defaults in place of what is wrong, so that everything can be told at once.
    harmless = _GivenSettings()
    defaults = {name: getattr(harmless, name) for name in wrong}
    unreadable = [Problem(name.upper(), reason) for name, reason in wrong.items()]
    return kind(**source, **{**given, **defaults}), unreadable


def _reason(kind: str, message: str) -> str:
    # Messages of our own validators begin with their type; none of them repeats the value.
    text = message.removeprefix("Value error, ")
    if kind in {"int_parsing", "int_type", "int_from_float"}:
        return "must be a whole number"
    if kind in {"float_parsing", "float_type", "finite_number"}:
        return "must be a number"
    if kind.startswith("bool"):
        return "must be true or false"
    if kind == "too_short":
        return "must name at least one"
    return text.replace("Input should be", "must be")


def secrets_of(settings: Settings) -> list[str]:
    """Every value that must not be shown, by its type: a new secret is among them by itself."""
    values = (getattr(settings, name) for name in Settings.model_fields)
    return [v.get_secret_value() for v in values if isinstance(v, SecretStr) and v]


def problems(settings: Settings, purpose: Purpose = "serve") -> list[Problem]:
    """Whatever is missing or impossible for this purpose; empty when it can begin."""
    found: list[Problem | None] = []
    if purpose in {"serve", "call"}:
        found += [
            base_url_problem(settings.base_url),
            account_sid_problem(settings.twilio_account_sid),
            missing_problem("TWILIO_AUTH_TOKEN", bool(settings.twilio_auth_token), TWILIO_CONSOLE),
            number_problem("TWILIO_PHONE_NUMBER", settings.twilio_phone_number, TWILIO_NUMBERS),
            service_url_problem("TWILIO_API_BASE_URL", settings.twilio_api_base_url),
            missing_problem(
                "ELEVENLABS_AGENT_ID", bool(settings.elevenlabs_agent_id), ELEVENLABS_AGENTS
            ),
        ]
    if purpose == "serve":
        found += [
            number_problem(
                "TWILIO_WHATSAPP_NUMBER", settings.twilio_whatsapp_number, TWILIO_SENDERS
            ),
            template_problem(settings.whatsapp_template_sid),
            service_url_problem("OPENAI_BASE_URL", settings.openai_base_url),
            service_url_problem("GOOGLE_PLACES_BASE_URL", settings.google_places_base_url),
            service_url_problem("NGROK_API_URL", settings.ngrok_api_url),
            database_problem(settings.database_url.get_secret_value()),
            workers_problem(
                settings.redis_url.get_secret_value(),
                settings.database_url.get_secret_value(),
                settings.secret_key.get_secret_value(),
            ),
            customers_problem(settings.allowed_customers),
        ]
    found += [
        missing_problem("ELEVENLABS_API_KEY", bool(settings.elevenlabs_api_key), ELEVENLABS_KEYS),
        service_url_problem("ELEVENLABS_BASE_URL", settings.elevenlabs_base_url),
    ]
    return [problem for problem in found if problem is not None]


def warnings(settings: Settings, env_file: Path = ENV_FILE) -> list[Problem]:
    """What works but deserves a look."""
    found: list[Problem] = []
    if settings.elevenlabs_phone_number_id:
        found.append(
            Problem("ELEVENLABS_PHONE_NUMBER_ID", "is not used: Vocero dials by itself, drop it")
        )
    for name, url in (
        ("TWILIO_API_BASE_URL", settings.twilio_api_base_url),
        ("ELEVENLABS_BASE_URL", settings.elevenlabs_base_url),
    ):
        parts = urlsplit(url)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            found.append(Problem(name, "sends your key over plain http to another machine"))
    if 0 < len(settings.tools_secret) < LEAST_TOOLS_SECRET:
        wrong = "is short enough to be guessed: whoever does can report what a call came to"
        found.append(Problem("TOOLS_SECRET", wrong, "openssl rand -hex 24 makes a good one"))
    spend = spend_problem(
        settings.max_spend_per_day, settings.price_per_minute, settings.max_call_seconds
    )
    return [*found, *(each for each in (spend, env_file_warning(env_file)) if each is not None)]


def env_file_warning(path: Path = ENV_FILE) -> Problem | None:
    """A `.env` that other people on this machine can read."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return Problem(str(path), "can be read by others on this machine", f"chmod 600 {path}")
    return None
