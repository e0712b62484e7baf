"""The tables of the first release.

That release made them without migrations; a database of its kind counts as being here.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Into an empty database."""
    info = op.create_table(
        "schema_info",
        sa.Column("only", sa.Integer, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.bulk_insert(info, [{"only": 1, "version": 1}])
    op.create_table(
        "conversations",
        sa.Column("customer", sa.String(255), primary_key=True),
        sa.Column("state_json", sa.Text, nullable=False),
    )
    _create_messages_in()
    _create_attempts()
    _create_messages_out()


def downgrade() -> None:
    """Leave nothing."""
    for table in ("messages_out", "attempts", "messages_in", "conversations", "schema_info"):
        op.drop_table(table)


def _create_messages_in() -> None:
    op.create_table(
        "messages_in",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("message_sid", sa.String(64), nullable=False, unique=True),
        sa.Column("customer", sa.String(255), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("received_at", sa.Float(53), nullable=False),
        sa.Column("profile_name", sa.Text, nullable=False),
        sa.Column("button_payload", sa.Text, nullable=False),
        sa.Column("latitude", sa.Float(53)),
        sa.Column("longitude", sa.Float(53)),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("media_url", sa.Text, nullable=False),
        sa.Column("handled", sa.Integer, nullable=False),
    )
    op.create_index("messages_in_waiting", "messages_in", ["handled", "customer"])


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("attempt_id", sa.String(64), nullable=False, unique=True),
        sa.Column("errand_id", sa.String(64), nullable=False),
        sa.Column("customer", sa.String(255), nullable=False),
        sa.Column("to_number", sa.String(32), nullable=False),
        sa.Column("business_name", sa.Text, nullable=False),
        sa.Column("errand_json", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("report_json", sa.Text),
        sa.Column("result_json", sa.Text),
        sa.Column("ended_at", sa.Float(53)),
    )
    op.create_index("attempts_open", "attempts", ["state"])
    op.create_index("attempts_by_customer", "attempts", ["customer", "created_at"])
    op.create_index("attempts_by_number", "attempts", ["to_number", "created_at"])
    op.create_index("attempts_by_call_sid", "attempts", ["call_sid"])


def _create_messages_out() -> None:
    op.create_table(
        "messages_out",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("message_id", sa.String(160), nullable=False, unique=True),
        sa.Column("customer", sa.String(255), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("due_at", sa.Float(53), nullable=False),
        sa.Column("attempt_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("message_sid", sa.String(64), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("delivery", sa.String(16), nullable=False),
    )
    op.create_index("messages_out_waiting", "messages_out", ["state", "customer"])
    op.create_index("messages_out_by_sid", "messages_out", ["message_sid"])
    op.create_index("messages_out_by_attempt", "messages_out", ["attempt_id"])
