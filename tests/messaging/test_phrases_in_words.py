"""Every reply in both languages: short enough, honest, and harmless whatever it quotes."""

from __future__ import annotations

import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import reply as r
from data.call import CallResult, OutcomeStatus
from data.errand import Preferences
from data.place import PlaceInfo
from messaging import phrases
from messaging.showing import shown_number
from messaging.text import width
from orchestration.ports import Phrasing
from tests.messaging.every_reply import PHONE, every_reply

ASKING = (r.NextStep.CALL_AGAIN, r.NextStep.NEXT_PLACE)
HOSTILE = (
    "*Evil*\n\n*Vocero:* ~no~ `x` _y_ https://evil.com/a?b=1 wa.me/123 \u202eabc\x00\x1b[31m "
    + "www.evil.example " * 200
)


def test_this_test_knows_every_reply() -> None:
    assert {type(reply) for reply in every_reply("x")} == set(typing.get_args(r.Reply))


def test_the_module_fits_its_port() -> None:
    phrasing: Phrasing = phrases
    assert phrasing.words(r.HelpGiven(), "es") != phrasing.words(r.HelpGiven(), "en")


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("text", ["", "Peluquería Ana", HOSTILE, "😀" * 3000, "x" * 9000])
def test_every_reply_fits_into_one_message(language: str, text: str) -> None:
    for reply in every_reply(text):
        said = phrases.words(reply, language)
        assert said.strip() and width(said) <= 1600, reply


@pytest.mark.parametrize("language", ["es", "en"])
def test_text_from_outside_neither_formats_nor_links(language: str) -> None:
    for reply in every_reply(HOSTILE):
        said = phrases.words(reply, language)
        for forbidden in (
            "https://evil",
            "evil.com",
            "wa.me/",
            "www.evil",
            "*Evil*",
            "~",
            "`",
            "\x1b",
        ):
            assert forbidden not in said, (forbidden, reply)
        assert said.count("*") % 2 == 0
        assert "\u202e" not in said and "\x00" not in said


ENDS = {
    r.ChoicesOffered: ("para dejarlo.", "o *ninguna*.", "to leave it.", "or *none*."),
    r.ConfirmationAsked: ("escríbelo.", "just write it."),
    r.BusinessAsks: ("datos de tarjetas.", "card details."),
    r.CallPlanned: ("escribe *cancelar*.", "write *cancel*."),
}
"""What asks for an answer, or says how to undo it, at the end of a message."""


def check_the_end(reply: r.Reply, said: str) -> None:
    assert width(said) <= 1600, reply
    assert said.endswith(ENDS.get(type(reply), "")), (said[-80:], reply)
    if isinstance(reply, r.ConfirmationAsked):
        shown = (reply.phone, *(place.phone or "" for place in reply.others))
        assert all(shown_number(phone) in said for phone in shown)
    if isinstance(reply, r.ResultTold):
        assert f" {reply.calendar_url}" in said.replace("\n", " ")
        if reply.next_step in ASKING:
            assert said.endswith("*no*."), (said[-80:], reply)
        if reply.next_step is not r.NextStep.NONE:
            assert shown_number(reply.next_phone) in said.splitlines()[-1]


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_asks_for_an_answer_is_never_cut_off(language: str) -> None:
    for reply in every_reply("x " * 5000):
        check_the_end(reply, phrases.words(reply, language))


@settings(max_examples=12, deadline=None)
@given(st.text(min_size=1, max_size=12), st.integers(1, 60), st.sampled_from(["es", "en"]))
def test_whatever_others_say_and_however_long(text: str, times: int, language: str) -> None:
    for reply in every_reply(text * times):
        check_the_end(reply, phrases.words(reply, language))


@pytest.mark.parametrize(
    ("until", "spanish", "english"),
    [
        ("16:30", "Puedo llamar a partir de las 16:30.", "I can call from 16:30 on."),
        (
            "2026-11-26 09:00",
            "Puedo llamar el jueves 26 de noviembre a partir de las 09:00.",
            "I can call on Thursday, November 26 from 09:00 on.",
        ),
        ("", "Escríbeme más tarde.", "Write to me later."),
    ],
)
def test_a_call_out_of_hours_is_offered_for_a_time_that_cannot_be_mistaken(
    until: str, spanish: str, english: str
) -> None:
    late = r.OverLimit(r.Limit.HOURS, "Peluquería Ana", until)
    assert phrases.words(late, "es").endswith(spanish)
    assert phrases.words(late, "en").endswith(english)


