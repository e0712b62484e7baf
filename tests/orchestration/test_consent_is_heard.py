"""What counts as the business's consent: said for this slot, not taken for it by mistake."""

from __future__ import annotations

import re
from datetime import date

import pytest

from data.call import EntryKind, Speaker, TimelineEntry
from orchestration.evidence.slot import Slot
from orchestration.evidence.walk import support

TODAY = date(2026, 11, 25)
FIVE = Slot(date(2026, 11, 26), 17 * 60, 17 * 60)
NINE = Slot(date(2026, 11, 26), 21 * 60, 21 * 60)
SPEAKERS = {"A": Speaker.AGENT, "B": Speaker.BUSINESS}


def transcripts(text: str) -> list[str]:
    """Calls, each after a dash; "A:" the agent speaks, "B:" the business."""
    return [" ".join(each.split()) for each in re.split(r"(?m)^- ", text)[1:]]


def quote(slot: Slot, transcript: str) -> str:
    """What stands in the end."""
    turns = re.findall(r"([AB]): (.*?)(?= [AB]: |$)", transcript)
    said = [
        TimelineEntry(float(at), EntryKind.SAID, words, SPEAKERS[who])
        for at, (who, words) in enumerate(turns)
    ]
    found = support(said, slot, TODAY)
    return found.entry.text if found else ""


AGREED_AT_FIVE = transcripts("""
- A: Quisiera reservar un corte mañana a las cinco de la tarde B: Sí, tengo lugar. ¿A nombre de
  quién? A: De Lucía. B: Listo, ya te anoté.
- A: ¿Podría ser mañana a las cinco de la tarde? B: Sí, dale. Son quince mil pesos. Te espero
  mañana.
- A: ¿Podría ser mañana a las cinco de la tarde? B: Sí, dale. Cuesta diez euros.
- A: ¿Podría ser mañana a las cinco de la tarde? B: Sí, perfecto, quedó agendado. Tarda una hora.
- A: ¿Podría ser mañana a las cinco de la tarde? B: Por supuesto. A: ¿Me confirma entonces mañana
  a las cinco? B: Confirmado.
- A: ¿Podría ser mañana jueves a las cinco de la tarde? B: Jueves a las cinco, sí. Anotado.
- A: ¿Podría ser mañana a las cinco de la tarde? B: Mañana a las cinco, perfecto. Que venga cinco
  minutos antes.
- A: ¿Tenés turno mañana a las cinco? B: Sí. A: Buenísimo, ¿lo reservás a nombre de Lucía? B: Sí,
  ya está.
- A: ¿Tenés turno mañana a las cinco? B: Sí, a las 17 puedo. A: Perfecto, anotalo. El teléfono es
  11 5000 0001. B: Listo, anotado.
- A: ¿Tenés turno mañana a las cinco? B: Sí, a las 17 puedo. A: Perfecto, anotalo. B: ¿Un
  teléfono? A: Once, cincuenta, cero, cero, cero, uno. B: Once, cincuenta, cero, cero, cero, uno.
  Listo, anotado.
- A: Could I book tomorrow at 5 pm? B: Yes, we can do five. What's the name? A: Lucia. B: Great,
  Lucia, see you tomorrow at five.
- A: Could I book tomorrow at 5 pm? B: Let me check... yes, five o'clock is fine. A: Great, please
  book it. B: Done. Anything else? A: No thanks B: Bye bye.
- A: Could I book tomorrow at 5 pm with Ana? B: Ana doesn't work tomorrow, but Julia can do five.
  A: Julia is fine, please book it. B: Booked with Julia.
- A: Quisiera turno mañana a las cinco con Ana B: Ana no está mañana, pero con Julia puede ser a
  las cinco. A: Con Julia está bien, resérvelo. B: Reservado con Julia a las cinco.
- A: Quisiera turno mañana a las cinco B: A las cinco en punto, quedás anotado.
- A: Quisiera turno mañana a las cinco B: Sí, sí, no hay drama. Te agendo.
- A: Quisiera turno mañana a las cinco B: Va. Te agendo mañana 5 PM.
- A: Quisiera cita mañana a las cinco B: Vale, te apunto para mañana a las cinco.
- A: ¿Tiene cita mañana a las cinco? B: Sí, sin problema. Se la apunto.
- A: ¿Tiene cita mañana a las cinco? B: Ajá, sí tengo. A: Apárteme esa, por favor. B: Órale, ya
  quedó.
- A: ¿Tiene cita mañana a las cinco? B: Sí hay. A: La tomo, por favor. B: Muy bien, queda
  registrada.
- A: Quisiera turno mañana a las cinco B: Estamos abiertos hasta las ocho, así que sí, venga
  mañana a las cinco.
- A: Quisiera mañana a las cinco B: Sí, mañana a las cinco, ¿a nombre de quién? A: Lucía Pérez B:
  Perfecto, gracias.
- A: Quisiera reservar mañana a las cinco B: Sí, ¿a nombre de quién? A: Lucía Pérez B: Listo.
- A: Quisiera reservar mañana a las cinco, a nombre de Lucía B: Espere un momento. A: Claro. B:
  Sí, perfecto.
- A: Quisiera reservar mañana a las cinco, a nombre de Lucía B: Un momento, por favor... Sí, ya
  está.
- A: Hi, I'd like to book tomorrow at five pm B: Let me check. Yes, that works.
- A: Hi, I'd like to book tomorrow at five pm B: One moment. A: Of course. B: Yeah, that's fine.
- A: Hi, I'd like to book tomorrow at five pm B: Sure, what's the name? A: Lucia B: Great, we'll
  see you then.
- A: Hi, I'd like to book tomorrow at five pm B: Yes, we have five. Shall I book it? A: Yes
  please. B: Done.
- A: ¿Tienen turno mañana a las cinco? B: Sí, tengo. ¿Se lo reservo? A: Sí, por favor. B: Listo,
  hasta mañana.
- A: ¿Tienen turno mañana a las cinco? B: Sí, tengo. ¿Se lo reservo? A: Sí, por favor. B: Ya está.
- B: Peluquería Ana, ¿en qué puedo ayudarle? A: Buenas tardes, quería un turno para mañana jueves
  a las cinco de la tarde. B: A ver... mañana a las cinco, sí, tengo libre. ¿Me dice el nombre? A:
  Lucía. B: Perfecto, Lucía, ya la agendé. Cualquier cosa nos avisa.
- A: ¿Mañana a las cinco? B: Sí, te lo confirmo. Mañana a las 5.
- A: ¿Podría reservar mañana a las cinco? B: Claro que sí. ¿Me deja un teléfono? A: cuatro mil
  uno, cero dos, cero tres B: Anotado. Gracias.
- A: Mañana a las cinco de la tarde, para un corte. B: Muy bien, quedamos así.
- A: Mañana a las cinco de la tarde, para un corte. B: Dale, joya.
- A: Quisiera reservar mañana a las cinco B: Sí, perfecto. A: ¿Puede pagar con tarjeta? B: No,
  solo efectivo. A: Perfecto, hasta mañana. B: Hasta mañana.
- A: I'd like to book a haircut for tomorrow at 5 pm. B: We can do that. See you tomorrow at five.
- A: ¿Podrían atenderlo mañana a las cinco? B: Sí, que venga mañana a las cinco.
- A: Quisiera un turno mañana a las cinco B: A las cinco está ocupado, pero a las cinco y media
  puedo. A: ¿No habría a las cinco? B: Bueno, a las cinco lo acomodo. Anotado.
""")

