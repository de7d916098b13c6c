"""Digits that are dictated: telephone numbers, cards, codes, house numbers, and numbers that follow one another."""

from itertools import pairwise
from typing import NamedTuple

from openwaves.stt.written.figures import Match, Piece, figures
from openwaves.stt.written.numbers import cardinal, digit
from openwaves.stt.written.text import Text

_PHONES_EN = {(3, 3, 4): "-", (3, 4): "-", (1, 3, 3, 4): "-"}
_GROUPS = frozenset({
    (4, 4, 4, 4), (4, 6, 5), (5, 5), (3, 3, 3), (3, 2, 2, 2), (2, 5, 5), (4, 4, 4), (3, 2, 4), (3, 3, 2, 2),
    (2, 2, 2, 2, 2),
})  # fmt: skip
"""Groups that a speaker sets off and that belong to one number: cards, telephone and identity numbers."""
_ARTICLES = frozenset({"un", "una"})
_SIMILAR = 3
_MOST_GROUPS = 6


class Chunk(NamedTuple):
    """A part of a row of numbers.

    Attributes:
        digits: What it is in digits.
        start: Index of its first token.
        end: Index past its last one.
        n_digits: Digits that were said one by one; 0 for a number like "twelve".
    """

    digits: str
    start: int
    end: int
    n_digits: int


def chunk(text: Text, start: int) -> Chunk | None:
    """The number at a place: a digit, "double five", or a cardinal."""
    tables = text.tables
    if tables.code == "es" and text.key(start) in _ARTICLES:
        return None
    for times, name in ((2, "repeat_2"), (3, "repeat_3")):
        if tables.among(name, text.key(start)) and text.near(start + 1, start + 1):
            single = digit(text, start + 1)
            return Chunk(str(single) * times, start, start + 2, times) if single is not None else None
    number = cardinal(text, start)
    if number and number.end == start + 1 and number.value < 10 and not number.bare and not number.digits:
        return Chunk(str(number.value), start, start + 1, 1)
    if number is None and tables.among("zero", text.key(start)):
        return Chunk("0", start, start + 1, 1)
    if number is None or number.bare or number.scale_at >= 0 or number.value != int(number.value):
        return None
    return Chunk(str(int(number.value)), start, number.end, 0)


def row(text: Text, start: int) -> list[Chunk]:
    """Chunks that follow one another without punctuation."""
    chunks: list[Chunk] = []
    end = start
    while end == start or text.next_key(end):
        found = chunk(text, end)
        if found is None:
            break
        chunks.append(found)
        end = found.end
    while chunks and text.tables.among("zero", text.key(chunks[0].start)) and len(chunks) < _SIMILAR:
        return []
    return chunks


def rows(text: Text, start: int) -> list[list[Chunk]]:
    """Rows that commas set off."""
    found: list[list[Chunk]] = []
    at = start
    while at < len(text.tokens) and len(found) < _MOST_GROUPS:
        chunks = row(text, at)
        if not chunks:
            break
        found.append(chunks)
        at = chunks[-1].end
        if text.tokens[at - 1].after not in {",", "-", "–"}:
            break
    return found


def joined(chunks: list[Chunk]) -> str:
    """The digits of chunks, one behind the other."""
    return "".join(part.digits for part in chunks)


def dictated(text: Text, start: int) -> Match | None:
    """Digits that belong together, or numbers in a row."""
    plus = int(text.tables.among("plus", text.key(start)) and bool(text.near(start + 1, start + 1)))
    if not plus and text.next_key(start) and start and _in_row(text, start):
        return None
    groups = rows(text, start + plus)
    if not groups:
        return None
    return _grouped(text, start, groups, plus) or _single(text, start, groups[0], plus)


def _in_row(text: Text, start: int) -> bool:
    """Whether a number goes on from the token before: it was looked at from its beginning."""
    return chunk(text, start - 1) is not None and text.tables.among("zero", text.key(start))


