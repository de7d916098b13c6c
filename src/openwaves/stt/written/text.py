"""Words cut into tokens that the readers of numbers look at: keys without punctuation, and how far one may read on."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from openwaves.stt.transcript import Word
from openwaves.stt.written.tables import Tables, fold

_OPENING = "\"'“‘«‹([{¿¡-–—…*"
_CLOSING = ".,?!;:…।॥\"'”’»›)]}-–—*"
_HYPHEN = re.compile(r"[-‐‑–]")
_SPELLED = re.compile(r"(?:\w\.)+\w")


class Token(NamedTuple):
    """A spoken word, or the part of a hyphenated one that is a number.

    Attributes:
        key: Folded, without punctuation, for tables.
        text: As it was written, without punctuation.
        before: Punctuation in front of it.
        after: Punctuation behind it.
        word: Index of the word that it is part of.
        starts: The word begins with it.
        ends: The word ends with it.
    """

    key: str
    text: str
    before: str
    after: str
    word: int
    starts: bool
    ends: bool


class Text:
    """The tokens of words, read only.

    Attributes:
        words: As they were heard.
        tables: The language.
        tokens: In order.
        reach: For each token the index past the last one that follows without punctuation or another speaker between.
    """

    def __init__(self, words: Sequence[Word], tables: Tables) -> None:
        self.words = words
        self.tables = tables
        self.tokens = tuple(token for index, word in enumerate(words) for token in _cut(word.text, index, tables))
        self.reach = self._reaches()

    def _reaches(self) -> list[int]:
        reach = list(range(1, len(self.tokens) + 1))
        for index in range(len(self.tokens) - 2, -1, -1):
            here, following = self.tokens[index], self.tokens[index + 1]
            speakers = self.words[here.word].speaker, self.words[following.word].speaker
            if not here.after and not following.before and following.key and speakers[0] == speakers[1]:
                reach[index] = reach[index + 1]
        return reach

    def key(self, index: int) -> str:
        """Key of a token, empty outside of the text."""
        return self.tokens[index].key if 0 <= index < len(self.tokens) else ""

    def near(self, index: int, past: int) -> str:
        """Key of a token that follows ``past - 1`` without punctuation, or is that one; empty if not."""
        return self.key(index) if 0 < past <= len(self.tokens) and index < self.reach[past - 1] else ""

    def next_key(self, end: int) -> str:
        """Key of the token at ``end``, if no punctuation stands before it."""
        return self.near(end, end)

    def previous_key(self, start: int) -> str:
        """Key of the token before ``start``, if no punctuation stands between."""
        return self.key(start - 1) if start > 0 and self.reach[start - 1] > start else ""

    def starts_with(self, index: int, keys: Sequence[str]) -> bool:
        """Whether these keys stand at ``index`` without punctuation between them."""
        end = index + len(keys)
        if end > len(self.tokens) or (len(keys) > 1 and self.reach[index] < end):
            return False
        return all(self.tokens[index + offset].key == key for offset, key in enumerate(keys))

    def starts_sentence(self, index: int) -> bool:
        """Whether a token is the first of a sentence, as far as punctuation tells."""
        return index == 0 or self.tokens[index - 1].after.strip("\"'”’»)")[-1:] in {".", "?", "!", "…", "।", "॥"}


def _cut(text: str, word: int, tables: Tables) -> list[Token]:
    """Tokens of one word; several where a hyphen joins number words."""
    text = unicodedata.normalize("NFC", text)
    whole = text.lstrip(_OPENING)
    before = text[: len(text) - len(whole)]
    core = whole.rstrip(_CLOSING)
    after = whole[len(core) :]
    if not core or before.endswith("["):
        return [Token("", core, before, after, word, True, True)]
    parts = [part for part in _HYPHEN.split(core) if part]
    if len(parts) == 1 or not all(fold(part) in tables.hyphenated for part in parts):
        return [Token(_key(core), core, before, after, word, True, True)]
    last = len(parts) - 1
    return [
        Token(_key(part), part, before * (n == 0), after * (n == last), word, n == 0, n == last)
        for n, part in enumerate(parts)
    ]


def _key(core: str) -> str:
    """What the tables call it: "p.m" is "pm"."""
    key = fold(core)
    return key.replace(".", "") if _SPELLED.fullmatch(key) and not key[0].isdecimal() else key
