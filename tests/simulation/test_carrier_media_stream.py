"""The media stream on the wire: what leaves, what is played, what is echoed, what is warned of."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from simulation.carrier_call import SimulatedCall
from simulation.carrier_faults import Faults
from simulation.carrier_line import Business
from simulation.channel import ChannelClosed
from simulation.clock import run_virtual
from simulation.script import ListenFor, ListenOut, PutDown, Speak, Wait

if TYPE_CHECKING:
    from tests.simulation.conftest import Application, MediaEnd

WHO = "+5491150000001"
VOICE = bytes((0x10, 0x90)) * 4
"""8 samples (1 ms) of something loud."""


def stream(
    app: Application,
    story: Callable[[MediaEnd], Awaitable[None]],
    business: Business | None = None,
    faults: Faults | None = None,
) -> SimulatedCall:
    """One call with one stream; the story is the application's side of it."""

    async def run() -> SimulatedCall:
        async with app.carrier(faults=faults) as twilio:
            twilio.businesses[WHO] = business or Business()
            await app.dial()
            media = await app.media()
            await story(media)
            call = twilio.calls[0]
            call.put_down()
            await twilio.office.changed.until(lambda: call.record.is_over, 60)
            return call

    return run_virtual(run())


def at(media: dict[str, object], name: str) -> str:
    body = media["media"]
    assert isinstance(body, dict)
    return str(body[name])


def test_the_first_messages_are_those_of_captured_streams(application: Application) -> None:
    texts: list[str] = []

    async def run() -> None:
        async with application.carrier():
            await application.dial()
            media = await application.media()
            for _ in range(2):
                text = await media.channel.receive()
                assert isinstance(text, str)
                texts.append(text)
            assert [each["event"] for each in media.got] == ["connected", "start"]
            sid = media.stream_sid
            start = media.got[1]["start"]
            assert isinstance(start, dict)
            assert start["customParameters"] == {"token": "t&1"}
            assert start["mediaFormat"] == {
                "encoding": "audio/x-mulaw",
                "sampleRate": 8000,
                "channels": 1,
            }
            assert list(media.got[1]) == ["event", "sequenceNumber", "start", "streamSid"]
            assert texts[0].startswith(
                '{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1",'
                '"timestamp":"'
            )
            assert texts[0].endswith(f'"}},"streamSid":"{sid}"}}')
            # 374 bytes in captures, where chunk and sequence have one digit, the time three.
            assert len(texts[0]) in (373, 374)

    run_virtual(run())


def test_frames_come_every_20_ms_with_text_numbers_and_a_late_start(
    application: Application,
) -> None:
    async def story(media: MediaEnd) -> None:
        loop = asyncio.get_running_loop()
        times, stamps = [], []
        for index in range(100):
            frame = await media.next("media")
            times.append(loop.time())
            stamps.append(int(at(frame, "timestamp")))
            assert at(frame, "chunk") == str(index + 1)
            assert frame["sequenceNumber"] == str(index + 2)
            payload = base64.b64decode(at(frame, "payload"))
            assert len(payload) == 160
            assert set(payload) == {0xFF, 0x7F}
        assert 70 <= stamps[0] <= 170
        assert all(abs(stamps[n] - stamps[0] - 20 * n) <= 2 for n in range(100))
        assert [round((t - times[0]) / 0.02, 3) for t in times] == list(range(100))

    stream(application, story)


def test_playback_keeps_real_pace_and_marks_come_when_all_before_them_was_heard(
    application: Application,
) -> None:
    async def story(media: MediaEnd) -> None:
        loop = asyncio.get_running_loop()
        await media.next("media")
        began = loop.time()
        await media.play(VOICE * 500)
        await media.mark("half")
        await media.play(VOICE * 505)
        await media.mark("all")
        await media.next("mark")
        assert loop.time() - began == pytest.approx(0.5, abs=1e-6)
        last = await media.next("mark")
        assert loop.time() - began == pytest.approx(1.005, abs=1e-6)
        assert list(last) == ["event", "sequenceNumber", "streamSid", "mark"]
        assert last["mark"] == {"name": "all"}

    call = stream(application, story)
    heard = call.line.heard
    assert heard[:160] == b"\xff" * 160
    assert heard[160 : 160 + 8 * 1005] == VOICE * 1005
    assert set(heard[160 + 8 * 1005 :]) <= {0xFF}
    assert [len(sound) for _, sound in call.line.arrivals] == [4000, 4040]
    assert call.line.underruns() == 0