def _grouped(text: Text, start: int, groups: list[list[Chunk]], plus: int) -> Match | None:
    """Groups with commas between them that are one number."""
    for n_groups in range(len(groups), 1, -1):
        parts = groups[:n_groups]
        sizes = tuple(len(joined(part)) for part in parts)
        spoken_singly = sum(chunk.n_digits > 0 for part in parts for chunk in part)
        if spoken_singly < 2 and sizes not in {(3, 2, 2, 2), (2, 2, 2, 2, 2)}:
            continue
        end = parts[-1][-1].end
        if text.tables.code == "en" and sizes in _PHONES_EN and not plus:
            sign = _PHONES_EN[sizes]
            return Match((Piece(sign.join(map(joined, parts)), end),), True)
        if sizes == (3, 2, 4) and text.tables.code == "en":
            return Match((Piece("-".join(map(joined, parts)), end),), True)
        if sizes in _GROUPS or (plus and sum(sizes) >= 8):
            pieces = [Piece(joined(part), part[-1].end, part is not parts[-1]) for part in parts]
            pieces[0] = pieces[0]._replace(text="+" * plus + pieces[0].text)
            return Match(tuple(pieces), True)
    return None


def _single(text: Text, start: int, chunks: list[Chunk], plus: int) -> Match | None:
    """One row without commas."""
    digits, end = joined(chunks), chunks[-1].end
    tens = all(len(part.digits) <= 2 or part.digits in {"800", "900"} for part in chunks)
    if plus:
        return _international(chunks, digits) if len(digits) >= 7 and tens else None
    if len(chunks) == 1:
        return Match((Piece(digits, end),), True) if chunks[0].n_digits > 1 else None
    label = label_of(text, start)
    named = bool(label) or is_house(text, end)
    singly = sum(part.n_digits for part in chunks)
    if not named and _counts_up(chunks):
        return _apart(text, chunks)
    if (singly == len(digits) >= _SIMILAR) or (tens and len(digits) >= 7):
        return Match(_number(text, chunks, digits, label), True)
    if tens and ((named and len(digits) <= 6) or (len(chunks) >= _SIMILAR and singly >= 2)):
        return Match((Piece(digits, end),), True)
    return _pair(text, chunks) or _apart(text, chunks)


def _pair(text: Text, chunks: list[Chunk]) -> Match | None:
    """Two numbers: "three sixty" is one, Hindi "दो तीन" is from two to three."""
    if len(chunks) != 2:
        return None
    first, second = chunks
    if text.tables.code == "hi" and first.n_digits == 1 and 0 < int(second.digits) - int(first.digits) <= 3:
        return Match((Piece(f"{first.digits}-{second.digits}", second.end),), True)
    if text.tables.code == "en" and first.n_digits == 1 and first.digits != "0" and len(second.digits) == 2:
        return Match((Piece(first.digits + second.digits, second.end),), True)
    return None


def _apart(text: Text, chunks: list[Chunk]) -> Match:
    """Numbers side by side."""
    pieces: list[Piece] = []
    for part in chunks:
        number = cardinal(text, part.start)
        pieces += (
            figures(text, number, part.start) if number and number.end == part.end else (Piece(part.digits, part.end),)
        )
    return Match(tuple(pieces), len(chunks) > 1)


def _counts_up(chunks: list[Chunk]) -> bool:
    """Whether each number is the next one, from one: somebody counts."""
    values = [int(part.digits) for part in chunks]
    return len(values) >= _SIMILAR and values[0] <= 1 and all(two - one == 1 for one, two in pairwise(values))


def label_of(text: Text, start: int) -> str:
    """The word before a number that makes it one: "room", "code is"."""
    for back in range(1, 5):
        key = text.key(start - back)
        if not key or (text.tokens[start - back].after.strip("\"'")[-1:] in set(".?!") and back > 1):
            return ""
        if text.tables.among("label", key) and key not in {"is", "my", "the"}:
            if text.tables.among("label_links", key) and text.tables.among("label", text.key(start - back - 1)):
                continue
            return key
        if not text.tables.among("label_links", key):
            return ""
    return ""


def is_house(text: Text, end: int) -> bool:
    """Whether a street follows, in English within three words."""
    keys = [text.near(end + offset, end) for offset in range(4)]
    return any(text.tables.among("street", key) for key in keys[1:] if key)


