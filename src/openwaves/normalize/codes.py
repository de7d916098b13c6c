"""Bare numbers that count nothing: codes, emergency numbers, postal codes, rooms, flights, houses."""

import re

from openwaves.normalize.context import LETTER, Context

_STREET = re.compile(
    r" (?:[A-Z][\w'’]*\.? ){1,3}(?:Ave|Avenue|St|Street|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Way|Place|Court|"
    r"Pkwy|Parkway|Terrace|Marg)(?!\w)"
)
_CITY_BEFORE = re.compile(rf"{LETTER}{{3,20}} [-–—] ?\Z")
_CAPITALS_BEFORE = re.compile(r"(?<!\w)([A-Z]{2}) \Z")
_AIRLINE_BEFORE = re.compile(r"(?<!\w)(?:[A-Z]{2} ?|(?:[A-Z]\d|\d[A-Z]) )\Z")
_WORDS = re.compile(rf"{LETTER}+")
_RUN = re.compile(r"\d+")
US_POSTAL = re.compile(r"(\d{5})-(\d{4})(?![\d-])")
"""A postal code of the US with its last four digits."""
GROUPS = re.compile(r"\d{2,6}(?: \d{2,6}){1,5}(?![\d]|[.,:/-]\d)")
"""Groups of digits with spaces between."""

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
    if _is_long(digits) or _is_named(context, digits, start, end) or _is_postal(context, digits, start, end):
        return num.digits(digits)
    if is_label(context, start) or _is_house(context, digits, end):
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


def read_us_postal(context: Context, match: re.Match[str]) -> int:
    """Both parts digit by digit, after a state: "CA 94043-1351"."""
    if not _follows_state(context, match.start()):
        return 0
    context.say(context.num.digits(match[1]) + ",", match.start(), match.end(1), context.num.code)
    context.say(context.num.digits(match[2]), match.start(2), match.end(), context.num.code)
    return match.end()


def _follows_state(context: Context, start: int) -> bool:
    state = _CAPITALS_BEFORE.search(context.text, max(0, start - 4), start)
    return state is not None and state[1] in context.latin.states


def _is_postal(context: Context, digits: str, start: int, end: int) -> bool:
    """Whether it is an Indian postal code after a city's dash, or one of the US after its state."""
    if len(digits) == 6 and digits[0] != "9":
        city = _CITY_BEFORE.search(context.text, max(0, start - 24), start)
        return bool(city) and not context.word_after(end)
    return len(digits) == 5 and _follows_state(context, start)


def _is_house(context: Context, digits: str, end: int) -> bool:
    """Whether the name of a street follows: "1600 Pennsylvania Avenue"."""
    if len(digits) != 4 or context.before in context.base.year_words:
        return False
    return bool(_STREET.match(context.text, end))
