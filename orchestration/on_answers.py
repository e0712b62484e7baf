"""A conversation when the customer answers: yes, no, a choice, an answer to the business. Pure."""

from __future__ import annotations

import re

from data.errand import Errand, IntentType, ParsedMessage
from data.place import PlaceInfo
from data.reply import (
    AlreadyCalling,
    AnswerGiven,
    AnswerLate,
    CallPlanned,
    Cancelled,
    CancelUnderway,
    ChoiceNeeded,
    NothingToCancel,
    NotUnderstood,
    PassedOn,
    Thanked,
)
from orchestration.conversation_state import (
    AnswerBusiness,
    CancelCall,
    Conversation,
    DropPlan,
    KeepPlan,
    Moment,
    OrderCall,
    Plan,
    Say,
    Step,
    TellAgent,
    TurnContext,
    alike,
)
from orchestration.errands import amended, called_name, ladder, wish_of
from orchestration.moves import Outcome, Status, asked_again, asked_to_call, idle, moved, whole_list
from orchestration.questions import choices, open_question
from orchestration.small_talk import is_content, laughs, says_thanks, wonders
from orchestration.spoken_times import fold, spoken_delay

_BARE_YES = frozenset({"si", "dale", "ok", "okay", "vale", "bueno", "claro", "listo", "yes"})
_STALE_S = 12 * 3600.0
"""A yes to a question as old as this is asked again: much may have changed."""
_LONGEST_ANSWER = 300


