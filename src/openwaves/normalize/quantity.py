"""Numbers with what is counted: money, units, percentages, ranges of them, and bare numbers."""

import re

from openwaves.normalize import registry
from openwaves.normalize.amount import Value, parse, patterns, say_number
from openwaves.normalize.context import CURRENCY_SIGNS, LETTER, Context
from openwaves.normalize.language import Currency, Language, Noun

MERIDIEM = re.compile(r"[ \u00a0\u202f]?([AaPp])\.?[ \u00a0\u202f]?[Mm](?!\w)(\.(?!\s*$))?")
"""After a time: "a.m.", "PM"; the last full stop of a text is left."""

_PER = re.compile(rf"/({LETTER}{{1,20}})(?![\w/.])")
_LAKH_CURRENCIES = frozenset({"INR", "PKR", "BDT", "NPR", "LKR"})
_GLUED_SCALES = frozenset({"k", "K", "M", "B", "T", "mn", "Mn", "bn", "Bn", "Cr", "cr", "MM"})


def read_quantity(context: Context, match: re.Match[str]) -> int:
    """Say a number with its sign, currency, scale, unit, and the range that it opens; 0 if it is none."""
    found = patterns(context.base.code).amount.match(context.text, match.start())
    if not found:
        return 0
    return _Reading(context, found).say()