AGREED_AT_NINE = transcripts("""
- A: ¿Tienen mesa para dos personas mañana a las nueve de la noche? B: Sí, claro. Mañana a las
  nueve de la noche, mesa para dos. Reservado.
- A: Quisiera una mesa para cuatro mañana a las 21 B: Perfecto, mesa para cuatro, mañana a las 21.
  ¿A nombre de quién? A: Lucía B: Listo, Lucía, los esperamos.
- A: Hi, a table for two tomorrow at nine pm please B: Sure. One moment. You're all set, table for
  two, nine pm.
- A: Hi, a table for two tomorrow at nine pm please B: Sure, table for two. One moment. All booked
  in for you, see you then.
- A: Hi, I'd like to book a table for two tomorrow at nine pm please B: One second. Okay, that's
  confirmed.
- A: Quería reservar una mesa mañana a las nueve de la noche B: Dele, un minuto. Ya está, somos
  nosotros, quedó reservada.
- A: Quería reservar una mesa mañana a las nueve de la noche B: ¿Para cuántos? A: Para dos
  personas. B: Dos personas, perfecto. Reservado.
- A: Quería reservar una mesa mañana a las nueve de la noche B: ¿Para cuántos? A: Somos seis. B:
  Seis. Listo, reservado a las nueve.
- A: Quería reservar una mesa mañana a las nueve de la noche B: ¿Cuántas personas? A: Dos. B:
  Listo, reservado.
- A: Quería reservar una mesa mañana a las nueve de la noche B: ¿Cuántas personas? A: Dos. B: Dos.
  Reservado.
- B: Buenas noches. A: Quiero reservar para mañana a las nueve de la noche, mesa para dos. B: Muy
  bien, una mesa para dos mañana a las nueve. Queda reservada. A: Gracias. Hasta mañana. B: Hasta
  mañana.
- A: Quiero reservar para mañana a las nueve de la noche, mesa para dos. B: Mesa para dos, nueve
  de la noche, sí. ¿Nombre? A: Lucía B: Hecho.
""")

