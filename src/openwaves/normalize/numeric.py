"""Tokens that begin with a digit, a sign before one, or a currency: a list of readers, tried in order."""

import re
from functools import cache

from openwaves.normalize import codes, registry
from openwaves.normalize.amount import NUMBER, parse, say_number
from openwaves.normalize.context import LETTER, Context, Reader
from openwaves.normalize.endings import apart_endings, with_ending
from openwaves.normalize.parts import FRACTIONS
from openwaves.normalize.phone import PHONES, read_phone
from openwaves.normalize.quantity import read_quantity
from openwaves.normalize.times import TIMES
from openwaves.normalize.web import read_tag, read_web
from openwaves.normalize.words import read_mixed

_ISO_DATE = re.compile(r"(\d{4})([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?:T(?=\d\d:)|(?![\d/-]))")
_DATE = re.compile(r"([0-3]?\d)([-/.])([0-3]?\d)\2(\d{4}|\d{2})(?!\d|[/.-]\d)")
_DOTTED = re.compile(rf"(\d{{1,4}})\.(?=[ \u00a0]{{1,2}}{LETTER})")
_RATIO = re.compile(r"(\d{1,6}):(\d{1,6})(?![\d:])")
_POWER = re.compile(r"(\d{1,9})(⁻?)([⁰¹²³⁴-⁹]{1,4})(?!\w)")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_INCHES = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)(?:\"|″|”)(?!\w)")
_AFTER_LENGTH = frozenset({
    "long", "wide", "tall", "high", "deep", "thick", "across", "apart", "away", "above", "below", "and", "or", "by",
    "x", "of", "in", "is", "was", "to",
})  # fmt: skip
_FEET_ALONE = re.compile(r"(\d{1,4})['′’](?=[\s.,;:!?)x×]|\Z)")
_TAG = re.compile(r"#(?=\d{1,20}[^\W\d])")
_SINGLE_QUOTE = re.compile(r"(?:\A|[\s(])['‘](?=\w)")
_DIMENSION_TAIL = re.compile(r"[ ]?([xX×])[ ]?(?=\d)")
_FEET = re.compile(r"(\d{1,3})[ ]?['′’][ ]?(\d{1,2})[ ]?(?:[\"″”]|''|’’)")
_DECADE = re.compile(r"['’]?(\d{1,3}0|\d(?=['’]))['’]?s(?!\w)")
_MINUTES_BEFORE = re.compile(r"\d ?m(?:in)?s? \Z")
_DAY_AND_MONTH = re.compile(r"(?<!\d)[0-3]?\d(?:st|nd|rd|th)?(?:([-/])[^\W\d]{3,9}\1|[ ][^\W\d]{3,9}[ ]['’])\Z")
_PLURAL_SIZE = re.compile(r"(\d{1,2})s(?!\w)")
_HASH = re.compile(r"#(\d{1,9})(?!\w)")
_VERSION = re.compile(r"\d{1,6}(?:\.\d{1,6}){2,}(?![\w])")
_GROUPS_ONLY = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_ALWAYS = re.compile(r"(24)[/x](7)(?!\d|/)|(9)/(11)(?!\d|/)")


def read_numeric(context: Context, match: re.Match[str]) -> int:
    """Say the token at this place; the offset past it, 0 if it is no number."""
    done = read_web(context, match.start()) if match.group().isdecimal() else 0
    if done:
        return done
    for pattern, reader in _readers(context.base.code, context.math):
        found = pattern.match(context.text, match.start())
        if found and (done := reader(context, found)):
            return done
    return 0


def _iso_date(context: Context, match: re.Match[str]) -> int:
    """Year, month, day in the order of writing."""
    day, month, year = context.num.date(int(match[4]), int(match[3]), match[1])
    end = match.end() - match.group().endswith("T")
    context.say(f"{year} {month} {day}", match.start(), end, context.num.code)
    return match.end()


def _date(context: Context, match: re.Match[str]) -> int:
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


def _dotted(context: Context, match: re.Match[str]) -> int:
    """An ordinal with a full stop: a day before its month, or after an article."""
    num, number, base = context.num, int(match[1]), context.base
    after, before = context.word_after(match.end()), context.before
    if not base.ordinal_leads:
        return 0
    if after in base.months and 1 <= number <= 31:
        words = num.day(number, month_first=False, before=before)
    elif before in base.ordinal_leads or after in base.ordinal_followers:
        words = num.ordinal(number, base.ordinal_leads.get(before, "") if num is base else "")
    else:
        return 0
    context.say(words, match.start(), match.end(), num.code)
    context.seen(match[1])
    return match.end()


