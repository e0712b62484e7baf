"""Everything that is said in the simulated calls, and by whom.

`render_speech` turns these lines into the committed clips; `speech` checks that the clips still
say what is written here. A line that changes must be rendered again.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of espeak-ng."""

    espeak: str
    """Voice and variant as espeak-ng names them: "es-419+f3"."""
    words_per_minute: int
    pitch: int
    """0 … 99, espeak-ng's own scale; 50 is the voice's natural pitch."""


VOICES: dict[str, Voice] = {
    "agent_es": Voice("es-419+f5", 205, 52),
    "agent_en": Voice("en-us+f4", 190, 52),
    "ana": Voice("es-419+f3", 200, 62),
    "dentist": Voice("es-419+m3", 195, 38),
    "salon": Voice("es-419+m7", 200, 46),
    "barber": Voice("es-419+m1", 205, 50),
    "lupita": Voice("es-419+f2", 195, 70),
    "madrid": Voice("es+m4", 205, 44),
    "machine": Voice("es-419+f4", 175, 40),
    "james": Voice("en-gb+m3", 185, 44),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance."""

    name: str
    voice: str
    text: str

    @property
    def language(self) -> str:
        """ "es" or "en"."""
        return "en" if self.voice in {"agent_en", "james"} else "es"


LINES: tuple[Line, ...] = (
    # booked
    Line("ana_greets", "ana", "Peluquería Ana, buenas tardes."),
    Line(
        "agent_asks_haircut",
        "agent_es",
        "Hola, soy una asistente de inteligencia artificial y llamo de parte de un cliente. "
        "¿Tendrías un turno para un corte de pelo mañana a las cinco de la tarde?",
    ),
    Line("ana_offers", "ana", "Sí, mañana a las cinco de la tarde tengo lugar, con Ana."),
    Line("agent_takes_it", "agent_es", "Perfecto, reservalo por favor."),
    Line("ana_confirms", "ana", "Listo, anotado: mañana a las cinco de la tarde con Ana."),
    Line("agent_thanks", "agent_es", "Muchísimas gracias, hasta luego."),
    # no_availability
    Line("dentist_greets", "dentist", "Consultorio odontológico, buenos días."),
    Line(
        "agent_asks_dentist",
        "agent_es",
        "Hola, soy una asistente de inteligencia artificial. Llamo para pedir un turno con el "
        "dentista mañana a las diez de la mañana, a nombre de un paciente.",
    ),
    Line(
        "dentist_has_none",
        "dentist",
        "No, mañana no tengo nada. Estamos completos toda esta semana y la que viene.",
    ),
    Line("agent_leaves_it", "agent_es", "Entiendo, gracias igual. Hasta luego."),
    # search_and_pick
    Line("salon_greets", "salon", "Hola, buenas. ¿En qué te puedo ayudar?"),
    Line(
        "agent_asks_eleven",
        "agent_es",
        "Hola, soy una asistente de inteligencia artificial. "
        "Quería sacar un turno para mañana a las once de la mañana, para un corte.",
    ),
    Line("salon_offers", "salon", "Dale, mañana a las once tengo libre. ¿Te anoto?"),
    Line("agent_says_yes", "agent_es", "Sí, por favor."),
    Line("salon_confirms", "salon", "Listo, quedó reservado para mañana a las once de la mañana."),
    # voicemail
    Line(
        "machine_greets",
        "machine",
        "Hola. En este momento no podemos atenderte. "
        "Por favor, dejá tu mensaje después de la señal.",
    ),
    # interrupted
    Line("barber_greets", "barber", "Barbería del Centro, hola."),
    Line(
        "agent_explains_at_length",
        "agent_es",
        "Hola, qué tal, soy una asistente de inteligencia artificial y te llamo de parte de un "
        "cliente que quiere cortarse el pelo y la barba, y que me pidió que te preguntara qué "
        "días y qué horarios tenés libres esta semana, porque él trabaja hasta tarde.",
    ),
    Line("barber_interrupts", "barber", "Perdoná que te corte. ¿Para qué día sería?"),
    Line("agent_names_the_day", "agent_es", "Para mañana a las seis de la tarde, si puede ser."),
    Line("barber_books", "barber", "Sí, mañana a las seis de la tarde puedo. Listo, te anoto."),
    # agent_lost
    Line("barber_looks", "barber", "A ver, esperá un segundito que miro la agenda."),
    # goodbye
    Line("madrid_greets", "madrid", "Restaurante El Mesón, dígame."),
    Line(
        "agent_asks_table",
        "agent_es",
        "Buenas, soy una asistente de inteligencia artificial. "
        "¿Tienen mesa para dos personas mañana a las nueve de la noche?",
    ),
    Line(
        "madrid_books",
        "madrid",
        "Sí, claro. Mañana a las nueve de la noche, mesa para dos. Reservado.",
    ),
    Line(
        "agent_says_a_long_goodbye",
        "agent_es",
        "Estupendo, muchísimas gracias por su amabilidad. Se lo digo ahora mismo, y si surgiera "
        "cualquier cambio les avisamos con tiempo. Que tengan un muy buen día. Hasta mañana.",
    ),
    # slow_tool
    Line("lupita_greets", "lupita", "¿Bueno? Estética Lupita, ¿en qué le ayudo?"),
    Line(
        "agent_asks_nails",
        "agent_es",
        "Buenas tardes, soy una asistente de inteligencia artificial. "
        "¿Tiene cita de manicura mañana a las cuatro de la tarde?",
    ),
    Line("lupita_offers", "lupita", "Claro que sí, mañana a las cuatro de la tarde hay lugar."),
    Line("agent_checks", "agent_es", "Permítame un momento, lo confirmo."),
    Line("lupita_waits", "lupita", "Sí, cómo no, yo la espero."),
    Line("agent_thanks_for_waiting", "agent_es", "Gracias por esperar. Apártela, por favor."),
    Line("lupita_confirms", "lupita", "Ya quedó apartada para mañana a las cuatro de la tarde."),
    # customer_cancels
    Line("ana_waits", "ana", "Esperame un cachito que termino con una clienta y te digo."),
    # asks_customer
    Line("ana_asks_with_whom", "ana", "A las cinco puedo. ¿Prefiere con Ana o con Carla?"),
    Line("agent_asks_back", "agent_es", "Un momento, por favor, le pregunto."),
    Line("agent_takes_carla", "agent_es", "Gracias por esperar. Con Carla, por favor."),
    Line("ana_books_carla", "ana", "Perfecto, anotado: mañana a las cinco de la tarde con Carla."),
    # next_place
    Line("tilos_greets", "barber", "Peluquería Los Tilos, buenas."),
    Line("tilos_has_none", "barber", "No, mañana no tengo lugar. Está todo ocupado."),
    # booked_english
    Line("james_greets", "james", "Palermo Barbers, good afternoon."),
    Line(
        "agent_asks_in_english",
        "agent_en",
        "Hello, I'm an A I assistant calling for a customer. "
        "Could you fit in a haircut tomorrow at three in the afternoon?",
    ),
    Line("james_offers", "james", "Yes, tomorrow at three p m works, with James."),
    Line("agent_accepts", "agent_en", "Great, please book it."),
    Line("james_confirms", "james", "Done, you're booked in for tomorrow at three p m."),
    Line("agent_says_bye", "agent_en", "Thank you very much, goodbye."),
    # what the agent says when a tool gave no answer in time
    Line("agent_apologises", "agent_es", "Perdón, tuve un problema de mi lado."),
)