NOT_AGREED_AT_FIVE = transcripts("""
- A: Quiero reservar mañana a las cinco B: Sí. ¿Para qué servicio? A: Corte B: Ese no lo hacemos.
- A: Quiero reservar mañana a las cinco B: Sí, dale. A: Es para corte y color B: Color no hacemos.
- A: Quiero reservar mañana a las cinco B: Mmm. A: Gracias, hasta mañana. B: Hasta mañana.
- A: Quiero reservar mañana a las cinco B: We're booked at five.
- A: Quiero reservar mañana a las cinco B: That slot is booked.
- A: Quiero reservar mañana a las cinco B: That's already booked, sorry.
- A: Quiero reservar mañana a las cinco B: No, gracias.
- A: Quiero reservar mañana a las cinco B: No, gracias. A: Perdón, quiero reservar mañana a las
  cinco B: Adiós.
- A: Quiero reservar mañana a las cinco B: Sí, ¿qué necesita?
- A: Quiero reservar mañana a las cinco B: Sí, buenas tardes.
- A: Quiero reservar mañana a las cinco B: Ok, pero primero tiene que dejar una seña. A: Gracias.
  B: Sin seña no le guardo nada.
- A: Quiero reservar mañana a las cinco B: Le puedo ofrecer a las seis. A: No, a las cinco. B:
  Bueno, lo siento.
- A: Quiero reservar mañana a las cinco B: Bueno, lo siento mucho.
- A: Quiero reservar mañana a las cinco B: Well, sorry, we don't open then.
- A: Quiero reservar mañana a las cinco B: ¿Sí?
- A: Quiero reservar mañana a las cinco B: Sí, lo escucho.
- A: Quiero reservar mañana a las cinco B: Sí. La peluquera vuelve en una hora, pregúntele a ella.
- A: Quiero reservar mañana a las cinco B: Sí, después me llama y vemos.
- A: Quiero reservar mañana a las cinco B: Bueno, venga y vemos.
- A: Quiero reservar mañana a las cinco B: Claro, lo anoto en la lista de espera.
- A: Quiero reservar mañana a las cinco B: Si se libera algo le aviso.
- A: Quiero reservar mañana a las cinco B: Sí, pero mañana a las cinco no, a las seis.
- A: Quiero reservar mañana a las cinco B: Perfecto, entonces el viernes a las cinco, anotado.
- A: Quiero reservar mañana a las cinco B: Anotado, hoy a las cinco.
- A: Quiero reservar mañana a las cinco B: Anotado para las cinco y media.
- A: Quiero reservar mañana a las cinco B: Confirmado que no hay lugar.
- A: Quiero reservar mañana a las cinco B: Reservado solo para socios.
- A: Quiero reservar mañana a las cinco B: Está reservado para otro cliente.
- A: Quiero reservar mañana a las cinco B: A las cinco está reservado.
- A: I want to book tomorrow at five pm B: Five is booked.
- A: I want to book tomorrow at five pm B: Five is taken.
- A: I want to book tomorrow at five pm B: Yes, hello?
- A: I want to book tomorrow at five pm B: Yes, this is she.
- A: I want to book tomorrow at five pm B: Great question, I'm not the manager.
- A: I want to book tomorrow at five pm B: I would love to but we're closed.
- A: I want to book tomorrow at five pm B: We could do six instead.
- A: I want to book tomorrow at five pm B: Sure, six it is.
- A: I want to book tomorrow at five pm B: I wish.
- A: ¿Tienen lugar mañana a las cinco? B: Sí.
- A: ¿Tienen lugar mañana a las cinco? B: Sí. A: Gracias. B: De nada.
- A: ¿Tienen lugar mañana a las cinco? B: Sí. A: Gracias, lo consulto. B: Bueno, hasta luego.
""")

