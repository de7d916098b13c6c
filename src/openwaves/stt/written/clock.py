"""Times of day: "half past nine", "seven thirty p m", "साढ़े नौ बजे", "las nueve y media"."""

from openwaves.stt.written.digits import is_house, label_of
from openwaves.stt.written.figures import Match, Piece
from openwaves.stt.written.numbers import Number, cardinal, digit
from openwaves.stt.written.text import Text

_FIFTHS = frozenset({5, 10, 20, 25})


def time(text: Text, start: int) -> Match | None:
    """The time that begins at a token."""
    match text.tables.code:
        case "en":
            return _past(text, start) or _english(text, start)
        case "hi":
            return _hindi(text, start)
        case _:
            return _spanish(text, start)


def _whole(text: Text, start: int, past: int, most: int, least: int = 0) -> Number | None:
    """A whole number within bounds, if no punctuation stands before it."""
    number = cardinal(text, start) if past == 0 or text.near(start, past) else None
    if number is None or number.bare or number.scale_at >= 0 or number.value != int(number.value):
        return None
    return number if least <= number.value <= most else None


def _past(text: Text, start: int) -> Match | None:
    """Minutes before or after an hour: "half past nine", "quarter to nine", "ten past nine"."""
    at = start + (text.key(start) == "a" and text.next_key(start + 1) == "quarter")
    link = text.next_key(at + 1)
    minutes = {"half": 30, "quarter": 15}.get(text.key(at))
    if minutes is None:
        number = _whole(text, start, 0, 25)
        if number is None or int(number.value) not in _FIFTHS:
            return None
        minutes = int(number.value)
        at = number.end - 1
        at += text.next_key(number.end) == "minutes"
        link = text.next_key(at + 1)
        if link == "to" and not _evening(text, at + 2):
            return None
    if link not in {"past", "to", "after"} or (link == "to" and minutes == 30) or (link == "after" and minutes != 15):
        return None
    hour = _whole(text, at + 2, at + 2, 12, 1)
    if hour is None or _goes_on(text, hour.end):
        return None
    value = int(hour.value)
    shown = f"{value}:{minutes:02d}" if link != "to" else f"{(value - 2) % 12 + 1}:{60 - minutes:02d}"
    half_day = _half_day(text, hour.end)
    end = hour.end + (text.next_key(hour.end) == "o'clock")
    return Match((Piece(shown, end), *half_day), True)


def _evening(text: Text, start: int) -> bool:
    """Whether an hour with its half of the day stands here."""
    hour = _whole(text, start, start, 12, 1)
    return hour is not None and (bool(_half_day(text, hour.end)) or text.next_key(hour.end) == "o'clock")


def _goes_on(text: Text, end: int) -> bool:
    """Whether another number follows, or something that is counted."""
    key = text.next_key(end)
    return key in text.tables.numbers or key in text.tables.currencies or key in text.tables.scales


def _half_day(text: Text, end: int) -> tuple[Piece, ...]:
    """One piece for "a m", "pm", "p.m."; else none."""
    key = text.next_key(end)
    if text.tables.among("am", key):
        return (Piece(key.upper(), end + 1),)
    if key in {"a", "p"} and text.near(end + 1, end) == "m":
        return (Piece(f"{key.upper()}M", end + 2),)
    return ()


def _minutes(text: Text, hour: Number) -> tuple[int, int] | None:
    """Minutes behind an hour and the index past them: "thirty", "oh five"."""
    if text.tables.among("zero", text.next_key(hour.end)) or text.next_key(hour.end) == "zero":
        one = digit(text, hour.end + 1) if text.near(hour.end + 1, hour.end) else None
        return (one, hour.end + 2) if one else None
    number = _whole(text, hour.end, hour.end, 59, 10)
    return (int(number.value), number.end) if number else None


def _english(text: Text, start: int) -> Match | None:
    hour = _whole(text, start, 0, 23)
    if hour is None or text.next_key(hour.end) in text.tables.scales:
        return None
    minutes = _minutes(text, hour)
    if minutes is None:
        return _full_hour(text, hour)
    value, end = minutes
    half_day = _half_day(text, end)
    if not half_day and (_goes_on(text, end) or not _is_time(text, start, hour, value, end)):
        return None
    return Match((Piece(f"{hour.value}:{value:02d}", end), *half_day), True)


def _full_hour(text: Text, hour: Number) -> Match | None:
    """An hour without minutes: "seven p m", "seven o'clock", "seven in the morning"."""
    shown, end = Piece(str(hour.value), hour.end), hour.end
    if not 1 <= hour.value <= 12:
        return None
    if half_day := _half_day(text, end):
        return Match((shown, *half_day), True)
    if text.next_key(end) == "o'clock":
        return Match((shown, Piece("", end + 1)), True)
    in_the = text.next_key(end) == "in" and text.near(end + 1, end) == "the"
    return Match((shown,), True) if in_the and text.tables.among("day_parts", text.near(end + 2, end)) else None


