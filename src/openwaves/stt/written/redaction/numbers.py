"""Cards, accounts, telephones, identity numbers, postal codes: rows of digits and what their neighbours call them."""

import re
from collections.abc import Iterator

from openwaves.stt.written.redaction.spans import Digits, Span, luhn, near, rows_of_digits
from openwaves.stt.written.text import Text

_CUES = ("cue_cvv", "cue_expiry", "cue_zip", "cue_id", "cue_birth", "cue_card", "cue_account", "cue_phone")
_CLOSE = 4
"""Tokens before a number among which the word stands that makes it something of no harm: an order, a price."""
_MIXED = re.compile(r"[A-Za-z]{1,5}\d{4,}[A-Za-z\d]*")


def numbers(text: Text, wanted: frozenset[str]) -> Iterator[Span]:
    """The rows of digits that are something to hide."""
    for row in rows_of_digits(text):
        kind = _kind(text, row)
        if kind in wanted:
            start = row.start
            while kind in {"idnumber", "accountnumber"} and _is_letter(text, start - 1):
                start -= 1
            yield Span(start, row.end, kind, row.digits)
    for index, token in enumerate(text.tokens):
        if _MIXED.fullmatch(token.text):
            kind = {"cue_id": "idnumber", "cue_account": "accountnumber"}.get(near(text, index, _CUES), "")
            if kind in wanted:
                yield Span(index, index + 1, kind, token.key)


def _is_letter(text: Text, index: int) -> bool:
    return len(text.key(index)) == 1 and text.key(index).isalpha()


def _kind(text: Text, row: Digits) -> str:
    """What a row of digits is, by its length and by the nearest word that names it."""
    size = len(row.digits)
    cue = near(text, row.start, ("cue_other",), _CLOSE) or near(text, row.start, _CUES)
    if 13 <= size <= 19 and (luhn(row.digits) or size in {15, 16} or cue == "cue_card"):
        return "creditcardnumber"
    if row.groups == (3, 2, 4) and cue != "cue_other":
        return "idnumber"
    named_after = text.key(row.end) in {"is", "है"} and _names_cvv(text, row.end)
    if named_after and size in {3, 4}:
        return "creditcardcvv"
    kind, least, most = _NAMED.get(cue, ("", 1, 0))
    return kind if least <= size <= most else _by_size(text, row, cue)


_NAMED = {
    "cue_cvv": ("creditcardcvv", 3, 4),
    "cue_expiry": ("creditcardexpiry", 3, 6),
    "cue_zip": ("zipcode", 5, 9),
    "cue_id": ("idnumber", 6, 19),
    "cue_birth": ("date", 3, 8),
    "cue_card": ("creditcardnumber", 8, 19),
    "cue_account": ("accountnumber", 5, 19),
}
"""What a word makes of digits, and how few and how many they are."""


def _names_cvv(text: Text, start: int) -> bool:
    return any(text.tables.among("cue_cvv", text.key(start + step)) for step in range(4))


def _by_size(text: Text, row: Digits, cue: str) -> str:
    """What a long row is that nothing but a telephone may name."""
    size = len(row.digits)
    if size >= 13:
        return "creditcardnumber" if luhn(row.digits) else "phonenumber"
    if cue == "cue_other":
        return ""
    if size >= 10 and row.singly * 2 >= size:
        return "phonenumber"
    named = cue == "cue_phone" or (not cue and near(text, row.start, ("cue_number",), _CLOSE))
    return "phonenumber" if named and size >= 7 else ""
