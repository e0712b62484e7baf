"""The scenes that are about the customer: searching, choosing, being asked, changing one's mind."""

from __future__ import annotations

from simulation.scene_parts import CALL_WITHIN_S, answers, check, farewell, report
from simulation.script import (
    AwaitPhone,
    AwaitReply,
    Hear,
    ListenOut,
    Say,
    Scene,
    Speak,
    UseTool,
    Wait,
    Write,
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
        AwaitReply("Reservado", within_s=CALL_WITHIN_S),
    ),
    business=answers("salon_greets", "salon_offers", "salon_confirms"),
    agent=(
        Hear("salon_greets"),
        Say("agent_asks_eleven"),
        Hear("salon_offers"),
        check("11:00"),
        Say("agent_says_yes"),
        Hear("salon_confirms"),
        report("11:00", "Corte reservado"),
        *farewell("agent_thanks"),
    ),
    ends_as="booked",
)

CUSTOMER_CANCELS = Scene(
    name="customer_cancels",
    story="El cliente se arrepiente en plena llamada y escribe «cancelar».",
    customer=(
        Write("Llamá al +54 11 4000-1711 y sacame turno para un corte mañana a las 5 de la tarde"),
        AwaitReply("1711"),
        Write("sí"),
        AwaitPhone("in-progress"),
        AwaitReply("Contestaron"),
        Write("cancelar"),
        AwaitReply("cancelada"),
    ),
    business=answers("ana_greets", "ana_waits"),
    agent=(
        Hear("ana_greets"),
        Say("agent_asks_haircut"),
        Hear("ana_waits"),
    ),
    ends_as="cancelled",
)

ASKS_CUSTOMER = Scene(
    name="asks_customer",
    story="La peluquería quiere saber algo más: se le pregunta al cliente en plena llamada.",
    customer=(
        Write("Llamá al +54 11 4000-1713 y sacame turno para un corte mañana a las 5 de la tarde"),
        AwaitReply("1713"),
        Write("sí"),
        AwaitReply("Carla"),
        Write("2"),
        AwaitReply("Reservado", within_s=CALL_WITHIN_S),
    ),
    business=(
        Wait(300),
        Speak("ana_greets"),
        ListenOut(),
        Speak("ana_asks_with_whom"),
        ListenOut(),
        ListenOut(),
        Speak("ana_books_carla"),
        ListenOut(),
    ),
    agent=(
        Hear("ana_greets"),
        Say("agent_asks_haircut"),
        Hear("ana_asks_with_whom"),
        Say("agent_asks_back"),
        UseTool(
            "ask_customer",
            {"question": "¿Con Ana o con Carla?", "options": ["Ana", "Carla"]},
            within_s=30.0,
        ),
        Say("agent_takes_carla"),
        Hear("ana_books_carla"),
        check("17:00", "Carla"),
        report("17:00", "Corte con Carla", "Carla"),
        *farewell("agent_thanks"),
    ),
    ends_as="booked",
    tool_delay_ms=1500,
)

_FULL_TOMORROW = Scene(
    name="full_tomorrow",
    story="La primera peluquería no tiene lugar.",
    customer=(),
    business=answers("tilos_greets", "tilos_has_none"),
    agent=(
        Hear("tilos_greets"),
        Say("agent_asks_eleven"),
        Hear("tilos_has_none"),
        UseTool("report_result", {"status": "no_availability"}),
        *farewell("agent_leaves_it"),
    ),
    ends_as="no_availability",
)

NEXT_PLACE = Scene(
    name="next_place",
    story="La primera no tiene lugar: como el cliente lo permitió, se llama a la segunda.",
    customer=(
        Write("Necesito una peluquería en Buenos Aires para un corte mañana a las 11 de la mañana"),
        AwaitReply("2."),
        Write("La 1, y si no tiene lugar la 2"),
        AwaitReply("¿Llamo a"),
        Write("sí"),
        AwaitReply("nada libre", within_s=CALL_WITHIN_S),
        AwaitReply("Reservado", within_s=CALL_WITHIN_S),
    ),
    business=answers("salon_greets", "salon_offers", "salon_confirms"),
    agent=(
        Hear("salon_greets"),
        Say("agent_asks_eleven"),
        Hear("salon_offers"),
        check("11:00"),
        Say("agent_says_yes"),
        Hear("salon_confirms"),
        report("11:00", "Corte reservado"),
        *farewell("agent_thanks"),
    ),
    ends_as="booked",
    calls_before=(_FULL_TOMORROW,),
)
