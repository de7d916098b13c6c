"""Addresses of the net that are spelled: "john dot smith at gmail dot com", "example dot com slash help"."""

import re

from openwaves.stt.written.digits import chunk, joined, row
from openwaves.stt.written.figures import Match, Piece
from openwaves.stt.written.text import Text

_MARKS = (("dot", "."), ("underscore", "_"), ("dash", "-"))
_NAME = re.compile(r"[a-zñ0-9]+(?:[-'][a-zñ0-9]+)*")
_OCTETS = 4
_FAR = 8
"""Words before an address that may tell that it is one of mail."""


def addresses(text: Text) -> dict[int, Match]:
    """Every address of a text, by the index of its first token."""
    found: dict[int, Match] = {}
    past = 0
    for index in range(1, len(text.tokens) - 1):
        if (
            index < past
            or not text.tables.among("dot", text.key(index))
            or not (_is_top(text, index) or chunk(text, index + 1))
        ):
            continue
        start, end, written = _numeric(text, index, past) or _host(text, index, past)
        if start >= index:
            continue
        first, name = _local(text, start, past, written)
        if name:
            start, written = first, f"{name}@{written}"
        found[start] = Match((Piece(written, end),), True)
        past = end
    return found


def _numeric(text: Text, dot: int, least: int) -> tuple[int, int, str] | None:
    """An address of four numbers, by the first of its dots: where it begins, where it ends, and its text."""
    start, first = _part(text, dot - 1, least)
    numbers, end = [first], dot
    while len(numbers) < _OCTETS and text.tables.among("dot", text.next_key(end)) and text.near(end + 1, end):
        chunks = row(text, end + 1)
        if not chunks:
            return None
        numbers, end = [*numbers, joined(chunks)], chunks[-1].end
    if len(numbers) < _OCTETS or not all(number.isdecimal() and int(number) < 256 for number in numbers):
        return None
    return start, end, ".".join(numbers)


def _is_top(text: Text, dot: int) -> bool:
    """Whether the last part of a host stands behind a dot."""
    following = text.near(dot + 1, dot + 1)
    return text.tables.among("tld", following) and bool(text.previous_key(dot)) and bool(text.next_key(dot))


def _mark(text: Text, index: int) -> str:
    """The sign that a word names inside of an address, empty if it names none."""
    key = text.key(index)
    return next((sign for name, sign in _MARKS if text.tables.among(name, key)), "")


def _part(text: Text, last: int, least: int) -> tuple[int, str]:
    """The part of an address that ends with a token: its first token and its text; empty if it can be none."""
    first = last
    while (
        first > least and text.reach[first - 1] > first and row(text, first - 1) and row(text, first - 1)[-1].end > last
    ):
        first -= 1
    if first <= last and (chunks := row(text, first)) and chunks[-1].end == last + 1:
        return first, joined(chunks)
    token = text.tokens[last]
    if not _NAME.fullmatch(token.key):
        return last, ""
    if len(token.text) == 1:
        return _spelled(text, last, least)
    return last, token.key


def _spelled(text: Text, last: int, least: int) -> tuple[int, str]:
    """Single letters that are read one after the other."""
    first = last
    while first > least and text.reach[first - 1] > first and len(text.tokens[first - 1].text) == 1:
        first -= 1
    return first, "".join(token.text.lower() for token in text.tokens[first : last + 1])


def _host(text: Text, dot: int, least: int) -> tuple[int, int, str]:
    """A host around one of its dots: where it begins, where it and its path end, and its text."""
    start, name = _part(text, dot - 1, least)
    if not name or not _is_top(text, dot):
        return dot, dot, ""
    if name == "mail" and start - 1 >= least and text.previous_key(start) in {"g", "hot", "proton"}:
        start, name = start - 1, text.key(start - 1) + name
    while start - 2 >= least and text.reach[start - 2] > start and _mark(text, start - 1) in {".", "-"}:
        first, part = _part(text, start - 2, least)
        if not part:
            break
        start, name = first, part + _mark(text, start - 1) + name
    if start - 3 >= least and all(text.key(start - back) == "w" for back in (1, 2, 3)):
        start -= 3
    end = dot + 2
    name = f"{name}.{text.key(dot + 1)}"
    while text.next_key(end) and text.near(end + 1, end):
        if _mark(text, end) == "." and text.tables.among("tld", text.key(end + 1)):
            name, end = f"{name}.{text.key(end + 1)}", end + 2
        elif text.tables.among("slash", text.key(end)) and text.key(end + 1).isascii():
            name, end = f"{name}/{text.key(end + 1)}", end + 2
        else:
            break
    return start, end, name


def _local(text: Text, host: int, least: int, name_of_host: str) -> tuple[int, str]:
    """What stands before the "at" of an address of mail; empty if it is none."""
    at = host - 1
    if at - 1 < least or not text.tables.among("at", text.key(at)) or text.reach[at - 1] <= host:
        return host, ""
    start, name = _part(text, at - 1, least)
    while name and start - 1 >= least and text.reach[start - 1] > start:
        if sign := _mark(text, start - 1):
            if start - 2 < least or text.reach[start - 2] <= start:
                break
            first, part = _part(text, start - 2, least)
            name = part + sign + name if part else name
            start = first if part else start
            if not part:
                break
        elif name.isdecimal():
            first, part = _part(text, start - 1, least)
            if not part or text.tables.among("not_local", text.key(start - 1)):
                break
            start, name = first, part + name
        else:
            break
    if not name or not _is_mail(text, name_of_host, at, start):
        return host, ""
    return start, name


def _is_mail(text: Text, host: str, at: int, start: int) -> bool:
    """Whether "at" is the sign: "look at example dot com" is no address of mail."""
    if text.key(at) != "at":
        return True
    if text.tables.among("not_local", text.key(at - 1)) and start == at - 1:
        return False
    if text.tables.among("mail_hosts", host.partition(".")[0]) or start < at - 1:
        return True
    return any(text.tables.among("mail_leads", text.key(start - back)) for back in range(1, _FAR))
