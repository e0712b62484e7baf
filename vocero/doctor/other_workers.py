"""Several workers: is the Redis there through which operators reach all of them?"""

from __future__ import annotations

from collections.abc import Sequence

from vocero.bus.trying import trouble
from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, ok

WORKERS = "workers"


async def look(case: Case) -> Sequence[Finding]:
    """One line."""
    url = case.settings.redis_url.get_secret_value()
    if not url:
        return [ok(WORKERS, "one (REDIS_URL is empty)")]
    if lacking := case.lacks("REDIS_URL", "DATABASE_URL", "SECRET_KEY"):
        return [needs_setting(WORKERS, lacking)]
    if wrong := await trouble(url):
        mend = "check REDIS_URL; calls go on without it, but operators see one worker's only"
        return [failed(WORKERS, f"the Redis of REDIS_URL: {wrong}", mend)]
    return [ok(WORKERS, "several may share this database; they share VAR_DIR, too")]
