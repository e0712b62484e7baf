"""Calls that change hands between workers, and what the carrier told about them meanwhile."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_info = sa.table("schema_info", sa.column("version", sa.Integer))


def upgrade() -> None:
    """No call that is there counts as one whose sound has come: that was with the old process."""
    with op.batch_alter_table("attempts") as batch:
        batch.add_column(sa.Column("streamed_at", sa.Float(53)))
    op.create_table(
        "call_notices",
        sa.Column("id", _Id, primary_key=True, autoincrement=True),
        sa.Column("attempt_id", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("call_notices_by_attempt", "call_notices", ["attempt_id"])
    op.execute(_info.update().values(version=5))


def downgrade() -> None:
    """What was told of calls that are on is lost; the release before would not read it."""
    op.drop_table("call_notices")
    with op.batch_alter_table("attempts") as batch:
        batch.drop_column("streamed_at")
    op.execute(_info.update().values(version=4))
