"""A business as it is offered to the customer."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


class OpeningHours(BaseModel):
    """One stretch of opening time, in the business's own time zone."""

    model_config = ConfigDict(frozen=True)

    weekday: int = Field(ge=0, le=6)
    """0 = Monday … 6 = Sunday."""
    opens: str
    """"HH:MM", 24 hours."""
    closes: str
    """"HH:MM"; "24:00" for midnight at the end of the day."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a business is open at some moment, by its opening hours."""

    open_now: bool | None = None
    """None when its hours are not known."""
    opens: str = ""
    """When it opens next, on its own clock: "HH:MM" today, else "YYYY-MM-DD HH:MM"; or ""."""


class PlaceInfo(BaseModel):
    """A business with the fields of the original plan, then what only some sources know."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    address: str = ""
    phone: str | None = None
    """E.164, or None: a place without a phone is never offered."""
    rating: float | None = None
    rating_count: int | None = None
    kind: str = ""
    """What it is, in plain words: "peluquería", "dentist"."""
    opening_hours: tuple[OpeningHours, ...] = ()
    """Empty when unknown."""
    timezone: str = ""
    """IANA name, or "" when unknown."""
    latitude: float | None = None
    """Degrees north; None when unknown."""
    longitude: float | None = None
    """Degrees east."""
