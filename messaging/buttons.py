"""What a tapped button or list entry says, as the words that somebody would have written. Pure.

The rule. A payload counts only when it is, as a whole, one of these (upper or lower case, with or
without accents):

* yes: yes, si, confirm, confirmar
* no: no
* cancel: cancel, cancelar
* help: help, ayuda
* an entry of a list: 1 to 99, alone or after option, opcion or choice with one of "_", ":", "-" or
  a space between, or nothing

It becomes "sí" or "yes", "no", "cancelar" or "cancel", "ayuda" or "help", or the number: in the
language of the words on the button where they tell it, so that a tap does not change the language.
Everything else, and a payload that contradicts the words on the button, counts for nothing: then
it is the visible words that were said, for those are what the customer agreed to.
"""

from __future__ import annotations

import re

from messaging.language import ENGLISH, SPANISH, language
from messaging.text import composed, fold

_LONGEST = 40
"""Characters; WhatsApp's buttons show 25 at most, so longer words are no button's."""
_ENTRY = re.compile(r"(?:(?:option|opcion|choice)[_: -]?)?([1-9][0-9]?)", re.ASCII)
_YES, _NO, _CANCEL, _HELP = "yes", "no", "cancel", "help"
_MEANINGS = {
    "yes": (_YES, ENGLISH),
    "si": (_YES, SPANISH),
    "confirm": (_YES, SPANISH),
    "confirmar": (_YES, SPANISH),
    "no": (_NO, SPANISH),
    "cancel": (_CANCEL, SPANISH),
    "cancelar": (_CANCEL, SPANISH),
    "help": (_HELP, SPANISH),
    "ayuda": (_HELP, SPANISH),
}
"""What it means, and the language where the words on the button do not tell: codes that programs
use in every language are no sign of English."""
_SAID = {
    _YES: {SPANISH: "sí", ENGLISH: "yes"},
    _NO: {SPANISH: "no", ENGLISH: "no"},
    _CANCEL: {SPANISH: "cancelar", ENGLISH: "cancel"},
    _HELP: {SPANISH: "ayuda", ENGLISH: "help"},
}


def said_by_button(payload: str, visible: str) -> str:
    """The customer's words. `payload`: what the button carries, or ""; `visible`: what it shows."""
    coded = _folded(payload)
    if entry := _ENTRY.fullmatch(coded):
        shown = _ENTRY.fullmatch(_folded(visible))
        other = shown[1] != entry[1] if shown else _folded(visible) in _MEANINGS
        return visible if other else entry[1]
    if coded not in _MEANINGS or len(visible) > _LONGEST:
        return visible
    meaning, usual = _MEANINGS[coded]
    shown_meaning = _meaning_of_first_word(visible)
    if shown_meaning and shown_meaning != meaning:
        return visible
    return _SAID[meaning][language(visible, usual)]


def _meaning_of_first_word(visible: str) -> str:
    words = re.findall(r"[a-z]+", _folded(visible))
    return _MEANINGS[words[0]][0] if words and words[0] in _MEANINGS else ""


def _folded(text: str) -> str:
    return fold(composed(text.strip())) if len(text) <= _LONGEST else ""
