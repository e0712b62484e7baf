"""Figures of how the agent's sound reached the business."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaybackFigures:
    """How the playback has been doing."""

    sent_ms: float
    """Sound handed to the carrier; what was sent again after a clear counts twice."""
    heard_ms: float
    """Sound that the business has heard by our estimate."""
    cleared_ms: float
    """Sound forgotten before it was heard: interrupted, or left when the call broke off."""
    lead_ms: float
    """Sound that the carrier holds now, by our estimate."""
    waiting_ms: float
    """Sound that has not been sent yet."""
    underruns: int
    """Times the carrier ran dry although there was sound to send."""
    refused_pieces: int
    """Pieces that came in late, after their event id had been interrupted."""
    dropped_pieces: int
    """Pieces over the limit of unheard sound."""
