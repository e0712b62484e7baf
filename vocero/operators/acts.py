"""What an operator can do to a call that is on: whisper, press keys, ask, end, hand back."""

from __future__ import annotations

import asyncio
import json
import logging

from quart import Blueprint, Response

from data.call_context import call_context
from vocero.operators.access import Session
from vocero.operators.answers import Refused, asked, done, json_answer, text_of
from vocero.operators.audit import Act
from vocero.operators.guard import logged_in
from vocero.operators.needs import LiveCall
from vocero.operators.room import Room
from vocero.operators.speak_socket import why_not
from vocero.operators.tickets import TICKET_S, Purpose
from vocero.operators.words import LONGEST_TYPED, one_line

log = logging.getLogger(__name__)

LONGEST_KEYS = 64
LONGEST_QUESTION = 300
LONGEST_OPTION = 80
MOST_OPTIONS = 5
ASK_S = 30.0


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
        live_call(room, attempt_id)
        return _ticket(room, Purpose(purpose), attempt_id)

    @blueprint.post("/api/calls/<attempt_id>/whisper")
    async def whisper(attempt_id: str) -> Response:
        text = one_line(text_of(await asked(), "text", LONGEST_TYPED))
        live_call(room, attempt_id)
        if not room.needs.board.whisper(attempt_id, text):
            raise Refused("over")
        return await _noted(room, Act.WHISPERED, attempt_id, f"{len(text)} characters")

    @blueprint.post("/api/calls/<attempt_id>/keys")
    async def keys(attempt_id: str) -> Response:
        digits = text_of(await asked(), "digits", LONGEST_KEYS)
        live_call(room, attempt_id)
        try:
            pressed = room.needs.board.press_keys(attempt_id, digits)
        except ValueError:
            raise Refused("bad_keys") from None
        if not pressed:
            raise Refused(why_not(room, logged_in(), attempt_id))
        return await _noted(room, Act.KEYS, attempt_id, f"{len(digits)} keys")

    @blueprint.post("/api/calls/<attempt_id>/end")
    async def end(attempt_id: str) -> Response:
        at_once = (await asked()).get("at_once", False)
        if not isinstance(at_once, bool):
            raise Refused("bad_request")
        live_call(room, attempt_id)
        if not room.needs.board.end(attempt_id, at_once=at_once):
            raise Refused("over")
        return await _noted(room, Act.ENDED_AT_ONCE if at_once else Act.ENDED, attempt_id)

    @blueprint.post("/api/calls/<attempt_id>/handback")
    async def hand_back(attempt_id: str) -> Response:
        summary = one_line(text_of(await asked(), "summary", LONGEST_TYPED, least=0))
        session = logged_in()
        live_call(room, attempt_id)
        if not room.needs.board.hand_back(attempt_id, session.name, summary):
            raise Refused(why_not(room, session, attempt_id))
        room.speakers.handed_back(session, attempt_id)
        return await _noted(room, Act.HANDED_BACK, attempt_id)

    @blueprint.post("/api/calls/<attempt_id>/ask")
    async def ask(attempt_id: str) -> Response:
        fields, session = await asked(), logged_in()
        question = one_line(text_of(fields, "question", LONGEST_QUESTION))
        options = _options(fields.get("options", []))
        live_call(room, attempt_id)
        asking = room.needs.tasks().create_task(
            _ask(room, session, attempt_id, question, options), name="an operator asks"
        )
        # It goes on when the browser goes: the customer has the question before them.
        return await asyncio.shield(asking)


def live_call(room: Room, attempt_id: str) -> LiveCall:
    """The call that is on. Raises Refused."""
    call = room.needs.board.live_call(attempt_id)
    if call is None:
        raise Refused("over")
    return call


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
    parameters: dict[str, object] = {"question": question}
    if options:
        parameters["options"] = options
    try:
        async with asyncio.timeout(ASK_S):
            told = json.loads(await room.needs.answer_tool(attempt_id, "ask_customer", parameters))
        answered, answer = told["answered"] is True, str(told["answer"])
    except TimeoutError:
        answered, answer = False, ""
    except Exception as error:
        # The group that this runs in holds the calls.
        with call_context(attempt_id):
            log.error("an operator's question failed: %s", type(error).__name__)
        return json_answer({"error": "trouble"}, 503)
    if answered:
        room.needs.board.whisper(
            attempt_id, f"The customer answers: {answer} (They were asked: {question})"
        )
        return done(answered=True, answer=answer)
    return done(answered=False, answer="", detail=answer)
