"""A customer of whom everything is kept that a store can keep, each piece with a word to find."""

from __future__ import annotations

from dataclasses import replace

from data.call import (
    CallEnding,
    CallReport,
    CallResult,
    EndCause,
    EntryKind,
    OutcomeStatus,
    Quote,
    Speaker,
    TimelineEntry,
)
from data.store import (
    AuditEntry,
    BlockedNumber,
    IncomingMessage,
    OutgoingMessage,
    PlannedCall,
    Store,
    Turn,
)
from tests.data.past_calls import ordered

CALLED_AT = 1_000.0
ENDED_AT = 1_100.0


def sid(name: str, number: int) -> str:
    """A message sid of this customer."""
    return f"SM{name.encode().hex():0>16}{number:016x}"[:34]


async def everything_of(
    store: Store, name: str, customer: str, word: str, at: float = CALLED_AT
) -> tuple[str, ...]:
    """Keeps all of it; the attempt ids of the calls, which have ended."""
    for number, handled in enumerate((True, False), start=1):
        await store.take_message(
            IncomingMessage(
                sid(name, number),
                customer,
                f"hola, {word}",
                at - 50 + number,
                profile_name=word,
                button_payload=word,
                latitude=-34.6,
                longitude=-58.4,
                media_type="audio/ogg",
                media_url=f"https://api.example/{word}",
            )
        )
        if handled:
            await store.commit_turn(Turn(customer, f'{{"wish": "{word}"}}', (sid(name, number),)))
    calls = (f"{name}-first", f"{name}-second")
    for number, call in enumerate(calls):
        attempt = ordered(
            call, at + number, customer=customer, customer_name=word, service=word, request=word
        )
        await store.commit_turn(Turn(customer, attempt=replace(attempt, business_name=word)))
        line = TimelineEntry(1.0, EntryKind.SAID, word, Speaker.BUSINESS)
        await store.keep_lines(call, [line])
        report = CallReport(
            call,
            CallEnding(EndCause.AGENT_FINISHED),
            call_sid=f"CA-{call}",
            conversation_id=f"conv-{call}",
            answered=True,
            talked_s=61.0,
            timeline=(
                TimelineEntry(0.5, EntryKind.PHASE, "talking"),
                TimelineEntry(1.0, EntryKind.SAID, word, Speaker.BUSINESS),
                TimelineEntry(1.5, EntryKind.INTERRUPTED, "up to 3", Speaker.BUSINESS),
                TimelineEntry(2.0, EntryKind.TOOL_CALLED, f"report({word})", Speaker.AGENT),
                TimelineEntry(3.0, EntryKind.TOLD_AGENT, word, Speaker.CUSTOMER),
                TimelineEntry(4.0, EntryKind.HANDED_BACK, word, Speaker.OPERATOR),
                TimelineEntry(5.0, EntryKind.MEASURED, "answer_ms=400"),
            ),
        )
        result = CallResult(
            status=OutcomeStatus.BOOKED,
            date="2026-11-27",
            time="17:00",
            professional_name=word,
            notes=word,
            instructions=word,
        )
        await store.keep_report(call, result)
        told = OutgoingMessage(f"result:{call}", customer, word, at + 100)
        done = Turn(customer, outgoing=(told,))
        assert await store.end_attempt(report, result, done, at + 100, Quote(word, 1.0))
        await store.note_act(AuditEntry(at, "Mía", "whispered", call, f"{word}: 12 characters"))
    blocked = BlockedNumber(f"+5411400{len(word):05d}", calls[0], word, at)
    plan = PlannedCall(f"plan-{name}", customer, f'{{"service": "{word}"}}', at + 9_999)
    await store.commit_turn(Turn(customer, plan=plan, blocked=blocked))
    waiting = OutgoingMessage(f"{name}:waiting", customer, word, at + 9_999)
    parked = OutgoingMessage(f"{name}:parked", customer, word, at)
    clip = OutgoingMessage(
        f"clip:{calls[0]}", customer, "", at, media_url=f"https://v.example/clip/{clip_of(name)}"
    )
    await store.commit_turn(Turn(customer, outgoing=(parked, clip, waiting)))
    await store.message_sent(f"result:{calls[0]}", f"SM-{name}")
    await store.message_given_up(f"result:{calls[1]}", f"63016 for {customer}")
    await store.message_parked(parked.message_id, f"63016 for {customer}")
    await store.message_sent(clip.message_id, f"SM-{name}-clip")
    return calls


def clip_of(name: str) -> str:
    """The token of this customer's clip."""
    return f"{name}-clip".ljust(32, "x")[:32]
