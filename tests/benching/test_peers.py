"""`tests/bench/peers`, as far as it goes without installing a peer."""

from __future__ import annotations

import ast
import json
import os
import re
import socket
import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from tests.bench.peers import from_outside
from tests.bench.peers.__main__ import peers
from tests.bench.peers.bridges.talk import Talk
from tests.bench.peers.comparison import HEADINGS, comparison
from tests.bench.peers.peer import HERE, PEERS
from tests.bench.peers.peer_process import PeerProcess
from tests.bench.peers.peer_run import PeerRun, calls_of
from tests.test_floors import ROOMS, dotted_names
from vocero.benching.wish import BenchFailed, BenchWish
from vocero.rehearsal import free_port

if TYPE_CHECKING:
    from tests.benching.conftest import MakeReport

PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[A-Za-z0-9.]+( ; [a-z_]+ .+)?")
BRIDGES = sorted((HERE / "bridges").glob("*.py"))
needs_proc = pytest.mark.skipif(
    not from_outside.PROC.joinpath("self", "stat").exists(), reason="there is no /proc here"
)


@pytest.mark.parametrize("name", PEERS)
def test_every_package_of_a_peer_is_pinned(name: str) -> None:
    lines = PEERS[name].requirements.read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in wanted if not PINNED.fullmatch(line)] == []
    named = {re.split(r"[\[=]", line)[0] for line in wanted}
    assert set(PEERS[name].packages) <= named
    assert "websockets" in named


@pytest.mark.parametrize("path", BRIDGES, ids=lambda path: path.stem)
def test_a_bridge_needs_nothing_of_this_project(path: Path) -> None:
    """It runs where only its own requirements are installed."""
    source = path.read_text(encoding="utf-8")
    ast.parse(source)
    names = set(dotted_names(f"tests.bench.peers.bridges.{path.stem}", source))
    assert {name for name in names if name.partition(".")[0] in ROOMS} == set()
    ours = {name for name in names if name.startswith("tests.")}
    assert all(name.startswith("tests.bench.peers.bridges.") for name in ours)


def test_every_peer_has_its_bridge() -> None:
    assert set(PEERS) <= {path.stem for path in BRIDGES}


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["asterisk"],
        ["pipecat", "quart"],
        ["quart", "--calls", "0"],
        ["quart", "--calls", "251"],
        ["quart", "--seconds", "0"],
        ["quart", "--format", "pcm_24000"],
        ["all", "--out", "."],
        ["vocero", "--no-such-option"],
    ],
    ids=" ".join,
)
def test_bad_options_are_bad_usage(options: list[str]) -> None:
    assert CliRunner().invoke(peers, options).exit_code == 2


def found(make_report: MakeReport, peer: str, **far: Any) -> dict[str, Any]:
    report = make_report(far)
    versions = {"quart": "0.23.1", "hypercorn": "0.18.0"}
    return {
        "peer": peer,
        **report,
        "machine": {**report["machine"], "peer": versions},
        "notes": [] if peer == "vocero" else PEERS[peer].notes_for("ulaw_8000"),
    }


def test_reports_become_one_table(make_report: MakeReport) -> None:
    quart = found(make_report, "quart", underruns=3, measured={"barge_in": []})
    text = comparison([found(make_report, "vocero"), quart])
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert [row.count("|") for row in rows] == [len(HEADINGS) + 1] * 4
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert cells[0] == list(HEADINGS)
    assert cells[2] == [
        *("vocero", "100", "2.00", "425", "0.40 / 0.40", "0.40 / 0.40", "0.40", "0.40", "0.90"),
        *("30", "held"),
    ]
    assert cells[3][0] == "quart" and cells[3][-1] == "not held"
    assert cells[3][HEADINGS.index("interruption → clear, p99 ms")] == "–"
    assert "* the limit does not hold: 3 playback underruns" in text
    assert "(quart 0.23.1, hypercorn 0.18.0)" in text
    assert "10 s each, agents on ulaw_8000; a processor, 2 cores" in text
    for note in PEERS["quart"].notes_for("ulaw_8000"):
        assert text.count(f"* {note}") == 1


def test_a_void_run_is_seen_in_the_table(make_report: MakeReport) -> None:
    text = comparison([found(make_report, "quart", cpu_share=0.99)])
    assert "| void |" in text
    assert "* void: the far ends themselves used 99% of a core" in text


@pytest.mark.parametrize(
    ("connections", "calls"), [(-4, 0), (-1, 0), (0, 0), (1, 1), (2, 1), (3, 2), (100, 50)]
)
def test_half_a_call_counts_as_one(connections: int, calls: int) -> None:
    assert calls_of(connections) == calls


