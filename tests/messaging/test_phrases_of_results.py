"""Results and what they propose; what is said about voice notes and answers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from data import reply as r
from data.call import CallResult, OutcomeStatus
from data.errand import Preferences
from messaging import phrases
from tests.messaging.every_reply import CALENDAR_URL, OTHER_PHONE, PHONE, every_reply

SHOWN, OTHER_SHOWN = "+54 9 11 5555-0101", "+54 9 11 5555-0102"
TOLD = r.ResultTold(
    "Ana",
    PHONE,
    CallResult(status=OutcomeStatus.NO_AVAILABILITY, date="2026-08-14", time="17:00"),
    "",
    "",
    r.NextStep.NEXT_PLACE,
    next_name="Bea",
    next_phone=OTHER_PHONE,
)


def last_line(reply: r.Reply, language: str = "es") -> str:
    return phrases.words(reply, language).splitlines()[-1]


def test_the_next_business_is_asked_for_with_exactly_its_number() -> None:
    assert last_line(TOLD) == f"¿Llamo a *Bea* ({OTHER_SHOWN})? Responde *sí* o *no*."
    assert last_line(TOLD, "en") == f"Shall I call *Bea* ({OTHER_SHOWN})? Reply *yes* or *no*."
    later = replace(TOLD, next_at="2026-11-26 09:00")
    assert f"({OTHER_SHOWN}) el jueves 26 de noviembre a las 09:00?" in last_line(later)
    assert f"({OTHER_SHOWN}) on Thursday, November 26 at 09:00?" in last_line(later, "en")


def test_nobody_agrees_to_a_number_that_they_do_not_see() -> None:
    for step in r.NextStep:
        for language in ("es", "en"):
            said = phrases.words(replace(TOLD, next_step=step, next_phone=""), language)
            asks = "Responde" in said or "Reply" in said
            assert asks == (step is r.NextStep.CALL_AGAIN)
    again = last_line(replace(TOLD, next_step=r.NextStep.CALL_AGAIN, next_name="", next_phone=""))
    assert f"otra vez a *Ana* ({SHOWN})" in again


def test_calling_again_and_confirming_are_told_apart() -> None:
    again = replace(TOLD, next_step=r.NextStep.CALL_AGAIN, next_name="Ana", next_phone=PHONE)
    assert last_line(again) == f"¿Llamo otra vez a *Ana* ({SHOWN})? Responde *sí* o *no*."
    unsure = replace(again, result=CallResult(status=OutcomeStatus.UNCONFIRMED))
    assert last_line(unsure) == (
        f"¿Llamo otra vez a *Ana* ({SHOWN}) para confirmarlo? Responde *sí* o *no*."
    )


def test_going_on_asks_nothing() -> None:
    going = replace(TOLD, next_step=r.NextStep.GOING_ON)
    for language in ("es", "en"):
        said = last_line(going, language)
        assert OTHER_SHOWN in said and "?" not in said
        assert "Responde" not in said and "Reply" not in said


@pytest.mark.parametrize(
    ("date", "time", "spanish", "english"),
    [
        (
            "2026-08-14",
            "17:00",
            "nada libre para el viernes 14 de agosto a las 17:00.",
            "for Friday, ",
        ),
        (
            "2026-08-14",
            None,
            "nada libre para el viernes 14 de agosto.",
            "free for Friday, August 14.",
        ),
        (None, "17:00", "no tienen nada libre a las 17:00.", "nothing free at 17:00."),
        ("el finde", None, "nada libre para el finde.", "free for el finde."),
        (None, None, "para lo que pediste.", "for what you asked for."),
    ],
)
def test_no_room_reads_naturally(
    date: str | None, time: str | None, spanish: str, english: str
) -> None:
    told = replace(
        TOLD, result=CallResult(status=OutcomeStatus.NO_AVAILABILITY, date=date, time=time)
    )
    assert spanish in phrases.words(told, "es")
    assert english in phrases.words(told, "en")


def test_the_calendar_link_stands_alone_and_whole() -> None:
    long = "palabra " * 400
    result = CallResult(
        status=OutcomeStatus.BOOKED,
        date="2026-08-14",
        time="17:00",
        professional_name=long,
        notes=long,
        instructions=long,
    )
    told = r.ResultTold(long, PHONE, result, long, long, r.NextStep.NONE, calendar_url=CALENDAR_URL)
    for language, label in (("es", "Añadir al calendario:"), ("en", "Add to your calendar:")):
        said = phrases.words(told, language)
        assert f"\n{label} {CALENDAR_URL}" in said and said.endswith(CALENDAR_URL)


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "https://x/ y", "https://" + "x" * 900])
def test_a_link_that_cannot_be_shown_whole_is_not_shown(url: str) -> None:
    said = phrases.words(replace(TOLD, calendar_url=url), "es")
    assert "calendario" not in said and "://" not in said


def test_the_least_important_line_goes_first_when_there_is_too_much() -> None:
    long = "palabra " * 100
    result = CallResult(
        status=OutcomeStatus.BOOKED, professional_name=long, notes=long, instructions=long
    )
    told = replace(
        TOLD, result=result, quote=long, detail=long, calendar_url="https://v.example/" + "c" * 480
    )
    said = phrases.words(replace(told, business_name=long, next_name=long), "es")
    assert "Motivo" not in said and "Indicaciones" in said and "El negocio dijo" in said
    assert said.endswith("Responde *sí* o *no*.")


def test_every_trouble_with_a_voice_note_has_its_words_and_a_next_step() -> None:
    for language, next_step in (("es", "escr"), ("en", "write it")):
        said = {phrases.words(r.VoiceNotHeard(each), language) for each in r.VoiceTrouble}
        assert len(said) == len(r.VoiceTrouble)
        assert all(next_step in each.lower() for each in said)


def test_what_was_heard_and_answered_is_quoted() -> None:
    assert "“Un turno mañana”" in phrases.words(r.VoiceHeard("Un *turno* mañana"), "es")
    assert phrases.words(r.AnswerGiven("Ana", "a las 18"), "es") == (
        "Listo, se lo dije a Ana: “a las 18”."
    )
    assert "Ana" in phrases.words(r.AnswerLate("Ana"), "en")
    assert "Ana" in phrases.words(r.AlreadyBooked("Ana"), "es")


def test_help_mentions_voice_notes_and_locations() -> None:
    assert "nota de voz" in phrases.words(r.HelpGiven(), "es")
    assert "ubicación" in phrases.words(r.HelpGiven(), "es")
    assert "voice note" in phrases.words(r.HelpGiven(), "en")
    assert "location" in phrases.words(r.HelpGiven(), "en")


AGREED = CallResult(status=OutcomeStatus.BOOKED, date="2026-11-26", time="17:00")
WANTED = Preferences(date="2026-11-28", time_from="08:00", time_until="12:00")
BOOKED = r.ResultTold("", PHONE, AGREED, "", "", r.NextStep.NONE)


def test_what_is_not_as_asked_says_so_with_what_was_asked_and_whom_to_tell() -> None:
    told = replace(BOOKED, asked=WANTED)
    assert phrases.words(told, "es") == (
        "⚠️ *Reservado, pero no como pediste*: jueves 26 de noviembre a las 17:00 "
        "(habías pedido sábado 28, entre las 08:00 y las 12:00).\n"
        f"Si no te sirve, hay que anularlo: su número es {SHOWN}."
    )
    assert phrases.words(told, "en") == (
        "⚠️ *Booked, but not as you asked*: Thursday, November 26 at 17:00 "
        "(you had asked for Saturday, Nov 28, between 08:00 and 12:00).\n"
        f"If it doesn't suit you, it has to be cancelled: their number is {SHOWN}."
    )
    named = phrases.words(replace(told, business_name="Ana"), "es")
    assert f"a las 17:00, en *Ana* ({SHOWN}) (habías pedido" in named
    other = replace(told, asked=Preferences(professional="Marta", time_is_wish=True))
    assert "(habías pedido con Marta)" in phrases.words(other, "es")
    assert "pedido" not in phrases.words(replace(told, asked=Preferences()), "es")
    for language in ("es", "en"):
        assert "✅" not in phrases.words(told, language)


def test_a_business_without_a_name_is_called_by_its_number_as_people_say_it() -> None:
    booked = phrases.words(BOOKED, "es")
    assert f"*Reservado* en el {SHOWN}: *jueves" in booked
    assert f"*Booked* by phone ({SHOWN}): *Thursday" in phrases.words(BOOKED, "en")
    busy, silent, full = (
        replace(BOOKED, result=CallResult(status=status), next_step=r.NextStep.CALL_AGAIN)
        for status in (OutcomeStatus.BUSY, OutcomeStatus.NO_ANSWER, OutcomeStatus.NO_AVAILABILITY)
    )
    assert phrases.words(busy, "es").startswith(f"El {SHOWN} tiene la línea ocupada.")
    assert phrases.words(silent, "es").startswith(f"El {SHOWN} no contesta.")
    assert last_line(silent) == f"¿Llamo otra vez al {SHOWN}? Responde *sí* o *no*."
    assert phrases.words(full, "en").startswith(f"The business at {SHOWN} has nothing free")
    number = r.CallAnswered(PHONE)
    assert phrases.words(number, "es").startswith(f"Contestaron en el {SHOWN}. ")
    assert phrases.words(number, "en").startswith("They picked up. ")
    answer = r.AnswerGiven(PHONE, "a las 18")
    assert phrases.words(answer, "es") == f"Listo, se lo dije al {SHOWN}: “a las 18”."
    assert phrases.words(answer, "en") == "Okay, I told them: “a las 18”."


@pytest.mark.parametrize("name", ["", PHONE])
def test_no_spanish_preposition_stands_before_a_bare_number(name: str) -> None:
    for reply in every_reply(name):
        said = phrases.words(reply, "es")
        assert not re.search(r"\b(?:a|en|con) \*?\+54 9", said), said
        assert f"*{SHOWN}*" not in said, said


def test_nothing_is_promised_that_is_not_done() -> None:
    standing = r.NothingToCancel("Ana")
    assert phrases.words(standing, "es").endswith(
        "La reserva con Ana sigue en pie; si quieres anularla, avísales tú directamente."
    )
    assert phrases.words(standing, "en").endswith("please tell them yourself.")


@pytest.mark.parametrize("refusal", list(r.Refusal))
def test_a_refused_number_is_a_sentence_with_and_without_the_number(refusal: r.Refusal) -> None:
    for language in ("es", "en"):
        named = phrases.words(r.NumberRefused(PHONE, refusal), language)
        unnamed = phrases.words(r.NumberRefused("", refusal), language)
        assert SHOWN in named
        assert unnamed[0].isupper() and ": :" not in unnamed and "  " not in unnamed
    emergency = refusal is r.Refusal.EMERGENCY
    assert ("emergency" in phrases.words(r.NumberRefused("", refusal), "en")) == emergency


def test_a_refused_number_says_what_would_do() -> None:
    invalid = r.NumberRefused("", r.Refusal.INVALID)
    assert phrases.words(invalid, "es").endswith("con su código, por ejemplo +52 …")
    assert phrases.words(invalid, "en").endswith("with its code, for example +44 …")
    abroad = r.NumberRefused("", r.Refusal.COUNTRY)
    assert phrases.words(abroad, "es").endswith("Envíame otro número o dime qué buscas.")
    assert phrases.words(abroad, "en").endswith("tell me what you're looking for.")
