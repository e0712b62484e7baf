"""What a person types while other things are being printed: the line stays below, and whole.

In a terminal, what is printed appears above the line that is being typed. From a pipe or a file
the lines are simply read.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterator
from typing import IO, Any, cast

from rich.cells import cell_len
from rich.console import Console

MOST_TYPED = 4000
"""Characters of one line; more are not taken."""
END = "\x04"
"""Ctrl-D."""
_READ_BYTES = 4096
_MOST_OF_A_FILE = 100_000
_MOST_WAITING = 1000
"""Lines that were not taken yet; what comes faster is lost."""


class LineEditor:
    """One line as it is typed: pure. `feed` it what the keyboard sends."""

    def __init__(self) -> None:
        self.text = ""
        self.ended = False
        """Ctrl-D on an empty line."""
        self._escape = ""

    def feed(self, keys: str) -> list[str]:
        """The lines that were finished by these keys, in order."""
        finished = []
        for key in keys:
            if self._escape:
                self._escape_goes_on(key)
            elif key in "\r\n":
                finished.append(self.text)
                self.text = ""
            elif key in "\x7f\b":
                self.text = self.text[:-1]
            elif key == "\x15":  # Ctrl-U
                self.text = ""
            elif key == "\x17":  # Ctrl-W
                self.text = self.text.rstrip().rpartition(" ")[0]
            elif key == END:
                self.ended = self.ended or not self.text
            elif key == "\x1b":
                self._escape = key
            elif key.isprintable() and len(self.text) < MOST_TYPED:
                self.text += key
        return finished

    def _escape_goes_on(self, key: str) -> None:
        # Arrows and the like are ESC [ … letter or ESC O letter: swallowed as a whole.
        self._escape += key
        begun = self._escape in ("\x1b[", "\x1bO")
        if not begun and (len(self._escape) == 2 or key.isalpha() or key == "~"):
            self._escape = ""


class TypedLines:
    """Lines from standard input. Iterate over `lines`; it ends with Ctrl-D or the input's end."""

    def __init__(self, console: Console, prompt: str) -> None:
        self._console = console
        self._prompt = prompt
        self._editor = LineEditor()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._screen: _Screen | None = None

    @property
    def from_keyboard(self) -> bool:
        """Whether a person types them."""
        return sys.stdin.isatty() and self._console.is_terminal

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncIterator[str]]:
        """Takes the terminal over, and gives it back whatever happens."""
        with self._keys_one_by_one() if self.from_keyboard else contextlib.nullcontext():
            loop = asyncio.get_running_loop()
            try:
                descriptor = sys.stdin.fileno()
                loop.add_reader(descriptor, self._readable, descriptor)
            except (OSError, ValueError):
                # A file is always readable, and no selector takes it.
                self._take(await asyncio.to_thread(sys.stdin.buffer.read, _MOST_OF_A_FILE))
                self._end()
                yield self._each()
                return
            try:
                yield self._each()
            finally:
                loop.remove_reader(descriptor)

    def forget(self) -> None:
        """Lines that were typed and not taken yet; the end of them stays."""
        waiting = [self._lines.get_nowait() for _ in range(self._lines.qsize())]
        if None in waiting:
            self._lines.put_nowait(None)

    async def _each(self) -> AsyncIterator[str]:
        while (line := await self._lines.get()) is not None:
            yield line

    def _readable(self, descriptor: int) -> None:
        try:
            read = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            read = b""  # the terminal is gone
        if read:
            self._take(read)
        else:
            self._end()
            asyncio.get_running_loop().remove_reader(descriptor)
        if self._screen is not None:
            self._screen.draw()

    def _take(self, read: bytes) -> None:
        for line in self._editor.feed(self._decoder.decode(read)):
            if self._lines.qsize() < _MOST_WAITING:
                self._lines.put_nowait(line)
        if self._editor.ended:
            self._lines.put_nowait(None)

    def _end(self) -> None:
        if self._editor.text:
            self._lines.put_nowait(self._editor.text)
        self._lines.put_nowait(None)

    @contextlib.contextmanager
    def _keys_one_by_one(self) -> Iterator[None]:
        import termios
        import tty

        descriptor = sys.stdin.fileno()
        before, real = termios.tcgetattr(descriptor), self._console.file
        self._screen = _Screen(real, self._prompt, self._editor)
        # Ctrl-C still interrupts, and what was typed meanwhile is kept.
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        self._console.file = cast(IO[str], self._screen)
        self._screen.draw()
        try:
            yield
        finally:
            self._screen.wipe()
            self._console.file, self._screen = real, None
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


class _Screen:
    """The console's file while somebody types: what is written goes above the typed line."""

    def __init__(self, real: IO[str], prompt: str, editor: LineEditor) -> None:
        self._real = real
        self._prompt = prompt
        self._editor = editor
        self._rows_above = 0
        """Of the screen, between the line's first row and the cursor."""

    def write(self, text: str) -> int:
        """Above the typed line."""
        self.wipe()
        self._real.write(text)
        self.draw()
        return len(text)

    def draw(self) -> None:
        """The prompt and what was typed so far."""
        self.wipe()
        line = f"{self._prompt}{self._editor.text}"
        self._real.write(line)
        self._real.flush()
        self._rows_above = max(0, cell_len(line) - 1) // _columns(self._real)

    def wipe(self) -> None:
        """Clears the typed line from the screen."""
        up = f"\x1b[{self._rows_above}A" if self._rows_above else ""
        self._real.write(f"\r{up}\x1b[J")
        self._real.flush()
        self._rows_above = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _columns(file: IO[str]) -> int:
    try:
        columns = os.get_terminal_size(file.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return columns or 80
