"""Names of people, as far as words before them and a list of given names tell."""

from collections.abc import Iterator

from openwaves.stt.written.redaction.spans import Span, near
from openwaves.stt.written.tables import fold
from openwaves.stt.written.text import Text

_MOST_PARTS = 3
_LEAST_LETTERS = 3
_PAUSE_S = 0.6
"""Silence that no name has inside."""
_CUES = (("name", "is"), ("name's",), ("नाम",), ("named",), ("name", "was"), ("first", "name"), ("full", "name"))
_FAMILY_CUES = (("last", "name", "is"), ("last", "name"), ("family", "name"), ("surname", "is"), ("surname",))
_SELF = (
    ("i'm",),
    ("i", "am"),
    ("this", "is"),
    ("call", "me"),
    ("it's",),
    ("speaking", "with"),
    ("speaking", "to"),
    ("मैं",),
)
"""Before a name, but before other things, too: what follows must look like a name."""


def names(text: Text, wanted: frozenset[str], known: dict[str, str]) -> Iterator[Span]:
    """Given names and family names.

    Args:
        text: The text.
        wanted: Kinds to find.
        known: Folded names that were hidden before in the session, and their kinds.
    """
    known = dict(known)
    index = 0
    while index < len(text.tokens):
        found = _at(text, index, known)
        known.update((span.value, span.kind) for span in found)
        yield from (span for span in found if span.kind in wanted)
        index = found[-1].end if found else index + 1


def _at(text: Text, index: int, known: dict[str, str]) -> list[Span]:
    """The parts of the name that begins at a token."""
    if (run := _letter_run(text, index)) >= _LEAST_LETTERS and near(text, index, ("cue_name", "cue_spelled"), 10):
        letters = "".join(token.key for token in text.tokens[index : index + run])
        return [Span(index, index + run, "lastname", letters)]
    if not _is_name_like(text, index):
        return []
    key, hindi = _bare(text.key(index)), text.tables.code == "hi"
    capital = _capital(text, index) or hindi
    listed = text.tables.among("first_name", key)
    if _after(text, index, _FAMILY_CUES):
        parts, family = _parts(text, index), True
    elif _after_title(text, index) and capital:
        parts = _parts(text, index)
        family = len(parts) == 1
    elif _after(text, index, _CUES) or (listed and capital) or (_is_hinted(text, index) and capital):
        parts, family = _parts(text, index), False
    elif key in known and capital:
        return [Span(index, index + 1, known[key], key)]
    else:
        return []
    kinds = ["lastname" if family else "firstname", *["lastname"] * _MOST_PARTS]
    return [Span(at, at + 1, kind, _bare(text.key(at))) for at, kind in zip(parts, kinds, strict=False)]


def _is_hinted(text: Text, index: int) -> bool:
    """Whether a name that is a word, too, stands where names stand: "this is Mark"."""
    placed = _after(text, index, _SELF) or text.tables.among("greeting", text.key(index - 1))
    return placed and text.tables.among("maybe_name", _bare(text.key(index)))


def _after_title(text: Text, index: int) -> bool:
    """Whether "Mr." or "Doctor" stands before: with a capital, and no end of a sentence between."""
    title = text.tokens[index - 1] if index else None
    if title is None or not text.tables.among("title", title.key):
        return False
    short = text.tables.among("title_short", title.key)
    return title.after in ({"", "."} if short else {""}) and (title.text[0].isupper() or text.tables.code == "hi")


def _bare(key: str) -> str:
    """Without the ending of a possessive."""
    return key.removesuffix("'s").removesuffix("'")


def _capital(text: Text, index: int) -> bool:
    return index < len(text.tokens) and text.tokens[index].text[:1].isupper()


def _is_name_like(text: Text, index: int) -> bool:
    """Whether a token could be part of a name."""
    token = text.tokens[index] if index < len(text.tokens) else None
    if token is None or len(token.text) < 2 or text.tables.among("not_name", token.key):
        return False
    letters = fold(token.text).replace("'", "").replace("-", "").replace(".", "")
    return not any(sign.isdecimal() for sign in letters) and token.key not in text.tables.numbers


def _after(text: Text, index: int, cues: tuple[tuple[str, ...], ...]) -> bool:
    """Whether one of the cues stands right before a token, a comma or colon between at most."""
    for cue in cues:
        start = index - len(cue)
        if start >= 0 and all(text.key(start + step) == word for step, word in enumerate(cue)):
            return text.tokens[index - 1].after in {"", ",", ":", "..."}
    return False


def _parts(text: Text, start: int) -> list[int]:
    """Tokens of one name: no punctuation or pause between them, all with capitals if the first has one."""
    most = 2 if text.tables.code == "hi" else _MOST_PARTS
    parts = [start]
    while len(parts) < most and text.next_key(parts[-1] + 1):
        at = parts[-1] + 1
        pause_s = text.words[text.tokens[at].word].start_s - text.words[text.tokens[at - 1].word].end_s
        if pause_s > _PAUSE_S or not _is_name_like(text, at) or text.tables.among("name_end", text.key(at)):
            break
        if _capital(text, start) and not _capital(text, at):
            break
        parts.append(at)
    return parts


def _letter_run(text: Text, index: int) -> int:
    """How many single letters follow one another."""
    end = index
    while end < len(text.tokens) and len(text.tokens[end].text) == 1 and text.tokens[end].text.isalpha():
        end += 1
    return end - index
