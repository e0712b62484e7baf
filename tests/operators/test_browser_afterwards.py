"""An ended call is found, read, heard again and deleted; the day and the log tell of it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bridge.recording import LINE_FILES, SOUND
from simulation.scenes import SCENES
from tests.operators.chromium import at_the_desk, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.sockets, needs_chromium]

OFFER = "Sí, mañana a las cinco de la tarde tengo lugar, con Ana."


def names_in(archive: Path) -> set[str]:
    """The names of the files, without folders."""
    with zipfile.ZipFile(archive) as kept:
        return {Path(name).name for name in kept.namelist()}


async def test_a_call_is_found_heard_again_downloaded_and_deleted(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, SCENES["booked"]) as desk:
        played = await desk.rehearsal.play()
        assert played.record is not None
        attempt_id = played.record.attempt.attempt_id
        page = desk.page
        await desk.log_in("/operator/calls")
        await page.get_by_role("searchbox").fill("pelo TENGO LUGAR")
        await page.wait_for_url("**text=pelo*")
        row = page.locator(f"a[href*='{attempt_id}']")
        await row.wait_for()
        await row.click()
        await page.get_by_role("heading", name="Outcome").wait_for()
        assert await page.locator("blockquote").inner_text()
        # The sound is there: before, a click on a sentence has nothing to play.
        await page.locator("button:enabled").filter(has_text="Play").first.wait_for()
        await page.get_by_text(OFFER).last.click()
        await page.locator("[aria-current=true]").filter(has_text=OFFER).wait_for()
        async with page.expect_download() as coming:
            await page.get_by_role("link", name="Download the call").click()
        saved = tmp_path / "downloaded.zip"
        await (await coming.value).save_as(saved)
        assert {*LINE_FILES, SOUND} <= names_in(saved)
        await page.goto(f"{desk.url}/operator/day")
        await page.get_by_role("heading", name="The day").wait_for()
        await page.locator("canvas").first.wait_for()
        await page.goto(f"{desk.url}/operator/acts")
        await page.get_by_text("downloaded").first.wait_for()
        await page.goto(f"{desk.url}/operator/calls/{attempt_id}")
        await page.get_by_role("button", name="Delete").click()
        await page.locator("dialog").get_by_role("button", name="Delete").click()
        await page.wait_for_url("**/operator/calls*")
        store = desk.rehearsal.service.store
        assert await store.call(attempt_id) is None
        assert not (tmp_path / "recordings" / attempt_id).exists()
        assert not desk.complaints
        assert not desk.foreign
