"""Spanish that reads naturally in Argentina, Mexico and Spain: neutral words, "tú" kept short."""

from __future__ import annotations

from typing import assert_never

from data import reply as r
from data.call import OutcomeStatus
from data.place import PlaceInfo
from messaging.showing import (
    LISTED_ADDRESS,
    LISTED_NAME,
    MOST_PLACES,
    NAME,
    REQUEST,
    SERVICE,
    WORDS,
    Calendar,
    TimeWords,
    shown_called,
    shown_day,
    shown_moment,
    shown_number,
    shown_time,
    when_agreed,
)
from messaging.text import harmless

_CALENDAR = Calendar(
    ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto"),
        *("septiembre", "octubre", "noviembre", "diciembre"),
    ),
    "{weekday} {day} de {month}",
)
_TIMES = TimeWords(
    "a las {a}", "entre las {a} y las {b}", "a partir de las {a}", "antes de las {b}"
)

APOLOGY = (
    "Disculpe, tenemos un problema técnico y no podemos seguir con la llamada. "
    "Muchas gracias por atender. Hasta luego."
)
CALLBACK_EXPLANATION = (
    "Hola. Este es el número de Vocero, un asistente de inteligencia artificial que hace llamadas "
    "por encargo de otras personas. Aquí no podemos atender llamadas. Si la llamamos hace poco, "
    "fue para pedir un turno, una cita o una reserva. Muchas gracias y hasta luego."
)

_DEMO = "_Son ejemplos de demostración, no negocios reales._"

_HELP = """\
¡Hola! Soy *Vocero*: llamo por teléfono a negocios por ti y te cuento qué dijeron.

Escríbeme, por ejemplo:
• “Un turno para cortarme el pelo mañana a las 5 en Palermo”
• “Llama al +54 11 5555-0100 y reserva una mesa para cuatro”
• “Busca dentistas cerca de Sol”

Antes de llamar siempre te pregunto. Con *cancelar* lo detengo todo."""


def words(reply: r.Reply) -> str:
    """The reply in Spanish; it may still be longer than a message."""
    match reply:
        case r.HelpGiven():
            return _HELP
        case r.NotUnderstood():
            return (
                "Perdón, no lo entendí. Dime qué necesitas y dónde (“dentista en el centro, el "
                "jueves por la tarde”) o envíame el número al que hay que llamar."
            )
        case r.TextPlease():
            return "Por ahora solo puedo leer texto. ¿Me lo escribes, por favor?"
        case r.WhatToSearch():
            return (
                "¡Claro! ¿Qué tipo de negocio busco, y en qué zona? Por ejemplo: “peluquería en "
                "el centro”. También puedes enviarme un número."
            )
        case r.ChoicesOffered():
            return _choices(reply)
        case r.NothingFound():
            return _nothing(reply)
        case r.SearchFailed():
            return (
                "La búsqueda no funciona en este momento. Inténtalo de nuevo en unos minutos o "
                "envíame el número del negocio y llamo directamente."
            )
        case r.ChoiceNeeded(count):
            if count == 1:
                return "Responde *1* para elegirla o *no* para dejarlo."
            return f"¿Cuál de la lista? Responde con un número del 1 al {count}, o *ninguna*."
        case r.ConfirmationAsked():
            return _confirmation(reply)
        case r.NumberRefused(number, refusal):
            return _refused(number, refusal)
        case r.OverLimit(limit, name, until):
            return _over(limit, shown_called(name), until)
        case r.CallStarted(name, phone):
            return f"📞 Llamando a {_who(name, phone)}…"
        case r.CallAnswered(name):
            return f"Contestaron{_in(name)}. Estoy hablando; te aviso apenas termine."
        case r.AlreadyCalling(name):
            return (
                f"Ahora mismo estoy en una llamada{_with(name)}. Cuando termine seguimos con lo "
                "demás. Si quieres que la corte, escribe *cancelar*."
            )
        case r.PassedOn(name):
            return f"Listo, se lo digo{_to(name)} en la llamada."
        case r.Cancelled():
            return "Listo, no llamo a nadie. Cuando necesites algo, escríbeme."
        case r.CancelUnderway(name):
            return f"Estoy cortando la llamada{_with(name)}. Enseguida te digo cómo quedó."
        case r.NothingToCancel(name):
            if name:
                return (
                    f"No hay ninguna llamada en curso. La reserva{_with(name)} sigue en pie: si "
                    "quieres anularla, dímelo y los llamo para avisarles."
                )
            return "No hay nada en marcha que cancelar."
        case r.ResultTold():
            return _result(reply)
        case _:
            assert_never(reply)


