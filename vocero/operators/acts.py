"""What an operator can do to a call that is on: whisper, press keys, ask, end, hand back."""

from __future__ import annotations

import asyncio

from quart import Blueprint, Response

from vocero.operators.access import Session
from vocero.operators.answers import Refused, asked, done, json_answer, refused, text_of
from vocero.operators.audit import Act
from vocero.operators.calls import LONGEST_OPTION, LONGEST_QUESTION, MOST_OPTIONS
from vocero.operators.deeds import END, HAND_BACK, KEYS, LONGEST_KEYS, WHISPER
from vocero.operators.guard import logged_in
from vocero.operators.room import Room
from vocero.operators.tickets import TICKET_S, Purpose
from vocero.operators.words import LONGEST_TYPED, one_line


def add_acts(blueprint: Blueprint, room: Room) -> None:
    """Every POST that concerns a live call, and the tickets for the sockets."""

    @blueprint.post("/api/ticket")
    async def live_ticket() -> Response:
        if (await asked()).get("for") != Purpose.LIVE:
            raise Refused("bad_request")
        return _ticket(room, Purpose.LIVE)

    @blueprint.post("/api/calls/<attempt_id>/ticket")
    async def call_ticket(attempt_id: str) -> Response:
        purpose = (await asked()).get("for")
        if purpose not in (Purpose.LISTEN, Purpose.SPEAK):
            raise Refused("bad_request")
        await room.calls.must_be_on(attempt_id)
        return _ticket(room, Purpose(purpose), attempt_id)

    @blueprint.post("/api/calls/<attempt_id>/whisper")
    async def whisper(attempt_id: str) -> Response:
        text = one_line(text_of(await asked(), "text", LONGEST_TYPED))
        await room.calls.do(WHISPER, attempt_id, text=text)
        return await _noted(room, Act.WHISPERED, attempt_id, f"{len(text)} characters")

    @blueprint.post("/api/calls/<attempt_id>/keys")
    async def keys(attempt_id: str) -> Response:
        digits = text_of(await asked(), "digits", LONGEST_KEYS)
        await room.calls.do(KEYS, attempt_id, digits=digits, operator=logged_in().name)
        return await _noted(room, Act.KEYS, attempt_id, f"{len(digits)} keys")

    @blueprint.post("/api/calls/<attempt_id>/end")
    async def end(attempt_id: str) -> Response:
        at_once = (await asked()).get("at_once", False)
        if not isinstance(at_once, bool):
            raise Refused("bad_request")
        await room.calls.do(END, attempt_id, at_once=at_once)
        return await _noted(room, Act.ENDED_AT_ONCE if at_once else Act.ENDED, attempt_id)

    @blueprint.post("/api/calls/<attempt_id>/handback")
    async def hand_back(attempt_id: str) -> Response:
        summary = one_line(text_of(await asked(), "summary", LONGEST_TYPED, least=0))
        session = logged_in()
        await room.calls.do(HAND_BACK, attempt_id, operator=session.name, summary=summary)
        room.speakers.handed_back(session.session_id, attempt_id)
        room.told.handed_back(session, attempt_id)
        return await _noted(room, Act.HANDED_BACK, attempt_id)

    @blueprint.post("/api/calls/<attempt_id>/ask")
    async def ask(attempt_id: str) -> Response:
        fields, session = await asked(), logged_in()
        question = one_line(text_of(fields, "question", LONGEST_QUESTION))
        options = _options(fields.get("options", []))
        await room.calls.must_be_on(attempt_id)
        asking = room.needs.tasks().create_task(
            _ask(room, session, attempt_id, question, options), name="an operator asks"
        )
        # It goes on when the browser goes: the customer has the question before them.
        return await asyncio.shield(asking)


def _ticket(room: Room, purpose: Purpose, attempt_id: str = "") -> Response:
    ticket = room.tickets.give(logged_in(), purpose, attempt_id)
    return json_answer({"ticket": ticket, "expires_s": TICKET_S})


async def _noted(room: Room, act: Act, attempt_id: str, detail: str = "") -> Response:
    await room.audit.note(logged_in().name, act, attempt_id, detail)
    return done()


def _options(value: object) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_OPTIONS:
        raise Refused("bad_request")
    return [one_line(text_of({"option": each}, "option", LONGEST_OPTION)) for each in value]


async def _ask(
    room: Room, session: Session, attempt_id: str, question: str, options: list[str]
) -> Response:
    """Ask the customer on WhatsApp, and tell the agent what they answered. Never raises."""
    await room.audit.note(
        session.name, Act.ASKED_CUSTOMER, attempt_id, f"{len(question)} characters"
    )
    try:
        told = await room.calls.ask_customer(attempt_id, question, options)
    except Refused as why:
        return refused(why.code)
    if told["answered"]:
        return done(answered=True, answer=told["answer"])
    return done(answered=False, answer="", detail=told["answer"])
