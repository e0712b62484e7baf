"""The two messages that come 50 times a second and call, whose sound is handed on as it came.

They are written out, in the cheapest way there is, and base64 that came in is decoded only when
somebody asks for the samples. `events` and `commands` hand them on among their equals.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from typing import ClassVar


class CarriedSound:
    """Has `sound` as bytes and `base64` as text; either is made of the other once it is wanted.

    Nobody changes one. A subclass sets both, of which one may be None; the text is whole base64.
    """

    __slots__ = ("_base64", "_sound")

    PARTS: ClassVar[Mapping[str, type]] = {"sound": bytes}
    """What makes two of them the same, and makes one anew: names of attributes and parameters."""

    _sound: bytes | None
    _base64: str | None

    @property
    def sound(self) -> bytes:
        """The samples."""
        if self._sound is None:
            assert self._base64 is not None, "made of one of the two"
            self._sound = a2b_base64(self._base64)
        return self._sound

    @property
    def base64(self) -> str:
        """As it travels."""
        if self._base64 is None:
            assert self._sound is not None, "made of one of the two"
            self._base64 = b2a_base64(self._sound, newline=False).decode("ascii")
        return self._base64

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.parts() == other.parts()

    def __hash__(self) -> int:
        return hash(tuple(self.parts().values()))

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in self.parts().items())
        return f"{type(self).__name__}({parts})"

    def parts(self) -> dict[str, object]:
        """The values of PARTS."""
        return {name: getattr(self, name) for name in self.PARTS}


class BusinessAudio(CarriedSound):
    """Sound from the business, normally 20 ms; µ-law, 8 kHz: 8 bytes are 1 ms."""

    __slots__ = ("at_ms", "chunk")

    PARTS: ClassVar[Mapping[str, type]] = {"sound": bytes, "at_ms": int, "chunk": int}

    def __init__(
        self, sound: bytes | None, at_ms: int, chunk: int, base64: str | None = None
    ) -> None:
        """Without `sound` there is `base64`, which must be whole."""
        self._sound = sound
        self._base64 = base64
        self.at_ms = at_ms
        """The carrier's timestamp: milliseconds since the stream began; the first is not 0."""
        self.chunk = chunk
        """The carrier's running number, from 1; 0 when it sent none."""


class SendToAgent(CarriedSound):
    """What the business said, in the format that the agent announced."""

    __slots__ = ()

    def __init__(self, sound: bytes | None, base64: str | None = None) -> None:
        """Without `sound` there is `base64`, which must be whole."""
        self._sound = sound
        self._base64 = base64
