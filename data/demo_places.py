"""The invented businesses that stand in for a places search while there is no key."""

from __future__ import annotations

import functools
from importlib import resources

from pydantic import TypeAdapter

from data.place import PlaceInfo

_PLACES = TypeAdapter(tuple[PlaceInfo, ...])


@functools.cache
def demo_places() -> tuple[PlaceInfo, ...]:
    """All of them, also those without a phone, which must never be offered.

    The numbers lie in ranges kept for fiction where the country has one (United States, United
    Kingdom), elsewhere in round ones that look it.
    """
    text = resources.files("data").joinpath("demo_providers.json").read_text(encoding="utf-8")
    return _PLACES.validate_json(text)
