"""Where a peer listens and whom it calls: the same command line for all of them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """As the bench says it."""

    port: int
    """To listen at, on 127.0.0.1: carriers come to /media/ATTEMPT."""
    agents_port: int
    agent_format: str

    def agent_url(self, attempt: str) -> str:
        """Where this call's agent answers."""
        return f"ws://127.0.0.1:{self.agents_port}/{attempt}"


def given() -> Place:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--agents-port", type=int, required=True)
    parser.add_argument("--format", required=True, choices=["ulaw_8000", "pcm_16000"])
    found = parser.parse_args()
    return Place(found.port, found.agents_port, found.format)
