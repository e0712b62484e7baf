"""The bus that the settings ask for."""

from __future__ import annotations

from sqlalchemy.engine import make_url

from vocero.bus.bus import Bus, NoOthers
from vocero.settings import Settings


def make_bus(settings: Settings) -> Bus:
    """Nothing is connected before it is entered. Workers on one database find one another, and
    several Voceros may share a Redis. Raises ValueError for a REDIS_URL that is no address."""
    url = settings.redis_url.get_secret_value()
    if not url:
        return NoOthers()
    # Only who has other workers pays for this import, and before anything is at work.
    from vocero.bus.redis_bus import RedisBus

    database = make_url(settings.database_url.get_secret_value()).database or ""
    return RedisBus(url, f"vocero:{database}:", settings.secret_key.get_secret_value())