def test_a_mark_with_nothing_before_it_comes_back_at_once(application: Application) -> None:
    async def story(media: MediaEnd) -> None:
        began = asyncio.get_running_loop().time()
        await media.mark("now")
        await media.next("mark")
        assert asyncio.get_running_loop().time() == began

    stream(application, story)


def test_clear_drops_the_rest_and_echoes_every_pending_mark(application: Application) -> None:
    async def story(media: MediaEnd) -> None:
        await media.next("media")
        await media.play(VOICE * 1000)
        await media.mark("one")
        await media.play(VOICE * 1000)
        await media.mark("two")
        await asyncio.sleep(0.3)
        began = asyncio.get_running_loop().time()
        await media.send("clear")
        assert (await media.next("mark"))["mark"] == {"name": "one"}
        assert (await media.next("mark"))["mark"] == {"name": "two"}
        assert asyncio.get_running_loop().time() == began
        await asyncio.sleep(0.5)

    call = stream(application, story)
    assert call.line.heard.rstrip(b"\xff") == b"\xff" * 160 + VOICE * 300
    assert len(call.line.clears) == 1
    assert call.line.underruns() == 0


def test_sound_that_breaks_off_and_goes_on_is_an_underrun(application: Application) -> None:
    async def story(media: MediaEnd) -> None:
        await media.play(VOICE * 100)
        await asyncio.sleep(0.140)
        await media.play(VOICE * 100)
        await asyncio.sleep(2)
        await media.play(VOICE * 100)
        await asyncio.sleep(1)

    call = stream(application, story)
    assert [round(gap.ms) for gap in call.line.playbacks[0].gaps] == [40, 1900]
    assert call.line.underruns() == 1


def test_messages_that_are_none_are_warned_of_once_and_the_stream_goes_on(
    application: Application,
) -> None:
    async def story(media: MediaEnd) -> None:
        for text in ("{", "[]", '{"event":"media"}', '{"event":"stop","streamSid":"x"}'):
            await media.channel.send(text)
        await media.send("media", media={"payload": "***"})
        await media.send("media", media={"payload": "AAAA", "track": "outbound"})
        await media.send("mark", mark={"name": 7})
        await media.send("clear", more=1)
        for _ in range(2):
            await media.channel.send_bytes(b"\x00")
        right, media.stream_sid = media.stream_sid, "MZ0"
        await media.play(VOICE)
        media.stream_sid = right
        await media.play(VOICE * 20)
        await media.mark("still here")
        await media.next("mark")

    call = stream(application, story)
    assert sorted(each.code for each in application.twilio.alerts) == [31950, 31951]
    assert [sound for _, sound in call.line.arrivals] == [VOICE * 20]


def test_more_than_ten_minutes_are_discarded(application: Application) -> None:
    async def story(media: MediaEnd) -> None:
        minute = VOICE * 60_000
        for _ in range(11):
            await media.play(minute)
        await media.next("media")

    call = stream(application, story)
    assert [each.code for each in application.twilio.alerts] == [31931]
    assert call.line.playbacks[0].buffered_ms <= 600_000


def test_the_business_interrupts_by_what_it_really_hears(application: Application) -> None:
    said: list[float] = []
    clip = bytes((0x20, 0xA0)) * 800

    async def story(media: MediaEnd) -> None:
        loop = asyncio.get_running_loop()
        await media.next("media")
        began = loop.time()
        await media.play(VOICE * 3000)
        while True:
            frame = await media.next("media")
            if set(base64.b64decode(at(frame, "payload"))) & {0x20}:
                said.append(loop.time() - began)
            if len(said) == 10:
                return

    call = stream(application, story, Business((ListenFor(800), Speak("stop")), {"stop": clip}))
    assert said[0] == pytest.approx(0.8, abs=0.021)
    assert clip in bytes(call.line.said)


