"""What the recorder leaves on disk: one total order, nothing private, bounded, whole or nothing."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.commands import SendToAgent
from bridge.events import BusinessSaid, CustomerSaid
from bridge.recorder import CallRecorder, write_outcome
from bridge.recording import CALL, LINE_FILES, OUTCOME, Ordered, RecordedCall, WireText
from bridge.timings import CallTimings
from data.call import CallEnding, CallReport, EndCause, EntryKind, Speaker, TimelineEntry

REPORT = CallReport("a", CallEnding(EndCause.BUSY))


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text("utf-8").split("\n") if line]


def test_the_folder_has_the_files_and_lines_of_the_contract(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        "agent.jsonl",
        "call.json",
        "carrier.jsonl",
        "events.jsonl",
        "outcome.json",
        "sound.wav",
    ]
    for name, side in (("carrier.jsonl", "carrier"), ("agent.jsonl", "agent")):
        for line in lines(folder, name):
            assert list(line) == ["n", "t", "from", "text"]
            assert line["from"] in {side, "vocero"}
            assert isinstance(json.loads(line["text"]), dict)
    everything = [line for name in LINE_FILES for line in lines(folder, name)]
    assert sorted(line["n"] for line in everything) == list(range(1, len(everything) + 1))
    times = [line["t"] for line in sorted(everything, key=lambda line: line["n"])]
    assert times == sorted(times)


def test_call_and_outcome_tell_what_the_call_was(folder: Path) -> None:
    about = json.loads((folder / CALL).read_text("utf-8"))
    assert about["call_sid"].startswith("CA")
    assert about["conversation_id"] == "conv_1"
    assert about["started_at"] == "2026-11-23T12:00:00Z"
    assert about["formats"] == {
        "carrier": "ulaw_8000",
        "agent_hears": "ulaw_8000",
        "agent_speaks": "ulaw_8000",
    }
    assert about["complete"] is True
    outcome = json.loads((folder / OUTCOME).read_text("utf-8"))
    assert outcome["status"] == "booked"
    assert outcome["ending"]["cause"] == "agent_finished"


def test_nothing_private_is_found_in_any_file(folder: Path) -> None:
    whole = "".join(p.read_text("utf-8") for p in folder.iterdir() if p.suffix != ".wav")
    for secret in ("5512301", "551-2301", "3211234", "canary-token"):
        assert secret not in whole
    assert '"token\\":\\"***' in whole
    # The same number is the same mask, however it was written.
    assert whole.count("+5491155***01") >= 6
    assert "char_start_times_ms" not in whole
    assert "llame al +5491155***01, or +5491155***01, sí" in whole.replace(
        "\\\\u00ed", "í"
    ).replace("\\u00ed", "í")


def test_only_the_owner_may_read_it(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_read_back_is_what_was_tapped(recorded: RecordedCall) -> None:
    assert recorded.complete
    assert recorded.timings == CallTimings()
    assert [entry.n for entry in recorded.entries] == list(range(1, len(recorded.entries) + 1))
    commands = {str(e.command["type"]) for e in recorded.entries if isinstance(e, Ordered)}
    assert {"OpenAgent", "RunTool", "HangUp", "Note", "Finish"} <= commands
    wires = {(e.side, e.ours) for e in recorded.entries if isinstance(e, WireText)}
    assert wires == {("carrier", True), ("carrier", False), ("agent", True), ("agent", False)}


async def test_the_recording_stops_when_its_room_is_used_up(
    drive: Callable[..., Any], tmp_path: Path
) -> None:
    call = drive(max_bytes=30_000)
    assert call.recorder.full
    recorded = RecordedCall.load(await call.save(tmp_path))
    assert not recorded.complete
    written = sum(path.stat().st_size for path in recorded.folder.glob("*.jsonl"))
    assert 15_000 < written < 40_000


async def test_a_call_without_any_stream_can_be_recorded(tmp_path: Path) -> None:
    recorder = CallRecorder("a", CallTimings())
    folder = await recorder.save(tmp_path, REPORT)
    recorded = RecordedCall.load(folder)
    assert recorded.entries == ()
    assert recorded.about["sound_began"] is None
    assert recorded.outcome["ending"] == {
        "type": "CallEnding",
        "cause": "busy",
        "blame": None,
        "detail": "",
    }


async def test_saving_twice_keeps_the_first_and_leaves_no_litter(tmp_path: Path) -> None:
    recorder = CallRecorder("a", CallTimings())
    folder = await recorder.save(tmp_path, REPORT)
    before = (folder / CALL).read_text("utf-8")
    recorder.happened(1.0, BusinessSaid("late"))
    with pytest.raises(OSError):
        await recorder.save(tmp_path, REPORT)
    assert (folder / CALL).read_text("utf-8") == before
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("attempt_id", ["../../etc", "", "a/b", "x" * 300, ".hidden", "ñ"])
async def test_an_attempt_id_cannot_choose_another_folder(tmp_path: Path, attempt_id: str) -> None:
    folder = await CallRecorder(attempt_id, CallTimings()).save(tmp_path / "r", REPORT)
    assert folder.parent == tmp_path / "r"
    assert os.listdir(tmp_path) == ["r"]


async def test_odd_text_survives(tmp_path: Path) -> None:
    recorder = CallRecorder("a", CallTimings())
    odd = "línea\u2028otra\x85 \ud800 \x00 \n fin"
    recorder.happened(0.1, CustomerSaid(odd))
    recorder.ordered(0.1, SendToAgent(b"\x00\xff"))
    recorded = RecordedCall.load(await recorder.save(tmp_path, REPORT))
    (first, second) = recorded.entries
    assert getattr(first, "event", None) == CustomerSaid(odd)
    assert isinstance(second, Ordered)
    assert second.command == {"type": "SendToAgent", "sound": "AP8="}


def test_the_result_can_be_added_later(folder: Path) -> None:
    said = TimelineEntry(3.0, EntryKind.SAID, "soy +5491155512301", Speaker.BUSINESS)
    report = CallReport("a", CallEnding(EndCause.AGENT_FINISHED), timeline=(said,))
    write_outcome(folder, report, '{"status": "unconfirmed", "notes": null}')
    outcome = RecordedCall.load(folder).outcome
    assert outcome["status"] == "unconfirmed"
    assert outcome["timeline"] == [
        {
            "type": "TimelineEntry",
            "at_s": 3.0,
            "kind": "said",
            "text": "soy +5491155***01",
            "speaker": "business",
        }
    ]
    with pytest.raises(ValueError, match="object"):
        write_outcome(folder, report, "[]")
