"""Calls of the releases before are found, counted and erased like new ones, there and back."""

from __future__ import annotations

import json

import pytest

from data.call import OutcomeStatus
from data.store import AuditEntry, CallFigures, Turn
from tests.data.behind import Behind
from tests.data.past_calls import ANA, end, found, ordered
from tests.data.test_migrations import migrate


async def test_old_calls_are_found_and_counted(behind: Behind) -> None:
    behind.make_first_release()
    store = behind.store()
    await store.open()
    assert await found(store) == ["attempt-2", "attempt-1"]
    # The errand's words, its customer's name, the number, and what was said.
    for text in ("peluqueria ana", "corte lu", "4000-0101", "buen dia"):
        assert await found(store, text) == ["attempt-1"]
    assert await found(store, "tilos") == ["attempt-2"]
    assert await store.call_figures(0.0, 1e9) == [
        CallFigures(1100.0, OutcomeStatus.BOOKED, 61.5, ()),
        CallFigures(1300.0, None, 0.0, ()),
    ]
    # One that was live during the migration gets its words with its end.
    await end(store, "attempt-2", 1400.0, said="Está todo ocupado", answer_ms=("answer_ms=9",))
    assert await found(store, "tilos ocupado") == ["attempt-2"]
    assert await store.erase_call("attempt-1")
    assert await store.errand_booked("errand-1")
    assert await found(store) == ["attempt-2"]
    await store.close()


async def test_many_old_calls_are_filled_in_batches(behind: Behind) -> None:
    behind.make_first_release()
    behind.sql(
        ";".join(
            f"INSERT INTO attempts SELECT {number}, 'a{number}', errand_id, customer, to_number,"
            f" 'Ñandú n{number}n', errand_json, {number}.0, 'CA-{number}', state, report_json,"
            " result_json, ended_at FROM attempts WHERE id = 1"
            for number in range(3, 603)
        )
    )
    store = behind.store()
    await store.open()
    for number in (3, 199, 200, 201, 202, 400, 401, 602):
        assert await found(store, f"nandu n{number}n") == [f"a{number}"]
    figures = await store.call_figures(0.0, 1e9)
    assert len(figures) == 602
    assert sum(each.status is OutcomeStatus.BOOKED for each in figures) == 601
    await store.close()


@pytest.mark.parametrize("broken", ["", "{", "[3", '{"status": "unheard of"}', "null"])
async def test_records_that_cannot_be_read_do_not_keep_it_closed(
    behind: Behind, broken: str
) -> None:
    behind.make_first_release()
    behind.sql(
        f"UPDATE attempts SET report_json = '{broken}', result_json = '{broken}',"
        f" errand_json = '{broken}'"
    )
    store = behind.store()
    await store.open()
    figures = await store.call_figures(0.0, 1e9)
    assert [each.status for each in figures] == [None, None]
    starts = behind.sql("SELECT substr(search_text, 1, 9) FROM attempts ORDER BY id")
    assert starts == [("peluqueri",), ("los tilos",)]
    await store.close()


async def test_down_and_up_again(behind: Behind) -> None:
    store = behind.store()
    await store.open()
    for name in ("gone", "kept", "also"):
        await store.commit_turn(Turn(ANA, attempt=ordered(name, 100.0, errand_id=f"for {name}")))
        await end(store, name, 200.0, said="el jueves", answer_ms=("answer_ms=400",))
    newest = behind.schema()
    assert await store.erase_call("gone")
    await store.note_act(AuditEntry(1.0, "Mía", "deleted", "gone"))
    await store.close()

    await migrate(behind.url, "0002", down=True)
    assert behind.sql("SELECT version FROM schema_info") == [("2",)]
    rows = behind.sql("SELECT attempt_id, customer, result_json FROM attempts ORDER BY id")
    # The release before knows a booking by its result alone; without it, it would book again.
    assert [each[:2] for each in rows] == [("gone", ""), ("kept", ANA), ("also", ANA)]
    assert json.loads(rows[0][2]) == {"status": "booked"}

    store = behind.store()
    await store.open()
    assert sorted(behind.schema()) == sorted(newest)
    # What was erased does not come back as an empty call.
    assert await found(store) == ["also", "kept"]
    assert await store.call("gone") is None
    assert await found(store, "jueves nandu") == ["also", "kept"]
    assert await store.errand_booked("for gone")
    assert [each.answer_ms for each in await store.call_figures(0.0, 1e9)] == [(), (400,), (400,)]
    assert await store.acts() == []
    await store.close()
