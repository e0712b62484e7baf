"""Who looks after calls, messages and planned calls when there are several workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_info = sa.table("schema_info", sa.column("version", sa.Integer))
_SHARED = ("attempts", "planned_calls", "messages_out")


def upgrade() -> None:
    """Nobody looks after what is there."""
    for table in _SHARED:
        with op.batch_alter_table(table) as batch:
            for column in _lease():
                batch.add_column(column)
    op.create_table("leases", sa.Column("name", sa.String(300), primary_key=True), *_lease())
    op.execute(_info.update().values(version=4))


def downgrade() -> None:
    """For one worker: what others look after is nobody's then."""
    op.drop_table("leases")
    for table in _SHARED:
        with op.batch_alter_table(table) as batch:
            for column in reversed(_lease()):
                batch.drop_column(column.name)
    op.execute(_info.update().values(version=3))


def _lease() -> list[sa.Column[object]]:
    return [
        sa.Column("owner", sa.String(64), nullable=False, server_default=""),
        sa.Column("lease_until", sa.Float(53), nullable=False, server_default="0"),
        sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
    ]
