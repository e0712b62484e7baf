"""The page's files, read once at the start: templates compiled, everything static in memory.

Static files are served below a hash of all of them, so that a browser may keep them for ever and a
new release is never mixed with an old one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined, Template

PAGE = Path(__file__).parent / "page"
BASE_PATH = "/operator"
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file."""

    content: bytes
    content_type: str


class PageFiles:
    """All of them, as they were when this was made. Raises OSError when they cannot be read."""

    def __init__(self, folder: Path = PAGE) -> None:
        self._assets = dict(_assets(folder / "static"))
        digest = hashlib.sha256()
        for name, asset in sorted(self._assets.items()):
            digest.update(b"%s\0%d\0" % (name.encode(), len(asset.content)))
            digest.update(asset.content)
        self.version = digest.hexdigest()[:16]
        """Of all static files together."""
        sources = {
            path.name: path.read_text(encoding="utf-8")
            for path in sorted((folder / "templates").glob("*.html"))
        }
        environment = Environment(
            loader=DictLoader(sources), autoescape=True, undefined=StrictUndefined
        )
        environment.globals.update({"static": self.address, "base_path": BASE_PATH})
        # Now, and not while calls are on: compiling one takes longer than a piece of sound lasts.
        self._templates: dict[str, Template] = {
            name: environment.get_template(name) for name in sources
        }

    def address(self, path: str) -> str:
        """Where a browser fetches a static file. Raises LookupError when there is none."""
        if path not in self._assets:
            raise LookupError(f"there is no static file {path!r}")
        return f"{BASE_PATH}/static/{self.version}/{path}"

    def asset(self, version: str, path: str) -> Asset | None:
        """That file, if it is of this version."""
        return self._assets.get(path) if version == self.version else None

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """A page; whatever is put into it is escaped."""
        return self._templates[name].render(values)


def _assets(folder: Path) -> Mapping[str, Asset]:
    found: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*")):
        content_type = TYPES.get(path.suffix)
        if path.is_file() and content_type is not None:
            found[path.relative_to(folder).as_posix()] = Asset(path.read_bytes(), content_type)
    return found
