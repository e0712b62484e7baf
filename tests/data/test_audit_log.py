"""What operators did is kept in order and for good."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import data.memory_past_calls
import data.sql_operators
from data.store import AuditEntry, Store

if TYPE_CHECKING:
    from tests.data.conftest import Reopen


async def test_acts_are_numbered_and_newest_first(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    assert await store.acts() == []
    noted = []
    for at, act, attempt_id in (
        (30.0, "login", ""),
        # The order is that of the acts, not that of a clock that was put back.
        (10.0, "listened", "attempt-a"),
        (20.0, "whispered", "attempt-b"),
        (20.0, "took_over", "attempt-a"),
    ):
        entry = AuditEntry(at, "Mía '; --", act, attempt_id, "12 characters")
        noted.append(await store.note_act(entry))
        assert replace(noted[-1], number=0) == entry
    numbers = [each.number for each in noted]
    assert numbers == sorted(set(numbers)) and numbers[0] > 0
    store = await reopen()
    assert await store.acts() == noted[::-1]
    assert await store.acts(attempt_id="attempt-a") == [noted[3], noted[1]]
    assert await store.acts(attempt_id="") == [noted[0]]
    assert await store.acts(attempt_id="nobody") == []


async def test_acts_page_by_page(
    stores: tuple[Store, Reopen], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, reopen = stores
    noted = [
        await store.note_act(AuditEntry(5.0, "Mía", f"act {n}", "ab"[n % 2])) for n in range(9)
    ]
    store = await reopen()
    pages: list[AuditEntry] = []
    while page := await store.acts(before=pages[-1].number if pages else None, limit=4):
        pages += page
        await store.note_act(AuditEntry(6.0, "Leo", "new"))
    assert pages == noted[::-1]
    of_one = await store.acts(attempt_id="a", before=noted[6].number, limit=2)
    assert of_one == [noted[4], noted[2]]
    assert await store.acts(limit=-1) == []
    for module in (data.memory_past_calls, data.sql_operators):
        monkeypatch.setattr(module, "LONGEST_PAGE", 2)
    assert len(await store.acts(limit=1_000)) == 2


async def test_acts_at_once_are_all_there(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    noted = await asyncio.gather(
        *(store.note_act(AuditEntry(1.0, "Mía", f"act {n}")) for n in range(20))
    )
    store = await reopen()
    kept = await store.acts()
    assert {each.act for each in kept} == {f"act {n}" for n in range(20)}
    assert kept == sorted(noted, key=lambda each: -each.number)


async def test_an_act_that_is_too_long_is_cut_and_not_lost(stores: tuple[Store, Reopen]) -> None:
    store, reopen = stores
    noted = await store.note_act(AuditEntry(1.0, "ñ" * 999, "a" * 999, "c" * 999, "d" * 9_999))
    store = await reopen()
    assert await store.acts() == [noted]
    assert (len(noted.operator), len(noted.act), len(noted.attempt_id)) == (100, 32, 64)
    assert len(noted.detail) == 500