@needs_proc
def test_a_process_is_seen_from_outside() -> None:
    before = from_outside.connections(os.getpid())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()), listener.accept()[0]:
            assert from_outside.connections(os.getpid()) == before + 2
    assert from_outside.connections(os.getpid()) == before
    assert from_outside.cpu_s(os.getpid()) > 0
    assert from_outside.resident_kib(os.getpid()) > 1000
    code = "import subprocess, sys; sys.stdin.readline()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    try:
        assert child.pid in from_outside.family(os.getpid())
        assert from_outside.family(child.pid) == [child.pid]
    finally:
        child.kill()
        child.communicate()


# --- what the two plain bridges say -----------------------------------------------------------
@pytest.mark.parametrize(("agent_format", "size"), [("ulaw_8000", 160), ("pcm_16000", 640)])
def test_a_talk_passes_sound_both_ways(agent_format: str, size: int) -> None:
    talk = Talk(agent_format)
    assert talk.from_carrier('{"event":"start","start":{"streamSid":"MZ1"}}') is None
    frame = b64encode(bytes(range(0x80, 0xD0)) * 2).decode()
    uplink = None
    for _ in range(2):  # a resampler's first output is shorter
        uplink = talk.from_carrier(json.dumps({"event": "media", "media": {"payload": frame}}))
    coded = json.loads(uplink or "")["user_audio_chunk"]
    assert len(coded) == len(b64encode(bytes(size)))
    audio = {"type": "audio", "audio_event": {"audio_base_64": coded, "event_id": 1}}
    for_carrier, for_agent = talk.from_agent(json.dumps(audio))
    assert for_agent is None
    media = json.loads(for_carrier or "")
    assert (media["event"], media["streamSid"]) == ("media", "MZ1")
    assert len(media["media"]["payload"]) == pytest.approx(len(frame), abs=4)
    assert (media["media"]["payload"] == frame) == (agent_format == "ulaw_8000")


def test_a_talk_answers_tools_and_clears_what_is_interrupted() -> None:
    talk = Talk("ulaw_8000")
    interruption = {"type": "interruption", "interruption_event": {"event_id": 3}}
    for_carrier, _ = talk.from_agent(json.dumps(interruption))
    assert json.loads(for_carrier or "")["event"] == "clear"
    call = {"tool_name": "validate_slot", "tool_call_id": "t7", "parameters": {}}
    _, for_agent = talk.from_agent(
        json.dumps({"type": "client_tool_call", "client_tool_call": call})
    )
    answer = json.loads(for_agent or "")
    assert (answer["type"], answer["tool_call_id"]) == ("client_tool_result", "t7")
    assert talk.from_agent('{"type":"agent_response"}') == (None, None)
    assert not talk.over
    assert talk.from_carrier('{"event":"stop"}') is None and talk.over


# --- the one peer that this project's own environment can run ---------------------------------
@needs_proc
@pytest.mark.sockets
@pytest.mark.timeout(120)
async def test_a_peer_is_measured_like_the_bridge(tmp_path: Path) -> None:
    wish = BenchWish(2, 2.0)  # three turns: one of each kind
    log = tmp_path / "quart.log"
    report = await PeerRun(PEERS["quart"], wish, Path(sys.executable), log).measured()
    assert (report["peer"], report["calls"]) == ("quart", 2), log.read_text()
    assert report["cpu_ms_per_call_second"] > 0
    assert set(report["machine"]["peer"]) == set(PEERS["quart"].packages)
    for name in ("up", "down", "first_audio", "barge_in", "tools"):
        assert report[name]["samples"] > 0, name
    for way in ("up", "down"):
        its = report[way]["bytes"]
        assert (its["duplicated"], its["foreign"]) == (0, 0), report["broken"]
        assert its["arrived"] > 0
    # Quart throws away what it has not read when the carrier is gone; nothing else is lost.
    assert report["down"]["bytes"]["lost"] == 0, report["broken"]
    assert report["up"]["bytes"]["lost"] <= 160 * 50, "a second of the call that hung up"
    assert report["tools"]["unanswered"] == report["calls_lost"] == 0
    storm = report["hang_up_storm"]
    assert (storm["hung_up"], storm["others"], storm["not_ended"]) == (1, 1, 0)
    assert json.loads(json.dumps(report))["loop_lag"]["samples"] == 0


@needs_proc
@pytest.mark.sockets
async def test_a_peer_that_cannot_start_is_named(tmp_path: Path) -> None:
    log = tmp_path / "peer.log"
    process = PeerProcess(
        PEERS["quart"],
        Path(sys.executable),
        None,
        port=free_port(),
        agents_port=1,
        agent_format="no such format",
        log=log,
    )
    with pytest.raises(BenchFailed, match=r"quart ended by itself: see .*peer\.log"):
        await process.__aenter__()
    assert "no such format" in log.read_text()
