"""Spanish for how a call ended: everything in one text, with what to do next."""

from __future__ import annotations

from typing import assert_never

from data import reply as r
from data.call import CallResult, OutcomeStatus
from data.errand import Preferences
from messaging.phrases_es_parts import TIMES, the_who, to_who
from messaging.showing import NAME, WORDS, fitted, has_name, shown_link, shown_number
from messaging.showing_times import is_day
from messaging.text import harmless


def result(told: r.ResultTold) -> str:
    """The one result of a dialled call."""
    outcome = told.result
    lines = []
    if told.cancelled_late:
        lines.append(
            "• Pediste cancelar cuando ya estaba hecho: la reserva sigue en pie. Si no la quieres, "
            "avísales tú directamente."
        )
    if professional := harmless(outcome.professional_name or "", NAME):
        lines.append(f"• Con: {professional}")
    if instructions := harmless(outcome.instructions or "", WORDS):
        lines.append(f"• Indicaciones, según la llamada: “{instructions}”")
    if quote := harmless(told.quote, WORDS):
        lines.append(f"• El negocio dijo: “{quote}”")
    if notes := harmless(outcome.notes or "", WORDS):
        lines.append(f"• Nota de la llamada: “{notes}”")
    if detail := harmless(told.detail, WORDS):
        lines.append(f"• Motivo: {detail}")
    tail = []
    if link := shown_link(told.calendar_url):
        tail += ["", f"Añadir al calendario: {link}"]
    if step := _next_step(told):
        tail += ["", step]
    return fitted(_head(told), lines, tail)


def _head(told: r.ResultTold) -> str:
    who = the_who(told.business_name, told.phone)
    to = to_who(told.business_name, told.phone)
    when = TIMES.agreed(told.result)
    match told.result.status:
        case OutcomeStatus.BOOKED:
            if told.asked is not None:
                return _not_as_asked(told, told.asked, when)
            return f"✅ *Reservado* en {who}{f': *{when}*' if when else ''}."
        case OutcomeStatus.UNCONFIRMED:
            thought = f" Se habló de esto: {when}." if when else ""
            return (
                f"⚠️ *Sin confirmar*: hablé con {who}, pero no quedó confirmado con claridad."
                f"{thought} No lo tomes como reservado."
            )
        case OutcomeStatus.NO_AVAILABILITY:
            return f"En {who} no tienen nada libre {_for(told.result)}."
        case OutcomeStatus.CALLBACK_NEEDED:
            return f"En {who} piden que llamemos de nuevo{f': {when}' if when else ''}."
        case OutcomeStatus.WRONG_NUMBER:
            return f"En {who} dijeron que es un número equivocado. No se reservó nada."
        case OutcomeStatus.NO_ANSWER:
            return f"{_first_upper(who)} no contesta. No se reservó nada."
        case OutcomeStatus.BUSY:
            return f"{_first_upper(who)} tiene la línea ocupada. No se reservó nada."
        case OutcomeStatus.VOICEMAIL:
            return f"En {who} atendió un contestador. No dejé mensaje y no se reservó nada."
        case OutcomeStatus.CANCELLED:
            return f"Llamada {to} cancelada, como pediste. No hay nada confirmado."
        case OutcomeStatus.INTERRUPTED:
            return f"La llamada con {who} se cortó antes de terminar. No hay nada confirmado."
        case OutcomeStatus.FAILED:
            return f"No pude completar la llamada {to}. No hay nada confirmado."
        case _:
            assert_never(told.result.status)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _not_as_asked(told: r.ResultTold, asked: Preferences, when: str) -> str:
    where = f"en {the_who(told.business_name, told.phone)}" if has_name(told.business_name) else ""
    booked = ", ".join(part for part in (when, where) if part)
    by_whom = harmless(asked.professional, NAME)
    wanted = ", ".join(
        part for part in (TIMES.asked(asked), f"con {by_whom}" if by_whom else "") if part
    )
    return (
        f"⚠️ *Reservado, pero no como pediste*{f': {booked}' if booked else ''}"
        f"{f' (habías pedido {wanted})' if wanted else ''}.\n"
        f"Si no te sirve, hay que anularlo: su número es {shown_number(told.phone)}."
    )


def _for(result: CallResult) -> str:
    when = TIMES.agreed(result)
    if not when:
        return "para lo que pediste"
    if not result.date:
        return when
    return f"para {TIMES.words.on.format(x=when) if is_day(result.date) else when}"


def _next_step(told: r.ResultTold) -> str:
    step = told.next_step
    again = step is r.NextStep.CALL_AGAIN
    name, phone = told.next_name, told.next_phone
    if again:
        name, phone = name or told.business_name, phone or told.phone
    if not phone:
        return ""  # nobody may agree to a number that they do not see
    moment = TIMES.moment(told.next_at)
    to = to_who(name, phone) + (f" {moment}" if moment else "")
    match step:
        case r.NextStep.NONE:
            return ""
        case r.NextStep.CALL_AGAIN:
            unsure = told.result.status is OutcomeStatus.UNCONFIRMED
            why = " para confirmarlo" if unsure else ""
            return f"¿Llamo otra vez {to}{why}? Responde *sí* o *no*."
        case r.NextStep.NEXT_PLACE:
            return f"¿Llamo {to}? Responde *sí* o *no*."
        case r.NextStep.GOING_ON:
            return f"Sigo con el siguiente, como acordamos: llamo {to}."
        case _:
            assert_never(step)
