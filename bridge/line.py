"""A call as the switchboard holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.call import Call


@dataclass(slots=True)
class Line:
    """One call, what opens its stream, and what it was told from elsewhere."""

    call: Call
    token: str = ""
    token_used: bool = False
    """Whether its stream has come."""
    let_go: bool = False
    """Another worker keeps the call: nothing is told of it here any more."""
    notices: set[int] = field(default_factory=set)
    """Numbers of the notices that the call was given."""

    def is_news(self, number: int | None) -> bool:
        """Whether the call was not given this notice yet; from now on it was. None: no notice."""
        if number is None:
            return True
        if number in self.notices:
            return False
        self.notices.add(number)
        return True
