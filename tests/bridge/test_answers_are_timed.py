"""How long the business waited for an answer: one figure per turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.events import (
    AgentAudio,
    BusinessSaid,
    Interrupted,
    OperatorHandsBack,
    OperatorKeys,
    OperatorTookOver,
)
from data.call import EntryKind

if TYPE_CHECKING:
    from tests.bridge.conftest import Driver


def test_from_the_words_to_the_first_sound_on_the_line(call: Driver) -> None:
    call.talking()
    call.hear(BusinessSaid("¿Hola?"))
    call.until(6.8, AgentAudio(1, b"a" * 800), AgentAudio(2, b"a" * 800))
    call.until(9.0, BusinessSaid("¿Sí?"))
    call.until(9.35, AgentAudio(3, b"a" * 800))
    assert call.notes(EntryKind.MEASURED) == ["answer_ms=800", "answer_ms=350"]


def test_converted_sound_counts_alike(call: Driver) -> None:
    call.talking(speaks="pcm_16000")
    call.hear(BusinessSaid("¿Hola?"))
    call.until(6.5, AgentAudio(1, bytes(6400)))
    assert call.notes(EntryKind.MEASURED) == ["answer_ms=500"]


def test_the_rest_of_an_older_answer_is_none(call: Driver) -> None:
    call.talking()
    call.hear(AgentAudio(1, b"a" * 8000), BusinessSaid("ajá"), AgentAudio(1, b"a" * 8000))
    call.until(7.5)
    assert call.notes(EntryKind.MEASURED) == []
    call.hear(AgentAudio(2, b"a" * 800))
    # It waits for its turn behind what is being said: sent 0.2 s before it is heard.
    call.until(9.0)
    (figure,) = call.notes(EntryKind.MEASURED)
    assert 1700 <= int(figure.removeprefix("answer_ms=")) <= 1860


def test_words_in_two_parts_are_one_turn(call: Driver) -> None:
    call.talking()
    call.hear(BusinessSaid("Buenas"))
    call.until(7.0, BusinessSaid("¿quién es?"))
    call.until(7.4, AgentAudio(1, b"a" * 800))
    assert call.notes(EntryKind.MEASURED) == ["answer_ms=400"]


def test_keys_and_interrupted_sound_are_no_answer(call: Driver) -> None:
    call.talking()
    call.hear(BusinessSaid("marque uno"), OperatorKeys("1"), Interrupted(4))
    call.hear(AgentAudio(4, b"a" * 800))
    call.until(8.0)
    assert call.notes(EntryKind.MEASURED) == []


def test_nobody_waits_for_an_agent_that_is_not_heard(call: Driver) -> None:
    call.talking()
    call.hear(BusinessSaid("¿Hola?"), OperatorTookOver("Ana"), OperatorHandsBack(""))
    call.until(8.0, AgentAudio(9, b"a" * 800))
    assert call.notes(EntryKind.MEASURED) == []
