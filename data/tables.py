"""The tables behind `data.sql_store`. Statements and types are those SQLite and PostgreSQL share.

Times are seconds since the epoch, made in Python. Records that are only ever read whole (a report,
a result, an errand, a conversation) are JSON text. `id` is the order of arrival within a table.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table

from data.text_columns import Text, Word

SCHEMA_VERSION = 5
"""Raised with every change of the tables, by a migration of that number (`data/migrations`)."""

metadata = MetaData()

_Id = BigInteger().with_variant(Integer, "sqlite")


def _lease() -> tuple[Column[str], Column[float], Column[int]]:
    """Which worker looks after a row, until when, and how often it was taken (data.leases)."""
    return (
        Column("owner", Word(64), nullable=False, server_default=""),
        Column("lease_until", Float(53), nullable=False, server_default="0"),
        Column("fence", BigInteger, nullable=False, server_default="0"),
    )


# Alembic's own table says which migrations a database has had. This one tells the first release,
# which knew no migrations, that a database is not for it any more.
schema_info = Table(
    "schema_info",
    metadata,
    Column("only", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
)

messages_in = Table(
    "messages_in",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("message_sid", Word(64), nullable=False, unique=True),
    Column("customer", Word(255), nullable=False),
    Column("body", Text, nullable=False),
    Column("received_at", Float(53), nullable=False),
    Column("profile_name", Text, nullable=False),
    Column("button_payload", Text, nullable=False),
    Column("latitude", Float(53)),
    Column("longitude", Float(53)),
    Column("media_type", Text, nullable=False),
    Column("media_url", Text, nullable=False),
    Column("handled", Integer, nullable=False, default=0),
    Index("messages_in_waiting", "handled", "customer"),
    Index("messages_in_by_customer", "customer", "received_at"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("customer", Word(255), primary_key=True),
    Column("state_json", Text, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("attempt_id", Word(64), nullable=False, unique=True),
    Column("errand_id", Word(64), nullable=False),
    Column("customer", Word(255), nullable=False),
    Column("to_number", Word(32), nullable=False),
    Column("business_name", Text, nullable=False),
    Column("errand_json", Text, nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("call_sid", Word(64), nullable=False),
    Column("state", Word(16), nullable=False),
    Column("report_json", Text),
    Column("result_json", Text),
    Column("ended_at", Float(53)),
    Column("reported_json", Text),
    Column("quote_json", Text),
    Column("talked_s", Float(53)),
    # Beside the result, so that it outlives it when the call is erased.
    Column("status", Word(32)),
    Column("answer_ms", Text, nullable=False, server_default=""),
    Column("erased", Integer, nullable=False, server_default="0"),
    Column("search_text", Text, nullable=False, server_default=""),
    # When the carrier's sound of it came to a worker: once in a call.
    Column("streamed_at", Float(53)),
    *_lease(),
    Index("attempts_open", "state"),
    Index("attempts_by_time", "created_at"),
    Index("attempts_by_errand", "errand_id"),
    Index("attempts_by_customer", "customer", "created_at"),
    Index("attempts_by_number", "to_number", "created_at"),
    Index("attempts_by_call_sid", "call_sid"),
)

call_lines = Table(
    "call_lines",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("attempt_id", Word(64), nullable=False),
    Column("at_s", Float(53), nullable=False),
    Column("kind", Word(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("speaker", Word(16)),
    Index("call_lines_by_attempt", "attempt_id"),
)

call_notices = Table(
    "call_notices",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("attempt_id", Word(64), nullable=False),
    Column("body", Text, nullable=False),
    Index("call_notices_by_attempt", "attempt_id"),
)

planned_calls = Table(
    "planned_calls",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("plan_id", Word(64), nullable=False, unique=True),
    Column("customer", Word(255), nullable=False),
    Column("errand_json", Text, nullable=False),
    Column("due_at", Float(53), nullable=False),
    *_lease(),
    Index("planned_calls_due", "due_at"),
)

blocked_numbers = Table(
    "blocked_numbers",
    metadata,
    Column("number", Word(32), primary_key=True),
    Column("attempt_id", Word(64), nullable=False),
    Column("words", Text, nullable=False),
    Column("asked_at", Float(53), nullable=False),
)

messages_out = Table(
    "messages_out",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("message_id", Word(160), nullable=False, unique=True),
    Column("customer", Word(255), nullable=False),
    Column("body", Text, nullable=False),
    Column("due_at", Float(53), nullable=False),
    Column("attempt_id", Word(64), nullable=False),
    # waiting | sent | parked (until the customer writes) | given_up | erased (it is empty)
    Column("state", Word(16), nullable=False),
    Column("message_sid", Word(64), nullable=False),
    Column("error", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("delivery", Word(16), nullable=False),
    Column("media_url", Text, nullable=False, server_default=""),
    Column("stale_at", Float(53)),
    *_lease(),
    Index("messages_out_waiting", "state", "customer"),
    Index("messages_out_by_sid", "message_sid"),
    Index("messages_out_by_attempt", "attempt_id"),
)

operator_acts = Table(
    "operator_acts",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("at", Float(53), nullable=False),
    Column("operator", Text, nullable=False),
    Column("act", Word(32), nullable=False),
    Column("attempt_id", Word(64), nullable=False),
    Column("detail", Text, nullable=False),
    Index("operator_acts_by_attempt", "attempt_id", "id"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Word(300), primary_key=True),
    *_lease(),
)

DELIVERY_RANK = {
    "": 0,
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "delivered": 5,
    "undelivered": 5,
    "failed": 5,
    "read": 6,
}
"""The carrier's delivery states in the order in which they can happen; callbacks may overtake."""

NOT_DELIVERED = frozenset({"undelivered", "failed"})
