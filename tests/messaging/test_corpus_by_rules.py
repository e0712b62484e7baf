"""The rules against labelled messages of four varieties: what they get right, and never wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data.errand import IntentType, ParsedMessage
from messaging.rules import read
from orchestration.ports import ReadingContext

CORPUS = Path(__file__).with_name("corpus.jsonl")
COUNTRY = {"es-AR": "AR", "es-MX": "MX", "es-ES": "ES", "en": "US"}
WORDS = ("service_type", "location", "date_preference", "time_preference")

Read = list[tuple[dict[str, Any], ParsedMessage]]


@pytest.fixture
def readings(situation: Callable[..., ReadingContext]) -> Read:
    return list(_readings(situation))


def _readings(
    situation: Callable[..., ReadingContext],
) -> Iterator[tuple[dict[str, Any], ParsedMessage]]:
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        context = situation(
            status=row.get("status", "idle"),
            options=tuple(row.get("options", ())),
            country=COUNTRY[row["variety"]],
        )
        yield row, read(row["text"], context)


def test_the_score(readings: Read, capsys: pytest.CaptureFixture[str]) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row, parsed in readings:
        checks = {"intent": parsed.intent.value == row["intent"]}
        checks[row["variety"]] = checks["intent"]
        for name in WORDS:
            if name in row:
                checks[name] = getattr(parsed, name) == row[name]
        for name, good in checks.items():
            total[name] += 1
            right[name] += good
    with capsys.disabled():
        print(f"\nrules on {len(readings)} labelled messages:", end="")  # noqa: T201 (the score)
        for name in sorted(total):
            print(f" {name} {right[name]}/{total[name]}", end="")  # noqa: T201 (the score)
    assert len(readings) >= 120
    assert right["intent"] / total["intent"] >= 0.9
    for name in (*COUNTRY, *WORDS):
        assert right[name] / total[name] >= 0.85, name


def test_what_can_dial_is_right_or_not_understood(readings: Read) -> None:
    for row, parsed in readings:
        number, option = row.get("phone_number"), row.get("selected_option")
        assert parsed.phone_number in (number, None), row
        assert parsed.selected_option in (option, None), row
        if row["intent"] in ("confirm", "cancel"):
            assert parsed.intent.value in (row["intent"], "help"), row
        if parsed.intent is IntentType.CONFIRM:
            assert row["intent"] == "confirm", row


def test_every_variety_and_every_intent_is_in_the_corpus(readings: Read) -> None:
    seen = {(row["variety"], row["intent"]) for row, _ in readings}
    assert seen == {(variety, intent.value) for variety in COUNTRY for intent in IntentType}
