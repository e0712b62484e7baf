"""A customer in front of the conversation machine, for the tests of its rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.call import CallResult, OutcomeStatus
from data.errand import ConversationStatus, IntentType, ParsedMessage
from data.place import PlaceInfo
from data.reply import (
    Reply,
)
from orchestration import conversation
from orchestration.conversation_state import (
    Conversation,
    OrderCall,
    Say,
    Step,
    TurnContext,
    conversation_from_json,
)
from orchestration.policy import Policy
from orchestration.ports import Found

Intent = IntentType
Status = ConversationStatus
CUSTOMER = "whatsapp:+5491150000001"
ANA = PlaceInfo(id="1", name="Peluquería Ana", phone="+541140000101")
TILOS = PlaceInfo(id="2", name="Peluquería Los Tilos", phone="+541140000102")
ABROAD = PlaceInfo(id="3", name="Lola", phone="+34910000101")
POLICY = Policy(frozenset({"AR"}))
NOON = 1_795_618_800.0
"""2026-11-25 12:00 in Buenos Aires."""


@dataclass
class Chat:
    """A customer in front of the machine; every message goes through the store's JSON."""

    state: Conversation = field(default_factory=Conversation)
    steps: tuple[Step, ...] = ()
    now: float = NOON
    turns: int = 0

    def context(self, text: str = "…", *, written_at: float | None = None) -> TurnContext:
        self.turns += 1
        return TurnContext(
            customer=CUSTOMER,
            customer_name="Lu",
            text=text,
            received_at=self.now if written_at is None else written_at,
            now=self.now,
            language="es",
            default_zone="America/Argentina/Buenos_Aires",
            check_number=lambda number: POLICY.check_number(number, CUSTOMER),
            errand_id=f"errand-{self.turns}",
            attempt_id=f"attempt-{self.turns}",
        )

    def keep(self, outcome: conversation.Outcome) -> list[Reply]:
        state, self.steps = outcome
        self.state = conversation_from_json(state.model_dump_json())
        assert self.state == state
        return [step.reply for step in self.steps if isinstance(step, Say)]

    def hear(
        self,
        intent: IntentType,
        number: str | None = None,
        service: str | None = None,
        where: str | None = None,
        day: str | None = None,
        time: str | None = None,
        request: str | None = None,
        option: int | None = None,
        *,
        text: str = "…",
        written_at: float | None = None,
    ) -> list[Reply]:
        self.now += 10
        parsed = ParsedMessage(
            intent=intent,
            phone_number=number,
            service_type=service,
            location=where,
            date_preference=day,
            time_preference=time,
            specific_request=request,
            selected_option=option,
        )
        context = self.context(text, written_at=written_at)
        return self.keep(conversation.heard(self.state, parsed, context))

    def found(self, *places: PlaceInfo, demo: bool = False) -> list[Reply]:
        return self.keep(conversation.search_done(self.state, Found(places, demo), self.context()))

    def ended(self, status: OutcomeStatus) -> list[Reply]:
        assert self.state.errand is not None
        return self.keep(
            conversation.call_ended(
                self.state,
                self.state.attempt_id,
                self.state.errand,
                CallResult(status=status),
                "",
                "",
            )
        )

    def is_in(self, status: ConversationStatus) -> bool:
        return self.state.status is status

    def did(self, step: Step) -> bool:
        return step in self.steps

    @property
    def order(self) -> OrderCall:
        (order,) = [step for step in self.steps if isinstance(step, OrderCall)]
        return order
