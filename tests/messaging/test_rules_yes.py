"""A yes in the words of each country, and what only looks like one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from data.errand import IntentType
from messaging.rules import read
from orchestration.ports import ReadingContext

Situation = Callable[..., ReadingContext]


@pytest.mark.parametrize(
    "text",
    """arre pues|simón, márcale|sale pues|órale va|está chido, márcale|échale|va, gracias
tira pa'lante|venga, adelante|adelante con ello|sí, claro, llama|perfecto, llama cuando puedas
eso es, llama|correcto, proceda|sí señor|sí, hágalo por favor|q si q si, llama|dale caña
dale para adelante|sí no hay drama, dale|hacele|obvio que sí|joya, llamalo|sí, todo bien, llamá
yes go ahead and call|yeah sure why not|aye go on then|sure, sounds good to me|k|k thanks
of course, go right ahead|ok cool|yes call em|alright then|that works for me|sure mate crack on
yeah that'd be great|no problem, call 'em|yup looks right|sisisi|sí, si eres tan amable""".replace(
        "\n", "|"
    ).split("|"),
)
def test_a_yes(text: str, situation: Situation) -> None:
    asked = situation("awaiting_confirmation", asked="¿Llamo a Ana?")
    assert read(text, asked).intent is IntentType.CONFIRM


@pytest.mark.parametrize(
    "text",
    """sí, pero después|sí, si no es caro|si no hay drama mañana|si no hay problema con el horario
si llaman|si puede llamar mañana|si para|yes if it's cheap|sure but not today|yeah right
are you sure|are you|no problem|no worries|why not|ok nada|ya está|se llama Juan|y|i'm fine
i'm good|go away|sí, a Juan|ok mañana|dale a las 6|dale cuando tengas el precio|si te parece caro no
ok hold on|supongo|sure, later|yes in the morning|sí, que sea con Ana|vale y cuánto cuesta
vale, luego|claro, y si no contestan|sí, llama a Dental Sol|por qué no""".replace("\n", "|").split(
        "|"
    ),
)
def test_no_yes(text: str, situation: Situation) -> None:
    asked = situation("awaiting_confirmation", asked="¿Llamo a Ana?")
    assert read(text, asked).intent is not IntentType.CONFIRM
