"""The pictures of the operators' page for the README: `python -m tests.operators.take_pictures`.

A simulated call is listened to and looked at in Debian's Chromium; what comes of it is in docs/.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page

from simulation.scenes import SCENES
from tests.operators.chromium import LONG_TALK, Desk, at_the_desk

DOCS = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH, HEIGHT, QUALITY = 1280, 800, 72


async def take(page: Page, name: str) -> None:
    """One JPEG, small enough for a README."""
    await page.screenshot(path=DOCS / f"{name}.jpg", type="jpeg", quality=QUALITY)


async def live(desk: Desk) -> None:
    """A call that goes on: in the list, and by itself."""
    await desk.log_in()
    await desk.ring()
    await desk.call_is_up()
    await asyncio.sleep(5)
    await take(desk.page, "live")
    await desk.page.locator("a.call-card-link").click()
    await desk.page.get_by_role("button", name="Listen").first.click()
    await asyncio.sleep(14)
    await take(desk.page, "call")


async def afterwards(desk: Desk) -> None:
    """A call that is over, and the day."""
    played = await desk.rehearsal.play()
    assert played.record is not None
    await desk.log_in(f"/operator/calls/{played.record.attempt.attempt_id}")
    await desk.page.get_by_role("button", name="Play", exact=True).first.wait_for()
    await asyncio.sleep(2)
    await take(desk.page, "afterwards")


async def main() -> None:
    """All of them."""
    DOCS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as var:
        async with at_the_desk(Path(var), LONG_TALK, width=WIDTH, height=HEIGHT) as desk:
            await live(desk)
    with TemporaryDirectory() as var:
        async with at_the_desk(
            Path(var), SCENES["booked"], width=WIDTH, height=HEIGHT, dark=True
        ) as desk:
            await afterwards(desk)


if __name__ == "__main__":
    asyncio.run(main())
