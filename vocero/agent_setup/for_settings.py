"""The agent that goes with this Vocero's settings."""

from __future__ import annotations

from vocero.agent_setup.managed import wanted_agent
from vocero.agent_setup.wanted import WantedAgent
from vocero.settings import Settings


def wanted_by(settings: Settings) -> WantedAgent:
    """What `vocero agent push` makes of these settings; only a few of them matter."""
    return wanted_agent(
        country=settings.default_country,
        max_call_s=settings.max_call_seconds,
        record_calls=settings.record_calls,
        keep_transcript_days=settings.keep_transcript_days,
    )
