"""Putting one value into `.env`: the rest of the file is somebody's keys."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from vocero.agent_setup.env_file import write_value


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "NAME=new\n"),
        ("OTHER=1", "OTHER=1\nNAME=new\n"),
        ("NAME=old\nOTHER=1\n", "NAME=new\nOTHER=1\n"),
        ("# NAME=old\nexport NAME = old\nXNAME=1\n", "# NAME=old\nNAME=new\nXNAME=1\n"),
        ("NAME=a\nNAME=b\n", "NAME=a\nNAME=new\n"),
    ],
)
def test_the_value_stands_where_it_is_read(tmp_path: Path, before: str, after: str) -> None:
    env = tmp_path / ".env"
    env.write_text(before)
    write_value(env, "NAME", "new")
    assert env.read_text() == after
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_a_new_file_is_private_and_a_link_stays_one(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    write_value(env, "NAME", "new")
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    link = tmp_path / "link"
    link.symlink_to(env)
    write_value(link, "OTHER", "1")
    assert link.is_symlink() and env.read_text() == "NAME=new\nOTHER=1\n"


def test_what_cannot_be_read_stays_as_it_is(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_bytes(b"KEY=\xff\n")
    with pytest.raises(UnicodeDecodeError):
        write_value(env, "NAME", "new")
    assert env.read_bytes() == b"KEY=\xff\n"
