"""Calls for later: asked for with their time, kept, placed when it comes, dropped when unwanted."""

from __future__ import annotations

import pytest

from data.call import OutcomeStatus
from data.reply import (
    CallPlanned,
    Cancelled,
    ConfirmationAsked,
    Limit,
    NothingToCancel,
    OverLimit,
)
from orchestration import conversation
from orchestration.conversation_state import (
    DropPlan,
    KeepPlan,
    Moment,
    OrderCall,
    Plan,
    PlanContext,
)
from tests.orchestration.chat import ANA, NOON, TILOS, Chat, Intent, Status

TOMORROW = Moment(NOON + 21 * 3600, "2026-11-26 09:00", closed=True)


@pytest.fixture
def closed(listed: Chat) -> Chat:
    """Asked whether Ana, who is closed now, is to be called when she opens."""
    listed.hours[ANA.phone or ""] = TOMORROW
    (asked,) = listed.hear(Intent.CONFIRM, option=1)
    assert isinstance(asked, ConfirmationAsked)
    assert (asked.call_at, asked.closed) == ("2026-11-26 09:00", True)
    return listed


@pytest.fixture
def planned(closed: Chat) -> Chat:
    """She is to be."""
    assert closed.hear(Intent.CONFIRM) == [
        CallPlanned(ANA.name, ANA.phone or "", "2026-11-26 09:00")
    ]
    return closed


def plan_of(chat: Chat) -> Plan:
    return chat.state.plans[-1]


def due(chat: Chat, moment: Moment | None = None, plan_id: str = "") -> list[object]:
    context = PlanContext(chat.now, moment or Moment(chat.now), "planned-attempt")
    return list(
        chat.keep(conversation.plan_due(chat.state, plan_id or plan_of(chat).plan_id, context))
    )


def test_a_yes_keeps_the_call_and_dials_nobody(planned: Chat) -> None:
    plan = plan_of(planned)
    assert planned.steps[0] == KeepPlan(plan)
    assert not any(isinstance(step, OrderCall) for step in planned.steps)
    assert (plan.errand.business, plan.moment) == (ANA, TOMORROW)
    assert planned.is_in(Status.IDLE)


def test_it_is_placed_when_its_time_comes(planned: Chat) -> None:
    plan = plan_of(planned)
    planned.now = TOMORROW.at
    assert due(planned) == []
    assert planned.order == OrderCall("planned-attempt", plan.errand)
    assert planned.is_in(Status.CALLING)
    assert planned.state.plans == ()


def test_it_is_placed_once(planned: Chat) -> None:
    plan_id = plan_of(planned).plan_id
    planned.now = TOMORROW.at
    due(planned)
    due(planned, plan_id=plan_id)
    assert planned.steps == ()


def test_cancel_drops_it(planned: Chat) -> None:
    plan_id = plan_of(planned).plan_id
    assert planned.hear(Intent.CANCEL) == [Cancelled()]
    assert planned.did(DropPlan(plan_id))
    due(planned, plan_id=plan_id)
    assert planned.steps == ()
    assert planned.hear(Intent.CANCEL) == [NothingToCancel("")]


def test_no_to_something_else_leaves_it_and_says_so(planned: Chat) -> None:
    planned.hear(Intent.CALL_NUMBER, number="+541140000107")
    assert planned.hear(Intent.CANCEL) == [
        CallPlanned(ANA.name, ANA.phone or "", "2026-11-26 09:00")
    ]
    assert planned.state.plans and planned.is_in(Status.IDLE)


def test_another_planned_call_is_kept_beside_it(planned: Chat) -> None:
    first = plan_of(planned).plan_id
    planned.hours["+541140000107"] = TOMORROW
    planned.hear(Intent.CALL_NUMBER, number="+541140000107")
    planned.hear(Intent.CONFIRM)
    assert not planned.did(DropPlan(first))
    assert [plan.errand.business.phone for plan in planned.state.plans] == [
        ANA.phone,
        "+541140000107",
    ]
    planned.now = TOMORROW.at
    due(planned, plan_id=first)
    assert planned.order.errand.business == ANA
    assert len(planned.state.plans) == 1
    ended = planned.ended(OutcomeStatus.BOOKED)
    assert ended
    assert planned.hear(Intent.CANCEL) == [Cancelled()]
    assert not planned.state.plans


def test_what_is_planned_can_be_changed(planned: Chat) -> None:
    first = plan_of(planned).plan_id
    (again,) = planned.hear(Intent.SEARCH_AND_CALL, time="a las 6", text="mejor a las 6")
    assert isinstance(again, ConfirmationAsked)
    assert (again.preferences.time_from, again.call_at) == ("18:00", "2026-11-26 09:00")
    planned.hear(Intent.CONFIRM)
    assert planned.did(DropPlan(first))
    assert plan_of(planned).errand.preferences.time_from == "18:00"
    assert len(planned.state.plans) == 1


