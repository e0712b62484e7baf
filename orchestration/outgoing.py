"""Replies as promises in the store: put into words, numbered so that none is made twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from data.reply import Reply
from data.store import OutgoingMessage, Turn
from orchestration.conversation_state import Conversation
from orchestration.ports import Phrasing


class Telling:
    """Turns replies into outgoing messages."""

    def __init__(self, phrasing: Phrasing, now: Callable[[], float]) -> None:
        """`now` in seconds since the epoch."""
        self._phrasing = phrasing
        self._now = now

    def messages(
        self, customer: str, replies: Sequence[Reply], language: str, key: str
    ) -> tuple[OutgoingMessage, ...]:
        """One message per reply. `key` names what they answer: the same one gives the same ids."""
        return tuple(
            OutgoingMessage(
                message_id=key if index == 0 else f"{key}:{index}",
                customer=customer,
                body=self._phrasing.words(reply, language),
                due_at=self._now(),
            )
            for index, reply in enumerate(replies)
        )

    def turn(
        self,
        turn: Turn,
        state: Conversation,
        replies: Sequence[Reply],
        language: str,
        key: str,
    ) -> Turn:
        """The turn with this state, and with these replies after those that it has."""
        return replace(
            turn,
            conversation_json=state.model_dump_json(),
            outgoing=(*turn.outgoing, *self.messages(turn.customer, replies, language, key)),
        )
