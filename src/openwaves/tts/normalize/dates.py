"""Dates: "12/02/2025", "2026-07-24", "25 December", "Mon-Fri", "Sat & Sun", "5 Nov"."""

import re

from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.languages.language import Language

ISO = re.compile(r"(\d{4})([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?:T(?=\d\d:)|(?![\d/-]))")
"""Year, month, day."""
DIGITS = re.compile(r"([0-3]?\d)([-/.])([0-3]?\d)\2(\d{4}|\d{2})(?!\d|[/.-]\d)")
"""Two numbers and a year."""
DAY = re.compile(rf"(\d{{1,2}})(?!\d|{LETTER})")
"""What may be a day beside its month."""
_DAY_AND_MONTH = re.compile(r"(?<!\d)[0-3]?\d(?:st|nd|rd|th)?(?:([-/])[^\W\d]{3,9}\1|[ ][^\W\d]{3,9}[ ]['’])\Z")
_NAMES = re.compile(rf"({LETTER}{{3,12}})(?:\.?([-–]| & )({LETTER}{{3,12}}))?(?!{LETTER})")
_DATE_AHEAD = re.compile(r"\.?,?[ \u00a0](?:\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d)")

NUMBER_AHEAD = re.compile(r"\.?[ \t\u00a0-]?#?(?:\d|(?!I\b)[IVXLC]{1,7}\b)")
"""A number, in digits or Roman, after a word."""


def read_iso(context: Context, match: re.Match[str]) -> int:
    """Year, month, day in the order of writing."""
    day, month, year = context.num.date(int(match[4]), int(match[3]), match[1])
    end = match.end() - match.group().endswith("T")
    context.say(f"{year} {month} {day}", match.start(), end, context.num.code)
    return match.end()


def read_digits(context: Context, match: re.Match[str]) -> int:
    """Numbers in the order of writing. Contract, section 7."""
    first, sign, second, year = match.groups()
    days = int(first), int(second)
    if sign == "." and len(year) == 2 and len(first + second) < 4:
        return 0
    if not all(days) or max(days) > 31 or min(days) > 12:
        return 0
    words = " ".join(filter(None, context.num.date(*days, year)))
    context.say(context.num.date_case(words, context.before), match.start(), match.end(), context.num.code)
    return match.end()


def read_day(context: Context, match: re.Match[str]) -> int:
    """The day before or after the name of a month."""
    after = context.word_after(match.end())
    months = context.base.months
    if not after and context.text[match.end() : match.end() + 1] in {"-", "‑"}:
        after = context.word_after(match.end() + 1)
    known = months if after in months else context.latin.months
    month_first = context.before in months or context.before in context.latin.months
    if (
        month_first
        and len(match[1]) == 2
        and _DAY_AND_MONTH.search(context.text, max(0, match.start() - 16), match.start())
    ):
        return 0
    if not 1 <= int(match[1]) <= 31 or (not month_first and after not in known):
        return 0
    if context.text[match.end() : match.end() + 1] in {"-", "–", ":", ".", "/", "%"} and _continues(context, match):
        return 0
    day = context.num.day(int(match[1]), month_first=month_first, before=context.before)
    context.say(day, match.start(), match.end(), context.num.code)
    context.seen(match[1])
    return match.end()


def _continues(context: Context, match: re.Match[str]) -> bool:
    return context.text[match.end() + 1 : match.end() + 2].isdecimal()


def read_names(context: Context, language: Language, start: int) -> int:
    """Say two months or days of the week, "Mon-Fri", "Sat & Sun", or a short day of the week before a date."""
    match = _NAMES.match(context.text, start)
    if not match:
        return 0
    for names in (language.weekdays, language.months):
        first, last = names.get(match[1].lower()), names.get((match[3] or "").lower())
        if first and last:
            context.say(first, start, match.end(1), language.code)
            link = language.symbols["and" if "&" in match[2] else "to"]
            context.say(link, match.start(2), match.end(2), language.code)
            context.say(last, match.start(3), match.end(3), language.code)
            context.seen(match[3])
            return match.end(3)
        if first and names is language.weekdays and _DATE_AHEAD.match(context.text, match.end(1)):
            context.say(first, start, match.end(1), language.code)
            context.seen(first)
            return match.end(1) + context.text.startswith(".", match.end(1))
    return 0


def month(context: Context, word: str, end: int) -> tuple[str, str] | None:
    """Name and language of a month beside a number: short ones in full, English ones as ``base`` names them."""
    base = context.base
    name = base.months.get(word.lower()) or context.latin.months.get(word.lower())
    if not name or name.lower() == word.lower() or (base.latin and len(word) > 4):
        return None
    beside = NUMBER_AHEAD.match(context.text, end) or context.before[:1].isdecimal()
    return (name, base.code if word.lower() in base.months else context.latin.code) if beside else None
