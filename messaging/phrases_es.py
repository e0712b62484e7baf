"""Spanish that reads naturally in Argentina, Mexico and Spain: neutral words, "tú" kept short."""

from __future__ import annotations

from typing import assert_never

from data import reply as r
from messaging.call_replies import CallReply
from messaging.phrases_es_asking import business_question, choices, confirmation
from messaging.phrases_es_parts import TIMES, at_place, to_place, with_place
from messaging.phrases_es_results import result
from messaging.showing import NAME, REQUEST, SERVICE, SPOKEN, shown_called, shown_number, shown_who
from messaging.text import harmless

APOLOGY = (
    "Disculpe, tenemos un problema técnico y no podemos seguir con la llamada. "
    "Muchas gracias por atender. Hasta luego."
)
CALLBACK_EXPLANATION = (
    "Hola. Este es el número de Vocero, un asistente de inteligencia artificial que hace llamadas "
    "por encargo de otras personas. Aquí no podemos atender llamadas. Si la llamamos hace poco, "
    "fue para pedir un turno, una cita o una reserva. Muchas gracias y hasta luego."
)

_HELP = """\
¡Hola! Soy *Vocero*: llamo por teléfono a negocios por ti y te cuento qué dijeron.

Escríbeme, por ejemplo:
• “Un turno para cortarme el pelo mañana a las 5 en Palermo”
• “Llama al +54 11 5555-0100 y reserva una mesa para cuatro”
• “Busca dentistas cerca de Sol”

También puedes enviarme una nota de voz o compartir tu ubicación.

Antes de llamar siempre te pregunto. Con *cancelar* lo detengo todo."""

_NOT_UNDERSTOOD = (
    "Perdón, no lo entendí. Dime qué necesitas y dónde (“dentista en el centro, el jueves por la "
    "tarde”) o envíame el número al que hay que llamar."
)
_TEXT_PLEASE = (
    "No puedo ver fotos, documentos ni otros archivos. Escríbemelo, por favor, o envíame una nota "
    "de voz."
)
_LOCATION_NOTED = (
    "📍 Recibí tu ubicación. ¿Qué busco cerca de ahí? Por ejemplo: “peluquería” o “dentista”."
)
_WHAT_TO_SEARCH = (
    "¡Claro! ¿Qué tipo de negocio busco, y en qué zona? Por ejemplo: “peluquería en el centro”. "
    "También puedes enviarme un número."
)
_SEARCH_FAILED = (
    "La búsqueda no funciona en este momento. Inténtalo de nuevo en unos minutos o envíame el "
    "número del negocio y llamo directamente."
)


def words(reply: r.Reply) -> str:
    """The reply in Spanish; it may still be longer than a message."""
    match reply:
        case r.HelpGiven():
            return _HELP
        case r.NotUnderstood():
            return _NOT_UNDERSTOOD
        case r.Thanked():
            return "¡De nada! Cuando necesites otra cosa, escríbeme."
        case r.TextPlease():
            return _TEXT_PLEASE
        case r.VoiceHeard(text):
            return f"🎤 Te escuché: “{harmless(text, SPOKEN)}”"
        case r.VoiceNotHeard(trouble):
            return _not_heard(trouble)
        case r.LocationNoted():
            return _LOCATION_NOTED
        case r.WhatToSearch():
            return _WHAT_TO_SEARCH
        case r.ChoicesOffered():
            return choices(reply)
        case r.NothingFound():
            return _nothing(reply)
        case r.SearchFailed():
            return _SEARCH_FAILED
        case r.ChoiceNeeded(count):
            if count == 1:
                return "Responde *1* para elegirla o *no* para dejarlo."
            return f"¿Cuál de la lista? Responde con un número del 1 al {count}, o *ninguna*."
        case r.ConfirmationAsked():
            return confirmation(reply)
        case r.NumberRefused(number, refusal):
            return _refused(number, refusal)
        case r.OverLimit(limit, name, until):
            return _over(limit, shown_called(name), until)
        case r.Cancelled():
            return "Listo, no llamo a nadie. Cuando necesites algo, escríbeme."
        case r.NothingToCancel(name):
            return _nothing_to_cancel(name)
        case r.ResultTold():
            return result(reply)
        case _:
            return _about_a_call(reply)


