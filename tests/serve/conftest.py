"""Towns and commands for the tests that start processes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.serve import town as towns
from tests.serve.town import Town

OpenTown = Callable[..., AbstractAsyncContextManager[Town]]
RunVocero = Callable[..., Coroutine[Any, Any, tuple[int, str, str]]]


@pytest.fixture(scope="session")
def open_town() -> OpenTown:
    """Opens a town in a folder: `async with open_town(folder, DRAIN_SECONDS="1") as town`."""
    return towns.open_town


@pytest.fixture(scope="session")
def run_vocero() -> RunVocero:
    """Runs any command: `await run_vocero("calls", cwd=folder, env={})`."""
    return towns.run_vocero


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """A town of the test's own."""
    async with towns.open_town(tmp_path) as own:
        yield own
