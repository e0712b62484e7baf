"""A conversation when calls begin, cannot begin, or end. Pure."""

from __future__ import annotations

from dataclasses import replace

from data.call import OutcomeStatus
from data.errand import Errand
from data.reply import (
    AlreadyBooked,
    CallPlanned,
    Cancelled,
    Limit,
    NextStep,
    NumberRefused,
    OverLimit,
    ResultTold,
)
from orchestration.conversation_state import (
    Conversation,
    EndContext,
    Ended,
    KeepPlan,
    Moment,
    OrderCall,
    Plan,
    PlanContext,
    Say,
    joined,
)
from orchestration.errands import called_name, dated_before, moved_to, undated
from orchestration.local_time import business_zone_name, local_now
from orchestration.moves import Outcome, Status, idle, moved
from orchestration.questions import Proposal, as_asked, open_question, proposal

_LOOK_AGAIN_S = 60.0
_ONLY_ASKS = {
    "es": "ya llamamos antes: solo confirmar si quedó reservado, sin reservar otra vez",
    "en": "we have called before: only confirm whether it is booked, do not book again",
}
_QUESTION_COUNTS_S = 300.0
"""A planned call waits that long for the answer to a question that is open."""


def dial_refused(state: Conversation, reply: OverLimit | NumberRefused | AlreadyBooked) -> Outcome:
    """`OrderCall` is not carried out. A later yes leads to the question again, not to a dial."""
    postponed = isinstance(reply, OverLimit)
    return moved(idle(state), postponed=postponed), (Say(reply),)


def dial_dropped(state: Conversation) -> Outcome:
    """The customer cancelled before the ordered call was placed."""
    return idle(state), (Say(Cancelled()),)


def call_ended(state: Conversation, ended: Ended, context: EndContext) -> Outcome:
    """The call is over and judged: its one result is told, with what may come next."""
    errand, status = ended.errand, ended.result.status
    number = errand.business.phone or ""
    ours = state.attempt_id == ended.attempt_id
    follows = proposal(
        errand,
        status,
        answered=ended.answered,
        tried=state.tried if ours else (),
        may_call=context.may_call if ours else {},
        now=context.now,
    )
    told = Say(_result(ended, follows))
    if not ours:
        return state, (told,)
    state = moved(idle(state), errand=errand, tried=(*state.tried, number))
    if status is OutcomeStatus.BOOKED:
        return moved(state, booked_with=called_name(errand)), (told,)
    if follows.place is None:
        return state, (told,)
    following = _following(errand, follows, status)
    if follows.step is NextStep.GOING_ON:
        state = moved(state, status=Status.CALLING, errand=following, attempt_id=context.attempt_id)
        return state, (told, OrderCall(context.attempt_id, following))
    later = follows.moment if follows.moment and follows.moment.at > context.now else None
    state = moved(
        state,
        status=Status.AWAITING_CONFIRMATION,
        errand=following,
        moment=later,
        asked_at=context.now,
        proposed=True,
    )
    return state, (told,)


def _following(errand: Errand, follows: Proposal, status: OutcomeStatus) -> Errand:
    if follows.step is NextStep.CALL_AGAIN and status is OutcomeStatus.UNCONFIRMED:
        # The agent must not book a second time what may be booked already.
        only_asks = _ONLY_ASKS["en" if errand.language == "en" else "es"]
        errand = replace(errand, request=joined(errand.request, only_asks))
    if follows.place is None or follows.step is NextStep.CALL_AGAIN:
        # Further businesses were agreed to for the first round only.
        return replace(errand, go_on=False)
    there = moved_to(errand, follows.place)
    return there if follows.step is NextStep.GOING_ON else replace(there, go_on=False)


def _result(ended: Ended, follows: Proposal) -> ResultTold:
    business, next_place = ended.errand.business, follows.place
    wanted = ended.errand.preferences
    return ResultTold(
        business_name=business.name,
        phone=business.phone or "",
        result=ended.result,
        quote=ended.quote,
        detail=ended.detail,
        next_step=follows.step,
        next_name=next_place.name if next_place else "",
        next_phone=(next_place.phone or "") if next_place else "",
        next_at=follows.moment.shown if follows.moment else "",
        calendar_url=ended.calendar_url,
        asked=None if as_asked(ended.result, wanted) else wanted,
        cancelled_late=ended.cancelled and ended.result.status is OutcomeStatus.BOOKED,
    )


# --- planned calls ----------------------------------------------------------------------------
def plan_due(state: Conversation, plan_id: str, context: PlanContext) -> Outcome:
    """The time of a planned call has come.

    No steps: it is not wanted any more. `KeepPlan`: it has to wait once more. `OrderCall`: it is
    placed now. It never comes between the customer and a call or a question that is open.
    """
    plan, now = state.planned(plan_id), context.now
    if plan is None:
        return state, ()
    left = state.without_plan(plan_id)
    asked = state.status in (Status.AWAITING_CONFIRMATION, Status.AWAITING_SELECTION)
    if state.status is Status.CALLING or (asked and now - state.asked_at < _QUESTION_COUNTS_S):
        return _kept(state, plan, replace(plan.moment, at=now + _LOOK_AGAIN_S))
    business = plan.errand.business
    if context.moment is None:
        refused = OverLimit(Limit.HOURS, called_name(plan.errand))
        return dial_refused(moved(state, plans=left, errand=plan.errand), refused)
    today = local_now(now, business_zone_name(business, "UTC")).date()
    if dated_before(plan.errand, today):
        # We were down for too long, or it never opened: the day is gone, so ask anew.
        errand = undated(plan.errand)
        later = context.moment if context.moment.at > now else None
        state = moved(
            state,
            plans=left,
            status=Status.AWAITING_CONFIRMATION,
            errand=errand,
            moment=later,
            asked_at=now,
        )
        return state, open_question(state, now, "UTC")
    if context.moment.at > now:
        state, steps = _kept(state, plan, context.moment)
        told = CallPlanned(business.name, business.phone or "", context.moment.shown)
        return state, (*steps, Say(told))
    state = moved(
        idle(state),
        status=Status.CALLING,
        errand=plan.errand,
        attempt_id=context.attempt_id,
        plans=left,
        booked_with="",
    )
    return state, (OrderCall(context.attempt_id, plan.errand),)


def _kept(state: Conversation, plan: Plan, moment: Moment) -> Outcome:
    plan = replace(plan, moment=moment)
    plans = tuple(plan if each.plan_id == plan.plan_id else each for each in state.plans)
    return moved(state, plans=plans), (KeepPlan(plan),)
