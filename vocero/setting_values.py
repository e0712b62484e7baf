"""How single settings are read and judged. No message repeats a value: it may be a secret."""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import phonenumbers

from vocero.bus.address import address_problem

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
ACCOUNT_SID = re.compile(r"AC[0-9a-zA-Z]{1,64}")
CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")

TWILIO_CONSOLE = "https://console.twilio.com, Account Info"
TWILIO_NUMBERS = "https://console.twilio.com, Phone Numbers > Active numbers"
TWILIO_SENDERS = "https://console.twilio.com, Messaging > Senders > WhatsApp senders, or Sandbox"
TWILIO_TEMPLATES = "https://console.twilio.com, Messaging > Content Template Builder"
ELEVENLABS_KEYS = "https://elevenlabs.io/app/settings/api-keys"
ELEVENLABS_AGENTS = "https://elevenlabs.io/app/agents, your agent's settings"
PUBLIC_ADDRESS = "your domain, or the https address that `ngrok http 8000` prints"
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person must mend before Vocero can work."""

    name: str
    """The setting."""
    wrong: str
    where: str = ""
    """Where to find the right value."""

    def __str__(self) -> str:
        return f"{self.name}: {self.wrong}" + (f" ({self.where})" if self.where else "")


@dataclass(frozen=True, slots=True)
class HoursOfDay:
    """A stretch of every day, in minutes after midnight of whatever zone it is read in."""

    opens_minute: int
    closes_minute: int
    """After `opens_minute`, at most 1440."""

    @property
    def opens(self) -> str:
        """ "HH:MM"."""
        return _clock(self.opens_minute)

    @property
    def closes(self) -> str:
        """ "HH:MM"; "24:00" for midnight at the end of the day."""
        return _clock(self.closes_minute)

    def __str__(self) -> str:
        return f"{self.opens}-{self.closes}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(text: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    digits = hours + minutes
    if not (colon and digits.isascii() and digits.isdigit() and len(minutes) == 2):
        raise ValueError
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > DAY_MINUTES:
        raise ValueError
    return total


def read_hours(value: object) -> object:
    """ "09:00-20:00" to HoursOfDay. The readers raise ValueError for what they cannot read."""
    if not isinstance(value, str):
        return value
    opens, _, closes = value.partition("-")
    try:
        hours = HoursOfDay(_minutes(opens), _minutes(closes))
    except ValueError:
        raise ValueError("must look like 09:00-20:00") from None
    if hours.closes_minute <= hours.opens_minute:
        raise ValueError("must end later than it begins, within one day")
    return hours


def read_list(value: object) -> object:
    """A comma list to a tuple; empty entries vanish."""
    if isinstance(value, str):
        return tuple(part for part in (piece.strip() for piece in value.split(",")) if part)
    return value


def read_word(value: object) -> object:
    """One of a few words, however it is capitalised."""
    return value.strip().lower() if isinstance(value, str) else value


def read_country(value: object) -> object:
    """An ISO code that phone numbers are known for, in capitals."""
    if not isinstance(value, str):
        return value
    code = value.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("must be a two-letter country code such as AR, ES or US")
    return code


def read_countries(value: object) -> object:
    """A comma list of ISO codes."""
    codes = read_list(value)
    return tuple(read_country(code) for code in codes) if isinstance(codes, tuple) else codes


def read_addresses(value: object) -> object:
    """A comma list of WhatsApp addresses, with or without "whatsapp:"."""
    parts = read_list(value)
    return tuple(map(without_prefix, parts)) if isinstance(parts, tuple) else parts


def without_prefix(value: Any) -> Any:
    """An address without "whatsapp:"."""
    return value.strip().removeprefix("whatsapp:") if isinstance(value, str) else value


def read_hosts(value: object) -> object:
    """A comma list of host names, lower-cased."""
    hosts = read_list(value)
    return tuple(host.lower() for host in hosts) if isinstance(hosts, tuple) else hosts


def read_url(value: object) -> object:
    """An address without a trailing slash."""
    return value.strip().rstrip("/") if isinstance(value, str) else value


def read_spend(value: object) -> object:
    """ "off" to None."""
    return None if isinstance(value, str) and value.strip().lower() == "off" else value


def read_secret(value: object) -> object:
    """A secret without the line end that came along when it was pasted."""
    return value.strip() if isinstance(value, str) else value


def read_zone(value: object) -> object:
    """The name of a time zone that this machine knows."""
    if isinstance(value, str):
        try:
            ZoneInfo(value.strip())
        # An unknown key, a path out of the database, a directory: all of them are no zone.
        except (KeyError, ValueError, OSError):
            raise ValueError(
                "must be a time zone name such as America/Argentina/Buenos_Aires"
            ) from None
    return value


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def base_url_problem(url: str) -> Problem | None:
    """Signatures and wss:// addresses are built from it, so it must be exact."""
    if not url:
        return Problem("BASE_URL", "is missing", PUBLIC_ADDRESS)
    problem = service_url_problem("BASE_URL", url)
    if problem is not None:
        return problem
    parts = urlsplit(url)
    if parts.path:
        return Problem("BASE_URL", "must be an address without a path", PUBLIC_ADDRESS)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        return Problem("BASE_URL", "must begin with https:// (http is for 127.0.0.1 only)")
    return None