def _is_time(text: Text, start: int, hour: Number, minutes: int, end: int) -> bool:
    """Whether an hour and minutes without "am" or "pm" are a time, and not a year, a code or a count."""
    tables = text.tables
    before, after = text.previous_key(start), text.next_key(end)
    if (after,) in tables.units or tables.among("no_clock", before) or label_of(text, start) or is_house(text, end):
        return False
    year_like = hour.value >= 13 and minutes >= 10
    if tables.among("clock_followers", after) or (after == "in" and text.near(end + 1, end) == "the"):
        return not year_like
    if tables.among("clock_leads", before) and hour.value <= 12:
        return not (before in {"since", "from"} and hour.value >= 10 and minutes % 5)
    if before == "at":
        return True
    return 1 <= hour.value <= 12 and minutes % 5 == 0 and before != "in" and not tables.among("year_leads", before)


def _hindi(text: Text, start: int) -> Match | None:
    """Hours before "बजे" or "बजकर"; "दस मिनट" behind them."""
    found = _hindi_hour(text, start)
    if found is None:
        return None
    hour, minutes, end = found
    if minutes is not None:
        return Match((Piece(f"{hour}:{minutes:02d}", end), Piece("", end + 1)), True)
    and_minutes = text.tables.among("o_clock_and", text.key(end))
    if behind := _minutes_behind(text, hour, end + 1, named=not and_minutes):
        return behind
    return None if and_minutes else Match((Piece(str(hour), end), Piece("", end + 1)), True)


def _hindi_hour(text: Text, start: int) -> tuple[int, int | None, int] | None:
    """An hour, its minutes ("साढ़े नौ", "नौ तीस") and the index of the "बजे" behind them."""
    number = cardinal(text, start)
    if number is None or number.scale_at >= 0 or number.value >= 24:
        return None
    end, minutes = number.end, int((number.value % 1) * 60) if number.value % 1 else None
    if minutes is None and text.next_key(end) in text.tables.numbers:
        other = _whole(text, end, end, 59)
        if other is None:
            return None
        minutes, end = int(other.value), other.end
    return (int(number.value), minutes, end) if text.tables.among("o_clock", text.next_key(end)) else None


def _minutes_behind(text: Text, hour: int, start: int, *, named: bool) -> Match | None:
    """Minutes behind the hour: "एक बजे सात मिनट", but not "एक बजे दस मिनट में"; ``named`` asks for the word "मिनट"."""
    other = _whole(text, start, start, 59)
    if other is None:
        return None
    has_name = text.tables.among("minutes", text.next_key(other.end))
    if named and (not has_name or text.tables.among("not_minutes", text.next_key(other.end + 1))):
        return None
    return Match((Piece(f"{hour}:{int(other.value):02d}", other.end + has_name),), True)


def _spanish_half_day(text: Text, end: int) -> tuple[Piece, ...]:
    """One piece for "a eme", "pe eme", "p m"; else none."""
    first, second = text.next_key(end), text.near(end + 1, end)
    if first in {"a", "pe", "p"} and second in {"eme", "m"}:
        return (Piece(f"{first[0]}.m.", end + 2),)
    return ()


def _spanish(text: Text, start: int) -> Match | None:
    """Hours behind "las" or "la"."""
    if text.previous_key(start) not in {"las", "la"}:
        return None
    hour = _whole(text, start, 0, 24, 1)
    if hour is None or text.next_key(hour.end) in text.tables.scales:
        return None
    found = _spanish_minutes(text, hour)
    if found:
        minutes, end = found
        value = int(hour.value) if minutes >= 0 else (int(hour.value) - 2) % 12 + 1
        return Match((Piece(f"{value}:{minutes % 60:02d}", end), *_spanish_half_day(text, end)), True)
    if half_day := _spanish_half_day(text, hour.end):
        return Match((Piece(str(hour.value), hour.end), *half_day), True)
    part_of_day = text.next_key(hour.end) == "de" and text.near(hour.end + 1, hour.end) == "la"
    sharp = text.next_key(hour.end) == "en" and text.near(hour.end + 1, hour.end) == "punto"
    if sharp or (part_of_day and text.tables.among("day_parts", text.near(hour.end + 2, hour.end))):
        return Match((Piece(str(hour.value), hour.end),), True)
    return None


def _spanish_minutes(text: Text, hour: Number) -> tuple[int, int] | None:
    """Minutes as in "y media", "menos cuarto", "y veinte", "treinta"; negative before the hour."""
    link = text.next_key(hour.end)
    at = hour.end + (link in {"y", "menos", "con"})
    sign = -1 if link == "menos" else 1
    word = text.near(at, hour.end)
    if at > hour.end and word in {"media", "cuarto"}:
        return (30 if word == "media" else sign * 15), at + 1
    number = _whole(text, at, hour.end, 59, 1)
    if number is None or (at == hour.end and number.value < 10) or (at > hour.end and _spanish_count(text, number)):
        return None
    past = number.end + (text.next_key(number.end) == "minutos")
    return sign * int(number.value), past


def _spanish_count(text: Text, number: Number) -> bool:
    """Whether "y" joined an hour and a count: "las dos y tres más"."""
    return text.next_key(number.end) in text.tables.scales
