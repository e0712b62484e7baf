"""Sound that is mostly handed on as it came: what the two most frequent messages have in common.

They come 50 times a second and call each, so they are made in the cheapest way there is: frozen
for the type checker only, and base64 that came in is decoded when somebody asks for the samples.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def frequent(cls: type[T]) -> type[T]:
    """A slotted dataclass that nobody changes. Having Python watch over that costs three times as
    much as making the object does."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


class CarriedSound:
    """Has `sound` as bytes and `base64` as text; either is made of the other once it is wanted."""

    __slots__ = ("base64",)

    if TYPE_CHECKING:
        sound: bytes
        base64: str
    else:

        def __getattr__(self, name):
            # Python comes here only for a slot that was never set.
            if name == "sound":
                self.sound = made = a2b_base64(self.base64)
            elif name == "base64":
                self.base64 = made = b2a_base64(self.sound, newline=False).decode("ascii")
            else:
                raise AttributeError(name)
            return made