def service_url_problem(name: str, url: str) -> Problem | None:
    """The address of somebody else's service, or of our own."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        return Problem(name, "must be an address like https://example.com")
    if parts.username or parts.password or parts.query or parts.fragment or " " in url:
        return Problem(name, "must be a bare address: no name, password, question mark or #")
    return None


def account_sid_problem(sid: str) -> Problem | None:
    """An API key sid (SK…) is a common mix-up."""
    if not sid:
        return Problem("TWILIO_ACCOUNT_SID", "is missing", TWILIO_CONSOLE)
    if not ACCOUNT_SID.fullmatch(sid):
        wrong = "must begin with AC and hold only letters and digits"
        return Problem("TWILIO_ACCOUNT_SID", wrong, TWILIO_CONSOLE)
    return None


def template_problem(sid: str) -> Problem | None:
    """A template is known by its Content SID, not by its name."""
    if not sid or CONTENT_SID.fullmatch(sid):
        return None
    wrong = "must be HX and 32 hexadecimal digits, or empty"
    return Problem("WHATSAPP_TEMPLATE_SID", wrong, TWILIO_TEMPLATES)


def spend_problem(per_day: float | None, per_minute: float, longest_s: float) -> Problem | None:
    """A day's limit under which not even one call of the longest kind fits."""
    longest = round(math.ceil(longest_s / 60) * per_minute, 6)
    if per_day is None or per_day >= longest:
        return None
    return Problem(
        "MAX_SPEND_PER_DAY",
        f"is less than the {longest:.2f} US dollars that one call of MAX_CALL_SECONDS is "
        "reckoned at (PRICE_PER_MINUTE): nobody will be called",
    )


def missing_problem(name: str, given: bool, where: str) -> Problem | None:
    """A value that only has to be there."""
    return None if given else Problem(name, "is missing", where)


def number_problem(name: str, number: str, where: str) -> Problem | None:
    """A number of our own, E.164."""
    if not number:
        return Problem(name, "is missing", where)
    if not E164.fullmatch(number):
        return Problem(name, "must be in international form, like +14155238886", where)
    return None


def database_problem(url: str) -> Problem | None:
    """Only the two kinds of database that Vocero speaks."""
    if url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
        return None
    return Problem(
        "DATABASE_URL",
        "must begin with sqlite+aiosqlite:// or postgresql+asyncpg://",
        "leave it empty for a database in VAR_DIR",
    )


def workers_problem(redis_url: str, database_url: str, secret_key: str) -> Problem | None:
    """What several workers need of one another; with an empty `redis_url` there is only one."""
    if not redis_url:
        return None
    if wrong_address := address_problem(redis_url):
        return Problem("REDIS_URL", wrong_address, "leave it empty for one worker")
    if not database_url.startswith("postgresql+asyncpg://"):
        wrong = "REDIS_URL is for several workers, and those share a PostgreSQL"
        return Problem("DATABASE_URL", wrong, "postgresql+asyncpg://…, or leave REDIS_URL empty")
    if not secret_key:
        wrong = "several workers (REDIS_URL) need the same one"
        return Problem("SECRET_KEY", wrong, "openssl rand -hex 24 makes a good one")
    return None


def customers_problem(addresses: tuple[str, ...]) -> Problem | None:
    """Numbers must be E.164; business-scoped ids are taken as they are."""
    for address in addresses:
        if (address.startswith("+") or address.isdigit()) and not E164.fullmatch(address):
            wrong = "numbers must be in international form, like +5491155512301, or *"
            return Problem("ALLOWED_CUSTOMERS", wrong)
    return None
