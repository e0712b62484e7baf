"""Sound of any length -> whole frames of one size; the rest waits for more."""

from __future__ import annotations


class Framer:
    """Cuts a stream into frames of `frame_bytes`; ValueError unless that is positive.

    Never holds more than `frame_bytes` - 1 bytes.
    """

    __slots__ = ("_rest", "frame_bytes")

    def __init__(self, frame_bytes: int) -> None:
        if frame_bytes <= 0:
            raise ValueError(f"a frame needs at least one byte, not {frame_bytes}")
        self.frame_bytes = frame_bytes
        self._rest = b""

    @property
    def pending(self) -> int:
        """Bytes that wait for the rest of their frame."""
        return len(self._rest)

    def push(self, sound: bytes) -> list[bytes]:
        """All frames that are whole now, in order; any number of bytes in."""
        size = self.frame_bytes
        if not self._rest and len(sound) == size:
            return [sound]
        stream = self._rest + sound
        whole = len(stream) - len(stream) % size
        self._rest = stream[whole:]
        return [stream[at : at + size] for at in range(0, whole, size)]

    def flush(self, pad: bytes) -> bytes:
        """The last, unfinished frame, filled up with repetitions of `pad`; b"" if there is none.

        For PCM a `pad` of two bytes keeps samples whole. ValueError when `pad` is empty.
        """
        if not pad:
            raise ValueError("an unfinished frame cannot be filled up with nothing")
        if not self._rest:
            return b""
        rest, self._rest = self._rest, b""
        missing = self.frame_bytes - len(rest)
        return rest + (pad * (missing // len(pad) + 1))[:missing]

    def reset(self) -> None:
        """Forget the unfinished frame."""
        self._rest = b""
