"""Phone numbers and secrets out of whatever is written down.

The same number always becomes the same mask, so that a log can still be followed, and masking
what is masked changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"
LEAST_HIDDEN = 4
"""Digits of a number that are hidden at the very least."""
LONGEST = 15
TAIL = 8
"""A known number is recognised by that many last digits, whatever stands before them."""
SEPARATORS = r"[ ().\-]{0,2}"

_INTERNATIONAL = re.compile(rf"(?<![\w+])\+[1-9](?:{SEPARATORS}[0-9]){{7,14}}(?![0-9])", re.ASCII)
_WHATSAPP = re.compile(r"(?<=whatsapp:)[1-9][0-9]{7,14}(?![0-9])")

_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Authorization: Basic …, xi-api-key: …, also inside JSON or a printed dictionary.
    (
        re.compile(
            r"""(?ix) (?<![a-z0-9]) ( (?:proxy-)?authorization | xi-api-key | x-goog-api-key
            | api[-_ ]?key | x-twilio-signature | auth[-_ ]?token | cookie | set-cookie )
            (["']? \s* [:=] \s* ["']?) (?: (?:basic|bearer|digest) \s+ )? [^\s"',;&}]+""",
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/_.~=-]{8,}"), rf"\1 {HIDDEN}"),
    # Keys that tell what they are by their first letters.
    (re.compile(r"\b(sk|xi|pk|rk)([-_])[A-Za-z0-9_-]{8,}"), rf"\1\2{HIDDEN}"),
    (re.compile(r"\bAIza[0-9A-Za-z_-]{16,}"), f"AIza{HIDDEN}"),
    # An account and its token, as in https://AC…:token@host or AC…:token.
    (
        re.compile(r"\b(AC[0-9a-fA-F]{32})([:/ ,\"']{1,4})[0-9a-fA-F]{32}(?![0-9a-fA-F])"),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)(://[^\s/:@]*:)[^\s/@]+(@)"), rf"\1{HIDDEN}\2"),
    # Signed addresses: what gives them their power is in the query.
    (
        re.compile(
            r"""(?ix) ( [?&;] (?: [a-z0-9_-]* (?:signature|token|secret|key|password) | sig | auth )
            = ) [^&\s"'<>]+""",
        ),
        rf"\1{HIDDEN}",
    ),
)


def mask_number(number: str) -> str:
    """ "+5491155512301" to "+549115***01"; at least four digits are hidden."""
    digits = re.sub(r"[^0-9]", "", number)
    shown = max(0, min(7, len(digits) - 2 - LEAST_HIDDEN))
    plus = "+" if number.lstrip().startswith("+") else ""
    return f"{plus}{digits[:shown]}{HIDDEN}{digits[-2:]}"


def mask_secrets(text: str) -> str:
    """Keys, tokens, signatures and passwords by what they look like or stand beside."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def mask_international(text: str) -> str:
    """Every number in international form, with or without spaces and dashes."""
    text = _INTERNATIONAL.sub(lambda found: mask_number(found[0]), text)
    return _WHATSAPP.sub(lambda found: mask_number(found[0]), text)


class Masker:
    """Masks secrets, international numbers, and some known numbers however they are written."""

    def __init__(self, numbers: Iterable[str] = ()) -> None:
        self._known: list[tuple[re.Pattern[str], str]] = []
        for number in numbers:
            digits = re.sub(r"[^0-9]", "", number)
            if len(digits) < TAIL:
                continue
            tail = SEPARATORS.join(digits[-TAIL:])
            before = rf"(?:[0-9]{SEPARATORS}){{0,{LONGEST - TAIL}}}"
            pattern = re.compile(rf"(?<![0-9])\+?{before}{tail}(?![0-9])")
            self._known.append((pattern, mask_number(f"+{digits}")))

    def mask(self, text: str) -> str:
        """The text without them."""
        text = mask_secrets(text)
        for pattern, replacement in self._known:
            text = pattern.sub(replacement, text)
        return mask_international(text)
