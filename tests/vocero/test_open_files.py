"""The limit of open files is raised as far as it may be, and said to be too low where it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import logging, resource, sys
soft, hard, calls = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
logging.basicConfig(format="%(message)s")
from vocero.server import allow_open_files
allow_open_files(calls)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "calls", "then", "told"),
    [
        (512, 4096, 500, 1628, ""),
        (2048, 4096, 500, 2048, ""),
        (512, 1024, 500, 1024, "MAX_CALLS: 500 calls take up to 1628 open files and the system"),
    ],
    ids=["raised", "enough already", "too low"],
)
def test_limit_of_open_files(soft: int, hard: int, calls: int, then: int, told: str) -> None:
    # A process of its own: a hard limit that was lowered cannot be raised again.
    command = [sys.executable, "-c", PROGRAM, str(soft), str(hard), str(calls)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert int(ran.stdout) == then
    assert ran.stderr.startswith(told) and bool(ran.stderr) == bool(told)
