"""The list of what is compiled: whole, and true when it was compiled."""

from __future__ import annotations

import ast
import importlib
import os
from pathlib import Path

import pytest

from tests.compiled import COMPILED

ROOT = Path(__file__).resolve().parents[2]


def listed() -> list[str]:
    for node in ast.parse((ROOT / "setup.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMPILED":
            return list(ast.literal_eval(node.value))
    raise AssertionError("setup.py lists nothing")


@pytest.mark.parametrize("module", listed())
def test_every_module_listed_is_there_and_as_it_should_be(module: str) -> None:
    compiled = not str(importlib.import_module(module).__file__).endswith(".py")
    assert compiled == COMPILED == (os.environ.get("VOCERO_COMPILED") == "1")
