"""Pronunciation dictionaries: where their words stand in a text, and how a respelling is read.

Words match as they are written, whole, in every script. Dictionaries apply in the order of the request; within one,
the longest word that begins at a place wins. What one has taken the next leaves alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple
from weakref import WeakKeyDictionary

from openwaves.types import Dictionary

_FIRST_STAND_IN = 0x13000  # Egyptian hieroglyphs: letters of a script that no request may contain
_STAND_INS = 1024
_STAND_IN = re.compile(r"([\U00013000-\U000133FF])\1*")

_SYLLABLES = {
    "ay": "eigh", "ai": "eigh", "ie": "eye", "iy": "ee", "ew": "you", "yu": "you", "aye": "eye",
    "kyoo": "cue", "kyu": "cue", "fyoo": "few", "vyoo": "view", "pyoo": "pew", "hyoo": "hue", "myoo": "mew",
    "ow": "ow", "uks": "ucks", "el": "ell", "en": "enn", "em": "emm", "er": "err", "ur": "err",
}  # fmt: skip
"""English syllables of respellings in words that the reader of English says that way."""

_OPEN = re.compile(r"(?:[^\W\daeiou]*e|i)h")
_ONSET = re.compile(r"(?:[scpt]h|[^\W\daeiouy])")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")
_OPENER = re.compile(r"\S\s+")
_REST_OF_WORD = re.compile(r"\S*\s*")
_HISSED = re.compile(r"(?<=[^aeiou\W]e)s$")


class Match(NamedTuple):
    """A stretch of a text that a dictionary respells.

    Attributes:
        start: Offset of its first character.
        end: Offset past its last one.
        pronunciation: The respelling.
    """

    start: int
    end: int
    pronunciation: str


class Matcher:
    """Finds the words of one dictionary: a look-up for each length at each word, however many entries there are."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._words: dict[str, str] = {}
        self._openers: dict[str, list[str]] = {}  # what stands before a space inside of words, and these words
        lengths: dict[str, set[int]] = {}
        for written, pronunciation in dictionary.items:
            # Texts come composed and decomposed.
            for word in {written, *(unicodedata.normalize(form, written) for form in ("NFC", "NFD"))}:
                self._words.setdefault(word, pronunciation)
                lengths.setdefault(word[0], set()).add(len(word))
                for space in _OPENER.finditer(word):
                    self._openers.setdefault(word[: space.end()], []).append(word)
        self._opener_lengths = sorted({len(opener) for opener in self._openers})
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def find(self, text: str, start: int, end: int) -> list[Match]:
        """The matches in ``text[start:end]``, from left to right; neighbours outside it count as neighbours."""
        found: list[Match] = []
        place = start
        while place < end:
            lengths = self._lengths.get(text[place])
            match = self._at(text, place, end, lengths) if lengths and _is_edge(text, place) else None
            if match:
                found.append(match)
                place = match.end
            else:
                place += 1
        return found

    def uncut(self, text: str, end: int) -> int:
        """Where the match ends that ``end`` would cut; ``end`` if there is none, 0 if further text decides."""
        longest = end
        for length in self._opener_lengths:
            start = end - length
            if start < 0 or not (words := self._openers.get(text[start:end])) or not _is_edge(text, start):
                continue
            for word in words:
                stop = start + len(word)
                if stop >= len(text) and word.startswith(text[start:]):
                    return 0
                if text.startswith(word, start) and _is_edge(text, stop):
                    longest = max(longest, stop)
        return longest

    def _at(self, text: str, start: int, limit: int, lengths: Sequence[int]) -> Match | None:
        for length in lengths:
            end = start + length
            if end <= limit and (said := self._words.get(text[start:end])) is not None and _is_edge(text, end):
                return Match(start, end, said)
        return None


_matchers: WeakKeyDictionary[Dictionary, Matcher] = WeakKeyDictionary()


def matches(text: str, dictionaries: Sequence[Dictionary]) -> list[Match]:
    """Where dictionaries apply, in the order of the text; matches do not overlap."""
    found: list[Match] = []
    for dictionary in dictionaries:
        matcher = _matcher(dictionary)
        edges = [0, *(edge for match in found for edge in (match.start, match.end)), len(text)]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        found = sorted(found + [match for start, end in gaps for match in matcher.find(text, start, end)])
    return found