class _Reading:
    """One amount while it is being read."""

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
        if text[found.end() : found.end() + 1] in {":", "/"} or len(found["a"]) > 9:
            self.end = found.end("a")
            return None
        return parse(found["b"], self.context.base)

    def say(self) -> int:
        """Say it; the offset past it, 0 if letters follow that make it another kind of token."""
        context, text = self.context, self.context.text
        code = self._currency_code(self.found["cur"])
        if code:
            return self._money(code, self._scale(currency=True))
        scale = self._scale(currency=True)
        currency = self.patterns.currency.match(text, scale.end() if scale else self.end)
        if currency and (name := self._currency_code(currency["cur"])):
            return self._money(name, scale, currency.end())
        scale = self._scale(currency=False)
        if scale:
            return self._scaled(scale)
        unit = self.patterns.unit.match(text, self.end)
        if unit and not (unit["gap"] == "-" and len(unit["unit"]) == 1) and not self._is_word(unit):
            return self._unit(unit)
        follows = text[self.end : self.end + 1]
        if follows and follows.isalpha() and follows < "\u0250" and not (context.math and self._is_factor()):
            return 0
        return self._bare()

    def _is_factor(self) -> bool:
        """Whether an "x" that multiplies follows at once."""
        return self.context.text[self.end] in "xX" and self.context.text[self.end + 1 : self.end + 2].isdecimal()

    @staticmethod
    def _is_word(unit: re.Match[str]) -> bool:
        """A unit that is a word of its own when set off by a space."""
        return bool(unit["gap"].strip(" ")) is False and unit["gap"] != "" and unit["unit"] in {"B", "N", "ha", "T"}

    def _currency_code(self, name: str | None) -> str:
        """ISO code, or the name by which the tables know the currency; "" if it is none."""
        return CURRENCY_SIGNS.get(name, name) if name else ""

    def _scale(self, *, currency: bool) -> re.Match[str] | None:
        found = self.patterns.scale.match(self.context.text, self.end)
        if not found or (
            found["scale"] in self.context.num.scale_words | self.context.base.scale_words and not currency
        ):
            return None
        if currency:
            return found
        glued_letter = found["gap"] == "" and found["scale"] in _GLUED_SCALES
        video = self.found["a"] in {"2", "4", "8"} and found["scale"] in {"K", "k"}
        return found if (glued_letter and not video) or len(found["scale"]) > 2 or (
            found["gap"] and found["scale"].lower() in {"cr", "mn", "bn"}
        ) else None  # fmt: skip

    def _scale_word(self, scale: re.Match[str] | None) -> str:
        if not scale:
            return ""
        key = scale["scale"]
        num, english = self.context.num, registry.language("en")
        word = num.scales.get(key)
        if word is None:
            word = english.scales.get(key, key)
            word = num.scales.get(word, word)
        return word

    def _sign(self) -> str:
        sign = self.found["sign"] or self.found["inner"]
        symbols = self.context.num.symbols
        if not sign:
            return ""
        name = {"+": "plus", "±": "plusminus", "~": "approximately", "≈": "approximately"}.get(sign, "minus")
        return symbols[name] + " "

    def _numbers(self, form: str = "", *, indian: bool = False) -> str:
        """Words of the number or of both ends of the range, with the sign."""
        num = self.context.num
        indian = indian or bool(self.second and self.second.indian)
        words = self._sign() + say_number(self.first, num, "" if self.second else form, indian=indian)
        if self.second:
            words += f" {num.symbols['to']} {say_number(self.second, num, form, indian=indian)}"
        return words

    def _money(self, code: str, scale: re.Match[str] | None, end: int = 0) -> int:
        """Amount, scale word and the currency's name, which comes last wherever its sign stands."""
        num = self.context.num
        currency = _currency(num, code)
        number = ""
        if currency is None:
            words = f"{self._numbers()} {' '.join(code)}"
        elif scale:
            word = self._scale_word(scale)
            linking = num.scale_noun(self.first.whole, word)
            number = self._numbers("m") if not self.first.fraction else self._numbers()
            words = " ".join(filter(None, (number, word, linking, currency.major.many)))
        else:
            words = self._coins(currency, indian=code in _LAKH_CURRENCIES or _is_rupee(num, code))
        end = end or (scale.end() if scale else self.end)
        if self.context.text.startswith("/-", end):
            self.end = end + 2
            self.context.say(words, self.start, self.end, num.code)
            return self.end
        if scale and scale["gap"] and currency and self.found["cur"]:
            tail = words[len(number) + 1 :]
            self.context.say(number, self.start, scale.start("scale") - len(scale["gap"]), num.code)
            self.context.say(tail, scale.start("scale"), end, num.code)
        else:
            self.context.say(words, self.start, end, num.code)
        return self._per(end)

    def _per(self, end: int) -> int:
        """Say what one pays for: "/kg", "/month"; the offset past it."""
        found = _PER.match(self.context.text, end)
        if not found:
            return end
        base, key = self.context.base, found[1]
        unit, code = _unit(self.context, key) if key in _known(self.context) else (Noun(key, key), base.code)
        self.context.say(base.symbols["per"], end, end + 1, base.code)
        self.context.say(unit.one, end + 1, found.end(), code)
        return found.end()

    def _coins(self, currency: Currency, *, indian: bool) -> str:
        """Whole and hundredth parts: "three dollars and fifty cents"."""
        num, first = self.context.num, self.first
        exact = len(first.fraction) == 2 and not self.second
        if not exact or (first.fraction != "00" and currency.minor is None):
            noun = currency.major.one if first.is_one and not self.second else currency.major.many
            return f"{self._numbers(currency.major.form, indian=indian)} {self._linked(noun)}"
        parts: list[str] = []
        whole, cents = int(first.whole[:18] or "0"), int(first.fraction)
        if whole or not cents:
            noun = currency.major.one if whole == 1 else currency.major.many
            words = num.whole(first.whole or "0", currency.major.form, indian=indian or first.indian)
            parts.append(f"{words} {self._linked(noun)}")
        if cents and currency.minor:
            noun = currency.minor.one if cents == 1 else currency.minor.many
            parts.append(f"{num.cardinal(cents, currency.minor.form)} {noun}")
        joint = f" {num.symbols['coins']} " if num.symbols["coins"] else " "
        return self._sign() + joint.join(parts)

    def _linked(self, noun: str) -> str:
        """The currency's name with what links it to the number."""
        linking = self.context.num.scale_noun(self.first.whole, "")
        return f"{linking} {noun}" if linking else noun

    def _scaled(self, scale: re.Match[str]) -> int:
        context = self.context
        context.say(f"{self._numbers('m')} {self._scale_word(scale)}", self.start, scale.end(), context.num.code)
        return scale.end()

    def _unit(self, unit: re.Match[str]) -> int:
        """The number in the language of numbers, the unit in that of words."""
        context = self.context
        noun, code = _unit(context, unit["unit"])
        form = context.num.units[unit["unit"]].form if unit["unit"] in context.num.units else ""
        one = self.first.is_one and not self.second
        begin = unit.start("unit")
        context.say(self._numbers(form), self.start, begin - len(unit["gap"]), context.num.code)
        words = noun.one if one else noun.many
        if unit["per"]:
            divisor = _unit(context, unit["per"])[0].one if unit["per"] in _known(context) else unit["per"]
            words += f" {context.base.symbols['per']} {divisor}"
        end = unit.end()
        if context.text[end : end + 2] == ". " and context.text[end + 2 : end + 3].islower():
            end += 1
        context.say(words, begin, end, code)
        return end

    def _bare(self) -> int:
        """A number by itself: a year, an identifier, or a count of what follows."""
        context, first, text = self.context, self.first, self.context.text
        after = context.word_after(self.end)
        digits = first.whole
        if self.second:
            words = self._range(after)
        elif first.fraction or first.grouped:
            words = self._numbers(context.num.noun_form(after))
        elif self._is_identifier(digits):
            words = self._sign() + context.num.digits(digits)
        elif len(digits) == 4 and context.num.is_year(int(digits), context.before, after) and not self.found["sign"]:
            words = context.num.year(int(digits))
        else:
            words = self._numbers(self._form(after))
        self.end += 2 * text.startswith("/-", self.end)
        context.say(words, self.start, self.end, context.num.code)
        context.seen(self.found["a"])
        half = MERIDIEM.match(context.text, self.end) if self.second else None
        if half:
            begin = self.end + context.text[self.end].isspace()
            context.say(context.num.symbols[half[1].lower() + "m"], begin, half.end(), context.num.code)
            return half.end()
        return self.end

    def _form(self, after: str) -> str:
        """Form of the number before the word that follows."""
        num = self.context.num
        return "m" if after in num.scale_words else num.noun_form(after)

    def _range(self, after: str) -> str:
        """Both ends; years of two digits after one of four."""
        num, second = self.context.num, self.second
        first = self.first.whole
        years = len(first) == 4 and not self.first.fraction and 1100 <= int(first) <= 2100
        if second and years and len(second.whole) in {2, 4} and not second.fraction and not second.grouped:
            last = num.year(int(second.whole)) if len(second.whole) == 4 else num.cardinal(int(second.whole))
            return f"{num.year(int(first))} {num.symbols['to']} {last}"
        return self._numbers(num.noun_form(after))

    def _is_identifier(self, digits: str) -> bool:
        """Long numbers without groups, numbers with leading zeros, and those that a word says are codes."""
        context = self.context
        if len(digits) > 1 and digits[0] == "0":
            return True
        zeros = len(digits) - len(digits.rstrip("0"))
        if len(digits) >= 8 and zeros * 2 <= len(digits):
            return True
        named = {context.before, context.before_that} & (context.base.digit_words | context.latin.digit_words)
        return bool(named) and len(digits) >= 4


def _currency(language: Language, code: str) -> Currency | None:
    """The currency by code or by a name that the English table knows."""
    if code in language.currencies:
        return language.currencies[code]
    for other in ("en", "hi", "es"):
        rules = registry.language(other)
        found = rules.currencies.get(code)
        if found:
            known = next((key for key, value in rules.currencies.items() if value == found and key.isupper()), "")
            return language.currencies.get(known)
    return None


def _is_rupee(language: Language, code: str) -> bool:
    return _currency(language, code) == language.currencies.get("INR")


def _known(context: Context) -> set[str]:
    return set(context.base.units) | set(registry.language("en").units)


def _unit(context: Context, key: str) -> tuple[Noun, str]:
    """The unit's noun, and the language in which it is said."""
    if key in "%‰" and key in context.num.units:
        return context.num.units[key], context.num.code
    if key in context.base.units:
        return context.base.units[key], context.base.code
    return registry.language("en").units[key], "en"
