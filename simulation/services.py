"""The other servers that Vocero asks: a model (OpenAI) and a search for businesses (Google)."""

from simulation.services_openai import ChatAsked, Mode, SimulatedOpenAI, TranscriptAsked
from simulation.services_places import PLACES, PlacesAsked, PlacesMode, SimulatedPlaces

__all__ = [
    "PLACES",
    "ChatAsked",
    "Mode",
    "PlacesAsked",
    "PlacesMode",
    "SimulatedOpenAI",
    "SimulatedPlaces",
    "TranscriptAsked",
]
