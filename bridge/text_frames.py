"""The one kind of frame that comes 50 times a second: a whole text message of less than 64 KiB.

RFC 6455, section 5.2: FIN and opcode 1 without reserved bits are the byte 0x81; then a length of
7 bits, or 126 and a length of 16 bits; then, from a client only, the mask. Reading gives None for
everything else, whatever it is: the core of `websockets` then finds out.
"""

from __future__ import annotations

import os
import struct
from typing import Final

try:
    from websockets.speedups import apply_mask
except ImportError:  # a build without its C part
    from websockets.utils import apply_mask

LONGEST_READ: Final = 0xFFFF
"""Bytes of a message."""

LONGEST_HEAD: Final = 10
"""Bytes before the mask."""

_TEXT: Final = 0x81
_MASKED: Final = 0x80
_LONGEST_SHORT: Final = 125
_KEYS_AT_ONCE: Final = 1024

_mask_keys: list[bytes] = []

_cut_in_fours: Final = struct.Struct("4s" * _KEYS_AT_ONCE).unpack
_medium_head: Final = struct.Struct("!BBH").pack
_long_head: Final = struct.Struct("!BBQ").pack


def frame_size(begun: bytes, mask_bytes: int) -> int | None:
    """Bytes of the whole frame, of any kind, that begins like this; None: too little to know."""
    if len(begun) < 2:
        return None
    length = begun[1] & 0x7F
    head = {126: 4, 127: LONGEST_HEAD}.get(length, 2)
    if len(begun) < head:
        return None
    if head > 2:
        length = int.from_bytes(begun[2:head])
    return head + mask_bytes + length


def read_text(data: bytes, at: int) -> tuple[str, int] | None:
    """(text, where the next frame begins) of an unmasked frame that is whole from `at` on."""
    size = len(data)
    if size - at < 4 or data[at] != _TEXT:
        return None
    length, begin = data[at + 1], at + 2
    if length == 126:
        length = data[at + 2] << 8 | data[at + 3]
        begin = at + 4
    elif length > 126:
        return None
    end = begin + length
    if end > size:
        return None
    try:
        return data[begin:end].decode(), end
    except UnicodeDecodeError:
        return None


def read_masked_text(data: bytes, at: int) -> tuple[str, int] | None:
    """The same for a masked frame."""
    size = len(data)
    if size - at < 8 or data[at] != _TEXT:
        return None
    length, mask_at = data[at + 1] - _MASKED, at + 2
    if length == 126:
        length = data[at + 2] << 8 | data[at + 3]
        mask_at = at + 4
    elif not 0 <= length < 126:
        return None
    begin = mask_at + 4
    end = begin + length
    if end > size:
        return None
    try:
        return apply_mask(data[begin:end], data[mask_at:begin]).decode(), end
    except UnicodeDecodeError:
        return None


def text_frame(text: str) -> bytes:
    """A text message of any length as a server sends it."""
    payload = text.encode()
    length = len(payload)
    if length <= _LONGEST_SHORT:
        return bytes((_TEXT, length)) + payload
    if length <= LONGEST_READ:
        return _medium_head(_TEXT, 126, length) + payload
    return _long_head(_TEXT, 127, length) + payload


def masked_text_frame(text: str) -> bytes:
    """A text message of any length as a client sends it. For one thread only."""
    payload = text.encode()
    length = len(payload)
    if length <= _LONGEST_SHORT:
        head = bytes((_TEXT, _MASKED | length))
    elif length <= LONGEST_READ:
        head = _medium_head(_TEXT, _MASKED | 126, length)
    else:
        head = _long_head(_TEXT, _MASKED | 127, length)
    if not _mask_keys:
        # Section 5.3: nobody may foretell a key. As the system's random numbers they are that in
        # blocks, too; one by one each frame would cost a system call more.
        _mask_keys.extend(_cut_in_fours(os.urandom(4 * _KEYS_AT_ONCE)))
    key = _mask_keys.pop()
    return head + key + apply_mask(payload, key)