def test_the_confirmation_says_all_that_will_happen() -> None:
    wishes = Preferences(
        date_heard="mañana", date="2026-08-14", time_from="17:00", time_until="17:00"
    )
    asked = r.ConfirmationAsked("Peluquería Ana", PHONE, "corte de pelo", "con Ana", wishes)
    said = phrases.words(asked, "es")
    for part in (
        "Peluquería Ana",
        "+54 9 11 5555-0101",
        "corte de pelo",
        "con Ana",
        "viernes 14 de agosto",
        "a las 17:00",
        "*sí*",
        "*no*",
    ):
        assert part in said
    assert "Friday, August 14, at 17:00" in phrases.words(asked, "en")


@pytest.mark.parametrize(
    ("wishes", "spanish", "english"),
    [
        (Preferences(), "lo antes posible", "as soon as possible"),
        (Preferences(date="2026-08-14"), "a cualquier hora", "any time"),
        (Preferences(time_from="17:00"), "lo antes posible, a partir de las 17:00", "from 17:00"),
        (Preferences(time_until="12:00"), "antes de las 12:00", "before 12:00"),
        (
            Preferences(date_heard="el finde", time_from="17:00", time_until="19:00"),
            "el finde, entre las 17:00 y las 19:00",
            "el finde, between 17:00 and 19:00",
        ),
        (Preferences(date="2026-02-31"), "2026-02-31", "2026-02-31"),
    ],
)
def test_the_confirmation_states_what_it_assumes(
    wishes: Preferences, spanish: str, english: str
) -> None:
    asked = r.ConfirmationAsked("", PHONE, "", "", wishes)
    assert spanish in phrases.words(asked, "es")
    assert english in phrases.words(asked, "en")


def told(status: OutcomeStatus, **fields: str) -> str:
    result = CallResult(status=status, date="2026-08-14", time="17:00", **fields)
    reply = r.ResultTold("Ana", PHONE, result, "A las cinco, perfecto.", "", r.NextStep.NONE)
    return phrases.words(reply, "es")


def test_booked_and_unconfirmed_cannot_be_mistaken() -> None:
    booked, unconfirmed = told(OutcomeStatus.BOOKED), told(OutcomeStatus.UNCONFIRMED)
    assert "*Reservado*" in booked and "viernes 14 de agosto a las 17:00" in booked
    assert "*Sin confirmar*" in unconfirmed and "*Reservado*" not in unconfirmed
    assert "El negocio dijo: “A las cinco, perfecto.”" in booked
    for status in set(OutcomeStatus) - {OutcomeStatus.BOOKED}:
        assert "✅" not in told(status)


def test_a_result_carries_who_and_what_to_bring() -> None:
    said = told(OutcomeStatus.BOOKED, professional_name="Marta", instructions="Llegar antes")
    assert "Con: Marta" in said and "Indicaciones, según la llamada: “Llegar antes”" in said


def test_every_outcome_reads_differently() -> None:
    for language in ("es", "en"):
        texts = {
            phrases.words(
                r.ResultTold("Ana", PHONE, CallResult(status=status), "", "", r.NextStep.NONE),
                language,
            )
            for status in OutcomeStatus
        }
        assert len(texts) == len(OutcomeStatus)


def test_demo_data_says_so() -> None:
    place = PlaceInfo(id="1", name="Ana", address="Mitre 1", phone=PHONE, rating=4.5)
    said = phrases.words(r.ChoicesOffered("corte", (place, place), True), "es")
    assert "demostración" in said and "1. *Ana*" in said and "Mitre 1 · ★ 4,5" in said
    assert "demo" in phrases.words(r.ChoicesOffered("cut", (place,), True), "en")
    assert "demo" not in phrases.words(r.ChoicesOffered("cut", (place,), False), "en")


def test_what_is_spoken_on_the_phone_is_plain() -> None:
    for language in ("es", "en"):
        for spoken in (phrases.apology(language), phrases.callback_explanation(language)):
            assert spoken.isprintable() and not set(spoken) & set("<>&*_~`")
    assert phrases.apology("es") != phrases.apology("en")