def test_the_business_waits_for_the_end_of_what_it_hears(application: Application) -> None:
    async def story(media: MediaEnd) -> None:
        await media.next("media")
        await media.play(VOICE * 500)
        with pytest.raises(ChannelClosed):
            await media.everything()

    steps = (ListenOut(700), Wait(100), PutDown())
    call = stream(application, story, Business(steps))
    assert call.ended_by == "business"
    # One frame before, 500 ms of voice, 700 ms of quiet, 100 ms of waiting; a frame to notice.
    assert len(call.line.said) / 8 == pytest.approx(20 + 500 + 700 + 100, abs=41)


def test_frames_are_left_out_in_silence_on_demand(application: Application) -> None:
    clip = VOICE * 100
    stamps: list[int] = []

    async def story(media: MediaEnd) -> None:
        stamps.extend([int(at(await media.next("media"), "timestamp")) for _ in range(10)])

    steps = (Speak("hi"), Wait(1000), Speak("hi"))
    stream(
        application,
        story,
        Business(steps, {"hi": clip}),
        Faults(silent_frames_left_out=True),
    )
    assert stamps[5] - stamps[4] == pytest.approx(1020, abs=4)


def test_a_stalled_stream_catches_up_in_a_burst(application: Application) -> None:
    async def story(media: MediaEnd) -> None:
        loop = asyncio.get_running_loop()
        times = []
        for _ in range(100):
            await media.next("media")
            times.append(loop.time())
        gaps = [round(b - a, 3) for a, b in pairwise(times)]
        assert gaps.count(0.02) == 99 - 26
        assert sorted(gaps)[-1] == pytest.approx(0.52)
        assert gaps.count(0) == 25

    stream(application, story, faults=Faults(stall_at_s=0.5, stall_s=0.5))


def test_a_reader_that_stops_loses_sound_but_not_the_call(application: Application) -> None:
    async def story(media: MediaEnd) -> None:
        await asyncio.sleep(20)
        chunks = [int(at(await media.next("media"), "chunk")) for _ in range(400)]
        assert chunks == sorted(chunks)
        assert chunks[-1] > 400

    stream(application, story)
    assert [each.code for each in application.twilio.alerts] == [31930]


def test_a_dropped_stream_says_no_stop_and_the_call_goes_on(application: Application) -> None:
    async def story(media: MediaEnd) -> None:
        with pytest.raises(ChannelClosed) as gone:
            await media.everything()
        assert gone.value.code == 1006
        assert media.got[-1]["event"] == "media"
        await asyncio.sleep(5)

    call = stream(application, story, faults=Faults(drop_stream_after_s=1.0))
    assert [each.text for each in call.line.announcements] == ["Perdón"]


def test_a_key_of_the_business_is_told_with_its_own_sequence_number(
    application: Application,
) -> None:
    async def story(media: MediaEnd) -> None:
        await media.next("media")
        await application.twilio.calls[0].press("5")
        key = await media.next("dtmf")
        assert key["dtmf"] == {"track": "inbound_track", "digit": "5"}
        assert key["sequenceNumber"] == "3"
        following = await media.next("media")
        assert (following["sequenceNumber"], at(following, "chunk")) == ("4", "2")

    stream(application, story)


def test_an_application_that_never_closes_does_not_hold_the_end_back(
    application: Application,
) -> None:
    async def story(_: MediaEnd) -> None:
        await asyncio.sleep(30)

    call = stream(application, story)
    assert call.status == "completed"


def test_the_same_call_twice_is_the_same_to_the_byte(application: Application) -> None:
    def once() -> list[str]:
        texts: list[str] = []

        async def story(media: MediaEnd) -> None:
            await media.play(VOICE * 300)
            await media.mark("m")
            for _ in range(50):
                text = await media.channel.receive()
                assert isinstance(text, str)
                texts.append(text)

        stream(application, story, Business((ListenOut(200), Speak("hi")), {"hi": VOICE * 50}))
        return texts

    assert once() == once()
