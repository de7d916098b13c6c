"""Numbers that name something: codes "OTP 4021", "#4821", emergency numbers, rooms, flights, ids in groups."""

import re

from openwaves.tts.normalize import addresses
from openwaves.tts.normalize.context import LETTER, Context

_AIRLINE_BEFORE = re.compile(r"(?<!\w)(?:[A-Z]{2} ?|(?:[A-Z]\d|\d[A-Z]) )\Z")
_WORDS = re.compile(rf"{LETTER}+")
_RUN = re.compile(r"\d+")
GROUPS = re.compile(r"\d{2,6}(?: \d{2,6}){1,5}(?![\d]|[.,:/-]\d)")
"""Groups of digits with spaces between."""
HASH = re.compile(r"#(\d{1,9})(?!\w)")
"""A number after the sign of one."""
_LAST_CENTURIES = range(1900, 2100)


def read(context: Context, digits: str, start: int, end: int) -> str:
    """Words of a number that names something, from the words around it; "" if it counts.

    Args:
        context: The pass over the text.
        digits: Digits of the number, without groups.
        start: Offset of its first sign.
        end: Offset past it.
    """
    num = context.num
    if _is_long(digits) or _is_named(context, digits, start, end) or addresses.is_postal(context, digits, start, end):
        return num.digits(digits)
    if is_label(context, start) or addresses.is_house(context, digits, end):
        return num.label(digits) if len(digits) > 2 else ""
    return ""


def is_label(context: Context, start: int) -> bool:
    """Whether the words before an offset name a room, a road or a flight: "Room 1204", "flight AI 302"."""
    for language in (context.base, context.latin):
        labels = language.label_words
        if context.before in labels:
            return True
        if context.before_that in labels:
            numbered = context.before in language.number_words
            return numbered or bool(_AIRLINE_BEFORE.search(context.text, max(0, start - 4), start))
    return False


def _is_long(digits: str) -> bool:
    """Long numbers that do not end in zeros, and those with leading ones."""
    if len(digits) > 1 and digits[0] == "0":
        return True
    zeros = len(digits) - len(digits.rstrip("0"))
    return len(digits) >= 8 and zeros * 2 <= len(digits)


def _is_named(context: Context, digits: str, start: int, end: int) -> bool:
    """Whether the words before say that it is a code; one of three digits only at once after them."""
    if len(digits) < 3:
        return False
    for language in (context.base, context.latin):
        if language.call_words & {context.before, context.before_that}:
            called = context.before in language.call_words | language.code_links or len(digits) > 3
            return called and not language.is_counted(context.word_after(end))
        if language.call_followers and context.text.startswith(language.call_followers, end + 1):
            return True
        if context.before_that in language.ending_words and len(digits) == 4:
            return int(digits) not in _LAST_CENTURIES
    if len(digits) > 3:
        return context.names_code() or _is_announced(context, digits, start)
    return _is_secret(context, end)


def _is_secret(context: Context, end: int) -> bool:
    """Whether three digits follow a word such as PIN at once, or after "is", and count nothing."""
    secret = context.base.secret_words | context.latin.secret_words
    linked = context.before_that in secret and context.before in context.base.code_links
    return (context.before in secret or linked) and not context.base.is_counted(context.word_after(end))


def _is_announced(context: Context, digits: str, start: int) -> bool:
    """Whether the sentence names a code earlier, as in "the OTP for your order is 558210"."""
    if context.before not in context.base.code_links or int(digits) in _LAST_CENTURIES:
        return False
    words = _WORDS.findall(context.sentence_before(start).lower())
    return not (context.base.secret_words | context.latin.secret_words).isdisjoint(words)


def read_groups(context: Context, match: re.Match[str]) -> int:
    """Groups of digits after a word that says that they are a code: "Meeting ID: 845 2210 9937"."""
    if not context.names_code():
        return 0
    groups = list(_RUN.finditer(context.text, match.start(), match.end()))
    ends = [group.start() for group in groups[1:]] + [match.end()]
    for group, end in zip(groups, ends, strict=True):
        words = context.num.digits(group.group()) + ("," if end < match.end() else "")
        stop = group.end() if end < match.end() else end
        context.say(words, group.start(), stop, context.num.code)
    return match.end()


def read_hash(context: Context, match: re.Match[str]) -> int:
    """A number of something; that of an order or a ticket digit by digit."""
    num, number = context.num, match[1]
    if len(number) > 2 and is_label(context, match.start()):
        said = num.label(number)
    else:
        said = num.digits(number) if context.names_code(hashed=True) and len(number) >= 4 else num.whole(number)
    words = f"{context.base.symbols['number']} {said}"
    context.say(words, match.start(), match.end(), context.num.code)
    return match.end()