def test_what_is_planned_can_be_asked_about(planned: Chat) -> None:
    assert planned.hear(Intent.HELP, text="¿cómo va lo mío?") == [
        CallPlanned(ANA.name, ANA.phone or "", "2026-11-26 09:00")
    ]


def test_it_waits_for_a_call_that_is_on(planned: Chat) -> None:
    planned.hear(Intent.CALL_NUMBER, number="+541140000107")
    planned.hear(Intent.CONFIRM)
    assert planned.is_in(Status.CALLING)
    planned.now = TOMORROW.at
    assert due(planned) == []
    (step,) = planned.steps
    assert isinstance(step, KeepPlan) and step.plan.moment.at > planned.now
    planned.ended(OutcomeStatus.CANCELLED)
    due(planned)
    assert planned.order.errand.business == ANA


def test_it_waits_a_while_for_the_answer_to_a_question(planned: Chat) -> None:
    planned.now = TOMORROW.at - 20
    planned.hear(Intent.CALL_NUMBER, number="+541140000107")
    planned.now = TOMORROW.at
    due(planned)
    assert isinstance(planned.steps[0], KeepPlan)
    planned.now += 600
    due(planned)
    assert planned.order.errand.business == ANA


def test_closed_again_when_its_time_comes(planned: Chat) -> None:
    later = Moment(TOMORROW.at + 7200, "11:00", closed=True)
    planned.now = TOMORROW.at
    assert due(planned, later) == [CallPlanned(ANA.name, ANA.phone or "", "11:00")]
    assert plan_of(planned).moment == later


def test_never_open_any_more(planned: Chat) -> None:
    planned.now = TOMORROW.at
    context = PlanContext(planned.now, None, "x")
    replies = planned.keep(conversation.plan_due(planned.state, plan_of(planned).plan_id, context))
    assert replies == [OverLimit(Limit.HOURS, ANA.name)]
    assert planned.state.plans == ()


def test_when_its_day_has_passed_the_customer_is_asked_anew(planned: Chat) -> None:
    planned.now = NOON + 4 * 86_400
    (asked,) = due(planned)
    assert isinstance(asked, ConfirmationAsked)
    assert (asked.phone, asked.preferences.date) == (ANA.phone, "")
    assert planned.state.plans == ()
    planned.hear(Intent.CONFIRM)
    assert isinstance(planned.steps[0], KeepPlan | OrderCall)


def test_it_opened_while_the_customer_thought(closed: Chat) -> None:
    closed.now = TOMORROW.at + 60
    closed.hours.clear()
    closed.state = closed.state.model_copy(update={"asked_at": closed.now - 60})
    assert closed.hear(Intent.CONFIRM) == []
    assert closed.order.errand.business == ANA


def test_it_closed_while_the_customer_thought(asked: Chat) -> None:
    asked.hours[ANA.phone or ""] = TOMORROW
    (again,) = asked.hear(Intent.CONFIRM)
    assert isinstance(again, ConfirmationAsked) and again.call_at == TOMORROW.shown
    asked.hear(Intent.CONFIRM)
    assert isinstance(asked.steps[0], KeepPlan)


def test_in_ten_minutes_is_asked_with_its_time(asked: Chat) -> None:
    (again,) = asked.hear(Intent.HELP, text="en 10 minutos")
    assert isinstance(again, ConfirmationAsked)
    assert (again.phone, again.call_at, again.closed) == (ANA.phone, "later", False)
    assert asked.hear(Intent.CONFIRM) == [CallPlanned(ANA.name, ANA.phone or "", "later")]
    assert plan_of(asked).moment.at == pytest.approx(asked.now - 10 + 600)


def test_a_busy_business_may_be_tried_again_later(calling: Chat) -> None:
    calling.ended(OutcomeStatus.BUSY)
    (again,) = calling.hear(Intent.SEARCH_AND_CALL, text="en media hora", time="en media hora")
    assert isinstance(again, ConfirmationAsked) and again.call_at == "later"
    calling.hear(Intent.CONFIRM)
    assert plan_of(calling).errand.business == ANA


def test_a_plan_survives_other_talk(planned: Chat) -> None:
    planned.hear(Intent.SEARCH_ONLY, service="plomero")
    planned.found(TILOS)
    planned.hear(Intent.HELP, text="gracias")
    assert plan_of(planned).errand.business == ANA
