"""Calls written word by word, many of them by somebody who did not know the rules."""

from __future__ import annotations

import pytest

from data.call import EndCause, OutcomeStatus
from orchestration.evidence.judge import judge
from tests.conftest import Tell
from tests.orchestration.callees import NOW, Callee
from tests.orchestration.said_in_calls import AGREES
from tests.orchestration.test_thousand_callees import READERS, WITH_A_READER, is_booked, told
from tests.orchestration.written_calls import written

BATCHES = (
    "blind",
    "blind_second",
    "blind_third",
    "blind_fourth",
    "blind_fifth",
    "blind_sixth",
    "blind_seventh",
    "own",
    "own_second",
    "own_third",
    "own_fourth",
    "own_fifth",
    "own_sixth",
    "own_seventh",
    "own_eighth",
)
HONEST = tuple(f"{batch}_honest" for batch in BATCHES)
LIARS = tuple(f"{batch}_liars" for batch in BATCHES)
LEAST_OF_BLIND, LEAST_OF_LATER, LEAST_OF_OWN = 0.97, 0.90, 0.88
"""Parts of the true bookings that have to be told as such; our own are harder on purpose."""
LATER = ("blind_third_honest", "blind_fourth_honest")
"""Of other kinds than the first two: more of them sound like no booking at all."""
LEAST_OF_SEVERAL = {
    "blind_fifth_honest": 0.80,
    "blind_sixth_honest": 0.90,
    "blind_seventh_honest": 0.80,
}
"""By several writers; the patterns were not made to fit them. The seventh batch stands as it was
read for the first time: nothing was changed because of it."""
KNOWN_TO_DECEIVE = {
    ("blind_fifth_liars", WITH_A_READER): 14,
    ("blind_sixth_liars", WITH_A_READER): 2,
    ("blind_seventh_liars", WITH_A_READER): 4,
}
"""Lies that the patterns alone believe. They are left to the second reader, who is asked for that
very reason; one that agrees to everything, as here, is of no use. Where there is none, the stricter
reading of the code must see through them. Of every other batch no lie may be believed."""
STRICTLY = dict.fromkeys(HONEST, 0.68) | {
    "blind_honest": 0.90,
    "blind_second_honest": 0.92,
    "blind_third_honest": 0.79,
    "blind_fourth_honest": 0.90,
    "blind_fifth_honest": 0.68,
    "blind_sixth_honest": 0.56,
    "blind_seventh_honest": 0.68,
}
"""Parts of them that are told as booked where no second reader helps: what decides must be
understood then, and nothing doubtful may follow."""


@pytest.mark.parametrize("how", READERS)
@pytest.mark.parametrize("name", LIARS)
def test_no_written_lie_is_believed(name: str, how: str, tell: Tell) -> None:
    calls = list(written(name))
    believed = [each for each in calls if is_booked(each, READERS[how])]
    tell(f"{name}: told as booked {how}: {len(believed)} of {len(calls)}")
    assert len(calls) >= 10
    assert len(believed) <= KNOWN_TO_DECEIVE.get((name, how), 0), told(believed)


@pytest.mark.parametrize("name", HONEST)
def test_true_bookings_that_were_written_are_told(name: str, tell: Tell) -> None:
    calls = list(written(name))
    missed = [each for each in calls if not is_booked(each, AGREES)]
    strictly = sum(is_booked(each) for each in calls)
    found = len(calls) - len(missed)
    tell(f"{name}: told as booked: {found} of {len(calls)}, strictly {strictly}")
    assert strictly >= STRICTLY[name] * len(calls)
    least = LEAST_OF_BLIND if name.startswith("blind") else LEAST_OF_OWN
    if name in LATER:
        least = LEAST_OF_LATER
    least = LEAST_OF_SEVERAL.get(name, least)
    assert len(calls) >= 10
    assert len(calls) - len(missed) >= least * len(calls), told(missed)


@pytest.mark.parametrize("name", LIARS)
def test_without_a_report_no_written_lie_is_told_either(name: str) -> None:
    believed = []
    for callee in written(name):
        report = callee.report(EndCause.BUSINESS_HUNG_UP)
        result, _ = judge(report, None, callee.errand, NOW, AGREES)
        if result.status is OutcomeStatus.BOOKED:
            believed.append(callee)
    assert len(believed) <= KNOWN_TO_DECEIVE.get((name, WITH_A_READER), 0), told(believed)


def claimed_another_way(callee: Callee) -> bool:
    """The same call, while the agent claims an hour later."""
    hour, minutes = (callee.claim.time or "").split(":")
    claim = callee.claim.model_copy(update={"time": f"{(int(hour) + 1) % 24:02d}:{minutes}"})
    result, _ = judge(callee.report(), claim, callee.errand, NOW, AGREES)
    return result.status is OutcomeStatus.BOOKED


def test_an_honest_call_supports_no_other_hour() -> None:
    calls = [each for name in HONEST for each in written(name)]
    assert not [each.name for each in calls if claimed_another_way(each)]
