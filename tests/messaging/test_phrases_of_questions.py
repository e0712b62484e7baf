"""Lists, confirmations and the business's own questions, in words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from data import reply as r
from data.errand import Preferences
from data.place import Opening, PlaceInfo
from messaging import phrases
from messaging.showing import shown_address
from tests.messaging.every_reply import OTHER_PHONE, PHONE

ANA = PlaceInfo(id="1", name="Peluquería Ana", phone=PHONE)
BEA = PlaceInfo(id="2", name="Salón Bea", phone=OTHER_PHONE)
ASKED = r.ConfirmationAsked("Peluquería Ana", PHONE, "corte", "", Preferences())
SHOWN, OTHER_SHOWN = "+54 9 11 5555-0101", "+54 9 11 5555-0102"


def both(reply: r.Reply) -> tuple[str, str]:
    return phrases.words(reply, "es"), phrases.words(reply, "en")


@pytest.mark.parametrize(
    ("opening", "spanish", "english"),
    [
        (Opening(True), "abierto ahora", "open now"),
        (Opening(False, "16:00"), "abre hoy a las 16:00", "opens today at 16:00"),
        (
            Opening(False, "2026-11-30 09:00"),
            "abre el lunes 30 a las 09:00",
            "opens on Monday, Nov 30 at 09:00",
        ),
        (Opening(False, "2026-11-29 01:00"), "abre el domingo 29 a la 01:00", "at 01:00"),
        (Opening(False), "cerrado ahora", "closed now"),
    ],
)
def test_a_list_says_what_is_open(opening: Opening, spanish: str, english: str) -> None:
    offered = r.ChoicesOffered("corte", (ANA, BEA), False, (Opening(), opening))
    in_spanish, in_english = both(offered)
    assert f"2. *Salón Bea*\n    {spanish}\n" in in_spanish
    assert english in in_english
    assert "1. *Peluquería Ana*\n2." in in_spanish  # nothing is known of her hours


def test_a_list_tells_how_to_share_the_location_only_where_it_helps() -> None:
    offered = r.ChoicesOffered("corte", (ANA,), False, location_helps=True)
    in_spanish, in_english = both(offered)
    assert "*Ubicación*" in in_spanish and "*Location*" in in_english
    for said in both(replace(offered, location_helps=False)):
        assert "📍" not in said


def test_odd_ratings_are_not_shown() -> None:
    for rating in (0.0, 1e300, float("nan"), float("inf"), -3.0):
        odd = PlaceInfo(id="1", name="Ana", phone=PHONE, rating=rating, rating_count=10**30)
        for said in both(r.ChoicesOffered("", (odd,), False)):
            assert "★" not in said
    many = PlaceInfo(id="1", name="Ana", phone=PHONE, rating=5.0, rating_count=10**30)
    assert "★ 5,0\n" in phrases.words(r.ChoicesOffered("", (many,), False), "es")


def test_ten_long_entries_fit_with_their_names_and_hours() -> None:
    long = PlaceInfo(
        id="1",
        name="Peluquería y Barbería de la Señora Ana María González e Hijas",
        address="Avenida del Libertador General San Martín 12345, Vicente López",
        phone=PHONE,
        rating=4.5,
        rating_count=12345,
    )
    opening = Opening(False, "2026-09-30 16:30")
    offered = r.ChoicesOffered(
        "corte de pelo", (long,) * 10, True, (opening,) * 10, "Palermo", True
    )
    for said in both(offered):
        assert said.count("Ana María") == 10 and said.count("16:30") == 10
        assert said.endswith(".")


@pytest.mark.parametrize(
    ("wishes", "spanish", "english"),
    [
        (
            Preferences(date="2026-08-14", date_until="2026-08-16"),
            "del viernes 14 de agosto al domingo 16 de agosto, a cualquier hora",
            "from Friday, August 14 to Sunday, August 16, any time",
        ),
        (
            Preferences(date="2026-08-14", date_until="2026-08-14"),
            "Cuándo: viernes 14 de agosto, a cualquier hora",
            "When: Friday, August 14, any time",
        ),
        (
            Preferences(date_until="2026-08-16"),
            "hasta el domingo 16 de agosto, a cualquier hora",
            "until Sunday, August 16, any time",
        ),
        (
            Preferences(
                date="2026-08-14", time_from="17:00", time_until="17:00", time_is_wish=True
            ),
            "viernes 14 de agosto; mejor a las 17:00, si no a otra hora",
            "Friday, August 14; preferably at 17:00, else another time",
        ),
        (
            Preferences(date="2026-08-14", date_is_wish=True),
            "mejor el viernes 14 de agosto, si no otro día; a cualquier hora",
            "preferably on Friday, August 14, else another day; any time",
        ),
        (
            Preferences(date_heard="el finde", date_is_wish=True, time_heard="a la tarde"),
            "mejor el finde, si no otro día; a la tarde",
            "preferably el finde, else another day; a la tarde",
        ),
        (
            Preferences(time_from="17:00", time_until="19:00", time_is_wish=True),
            "lo antes posible; mejor entre las 17:00 y las 19:00, si no a otra hora",
            "as soon as possible; preferably between 17:00 and 19:00, else another time",
        ),
        (Preferences(date_is_wish=True, time_is_wish=True), "lo antes posible", "soon as possible"),
        (Preferences(time_from="13:00", time_until="13:00"), "a las 13:00", "at 13:00"),
        (Preferences(time_from="01:00", time_until="01:00"), "a la 01:00", "at 01:00"),
        (Preferences(professional="Ana"), "• Con: Ana, si se puede", "• With: Ana, if possible"),
        (
            Preferences(professional="Ana", professional_is_must=True),
            "• Con: Ana (nadie más)",
            "• With: Ana (nobody else)",
        ),
    ],
)
def test_musts_and_wishes_are_told_apart(wishes: Preferences, spanish: str, english: str) -> None:
    in_spanish, in_english = both(replace(ASKED, preferences=wishes))
    assert spanish in in_spanish
    assert english in in_english


def test_a_call_for_later_says_when_and_why() -> None:
    closed = replace(ASKED, call_at="2026-11-26 09:00", closed=True)
    in_spanish, in_english = both(closed)
    assert in_spanish.startswith(
        f"¿Llamo a *Peluquería Ana* ({SHOWN}) el jueves 26 de noviembre a las 09:00?\n"
        "Ahora está cerrado."
    )
    assert in_english.startswith(
        f"Shall I call *Peluquería Ana* ({SHOWN}) on Thursday, November 26 at 09:00?\n"
        "They are closed now."
    )
    today = phrases.words(replace(ASKED, call_at="16:00"), "es")
    assert "hoy a las 16:00?" in today and "cerrado" not in today
    now = phrases.words(ASKED, "es")
    assert "hoy" not in now and "a esa hora" not in now


@pytest.mark.parametrize("count", [1, 2, 9, 20])
def test_every_number_that_a_yes_allows_is_shown_in_full(count: int) -> None:
    others = tuple(
        PlaceInfo(id=f"{n}", name="Peluquería " + "y Barbería " * 9, phone=f"+54911555502{n:02}")
        for n in range(count)
    )
    asked = replace(
        ASKED,
        request="con lavado " * 30,
        service="corte " * 30,
        others=others,
        call_at="2026-11-26 09:00",
    )
    for said in both(asked):
        assert SHOWN in said
        for number, place in enumerate(others, 2):
            assert f"{number}. " in said and f"+54 9 11 5555-02{str(place.phone)[-2:]}" in said, (
                said
            )
        assert said.endswith(".")
    assert "una sola reserva" in phrases.words(asked, "es")
    assert "one booking" in phrases.words(asked, "en")


def test_a_spoken_yes_is_asked_for_in_writing() -> None:
    in_spanish, in_english = both(replace(ASKED, in_writing=True))
    assert "por escrito" in in_spanish and SHOWN in in_spanish
    assert "in writing" in in_english
    assert "por escrito" not in phrases.words(ASKED, "es")


def test_the_businesss_question_is_quoted_with_its_answers_and_a_warning() -> None:
    asks = r.BusinessAsks("Ana", "¿A las *16* o a las 18? https://evil.com", ("16", "18"), 20)
    in_spanish, in_english = both(asks)
    assert "*Ana* está al teléfono y pregunta: “¿A las 16 o a las 18? evil. com”" in in_spanish
    assert "\n1. 16\n2. 18\n" in in_spanish and "20 segundos" in in_spanish
    assert "claves" in in_spanish and "passwords or card details" in in_english
    assert "20 seconds" in in_english
    plain = phrases.words(replace(asks, options=()), "es")
    assert "1." not in plain and "con tus palabras" in plain


def test_a_planned_call_says_whom_when_and_how_to_drop_it() -> None:
    in_spanish, in_english = both(r.CallPlanned("Ana", PHONE, "2026-11-26 09:00"))
    assert f"({SHOWN}) el jueves 26 de noviembre a las 09:00" in in_spanish
    assert "*cancelar*" in in_spanish and "*cancel*" in in_english
    assert "  " not in phrases.words(r.CallPlanned("Ana", PHONE, ""), "es")


def test_what_was_not_understood_is_said_before_the_question() -> None:
    in_spanish, in_english = both(replace(ASKED, not_understood=True, business_name=""))
    assert in_spanish.startswith(f"Perdón, no te entendí. ¿Llamo al {SHOWN}?\n")
    assert in_english.startswith(f"Sorry, I didn't get that. Shall I call {SHOWN}?\n")
    for count in (1, 4):
        asked = r.ChoiceNeeded(count)
        for plain, sorry in zip(
            both(asked), both(replace(asked, not_understood=True)), strict=True
        ):
            assert sorry in (
                f"Perdón, no te entendí. {plain}",
                f"Sorry, I didn't get that. {plain}",
            )


@pytest.mark.parametrize(
    ("location", "spanish", "english"),
    [
        ("Chamberí", "“dentista” en Chamberí:", "“dentista” in Chamberí:"),
        ("", "“dentista”:", "“dentista”:"),
        ("en el centro", "“dentista” en el centro:", "“dentista” en el centro:"),
        ("cerca de la estación", "“dentista” cerca de la", "“dentista” cerca de"),
        ("near the station", "“dentista” near", "“dentista” near the station:"),
        ("downtown", "“dentista” en downtown", "“dentista” downtown:"),
        ("A Coruña", "“dentista” en A Coruña:", "“dentista” in A Coruña:"),
        ("Byron Bay", "“dentista” en Byron Bay:", "“dentista” in Byron Bay:"),
    ],
)
def test_a_list_says_where_was_searched(location: str, spanish: str, english: str) -> None:
    offered = r.ChoicesOffered("dentista", (ANA,), False, location=location)
    in_spanish, in_english = both(offered)
    assert spanish in in_spanish and english in in_english
    nothing = both(r.NothingFound("dentista", location, False))
    assert spanish.rstrip(":") in nothing[0] and english.rstrip(":") in nothing[1]


@pytest.mark.parametrize(
    ("address", "longest", "shown"),
    [
        ("Gorriti 4812, Palermo, Cdad. Autónoma de Buenos Aires", 45, "Gorriti 4812, Palermo"),
        ("Gorriti 4812, Palermo", 45, "Gorriti 4812, Palermo"),
        ("Gorriti 4812, Palermo", 20, "Gorriti 4812"),
        ("Avenida del Libertador General San Martín 12345, Olivos", 20, "Avenida del…"),
        ("Gorriti 4812, Palermo", 0, ""),
        ("", 45, ""),
    ],
)
def test_an_address_is_cut_between_its_parts(address: str, longest: int, shown: str) -> None:
    assert shown_address(address, longest) == shown


def test_the_help_names_nobodys_town_or_number() -> None:
    for said in both(r.HelpGiven()):
        assert not re.search(r"Palermo|Sol\b|\+\d", said)
