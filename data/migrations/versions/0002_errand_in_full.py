"""Planned calls, blocked numbers, the lines of live calls, and what else an errand needs."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_AT_ONCE = 200
"""Reports in memory at a time."""

_info = sa.table("schema_info", sa.column("version", sa.Integer))
_attempts = sa.table(
    "attempts",
    sa.column("id", sa.BigInteger),
    sa.column("report_json", sa.Text),
    sa.column("talked_s", sa.Float),
)
_messages_out = sa.table(
    "messages_out", sa.column("state", sa.String), sa.column("media_url", sa.Text)
)


def upgrade() -> None:
    """Everything that is there stays."""
    with op.batch_alter_table("messages_out") as batch:
        batch.add_column(sa.Column("media_url", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("stale_at", sa.Float(53)))
    with op.batch_alter_table("attempts") as batch:
        batch.add_column(sa.Column("reported_json", sa.Text))
        batch.add_column(sa.Column("quote_json", sa.Text))
        batch.add_column(sa.Column("talked_s", sa.Float(53)))
    op.create_index("attempts_by_time", "attempts", ["created_at"])
    op.create_index("attempts_by_errand", "attempts", ["errand_id"])
    op.create_index("messages_in_by_customer", "messages_in", ["customer", "received_at"])
    _create_tables()
    _fill_talked()
    op.execute(_info.update().values(version=2))


def downgrade() -> None:
    """What the first release could not keep is lost."""
    # It would send these as texts that they are not, or never.
    op.execute(
        _messages_out.update()
        .where(
            sa.or_(
                _messages_out.c.state == "parked",
                sa.and_(_messages_out.c.state == "waiting", _messages_out.c.media_url != ""),
            )
        )
        .values(state="given_up")
    )
    for table in ("call_lines", "planned_calls", "blocked_numbers"):
        op.drop_table(table)
    op.drop_index("messages_in_by_customer", "messages_in")
    op.drop_index("attempts_by_errand", "attempts")
    op.drop_index("attempts_by_time", "attempts")
    with op.batch_alter_table("attempts") as batch:
        for column in ("talked_s", "quote_json", "reported_json"):
            batch.drop_column(column)
    with op.batch_alter_table("messages_out") as batch:
        for column in ("stale_at", "media_url"):
            batch.drop_column(column)
    op.execute(_info.update().values(version=1))


def _create_tables() -> None:
    op.create_table(
        "call_lines",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("attempt_id", sa.String(64), nullable=False),
        sa.Column("at_s", sa.Float(53), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("speaker", sa.String(16)),
    )
    op.create_index("call_lines_by_attempt", "call_lines", ["attempt_id"])
    op.create_table(
        "planned_calls",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("plan_id", sa.String(64), nullable=False, unique=True),
        sa.Column("customer", sa.String(255), nullable=False),
        sa.Column("errand_json", sa.Text, nullable=False),
        sa.Column("due_at", sa.Float(53), nullable=False),
    )
    op.create_index("planned_calls_due", "planned_calls", ["due_at"])
    op.create_table(
        "blocked_numbers",
        sa.Column("number", sa.String(32), primary_key=True),
        sa.Column("attempt_id", sa.String(64), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Float(53), nullable=False),
    )


def _fill_talked() -> None:
    """Calls of before the migration count for the money of the day as well."""
    connection, last = op.get_bind(), -1
    while True:
        rows = connection.execute(
            sa.select(_attempts.c.id, _attempts.c.report_json)
            .where(_attempts.c.id > last, _attempts.c.report_json.is_not(None))
            .order_by(_attempts.c.id)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        for row in rows:
            connection.execute(
                _attempts.update()
                .where(_attempts.c.id == row.id)
                .values(talked_s=_talked_s(row.report_json))
            )
        last = rows[-1].id


def _talked_s(report_json: str) -> float:
    """0 for a report that cannot be read: it must not keep the database from opening."""
    try:
        return float(json.loads(report_json)["talked_s"])
    except (ValueError, TypeError, KeyError):
        return 0.0
