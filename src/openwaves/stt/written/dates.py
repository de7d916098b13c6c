"""Dates and years: "january fifteenth twenty twenty six", "पंद्रह अगस्त", "quince de enero de dos mil veintiséis"."""

from openwaves.stt.written.figures import Match, Piece
from openwaves.stt.written.numbers import Number, cardinal, digit
from openwaves.stt.written.ordinals import Ordinal, ordinal
from openwaves.stt.written.text import Text

_FIRST_YEAR = 1000
_LAST_YEAR = 2199
_FIRST_IN_HALVES = 1300
"""Smaller ones in two halves are times more often ("twelve thirty")."""


def date(text: Text, start: int) -> Match | None:
    """A day and its month, or a month and its year."""
    if text.key(start) in text.tables.months:
        return _month_first(text, start) if text.tables.code == "en" else _month_and_year(text, start)
    return _day_first(text, start) or _numeric(text, start)


def year(text: Text, start: int) -> tuple[int, int] | None:
    """A year and the index past it: "two thousand six", "nineteen oh five", "उन्नीस सौ सैंतालीस"."""
    number = cardinal(text, start)
    if number is None or number.scale_at >= 0 or (number.bare and text.tables.code == "en"):
        token = text.tokens[start] if start < len(text.tokens) else None
        if token and len(token.text) == 4 and token.text.isdecimal():
            return int(token.text), start + 1
        return None
    if _FIRST_YEAR <= number.value <= _LAST_YEAR and number.value == int(number.value):
        return int(number.value), number.end
    return pair_year(text, number) if text.tables.code == "en" else None


def pair_year(text: Text, number: Number) -> tuple[int, int] | None:
    """A year that is said in two halves: "nineteen ninety nine", "twenty oh eight"."""
    if not 10 <= number.value <= 21 or not text.next_key(number.end):
        return None
    if text.tables.among("zero", text.key(number.end)):
        one = digit(text, number.end + 1) if text.near(number.end + 1, number.end) else None
        return (int(number.value) * 100 + one, number.end + 2) if one else None
    half = cardinal(text, number.end)
    if half is None or half.bare or not 10 <= half.value <= 99:
        return None
    return int(number.value) * 100 + int(half.value), half.end


def lone_year(text: Text, start: int) -> Match | None:
    """A year without a month: two halves, or any form after a word that leads to years."""
    tables = text.tables
    if not tables.numbers.get(text.key(start)) and text.key(start) not in {"mil", "सौ"}:
        return None
    found = year(text, start)
    if not found or not _is_year(text, start, *found):
        return None
    following = text.next_key(found[1])
    if following and (number_follows(text, found[1]) or following in tables.currencies):
        return None
    return Match((Piece(str(found[0]), found[1]),), True)


def _is_year(text: Text, start: int, value: int, end: int) -> bool:
    """Whether a number that can be a year is one."""
    tables, before = text.tables, text.previous_key(start)
    led = tables.among("year_leads", before) or (before in {"is", "was"} and text.key(start - 2) == "year")
    led = led or tables.among("year_followers", text.next_key(end))
    number = cardinal(text, start)
    if number is not None and number.end < end:
        return led or (value >= _FIRST_IN_HALVES and not tables.among("label", before))
    return (led or (tables.code == "hi" and _said_in_hundreds(text, start))) and not _counts(text, end)


def _said_in_hundreds(text: Text, start: int) -> bool:
    """Hindi "उन्नीस सौ सैंतालीस": nobody counts so."""
    value = text.tables.numbers.get(text.key(start), 0)
    return 11 <= value <= 19 and text.tables.scales.get(text.next_key(start + 1)) == 100


def number_follows(text: Text, end: int) -> bool:
    """Whether a number goes on behind ``end``."""
    return cardinal(text, end) is not None and not text.tables.among("a", text.key(end))


def _counts(text: Text, end: int) -> bool:
    """Whether a plural follows: then the number is a count ("in two thousand cases")."""
    key = text.next_key(end)
    if text.tables.among("plural", key):
        return True
    plural = len(key) > 3 and key.endswith("s") and not text.tables.among("no_plural", key)
    return plural and text.tables.code in {"en", "es"}


def decade(text: Text, start: int) -> Match | None:
    """Ten years: "nineteen eighties"."""
    century = text.tables.numbers.get(text.key(start), 0)
    key = text.next_key(start + 1)
    if not 10 <= century <= 20 or not text.tables.among("decade", key):
        return None
    tens = text.tables.numbers[key.removesuffix("ies") + "y"]
    return Match((Piece(f"{century}{tens:02d}s", start + 2),), True)


def _day(text: Text, start: int) -> Ordinal | None:
    """A day of a month: an ordinal, or a cardinal."""
    found = ordinal(text, start)
    if found is None:
        number = cardinal(text, start)
        if number and not number.bare and number.scale_at < 0 and number.value == int(number.value):
            found = Ordinal(int(number.value), number.end, "")
    return found if found and 1 <= found.value <= 31 else None


