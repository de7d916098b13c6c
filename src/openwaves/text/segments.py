"""Cuts text into segments that are spoken in one breath, also while the text still grows.

A segment ends at the end of a sentence, else of a clause, else between words. The first ones are short, so that the
first sound leaves soon, and each is short enough to be spoken while those before it play.
"""

import re
import unicodedata
from collections.abc import Sequence

from openwaves.text.dictionary import cut_after
from openwaves.types import Dictionary, Segment

MAX_CHARS = 200
ENDS_S = 0.08  # quiet that a segment keeps at its own ends; see audio/trim.py
HEARD_S = {
    ".": 0.32, "?": 0.3, "!": 0.32, "…": 0.32, ",": 0.25, ";": 0.29, ":": 0.3, "—": 0.26, ")": 0.21, "\n": 0.5,
    "\n\n": 0.8,
}  # fmt: skip
"""Silence to be heard after a sign at speed 1, seconds: where a segment is cut there, as long as the networks make it
inside an utterance. One line break (a list, a heading) and a blank line are longer. Source: measured, docs/prosody.md.
"""
WIDE_CHARS = 3  # Latin letters that take as long as one Chinese, Japanese or Korean character

_BEFORE_CHARS = 60

_ABBREVIATIONS = frozenset(
    (
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "sr",
        "jr",
        "vs",
        "etc",
        "no",
        "inc",
        "ltd",
        "co",
        "e.g",
        "i.e",
        "a.m",
        "p.m",
        "sra",
        "srta",
        "dra",
        "ud",
        "uds",
        "डॉ",
        "श्री",
        "प्रो",
    )
)
_SENTENCE_END = re.compile(r"(?:[.!?…।॥]+[\"'”’»)\]]*(?=\s)|[。！？]+[」』”]*)(?:[ \t\r]*\n\s*)?|\n\s*")
_CLAUSE_END = re.compile(r"(?:[,;:—–،؛]|(?<=\s)-)[\"'”’»)\]]*\s|\)\s|[，、；：]")
_CLOSING = "\"'”’»)]」』"
_SIGNS = {
    "।": ".", "॥": ".", "。": ".", "！": "!", "？": "?", "，": ",", "、": ",", "،": ",", "；": ";", "؛": ";", "：": ":",
    "–": "—", "-": "—",
}  # fmt: skip
_SOFT_BREAK = re.compile(
    r"\s(?=(?:and|or|but|that|which|who|when|where|while|because|if|so|then|for|with|from|into|about|in|on|at|by|to|"
    r"y|o|pero|que|porque|cuando|con|para|por|en|de|और|या|लेकिन|कि|जो|तो|क्योंकि|आणि|पण)\s)",
    re.IGNORECASE,
)
_SPACE = re.compile(r"(?<![\d₹$€£¥+])\s+(?![\d%°])")


class Cutter:
    """Cuts text that arrives in pieces; the cuts do not depend on how it was cut into pieces."""

    def __init__(self, sizes: Sequence[int] = (MAX_CHARS,), dictionaries: Sequence[Dictionary] = ()) -> None:
        """Begin a text.

        Args:
            sizes: Most characters of the first, the second, … segment; the last counts for all that follow.
            dictionaries: Their words are not cut.
        """
        self._sizes = sizes
        self._dictionaries = dictionaries
        self._n_cut = 0
        self._seam = False
        self._before = ""
        self._rest = ""
        self._start = 0

    def feed(self, text: str) -> list[Segment]:
        """Take more text; the segments that no further text can change."""
        self._rest += text
        segments = []
        while end := _cut(self._rest, self._sizes[min(self._n_cut, len(self._sizes) - 1)]):
            if self._dictionaries and not (end := cut_after(self._rest, end, self._dictionaries)):
                break
            segments += self._take(end)
        return segments

    def flush(self) -> list[Segment]:
        """Everything that is left."""
        return self._take(len(self._rest))

    def _take(self, end: int) -> list[Segment]:
        text, self._rest = self._rest[:end], self._rest[end:]
        start, self._start = self._start, self._start + end
        if not text.strip():
            return []
        self._n_cut += 1
        is_seam, pause_s = self._seam, _pause_s(text)
        self._seam = pause_s == 0
        before = self._before
        self._before = "" if _ends_sentence(text) else _last_words(f"{before}{text}")
        return [Segment(text, start, start + end, pause_s, is_seam, before)]