def _who(name: str, phone: str) -> str:
    shown = harmless(name, NAME)
    return f"*{shown}* ({shown_number(phone)})" if shown else shown_number(phone)


def _in(name: str) -> str:
    return f" en {shown_called(name)}" if shown_called(name) else ""


def _with(name: str) -> str:
    return f" con {shown_called(name)}" if shown_called(name) else ""


def _to(name: str) -> str:
    return f" a {shown_called(name)}" if shown_called(name) else ""


def _choices(offered: r.ChoicesOffered) -> str:
    service = harmless(offered.service, SERVICE)
    head = f"Encontré esto para “{service}”:" if service else "Encontré esto:"
    places = offered.places[:MOST_PLACES]
    entries = [_entry(number, place) for number, place in enumerate(places, 1)]
    count = len(places)
    ask = (
        "Responde *1* si quieres que llame, o *no* para dejarlo."
        if count == 1
        else f"¿A cuál llamo? Responde con el número (1 a {count}) o *ninguna*."
    )
    demo = [_DEMO] if offered.from_demo_data else []
    return "\n\n".join([head, "\n".join(entries), *demo, ask])


def _entry(number: int, place: PlaceInfo) -> str:
    details = [harmless(place.address, LISTED_ADDRESS)]
    if place.rating is not None:
        rating = f"{place.rating:.1f}".replace(".", ",")
        votes = f" ({place.rating_count} opiniones)" if place.rating_count else ""
        details.append(f"★ {rating}{votes}")
    rest = " · ".join(detail for detail in details if detail)
    name = harmless(place.name, LISTED_NAME) or "Sin nombre"
    return f"{number}. *{name}*" + (f"\n    {rest}" if rest else "")


def _nothing(nothing: r.NothingFound) -> str:
    service, location = harmless(nothing.service, SERVICE), harmless(nothing.location, NAME)
    what = f" para “{service}”" if service else ""
    where = f" en {location}" if location else ""
    demo = " (busqué solo entre los ejemplos de demostración)" if nothing.from_demo_data else ""
    return (
        f"No encontré ningún negocio con teléfono{what}{where}{demo}. Prueba con otras palabras u "
        "otra zona, o envíame el número y llamo."
    )


def _confirmation(asked: r.ConfirmationAsked) -> str:
    day = shown_day(asked.preferences.date or asked.preferences.date_heard, _CALENDAR)
    time = shown_time(asked.preferences, _TIMES)
    if day and not time:
        when = f"{day}, a cualquier hora"
    elif time and not day:
        when = f"lo antes posible, {time}"
    else:
        when = ", ".join(part for part in (day, time) if part) or "lo antes posible"
    lines = [f"¿Llamo a {_who(asked.business_name, asked.phone)}?", ""]
    service, request = harmless(asked.service, SERVICE), harmless(asked.request, REQUEST)
    if service:
        lines.append(f"• Para: {service}")
    lines.append(f"• Cuándo: {when}")
    if request:
        lines.append(f"• Además: {request}")
    lines += [
        "",
        "Responde *sí* para llamar o *no* para dejarlo. Si quieres cambiar algo, escríbelo.",
    ]
    return "\n".join(lines)


def _refused(number: str, refusal: r.Refusal) -> str:
    shown = shown_number(number) if number else "Ese número"
    match refusal:
        case r.Refusal.INVALID:
            why = "no parece un número de teléfono completo. ¿Lo revisas y me lo envías de nuevo?"
        case r.Refusal.COUNTRY:
            why = "es de un país al que no puedo llamar."
        case r.Refusal.PREMIUM:
            why = "es de tarifa especial, y a esos números no llamo."
        case r.Refusal.EMERGENCY:
            why = (
                "es de emergencias o un número corto: yo no puedo llamar ahí. Si es una "
                "emergencia, llama tú directamente, ya mismo."
            )
        case r.Refusal.OWN:
            why = "es tuyo o nuestro, así que ahí no llamo. Envíame el número del negocio."
        case r.Refusal.BLOCKED:
            why = "pidió no recibir más llamadas nuestras. Puedo buscar otro lugar."
        case _:
            assert_never(refusal)
    return f"{shown}: {why}"


