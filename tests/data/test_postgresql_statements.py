"""The statements that operators need can be said to PostgreSQL as they are said to SQLite."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import ClauseElement
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateIndex, CreateTable

from data.call import OutcomeStatus
from data.sql_erasing import emptying
from data.sql_operators import acts_query
from data.sql_past_calls import calls_query, figures_query
from data.store import CallFilter
from data.tables import attempts, operator_acts

POSTGRESQL, SQLITE = (
    make_url(f"{name}://").get_dialect()() for name in ("postgresql+asyncpg", "sqlite+aiosqlite")
)
WANTED = CallFilter("50%_off \\ 4000-0101", frozenset(OutcomeStatus), 1.0, 2.0)


@pytest.mark.parametrize(
    "statement",
    [
        calls_query(WANTED, 50),
        figures_query(1.0, 2.0, 10),
        acts_query("attempt", 7, 100),
        *emptying("attempt", "whatsapp:+1", 1.0, 2.0),
        CreateTable(operator_acts),
        CreateTable(attempts),
        *map(CreateIndex, operator_acts.indexes),
    ],
)
def test_it_compiles_for_both(statement: ClauseElement) -> None:
    for dialect in (POSTGRESQL, SQLITE):
        assert str(statement.compile(dialect=dialect))


def test_a_search_is_a_value_and_no_pattern() -> None:
    compiled = calls_query(WANTED, 50).compile(dialect=POSTGRESQL)
    text = str(compiled)
    assert "off" not in text and "4000" not in text
    assert len(re.findall(r"LIKE .{1,60}? ESCAPE '/'", text)) == 4
    assert "50/%/_off" in compiled.params.values()
    assert "\\" in compiled.params.values()
