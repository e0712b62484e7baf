"""What is typed stays whole while other things are printed, and the terminal is given back."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import pty
import re
import sys
import termios
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import pytest
from rich.console import Console

from vocero.typed_lines import MOST_TYPED, LineEditor, TypedLines


@pytest.mark.parametrize(
    ("keys", "lines", "left"),
    [
        ("hola\r", ["hola"], ""),
        ("hola\nsí\nno", ["hola", "sí"], "no"),
        ("holz\x7fa", [], "hola"),
        ("\x7f\x7fa", [], "a"),
        ("quiero un turno\x17", [], "quiero un"),
        ("una\x17", [], ""),
        ("quiero\x15sí\n", ["sí"], ""),
        ("a\x1b[Ab\x1bOCc\x1b[3~d\x1b[1;5De\x1bxf", [], "abcdef"),
        ("a\x00\x07\tb\x1b", [], "ab"),
        ("¿a las 5? 🙂\n", ["¿a las 5? 🙂"], ""),
        ("\n\n", ["", ""], ""),
        ("x" * (MOST_TYPED + 5), [], "x" * MOST_TYPED),
    ],
    ids=repr,
)
def test_a_line_is_edited_as_people_expect(keys: str, lines: list[str], left: str) -> None:
    editor = LineEditor()
    # However the keys arrive.
    assert [line for key in keys for line in editor.feed(key)] == lines
    assert editor.text == left and not editor.ended
    whole = LineEditor()
    assert (whole.feed(keys), whole.text) == (lines, left)


def test_ctrl_d_ends_only_on_an_empty_line() -> None:
    editor = LineEditor()
    editor.feed("abc\x04")
    assert not editor.ended
    editor.feed("\x15\x04")
    assert editor.ended


async def collected(lines: AsyncIterator[str]) -> list[str]:
    async with asyncio.timeout(10):
        return [line async for line in lines]


@contextlib.contextmanager
def standard_input(file: IO[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", file)
        yield


async def test_lines_of_a_pipe_and_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "hola\r\n\nmañana a las 5\nsin fin de línea"
    wanted = ["hola", "", "", "mañana a las 5", "sin fin de línea"]
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    stored = tmp_path / "lines"
    stored.write_bytes(text.encode())
    memory = io.TextIOWrapper(io.BytesIO(text.encode()))
    with os.fdopen(reading) as piped, stored.open() as opened, memory:
        for file in (piped, opened, memory):
            with standard_input(file, monkeypatch):
                typed = TypedLines(Console(file=io.StringIO()), "you ▸ ")
                assert not typed.from_keyboard
                async with typed.open() as lines:
                    assert await collected(lines) == wanted


class Terminal:
    """A pseudo-terminal, and what can be seen on it."""

    def __init__(self) -> None:
        self.own, theirs = pty.openpty()
        self.keyboard = os.fdopen(theirs)
        self.screen = os.fdopen(os.dup(theirs), "w")
        os.set_blocking(self.own, False)
        self.seen = ""

    def press(self, keys: str) -> None:
        os.write(self.own, keys.encode())

    async def shows(self, text: str) -> None:
        """Returns once this was written to it. Raises TimeoutError."""
        async with asyncio.timeout(10):
            while text not in self.seen:
                with contextlib.suppress(BlockingIOError):
                    self.seen += os.read(self.own, 65536).decode()
                await asyncio.sleep(0.01)

    def attributes(self) -> list[object]:
        return list(termios.tcgetattr(self.keyboard.fileno()))

    def close(self) -> None:
        self.keyboard.close()
        self.screen.close()
        os.close(self.own)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    own = Terminal()
    with standard_input(own.keyboard, monkeypatch):
        yield own
    own.close()


async def test_what_is_printed_appears_above_the_line_that_is_typed(terminal: Terminal) -> None:
    before = terminal.attributes()
    console = Console(file=terminal.screen, force_terminal=True, width=80)
    typed = TypedLines(console, "you ▸ ")
    assert typed.from_keyboard
    async with typed.open() as lines:
        await terminal.shows("you ▸ ")
        terminal.press("mañana")
        await terminal.shows("you ▸ mañana")
        terminal.seen = ""
        console.print("a reply")
        await terminal.shows("you ▸ mañana")
        # The typed line is wiped, the reply printed in its place, the typed line shown again below.
        assert re.search(r"\r\x1b\[Ja reply\r?\n\r\x1b\[Jyou ▸ mañana$", terminal.seen)
        terminal.press(" a las 5\r")
        assert await anext(lines) == "mañana a las 5"
        terminal.press("\x04")
        assert await collected(lines) == []
    assert terminal.attributes() == before
    assert console.file is terminal.screen


async def test_what_was_typed_while_it_started_is_kept(terminal: Terminal) -> None:
    terminal.press("hola\rmañ")
    console = Console(file=terminal.screen, force_terminal=True, width=80)
    async with TypedLines(console, "you ▸ ").open() as lines:
        terminal.press("ana\r\x04")
        assert await collected(lines) == ["hola", "mañana"]


async def test_a_line_of_several_rows_is_wiped_as_a_whole(terminal: Terminal) -> None:
    console = Console(file=terminal.screen, force_terminal=True, width=80)
    termios.tcsetwinsize(terminal.own, (24, 20))
    async with TypedLines(console, "you ▸ ").open():
        terminal.press("x" * 50)
        await terminal.shows("x" * 50)
        terminal.seen = ""
        console.print("a reply")
        await terminal.shows("a reply")
        assert "\r\x1b[2A\x1b[Ja reply" in terminal.seen


async def test_the_terminal_is_given_back_after_a_defect(terminal: Terminal) -> None:
    before = terminal.attributes()
    console = Console(file=terminal.screen, force_terminal=True, width=80)
    with pytest.raises(RuntimeError):
        async with TypedLines(console, "you ▸ ").open():
            raise RuntimeError
    assert terminal.attributes() == before
    assert console.file is terminal.screen
