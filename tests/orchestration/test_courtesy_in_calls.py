"""A business that wants no more calls is heard, and it is known whether the AI said what it is."""

from __future__ import annotations

import pytest

from data.call import EntryKind, Speaker, TimelineEntry
from orchestration.courtesy import announced_at, asks_no_more_calls, discloses


def said(*lines: str) -> tuple[TimelineEntry, ...]:
    """ "A:" the agent, "B:" the business."""
    speakers = {"A": Speaker.AGENT, "B": Speaker.BUSINESS}
    return tuple(
        TimelineEntry(float(at), EntryKind.SAID, line[2:].strip(), speakers[line[0]])
        for at, line in enumerate(lines)
    )


@pytest.mark.parametrize(
    "line",
    [
        "No nos llamen más.",
        "No nos llame más, por favor.",
        "Por favor no vuelvan a llamar.",
        "No vuelva a llamar a este número.",
        "No me vuelvan a marcar.",
        "No vuelvas a llamarnos",
        "Sáquenos de su lista.",
        "Sáqueme de la lista, hágame el favor",
        "Sacanos de tu base de datos.",
        "Bórrenos de su sistema.",
        "Elimine mi número de su base.",
        "No llames más acá.",
        "no llamen aca mas",
        "No molesten más.",
        "No nos llamen, gracias.",
        "Dejen de llamar, ya les dije.",
        "Dejá de molestar.",
        "Dejen de llamar, ¿sí?",
        "No nos llamen más, ¿me entiende?",
        "Stop calling us, all right?",
        "No quiero que me llamen más.",
        "No queremos recibir llamadas de robots.",
        "Nunca más vuelvan a llamarme.",
        "No me llame nunca más",
        "Don't call us again.",
        "don't call here anymore",
        "Please do not call this number again.",
        "Don’t ever call me again!",
        "Never call us again.",
        "Take us off your list.",
        "Remove our number from your database, please.",
        "Put me on the do not call list.",
        "Stop calling.",
        "Please stop calling us.",
        "Lose this number.",
        "No more calls, please.",
    ],
)
def test_a_wish_for_silence_is_heard(line: str) -> None:
    transcript = said("A: Hola, soy una IA.", "B: ¿Quién? Espere.", f"B: Mire. {line}", "B: Chau.")
    assert asks_no_more_calls(transcript) == line


@pytest.mark.parametrize(
    "line",
    [
        "No llame ahora, llame mañana.",
        "No hace falta que llame más temprano.",
        "No nos llame más tarde de las 8.",
        "No llame más tarde de las ocho",
        "No vuelva a llamar hoy, mañana está la encargada.",
        "No vuelvan a llamar antes de las diez.",
        "No me llame al celular, llame al fijo.",
        "No nos llame, nosotros le llamamos.",
        "No llame los domingos.",
        "No es necesario que vuelva a llamar.",
        "¿Por qué no vuelve a llamar mañana?",
        "¿No llaman más, sí?",
        "Si no vuelven a llamar se pierde el turno.",
        "No, llame más tarde.",
        "No lo llamo más Juan, ahora es Pedro.",
        "Vuelva a llamar.",
        "Está en la lista de espera.",
        "Lo saqué de la heladera.",
        "Don't call before nine.",
        "Don't call back until tomorrow.",
        "Don't call us, we'll call you.",
        "Don't call again today.",
        "Why don't you call again tomorrow?",
        "If you don't call again we'll assume you're coming.",
        "You don't have to call again.",
        "Stop by any time.",
        "I'll take it off the list of open slots.",
        "",
    ],
)
def test_another_moment_is_not_never(line: str) -> None:
    assert asks_no_more_calls(said(f"B: {line}")) == ""


def test_only_the_business_can_ask_for_silence() -> None:
    assert asks_no_more_calls(said("A: Don't call us again.", "B: What?")) == ""
    long = asks_no_more_calls(said("B: No nos llamen más " + "por favor " * 100))
    assert long.startswith("No nos llamen más") and len(long) <= 300


@pytest.mark.parametrize(
    "line",
    [
        "Hola, soy una inteligencia artificial y llamo de parte de Lucía.",
        "Buenas, soy un asistente virtual.",
        "Soy un asistente automático de Vocero",
        "Hola, soy una IA que llama por Ana.",
        "Le habla un robot, de parte de Ana.",
        "Hi, I'm an AI assistant calling for Ana.",
        "This is an automated assistant.",
        "Hi, I'm an AI calling on behalf of Ana.",
        "I am an artificial intelligence",
    ],
)
def test_the_disclosure_is_found(line: str) -> None:
    assert discloses(said("B: ¿Hola?", f"A: {line}", "B: Ajá.")) is True


@pytest.mark.parametrize(
    "line",
    [
        "Hola, quisiera un turno para Lucía.",
        "Soy la asistente de Lucía.",
        "No soy un robot, no se preocupe.",
        "I'm not an AI.",
        "Hi, this is Anna, a personal assistant.",
        "María llama por un turno.",
    ],
)
def test_what_discloses_nothing(line: str) -> None:
    assert discloses(said("B: ¿Hola?", f"A: {line}", "B: ¿Sos un robot?")) is False


def test_the_disclosure_must_come_in_the_first_turn() -> None:
    assert discloses(said("A: Hola.", "A: Soy una inteligencia artificial.")) is True
    late = said("A: Quiero un turno.", "B: ¿Quién habla?", "A: Una inteligencia artificial.")
    assert discloses(late) is False
    assert discloses(said("B: ¿Hola? ¿Es un robot?")) is None
    assert discloses(()) is None


@pytest.mark.parametrize(
    "line",
    [
        "Hola, soy un asistente de inteligencia artificial y esta llamada se graba.",
        "Hello, I'm an artificial intelligence assistant and this call is recorded.",
        "Le aviso que la llamada se está grabando.",
        "Esta llamada va a ser grabada.",
        "La conversación es grabada, ¿está bien?",
        "Estamos grabando la llamada.",
        "Just so you know, I'm recording this call.",
        "This call may be recorded.",
    ],
)
def test_that_a_call_is_recorded_counts_as_said_when_the_agent_says_it(line: str) -> None:
    assert announced_at(said("B: Hola", f"A: {line}", "B: Bien")) == 1.0
    assert announced_at(said(f"B: {line}", "A: Quería un turno.")) is None


@pytest.mark.parametrize(
    "line",
    [
        "Hola, soy un asistente de inteligencia artificial y llamo de parte de Lucía.",
        "Esta llamada no se graba.",
        "This call is not recorded.",
        "No la estamos grabando.",
        "Tengo grabado el número.",
        "",
    ],
)
def test_other_words_announce_no_recording(line: str) -> None:
    assert announced_at(said(f"A: {line}")) is None
