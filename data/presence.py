"""Which Voceros serve from one database: one alone, or several that know of one another.

One that is alone takes every open call for what a dead process left, and ends it: beside another
one it would end that one's calls. So it makes sure, and so do those that share.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

Taken = Callable[[str], None]
"""Told who serves now, in one line with the mend. It must not wait."""


class Presence(Protocol):
    """Held while a Vocero serves, and gone at once when its process dies. It is in nobody's way who
    only looks at the database or writes to it, as `vocero calls` and `vocero forget` do.

    Entering raises StoreError, with who is in the way and the mend. Later the hold can be lost with
    the connection to a server: it is taken again as soon as the server is back. If somebody else
    was faster, `taken` is told, once, and it is tried on.
    """

    def be_the_only_one(self, taken: Taken) -> AbstractAsyncContextManager[None]:
        """Within, no other Vocero serves."""

    def be_one_of_many(self, taken: Taken) -> AbstractAsyncContextManager[None]:
        """Within, none serves that believes to be alone."""
