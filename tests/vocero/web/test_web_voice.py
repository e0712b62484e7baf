"""The voice webhooks: TwiML for the answered call, callbacks in and out of time."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.vocero.web.conftest import Caller, Play

SID = "CA" + "1" * 32


def test_the_answered_call_gets_its_stream_and_then_an_apology(play: Play) -> None:
    async def story(caller: Caller) -> None:
        attempt_id = await caller.call_is_ringing()
        sid = caller.rehearsal.world.twilio.calls[0].sid
        path = f"/webhook/voice/outbound/{attempt_id}"
        status, body = await caller.post(path, {"CallSid": sid})
        root = ElementTree.fromstring(body)
        assert status == 200
        assert [verb.tag for verb in root] == ["Connect", "Say", "Hangup"]
        stream = root.find("Connect/Stream")
        assert stream is not None
        assert stream.get("url") == f"wss://vocero.example/media/{attempt_id}"
        parameter = stream.find("Parameter")
        assert parameter is not None and parameter.get("name") == "token"
        assert len(parameter.get("value", "")) >= 32
        assert (await caller.post(path, {"CallSid": sid}))[1] == body, "asked again, the same"
        assert (await caller.post(path, {"CallSid": SID}))[0] == 404
        assert (await caller.post(path, {}))[0] == 404

    play(story)


def test_somebody_who_calls_back_hears_who_we_are(play: Play) -> None:
    async def story(caller: Caller) -> None:
        status, body = await caller.post("/webhook/voice/outbound", {"CallSid": SID})
        root = ElementTree.fromstring(body)
        assert status == 200
        assert [verb.tag for verb in root] == ["Pause", "Say", "Pause", "Say", "Hangup"]

    play(story)


def test_an_attempt_that_nobody_knows_is_not_found(play: Play) -> None:
    async def story(caller: Caller) -> None:
        for path, form in caller.routes("f" * 32).items():
            if path.endswith("f" * 32):
                assert (await caller.post(path, form))[0] == 404, path
        for hook in ("answer", "status", "amd"):
            assert caller.metric(hook, "unknown") == 1

    play(story)


def test_what_comes_after_the_call_is_taken_without_effect(play: Play) -> None:
    async def story(caller: Caller) -> None:
        played = await caller.rehearsal.play()
        assert played.record is not None
        attempt = played.record.attempt
        texts = len(caller.rehearsal.world.twilio.chat)
        base = "/webhook/voice"
        form = {"CallSid": attempt.call_sid, "CallStatus": "completed", "AnsweredBy": "human"}
        for kind in ("status", "amd"):
            path, before = f"{base}/{kind}/{attempt.attempt_id}", caller.metric(kind, "late")
            assert (await caller.post(path, form))[0] == 204
            assert caller.metric(kind, "late") == before + 1
        status, body = await caller.post(f"{base}/outbound/{attempt.attempt_id}", form)
        assert status == 200
        assert [verb.tag for verb in ElementTree.fromstring(body)] == ["Say", "Hangup"]
        await asyncio.sleep(30)
        assert len(caller.rehearsal.world.twilio.chat) == texts

    play(story)


def test_callbacks_without_news_are_counted(play: Play) -> None:
    async def story(caller: Caller) -> None:
        attempt_id = await caller.call_is_ringing()
        for form in ({"CallSid": SID}, {"CallSid": SID, "CallStatus": "dancing"}):
            assert (await caller.post(f"/webhook/voice/status/{attempt_id}", form))[0] == 204
            assert (await caller.post(f"/webhook/voice/amd/{attempt_id}", form))[0] == 204
        assert caller.metric("status", "unusable") == 2
        assert caller.metric("amd", "unusable") == 2
        assert caller.rehearsal.service.switchboard.live_calls == 1

    play(story)


def test_paths_and_methods_that_do_not_exist(play: Play) -> None:
    async def story(caller: Caller) -> None:
        for path in ("/", "/webhook", "/webhook/voice/status", "/static/x", "/api/tools/x"):
            assert (await caller.get(path))[0] == 404, path
        assert (await caller.get("/webhook/whatsapp"))[0] == 405
        assert (await caller.post("/health", {}))[0] == 405

    play(story)
