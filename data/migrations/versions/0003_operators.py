"""Acts of operators, calls that are found by their words, and calls that are erased."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from data import search_text
from data.answer_times import answer_times, times_to_text
from data.call import CallResult
from data.record_json import report_from_json
from data.store import Attempt

revision = "0003"
down_revision = "0002"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_AT_ONCE = 200
"""Calls in memory at a time."""

_info = sa.table("schema_info", sa.column("version", sa.Integer))
_ORDER = (
    "attempt_id errand_id customer to_number business_name errand_json created_at call_sid state"
).split()
_attempts = sa.table(
    "attempts",
    sa.column("id", sa.BigInteger),
    *(sa.column(name, sa.Float if name == "created_at" else sa.Text) for name in _ORDER),
    sa.column("report_json", sa.Text),
    sa.column("result_json", sa.Text),
    sa.column("status", sa.String),
    sa.column("answer_ms", sa.Text),
    sa.column("erased", sa.Integer),
    sa.column("search_text", sa.Text),
)


def upgrade() -> None:
    """Everything that is there stays."""
    with op.batch_alter_table("attempts") as batch:
        batch.add_column(sa.Column("status", sa.String(32)))
        batch.add_column(sa.Column("answer_ms", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("erased", sa.Integer, nullable=False, server_default="0"))
        batch.add_column(sa.Column("search_text", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "operator_acts",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("at", sa.Float(53), nullable=False),
        sa.Column("operator", sa.Text, nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("attempt_id", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("operator_acts_by_attempt", "operator_acts", ["attempt_id", "id"])
    _fill()
    _find_erased()
    op.execute(_info.update().values(version=3))


def downgrade() -> None:
    """The acts are lost. What is erased stays erased."""
    _tell_what_was_booked()
    op.drop_table("operator_acts")
    with op.batch_alter_table("attempts") as batch:
        for column in ("search_text", "erased", "answer_ms", "status"):
            batch.drop_column(column)
    op.execute(_info.update().values(version=2))


def _fill() -> None:
    """Old calls are found and counted like new ones, so by the very code that fills those."""
    connection, last = op.get_bind(), -1
    while True:
        rows = connection.execute(
            sa.select(
                _attempts.c.id,
                *(_attempts.c[name] for name in _ORDER),
                _attempts.c.report_json,
                _attempts.c.result_json,
            )
            .where(_attempts.c.id > last)
            .order_by(_attempts.c.id)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        for row in rows:
            connection.execute(
                _attempts.update().where(_attempts.c.id == row.id).values(**_filled(row._mapping))
            )
        last = rows[-1].id


def _filled(row: sa.RowMapping) -> dict[str, str]:
    """A record that cannot be read must not keep the database from opening."""
    attempt = Attempt(**{name: row[name] for name in _ORDER})
    values = {"search_text": search_text.of_order(attempt)}
    try:
        result = CallResult.model_validate_json(row["result_json"] or "")
    except ValueError:
        return values
    values["status"] = result.status.value
    try:
        report = report_from_json(row["report_json"] or "")
    except ValueError:
        return values
    values["search_text"] += search_text.of_end(report, result)
    values["answer_ms"] = times_to_text(answer_times(report.timeline))
    return values


def _find_erased() -> None:
    """Those of before a downgrade: a call that has no customer, no number and no errand."""
    op.execute(
        _attempts.update()
        .where(
            _attempts.c.state == "ended",
            _attempts.c.customer == "",
            _attempts.c.to_number == "",
            _attempts.c.errand_json == "{}",
        )
        .values(erased=1, result_json=None, search_text="")
    )


def _tell_what_was_booked() -> None:
    """The release before knows a booking only by its result; without one it would book again."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(_attempts.c.id, _attempts.c.status).where(
            _attempts.c.erased == 1, _attempts.c.status.is_not(None)
        )
    ).all()
    for row in rows:
        connection.execute(
            _attempts.update()
            .where(_attempts.c.id == row.id)
            .values(result_json=json.dumps({"status": row.status}))
        )
