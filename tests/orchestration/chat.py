"""A customer in front of the conversation machine, for the tests of its rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.call import CallResult, OutcomeStatus
from data.errand import CallPlan, ConversationStatus, IntentType, ParsedMessage
from data.place import PlaceInfo
from data.reply import (
    Reply,
)
from orchestration import conversation
from orchestration.conversation_state import (
    Conversation,
    EndContext,
    Ended,
    Moment,
    OpenQuestion,
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
NO_PLAN = CallPlan()
NOON = 1_795_618_800.0
"""2026-11-25 12:00 in Buenos Aires."""


@dataclass
class Chat:
    """A customer in front of the machine; every message goes through the store's JSON."""

    state: Conversation = field(default_factory=Conversation)
    steps: tuple[Step, ...] = ()
    now: float = NOON
    turns: int = 0
    hours: dict[str, Moment] = field(default_factory=dict)
    """By number: when it may be called next; the others at once."""
    blocked: set[str] = field(default_factory=set)
    """Numbers that may not be called again."""
    question: OpenQuestion | None = None

    def moment(self, place: PlaceInfo, delay_s: float = 0.0) -> Moment:
        soonest = Moment(self.now + delay_s, "later" if delay_s else "")
        known = self.hours.get(place.phone or "", soonest)
        return known if known.at > soonest.at else soonest

    def context(
        self,
        text: str = "…",
        *,
        written_at: float | None = None,
        plan: CallPlan = NO_PLAN,
        spoken: bool = False,
    ) -> TurnContext:
        self.turns += 1
        return TurnContext(
            customer=CUSTOMER,
            customer_name="Lu",
            text=text,
            spoken=spoken,
            plan=plan,
            question=self.question,
            received_at=self.now if written_at is None else written_at,
            now=self.now,
            language="es",
            default_zone="America/Argentina/Buenos_Aires",
            check_number=lambda number: POLICY.check_number(number, CUSTOMER),
            call_moment=self.moment,
            delayed=self.moment,
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
        plan: CallPlan = NO_PLAN,
        spoken: bool = False,
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
        context = self.context(text, written_at=written_at, plan=plan, spoken=spoken)
        return self.keep(conversation.heard(self.state, parsed, context))

    def found(self, *places: PlaceInfo, demo: bool = False) -> list[Reply]:
        return self.keep(conversation.search_done(self.state, Found(places, demo), self.context()))

    def ended(
        self, status: OutcomeStatus, *, answered: bool = True, attempt_id: str = ""
    ) -> list[Reply]:
        errand = self.state.errand
        assert errand is not None
        self.now += 10
        result = CallResult(status=status)
        ended = Ended(attempt_id or self.state.attempt_id, errand, result, answered=answered)
        places = (errand.business, *errand.others)
        may_call = {
            place.phone or "": self.moment(place)
            for place in places
            if place.phone not in self.blocked
        }
        self.turns += 1
        context = EndContext(self.now, may_call, f"attempt-{self.turns}")
        return self.keep(conversation.call_ended(self.state, ended, context))

    def is_in(self, status: ConversationStatus) -> bool:
        return self.state.status is status

    def did(self, step: Step) -> bool:
        return step in self.steps

    @property
    def order(self) -> OrderCall:
        (order,) = [step for step in self.steps if isinstance(step, OrderCall)]
        return order
