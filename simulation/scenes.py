"""The scenes: small stories with a known ending.

The phone numbers are in blocks of Buenos Aires that follow the numbering plan; in a simulation
nobody's phone rings. Tool parameters count days from the day of the performance: "{tomorrow}".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from simulation.script import (
    AgentStep,
    AwaitPhone,
    AwaitReply,
    BreakOff,
    BusinessStep,
    CustomerStep,
    EndCall,
    Hear,
    ListenFor,
    ListenOut,
    Pickup,
    Say,
    Scene,
    Speak,
    UseTool,
    Wait,
    Write,
)

_CALL_WITHIN_S = 90.0


def _order(text: str, result: str, yes: str = "sí") -> tuple[CustomerStep, ...]:
    """Asks for a call to a number, says yes to the one question, and waits for the result."""
    last_digits = re.findall(r"4000-(\d{4})", text)[0]
    told = AwaitReply(result, within_s=_CALL_WITHIN_S)
    return (Write(text), AwaitReply(last_digits), Write(yes), told)


def _answers(*clips: str) -> tuple[BusinessStep, ...]:
    """Says one clip, hears the agent out, says the next …"""
    steps: list[BusinessStep] = [Wait(300)]
    for clip in clips:
        steps += [Speak(clip), ListenOut()]
    return tuple(steps)


def _check(time: str, professional: str = "") -> UseTool:
    parameters = {"date": "{tomorrow}", "time": time}
    if professional:
        parameters["professional_name"] = professional
    return UseTool("validate_slot", parameters)


def _report(time: str, notes: str, professional: str = "") -> UseTool:
    parameters = {"status": "booked", "date": "{tomorrow}", "time": time, "notes": notes}
    if professional:
        parameters["professional_name"] = professional
    return UseTool("report_result", parameters)


def _farewell(clip: str) -> tuple[AgentStep, ...]:
    return (Say(clip), EndCall())


BOOKED = Scene(
    name="booked",
    story="Un corte de pelo mañana a las cinco: la peluquería tiene lugar y lo anota.",
    customer=_order(
        "Hola! Llamá al +54 11 4000-1701 y sacame turno para un corte de pelo "
        "mañana a las 5 de la tarde",
        "Reservado",
    ),
    business=_answers("ana_greets", "ana_offers", "ana_confirms"),
    agent=(
        Hear("ana_greets"),
        Say("agent_asks_haircut"),
        Hear("ana_offers"),
        _check("17:00", "Ana"),
        Say("agent_takes_it"),
        Hear("ana_confirms"),
        _report("17:00", "Corte de pelo con Ana", "Ana"),
        *_farewell("agent_thanks"),
    ),
    ends_as="booked",
)

NO_AVAILABILITY = Scene(
    name="no_availability",
    story="El dentista no tiene turnos ni esta semana ni la que viene.",
    customer=_order(
        "Llamá al +54 11 4000-1702 y pedime turno con el dentista mañana a las 10 de la mañana",
        "no tiene lugar",
    ),
    business=_answers("dentist_greets", "dentist_has_none"),
    agent=(
        Hear("dentist_greets"),
        Say("agent_asks_dentist"),
        Hear("dentist_has_none"),
        UseTool(
            "report_result",
            {"status": "no_availability", "notes": "Sin turnos esta semana ni la que viene"},
        ),
        *_farewell("agent_leaves_it"),
    ),
    ends_as="no_availability",
)

SEARCH_AND_PICK = Scene(
    name="search_and_pick",
    story="Sin número: Vocero busca, el cliente elige de la lista y recién ahí se llama.",
    customer=(
        Write("Necesito una peluquería en Palermo para un corte mañana a las 11 de la mañana"),
        AwaitReply("1"),
        Write("1"),
        AwaitReply("¿Llamo a"),
        Write("sí"),
        AwaitReply("Reservado", within_s=_CALL_WITHIN_S),
    ),
    business=_answers("salon_greets", "salon_offers", "salon_confirms"),
    agent=(
        Hear("salon_greets"),
        Say("agent_asks_eleven"),
        Hear("salon_offers"),
        _check("11:00"),
        Say("agent_says_yes"),
        Hear("salon_confirms"),
        _report("11:00", "Corte reservado"),
        *_farewell("agent_thanks"),
    ),
    ends_as="booked",
)

BUSY = Scene(
    name="busy",
    story="Da ocupado.",
    customer=_order(
        "Llamá al +54 11 4000-1704 y sacame turno para manicura el viernes a la tarde",
        "línea ocupada",
    ),
    business=(),
    agent=(),
    ends_as="busy",
    pickup=Pickup.BUSY,
)

NO_ANSWER = Scene(
    name="no_answer",
    story="Suena y nadie atiende.",
    customer=_order(
        "Llamá al +54 11 4000-1705 y preguntá por un turno para mañana",
        "no contesta",
    ),
    business=(),
    agent=(),
    ends_as="no_answer",
    pickup=Pickup.NO_ANSWER,
    ring_ms=4000,
)

VOICEMAIL = Scene(
    name="voicemail",
    story="Atiende un contestador: no se deja ningún mensaje.",
    customer=_order(
        "Llamá al +54 11 4000-1706 y sacame turno para depilación mañana a la tarde",
        "contestador",
    ),
    business=(),
    agent=(
        Hear("machine_greets", quiet_ms=900),
        UseTool("report_result", {"status": "voicemail", "notes": "Atendió un contestador"}),
        EndCall(),
    ),
    ends_as="voicemail",
    pickup=Pickup.MACHINE,
    voicemail_greeting="machine_greets",
)

INTERRUPTED = Scene(
    name="interrupted",
    story="El barbero corta a la voz en mitad de la frase; lo que faltaba decir no se oye más.",
    customer=_order(
        "Llamá al +54 11 4000-1707 y sacame turno para corte y barba mañana a las 6 de la tarde",
        "Reservado",
    ),
    business=(
        Wait(300),
        Speak("barber_greets"),
        ListenFor(2500),
        Speak("barber_interrupts"),
        ListenOut(),
        Speak("barber_books"),
        ListenOut(),
    ),
    agent=(
        Hear("barber_greets"),
        Say("agent_explains_at_length", late_frames=2),
        Hear("barber_interrupts"),
        Say("agent_names_the_day"),
        Hear("barber_books"),
        _check("18:00"),
        _report("18:00", "Corte y barba"),
        *_farewell("agent_thanks"),
    ),
    ends_as="booked",
)

AGENT_LOST = Scene(
    name="agent_lost",
    story="La voz se pierde en plena llamada: nadie queda en silencio y el cliente se entera.",
    customer=_order(
        "Llamá al +54 11 4000-1708 y sacame turno para un corte mañana a las 5",
        "No pude completar",
    ),
    business=_answers("barber_greets", "barber_looks"),
    agent=(
        Hear("barber_greets"),
        Say("agent_asks_haircut"),
        Hear("barber_looks"),
        BreakOff(1011),
    ),
    ends_as="failed",
)

GOODBYE = Scene(
    name="goodbye",
    story="La voz se despide y cierra al instante: igual se la oye hasta el final.",
    customer=_order(
        "Llamá al +54 11 4000-1709 y reservá mesa para dos personas mañana a las 9 de la noche",
        "Reservado",
    ),
    business=_answers("madrid_greets", "madrid_books"),
    agent=(
        Hear("madrid_greets"),
        Say("agent_asks_table"),
        Hear("madrid_books"),
        _check("21:00"),
        _report("21:00", "Mesa para dos"),
        *_farewell("agent_says_a_long_goodbye"),
    ),
    ends_as="booked",
)

SLOW_TOOL = Scene(
    name="slow_tool",
    story="Confirmar el horario tarda; mientras tanto la conversación sigue y se oye todo.",
    customer=_order(
        "Llamá al +54 11 4000-1710 y sacame turno para manicura mañana a las 4 de la tarde",
        "Reservado",
    ),
    business=_answers("lupita_greets", "lupita_offers", "lupita_waits", "lupita_confirms"),
    agent=(
        Hear("lupita_greets"),
        Say("agent_asks_nails"),
        Hear("lupita_offers"),
        Say("agent_checks"),
        _check("16:00"),
        Hear("lupita_waits"),
        Say("agent_thanks_for_waiting"),
        Hear("lupita_confirms"),
        _report("16:00", "Manicura"),
        *_farewell("agent_thanks"),
    ),
    ends_as="booked",
    tool_delay_ms=1500,
)

CUSTOMER_CANCELS = Scene(
    name="customer_cancels",
    story="El cliente se arrepiente en plena llamada y escribe «cancelar».",
    customer=(
        Write("Llamá al +54 11 4000-1711 y sacame turno para un corte mañana a las 5 de la tarde"),
        AwaitReply("1711"),
        Write("sí"),
        AwaitPhone("in-progress"),
        Write("cancelar"),
        AwaitReply("cancelada"),
    ),
    business=_answers("ana_greets", "ana_waits"),
    agent=(
        Hear("ana_greets"),
        Say("agent_asks_haircut"),
        Hear("ana_waits"),
    ),
    ends_as="cancelled",
)

BOOKED_ENGLISH = Scene(
    name="booked_english",
    story="The same in English: a haircut tomorrow at three, and the barber has room.",
    customer=_order(
        "Hi! Please call +54 11 4000-1712 and book me a haircut tomorrow at 3 pm",
        "Booked",
        "yes",
    ),
    business=_answers("james_greets", "james_offers", "james_confirms"),
    agent=(
        Hear("james_greets"),
        Say("agent_asks_in_english"),
        Hear("james_offers"),
        _check("15:00", "James"),
        Say("agent_accepts"),
        Hear("james_confirms"),
        _report("15:00", "Haircut with James", "James"),
        *_farewell("agent_says_bye"),
    ),
    ends_as="booked",
    language="en",
)

SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        scene.name: scene
        for scene in (
            BOOKED,
            NO_AVAILABILITY,
            SEARCH_AND_PICK,
            BUSY,
            NO_ANSWER,
            VOICEMAIL,
            INTERRUPTED,
            AGENT_LOST,
            GOODBYE,
            SLOW_TOOL,
            CUSTOMER_CANCELS,
            BOOKED_ENGLISH,
        )
    }
)
"""By name, in the order in which they are listed."""
