"""The prompts: only variables that every call sends, only tools that the agent has."""

from __future__ import annotations

import re

import pytest

from orchestration.agent_variables import VARIABLES
from vocero.agent_setup.agent_tools import CLIENT_TOOLS, SYSTEM_TOOLS
from vocero.agent_setup.prompt import LANGUAGES, prompt_in

TOOLS = {tool.name for tool in CLIENT_TOOLS} | set(SYSTEM_TOOLS)
DISCLOSURE = {"es": "asistente de inteligencia artificial", "en": "artificial intelligence"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_what_is_sent_is_used(language: str) -> None:
    used = set(re.findall(r"\{\{(.*?)\}\}", prompt_in(language)))
    assert used <= set(VARIABLES)
    told = {"opening", "wishes", "date_spoken", "time_spoken", "language", "today", "customer_name"}
    assert told <= used


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tool_is_explained_and_no_other(language: str) -> None:
    words = set(re.findall(r"[a-z]+(?:_[a-z]+)+", re.sub(r"\{\{.*?\}\}", "", prompt_in(language))))
    statuses = {"no_availability", "callback_needed", "wrong_number", "no_answer"}
    assert TOOLS <= words
    assert words <= TOOLS | statuses


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_it_is_and_reads_back(language: str) -> None:
    prompt = prompt_in(language)
    assert DISCLOSURE[language] in prompt.splitlines()[2]
    assert prompt.index("{{opening}}") < prompt.index("validate_slot")
    assert {"es": "¿es correcto?", "en": "is that right?"}[language] in prompt


def test_both_say_the_same_things() -> None:
    shapes = [
        [line[:2] for line in prompt_in(language).splitlines() if line[:2] in ("# ", "- ")]
        for language in LANGUAGES
    ]
    assert shapes[0] == shapes[1]
    used = [sorted(re.findall(r"\{\{(.*?)\}\}", prompt_in(language))) for language in LANGUAGES]
    assert used[0] == used[1]
