"""Brings what was said and what a recogniser wrote to one form, so that only what was heard counts.

A recogniser writes "$1,250.50", "1250 dollars and 50 cents" or "twelve fifty" for sounds that are alike or mean the
same; people do, too. Both sides are folded: numbers become digits, one token each ("nineteen eighty four" and "1984"
are ``1 9 8 4``), signs and abbreviations become words, "and" is left out.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from bench.words import distance

_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
_NUMBERS = {word: n for n, word in enumerate([*_UNITS.split(), "seventeen", "eighteen", "nineteen"])}
_NUMBERS |= {word: 10 * n for n, word in enumerate(_TENS.split(), 2)}
_NUMBERS |= {word: n for n, word in enumerate(_ORDINALS.split())}
_NUMBERS |= {f"{word}th": n for word, n in _NUMBERS.items() if 14 <= n < 20}
_NUMBERS |= {f"{word[:-1]}ieth": 10 * n for n, word in enumerate(_TENS.split(), 2)}
_NUMBERS |= {"oh": 0}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_BEYOND = 10**12  # more than every scale
_DECADES = {f"{word[:-1]}ies": 10 * n for n, word in enumerate(_TENS.split(), 2)}

_CURRENCIES = {"$": ("dollars", "cents"), "€": ("euros", "cents"), "£": ("pounds", "pence"), "₹": ("rupees", "paise")}
_SIGNS: tuple[tuple[str, str], ...] = (
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
    (r"(?<=\d)\.(?=\d\d ?[ap]\.? ?m\b)", " "),
    (r"(?<=\bat )(\d\d?)\.(?=\d\d\b)", r"\1 "),
    (r"(?<=[1-9]00 and )(?=\d\b)", "0"),
    (r"(?<=[1-9])00 and (?=\d\d\b)", ""),
    (r"[$€£₹](?=\d+ (?:cents|pence|paise)\b)", ""),
    (r"([$€£₹])0?\.(\d\d)\b", r" \2 ¢\1 "),
    (r"\b([ap])\.? ?m\b\.?", r" \1m "),
    (r"\bb\.? ?c\b\.?", " bc "),
    (r"(\d{1,2}):00\b", r"\1"),
    (r"(?<=\d):(?=\d\d)", " "),
    (r"\bo'? ?clock\b", " "),
    (r"\bhalf[ -]time\b", "halftime"),
    (r"([$€£₹]) ?(\d+)\.(\d\d)(?! (?:million|billion))\b", r" \2 §\1 \3 ¢\1 "),
    (r"(?<![§¢])([$€£₹]) ?(\d+(?:\.\d+)?(?: (?:thousand|million|billion))?)", r" \2 \1 "),
    (r"° ?([cf])\b", r" degrees \1 "),
    ("°", " degrees "),
    ("%", " percent "),
    (r"\b1[/⁄]2\b", " half "),
    (r"\b([13])[/⁄]4\b", r" \1 quarters "),
    (r"(\d)(?:st|nd|rd|th)\b", r"\1"),
    (r"(\d)'?s\b", r"\1 decade "),
    (r"(?:\bno\.? |#)(?=\d)", " number "),
    (r"(?<=\d)\.(?=\d)", " point "),
    (r"(?<!\w)[-−](?=\d)", " minus "),
    (r"(?<=\d) ?[x×] ?(?=\d)", " by "),
    (r"\+", " plus "),
    ("/", " per "),
    ("&", " "),
    (r"\ba(?= (?:hundred|thousand|million|billion)\b)", " one "),
    (r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)", " "),
)
"""Patterns of lower-case text, in the order in which they are replaced."""

_SAME = {
    "mr": "mister", "mrs": "missus", "dr": "doctor", "prof": "professor", "st": "street",
    "okay": "ok", "centre": "center", "neighbour": "neighbor", "colour": "color", "theatre": "theater",
    "mon": "monday", "fri": "friday", "oct": "october", "dec": "december", "jan": "january", "feb": "february",
    "ii": "2", "viii": "the 8", "negative": "minus", "fourths": "quarters", "c": "celsius", "f": "fahrenheit",
    "km": "kilometer", "kilometers": "kilometer", "kilometres": "kilometer", "kilometre": "kilometer",
    "meters": "meter", "metres": "meter", "metre": "meter", "m": "meter", "cm": "centimeter",
    "centimeters": "centimeter", "centimetres": "centimeter", "grams": "gram", "g": "gram", "mg": "milligram",
    "milligrams": "milligram", "liters": "liter", "litres": "liter", "litre": "liter", "l": "liter",
    "pounds": "pound", "lbs": "pound", "lb": "pound", "gb": "gigabyte", "gigabytes": "gigabyte",
    "mph": "miles per hour", "dollars": "dollar", "euros": "euro", "rupees": "rupee", "tonnes": "tons",
}  # fmt: skip
"""Spellings of what sounds the same or is the same word."""


def words(text: str, *, alike: Mapping[str, str] = _SAME) -> list[str]:
    """Fold an English text, spoken or written, to tokens: words, and the digits of numbers.

    Args:
        text: The text.
        alike: Words and what takes their place.
    """
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("–", "-").replace("—", " ")
    for pattern, replacement in _SIGNS:
        text = re.sub(pattern, replacement, text)
    for sign, (whole, part) in _CURRENCIES.items():
        text = text.replace(f"¢{sign}", f" {part} ").replace(f"§{sign}", f" {whole} ").replace(sign, f" {whole} ")
    found = re.findall(r"[^\W\d_]+|\d+|,", text.replace("'", ""))
    return _digits(" ".join(alike.get(word, word) for word in found).split())


def letters(text: str) -> list[str]:
    """Fold a text of any script to its letters and signs, without case, spaces and punctuation."""
    text = unicodedata.normalize("NFC", text.lower())
    return [sign for sign in text if unicodedata.category(sign)[0] in "LMN"]


def errors(references: Sequence[str], heard: str, *, alike: Mapping[str, str] = _SAME) -> tuple[int, int]:
    """Wrong words in what was heard, and words of the reference; of several references the one that fits best."""
    got = words(heard, alike=alike)
    said = [words(reference, alike=alike) for reference in references]
    return min((distance(reference, got), len(reference)) for reference in said)


def _digits(tokens: Sequence[str]) -> list[str]:
    """Numbers, in words or not, as one token for each digit; whole thousands, millions and billions by name.

    A comma ends a number, and so does "and", but within "two hundred and five"; neither is kept.
    """
    folded: list[str] = []
    number = _Number()
    is_decimal = False
    for token in tokens:
        if token == "and" and number.takes_more:
            continue
        if not number.is_begun:
            is_decimal = folded[-1:] == ["point"]
        if number.take(token, alone=is_decimal):
            continue
        folded += number.tokens()
        number = _Number()
        if number.take(token):
            is_decimal = False
        elif token in _DECADES:
            folded += [*str(_DECADES[token]), "decade"]
        elif token not in ("and", ","):
            folded.append(token)
    return folded + number.tokens()


class _Number:
    """One number that is being read, such as "two thousand five hundred twelve"."""

    def __init__(self) -> None:
        self._total = self._group = self._room = self._leading = 0
        self._scale = _BEYOND
        self.is_begun = False

    @property
    def takes_more(self) -> bool:
        """It ends with "hundred" or a scale."""
        return self.is_begun and self._room >= 100

    def take(self, token: str, *, alone: bool = False) -> bool:
        """Continue the number with a token; false if it cannot follow.

        Args:
            token: A word or digits.
            alone: It stands after a decimal point, where every word is a number of its own.
        """
        if token == "hundred":
            if alone or not self.is_begun or not 0 < self._group < 100:
                return False
            self._group, self._room = self._group * 100, 100
            return True
        if token in _SCALES:
            scale = _SCALES[token]
            if alone or not self._group or scale >= self._scale:
                return False
            self._total, self._group = self._total + self._group * scale, 0
            self._scale = self._room = scale
            return True
        value = int(token) if token.isdecimal() else _NUMBERS.get(token)
        if value is None or (self.is_begun and (alone or not 0 < value < self._room)):
            return False
        if token.isdecimal() and self.is_begun:
            return False
        self._leading = len(token) - len(str(value)) if token.isdecimal() else 0
        self._group += value
        self._room = 10 if 20 <= value < 100 and value % 10 == 0 and not token.isdecimal() else 0
        self.is_begun = True
        return True

    def tokens(self) -> list[str]:
        """What it is folded to; nothing if it was not begun."""
        if not self.is_begun:
            return []
        value = self._total + self._group
        for name, scale in reversed(_SCALES.items()):
            if value and value % scale == 0:
                return [*str(value // scale), name]
        return [*("0" * self._leading + str(value))]
