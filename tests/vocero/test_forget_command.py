"""`vocero forget`: said beforehand, asked, and then literally nowhere below VAR_DIR any more."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner, Result

from data.memory_store import MemoryStore
from data.sql_store import SqlStore
from data.store import Store, Turn
from tests.data.known_customers import ENDED_AT, clip_of, everything_of, sid
from tests.data.past_calls import end, ordered
from vocero.__main__ import commands
from vocero.forgetting import CLIP_S, UNHEARD_S, WRITTEN_S, Forgetter, NotForgotten
from vocero.settings import load_settings

NUMBER = "5491155512377"
GONE, KEPT = f"whatsapp:+{NUMBER}", "whatsapp:+5491155599988"
CANARY, ROBIN = "zafirocanario", "petirrojo"
T = TypeVar("T")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No .env, no database of somebody else."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "VAR_DIR", "DEFAULT_COUNTRY", "RECORD_CALLS"):
        monkeypatch.delenv(name, raising=False)


def forget(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["forget", *arguments])


def in_store(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def open_store() -> SqlStore:
    return SqlStore("sqlite+aiosqlite:///var/vocero.db")


async def two_customers() -> None:
    store = open_store()
    await store.open()
    for name, customer, word in (("gone", GONE, CANARY), ("kept", KEPT, ROBIN)):
        for call in await everything_of(store, name, customer, word):
            record(call, f"{word} {customer}")
        await store.commit_turn(Turn(customer, handled=(sid(name, 2),)))
        clip = Path("var/clips") / f"{clip_of(name)}.ogg"
        clip.parent.mkdir(exist_ok=True)
        clip.write_text(word)
    await store.close()
    # Of a process that died while it wrote or removed.
    for leftover in (".gone-first.part", ".gone-second.gone"):
        record(leftover, CANARY)


def record(name: str, content: str) -> None:
    folder = Path("var/recordings") / name
    folder.mkdir(parents=True)
    (folder / "call.json").write_text(json.dumps({"about": content}))
    (folder / "sound.wav").write_text(content)


def is_recorded(name: str) -> bool:
    return (Path("var/recordings") / name).exists()


def found_below(folder: Path, *words: str) -> list[str]:
    """Files with one of these words in their name or in what is in them, whatever its case."""
    found = []
    for file in sorted(folder.rglob("*")):
        text = str(file.relative_to(folder)).encode() + (
            file.read_bytes() if file.is_file() else b""
        )
        found += [f"{file.name}: {word}" for word in words if word.encode() in text.lower()]
    return found


def test_nothing_is_left_below_var_dir_of_who_is_forgotten(tmp_path: Path) -> None:
    in_store(two_customers())
    words = (CANARY, NUMBER, NUMBER[2:], NUMBER[3:], clip_of("gone"))
    assert len(found_below(tmp_path, *words)) > 5
    shown = forget(f"+{NUMBER}", "--yes")
    assert shown.exit_code == 0, shown.output
    for told in (
        f"Known of {GONE}:",
        "2 messages that they wrote",
        "5 messages to them",
        "1 calls that are planned (they are cancelled)",
        "2 calls with errand, transcript and result",
        "2 recordings",
        "1 sound clips",
        "CA-gone-first",
        "conv-gone-second",
        "docs/privacy.md",
    ):
        assert told in shown.output, told
    assert found_below(tmp_path, *words) == []
    assert sorted(each.name for each in Path("var/recordings").iterdir()) == [
        "kept-first",
        "kept-second",
    ]
    assert found_below(tmp_path, ROBIN) != []
    again = forget(f"+{NUMBER}", "--yes")
    assert again.exit_code == 0 and "Nothing is known" in again.output


@pytest.mark.parametrize(
    "written",
    [f"+{NUMBER}", "+54 9 11 5551-2377", "11 5551-2377", "+54 11 5551 2377", f"whatsapp:+{NUMBER}"],
)
def test_a_number_may_be_written_in_any_way(written: str) -> None:
    in_store(two_customers())
    assert "Erased" in forget(written, "--yes").output


def test_what_is_no_number_is_named(tmp_path: Path) -> None:
    for wrong in ("hola", "", "+", "12"):
        shown = forget(wrong, "--yes")
        assert shown.exit_code == 2 and "is no phone number" in shown.output
        assert "Traceback" not in shown.output
    assert "Nothing is known" in forget("+541150000000", "--yes").output


def test_who_has_no_number_is_known_by_their_address() -> None:
    async def come() -> None:
        store = open_store()
        await store.open()
        address = "whatsapp:AR.1234567890abc"
        await everything_of(store, "gone", address, CANARY)
        await store.commit_turn(Turn(address, handled=(sid("gone", 2),)))
        await store.close()

    in_store(come())
    assert "Erased" in forget("AR.1234567890abc", "--yes").output


def test_without_a_terminal_nobody_can_be_asked() -> None:
    in_store(two_customers())
    shown = forget(f"+{NUMBER}")
    assert shown.exit_code == 2 and "--yes" in shown.output
    assert Path("var/recordings/gone-first").is_dir()


@pytest.mark.parametrize(("typed", "erased"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_it_asks(typed: str, erased: bool, tmp_path: Path) -> None:
    in_store(two_customers())
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    command = [sys.executable, "-m", "vocero", "forget", f"+{NUMBER}"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command, stdin=theirs, capture_output=True, text=True, cwd=tmp_path, env=env, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert "2 recordings" in done.stdout and "Erase all of this?" in done.stdout, done.stderr
    assert done.returncode == (0 if erased else 1)
    assert (found_below(tmp_path, CANARY) == []) is erased
    assert ("Nothing was erased" in done.stdout) is not erased


def test_a_call_that_is_on_is_in_the_way() -> None:
    async def ring() -> None:
        store = open_store()
        await store.open()
        await store.commit_turn(Turn(GONE, attempt=ordered("live", 2_000.0, customer=GONE)))
        await store.close()

    in_store(two_customers())
    in_store(ring())
    shown = forget(f"+{NUMBER}", "--yes")
    assert shown.exit_code == 1
    assert "a call of theirs is on" in shown.output and "--end-calls" in shown.output
    assert Path("var/recordings/gone-first").is_dir()


def test_ending_calls_needs_to_know_the_carrier() -> None:
    shown = forget(f"+{NUMBER}", "--yes", "--end-calls")
    assert shown.exit_code == 2 and "TWILIO_ACCOUNT_SID" in shown.output


def test_a_recording_that_cannot_be_removed_keeps_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def in_the_way(_: object, attempt_id: str) -> None:
        raise PermissionError(13, "Permission denied", attempt_id)

    in_store(two_customers())
    monkeypatch.setattr("vocero.operators.recorded.Recorded.remove", in_the_way)
    shown = forget(f"+{NUMBER}", "--yes")
    assert shown.exit_code == 1
    assert "Permission denied: gone-first" in shown.output
    assert "nothing was erased in the database" in shown.output

    async def known() -> bool:
        store = open_store()
        await store.open()
        try:
            return bool(await store.traces(GONE))
        finally:
            await store.close()

    assert in_store(known())


# --- what is still on its way -----------------------------------------------------------------
class Time:
    """A clock that only pauses move; what happens meanwhile is the test's."""

    def __init__(self) -> None:
        self.now = ENDED_AT
        self.paused: list[float] = []
        self.told: list[str] = []

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += seconds

    def forgetter(self, store: Store, tmp_path: Path, **settings: str) -> Forgetter:
        loaded = load_settings({"VAR_DIR": str(tmp_path / "var"), **settings})
        return Forgetter(
            store, loaded, now=lambda: self.now, pause=self.pause, say=self.told.append
        )


