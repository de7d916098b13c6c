"""Cuts text into segments that are spoken in one breath, also while the text still grows.

A segment ends at the end of a sentence, else of a clause, else between words. The first ones are short, so that the
first sound leaves soon, and each is short enough to be spoken while those before it play.
"""

import re
import unicodedata
from collections.abc import Sequence

from openwaves.tts.normalize.latex import MOST_LETTERS, SPAN, is_math, unclosed
from openwaves.tts.text import sentences
from openwaves.tts.text.dictionary import cut_after
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
LONG_CHARS = 25  # a segment of at least so many letters goes on to the end of its sentence, if that is nearby
NEARBY = 3  # as near as the length divided by this
WIDE_CHARS = 3  # Latin letters that take as long as one Chinese, Japanese or Korean character

_BEFORE_CHARS = 60

_NOTES = r"(?:\[\w[\w, –-]{0,10}\])"
_LAST_NOTES = re.compile(rf"{_NOTES}{{1,6}}\Z")
_SENTENCE_END = re.compile(
    rf"(?:(?:[.!?…।॥]+|(?<=[\u0900-\u0d7f])\|{{1,2}})[\"'”’»)\]]*{_NOTES}{{0,6}}(?=\s)|[。！？]+[」』”]*)"
    r"(?:[ \t\r]*\n\s*)?|\n\s*"
    r"|(?P<glued>(?<![\s.!?_])(?:[.!?]+[\"'”’»)\]]*|[।॥]+)(?=[^\W\d_]))"
)
_BAR = re.compile(r"(?<=[\u0900-\u0d7f])\|{1,2}\Z")
"""A danda as it is typed where the keyboard has none."""
_CLAUSE_END = re.compile(r"(?:[,;:—–،؛]|(?<=\s)-)[\"'”’»)\]]*\s|\)\s|[，、；：]")
_PHRASE_END = re.compile(r"[、，；：。！？]+[」』”）]*(?![、，；：。！？」』”）])")
_GLUED_BEFORE = ".!?।॥\"'”’»)]"
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
        self._glued = False
        self._before = ""
        self._rest = ""
        self._start = 0

    def feed(self, text: str) -> list[Segment]:
        """Take more text; the segments that no further text can change."""
        self._rest += text
        return self._cut_off(final=False)

    def flush(self) -> list[Segment]:
        """Everything that is left."""
        return [*self._cut_off(final=True), *self._take(len(self._rest))]

    def _cut_off(self, *, final: bool) -> list[Segment]:
        segments = []
        # A sentence that was glued to the one before it is cut as if the space were there.
        while end := _cut(" " * self._glued + self._rest, self._size, final=final) - self._glued:
            if end < 0 or (self._dictionaries and not (end := cut_after(self._rest, end, self._dictionaries))):
                break
            segments += self._take(end)
        return segments

    @property
    def _size(self) -> int:
        return self._sizes[min(self._n_cut, len(self._sizes) - 1)]

    def _take(self, end: int) -> list[Segment]:
        text, self._rest = self._rest[:end], self._rest[end:]
        start, self._start = self._start, self._start + end
        self._glued = bool(text and self._rest) and not text[-1].isspace() and text[-1] in _GLUED_BEFORE
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


def _cut(text: str, size: int, *, final: bool) -> int:
    """Where the first segment ends; 0 if more text could still change that, which ``final`` rules out."""
    reach = _reach(text, size)
    if (end := _sentence_end(text, 0, reach, final=final)) is not None:
        return end
    if len(text) <= reach:
        return 0
    end = _break(text, reach) if size < LONG_CHARS else _end_nearby(text, reach, final=final)
    return _past_formula(text, end) if "$" in text or "\\" in text else end


def _past_formula(text: str, end: int) -> int:
    """The end itself, or that of the formula in LaTeX that it would cut; 0 if more text could still show one."""
    for found in SPAN.finditer(text[: end + MOST_LETTERS]):
        if found.end() >= end:
            if found.start() < end and is_math(found):
                return found.end() if found.end() < len(text) else 0
            break
    opening = unclosed(text, max(0, end - MOST_LETTERS), end)
    return 0 if opening >= 0 and len(text) - opening < MOST_LETTERS else end


def _sentence_end(text: str, begin: int, last: int, *, final: bool) -> int | None:
    """The end of the first sentence whose stop lies between two places.

    Returns:
        None if there is none; 0 if more text could still change it.
    """
    for match in _SENTENCE_END.finditer(text[: last + 1], begin):
        if not text[: match.end()].strip() or sentences.is_abbreviation(text[: match.start()], match.group()):
            continue
        is_end = sentences.is_end(text, match.start(), match.end(), is_glued=bool(match["glued"]), final=final)
        if is_end is None:
            return 0
        if is_end:
            return match.end() if re.search(r"\S", text[match.end() :]) else 0
    return None


def _end_nearby(text: str, reach: int, *, final: bool) -> int:
    """The end of the sentence, if that is not far: a few words of their own cost more and sound worse."""
    most = reach + reach // NEARBY
    if (end := _sentence_end(text, reach, most, final=final)) is not None:
        return end
    return _break(text, reach) if len(text) > most else 0


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
    if sentences.is_unspaced(text[reach]) and (phrase := _PHRASE_END.search(text, reach, reach + MAX_CHARS)):
        return phrase.end() if text[phrase.end() :].strip() else 0
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


def _pause_s(text: str) -> float:
    """Silence to put after a segment, so that with its own ends it is as long as ``HEARD_S`` says."""
    said = text.rstrip()
    if breaks := text.count("\n", len(said)):
        return HEARD_S["\n\n" if breaks > 1 else "\n"] - ENDS_S
    bare = _BAR.sub("।", _without_notes(said).rstrip(_CLOSING))
    last = "…" if bare.endswith("..") else _SIGNS.get(bare[-1:], bare[-1:])
    if bare.endswith("-") and not bare[:-1].endswith((" ", "\t")):
        last = ""
    if last not in HEARD_S:
        last = ")" if said.endswith(")") else ""
    return HEARD_S[last] - ENDS_S if last else 0.0


def _ends_sentence(text: str) -> bool:
    said = text.rstrip()
    bare = _BAR.sub("।", _without_notes(said).rstrip(_CLOSING))
    return "\n" in text[len(said) :] or bare[-1:] in tuple(".!?…।॥。！？")


def _without_notes(text: str) -> str:
    """A text without the marks of notes at its end, "[1][2]"."""
    return _LAST_NOTES.sub("", text) if text.endswith("]") else text
