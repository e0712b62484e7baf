"""Google Places: one search that asks for one field."""

from __future__ import annotations

from collections.abc import Sequence

from vocero.doctor.case import Case
from vocero.doctor.finding import Finding, failed, needs_setting, ok, warning
from vocero.doctor.rest import NoReply

PLACES = "places"
_KEYS = (
    "switch on Places API (New) and billing at https://console.cloud.google.com, and set"
    " GOOGLE_PLACES_API_KEY to a key that may use it from this machine"
)
_REACH = "see that this machine reaches GOOGLE_PLACES_BASE_URL"


async def look(case: Case) -> Sequence[Finding]:
    """One line."""
    settings = case.settings
    if not settings.google_places_api_key:
        detail = "without GOOGLE_PLACES_API_KEY invented demo places are offered"
        return [warning(PLACES, detail, f"nothing, for a demo; else {_KEYS}")]
    if lacking := case.lacks("GOOGLE_PLACES_BASE_URL"):
        return [needs_setting(PLACES, lacking)]
    answer = await case.asker.ask(
        "POST",
        f"{settings.google_places_base_url}/v1/places:searchText",
        headers={
            "X-Goog-Api-Key": settings.google_places_api_key.get_secret_value(),
            "X-Goog-FieldMask": "places.id",
        },
        body={"textQuery": "dentist", "pageSize": 1, "regionCode": settings.default_country},
    )
    if isinstance(answer, NoReply):
        return [failed(PLACES, answer.why, _REACH)]
    if answer.status == 200:
        return [ok(PLACES, "a search is answered")]
    said = answer.said()
    detail = f"Google refused a search with HTTP {answer.status}" + (f": {said}" if said else "")
    return [failed(PLACES, detail, _REACH if answer.status >= 500 else _KEYS)]
