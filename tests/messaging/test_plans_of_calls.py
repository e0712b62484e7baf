"""Which entries are to be called in which order, and when the next may be called without asking."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errand import CallPlan, IntentType
from messaging.rules import read
from messaging.rules_plan import mentioned, plan_in
from orchestration.ports import ReadingContext

LIST = ("Peluquería Ana", "Barbería El Corte", "Estilo Sur")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("la 1 y si no la 3", (1, 3)),
        ("la primera y si no la segunda", (1, 2)),
        ("la uno, sino la dos", (1, 2)),
        ("1, si no 3", (1, 3)),
        ("la 1, si no pueden la 2 y si no la 3", (1, 2, 3)),
        ("la 1 y si está ocupado la 2", (1, 2)),
        ("la 2 mañana a las 5 y si no la 3", (2, 3)),
        ("quiero turno para dos personas, la 1 y si no hay la 2", (1, 2)),
        ("¿podés llamar a la 1 y si no pueden a la 3?", (1, 3)),
        ("Ana y si no Estilo Sur", (1, 3)),
        ("llamá a ana y si no tiene turno al corte", (1, 2)),
        ("la de ana, y si no te atienden la de estilo sur", (1, 3)),
        ("la 2, y si no tienen lugar probá con las otras", (2, 1, 3)),
        ("la 1 o la 2, la que tenga lugar", (1, 2)),
        ("prueba con la 1, luego con la 2 y luego con la 3 hasta que una tenga hueco", (1, 2, 3)),
        ("probá con todas", (1, 2, 3)),
        ("todas", (1, 2, 3)),
        ("probá con todas menos la 2", (1, 3)),
        ("llamá a todas en orden hasta que alguna tenga", (1, 2, 3)),
        ("márcale a todas hasta conseguir cita", (1, 2, 3)),
        ("empezá por la 3 y después probá con todas", (3, 1, 2)),
        ("no me importa cuál, llama a todas", (1, 2, 3)),
        ("quiero un corte, probá con todas", (1, 2, 3)),
        ("call 1, if they can't, call 2", (1, 2)),
        ("2 and if they're full 3", (2, 3)),
        ("the first one, otherwise the third", (1, 3)),
        ("try them all", (1, 2, 3)),
        ("whichever has a table", (1, 2, 3)),
        ("call them one by one until somebody can do friday", (1, 2, 3)),
    ],
)
def test_what_allows_the_next_call(text: str, order: tuple[int, ...]) -> None:
    assert plan_in(text, LIST) == CallPlan(order, go_on=True)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("la 2", (2,)),
        ("Estilo Sur", (3,)),
        ("primero la 2, después la 1", (2, 1)),
        ("first 2 then 1", (2, 1)),
        ("try the second one first, then the first", (2, 1)),
        ("llamá a la 1 y a la 3", (1, 3)),
        ("cualquiera", (1, 2, 3)),
        ("me da igual, cualquiera", (1, 2, 3)),
        ("any of them", (1, 2, 3)),
        ("probá con todas pero avisame antes", (1, 2, 3)),
    ],
)
def test_what_orders_and_allows_nothing(text: str, order: tuple[int, ...]) -> None:
    assert plan_in(text, LIST) == CallPlan(order)


@pytest.mark.parametrize(
    "text",
    [
        "la 1 o la 2",
        "1 y 3",
        "la 1, la 2 o la 3",
        "ni la 1 ni la 3",
        "no la 1, la 2",
        "no llames a todas",
        "no probés con todas",
        "la 1 y si no avisame",
        "la 1, si no te molesta",
        "la 1 pero si no contestan no llames a la 2",
        "la 7 y si no la 1",
        "a la 1 y si no a las 3",
        "si no puede el viernes que sea el sábado",
        "y si no tienen lugar?",
        "todas están lejos",
        "dale",
        "sí",
        "",
        "x" * 2000,
        "la 1 y si no la 2 " * 30,
    ],
)
def test_in_doubt_there_is_no_plan(text: str) -> None:
    assert not plan_in(text, LIST).go_on
    assert len(plan_in(text, LIST).order) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "si no tienen lugar probá con otra",
        "sí, y si no pueden llamá a la siguiente",
        "if they are full try another place",
    ],
)
def test_going_on_may_be_allowed_without_a_list(text: str) -> None:
    assert plan_in(text, ()) == CallPlan(go_on=True)


def test_a_yes_without_such_words_allows_nothing() -> None:
    for text in ("sí", "dale, llamá", "cualquiera", "todas", "la 1 y si no la 3", "si no, no"):
        assert not plan_in(text, ()).go_on, text


def test_the_first_of_the_order_is_chosen(situation: Callable[..., ReadingContext]) -> None:
    shown = situation("awaiting_selection", options=LIST)
    for text, first in (("la 2 y si no la 3", 2), ("probá con todas", 1), ("cualquiera", 1)):
        parsed = read(text, shown)
        assert (parsed.intent, parsed.selected_option) == (IntentType.CONFIRM, first), text
    timed = read("la 2 mañana a las 5 y si no la 3", shown)
    assert (timed.selected_option, timed.date_preference) == (2, "mañana")


def test_what_the_business_offers_is_no_list_of_businesses(
    situation: Callable[..., ReadingContext],
) -> None:
    asked = situation("calling", options=("17:00", "18:30"), asked="¿A las 17 o a las 18:30?")
    assert read("cualquiera", asked).selected_option is None
    assert read("la segunda", asked).selected_option == 2


def test_to_try_another_is_not_said_to_the_business(
    situation: Callable[..., ReadingContext],
) -> None:
    parsed = read("sí, y si no tienen lugar probá con otra", situation("awaiting_confirmation"))
    assert parsed.intent is IntentType.SEARCH_AND_CALL and parsed.specific_request is None


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("me late más la tercera de las que pusiste", {3}),
        ("la 1 o la 3", {1, 3}),
        ("para dos personas a las 2", set()),
        ("la barbería esa del corte", {2}),
        ("quiero un corte", set()),
        ("la 9", set()),
    ],
)
def test_what_is_mentioned(text: str, entries: set[int]) -> None:
    assert mentioned(text, LIST) == entries


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "la 1 2 3 y si no todas probá con o Ana pero avisame cualquiera hasta que una ? , "
            "otra no después primero mañana a las 5 menos the first otherwise".split(" ")
        ),
        max_size=9,
    ).map(" ".join)
)
def test_any_plan_is_one_of_the_list(text: str) -> None:
    plan = plan_in(text, LIST)
    assert len(set(plan.order)) == len(plan.order)
    assert set(plan.order) <= {1, 2, 3}
    assert not (plan.go_on and "avisame" in text)
    assert plan_in(text, ()).order == ()
