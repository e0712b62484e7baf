"""Whoever is told what happens in the calls: our live pages, and the other workers for theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator

from vocero.operators.json_views import Json
from vocero.operators.subscriber import Subscriber


class Audience:
    """Telling never waits."""

    def __init__(self) -> None:
        self._all: set[Subscriber] = set()

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(self._all)

    def add(self, subscriber: Subscriber) -> None:
        """One more."""
        self._all.add(subscriber)

    def remove(self, subscriber: Subscriber) -> None:
        """One less."""
        self._all.discard(subscriber)

    @property
    def watched(self) -> set[str]:
        """The calls whose lines anybody wants."""
        return {name for each in self._all for name in each.watched}

    @property
    def watched_by_pages(self) -> set[str] | None:
        """The same of our own pages; None while none is open."""
        pages = [each for each in self._all if each.is_page]
        return {name for page in pages for name in page.watched} if pages else None

    def tell(self, message: Json) -> None:
        """Everybody."""
        text = as_text(message)
        for each in self._all:
            each.tell(text)

    def tell_pages(self, message: Json) -> None:
        """Our own pages."""
        self._tell(message, pages=True)

    def tell_others(self, message: Json) -> None:
        """The other workers."""
        self._tell(message, pages=False)

    def _tell(self, message: Json, *, pages: bool) -> None:
        text = as_text(message)
        for each in self._all:
            if each.is_page == pages:
                each.tell(text)

    def tell_levels(self, message: Json, *, pages: bool) -> None:
        """Of these only the last message counts."""
        text = as_text(message)
        for each in self._all:
            if each.is_page == pages:
                each.tell_latest("levels", text)

    def tell_watchers(self, attempt_id: str, message: Json, *, latest: str = "") -> None:
        """Whoever watches this call; `latest`: only the last message of that kind counts."""
        text = as_text(message)
        for each in self._all:
            if attempt_id not in each.watched:
                continue
            if latest:
                each.tell_latest(f"{latest} {attempt_id}", text)
            else:
                each.tell(text)

    def start_anew(self) -> None:
        """Everybody gets a snapshot next."""
        for each in self._all:
            each.start_anew()


def as_text(message: Json) -> str:
    """As it is sent."""
    # In ASCII: half a surrogate pair, which an agent's JSON can hold, has no other form.
    return json.dumps(message, separators=(",", ":"))
