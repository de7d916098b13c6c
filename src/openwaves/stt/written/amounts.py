"""Numbers that count something: money, percent, units, halves, fractions, and bare decimals."""

from collections.abc import Iterator
from decimal import Decimal

from openwaves.stt.written.figures import Match, Piece, figures, with_sign
from openwaves.stt.written.numbers import Number, cardinal, decimal, is_number, literal
from openwaves.stt.written.tables import Currency
from openwaves.stt.written.text import Text

_LONGEST_UNIT = 4
_PERCENT = "%"
_FRACTION_WORDS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4}


def amount(text: Text, start: int) -> Match | None:
    """A number with what it counts: "twenty five dollars", "minus five degrees", "three point five percent"."""
    minus = int(text.tables.among("minus", text.key(start)) and not is_number(text, start - 1))
    if minus and not text.near(start + 1, start + 1):
        return None
    first = start + minus
    for number in _readings(text, first):
        sign = "-" if minus else ""
        if found := _counted(text, number, first, sign, start):
            return found
        if minus or (number.digits and not number.bare and number.end - first > 1):
            return Match(with_sign(figures(text, number, first), sign), True)
    return None


def _readings(text: Text, start: int) -> Iterator[Number]:
    """What may be the number at a place, the longest first."""
    number = decimal(text, start)
    if number is None:
        number = literal(text, start)
        if number is None:
            if text.tables.among("point", text.key(start)) and (below := _below_one(text, start)):
                yield below
            return
    if mixed := _and_a_half(text, number):
        yield mixed
    if pair := _hundred_pair(text, number, start):
        yield pair
    yield number


def _counted(text: Text, number: Number, first: int, sign: str, start: int) -> Match | None:
    """The number with the percent sign, the currency or the unit that follows."""
    if end := _percent(text, number.end):
        return Match(with_sign(figures(text, number, first), sign, _PERCENT, end), True)
    if currency := _currency(text, number):
        return _money(text, number, first, *currency, sign)
    for length in range(_LONGEST_UNIT, 0, -1):
        keys = tuple(text.near(number.end + offset, number.end) for offset in range(length))
        if keys in text.tables.units:
            return _measured(text, number, first, keys, sign)
    other = _range(text, number, start)
    return Match(with_sign(figures(text, number, first), other.removesuffix(_PERCENT) or sign), True) if other else None


def _measured(text: Text, number: Number, first: int, unit: tuple[str, ...], sign: str) -> Match | None:
    """The number and its unit; "one day" is none."""
    if number.value == 1 and not number.digits and text.tables.among("soft_unit", unit[0]):
        return None
    pieces = with_sign(figures(text, number, first), sign)
    written, end = text.tables.units[unit], number.end + len(unit)
    if not written:
        return Match(pieces, number.value != 1 or bool(number.digits) or not number.bare)
    if written == "£":
        return Match(with_sign(pieces, "£", "", end), True)
    glued = written.startswith("°")
    return Match(with_sign(pieces, "", written, end) if glued else (*pieces, Piece(written, end)), True)


def _percent(text: Text, at: int) -> int:
    """Index past a word for percent, 0 if there is none."""
    if text.tables.among("percent", text.next_key(at)):
        return at + 1
    for phrase in ("per cent", "por ciento"):
        keys = phrase.split()
        if text.next_key(at) and text.starts_with(at, keys):
            return at + len(keys)
    return 0


def _currency(text: Text, number: Number) -> tuple[Currency, int] | None:
    """The currency behind a number, and the index of its name: "millones de euros" has a word between."""
    at = number.end
    if number.scale_at >= 0 and text.tables.among("of", text.next_key(at)):
        at += 1
    found = text.tables.currencies.get(text.near(at, number.end))
    return (found, at) if found else None


def _money(text: Text, number: Number, first: int, currency: Currency, at: int, sign: str) -> Match:
    end = at + 1
    minor, end = _minor(text, currency, end) if number.scale_at < 0 and not number.digits else ("", end)
    pieces = figures(text, number, first)
    if currency.mark == "." and text.tables.code == "es":
        pieces = tuple(
            Piece(piece.text.replace(".", ",") if not number.digits else piece.text, piece.end) for piece in pieces
        )
    pieces = with_sign(pieces, "" if currency.leads else sign, minor)
    if at > number.end:
        return Match((*pieces, Piece("", at), Piece("", at + 1)), True)
    if currency.leads:
        return Match(with_sign(pieces, sign + currency.sign, "", end), True)
    return Match((*pieces, Piece(currency.sign, end)), True)