def _ratio(context: Context, match: re.Match[str]) -> int:
    num = context.num
    first, link = num.range_start(num.whole(match[1]))
    words = " ".join(filter(None, (first, num.symbols.get("ratio", link), num.whole(match[2]))))
    context.say(words, match.start(), match.end(), num.code)
    return match.end()


def _version(context: Context, match: re.Match[str]) -> int:
    """Parts with "point" between; an address of four parts with "dot"."""
    text, num = match.group(), context.num
    if context.base.decimal_mark == "," and _GROUPS_ONLY.fullmatch(text):
        return 0
    parts = text.split(".")
    name = num.symbols["dot" if len(parts) == 4 else "version"]
    context.say(f" {name} ".join(map(num.whole, parts)), match.start(), match.end(), num.code)
    return match.end()


def _dimension(context: Context, match: re.Match[str]) -> int:
    """Dimensions, "5x3 m", "2x4s": each number a part of its own, "by" between."""
    text, num = context.text, context.num
    number = re.compile(NUMBER[context.base.decimal_mark])
    start, end = match.span()
    tail = _DIMENSION_TAIL.match(text, end)
    if not tail:
        return 0
    while tail:
        size = match.group()
        words = num.whole(size) if size.isdecimal() else say_number(parse(size, context.base), num)
        context.say(words, start, end, num.code)
        context.say(num.symbols["by"], tail.start(1), tail.end(1), num.code)
        found = number.match(text, tail.end())
        if not found:
            return tail.end()
        match, (start, end) = found, found.span()
        tail = _DIMENSION_TAIL.match(text, end)
    if num.code == "en" and (plural := _PLURAL_SIZE.match(text, start)):
        context.say(_plural(num.whole(plural[1])), start, plural.end(), num.code)
        return plural.end()
    return start


def _feet(context: Context, match: re.Match[str]) -> int:
    num, base = context.num, context.base
    for group, unit in ((1, "ft"), (2, "inch")):
        noun = base.units.get(unit) or registry.language("en").units[unit]
        number = int(match[group])
        start = match.start() if group == 1 else match.start(2)
        end = match.start(2) if group == 1 else match.end()
        words = f"{num.cardinal(number, noun.form)} {noun.one if number == 1 else noun.many}"
        context.say(words, start, len(context.text[:end].rstrip()), num.code)
    return match.end()


def _inches(context: Context, match: re.Match[str]) -> int:
    """The sign of inches, where it does not close a quotation."""
    if match.group()[-1] != "″" and context.quoted:
        return 0
    return _length(context, match, "inch")


def _feet_alone(context: Context, match: re.Match[str]) -> int:
    """The sign of feet, likewise."""
    quoted = context.quoted or _SINGLE_QUOTE.search(context.text, max(0, match.start() - 60), match.end(1))
    return 0 if quoted else _length(context, match, "ft")


def _length(context: Context, match: re.Match[str], unit: str) -> int:
    num, base = context.num, context.base
    known = unit in base.units
    noun = (base if known else registry.language("en")).units[unit]
    value = parse(match[1], registry.language("en"))
    after = context.word_after(match.end())
    singular = value.is_one or (base.code == "en" and bool(after) and after not in _AFTER_LENGTH)
    context.say(say_number(value, num, noun.form), match.start(), match.end(1), num.code)
    context.say(noun.one if singular else noun.many, match.end(1), match.end(), base.code if known else "en")
    return match.end()


def _power(context: Context, match: re.Match[str]) -> int:
    """Raised digits: "10²", "10⁻⁵"."""
    num, raised = context.num, match[3].translate(_RAISED)
    name = {"2": "squared", "3": "cubed"}.get(raised) if not match[2] else None
    if name in num.symbols:
        words = num.symbols[name]
    elif "power" in num.symbols:
        minus = num.symbols["minus"] + " " if match[2] else ""
        words = f"{num.symbols['power']} {minus}{num.whole(raised)}"
    else:
        return 0
    context.say(f"{num.whole(match[1])} {words}", match.start(), match.end(), num.code)
    return match.end()


