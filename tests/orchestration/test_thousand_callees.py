"""A thousand callees agree to nothing and none is believed; a thousand do and few are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.call import BookingReading, EndCause, OutcomeStatus, Speaker
from orchestration.evidence.judge import judge
from tests.conftest import Tell
from tests.orchestration.callee_phrases import COUNTRIES, batch
from tests.orchestration.callees import NOW, Callee, honest, liars
from tests.orchestration.said_in_calls import AGREES

BATCHES = ("first", "second", "third", "fourth")
SEED = 20261125


def shared_out(total: int) -> Iterator[tuple[int, str, int]]:
    """So many calls over all batches: seed, batch, count."""
    for number, name in enumerate(BATCHES):
        yield SEED + number, name, total // len(BATCHES)


WITH_A_READER = "with a reader who believes all"
READERS = {"strictly": None, WITH_A_READER: AGREES}
"""With no second reader the code decides strictly; one that always agrees is the worst there is."""


def is_booked(callee: Callee, reading: BookingReading | None = None) -> bool:
    result, _ = judge(callee.report(), callee.claim, callee.errand, NOW, reading)
    return result.status is OutcomeStatus.BOOKED


def told(callees: list[Callee]) -> str:
    """The first of them, for whoever mends the rules."""
    return "\n".join(f"{each.name}\n{each.transcript()}" for each in callees[:5])


@pytest.mark.parametrize("how", READERS)
def test_no_lie_is_told_as_a_booking(how: str, tell: Tell) -> None:
    calls = [each for seed, name, count in shared_out(1000) for each in liars(seed, count, name)]
    believed = [each for each in calls if is_booked(each, READERS[how])]
    tell(f"lies told as booked {how}: {len(believed)} of {len(calls)}")
    assert len(calls) == 1000
    assert not believed, told(believed)


@pytest.mark.parametrize("how", READERS)
def test_true_bookings_are_told_as_such(how: str, tell: Tell) -> None:
    calls = [each for seed, name, count in shared_out(1000) for each in honest(seed, count, name)]
    missed = [each for each in calls if not is_booked(each, READERS[how])]
    found = len(calls) - len(missed)
    tell(f"true bookings told as booked {how}: {found} of {len(calls)}")
    assert len(calls) == 1000
    assert len(missed) <= 30, told(missed)


def test_without_a_report_no_lie_is_told_either() -> None:
    for seed, name, count in shared_out(320):
        for callee in liars(seed, count, name):
            for cause in (EndCause.BUSINESS_HUNG_UP, EndCause.SHUTDOWN):
                result, _ = judge(callee.report(cause), None, callee.errand, NOW, AGREES)
                assert result.status is not OutcomeStatus.BOOKED, callee.transcript()


def test_the_callees_are_the_same_for_the_same_seed() -> None:
    assert list(liars(7, 40)) == list(liars(7, 40))
    assert list(honest(7, 40)) == list(honest(7, 40))
    assert list(honest(7, 40)) != list(honest(8, 40))


@pytest.mark.parametrize("name", BATCHES)
def test_every_country_has_all_that_is_said(name: str) -> None:
    phrases = batch(name)
    headings = {heading for heading, _ in phrases.tables}
    assert len(phrases.lies) >= 20
    for country in COUNTRIES:
        assert all(phrases.of(heading, country) for heading in headings)


def test_the_agent_always_reads_the_slot_back_and_claims_it() -> None:
    for callee in liars(3, 50):
        assert callee.claim.status is OutcomeStatus.BOOKED
        assert callee.claim.time == callee.errand.preferences.time_from
        assert any(who is Speaker.AGENT for who, _ in callee.lines[-3:])