def _minor(text: Text, currency: Currency, end: int) -> tuple[str, int]:
    """The cents of an amount, as ".50", and the index past them."""
    at = end + text.tables.among("and_cents", text.next_key(end))
    part = cardinal(text, at) if text.near(at, end) and not text.tables.among("a", text.key(at)) else None
    if part is None or not 0 < part.value < 100:
        return "", end
    follower = text.next_key(part.end)
    named = follower in currency.minor
    alone = not follower or text.tables.among("end_of_amount", follower)
    if not named and not (alone and part.value >= 5 and (at == end or text.key(end) == "con")):
        return "", end
    return f"{currency.mark}{int(part.value):02d}", part.end + named


def _range(text: Text, number: Number, start: int) -> str:
    """The sign that the first number of a range shares with the second: "five to ten dollars"."""
    link = text.next_key(number.end)
    joins = text.tables.among("ranges", link) or (link == "and" and text.previous_key(start) == "between")
    if not joins or number.scale_at >= 0:
        return ""
    other = decimal(text, number.end + 1) if text.near(number.end + 1, number.end) else None
    if other is None or other.value <= number.value:
        return ""
    if _percent(text, other.end):
        return _PERCENT
    found = _currency(text, other)
    return found[0].sign if found and found[0].leads else ""


def _and_a_half(text: Text, number: Number) -> Number | None:
    """A half or quarters behind a number: "two and a half", "dos y medio"; with a scale after it."""
    tables = text.tables
    if number.scale_at >= 0 or number.bare or number.digits or tables.code == "hi":
        return None
    keys = [text.near(number.end + offset, number.end) for offset in range(3)]
    if keys == ["and", "a", "half"]:
        added, end = Decimal("0.5"), number.end + 3
    elif keys == ["and", "a", "quarter"]:
        added, end = Decimal("0.25"), number.end + 3
    elif keys == ["and", "three", "quarters"]:
        added, end = Decimal("0.75"), number.end + 3
    elif keys[0] == "y" and keys[1] in {"medio", "media"}:
        added, end = Decimal("0.5"), number.end + 2
    else:
        return None
    value = number.value + added
    digits = f"{value:f}".replace(".", "," if tables.code == "es" else ".")
    scale = tables.scales.get(text.next_key(end), 0)
    if scale >= 1000:
        return Number(value * scale, end + 1, digits, end)
    return Number(value, end, digits)


def _hundred_pair(text: Text, number: Number, start: int) -> Number | None:
    """Hundreds without the word, before a currency only: "one fifty dollars"."""
    if text.tables.code != "en" or not 1 <= number.value <= 9 or number.end != start + 1 or number.digits:
        return None
    tail = cardinal(text, number.end) if text.next_key(number.end) else None
    if tail is None or not 10 <= tail.value <= 99 or tail.bare:
        return None
    pair = Number(number.value * 100 + tail.value, tail.end)
    return pair if _currency(text, pair) else None


def _below_one(text: Text, start: int) -> Number | None:
    """Less than one, before a percent or a currency: "point five percent"."""
    tail = cardinal(text, start + 1) if text.near(start + 1, start + 1) else None
    if tail is None or tail.value > 99 or tail.bare:
        return None
    found = Number(Decimal(f"0.{int(tail.value)}"), tail.end, f"0.{int(tail.value)}")
    return found if _percent(text, found.end) or _currency(text, found) else None


def fraction(text: Text, start: int) -> Match | None:
    """Fractions: "two thirds", "one quarter", "एक बटा दो"."""
    over = text.next_key(start + 1)
    top = text.tables.numbers.get(text.key(start), 0)
    if not 1 <= top <= 19 or not over:
        return None
    if text.tables.among("over", over):
        bottom = cardinal(text, start + 2) if text.near(start + 2, start + 2) else None
        return Match((Piece(f"{top}/{int(bottom.value)}", bottom.end),), True) if bottom and not bottom.bare else None
    if (
        text.tables.code == "es"
        and top > 1
        and (over == "tercios" or (over == "cuartos" and text.near(start + 2, start + 1) == "de"))
    ):
        return Match((Piece(f"{top}/{3 if over == 'tercios' else 4}", start + 2),), True)
    if text.tables.code != "en" or (top == 1 and text.previous_key(start) == "the"):
        return None
    bottom_value = _FRACTION_WORDS.get(over) or text.tables.ordinals.get(
        over if top == 1 else over.removesuffix("s"), 0
    )
    plural = over.endswith("s")
    if bottom_value < 2 or over.startswith("second") or plural != (top > 1):
        return None
    return Match((Piece(f"{top}/{bottom_value}", start + 2),), top > 1)