def _over(limit: r.Limit, name: str, until: str) -> str:
    there = name or "ese negocio"
    moment = shown_moment(until, _CALENDAR, "a partir de las {a}")
    again = f" Puedo llamar{' el' if ' ' in until else ''} {moment}." if moment else ""
    match limit:
        case r.Limit.CUSTOMER_DAY:
            return f"Llegaste al máximo de llamadas por hoy. Mañana seguimos.{again}"
        case r.Limit.BUSINESS_DAY:
            return f"Hoy ya llamamos varias veces a {there}. Probemos mañana o con otro.{again}"
        case r.Limit.BUSINESS_BUSY:
            return (
                f"Ahora mismo ya hay una llamada nuestra con {there}. Escríbeme en unos minutos."
                f"{again}"
            )
        case r.Limit.CALLS:
            return f"Todas nuestras líneas están ocupadas. Escríbeme en unos minutos.{again}"
        case r.Limit.DRAINING:
            return "Estoy por reiniciarme. Escríbeme en un minuto y llamo."
        case r.Limit.HOURS:
            return (
                f"A esta hora no llamo a {there}: está fuera del horario de llamadas."
                f"{again or ' Escríbeme más tarde.'}"
            )
        case _:
            assert_never(limit)


def _result(told: r.ResultTold) -> str:
    result = told.result
    who = _who(told.business_name, told.phone)
    when = when_agreed(result, _CALENDAR, _TIMES)
    on = f": *{when}*" if when else ""
    match result.status:
        case OutcomeStatus.BOOKED:
            head = f"✅ *Reservado* en {who}{on}."
        case OutcomeStatus.UNCONFIRMED:
            thought = f" Se habló de {when}." if when else ""
            head = (
                f"⚠️ *Sin confirmar*: hablé con {who}, pero no quedó confirmado con claridad."
                f"{thought} No lo tomes como reservado."
            )
        case OutcomeStatus.NO_AVAILABILITY:
            head = f"{who} no tiene lugar{f' para {when}' if when else ' para lo que pediste'}."
        case OutcomeStatus.CALLBACK_NEEDED:
            head = f"{who} pide que llamemos de nuevo{f': {when}' if when else ''}."
        case OutcomeStatus.WRONG_NUMBER:
            head = f"{who}: dijeron que es un número equivocado. No se reservó nada."
        case OutcomeStatus.NO_ANSWER:
            head = f"{who} no contesta. No se reservó nada."
        case OutcomeStatus.BUSY:
            head = f"{who} tiene la línea ocupada. No se reservó nada."
        case OutcomeStatus.VOICEMAIL:
            head = f"En {who} atendió un contestador. No dejé mensaje y no se reservó nada."
        case OutcomeStatus.CANCELLED:
            head = f"Llamada a {who} cancelada, como pediste. No hay nada confirmado."
        case OutcomeStatus.INTERRUPTED:
            head = f"La llamada con {who} se cortó antes de terminar. No hay nada confirmado."
        case OutcomeStatus.FAILED:
            head = f"No pude completar la llamada a {who}. No hay nada confirmado."
        case _:
            assert_never(result.status)
    lines = [head]
    if professional := harmless(result.professional_name or "", NAME):
        lines.append(f"• Con: {professional}")
    if instructions := harmless(result.instructions or "", WORDS):
        lines.append(f"• Indicaciones: {instructions}")
    if notes := harmless(result.notes or "", WORDS):
        lines.append(f"• Nota: {notes}")
    if quote := harmless(told.quote, WORDS):
        lines.append(f"• El negocio dijo: “{quote}”")
    if detail := harmless(told.detail, WORDS):
        lines.append(f"• Motivo: {detail}")
    if step := _next_step(told):
        lines += ["", step]
    return "\n".join(lines)


def _next_step(told: r.ResultTold) -> str:
    match told.next_step:
        case r.NextStep.NONE:
            return ""
        case r.NextStep.CALL_AGAIN:
            if told.result.status is OutcomeStatus.UNCONFIRMED:
                return "¿Llamo otra vez para confirmarlo? Responde *sí* o *no*."
            return "¿Quieres que llame otra vez? Responde *sí* o *no*."
        case r.NextStep.OTHER_PLACE:
            return "¿Quieres ver los otros de la lista? Responde *sí* o *no*."
        case _:
            assert_never(told.next_step)