def _last_words(text: str) -> str:
    """What another segment of the same sentence must know."""
    if len(text) > _BEFORE_CHARS:
        text = text[-_BEFORE_CHARS:].partition(" ")[2]
    return text


def split(text: str, sizes: Sequence[int] = (MAX_CHARS,), dictionaries: Sequence[Dictionary] = ()) -> list[Segment]:
    """The segments of a whole text. Together they hold every character that is not white space."""
    cutter = Cutter(sizes, dictionaries)
    return [*cutter.feed(text), *cutter.flush()]


def _cut(text: str, size: int) -> int:
    """Where the first segment ends; 0 if more text could still change that."""
    reach = _reach(text, size)
    for match in _SENTENCE_END.finditer(text[: reach + 1]):
        if not text[: match.end()].strip() or _is_abbreviation(text[: match.start()], match.group()):
            continue
        return match.end() if re.search(r"\S", text[match.end() :]) else 0
    if len(text) <= reach:
        return 0
    return _break(text, reach)


def _break(text: str, reach: int) -> int:
    """The best place to cut a sentence before ``reach``: after a clause, else before a small word, else at a space."""
    window = text[: reach + 1]
    least = reach // 4
    for pattern in (_CLAUSE_END, _SOFT_BREAK, _SPACE):
        ends = [match.end() for match in pattern.finditer(window, 0, reach + 1) if match.start() >= least]
        if ends:
            return ends[-1]
    spaces = [match.end() for match in re.finditer(r"\s+", window) if window[: match.start()].strip()]
    if spaces:
        return spaces[-1]
    space = re.search(r"\s", text[reach : reach + MAX_CHARS])
    if space and reach < MAX_CHARS:
        return reach + space.end()
    end = reach if reach >= MAX_CHARS or len(text) >= reach + MAX_CHARS else 0
    while 0 < end < len(text) and unicodedata.category(text[end])[0] == "M" and end < reach + MAX_CHARS:
        end += 1
    return end


def _reach(text: str, size: int) -> int:
    """How many characters take as long as ``size`` Latin letters; the whole text if it is shorter."""
    head = text[: size + 1]
    if head.isascii():
        return min(size, len(text))
    total = 0
    for number, character in enumerate(text):
        total += WIDE_CHARS if character >= "\u2e80" and unicodedata.east_asian_width(character) in "WF" else 1
        if total > size:
            return number
    return len(text)


def _is_abbreviation(before: str, mark: str) -> bool:
    word = before.rsplit(maxsplit=1)[-1].lower().lstrip("(\"'“‘") if before.split() else ""
    return mark == "." and (word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()))


def _pause_s(text: str) -> float:
    """Silence to put after a segment, so that with its own ends it is as long as ``HEARD_S`` says."""
    said = text.rstrip()
    if breaks := text.count("\n", len(said)):
        return HEARD_S["\n\n" if breaks > 1 else "\n"] - ENDS_S
    bare = said.rstrip(_CLOSING)
    last = "…" if bare.endswith("..") else _SIGNS.get(bare[-1:], bare[-1:])
    if bare.endswith("-") and not bare[:-1].endswith((" ", "\t")):
        last = ""
    if last not in HEARD_S:
        last = ")" if said.endswith(")") else ""
    return HEARD_S[last] - ENDS_S if last else 0.0


def _ends_sentence(text: str) -> bool:
    said = text.rstrip()
    return "\n" in text[len(said) :] or said.rstrip(_CLOSING)[-1:] in tuple(".!?…।॥。！？")
