"""An operator opens the page, sees a call, hears both voices and reads what is said."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulation.scenes import SCENES
from simulation.script import UseTool
from tests.conftest import Tell
from tests.operators.chromium import LONG_TALK, WITHIN_S, Desk, at_the_desk, needs_chromium, until
from tests.operators.voices import Samples, at_phone_rate, from_mulaw, likeness

pytestmark = [pytest.mark.browser, pytest.mark.sockets, needs_chromium]

MOST_SCRIPT_BYTES = 150 * 1024
UNSEEN = 1e-4
"""A layout shift score that no eye notices: a letter's width or so."""
FOREIGN_ELEMENTS = "img, iframe, object, embed, script:not([src])"
ALIKE, CLEARLY = 0.6, 0.1
"""The same speech, after two changes of rate, is above the first, and that much above another."""


_PACKED = """async (ear) => {
  const samples = Int16Array.from(await voceroTest[ear](), (sample) => sample * 32767);
  const bytes = new Uint8Array(samples.buffer);
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}"""
"""As a list of numbers it would hold up the world, which is on this event loop, for seconds."""


async def voice_in(desk: Desk, ear: str) -> Samples:
    """Three seconds that one ear got, with somebody speaking in half of them at least."""
    rate = int(await desk.page.evaluate("() => voceroTest.rate()"))
    async with asyncio.timeout(WITHIN_S):
        while True:
            packed = base64.b64decode(await desk.page.evaluate(_PACKED, ear))
            got = np.frombuffer(packed, "<i2").astype(np.float64) / 32768
            heard = at_phone_rate(got[-3 * rate :], rate)
            loud = np.abs(heard[: len(heard) // 160 * 160]).reshape(-1, 160).max(axis=1) > 0.02
            if len(loud) and loud.mean() > 0.5:
                return heard
            await asyncio.sleep(0.2)


def heard_key(sound: bytes, low_hz: int, high_hz: int) -> bool:
    """Whether both tones of a key stand out in some 80 ms of what was heard."""
    samples = from_mulaw(sound)
    for start in range(0, len(samples) - 640, 320):
        power = np.abs(np.fft.rfft(samples[start : start + 640])) ** 2
        bins = [round(hz * 640 / 8000) for hz in (low_hz, high_hz)]
        near = [power[at - 1 : at + 2].sum() for at in bins]
        if power.sum() > 1 and min(near) > 0.3 * power.sum():
            return True
    return False


async def test_a_call_comes_is_heard_and_goes(tmp_path: Path, tell: Tell) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.log_in()
        await desk.page.get_by_text("No calls").first.wait_for()
        await desk.ring()
        call = await desk.call_is_up()
        await desk.page.locator(".call-card").wait_for()
        await desk.page.locator("a.call-card-link").click()
        await desk.page.locator("#call-title").wait_for()
        began = time.monotonic()
        await desk.page.get_by_role("button", name="Listen").first.click()
        await desk.page.wait_for_function("() => window.voceroTest?.received_ms > 0")
        first_sound_s = time.monotonic() - began
        right, left = await voice_in(desk, "right"), await voice_in(desk, "left")
        await desk.page.wait_for_function("() => voceroTest.received_ms > 3000")
        await desk.page.wait_for_function("() => voceroTest.behind_ms !== null")
        behind_ms = float(await desk.page.evaluate("() => voceroTest.behind_ms"))
        said, heard = from_mulaw(bytes(call.line.said)), from_mulaw(bytes(call.line.heard))
        business, agent, *crosswise = await asyncio.gather(
            *(
                asyncio.to_thread(likeness, ear, voice)
                for ear, voice in ((left, said), (right, heard), (left, heard), (right, said))
            )
        )
        crossed = max(crosswise)
        await desk.page.get_by_role("button", name="End").click()
        await desk.page.get_by_role("button", name="Hang up now").click()
        await desk.page.get_by_role("alert").filter(has_text="The call is over").wait_for()
        tell(
            f"a listener: first sound after {first_sound_s:.2f} s, {behind_ms:.0f} ms behind;"
            f" business {business:.2f}, agent {agent:.2f}, crossed {crossed:.2f};"
            f" JavaScript {sum(desk.scripts.values()) / 1024:.0f} KB"
        )
        assert min(business, agent) > max(ALIKE, crossed + CLEARLY)
        assert sum(desk.scripts.values()) < MOST_SCRIPT_BYTES
        assert not desk.complaints
        assert not desk.foreign


async def test_calls_come_and_go_and_nothing_on_the_page_moves(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path, SCENES["busy"]) as desk:
        await desk.log_in()
        await desk.page.get_by_text("No calls now").wait_for()
        moved_before = await desk.shifted()
        for number in (1, 2):
            await desk.rehearsal.play()
            await desk.page.locator(".call-card .badge", has_text="Busy").nth(number - 1).wait_for()
        assert await desk.shifted() - moved_before < UNSEEN
        await desk.page.keyboard.press("Tab")
        assert await desk.page.evaluate("() => document.activeElement.className") == "skip"
        await desk.page.locator("a.call-card-link").first.focus()
        await desk.page.keyboard.press("Enter")
        await desk.page.get_by_role("heading", name="Outcome").wait_for()
        assert not desk.complaints


@pytest.mark.parametrize(("width", "language"), [(360, "es"), (1600, "en")])
async def test_it_fits_small_and_large_screens_in_both_languages(
    tmp_path: Path, width: int, language: str
) -> None:
    async with at_the_desk(
        tmp_path, SCENES["busy"], width=width, language=language, dark=width == 360
    ) as desk:
        await desk.log_in()
        played = await desk.rehearsal.play()
        assert played.record is not None
        one_call = f"/operator/calls/{played.record.attempt.attempt_id}"
        for path in ("/operator/", "/operator/calls", one_call, "/operator/day", "/operator/acts"):
            await desk.page.goto(f"{desk.url}{path}")
            await desk.page.locator("h1").wait_for()
            assert await desk.page.evaluate("() => document.documentElement.lang") == language
            wide = await desk.page.evaluate("() => document.documentElement.scrollWidth")
            assert wide <= width, path
        assert not desk.complaints


async def test_what_is_said_and_done_is_read_and_a_whisper_reaches_the_agent(
    tmp_path: Path,
) -> None:
    async with at_the_desk(tmp_path) as desk:
        await desk.log_in()
        await desk.ring()
        call = await desk.call_is_up()
        await desk.page.locator("a.call-card-link").click()
        await desk.page.get_by_text("Peluquería Ana, buenas tardes.").wait_for()
        await desk.page.get_by_text("soy una asistente de inteligencia artificial").wait_for()
        hint = "Ask for <b>Carla</b>, she is quicker"
        await desk.page.fill("#whisper", hint)
        await desk.page.keyboard.press("Enter")
        await desk.page.get_by_text(hint).wait_for()
        (conversation,) = desk.rehearsal.world.elevenlabs.conversations
        await until(lambda: any("Carla" in told for told in conversation.told))
        await desk.page.get_by_role("button", name="Keypad").click()
        await desk.page.keyboard.press("4")
        await desk.page.keyboard.press("#")
        await desk.page.keyboard.press("Escape")
        await until(lambda: heard_key(bytes(call.line.heard), 770, 1209))
        acts = await desk.rehearsal.service.store.acts()
        assert {"login", "opened", "whispered", "keys"} <= {act.act for act in acts}
        assert not [act for act in acts if "Carla" in act.detail]
        assert not desk.complaints


async def test_after_a_break_the_page_is_right_again(tmp_path: Path) -> None:
    async with at_the_desk(tmp_path) as desk:
        cuts = await desk.make_cuttable()
        await desk.log_in()
        await desk.page.get_by_text("Connected").wait_for()
        await cuts.cut()
        await desk.page.get_by_text("Reconnecting").wait_for()
        await desk.ring()
        await desk.call_is_up()
        assert await desk.page.locator(".call-card").count() == 0
        cuts.mend()
        await desk.page.locator(".call-card .who").wait_for()
        await desk.page.get_by_text("Connected").wait_for()


async def test_words_from_outside_make_no_element_and_no_request(tmp_path: Path) -> None:
    hostile = "<img src=//evil.example/x onerror=alert(1)><script>alert(2)</script>"
    told = dict.fromkeys(("notes", "instructions"), hostile) | {"status": "no_availability"}
    scene = replace(
        LONG_TALK,
        words={"ana_greets": hostile, "agent_asks_haircut": f"{hostile} {hostile}"},
        agent=(*LONG_TALK.agent[:2], UseTool("report_result", told), *LONG_TALK.agent[2:]),
    )
    async with at_the_desk(tmp_path, scene) as desk:
        desk.rehearsal.world.customer.name = hostile
        await desk.log_in(name="<b>Eve</b>")
        await desk.ring()
        await desk.call_is_up()
        await desk.page.locator(".call-card").get_by_text("<img src=//evil.example/x").wait_for()
        await desk.page.locator("a.call-card-link").click()
        await desk.page.get_by_text(hostile).first.wait_for()
        await desk.page.get_by_text("<b>Eve</b>").first.wait_for()
        await desk.page.get_by_role("button", name="Show names and numbers").click()
        await until(lambda: desk.live[0].snapshot.reported)
        assert await desk.page.locator(FOREIGN_ELEMENTS).count() == 0
        await desk.page.get_by_role("button", name="End").click()
        await desk.page.get_by_role("button", name="Hang up now").click()
        await desk.rehearsal.settle()
        await desk.page.reload()
        await desk.page.get_by_role("heading", name="Outcome").wait_for()
        await desk.page.locator("dd").filter(has_text="evil.example").first.wait_for()
        assert await desk.page.locator(FOREIGN_ELEMENTS).count() == 0
        assert not desk.foreign
        assert not desk.complaints
