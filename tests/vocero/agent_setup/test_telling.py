"""How differences read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vocero.agent_setup.test_differences import CONFIG, PROMPT, changed
from vocero.agent_setup.differences import differences
from vocero.agent_setup.telling import told_differences
from vocero.agent_setup.wanted import WantedAgent

SWITCHES = "platform_settings.overrides.conversation_config_override"
PLACEHOLDERS = f"{CONFIG}.agent.dynamic_variables.dynamic_variable_placeholders"


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        (f"{CONFIG}.turn.turn_timeout", 7.0, ["    7 → 8"]),
        (f"{CONFIG}.turn.initial_wait_time", None, ["    not set → 5"]),
        (f"{SWITCHES}.tts.voice_id", True, ["    tts.voice_id: yes → no"]),
        (f"{CONFIG}.agent.first_message", "Hi", ["    Hi → nothing"]),
        (f"{CONFIG}.agent.first_message", "Hi\n\nthere", ["    - Hi", "    -", "    - there"]),
        (f"{PROMPT}.built_in_tools.end_call", None, ["    + to be added"]),
        ("tools.validate_slot.expects_response", False, ["    no → yes"]),
        (
            "tools.press_keys.parameters.properties.digits.type",
            "integer",
            ['    -    "type": "integer",', '    +    "type": "string",'],
        ),
    ],
)
def test_what_is_there_and_what_will_be(
    wanted: WantedAgent, path: str, value: Any, lines: list[str]
) -> None:
    told = [
        line.text for line in told_differences(differences(changed(wanted, path, value), wanted))
    ]
    assert len(told) == 1 + len(lines)
    assert told[1:] == lines


def test_only_what_is_added_is_named(wanted: WantedAgent) -> None:
    provisioned = changed(wanted, PLACEHOLDERS, {"mine": "x", "service": "corte"})
    _, line = told_differences(differences(provisioned, wanted))
    assert "call_id" in line.text and "mine" not in line.text and "service" not in line.text


def test_long_texts_are_cut_where_a_glance_is_enough(wanted: WantedAgent) -> None:
    found = differences(changed(wanted, f"{PROMPT}.prompt", "Short."), wanted)
    glance = list(told_differences(found, most_lines=3))
    assert len(glance) == 5 and glance[-1].text.endswith("more lines")
    assert len(list(told_differences(found))) > 40