def cut_after(text: str, end: int, dictionaries: Sequence[Dictionary]) -> int:
    """Where to cut a growing text instead of at ``end``, after a space, so that no match is cut.

    Returns:
        ``end`` or a place behind it; 0 if text that is still to come decides.
    """
    stops = [_matcher(dictionary).uncut(text, end) for dictionary in dictionaries]
    if 0 in stops:
        return 0
    stop = max(stops, default=end)
    if stop == end:
        return end
    rest = _REST_OF_WORD.match(text, stop)
    stop = rest.end() if rest else stop
    return stop if stop < len(text) else 0


def _matcher(dictionary: Dictionary) -> Matcher:
    matcher = _matchers.get(dictionary)
    if matcher is None:
        matcher = _matchers[dictionary] = Matcher(dictionary)
    return matcher


class Respelling:
    """The dictionaries' words of one text, on their way around the normalizer.

    Letters of a script that no rule knows stand in for each of them, so that the rules for what is around them see
    an ordinary word.

    Attributes:
        text: The text with its stand-ins; as long as the text itself.
    """

    def __init__(self, text: str, cleaned: str, dictionaries: Sequence[Dictionary]) -> None:
        """Find the words.

        Args:
            text: The text as it was written.
            cleaned: The same without what is not spoken, at the same length. Words in markup are not matched.
            dictionaries: In the order of the request.
        """
        self._found: list[Match] = []
        parts: list[str] = []
        done = 0
        for match in matches(text, dictionaries)[:_STAND_INS]:
            start, end, _ = match
            if _is_blanked(text[start:end], cleaned[start:end]):
                continue
            parts += [cleaned[done:start], chr(_FIRST_STAND_IN + len(self._found)) * (end - start)]
            self._found.append(match)
            done = end
        self.text = "".join([*parts, cleaned[done:]])

    def pronunciations(self, spoken: str) -> list[str]:
        """The respellings that stand in a normalized piece."""
        if spoken.isascii():
            return []
        return [self._said(stand_in[1]) for stand_in in _STAND_IN.finditer(spoken)]

    def insert(self, spoken: str, pronunciations: Sequence[str]) -> str:
        """A normalized piece with respellings in the places of the stand-ins, in order."""
        left = iter(pronunciations)
        return _STAND_IN.sub(lambda _: next(left), spoken)

    def _said(self, stand_in: str) -> str:
        return self._found[ord(stand_in) - _FIRST_STAND_IN].pronunciation


def is_plain(pronunciation: str) -> bool:
    """Whether a respelling has only letters, so that no normalizer needs to write it out."""
    return all(
        character in " -'’" or unicodedata.category(character)[0] in "LM" or character in "\u200c\u200d"
        for character in pronunciation
    )


def english_syllables(text: str) -> str:
    """Hyphenated respellings in words that the reader of English says that way: "ay-pee-eye" as "eigh pee eye".

    Syllables in capitals, which people use for stress, are not spelled out beside others in small letters.
    """
    return _HYPHENATED.sub(lambda match: _syllables(match.group()), text)


def _syllables(respelling: str) -> str:
    parts = respelling.split("-")
    if not all(part.isascii() for part in parts) or all(len(part) == 1 for part in parts):
        return respelling
    if any(part.islower() for part in parts):
        parts = [part.lower() if len(part) > 1 else part for part in parts]
    whole = list(parts)
    for place, (part, after) in enumerate(pairwise(parts)):
        # No English word ends in these vowels: the next consonant closes them.
        if _OPEN.fullmatch(part) and (onset := _ONSET.match(after)) and len(after) > onset.end():
            parts[place], parts[place + 1] = part[:-1] + onset.group(), after[onset.end() :]
    read = [_SYLLABLES.get(part) or _HISSED.sub("ss", part) for part in parts]
    return " ".join(read) if read != whole or any(part in _SYLLABLES for part in parts) else "-".join(parts)


def _is_blanked(written: str, cleaned: str) -> bool:
    return any(before.isalnum() and after.isspace() for before, after in zip(written, cleaned, strict=True))


def _is_edge(text: str, place: int) -> bool:
    """Whether a word may begin or end between two characters."""
    if place in (0, len(text)):
        return True
    before = _kind(text[place - 1])
    return before in ("", "free") or before != _kind(text[place])


def _kind(character: str) -> str:
    """What a character makes words with: "" for nothing, ``free`` where words are not told apart by spaces."""
    if character.isascii():
        return "letter" if character.isalnum() or character == "_" else ""
    if "\u30a0" < character <= "\u30ff" and character != "・":
        return "katakana"
    if "\u3041" <= character <= "\u3096" or "\u3400" <= character <= "\u9fff" or character >= "\U00020000":
        return "free"
    if unicodedata.category(character)[0] in "LMN" or character in "\u200c\u200d":
        return "letter"
    return ""