# --- while a call is on -----------------------------------------------------------------------
def during_call(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    """Whatever is written while the call is on."""
    name = called_name(state.errand)
    if parsed.intent is IntentType.CANCEL:
        state = moved(state, cancelled_call=state.attempt_id)
        return state, (CancelCall(state.attempt_id), Say(CancelUnderway(name)))
    if context.question is not None:
        answer = _chosen_answer(parsed, context.question.options) or context.text
        answer = " ".join(answer.split())[:_LONGEST_ANSWER]
        step = AnswerBusiness(state.attempt_id, context.question.question_id, answer)
        return state, (step,)
    bare_yes = parsed.intent is IntentType.CONFIRM or fold(context.text).strip(" .!") in _BARE_YES
    if bare_yes or wonders(context.text):
        # Nothing was asked; an agent that is told "yes" might take it for consent.
        return state, (Say(AlreadyCalling(name)),)
    if says_thanks(context.text) or is_content(context.text) or laughs(context.text):
        return state, (Say(Thanked()),)
    wish = (
        parsed.service_type
        and state.errand
        and not alike(parsed.service_type, state.errand.service)
    )
    if parsed.phone_number or (wish and parsed.intent is not IntentType.HELP):
        return state, (Say(AlreadyCalling(name)),)
    return state, (TellAgent(state.attempt_id, context.text),)


def _chosen_answer(parsed: ParsedMessage, options: tuple[str, ...]) -> str:
    option = parsed.selected_option
    return options[option - 1] if option is not None and 1 <= option <= len(options) else ""


def told(state: Conversation, delivered: bool) -> Outcome:
    """The answer to `TellAgent`."""
    name = called_name(state.errand)
    return state, (Say(PassedOn(name) if delivered else AlreadyCalling(name)),)


def answered(state: Conversation, in_time: bool, answer: str) -> Outcome:
    """The answer to `AnswerBusiness`."""
    name = called_name(state.errand)
    return state, (Say(AnswerGiven(name, answer) if in_time else AnswerLate(name)),)


# --- yes, no and choices ----------------------------------------------------------------------
def affirmed(state: Conversation, parsed: ParsedMessage, context: TurnContext) -> Outcome:
    """A yes or a choice."""
    if parsed.selected_option is not None and choices(state):
        return _chosen(state, parsed, parsed.selected_option, context)
    if state.status is Status.AWAITING_CONFIRMATION and state.errand:
        return _confirmed(state, state.errand, parsed, context)
    if state.status is Status.AWAITING_SELECTION:
        if len(state.options) == 1 and not _too_early(state, context):
            return _chosen(state, parsed, 1, context)
        return asked_again(state, context, short=True)
    if state.status is Status.IDLE and state.postponed and state.errand:
        return asked_to_call(state, state.errand, context)
    return state, (Say(NotUnderstood()),)


def _confirmed(
    state: Conversation, errand: Errand, parsed: ParsedMessage, context: TurnContext
) -> Outcome:
    later = wanted_later(state, context)
    if later is not None:
        return asked_to_call(state, errand, context, later)
    changed = amended(errand, parsed, context)
    unclear = parsed.selected_option is not None or _too_early(state, context)
    stale = context.now - state.asked_at > _STALE_S
    if unclear or stale or changed != errand:
        return asked_to_call(state, changed, context)
    if context.spoken:
        # A voice note may have been heard wrongly: nothing is dialled on it alone.
        steps = open_question(state, context.now, context.default_zone, in_writing=True)
        return moved(state, asked_at=context.now), steps
    hours = context.call_moment(errand.business)
    promised = state.moment if state.moment and state.moment.at > context.now else None
    if promised is None and hours is not None and hours.at > context.now:
        # It has closed since the question was asked.
        return asked_to_call(state, errand, context)
    if promised is not None:
        return _planned(state, errand, promised, context)
    state = moved(
        state,
        status=Status.CALLING,
        attempt_id=context.attempt_id,
        wish=None,
        moment=None,
        booked_with="",
    )
    return state, (OrderCall(context.attempt_id, errand),)


def _planned(state: Conversation, errand: Errand, moment: Moment, context: TurnContext) -> Outcome:
    plan = Plan(context.attempt_id, errand, moment)
    kept_plans = state.with_plan(plan)
    dropped = tuple(DropPlan(each.plan_id) for each in state.plans if each not in kept_plans)
    kept = CallPlanned(errand.business.name, errand.business.phone or "", moment.shown)
    return moved(idle(state), plans=kept_plans), (*dropped, KeepPlan(plan), Say(kept))


def wanted_later(state: Conversation, context: TurnContext) -> Moment | None:
    """ "En diez minutos": when the customer wants the call, in a time as short as they say it."""
    if state.status is not Status.AWAITING_CONFIRMATION or state.errand is None:
        return None
    delay_s = spoken_delay(fold(context.text))
    if delay_s is None:
        return None
    return context.delayed(state.errand.business, delay_s)


def _chosen(
    state: Conversation, parsed: ParsedMessage, option: int, context: TurnContext
) -> Outcome:
    if not 1 <= option <= len(state.options):
        if state.status is Status.AWAITING_SELECTION:
            return state, (Say(ChoiceNeeded(len(state.options))),)
        again, steps = asked_again(state, context)
        return again, steps or (Say(NotUnderstood()),)
    wish = (state.wish or wish_of(state.errand)).with_message(parsed, go_on=context.plan.go_on)
    place, others = ladder(state.options, option, context.plan)
    others = tuple(each for each in others if each.phone not in state.tried)
    return asked_to_call(moved(state, wish=wish), place, context, wish=wish, others=others)


_NO_NAMES = frozenset(
    "la el lo los las de del en por que esta queda cerca una un quiero prefiero mejor dame llama"
    " a al calle av avenida esa ese the one in on at near street st road avenue i want please porfa"
    " favor si ok dale barrio zona colonia".split()
)


def place_meant(text: str, places: tuple[PlaceInfo, ...]) -> int | None:
    """ "La de Belgrano": which entry (1-based) is meant by words of its address alone; None when it
    is not clear. What follows is a question, so a mistake costs no call.
    """
    said = {word for word in re.findall(r"[a-zñ]{3,}", fold(text)) if word not in _NO_NAMES}
    if not said or len(said) > 4:
        return None
    fitting = [
        number
        for number, place in enumerate(places, 1)
        if said <= set(re.findall(r"[a-zñ]{3,}", fold(f"{place.address} {place.name}")))
    ]
    return fitting[0] if len(fitting) == 1 else None


def chosen_place(state: Conversation, option: int, context: TurnContext) -> Outcome:
    """This entry was chosen."""
    return _chosen(state, ParsedMessage(intent=IntentType.CONFIRM), option, context)


def plans_told(state: Conversation) -> tuple[Step, ...]:
    """What is kept for later, each with its time."""
    return tuple(
        Say(
            CallPlanned(
                plan.errand.business.name, plan.errand.business.phone or "", plan.moment.shown
            )
        )
        for plan in state.plans
    )


def dropped(state: Conversation, context: TurnContext) -> Outcome:
    """A no, or "cancel"."""
    open_matter = state.status is not Status.IDLE or state.wish is not None or state.postponed
    if not open_matter and state.plans:
        dropped = (DropPlan(plan.plan_id) for plan in state.plans)
        return moved(idle(state), plans=()), (*dropped, Say(Cancelled()))
    if not open_matter:
        return state, (Say(NothingToCancel(state.booked_with)),)
    state = idle(state)
    # What was just asked is off; what was promised before still stands, and that is said.
    return state, plans_told(state) or (Say(Cancelled()),)


_LIST_AGAIN = re.compile(
    r"\W*(?:(?:ver|mostra(?:me)?|muestra(?:me)?|dame|quiero|pasame|manda(?:me)?|show(?: me)?|see)"
    r" )*(?:otra vez |de nuevo )?(?:(?:la|the|toda la) (?:lista|list)|(?:los|las|the) (?:otr[oa]s|"
    r"demas|others|rest)|otr[oa]s?|lista|list|others?|another(?: one)?|otra opcion|mas opciones"
    r"|more options)(?: otra vez| de nuevo| again| por favor| please)?\W*"
)


def wants_list(state: Conversation, context: TurnContext) -> bool:
    """ "Otra": the customer wants to choose another entry of the list."""
    listed = state.status is Status.AWAITING_CONFIRMATION and len(state.options) > 1
    return listed and _LIST_AGAIN.fullmatch(fold(context.text)) is not None


def list_again(state: Conversation, context: TurnContext) -> Outcome:
    """Back to choosing."""
    return whole_list(state, context)


def _too_early(state: Conversation, context: TurnContext) -> bool:
    """Written before the question was asked: it cannot be an answer to it."""
    return context.received_at < state.asked_at
