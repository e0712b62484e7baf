"""What the pages show while other workers' calls cannot be seen, and that it comes right again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operators.chromium import Desk, at_the_desk, needs_chromium
from tests.serve.town import until
from vocero.operators.audience import Audience

pytestmark = [pytest.mark.browser, pytest.mark.sockets, needs_chromium]

UNSEEN = "cannot be seen right now"


def audience(desk: Desk) -> Audience:
    feed = desk.rehearsal.service._feed
    assert feed is not None
    return feed._subscribers


async def test_calls_that_cannot_be_seen_are_no_ended_calls(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.log_in()
        await desk.ring()
        await desk.call_is_up()
        (call,) = desk.live
        name, page = call.order.attempt_id, desk.page
        card = page.locator(".call-card")
        await card.wait_for()
        pages = audience(desk)
        pages.tell_pages({"type": "others", "seen": False})
        await page.get_by_role("alert").get_by_text(UNSEEN).wait_for()
        pages.tell_pages({"type": "gone", "id": name})
        await card.wait_for(state="detached")
        assert await page.get_by_text("Ended while disconnected").count() == 0
        pages.tell_pages({"type": "others", "seen": True})
        await page.get_by_role("alert").wait_for(state="detached")
        await card.wait_for()  # it says something, and is back
        await page.locator("a.call-card-link").click()
        await page.locator("#call-title").wait_for()
        # Not before this page follows the call: what it was told earlier is no news to it.
        await until(lambda: name in (pages.watched_by_pages or ()))
        alert = page.get_by_role("alert").get_by_text(UNSEEN)
        pages.tell_pages({"type": "gone", "id": name})
        await alert.wait_for()
        await alert.wait_for(state="detached")  # with the next words that are said
        # How a call ended that nobody could read is told, too.
        pages.tell_pages({"type": "over", "id": name, "summary": None})
        await page.get_by_text("The call is over.").first.wait_for()
        assert desk.complaints == []
