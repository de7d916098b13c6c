"""How amounts are written: "₹1,05,000", "1'200.20", "-5", "10-20", ".50".

Patterns, what the digits mean, and both ends of a range; ``quantities`` finds out what is counted.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import cache

from openwaves.tts.normalize.context import CURRENCY_SIGNS, LETTER, Context
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.languages.language import Language, Noun

_APOSTROPHES = r"[1-9]\d{0,2}(?:['’]\d{3}){1,9}(?!['’]?\d)"
_POINT = (
    rf"(?>{_APOSTROPHES}(?:\.\d++)?"
    r"|[1-9]\d{0,2}(?: \d{3}){0,8} 000(?!\d)"
    r"|[1-9]\d?(?: \d{3}){2,8}(?! ?\d)|[1-9]\d{0,2}(?:[\u00a0\u202f]\d{3}){1,9}(?!\d)"
    r"|[1-9]\d{0,2}(?:,\d{2,3}){0,9},\d{3}(?![\d])(?:\.\d++)?"
    r"|\d++(?:\.\d++)?|\.\d++)"
)
_COMMA = (
    rf"(?>{_APOSTROPHES}(?:[.,]\d++)?"
    r"|[1-9]\d?(?:,\d{2}){1,5},\d{3}(?!\d)(?:\.\d++)?"
    r"|[1-9]\d{0,2}(?:\.\d{3}){1,9}(?![\d])(?:,\d++)?|[1-9]\d{0,2}(?:,\d{3}){1,9}(?!\d)(?:\.\d++)?"
    r"|[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3}){1,9}(?!\d)(?:,\d++)?|\d++(?:[.,]\d++)?|[.,]\d++)"
)
NUMBER = {".": _POINT, ",": _COMMA}
"""Pattern of a number without sign, by decimal mark."""
_IN_GROUPS = re.compile(r"[ \u00a0\u202f'’]")
_APOSTROPHE = re.compile("['’]")
_INDIAN_GROUPS = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}")
_DASHES = "-–—"


def _alternatives(keys: Set[str]) -> str:
    return "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True))


def apart_endings(language: Language) -> str:
    """Pattern of the endings that a space sets off; a unit's short form with its full stop is none."""
    keys = sorted(language.apart, key=len, reverse=True)
    return "|".join(re.escape(key) + r"(?!\.)" * (f"{key}." in language.units) for key in keys) or "(?!)"


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
    apart = bool(_APOSTROPHE.search(text))
    text = _IN_GROUPS.sub("", text)
    mark = language.decimal_mark
    if apart:
        mark = "." if "." in text else ","
        whole, _, fraction = text.partition(mark)
        return Value(whole, fraction, mark, grouped=True, indian=False)
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


class Amount:
    """A number while it is being read, with its sign, its currency and the range that it opens.

    Attributes:
        context: The pass over the text.
        found: The match of ``Patterns.amount``.
        start: Offset of its first sign.
        end: Offset past it.
        first: The number.
        second: The end of the range; None if there is none.
        patterns: Of the language of words.
    """

    def __init__(self, context: Context, found: re.Match[str]) -> None:
        self.context = context
        self.found = found
        self.start, self.end = found.span()
        self.first = parse(found["a"], context.base)
        self.second = self._second()
        self.patterns = patterns(context.base.code)

    def _second(self) -> Value | None:
        """The end of a range; None drops it from the match."""
        found, text = self.found, self.context.text
        if not found["b"]:
            return None
        spaced = " " in found["sep"]
        falls = found["a"].isdecimal() and found["b"].isdecimal() and int(found["b"][:18]) <= int(found["a"][:18])
        minus = self.context.math and spaced and "—" not in found["sep"]
        if minus or (spaced and (("-" in found["sep"] and falls) or "—" in found["sep"])):
            self.end = found.end("a")
            return None
        code = len(found["a"]) > 9 or (found["a"].isdecimal() and found["a"][0] == "0" and len(found["a"]) > 2)
        if code or text[found.end() : found.end() + 1] in {":", "/"}:
            self.end = found.end("a")
            return None
        return parse(found["b"], self.context.base)

    @property
    def begins_in_year(self) -> bool:
        """Whether the number has the four digits of a year."""
        return len(self.first.whole) == 4 and not self.first.fraction and 1100 <= int(self.first.whole) <= 2100

    def sign(self) -> str:
        """Words of the sign, with a space after them; "" if there is none."""
        sign = self.found["sign"] or self.found["inner"]
        symbols = self.context.num.symbols
        if not sign:
            return ""
        name = {"+": "plus", "±": "plusminus", "~": "approximately", "≈": "approximately"}.get(sign, "minus")
        return symbols[name] + " "

    def words(self, form: str = "", *, indian: bool = False) -> str:
        """Words of the number or of both ends of the range, with the sign."""
        num = self.context.num
        indian = indian or bool(self.second and self.second.indian)
        first = say_number(self.first, num, "" if self.second else form, indian=indian)
        if not self.second:
            return self.sign() + first
        first, link = num.range_start(first)
        second = say_number(self.second, num, form, indian=indian)
        return self.sign() + " ".join(filter(None, (first, link, second)))

    def noun(self, noun: Noun, language: Language) -> str:
        """The noun's word after this number or range."""
        last = self.second or self.first
        return language.counted(noun, last.whole, last.fraction, ranged=bool(self.second))
