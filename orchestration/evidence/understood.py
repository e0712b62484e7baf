"""Whether every word of a line is one that we know to be harmless to a booking. Pure.

The other files here look for what speaks against a booking; whatever they do not know of passes.
Here it is the other way round: a line is understood when it is made up, from its first word to its
last, of phrases and words from `vocabulary_es.txt` or `vocabulary_en.txt` (their heads tell how
they are written), of names in the places that names have, and of words that the agent itself has
used before. Words of doubt and condition (`never`) are known only inside a phrase. In a line that
is not understood `first_marker` finds what makes a booking doubtful.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from orchestration.evidence.date_words import MONTHS, WEEKDAYS, DateWords
from orchestration.evidence.heard_words import LONGEST_LINE
from orchestration.evidence.markers import MARKERS, Markers, places
from orchestration.evidence.vocabulary import LANGUAGES, NEVER_LENT, Step, Vocabulary

_MOST_LENT = 2000
"""Words of the agent that are remembered."""
_SHORTEST_NAME = 4
_MOST_WORDS = 120
"""Of a line; in a longer one we are lost."""
_WORD = re.compile(r"\d+(?:[.,:]\d+)*(?:am|pm|hs|hrs|h|st|nd|rd|th|ish)?|[^\W\d_]+(?:'[^\W\d_]+)*")
_ENDED = re.compile(r"(?<!\.)[.?!]\s*$")
"""Not cut off, whatever the last word."""
_CAPITAL = re.compile(r"(?<=[\w,]\s)[A-ZÁÉÍÓÚÑ][^\W\d_]{2,}")
_TAG = re.compile(r"[,.…]?\s*¿?\b(?:no|verdad|eh|right|no es cierto)\s*\?")
"""Asks to be agreed with: "a las cinco, ¿no?"."""
_ENDS = re.compile(r"\s*(?:[,.!;…]|$)")
_SIGNED = re.compile(r"[áéíóú,;!?¿¡…]|\.(?!\d)")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SOUNDS = (
    (re.compile(r"h"), ""),
    (re.compile(r"v"), "b"),
    (re.compile(r"z|c(?=[ei])"), "s"),
    (re.compile(r"qu|k"), "c"),
    (re.compile(r"ll"), "y"),
    (re.compile(r"(.)\1"), r"\1"),
)


class Lent:
    """The words that the agent has used so far: above all the names."""

    def __init__(self) -> None:
        self._words: set[str] = set()

    def add(self, text: str) -> None:
        """What it says now."""
        for word in _words(text[:LONGEST_LINE]):
            if len(self._words) < _MOST_LENT:
                self._words |= {word, _sound(word)}

    def has(self, word: str) -> bool:
        """Whether it has said it, or something that sounds the same."""
        return word in self._words or (len(word) >= _SHORTEST_NAME and _sound(word) in self._words)


def is_understood(line: str, lent: Lent, dates: DateWords, *, may_wait: bool = False) -> bool:
    """Whether nothing in a line of the business is beyond us, in one of the languages.

    With `may_wait` it may end by asking for a moment.
    """
    if len(line) > LONGEST_LINE:
        return False
    words = _words(line)
    if len(words) > _MOST_WORDS:
        return False
    written = _written_as_names(line)
    return any(
        _Reading(words, vocabulary, lent, dates, written).reach(may_wait=may_wait) == len(words)
        for vocabulary in LANGUAGES
    )


def is_agreement(sentence: str) -> bool:
    """Whether there is a word in it that agrees or books."""
    words = _words(sentence)
    return any(not vocabulary.assents.isdisjoint(words) for vocabulary in LANGUAGES)


def first_marker(
    line: str,
    lent: Lent,
    dates: DateWords,
    *,
    kind: Literal["always", "anywhere", "after"] = "after",
    may_wait: bool = False,
) -> str:
    """The first words in a line of the business that make a booking doubtful, outside the phrases
    in which they are harmless; "" without any. `kind` is the section of the file (see `markers`);
    with `may_wait` the line may ask for a moment.
    """
    words = _words(_TAG.sub(" ", line[:LONGEST_LINE].casefold()))
    if len(line) > LONGEST_LINE or len(words) > _MOST_WORDS:
        return line[:_SHORTEST_NAME]
    ended = _ENDED.search(line) is not None
    for vocabulary, marks in _spoken(words):
        patterns = {"always": marks.always, "anywhere": marks.anywhere, "after": marks.after}
        reading = _Reading(words, vocabulary, lent, dates)
        if marker := reading.first_marker(patterns[kind], may_wait=may_wait, ended=ended):
            return marker
    return ""


def _spoken(words: list[str]) -> list[tuple[Vocabulary, Markers]]:
    """The language in which most of the words are known; both where that cannot be told."""
    known = [sum(word in each.words or word in each.never for word in words) for each in LANGUAGES]
    both = zip(LANGUAGES, MARKERS, known, strict=True)
    return [(each, marks) for each, marks, count in both if count == max(known)]


def first_unknown(line: str, lent: Lent, dates: DateWords) -> str:
    """For whoever looks after the vocabulary: where the understanding of a line ends, or ""."""
    words = _words(line[:LONGEST_LINE])
    readings = [_Reading(words, vocabulary, lent, dates) for vocabulary in LANGUAGES]
    reached = max(each.reach(may_wait=True) for each in readings)
    return " ".join(words[reached : reached + 4])


class _Reading:
    """A line in one language."""

    def __init__(
        self,
        words: list[str],
        vocabulary: Vocabulary,
        lent: Lent,
        dates: DateWords,
        written_as_names: frozenset[str] = frozenset(),
    ) -> None:
        self._words, self._vocabulary, self._lent, self._dates = words, vocabulary, lent, dates
        self._strange, self._written_as_names = dates.strange(words), written_as_names
        self._marked: frozenset[int] = frozenset()
        """Places of words that no {any} stands for."""

    def first_marker(self, marks: re.Pattern[str], *, may_wait: bool, ended: bool) -> str:
        """Words that make doubtful and are part of no known phrase."""
        words, vocabulary = self._words, self._vocabulary
        marked = list(places(words, marks))
        if marks in (each.after for each in MARKERS):
            marked += [(at, at + 1) for at in self._strange]
            if not ended and words and words[-1] in vocabulary.open:
                marked.append((len(words) - 1, len(words)))
        self._marked = frozenset(at for first, end in marked for at in range(first, end))
        known = [vocabulary.phrases, vocabulary.waits] if may_wait else [vocabulary.phrases]
        harmless = [
            (at, end) for at in range(len(words)) for each in known for end in self._ends(at, each)
        ]
        for first, end in marked:
            if not any(at <= first and end <= upto for at, upto in harmless):
                return " ".join(words[first:end])
        return ""

    def reach(self, *, may_wait: bool) -> int:
        """How many words from the first on can be laid out in phrases and known words."""
        words, vocabulary = self._words, self._vocabulary
        assents = (at for at, word in enumerate(words) if word in vocabulary.assents)
        last_assent = len(words) if may_wait else max(assents, default=-1)
        reached = [True] + [False] * len(words)
        for at, word in enumerate(words):
            if not reached[at]:
                continue
            cut_off = at + 1 == len(words) and word in vocabulary.open
            if not cut_off and self._is_known(at):
                reached[at + 1] = True
            for end in self._ends(at, vocabulary.phrases):
                reached[end] = True
            # Who first has to look has not answered yet: a yes must follow.
            for end in self._ends(at, vocabulary.waits):
                reached[end] = reached[end] or last_assent >= end
        return max(at for at, each in enumerate(reached) if each)

    def _is_known(self, at: int) -> bool:
        word, vocabulary = self._words[at], self._vocabulary
        if at in self._strange:
            return False
        if word in vocabulary.words or word[0].isdigit() or self._dates.is_name(word):
            return True
        return self._lends(word)

    def _lends(self, word: str) -> bool:
        named = word.removesuffix("'s")
        dated = named in WEEKDAYS or named in MONTHS
        return not dated and word not in NEVER_LENT and self._lent.has(word)

    def _ends(self, at: int, first: Step) -> Iterator[int]:
        """Where the phrases end that begin here."""
        steps = [first]
        while steps and at < len(self._words):
            keys = tuple(self._kinds(at))
            at += 1
            following = (each for step in steps for key in keys for each in step.after.get(key, ()))
            steps = list(dict.fromkeys(following))
            if any(step.is_end for step in steps):
                yield at

    def _kinds(self, at: int) -> Iterator[str]:
        """The word itself, and what else it may stand for in a phrase."""
        word, vocabulary = self._words[at], self._vocabulary
        yield word
        if word == "si?":
            yield "si"
        if (word[0].isdigit() or word in vocabulary.numbers) and at not in self._strange:
            yield "{number}"
        if self._dates.is_name(word):
            yield "{weekday}" if word in WEEKDAYS else "{month}"
        if word in NEVER_LENT or word in WEEKDAYS or word in MONTHS or at in self._marked:
            return
        if self._lends(word):
            yield "{lent}"
        if word in vocabulary.names or word in self._written_as_names or self._lends(word):
            yield "{name}"
        yield "{any}"


@lru_cache(maxsize=512)
def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFD", word)
    return "".join(each for each in plain if not unicodedata.combining(each))


def _words(text: str) -> list[str]:
    """Folded; "sí" keeps its accent, and gets it where nothing but a sign follows. In a line
    without any signs and accents a "si" may be either: it is written "si?" then.
    """
    text = unicodedata.normalize("NFC", text.replace("’", "'")).casefold()
    text = _STRETCHED.sub(r"\1", text)
    bare = _SIGNED.search(text) is None
    found = []
    for each in _WORD.finditer(text):
        word = each[0]
        if word == "sí" or (word == "si" and _ENDS.match(text, each.end())):
            found.append("sí")
        elif word == "si" and bare:
            found.append("si?")
        else:
            found.append(_folded(word))
    return found


def _written_as_names(text: str) -> frozenset[str]:
    """Folded, the words with a capital inside a sentence."""
    return frozenset(_folded(each.casefold()) for each in _CAPITAL.findall(text))


@lru_cache(maxsize=1024)
def _sound(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word
