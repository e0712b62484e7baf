"""Past calls are found by words, outcome and time, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import data.memory_past_calls
import data.sql_past_calls
from data.call import CallResult, OutcomeStatus, Speaker
from data.call import EntryKind as Kind
from data.call import TimelineEntry as Line
from data.store import CallFilter, Store, Turn
from tests.data.past_calls import ANA, BEA, end, found, ordered

if TYPE_CHECKING:
    from tests.data.conftest import Reopen

NOTED = CallResult(status=OutcomeStatus.BOOKED, notes="Traer señas", instructions="llegá antes")


@pytest.fixture
async def three(stores: tuple[Store, Reopen]) -> Store:
    """A hairdresser, a dentist that is still on the phone, and a place with an odd name."""
    store, reopen = stores
    await store.commit_turn(Turn(ANA, attempt=ordered("hair", 10.0)))
    dentist = ordered(
        "dentist",
        20.0,
        customer=BEA,
        customer_name="Beatriz",
        number="+34911234567",
        business="Dr. Muñoz",
        service="limpieza",
        request="",
    )
    await store.commit_turn(Turn(BEA, attempt=dentist))
    odd = ordered("odd", 30.0, business="50%_off \\ O'Hara", service="masaje", request="")
    await store.commit_turn(Turn(ANA, attempt=odd))
    await end(store, "hair", 15.0, result=NOTED, said="Sí, el jueves a las 17:30. ¿Está bien?")
    await end(store, "odd", 35.0, result=CallResult(status=OutcomeStatus.BUSY), said="")
    await store.keep_lines("dentist", [Line(1.0, Kind.SAID, "odontología", Speaker.BUSINESS)])
    return await reopen()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["odd", "dentist", "hair"]),
        ("   ", ["odd", "dentist", "hair"]),
        # Accents and case, either way round; parts of words.
        ("peluqueria", ["hair"]),
        ("PELUQUERÍA ñandu", ["hair"]),
        ("munoz", ["dentist"]),
        ("uño", ["dentist"]),
        # The errand, and who asked.
        ("corte", ["hair"]),
        ("jose", ["hair"]),
        ("beatriz", ["dentist"]),
        ("lucia", ["odd", "hair"]),
        # What was said and noted.
        ("jueves 17:30", ["hair"]),
        ("señas llega", ["hair"]),
        # Every word, in any order, wherever it stands.
        ("jueves corte nandu lucia", ["hair"]),
        ("jueves limpieza", []),
        # Numbers, however they are written.
        ("+541140000101", ["odd", "hair"]),
        ("+54 11 4000-0101", ["odd", "hair"]),
        ("911234567", ["dentist"]),
        ("(911) 123-45.67", ["dentist"]),
        ("5491150000002", ["dentist"]),
        # Text from outside is no pattern and no statement.
        ("%", ["odd"]),
        ("_", ["odd"]),
        ("\\", ["odd"]),
        ("/", []),
        ("50%_off", ["odd"]),
        ("5%f", []),
        ("o'hara", ["odd"]),
        ("O’Hara", ["odd"]),
        ("'; DROP TABLE attempts; --", []),
        ("' OR '1'='1", []),
        ('"', []),
        ("\x00", ["odd", "dentist", "hair"]),
        ("hair", []),
        ("booked", []),
        ("errand_id", []),
        # Only what was ordered, until the call is over.
        ("odontologia", []),
    ],
)
async def test_every_word_must_occur(three: Store, text: str, names: list[str]) -> None:
    assert await found(three, text) == names


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "%" * 10_000,
        "_\\'" * 3_500,
        " ".join(f"w{number}" for number in range(3_000)),
    ],
)
async def test_a_very_long_search_finds_nothing_and_breaks_nothing(three: Store, text: str) -> None:
    assert await found(three, text) == []
    assert await found(three, "corte " * 2_000) == ["hair"]


async def test_by_outcome_and_time(three: Store) -> None:
    async def names(wanted: CallFilter) -> list[str]:
        return [each.attempt.attempt_id for each in await three.find_calls(wanted)]

    booked, busy = OutcomeStatus.BOOKED, OutcomeStatus.BUSY
    assert await names(CallFilter(statuses=frozenset({booked}))) == ["hair"]
    assert await names(CallFilter(statuses=frozenset({booked, busy}))) == ["odd", "hair"]
    assert await names(CallFilter(statuses=frozenset({OutcomeStatus.FAILED}))) == []
    assert await names(CallFilter(since=20.0)) == ["odd", "dentist"]
    assert await names(CallFilter(until=20.0)) == ["hair"]
    assert await names(CallFilter(since=20.0, until=30.0)) == ["dentist"]
    assert await names(CallFilter("lucia", frozenset({busy}), 10.0, 31.0)) == ["odd"]
    assert await names(CallFilter("lucia", frozenset({busy}), 10.0, 30.0)) == []


async def test_what_is_found_is_the_whole_record(three: Store) -> None:
    (record,) = await three.find_calls(CallFilter("jueves"))
    assert record == await three.call("hair")
    assert record.result == NOTED
    assert record.report is not None and record.report.said()


async def test_pages_lose_and_repeat_nothing(stores: tuple[Store, Reopen]) -> None:
    """Also when many calls were ordered in one moment, and some after a clock that went back."""
    store, reopen = stores
    times = [5.0, 5.0, 7.0, 5.0, 5.0, 0.1 + 0.2, 5.0, 3.0, 5.0]
    for index, at in enumerate(times):
        await store.commit_turn(Turn(ANA, attempt=ordered(f"c{index}", at)))
    store = await reopen()
    everything = ["c2", "c8", "c6", "c4", "c3", "c1", "c0", "c7", "c5"]
    assert await found(store) == everything
    for limit in (1, 2, 4):
        pages: list[str] = []
        before: str | None = None
        while page := await found(store, "corte", before=before, limit=limit):
            assert len(page) <= limit
            pages += page
            before = page[-1]
            # A new call in between does not move the others.
            at = 100.0 + len(pages)
            await store.commit_turn(
                Turn(ANA, attempt=ordered(f"new {limit} {at}", at, service="otra cosa"))
            )
        assert pages == everything


async def test_a_page_goes_on_after_a_call_that_was_erased(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    for name in ("one", "two", "three"):
        await store.commit_turn(Turn(ANA, attempt=ordered(name, 1.0)))
        await end(store, name, 9.0)
    assert await found(store, limit=2) == ["three", "two"]
    assert await store.erase_call("two")
    store = await reopen()
    assert await found(store, before="two") == ["one"]
    assert await found(store, before="one") == []
    assert await found(store, before="nobody") == []


async def test_a_page_is_bounded(three: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await found(three, limit=0) == []
    # A database takes a negative one for none at all.
    assert await found(three, limit=-1) == []
    for module in (data.memory_past_calls, data.sql_past_calls):
        monkeypatch.setattr(module, "LONGEST_PAGE", 2)
    assert await found(three, limit=1_000) == ["odd", "dentist"]
