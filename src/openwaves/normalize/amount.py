"""How amounts are written: patterns of numbers and of what is counted, and what a written number means."""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import cache

from openwaves.normalize import registry
from openwaves.normalize.context import CURRENCY_SIGNS, LETTER
from openwaves.normalize.endings import apart_endings
from openwaves.normalize.language import Language

_POINT = (
    r"(?>[1-9]\d{0,2}(?: \d{3}){0,8} 000(?!\d)"
    r"|[1-9]\d?(?: \d{3}){2,8}(?! ?\d)|[1-9]\d{0,2}(?:[\u00a0\u202f]\d{3}){1,9}(?!\d)"
    r"|[1-9]\d{0,2}(?:,\d{2,3}){0,9},\d{3}(?![\d])(?:\.\d++)?"
    r"|\d++(?:\.\d++)?|\.\d++)"
)
_COMMA = (
    r"(?>[1-9]\d?(?:,\d{2}){1,5},\d{3}(?!\d)(?:\.\d++)?"
    r"|[1-9]\d{0,2}(?:\.\d{3}){1,9}(?![\d])(?:,\d++)?|[1-9]\d{0,2}(?:,\d{3}){1,9}(?!\d)(?:\.\d++)?"
    r"|[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3}){1,9}(?!\d)(?:,\d++)?|\d++(?:[.,]\d++)?|[.,]\d++)"
)
NUMBER = {".": _POINT, ",": _COMMA}
"""Pattern of a number without sign, by decimal mark."""


_INDIAN_GROUPS = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}")
_DASHES = "-–—"


def _alternatives(keys: Set[str]) -> str:
    return "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled for one language of words.

    Attributes:
        amount: Sign, currency, number, and a second number of a range.
        unit: What follows a number and is counted; two units with a slash between.
        currency: A currency after the number.
        scale: A scale word or sign after the number.
        ending: An ending after the number, as in "25th".
    """

    amount: re.Pattern[str]
    unit: re.Pattern[str]
    currency: re.Pattern[str]
    scale: re.Pattern[str]
    ending: re.Pattern[str]


@cache
def patterns(code: str) -> Patterns:
    """Patterns of a language; units, currency codes and scale signs of English are read in all of them."""
    language, english = registry.language(code), registry.language("en")
    number = NUMBER[language.decimal_mark]
    names = _alternatives(set(language.currencies) | set(english.currencies))
    signs = _alternatives(set(CURRENCY_SIGNS))
    units = _alternatives(set(language.units) | set(english.units))
    scales = _alternatives(
        set(language.scales) | set(english.scales) | language.scale_words | english.scale_words - {"hundred"}
    )
    words = _alternatives(language.scale_words | english.scale_words)
    edge = rf"(?!{LETTER}|\d)"
    gap = "[ \u00a0\u202f]?"
    return Patterns(
        re.compile(
            rf"(?P<sign>[-−–+±~≈]?)(?:(?P<cur>{signs}|(?:{names})){gap})?(?P<inner>[-−]?)(?P<a>{number})"
            rf"(?:(?P<sep>{gap}[{_DASHES}]{gap})(?:{signs}|(?:{names}){gap})?(?P<b>{number})(?![-–]?\d))?"
        ),
        re.compile(rf"(?P<gap>{gap}-?)(?P<unit>{units})(?:/(?P<per>{units}|day|week|month|year|person))?{edge}"),
        re.compile(rf"{gap}(?P<cur>{signs}|(?:{names}){edge})"),
        re.compile(rf"(?P<gap>{gap})(?P<scale>{scales}){edge}(?:[ \u00a0](?P<more>{words}){edge})?"),
        re.compile(
            rf"(?:(?P<ending>{_alternatives(set(language.ordinal_forms)) or '(?!)'})"
            rf"|[ \u00a0](?P<apart>{apart_endings(language)}))(?!\.?{LETTER}|\d)"
        ),
    )


@dataclass(frozen=True, slots=True)
class Value:
    """A number as written: digits before and after the decimal mark."""

    whole: str
    fraction: str
    mark: str
    grouped: bool
    indian: bool

    @property
    def is_one(self) -> bool:
        return not self.fraction and self.whole.lstrip("0") == "1"


def parse(text: str, language: Language) -> Value:
    """Take a written number apart. A single mark before three digits sets off a group where that is usual."""
    text = re.sub(r"[ \u00a0\u202f]", "", text)
    mark = language.decimal_mark
    other = "," if mark == "." else "."
    grouped = False
    if re.fullmatch(rf"[1-9]\d{{0,2}}(?:\{other}\d{{2,3}})*\{other}\d{{3}}(?:\{mark}\d+)?", text):
        grouped = True
    elif mark == "," and text.count(",") == 1 and not language.comma_groups and "." not in text:
        pass
    elif mark == "," and re.fullmatch(r"[1-9]\d{0,2}(?:,\d{2})*(?:,\d{3})+(?:\.\d+)?", text):
        mark, other, grouped = ".", ",", True
    elif mark == "," and "." in text:
        mark, other = ".", ","
    whole, _, fraction = text.partition(mark)
    return Value(whole.replace(other, ""), fraction, mark, grouped, bool(_INDIAN_GROUPS.match(text)))


def say_number(value: Value, language: Language, form: str = "", *, indian: bool = False) -> str:
    """Words of a written number."""
    indian = indian or value.indian or language.indian
    if value.fraction:
        return language.decimal(value.whole, value.fraction, indian=indian, mark=value.mark)
    return language.whole(value.whole, form, indian=indian)
