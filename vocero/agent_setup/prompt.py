"""The agent's prompts, from the files beside this one."""

from __future__ import annotations

from importlib.resources import files

LANGUAGES = ("es", "en")
"""What the agent has a prompt for."""


def prompt_in(language: str) -> str:
    """The prompt in one of LANGUAGES, without the line end at its end."""
    text = files("vocero.agent_setup").joinpath("prompts", f"{language}.md")
    return text.read_text(encoding="utf-8").strip()
