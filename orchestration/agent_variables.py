"""Which dynamic variables every call sends to the agent, and the language of a country. Pure.

Every one of VARIABLES is always sent, "" when unknown: an agent whose prompt or tools name a
variable that did not come ends the conversation with 1008 (ElevenLabs, `missing_dynamic_variable`).
Names must not begin with `system__` or `secret__`, which ElevenLabs keeps for itself.
"""

from __future__ import annotations

VARIABLES = (
    "call_id",  # the attempt's id; server tools send it back
    "business_name",
    "business_phone",
    "customer_name",
    "opening",  # what to say first: that an AI calls, for whom, what for; where it is so: recorded
    "service",  # in the customer's words
    "request",  # anything particular
    "date",  # ISO; a range as "2026-11-26/2026-11-28"
    "date_spoken",  # "viernes 27 de noviembre"; as heard when it could not be resolved
    "time",  # "17:00", "17:00-19:00", "18:00-", "-11:00"
    "time_spoken",  # "a las cinco de la tarde"
    "wishes",  # what is a must, what is only a wish and what will do instead, in words
    "professional",  # by whom, "" for anybody
    "language",  # of the call: "es" or "en"
    "today",  # ISO, at the business
    "now",  # "HH:MM", at the business
    "weekday",  # of today, in the call's language
    "timezone",  # IANA
    "callback",  # number at which Vocero can be called back, or ""
)
"""All of them, for provisioning the agent with placeholders of the same names."""

_SPANISH = frozenset(
    "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE".split()
)  # fmt: skip
_ENGLISH = frozenset("AG AU BB BS CA GB GG IE IM JE JM NZ TT US ZA".split())


def language_of_region(region: str) -> str:
    """ "es" or "en" where that is clear for a country (ISO code), else ""."""
    if region in _SPANISH:
        return "es"
    return "en" if region in _ENGLISH else ""