def _numeric(text: Text, start: int) -> Match | None:
    """Day, month and year as three numbers, in the order in which they are said: "twelve two twenty twenty five"."""
    first = _day(text, start)
    second = _day(text, first.end) if first and text.next_key(first.end) else None
    if not first or not second or first.ending or second.ending or min(first.value, second.value) > 12:
        return None
    found = year(text, second.end) if text.next_key(second.end) else None
    if not found or not 1900 <= found[0] <= 2099 or (text.next_key(found[1]) and number_follows(text, found[1])):
        return None
    if not min(first.value, second.value) or text.tables.among("label", text.previous_key(start)):
        return None
    return Match((Piece(f"{first.value}/{second.value}/{found[0]}", found[1]),), True)


def _is_month(text: Text, start: int) -> bool:
    """Whether the month's name is not another word here: "may", "march"."""
    if not text.tables.among("ambiguous_month", text.key(start)):
        return True
    first = text.starts_sentence(start)
    if first and (day := ordinal(text, start + 1)) and not text.next_key(day.end):
        return True
    capital = text.tokens[start].text[0].isupper() and not first
    return capital or text.tables.among("month_leads", text.previous_key(start))


def _month_first(text: Text, start: int) -> Match | None:
    month = Piece(text.tables.months[text.key(start)], start + 1)
    if not text.next_key(start + 1):
        return None
    at = start + 1 + (text.key(start + 1) == "the")
    day = _day(text, at) if at == start + 1 or ordinal(text, at) else None
    following = year(text, start + 1)
    sure = _is_month(text, start)
    if day and (dated := _year_behind(text, day.end)):
        first = Piece(f"{day.value}{day.ending}{dated[2]}", day.end)
        return Match((month, *_the(text, start + 1, at), first, Piece(str(dated[0]), dated[1])), True)
    if following and sure and not (day and day.end > following[1]):
        return Match((month, Piece(str(following[0]), following[1])), True)
    if day and sure and not _measured(text, day.end):
        return Match((month, *_the(text, start + 1, at), Piece(f"{day.value}{day.ending}", day.end)), True)
    return None


def _the(text: Text, start: int, end: int) -> tuple[Piece, ...]:
    return tuple(Piece("", index + 1) for index in range(start, end))


def _year_behind(text: Text, end: int) -> tuple[int, int, str] | None:
    """The year after a day, the index past it, and the comma that the day needs; a comma may stand between."""
    if end >= len(text.tokens) or (not text.next_key(end) and text.tokens[end - 1].after != ","):
        return None
    found = year(text, end)
    if not found or found[0] < 1500 or _counts(text, found[1]):
        return None
    return *found, "" if text.tokens[end - 1].after else ","


def _measured(text: Text, end: int) -> bool:
    """Whether the number counts something, or goes on."""
    key = text.next_key(end)
    return key in text.tables.currencies or (key,) in text.tables.units or text.tables.among("percent", key)


def _day_first(text: Text, start: int) -> Match | None:
    tables = text.tables
    day = _day(text, start)
    if day is None:
        return None
    at = day.end + tables.among("of", text.next_key(day.end))
    if text.near(at, day.end) not in tables.months:
        return None
    if tables.code == "en" and tables.among("ambiguous_month", text.key(at)) and not day.ending:
        return None
    pieces = [
        Piece(f"{day.value}{day.ending}", day.end),
        *_the(text, day.end, at),
        Piece(tables.months[text.key(at)], at + 1),
    ]
    if tables.code != "en":
        pieces[-1] = Piece("", at + 1)
    after = at + 1 + tables.among("of", text.next_key(at + 1)) if tables.code == "es" else at + 1
    found = year(text, after) if text.near(after, at + 1) else None
    if found and not _counts(text, found[1]):
        pieces += [*_the(text, at + 1, after), Piece(str(found[0]), found[1])]
    return Match(tuple(pieces), True)


def _month_and_year(text: Text, start: int) -> Match | None:
    """A month with its year, in Hindi also with its day: "enero de dos mil veinte", "मार्च तीस उन्नीस सौ नब्बे"."""
    if text.tables.code == "hi" and (day := _day_behind(text, start)):
        return day
    at = start + 1 + text.tables.among("of", text.next_key(start + 1))
    found = year(text, at) if text.near(at, start + 1) else None
    if not found or (not text.tables.numbers.get(text.key(at)) and text.key(at) != "mil"):
        return None
    return Match((Piece("", start + 1), *_the(text, start + 1, at), Piece(str(found[0]), found[1])), True)


def _day_behind(text: Text, start: int) -> Match | None:
    """Hindi days that are said after their month."""
    day = _day(text, start + 1) if text.next_key(start + 1) else None
    if day is None or _measured(text, day.end) or text.next_key(day.end) in text.tables.scales:
        return None
    found = year(text, day.end) if text.next_key(day.end) else None
    behind = (Piece(str(found[0]), found[1]),) if found else ()
    return Match((Piece("", start + 1), Piece(str(day.value), day.end), *behind), True)