NOT_AGREED_AT_NINE = transcripts("""
- A: ¿Tienen mesa para dos personas mañana a las nueve de la noche? B: Mesa para dos, mañana...
  Reservado ya está todo.
- A: ¿Tienen mesa para dos personas mañana a las nueve de la noche? B: Mesa para dos a las diez
  sí. A: Bueno, gracias. B: Reservado.
- A: ¿Tienen mesa para dos personas mañana a las nueve de la noche? B: Sí, para las diez.
  Reservado.
- A: ¿Tienen mesa para dos personas mañana a las nueve de la noche? B: Sí, diez. Reservado.
- A: Table for two tomorrow at nine pm? B: Sure, for ten. Booked.
- A: Table for two tomorrow at nine pm? B: Ten works. Booked.
- A: ¿Tienen mesa para dos mañana a las nueve de la noche? B: Mesa para dos no. Para uno sí.
- A: ¿Tienen mesa para dos mañana a las nueve de la noche? B: Un minuto. No, está completo.
- A: ¿Tienen mesa para dos mañana a las nueve de la noche? B: Un momento, por favor.
- A: ¿Tienen mesa para dos mañana a las nueve de la noche? B: Sí, claro, cómo no. A: ¿Perfecto,
  reservado? B: No, todavía no, tiene que pagar la seña.
- A: ¿Tienen mesa para dos mañana a las nueve de la noche? B: Claro, todos los días abrimos a las
  nueve. ¿Quiere reservar?
- A: ¿Tienen mesa para dos mañana a las nueve de la noche? B: Sí, por orden de llegada.
- A: Quiero reservar mañana a las nueve de la noche? B: Sí, por orden de llegada, no tomamos
  reservas.
- A: Quiero reservar mañana a las nueve de la noche? B: Sí, dígame.
- A: Quiero reservar mañana a las nueve de la noche B: Sí, sí, ¿con quién hablo? A: Soy un
  asistente B: No hablo con máquinas. Chau.
- A: Quiero reservar mañana a las nueve de la noche B: Ya está reservado ese horario.
- A: Quiero reservar mañana a las nueve de la noche B: Ese horario está reservado.
- A: Quiero reservar mañana a las nueve de la noche B: Bien, ¿y usted?
- A: Quiero reservar mañana a las nueve de la noche B: Bueno, déjeme ver. A: Gracias B: Le llamo
  yo.
- A: Quiero reservar mañana a las nueve de la noche B: Bueno... mire, mejor reserve por la web.
- A: Quiero reservar mañana a las nueve de la noche B: Claro, pero se reserva por la página web.
- A: I want to book tomorrow at nine pm B: Sure, you can book online.
- A: I want to book tomorrow at nine pm B: Okay, hold on.
- A: I want to book tomorrow at nine pm B: Right, let me look.
- A: I want to book tomorrow at nine pm B: Right. Hmm. Let me get someone.
- A: Quiero reservar mañana a las nueve de la noche B: Bueno, espere.
- A: Quiero reservar mañana a las nueve de la noche B: Bien, un momentito que me fijo.
- A: Quiero reservar mañana a las nueve de la noche B: Sí, espere un segundo que le paso con
  reservas.
- A: Quiero reservar mañana a las nueve de la noche B: Sí, claro. Mañana a las nueve, mesa para
  dos, se la reservaría pero está cerrado.
- A: Quiero reservar mañana a las nueve de la noche B: Mañana a las nueve es complicado.
- A: Quiero reservar mañana a las nueve de la noche B: Mañana a las nueve difícil.
- A: Quiero reservar mañana a las nueve de la noche B: Uy, mañana a las nueve. Tengo que
  consultar.
- A: Quiero reservar mañana a las nueve de la noche B: Mañana a las nueve.
- A: Quiero reservar mañana a las nueve de la noche B: Mañana a las nueve, dos personas, a ver.
- A: Quiero reservar mañana a las nueve de la noche B: Gracias por llamar a El Mesón. Para
  reservas marque uno. Estamos abiertos mañana a las nueve de la noche.
""")


@pytest.mark.parametrize(
    ("slot", "transcript"),
    [(FIVE, each) for each in AGREED_AT_FIVE] + [(NINE, each) for each in AGREED_AT_NINE],
)
def test_consent_is_heard_however_it_is_said(slot: Slot, transcript: str) -> None:
    found = quote(slot, transcript)
    assert found
    assert f"B: {found}" in transcript


@pytest.mark.parametrize(
    ("slot", "transcript"),
    [(FIVE, each) for each in NOT_AGREED_AT_FIVE] + [(NINE, each) for each in NOT_AGREED_AT_NINE],
)
def test_what_is_no_consent_supports_nothing(slot: Slot, transcript: str) -> None:
    assert quote(slot, transcript) == ""
