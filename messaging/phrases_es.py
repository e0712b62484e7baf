"""Spanish that reads naturally in Argentina, Mexico and Spain: neutral words, "tú" kept short."""

from __future__ import annotations

from typing import assert_never

from data import reply as r
from messaging.call_replies import CallReply
from messaging.phrases_es_asking import NOT_UNDERSTOOD, business_question, choices, confirmation
from messaging.phrases_es_parts import TIMES, at_place, in_area, to_place, to_who, with_place
from messaging.phrases_es_results import result
from messaging.showing import REQUEST, SERVICE, SPOKEN, shown_number
from messaging.text import harmless

APOLOGY = (
    "Disculpe, tenemos un problema técnico y no podemos seguir con la llamada. "
    "Muchas gracias por atender. Hasta luego."
)
CALLBACK_EXPLANATION = (
    "Hola. Este es el número de Vocero, un asistente de inteligencia artificial que hace llamadas "
    "por encargo de otras personas. Aquí no podemos atender llamadas. Si recibió una llamada "
    "nuestra, fue para pedir un turno, una cita o una reserva. Muchas gracias y hasta luego."
)

_HELP = """\
¡Hola! Soy *Vocero*: llamo por teléfono a negocios por ti y te cuento qué dijeron.

Escríbeme, por ejemplo:
• “Un corte de pelo mañana a las 5 en el centro”
• “Busca dentistas cerca de la estación”
• o el número de un negocio y para qué hay que llamar

También puedes enviarme una nota de voz o compartir tu ubicación.

Antes de llamar siempre te pregunto. Con *cancelar* lo detengo todo."""

