"""`vocero bench`, from the wish to the printed report."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from vocero.benching.bridge_side import Run
from vocero.benching.ramp import climb
from vocero.benching.table import print_report
from vocero.benching.wish import BenchWish
from vocero.server import run


def bench(wish: BenchWish, *, ramp: bool, as_json: bool, out: Path | None) -> bool:
    """Measure, print (progress on standard error), write; False when the run is void.

    `ramp`: more and more calls instead of the wished number. Raises BenchFailed, OSError.
    """
    found = _found(wish, ramp, _tell)
    text = json.dumps(found, ensure_ascii=False)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    if as_json:
        sys.stdout.write(text + "\n")
        if found["void"]:
            _tell(f"this run is void: {found['void_reason']}")
    else:
        print_report(Console(highlight=False), found)
    return not found["void"]


def _found(wish: BenchWish, ramp: bool, tell: Callable[[str], None]) -> dict[str, Any]:
    if ramp:
        return asyncio.run(climb(wish, tell))
    tell(f"{wish.calls} calls for {wish.seconds:g} s …")
    run_on = asyncio.run if wish.loop == "asyncio" else run
    return run_on(_measure(wish))


async def _measure(wish: BenchWish) -> dict[str, Any]:
    return await Run(wish).measured()


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
