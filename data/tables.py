"""The tables behind `data.sql_store`. Statements and types are those SQLite and PostgreSQL share.

Times are seconds since the epoch, made in Python. Records that are only ever read whole (a report,
a result, an errand, a conversation) are JSON text. `id` is the order of arrival within a table.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table, Text

SCHEMA_VERSION = 1
"""Raised with every change of the tables; an older program refuses a newer database."""

metadata = MetaData()

_Id = BigInteger().with_variant(Integer, "sqlite")

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
    Column("message_sid", String(64), nullable=False, unique=True),
    Column("customer", String(255), nullable=False),
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
)

conversations = Table(
    "conversations",
    metadata,
    Column("customer", String(255), primary_key=True),
    Column("state_json", Text, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("attempt_id", String(64), nullable=False, unique=True),
    Column("errand_id", String(64), nullable=False),
    Column("customer", String(255), nullable=False),
    Column("to_number", String(32), nullable=False),
    Column("business_name", Text, nullable=False),
    Column("errand_json", Text, nullable=False),
    Column("created_at", Float(53), nullable=False),
    Column("call_sid", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("report_json", Text),
    Column("result_json", Text),
    Column("ended_at", Float(53)),
    Index("attempts_open", "state"),
    Index("attempts_by_customer", "customer", "created_at"),
    Index("attempts_by_number", "to_number", "created_at"),
    Index("attempts_by_call_sid", "call_sid"),
)

messages_out = Table(
    "messages_out",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("message_id", String(160), nullable=False, unique=True),
    Column("customer", String(255), nullable=False),
    Column("body", Text, nullable=False),
    Column("due_at", Float(53), nullable=False),
    Column("attempt_id", String(64), nullable=False),
    # waiting | sent | given_up
    Column("state", String(16), nullable=False),
    Column("message_sid", String(64), nullable=False),
    Column("error", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("delivery", String(16), nullable=False),
    Index("messages_out_waiting", "state", "customer"),
    Index("messages_out_by_sid", "message_sid"),
    Index("messages_out_by_attempt", "attempt_id"),
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
