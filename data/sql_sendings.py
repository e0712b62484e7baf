"""Messages in the database that another worker may have sent."""

from __future__ import annotations

from sqlalchemy import select

from data.sendings import MOST_KNOWN, PastTries
from data.sql_part import SqlPart
from data.tables import messages_out


class SqlSendings(SqlPart):
    """Two small reads of `data.shared_store.SharedStore`."""

    async def past_tries(self, message_id: str) -> PastTries:
        found = await self._rows(
            select(messages_out.c.customer, messages_out.c.tries, messages_out.c.error).where(
                messages_out.c.message_id == message_id
            )
        )
        if not found:
            return PastTries(0, "", frozenset())
        sids = await self._rows(
            select(messages_out.c.message_sid)
            .where(
                messages_out.c.state == "sent",
                messages_out.c.customer == found[0].customer,
                messages_out.c.message_sid != "",
            )
            .order_by(messages_out.c.id.desc())
            .limit(MOST_KNOWN)
        )
        known = frozenset(str(row.message_sid) for row in sids)
        return PastTries(int(found[0].tries), str(found[0].error), known)

    async def sent_note(self, message_sid: str) -> str | None:
        if not message_sid:
            return None
        found = await self._rows(
            select(messages_out.c.error).where(messages_out.c.message_sid == message_sid)
        )
        return str(found[0].error) if found else None
