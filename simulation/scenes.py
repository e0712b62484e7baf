"""The scenes: small stories with a known ending.

The phone numbers are in blocks of Buenos Aires that follow the numbering plan; in a simulation
nobody's phone rings. Tool parameters count days from the day of the performance: "{tomorrow}".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from simulation.scene_parts import answers, check, farewell, order, report
from simulation.scenes_of_errands import (
    ASKS_CUSTOMER,
    CUSTOMER_CANCELS,
    NEXT_PLACE,
    SEARCH_AND_PICK,
)
from simulation.script import (
    BreakOff,
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
)

BOOKED = Scene(
    name="booked",
    story="Un corte de pelo mañana a las cinco: la peluquería tiene lugar y lo anota.",
    customer=order(
        "Hola! Llamá al +54 11 4000-1701 y sacame turno para un corte de pelo "
        "mañana a las 5 de la tarde",
        "Reservado",
    ),
    business=answers("ana_greets", "ana_offers", "ana_confirms"),
    agent=(
        Hear("ana_greets"),
        Say("agent_asks_haircut"),
        Hear("ana_offers"),
        check("17:00", "Ana"),
        Say("agent_takes_it"),
        Hear("ana_confirms"),
        report("17:00", "Corte de pelo con Ana", "Ana"),
        *farewell("agent_thanks"),
    ),
    ends_as="booked",
)

NO_AVAILABILITY = Scene(
    name="no_availability",
    story="El dentista no tiene turnos ni esta semana ni la que viene.",
    customer=order(
        "Llamá al +54 11 4000-1702 y pedime turno con el dentista mañana a las 10 de la mañana",
        "nada libre",
    ),
    business=answers("dentist_greets", "dentist_has_none"),
    agent=(
        Hear("dentist_greets"),
        Say("agent_asks_dentist"),
        Hear("dentist_has_none"),
        UseTool(
            "report_result",
            {"status": "no_availability", "notes": "Sin turnos esta semana ni la que viene"},
        ),
        *farewell("agent_leaves_it"),
    ),
    ends_as="no_availability",
)

BUSY = Scene(
    name="busy",
    story="Da ocupado.",
    customer=order(
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
    customer=order(
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
    customer=order(
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
    customer=order(
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
        check("18:00"),
        report("18:00", "Corte y barba"),
        *farewell("agent_thanks"),
    ),
    ends_as="booked",
)

AGENT_LOST = Scene(
    name="agent_lost",
    story="La voz se pierde en plena llamada: nadie queda en silencio y el cliente se entera.",
    customer=order(
        "Llamá al +54 11 4000-1708 y sacame turno para un corte mañana a las 5",
        "No pude completar",
    ),
    business=answers("barber_greets", "barber_looks"),
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
    customer=order(
        "Llamá al +54 11 4000-1709 y reservá mesa para dos personas mañana a las 9 de la noche",
        "Reservado",
    ),
    business=answers("madrid_greets", "madrid_books"),
    agent=(
        Hear("madrid_greets"),
        Say("agent_asks_table"),
        Hear("madrid_books"),
        check("21:00"),
        report("21:00", "Mesa para dos"),
        *farewell("agent_says_a_long_goodbye"),
    ),
    ends_as="booked",
)

SLOW_TOOL = Scene(
    name="slow_tool",
    story="Confirmar el horario tarda; mientras tanto la conversación sigue y se oye todo.",
    customer=order(
        "Llamá al +54 11 4000-1710 y sacame turno para manicura mañana a las 4 de la tarde",
        "Reservado",
    ),
    business=answers("lupita_greets", "lupita_offers", "lupita_waits", "lupita_confirms"),
    agent=(
        Hear("lupita_greets"),
        Say("agent_asks_nails"),
        Hear("lupita_offers"),
        Say("agent_checks"),
        check("16:00"),
        Hear("lupita_waits"),
        Say("agent_thanks_for_waiting"),
        Hear("lupita_confirms"),
        report("16:00", "Manicura"),
        *farewell("agent_thanks"),
    ),
    ends_as="booked",
    tool_delay_ms=1500,
)

BOOKED_ENGLISH = Scene(
    name="booked_english",
    story="The same in English: a haircut tomorrow at three, and the barber has room.",
    customer=order(
        "Hi! Please call +54 11 4000-1712 and book me a haircut tomorrow at 3 pm",
        "Booked",
        "yes",
    ),
    business=answers("james_greets", "james_offers", "james_confirms"),
    agent=(
        Hear("james_greets"),
        Say("agent_asks_in_english"),
        Hear("james_offers"),
        check("15:00", "James"),
        Say("agent_accepts"),
        Hear("james_confirms"),
        report("15:00", "Haircut with James", "James"),
        *farewell("agent_says_bye"),
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
            ASKS_CUSTOMER,
            NEXT_PLACE,
            BOOKED_ENGLISH,
        )
    }
)
"""By name, in the order in which they are listed."""
