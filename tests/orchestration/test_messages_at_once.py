"""Several messages at once: read together, answered together, and nothing dialled by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.clock import run_virtual

if TYPE_CHECKING:
    from tests.orchestration.conftest import World

ANA = "+541140000101"


def names(texts: list[str]) -> list[str]:
    return [text.split()[0] for text in texts]


def test_a_text_that_comes_in_pieces_is_read_as_one(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            pieces = (
                "hola",
                "quería que llames",
                "al 011 4000-0101",
                "y pidas turno",
                "para un corte",
            )
            await world.write(concierge, *pieces, "mañana a las 5")
            (asked,) = await world.read()
            assert asked.startswith("ConfirmationAsked") and ANA in asked
            assert "service=corte" in asked and "17:00" in asked
            assert len(world.reader.contexts) == 1
            await world.write(concierge, "sí", "no", "cancelar")
            assert names(await world.read()) == ["Cancelled"]
            assert world.phone.orders == []

    run_virtual(story())


def test_a_burst_is_answered_together_and_a_yes_in_it_dials_nothing(world: World) -> None:
    async def story() -> None:
        async with world.open() as concierge:
            await world.write(concierge, "hola", "turno en Peluquería Ana", "1", "sí", "dale")
            assert names(await world.read()) == ["ConfirmationAsked"]
            assert world.phone.orders == []
            await world.write(concierge, "sí", "sí", "sí")
            assert len(world.phone.orders) == 1
            assert names(await world.read()) == ["AlreadyCalling"]

    run_virtual(story())