def _decade(context: Context, match: re.Match[str]) -> int:
    """Decades, "1990s" and "'80s"; English only."""
    num, number = context.num, int(match[1])
    if num.code != "en" or _is_seconds(context, match):
        return 0
    words = num.year(number) if number > 999 else num.cardinal(number)
    context.say(_plural(words), match.start(), match.end(), num.code)
    return match.end()


def _plural(words: str) -> str:
    """Of an English number."""
    return words[:-1] + "ies" if words.endswith("y") else words + ("es" if words.endswith("x") else "s")


def _is_seconds(context: Context, match: re.Match[str]) -> bool:
    """Whether "30s" is a time and no decade: after minutes, or words such as "for" and "every"."""
    if not match.group()[:-1].isdecimal() or int(match[1]) > 60:
        return False
    if context.before in registry.language("en").second_leads:
        return True
    return bool(_MINUTES_BEFORE.search(context.text, max(0, match.start() - 7), match.start()))


def _tag(context: Context, match: re.Match[str]) -> int:
    return read_tag(context, match.start())


def _hash(context: Context, match: re.Match[str]) -> int:
    """A number of something; that of an order or a ticket digit by digit."""
    num, number = context.num, match[1]
    if len(number) > 2 and codes.is_label(context, match.start()):
        said = num.label(number)
    else:
        said = num.digits(number) if context.names_code(hashed=True) and len(number) >= 4 else num.whole(number)
    words = f"{context.base.symbols['number']} {said}"
    context.say(words, match.start(), match.end(), context.num.code)
    return match.end()


def _ordinal(context: Context, match: re.Match[str]) -> int:
    suffix = match[2] or match[3]
    words, apart = with_ending(context, int(match[1].replace(",", "")), suffix)
    if not words:
        return 0
    at = match.end() - len(suffix)
    context.say(words, match.start(), match.end(1) if apart else match.end(), context.num.code)
    context.say(apart, at, match.end(), context.base.code)
    context.seen(match.group())
    return match.end()


def _day(context: Context, match: re.Match[str]) -> int:
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


def _always(context: Context, match: re.Match[str]) -> int:
    """What looks like a fraction and is none."""
    words = " ".join(context.num.cardinal(int(number)) for number in match.groups() if number)
    context.say(words, match.start(), match.end(), context.num.code)
    return match.end()


def _mixed(context: Context, match: re.Match[str]) -> int:
    return read_mixed(context, match.start())


def _digit(context: Context, match: re.Match[str]) -> int:
    """What no other reader took: the digits alone."""
    context.say(context.num.whole(match.group()), match.start(), match.end(), context.num.code)
    return match.end()


@cache
def _readers(code: str, math: bool) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Readers for the words of a language, in order: the first that accepts wins."""
    language = registry.language(code)
    suffixes = "|".join(re.escape(key) for key in sorted(language.ordinal_forms, key=len, reverse=True))
    ending = rf"(?:[-‑]?({suffixes or '(?!)'})|[ \u00a0]({apart_endings(language)}))(?!\.?{LETTER}|\d)"
    ordinal = re.compile(rf"(\d{{1,3}}(?:,\d{{2,3}}){{0,3}},\d{{3}}|\d{{1,9}}){ending}")
    dimension = () if math else ((re.compile(r"\d{1,6}(?:[.,]\d{1,3})?(?=[ ]?[xX×][ ]?\d)"), _dimension),)
    return (
        (_ISO_DATE, _iso_date),
        (_DATE, _date),
        *TIMES,
        (codes.US_POSTAL, codes.read_us_postal),
        (PHONES, read_phone),
        (codes.GROUPS, codes.read_groups),
        (_VERSION, _version),
        (_RATIO, _ratio),
        (_ALWAYS, _always),
        *dimension,
        (_FEET, _feet),
        (_INCHES, _inches),
        (_FEET_ALONE, _feet_alone),
        (_POWER, _power),
        *FRACTIONS,
        (_DECADE, _decade),
        (_HASH, _hash),
        (_TAG, _tag),
        (ordinal, _ordinal),
        (_DOTTED, _dotted),
        (re.compile(rf"(\d{{1,2}})(?!\d|{LETTER})"), _day),
        (re.compile(""), read_quantity),
        (re.compile(r"\d"), _mixed),
        (re.compile(r"\d+"), _digit),
    )