_NOT_UNDERSTOOD = (
    f"{NOT_UNDERSTOOD} Dime qué necesitas y dónde (“dentista en el centro, el jueves por la "
    "tarde”) o envíame el número al que hay que llamar."
)
_OUR_FAULT = (
    "Perdón, algo falló de mi lado y no pude atender ese mensaje. Escríbelo otra vez, por favor."
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

_WITH_ITS_CODE = "Si es de otro país, con su código, por ejemplo +52 …"
_ANOTHER = "Envíame otro número o dime qué buscas."


def words(reply: r.Reply) -> str:
    """The reply in Spanish; it may still be longer than a message."""
    match reply:
        case r.HelpGiven():
            return _HELP
        case r.NotUnderstood(by_our_fault):
            return _OUR_FAULT if by_our_fault else _NOT_UNDERSTOOD
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
        case r.ChoiceNeeded(count, not_understood):
            sorry = f"{NOT_UNDERSTOOD} " if not_understood else ""
            if count == 1:
                return f"{sorry}Responde *1* para elegirla o *no* para dejarlo."
            return (
                f"{sorry}¿Cuál de la lista? Responde con un número del 1 al {count}, o *ninguna*."
            )
        case r.ConfirmationAsked():
            return confirmation(reply)
        case r.NumberRefused(number, refusal):
            return _refused(number, refusal)
        case r.OverLimit(limit, name, until):
            return _over(limit, name, until)
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
                f"🗓️ Anotado: llamo {to_who(name, phone)} {moment} y te cuento. Si ya no hace "
                "falta, escribe *cancelar*."
            )
        case r.AlreadyBooked(name):
            return (
                f"Ya tienes la reserva{with_place(name)}, así que por esto no llamo a nadie más. "
                "Si necesitas otra cosa, dímelo."
            )
        case r.CallStarted(name, phone):
            return f"📞 Llamando {to_who(name, phone)}…"
        case r.CallAnswered(name):
            return f"Contestaron{at_place(name)}. Estoy hablando; te aviso en cuanto termine."
        case r.AlreadyCalling(name):
            return (
                f"Ahora mismo estoy en una llamada{with_place(name)}. Si necesitas otra cosa, "
                "escríbemela cuando termine. Si quieres que la corte, escribe *cancelar*."
            )
        case r.PassedOn(name):
            return f"Listo, se lo digo{to_place(name)} en la llamada."
        case r.BusinessAsks():
            return business_question(reply)
        case r.AnswerGiven(name, answer):
            return f"Listo, se lo dije{to_place(name)}: “{harmless(answer, REQUEST)}”."
        case r.AnswerLate(name):
            return (
                "Tu respuesta llegó cuando la conversación ya había seguido. De todos modos "
                f"la pasé a la llamada{with_place(name)}, por si todavía sirve."
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
        return "Ahora mismo no hay nada que cancelar."
    return (
        f"No hay ninguna llamada en curso. La reserva{with_place(name)} sigue en pie; si quieres "
        "anularla, avísales tú directamente."
    )


def _nothing(nothing: r.NothingFound) -> str:
    service = harmless(nothing.service, SERVICE)
    what = f" para “{service}”" if service else ""
    where = in_area(nothing.location)
    demo = " (busqué solo entre los ejemplos de demostración)" if nothing.from_demo_data else ""
    return (
        f"No encontré ningún negocio con teléfono{what}{where}{demo}. Prueba con otras palabras u "
        "otra zona, o envíame el número y llamo."
    )


def _refused(number: str, refusal: r.Refusal) -> str:
    known = shown_number(number)
    shown, end = (f"El {known}", f"el {known}") if known else ("Ese número", "ese número")
    match refusal:
        case r.Refusal.INVALID:
            if not known:
                return (
                    "Ese número no me sirve así: ¿lo revisas y me envías uno solo, completo? "
                    f"{_WITH_ITS_CODE}"
                )
            return (
                f"{shown} no parece un número de teléfono completo. ¿Lo revisas y me lo envías de "
                f"nuevo? {_WITH_ITS_CODE}"
            )
        case r.Refusal.COUNTRY:
            return f"{shown} es de un país al que no puedo llamar. {_ANOTHER}"
        case r.Refusal.PREMIUM:
            return f"{shown} es de tarifa especial, y a esos números no llamo. {_ANOTHER}"
        case r.Refusal.EMERGENCY:
            return (
                f"{shown} es de emergencias o es un número corto: yo no puedo llamar ahí. Si es "
                "una emergencia, llama tú directamente, ya mismo."
            )
        case r.Refusal.OWN:
            return f"{shown} es tuyo o nuestro, así que ahí no llamo. Envíame el del negocio."
        case r.Refusal.BLOCKED:
            return f"Desde {end} pidieron que no llamemos más. Puedo buscar otro lugar."
        case _:
            assert_never(refusal)


def _over(limit: r.Limit, name: str, until: str) -> str:
    to = to_place(name) or " a ese negocio"
    moment = TIMES.from_moment(until)
    again = f" Puedo llamar {moment}." if moment else ""
    match limit:
        case r.Limit.CUSTOMER_DAY:
            return f"Llegaste al máximo de llamadas por hoy. Mañana seguimos.{again}"
        case r.Limit.BUSINESS_DAY:
            return f"Hoy ya llamamos varias veces{to}. Probemos mañana o con otro.{again}"
        case r.Limit.BUSINESS_BUSY:
            there = with_place(name) or " con ese negocio"
            return (
                f"Ahora mismo ya hay una llamada nuestra{there}. Escríbeme en unos minutos.{again}"
            )
        case r.Limit.CALLS:
            return f"Todas nuestras líneas están ocupadas. Escríbeme en unos minutos.{again}"
        case r.Limit.DRAINING:
            return "Estoy a punto de reiniciarme. Escríbeme en un minuto y llamo."
        case r.Limit.SPEND:
            return f"Por hoy se terminó el presupuesto para llamadas. Mañana seguimos.{again}"
        case r.Limit.HOURS:
            return (
                f"A esta hora no llamo{to}: está fuera del horario de llamadas."
                f"{again or ' Escríbeme más tarde.'}"
            )
        case _:
            assert_never(limit)