def _number(text: Text, chunks: list[Chunk], digits: str, label: str) -> tuple[Piece, ...]:
    """A long number, in the groups that its length is known by."""
    code, start = text.tables.code, chunks[0].start
    if len(digits) == 16:
        return _split(chunks, (4, 4, 4, 4))
    if code == "es" and len(digits) == 9:
        return _split(chunks, (3, 3, 3))
    plain = text.tables.among("plain_label", label) and not _nearby(text, start, "phone_label")
    if code == "en" and len(digits) == 9 and _nearby(text, start, "ssn_label"):
        digits = f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
    elif code == "en" and not plain:
        digits = _american(digits, _nearby(text, start, "phone_label"))
    return (Piece(digits, chunks[-1].end),)


def _american(digits: str, is_phone: bool) -> str:
    """A telephone number of North America with its hyphens; other digits as they are.

    Source: North American Numbering Plan: neither the area's nor the office's code begins with 0 or 1.
    """
    if len(digits) == 11 and digits[0] == "1":
        return f"1-{digits[1:4]}-{digits[4:7]}-{digits[7:]}"
    if len(digits) == 10 and digits[0] not in "01" and digits[3] not in "01":
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 and is_phone else digits


def _nearby(text: Text, start: int, name: str) -> bool:
    """Whether a word of a list stands among the six before."""
    return any(text.tables.among(name, text.key(start - back)) for back in range(1, 7))


def _split(chunks: list[Chunk], sizes: tuple[int, ...]) -> tuple[Piece, ...]:
    """Groups of digits, each with its own words; one piece if words lie across their borders."""
    pieces: list[Piece] = []
    group = ""
    wanted = list(sizes)
    for part in chunks:
        group += part.digits
        if wanted and len(group) == wanted[0]:
            pieces.append(Piece(group, part.end))
            group, wanted = "", wanted[1:]
        elif not wanted or len(group) > wanted[0]:
            return (Piece(joined(chunks), chunks[-1].end),)
    return tuple(pieces) if not wanted and not group else (Piece(joined(chunks), chunks[-1].end),)


def _international(chunks: list[Chunk], digits: str) -> Match:
    """A telephone number with its country: "plus nine one nine eight …"."""
    sizes = (2, 5, 5) if digits.startswith("91") and len(digits) == 12 else ()
    pieces = _split(chunks, sizes) if sizes else (Piece(digits, chunks[-1].end),)
    if digits.startswith("1") and len(digits) == 11:
        pieces = (Piece(f"1-{digits[1:4]}-{digits[4:7]}-{digits[7:]}", chunks[-1].end),)
    return Match((Piece(f"+{pieces[0].text}", pieces[0].end), *pieces[1:]), True)


def code(text: Text, start: int) -> Match | None:
    """Letters and digits: "B A two four seven", "gate B twelve", "seat fourteen C"."""
    letters, end = "", start
    while end < len(text.tokens) and (end == start or text.next_key(end)) and _is_letter(text, end):
        letters += text.tokens[end].text.upper()
        end += 1
    label = label_of(text, start)
    if not letters:
        chunks = row(text, start)
        if not chunks or not label or chunks[-1].end - start > 4 or not _is_letter(text, chunks[-1].end):
            return None
        if not text.next_key(chunks[-1].end) or text.near(chunks[-1].end + 1, chunks[-1].end) in text.tables.numbers:
            return None
        last = text.tokens[chunks[-1].end].text
        return Match((Piece(joined(chunks) + last.upper(), chunks[-1].end + 1),), True) if last.isupper() else None
    if not text.next_key(end) or (len(letters) < 2 and not label):
        return None
    chunks = row(text, end)
    digits = joined(chunks)
    if not chunks or len(digits) > 9 or any(len(part.digits) > 3 for part in chunks):
        return None
    return Match((Piece(letters + digits, chunks[-1].end),), True)


def _is_letter(text: Text, index: int) -> bool:
    """Whether a token is a spelled letter, and not the article or the pronoun."""
    token = text.tokens[index] if index < len(text.tokens) else None
    if token is None or len(token.text) != 1 or not token.text.isascii() or not token.text.isalpha():
        return False
    return token.text.isupper() and token.text not in {"I"} if token.key in {"a", "i", "o", "y", "e"} else True