def _about_a_call(reply: CallReply) -> str:
    match reply:
        case r.CallPlanned(name, phone, call_at):
            moment = TIMES.moment(call_at) or "en cuanto se pueda"
            return (
                f"🗓️ Anotado: llamo a {shown_who(name, phone)} {moment} y te cuento. Si ya no hace "
                "falta, escribe *cancelar*."
            )
        case r.AlreadyBooked(name):
            return (
                f"Ya tienes la reserva{with_place(name)}, así que por esto no llamo a nadie más. "
                "Si necesitas otra cosa, dímelo."
            )
        case r.CallStarted(name, phone):
            return f"📞 Llamando a {shown_who(name, phone)}…"
        case r.CallAnswered(name):
            return f"Contestaron{at_place(name)}. Estoy hablando; te aviso apenas termine."
        case r.AlreadyCalling(name):
            return (
                f"Ahora mismo estoy en una llamada{with_place(name)}. Cuando termine seguimos con "
                "lo demás. Si quieres que la corte, escribe *cancelar*."
            )
        case r.PassedOn(name):
            return f"Listo, se lo digo{to_place(name)} en la llamada."
        case r.BusinessAsks():
            return business_question(reply)
        case r.AnswerGiven(name, answer):
            return f"Listo, se lo dije{to_place(name)}: “{harmless(answer, REQUEST)}”."
        case r.AnswerLate(name):
            return (
                "Tu respuesta llegó cuando la conversación ya había seguido. Igual se la pasé a "
                f"quien habla{with_place(name)}, por si todavía sirve."
            )
        case r.CancelUnderway(name):
            return f"Estoy cortando la llamada{with_place(name)}. Enseguida te digo cómo quedó."
        case _:
            assert_never(reply)


def _not_heard(trouble: r.VoiceTrouble) -> str:
    match trouble:
        case r.VoiceTrouble.EMPTY:
            return (
                "En ese audio no se entiende nada. Grábalo otra vez, más cerca del micrófono, o "
                "escríbemelo, por favor."
            )
        case r.VoiceTrouble.TOO_LONG:
            return "Ese audio es demasiado largo. Envíame uno más corto o escríbemelo, por favor."
        case r.VoiceTrouble.GONE:
            return "No pude descargar ese audio. Envíalo otra vez o escríbemelo, por favor."
        case r.VoiceTrouble.NOT_SOUND:
            return (
                "Ese archivo no lo puedo escuchar. Graba una nota de voz aquí en WhatsApp o "
                "escríbemelo, por favor."
            )
        case r.VoiceTrouble.OFF:
            return "Aquí no puedo escuchar audios. ¿Me lo escribes, por favor?"
        case r.VoiceTrouble.FAILED:
            return (
                "En este momento no puedo escuchar audios. Escríbemelo, por favor, o inténtalo en "
                "unos minutos."
            )
        case _:
            assert_never(trouble)


def _nothing_to_cancel(name: str) -> str:
    if not name:
        return "No hay nada en marcha que cancelar."
    return (
        f"No hay ninguna llamada en curso. La reserva{with_place(name)} sigue en pie: si quieres "
        "anularla, dímelo y los llamo para avisarles."
    )


def _nothing(nothing: r.NothingFound) -> str:
    service, location = harmless(nothing.service, SERVICE), harmless(nothing.location, NAME)
    what = f" para “{service}”" if service else ""
    where = f" en {location}" if location else ""
    demo = " (busqué solo entre los ejemplos de demostración)" if nothing.from_demo_data else ""
    return (
        f"No encontré ningún negocio con teléfono{what}{where}{demo}. Prueba con otras palabras u "
        "otra zona, o envíame el número y llamo."
    )


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
    moment = TIMES.from_moment(until)
    again = f" Puedo llamar {moment}." if moment else ""
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
        case r.Limit.SPEND:
            return f"Por hoy se terminó el presupuesto para llamadas. Mañana seguimos.{again}"
        case r.Limit.HOURS:
            return (
                f"A esta hora no llamo a {there}: está fuera del horario de llamadas."
                f"{again or ' Escríbeme más tarde.'}"
            )
        case _:
            assert_never(limit)
