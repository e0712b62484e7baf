"""The rules against labelled messages of five varieties: what they get right, and never wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from data.errand import IntentType
from tests.conftest import Tell
from tests.messaging.labelled import (
    CORPUS,
    COUNTRY,
    FIELDS,
    KEPT_ASIDE,
    WORDS,
    Labelled,
    labelled,
)

FILES = pytest.mark.parametrize("path", [CORPUS, KEPT_ASIDE], ids=["corpus", "kept aside"])


def _score(rows: list[Labelled]) -> tuple[Counter[str], Counter[str]]:
    """How many of each kind are right, and how many there are."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for each in rows:
        row, parsed = each.row, each.parsed
        checks = {"intent": parsed.intent.value == row["intent"]}
        checks[row["variety"]] = checks[f"intent {row['intent']}"] = checks["intent"]
        for name in (*FIELDS, *WORDS):
            if name in row:
                checks[name] = getattr(parsed, name) == row[name]
        for name, good in checks.items():
            total[name] += 1
            right[name] += good
    return right, total


@FILES
def test_the_score(path: Path, tell: Tell) -> None:
    rows = list(labelled(path))
    right, total = _score(rows)
    for names in (("intent", *COUNTRY), (*FIELDS, *WORDS)):
        shown = ", ".join(f"{name} {right[name]}/{total[name]}" for name in names)
        tell(f"rules on {len(rows)} labelled messages ({path.stem}): {shown}")
    assert right["intent"] / total["intent"] >= 0.97
    for name in (*COUNTRY, *(f"intent {intent.value}" for intent in IntentType)):
        assert right[name] / total[name] >= 0.9, name
    for name in (*FIELDS, *WORDS):
        assert right[name] / total[name] >= 0.85, name


def test_there_are_enough_of_them() -> None:
    assert len(list(labelled(CORPUS))) >= 450
    assert len(list(labelled(KEPT_ASIDE))) >= 100


@FILES
def test_what_can_dial_is_right_or_not_understood(path: Path) -> None:
    for each in labelled(path):
        row, parsed = each.row, each.parsed
        assert parsed.phone_number in (row.get("phone_number"), None), row
        assert parsed.selected_option in (row.get("selected_option"), None), row
        if row["intent"] in ("confirm", "cancel"):
            assert parsed.intent.value in (row["intent"], "help"), row
        if parsed.intent in (IntentType.CONFIRM, IntentType.CANCEL):
            assert row["intent"] == parsed.intent.value, row


def test_every_variety_and_every_intent_is_in_the_corpus() -> None:
    seen = {(each.row["variety"], each.row["intent"]) for each in labelled(CORPUS)}
    assert seen == {(variety, intent.value) for variety in COUNTRY for intent in IntentType}
