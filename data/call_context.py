"""Which call is being worked for, so that whatever is logged meanwhile can say so.

Set where the work for a call begins; tasks that are begun there inherit it. Callbacks of sockets do
not: they belong to whoever opened the connection, so what may log there sets it itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_attempt_id: ContextVar[str] = ContextVar("vocero_attempt_id", default="")


@contextmanager
def call_context(attempt_id: str) -> Iterator[None]:
    """Whatever happens inside, tasks begun there included, belongs to this call."""
    token = _attempt_id.set(attempt_id)
    try:
        yield
    finally:
        _attempt_id.reset(token)


def rest_is_for_call(attempt_id: str) -> None:
    """From here on the current task works for this call and nothing else."""
    _attempt_id.set(attempt_id)


def current_call() -> str:
    """The attempt id of the call that is being worked for; empty: none."""
    return _attempt_id.get()
