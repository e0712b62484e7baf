"""Calls to read afterwards: found, in full, revealed, downloaded, erased; the day; the log."""

from __future__ import annotations

import io
import json
import os
import wave
import zipfile
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.call import OutcomeStatus
from data.memory_store import MemoryStore
from data.store import AuditEntry, CallFigures, StoreError
from simulation.scenes import BOOKED
from tests.operators.browser import Browser
from tests.operators.conftest import Customer, Play
from vocero.operators.day_figures import day_bounds, day_json, percentile
from vocero.operators.recorded import Recorded
from vocero.rehearsal import ZONE, Rehearsal, today_of

NUMBER = "+541140001701"


class LogIsFull(MemoryStore):
    """Takes everything but acts of operators, once it is broken."""

    broken = False

    async def note_act(self, entry: AuditEntry) -> AuditEntry:
        if self.broken:
            raise StoreError("DATABASE_URL: the disk is full")
        return await super().note_act(entry)


async def played(rehearsal: Rehearsal) -> str:
    over = await rehearsal.play()
    assert over.ended_well, over.complaints
    assert over.record is not None
    return over.record.attempt.attempt_id


def test_a_call_in_full_hides_who_took_part_until_somebody_asks(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        call = await played(rehearsal)
        answer = await browser.get(f"/operator/api/calls/{call}")
        full = answer.json
        assert full["business"]["number"] == "+541140***01"
        assert full["customer"]["number"].endswith("***01")
        assert NUMBER not in answer.text and NUMBER[1:] not in answer.text
        assert (full["live"], full["phase"], full["status"]) == (False, "ended", "booked")
        assert full["service"] == "corte de pelo"
        assert "corte de pelo" in full["wanted"] and "17:00" in full["wanted"]
        assert full["result"]["status"] == "booked"
        assert full["quote"]["text"] and full["quote"]["at_s"] > 0
        assert full["ending"] == {"cause": "agent_finished", "blame": None, "detail": ""}
        said = [entry for entry in full["entries"] if entry["kind"] == "said"]
        assert {entry["speaker"] for entry in said} == {"agent", "business"}
        assert full["figures"]["underruns"] == 0
        assert full["figures"]["answer_ms"] and max(full["figures"]["answer_ms"]) < 60_000
        assert (full["has_sound"], full["sound_began"]) == (False, None)
        # Looked at twice, written down once.
        await browser.get(f"/operator/api/calls/{call}")
        revealed = (await browser.post(f"/operator/api/calls/{call}/reveal", {})).json
        assert revealed["business"]["number"] == NUMBER
        assert revealed["customer"]["number"].startswith("+549")
        full = (await browser.get(f"/operator/api/calls/{call}")).json
        assert [act["act"] for act in full["acts"]] == ["revealed", "opened"]
        assert {act["operator"] for act in full["acts"]} == {"Ana"}

    operate(story)


def test_ids_are_taken_literally(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        call = await played(rehearsal)
        record = await rehearsal.service.store.call(call)
        assert record is not None
        odd = ("nothing", "..", "%2e%2e", "%00", "%ED%A0%80", "a" * 300)
        for name in (call[:12], record.attempt.call_sid, *odd):
            answer = await browser.get(f"/operator/api/calls/{name}")
            assert answer.status in (404, 401), name
            for file in ("sound.wav", "recording.zip"):
                assert (await browser.get(f"/operator/calls/{name}/{file}")).status == 404

    operate(story, RECORD_CALLS="true")


def test_calls_are_found(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        call = await played(rehearsal)
        today = today_of(rehearsal.now)().isoformat()
        for query, ids in {
            "": [call],
            "text=corte": [call],
            "text=4000-1701": [call],
            "text=dentista": [],
            "status=booked,busy": [call],
            "status=busy": [],
            f"from={today}&to={today}": [call],
            "to=2020-01-01": [],
            f"before={call}": [],
        }.items():
            found = (await browser.get(f"/operator/api/calls?{query}")).json
            assert [each["id"] for each in found["calls"]] == ids, query
            assert found["before"] is None
        assert (await browser.get("/operator/api/calls?text=%00corte%00")).json["calls"]
        for query in (
            "before=a%00",
            "status=lost",
            "from=yesterday",
            "to=9999-12-31",
            f"text={'x' * 201}",
        ):
            assert (await browser.get(f"/operator/api/calls?{query}")).status == 400, query

    operate(story)


def test_a_live_call_is_shown_as_far_as_it_went_and_is_not_erased(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        async with Customer(rehearsal) as customer:
            call = await customer.call()
            full = (await browser.get(f"/operator/api/calls/{call}")).json
            assert (full["live"], full["phase"], full["status"]) == (True, "talking", None)
            assert full["entries"][-1] == {**full["entries"][-1], "kind": "phase"}
            (listed,) = (await browser.get("/operator/api/calls")).json["calls"]
            assert listed["live"] and listed["talked_s"] is None
            answer = await browser.ask("DELETE", f"/operator/api/calls/{call}")
            assert (answer.status, answer.error) == (409, "still_live")

    operate(story)


def test_the_sound_comes_in_ranges_and_the_recording_as_a_zip(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        call = await played(rehearsal)
        full = (await browser.get(f"/operator/api/calls/{call}")).json
        assert full["has_sound"] and full["sound_began"] > 0
        path = f"/operator/calls/{call}/sound.wav"
        whole = await browser.get(path)
        assert whole.status == 200 and whole.headers["Content-Type"] == "audio/wav"
        assert whole.headers["Cache-Control"] == "no-store"
        assert whole.headers["Accept-Ranges"] == "bytes"
        with wave.open(io.BytesIO(whole.body)) as sound:
            assert (sound.getnchannels(), sound.getframerate()) == (2, 8000)
        size = len(whole.body)
        for asked, part in {
            "bytes=0-99": whole.body[:100],
            "bytes=1000-1999": whole.body[1000:2000],
            "bytes=-50": whole.body[-50:],
            f"bytes={size - 10}-": whole.body[-10:],
        }.items():
            answer = await browser.get(path, Range=asked)
            assert (answer.status, answer.body) == (206, part), asked
            assert answer.headers["Content-Range"].endswith(f"/{size}")
        assert (await browser.get(path, Range=f"bytes={size}-")).status == 416

        packed = await browser.get(f"/operator/calls/{call}/recording.zip")
        assert packed.headers["Content-Disposition"].startswith("attachment")
        with zipfile.ZipFile(io.BytesIO(packed.body)) as archive:
            assert archive.testzip() is None
            names = {name.partition("/")[2] for name in archive.namelist()}
            assert {name.partition("/")[0] for name in archive.namelist()} == {call}
            assert archive.read(f"{call}/sound.wav") == whole.body
        assert names == {
            "call.json",
            "outcome.json",
            "carrier.jsonl",
            "agent.jsonl",
            "events.jsonl",
            "sound.wav",
        }
        acts = (await browser.get(f"/operator/api/acts?call={call}")).json["acts"]
        assert [act["act"] for act in acts] == ["downloaded", "opened"]

    operate(story, RECORD_CALLS="true")


def test_an_erased_call_is_gone_with_its_sound_and_the_log_stays(
    operate: Play, tmp_path: Path
) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        call = await played(rehearsal)
        assert (tmp_path / "recordings" / call / "sound.wav").exists()
        assert (await browser.ask("DELETE", f"/operator/api/calls/{call}")).json == {"ok": True}
        assert list((tmp_path / "recordings").iterdir()) == []
        assert (await browser.get("/operator/api/calls")).json["calls"] == []
        for path in (f"api/calls/{call}", f"calls/{call}/sound.wav"):
            assert (await browser.get(f"/operator/{path}")).status == 404
        assert (await browser.ask("DELETE", f"/operator/api/calls/{call}")).status == 404
        acts = (await browser.get("/operator/api/acts")).json["acts"]
        assert [act["act"] for act in acts] == ["deleted", "login"]
        figures = (await browser.get("/operator/api/day")).json
        assert figures["outcomes"] == {"booked": 1}

    operate(story, RECORD_CALLS="true")


def test_nothing_outside_the_recordings_can_be_fetched_or_erased(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "sound.wav").write_bytes(b"secret")
    (tmp_path / "secret" / "call.json").write_text('{"sound_began": 1}')
    root = tmp_path / "recordings"
    root.mkdir()
    recorded = Recorded(root)
    names = ["../secret", "..", ".", "", "/", "/etc", str(tmp_path / "secret"), "a/../../secret"]
    names += ["secret\0", "..\\secret", "C:secret", "~", ".hidden", "-rf", "\u2025/secret"]
    for name in names:
        assert recorded.sound(name) is None, name
        assert not recorded.exists(name)
        recorded.remove(name)
    # Links lead nowhere, neither as a folder nor in one.
    os.symlink(tmp_path / "secret", root / "link")
    (root / "call").mkdir()
    os.symlink(tmp_path / "secret" / "sound.wav", root / "call" / "sound.wav")
    (root / "call" / "call.json").write_text('{"sound_began": 1}')
    (root / "call" / "stranger.txt").write_text("no part of a recording")
    assert recorded.sound("link") is None and recorded.sound("call") is None
    assert recorded.sound_began("call") is None
    packed, size = recorded.zipped("call")
    assert size == len(packed.read())
    with packed, zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == ["call/call.json"]
    recorded.remove("link")
    recorded.remove("call")
    assert (tmp_path / "secret" / "sound.wav").read_bytes() == b"secret"
    assert list(root.iterdir()) == []


def test_the_log_is_read_page_by_page(operate: Play) -> None:
    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        for _ in range(205):
            await rehearsal.service.store.note_act(AuditEntry(1.0, "Eve", "keys"))
        seen: list[int] = []
        before = ""
        while True:
            page = (await browser.get(f"/operator/api/acts?before={before}")).json
            seen += [act["number"] for act in page["acts"]]
            if page["before"] is None:
                break
            before = page["before"]
        assert seen == sorted(seen, reverse=True) and len(set(seen)) == 206
        assert (await browser.get("/operator/api/acts?before=x")).error == "bad_request"

    operate(story)


def test_a_store_in_trouble_is_said_and_nothing_is_shown_unseen(operate: Play) -> None:
    store = LogIsFull()

    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        call = await played(rehearsal)
        store.broken = True
        for answer in (
            await browser.post(f"/operator/api/calls/{call}/reveal", {}),
            await browser.get(f"/operator/api/calls/{call}"),
            await browser.get(f"/operator/calls/{call}/recording.zip"),
        ):
            assert (answer.status, answer.json) == (503, {"error": "trouble"})

    operate(story, store=store, RECORD_CALLS="true")


def test_a_day_is_counted_by_its_own_clock(operate: Play) -> None:
    zone = ZoneInfo("America/New_York")
    # The day on which clocks went back has 25 hours, one of them twice.
    day = date(2026, 11, 1)
    since, until = day_bounds(day, zone)
    assert until - since == 25 * 3600
    calls = [
        CallFigures(since + 1.2 * 3600, OutcomeStatus.BOOKED, 60.0, (400, 600)),
        CallFigures(since + 2.2 * 3600, OutcomeStatus.BUSY, 0.0, ()),
        CallFigures(since + 3.2 * 3600, OutcomeStatus.FAILED, 1.5, (5000,)),
        CallFigures(since + 24.9 * 3600, None, 0.0, ()),
    ]
    figures = day_json(day, zone, calls)
    assert figures["hours"][1] == {"calls": 2, "booked": 1, "other": 1, "failed": 0}
    assert figures["hours"][2] == {"calls": 1, "booked": 0, "other": 0, "failed": 1}
    assert figures["hours"][23] == {"calls": 1, "booked": 0, "other": 0, "failed": 0}
    assert figures["by_hour_answer_ms"][1] == {"p50": 400, "p90": 600}
    assert figures["by_hour_answer_ms"][5] is None
    assert figures["answer_ms"] == {"p50": 600, "p90": 5000, "p99": 5000, "count": 3}
    assert (figures["calls"], figures["talked_s"]) == (4, 61.5)
    assert figures["outcomes"] == {"booked": 1, "busy": 1, "failed": 1}
    json.dumps(figures)

    async def story(rehearsal: Rehearsal, browser: Browser) -> None:
        await played(rehearsal)
        today = (await browser.get("/operator/api/day")).json
        assert (today["calls"], today["zone"]) == (1, ZONE)
        assert today["date"] == today_of(rehearsal.now)().isoformat()
        assert today["hours"][11]["booked"] == 1
        assert today["answer_ms"]["count"] > 0
        other = (await browser.get("/operator/api/day?date=2020-02-29")).json
        assert other["calls"] == 0 and other["answer_ms"]["p50"] is None
        assert (await browser.get("/operator/api/day?date=2020-02-30")).error == "bad_request"
        assert BOOKED.ends_as in today["outcomes"]

    operate(story)


@pytest.mark.parametrize(("percent", "value"), [(50, 5), (90, 9), (99, 10), (1, 1)])
def test_percentiles_are_values_that_were_measured(percent: int, value: int) -> None:
    assert percentile(range(1, 11), percent) == value
    assert percentile([], percent) is None
