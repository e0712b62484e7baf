"""What ElevenLabs' refusals mean, each in one line with the next step. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bridge.elevenlabs_wire import safe_detail

PLANS = "https://elevenlabs.io/app/subscription"
_PLAN = re.compile(
    r"subscription|\bplan\b|\btier\b|upgrade|enterprise|not[ _]available|feature|quota|payment",
    re.IGNORECASE,
)
_KEY = (
    "ElevenLabs does not accept the key: check ELEVENLABS_API_KEY; it needs the permission to "
    "read and write Agents (https://elevenlabs.io/app/settings/api-keys)"
)
_NO_AGENT = (
    "ElevenLabs knows no such agent: check ELEVENLABS_AGENT_ID and ELEVENLABS_BASE_URL, or leave "
    "ELEVENLABS_AGENT_ID empty and `vocero agent push` makes a new one"
)


class AgentSetupError(Exception):
    """The agent cannot be read or changed; str() is one line with the next step, no secrets."""

    def __init__(self, line: str, status: int | None = None) -> None:
        super().__init__(line)
        self.status = status
        """The HTTP status, None when there was no answer."""


def refused(status: int | None, body: object, *, of_agent: bool) -> AgentSetupError:
    """`body` is the answer's JSON or text; `of_agent`: it was asked about one agent."""
    said = what_it_says(body)
    if status == 401 and "missing_permissions" in said:
        return AgentSetupError(f"{_KEY}: {said}", status)
    if status == 401:
        return AgentSetupError(_KEY, status)
    if status == 404 and of_agent:
        return AgentSetupError(_NO_AGENT, status)
    if status == 429:
        return AgentSetupError(
            "ElevenLabs takes no more requests for the moment: try again in a minute", status
        )
    if status is not None and status >= 500:
        return AgentSetupError(
            f"ElevenLabs has a failure of its own (HTTP {status}): try again later; "
            "https://status.elevenlabs.io tells whether it is known",
            status,
        )
    if status == 402 or (status is not None and _PLAN.search(said)):
        return AgentSetupError(
            f"your ElevenLabs plan does not include this ({said or 'payment required'}): "
            f"change the plan at {PLANS}, or the agent by hand in the dashboard",
            status,
        )
    if status == 403:
        return AgentSetupError(f"ElevenLabs forbids it{_after(said)}: {_KEY}", status)
    if status == 422:
        return AgentSetupError(
            f"ElevenLabs does not understand a setting{_after(said)}: a newer Vocero may", status
        )
    return AgentSetupError(f"ElevenLabs refused (HTTP {status}){_after(said)}", status)


def what_it_says(body: object) -> str:
    """ElevenLabs' own words for it: one printable line without addresses and keys, or ""."""
    detail = body.get("detail", body) if isinstance(body, Mapping) else body
    if isinstance(detail, Mapping):
        parts = [detail.get(name) for name in ("status", "message")]
        return safe_detail(": ".join(part for part in parts if isinstance(part, str) and part))
    if isinstance(detail, list | tuple):
        faults = [
            f"{'.'.join(str(step) for step in each.get('loc', ()))}: {each.get('msg')}"
            for each in detail
            if isinstance(each, Mapping)
        ]
        return safe_detail("; ".join(faults[:3]))
    return safe_detail(detail) if isinstance(detail, str) else ""


def _after(said: str) -> str:
    return f" ({said})" if said else ""