async def test_a_message_that_is_being_answered_is_waited_for_but_not_for_ever(
    tmp_path: Path,
) -> None:
    store, time = MemoryStore(), Time()
    await everything_of(store, "gone", GONE, CANARY)
    await time.forgetter(store, tmp_path).forget(f"+{NUMBER}")
    assert sum(time.paused) == UNHEARD_S
    assert time.told == ["a message of theirs is being answered: waiting for that"]
    assert not await store.traces(GONE)


@pytest.mark.parametrize("written_after", [0.0, 3.0, 1_000.0])
async def test_a_recording_that_is_being_written_is_waited_for(
    written_after: float, tmp_path: Path
) -> None:
    store, time = MemoryStore(), Time()
    await store.commit_turn(Turn(GONE, attempt=ordered("call", 1_000.0, customer=GONE)))
    await end(store, "call", ENDED_AT, customer=GONE)

    async def pause(seconds: float) -> None:
        await time.pause(seconds)
        if time.now - ENDED_AT >= written_after and not is_recorded("call"):
            record("call", CANARY)

    forgetter = time.forgetter(store, tmp_path, RECORD_CALLS="true")
    forgetter._pause = pause
    await forgetter.forget(f"+{NUMBER}")
    assert sum(time.paused) == (
        WRITTEN_S if written_after > WRITTEN_S else max(written_after, 0.5) + CLIP_S
    )
    assert not is_recorded("call")


class NobodySettles:
    """A carrier that ends calls, and no service that learns of it."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    async def hang_up(self, call_sid: str) -> None:
        self.ended.append(call_sid)


async def test_a_call_that_nobody_settles_is_told(tmp_path: Path) -> None:
    store, time, carrier = MemoryStore(), Time(), NobodySettles()
    await store.commit_turn(Turn(GONE, attempt=ordered("live", 1_000.0, customer=GONE)))
    await store.bind_call("live", "CA-live")
    with pytest.raises(NotForgotten, match="is `vocero serve` running"):
        await time.forgetter(store, tmp_path).forget(f"+{NUMBER}", carrier)
    assert carrier.ended == ["CA-live"]
    assert await store.traces(GONE)
