"""A practice for the doctor's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doctor import practice as practices
from tests.doctor.practice import Practice


@pytest.fixture
async def practice(tmp_path: Path) -> AsyncIterator[Practice]:
    """A served Vocero, well in every respect."""
    async with practices.open_practice(tmp_path) as opened:
        yield opened
