"""Cuts text into segments that are spoken in one breath, also while the text still grows."""

import re

from openwaves.types import Segment

MAX_CHARS = 200
SENTENCE_PAUSE_S = 0.35
PARAGRAPH_PAUSE_S = 0.6
CLAUSE_PAUSE_S = 0.15
_TITLES = frozenset(
    [
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
    ]
)
_SENTENCE_END = re.compile(r"[.!?…।॥]+[\"'”’)\]]*(?=\s)|\n")
_CLAUSE_END = re.compile(r"[,;:—–]\s")


class Cutter:
    """Cuts text that arrives in pieces; the cuts do not depend on how it was cut into pieces."""

    def __init__(self) -> None:
        self._rest = ""
        self._start = 0

    def feed(self, text: str) -> list[Segment]:
        """Take more text; the segments that no further text can change."""
        self._rest += text
        segments = []
        while end := _cut(self._rest):
            segments += self._take(end)
        return segments

    def flush(self) -> list[Segment]:
        """Everything that is left."""
        return self._take(len(self._rest))

    def _take(self, end: int) -> list[Segment]:
        text, self._rest = self._rest[:end], self._rest[end:]
        start, self._start = self._start, self._start + end
        return [Segment(text, start, start + end, _pause_s(text))] if text.strip() else []


def split(text: str) -> list[Segment]:
    """The segments of a whole text. Together they hold every character that is not white space."""
    cutter = Cutter()
    return [*cutter.feed(text), *cutter.flush()]


def _cut(text: str) -> int:
    """Where the first segment ends; 0 if more text could still change that."""
    window = text[: MAX_CHARS + 1]
    for match in _SENTENCE_END.finditer(window):
        if not text[: match.end()].strip() or _is_abbreviation(text[: match.start()], match.group()):
            continue
        following = re.search(r"\S", text[match.end() :])
        return match.end() if following else 0
    if len(text) <= MAX_CHARS:
        return 0
    clauses = [match.end() for match in _CLAUSE_END.finditer(window, 0, MAX_CHARS)]
    return clauses[-1] if clauses else (window.rfind(" ", 1, MAX_CHARS) + 1 or MAX_CHARS)


def _is_abbreviation(before: str, mark: str) -> bool:
    word = before.rsplit(maxsplit=1)[-1].lower().lstrip("(\"'“‘") if before.split() else ""
    return mark == "." and (word in _TITLES or (len(word) == 1 and word.isalpha()))


def _pause_s(text: str) -> float:
    if text.endswith("\n"):
        return PARAGRAPH_PAUSE_S
    last = text.rstrip().rstrip("\"'”’)]")[-1:]
    if last in ".!?…।॥":
        return SENTENCE_PAUSE_S
    return CLAUSE_PAUSE_S if last in ",;:—–" else 0.0
