"""Numbers with what is counted: money, units, percentages, ranges of them, and bare numbers."""

import re

from openwaves.normalize import codes, nouns, registry, scales
from openwaves.normalize.amount import Value, parse, patterns, say_number
from openwaves.normalize.context import CURRENCY_SIGNS, LETTER, Context
from openwaves.normalize.endings import with_ending
from openwaves.normalize.language import Currency, Language, Noun

MERIDIEM = re.compile(
    r"[ \u00a0\u202f]?([AaPp])(?:\.[ \u00a0\u202f]?[Mm](?!\w)(?:\.(?!\s*$))?|[ \u00a0\u202f]?[Mm](?!\w))"
)
"""After a time: "a.m.", "PM"; the last full stop of a text is left."""

_HOURS_BEFORE = re.compile(r"\d ?hr?s? ?\Z")
_SECONDS_AFTER = re.compile(r" ?[0-5]?\d ?s(?:ecs?)?(?!\w)")
_PER = re.compile(rf"/({LETTER}{{1,20}})(?![\w/]|\.\w)")
_OPERAND = re.compile(r"[×÷*^+=]|\d[xX]|[xX]\d")
_LAKH_CURRENCIES = frozenset({"INR", "PKR", "BDT", "NPR", "LKR"})


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
        code = len(found["a"]) > 9 or (found["a"].isdecimal() and found["a"][0] == "0" and len(found["a"]) > 2)
        if code or text[found.end() : found.end() + 1] in {":", "/"}:
            self.end = found.end("a")
            return None
        return parse(found["b"], self.context.base)

    def say(self) -> int:
        """Say it; the offset past it, 0 if letters follow that make it another kind of token."""
        text = self.context.text
        code = self._currency_code(self.found["cur"])
        scale = scales.find(self.context, self.found, self.end, currency=True)
        currency = self.patterns.currency.match(text, scale.end() if scale else self.end)
        if code and not (code == "USD" and currency and currency["cur"].isalpha()):
            return self._money(code, scale)
        if currency and (name := self._currency_code(currency["cur"])):
            return self._money(name, scale, currency.end())
        return self._counted()

    def _counted(self) -> int:
        """Anything but money."""
        context, text = self.context, self.context.text
        scale = scales.find(context, self.found, self.end, currency=False)
        if scale:
            return self._scaled(scale)
        ending = self.patterns.ending.match(text, self.end) if self._is_plain_range() else None
        if ending:
            return self._ended(ending["ending"] or ending["apart"], ending.end())
        unit = self.patterns.unit.match(text, self.end)
        if unit and not (unit["gap"] == "-" and len(unit["unit"]) == 1) and not self._is_word(unit):
            return self._unit(unit)
        follows = text[self.end : self.end + 1]
        if follows and follows.isalpha() and follows < "\u0250" and not (context.math and self._is_factor()):
            return 0
        return self._bare()

    def _is_plain_range(self) -> bool:
        return bool(self.second and not self.second.fraction and len(self.second.whole) < 10)

    def _ended(self, ending: str, end: int) -> int:
        """A range whose second number has an ending: "২-৩টি"."""
        num = self.context.num
        last, apart = with_ending(self.context, int(self.second.whole) if self.second else 0, ending)
        years = len(self.first.whole) == 4 and not self.first.fraction and 1100 <= int(self.first.whole) <= 2100
        first, link = num.range_start(num.year(int(self.first.whole)) if years else say_number(self.first, num))
        at = end - len(ending) if apart else end
        self.context.say(" ".join(filter(None, (first, link, last))), self.start, at, num.code)
        self.context.say(apart, at, end, self.context.base.code)
        return end

    def _is_factor(self) -> bool:
        """Whether an "x" that multiplies follows at once."""
        return self.context.text[self.end] in "xX" and self.context.text[self.end + 1 : self.end + 2].isdecimal()

    def _is_word(self, unit: re.Match[str]) -> bool:
        """A unit that is a word of its own when set off by a space."""
        if unit["unit"] in self.context.base.year_followers and 1000 <= int(self.first.whole[:9] or 0) <= 2100:
            return not self.first.fraction and not self.first.grouped and not self.second
        if unit["unit"] == "in" and (unit["gap"] == " " or self.context.base.code != "en"):
            return unit["gap"] == "" or nouns.is_preposition(self.context, unit)
        return bool(unit["gap"].strip(" ")) is False and unit["gap"] != "" and unit["unit"] in nouns.WORDS

    def _currency_code(self, name: str | None) -> str:
        """ISO code, or the name by which the tables know the currency; "" if it is none."""
        return CURRENCY_SIGNS.get(name, name) if name else ""

    def _noun(self, noun: Noun, language: Language) -> str:
        """The noun's word after this number or range."""
        last = self.second or self.first
        return language.counted(noun, last.whole, last.fraction, ranged=bool(self.second))

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
        first = say_number(self.first, num, "" if self.second else form, indian=indian)
        if not self.second:
            return self._sign() + first
        first, link = num.range_start(first)
        second = say_number(self.second, num, form, indian=indian)
        return self._sign() + " ".join(filter(None, (first, link, second)))

    def _money(self, code: str, scale: re.Match[str] | None, end: int = 0) -> int:
        """Amount, scale word and the currency's name, which comes last wherever its sign stands."""
        num = self.context.num
        currency = nouns.currency(num, code)
        number = ""
        if currency is None:
            words = f"{self._numbers()} {' '.join(code)}"
        elif scale:
            word = scales.say(self.context, scale, self.first, self.second)
            number = self._numbers(num.scale_form(word)) if not self.first.fraction else self._numbers()
            many = currency.major.one if self._prices(scale.end()) else currency.major.many
            words = f"{number} {word} {num.after_scale(self.first.whole, word, many)}"
        else:
            indian = code in _LAKH_CURRENCIES or nouns.is_rupee(num, code)
            words = self._coins(currency, indian=indian, single=self._prices(end or self.end))
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
        known = key in nouns.known_units(self.context)
        name = base.per_words.get(key, key)
        unit, code = nouns.unit(self.context, key) if known else (Noun(name, name), base.code)
        self.context.say(base.symbols["per"], end, end + 1, base.code)
        self.context.say(unit.one, end + 1, found.end(), code)
        return found.end()

    def _prices(self, end: int) -> bool:
        """Whether the amount that ends at ``end`` stands before what it prices: "a $5 coffee"."""
        return self.context.num.code == "en" and nouns.is_attribute(self.context, end)

    def _coins(self, currency: Currency, *, indian: bool, single: bool) -> str:
        """Whole and hundredth parts: "three dollars and fifty cents"; ``single`` for "three dollar"."""
        num, first = self.context.num, self.first
        exact = len(first.fraction) == 2 and not self.second
        if not exact or (first.fraction != "00" and currency.minor is None):
            noun = currency.major.one if single else self._noun(currency.major, num)
            return f"{self._numbers(currency.major.form, indian=indian)} {num.after_scale(first.whole, '', noun)}"
        parts: list[str] = []
        whole, cents = int(first.whole[:18] or "0"), int(first.fraction)
        if whole or not cents:
            noun = num.counted(currency.major, str(whole))
            words = num.whole(first.whole or "0", currency.major.form, indian=indian or first.indian)
            parts.append(f"{words} {num.after_scale(first.whole, '', noun)}")
        if cents and currency.minor:
            noun = num.counted(currency.minor, str(cents))
            parts.append(f"{num.cardinal(cents, currency.minor.form)} {noun}")
        joint = f" {num.symbols['coins']} " if num.symbols["coins"] else " "
        return self._sign() + joint.join(parts)

    def _scaled(self, scale: re.Match[str]) -> int:
        context = self.context
        word = scales.say(self.context, scale, self.first, self.second)
        words = f"{self._numbers(context.num.scale_form(word))} {word}"
        context.say(words, self.start, scale.end(), context.num.code)
        return self._unit_of_scale(word, scale.end()) or scale.end()

    def _unit_of_scale(self, word: str, end: int) -> int:
        """The unit after the scale word that ends at ``end``: "5 million km"; 0 if there is none."""
        context = self.context
        unit = self.patterns.unit.match(context.text, end)
        if not unit or unit["per"] or len(unit["unit"]) < 2 or self._is_word(unit):
            return 0
        noun, code = nouns.unit(context, unit["unit"])
        same = code == context.num.code
        words = context.num.after_scale(self.first.whole, word, noun.many) if same else noun.many
        context.say(words, unit.start("unit"), unit.end(), code)
        return unit.end()

    def _unit(self, unit: re.Match[str]) -> int:
        """The number in the language of numbers, the unit in that of words."""
        context = self.context
        key = unit["unit"] if unit["unit"] != "m" or not self._is_duration(unit.end()) else "min"
        noun, code = nouns.unit(context, key)
        form = context.num.units[unit["unit"]].form if unit["unit"] in context.num.units else ""
        begin = unit.start("unit")
        joined = unit["gap"].endswith("-") and code == "en"
        attribute = joined or (code == "en" and nouns.is_attribute(context, unit.end()))
        words = noun.one if attribute else self._noun(noun, registry.language(code))
        if unit["per"]:
            known = unit["per"] in nouns.known_units(context)
            divisor = nouns.unit(context, unit["per"])[0].one if known else unit["per"]
            words += f" {context.base.symbols['per']} {divisor}"
        end = unit.end()
        if context.text[end : end + 2] == ". " and context.text[end + 2 : end + 3].islower():
            end += 1
        lead, words = nouns.around(words, joined=code == context.num.code)
        context.say(lead + self._numbers(form), self.start, begin - len(unit["gap"]), context.num.code)
        context.say(words, begin, end, code)
        return end

    def _is_duration(self, end: int) -> bool:
        """Whether "m" stands for minutes, beside hours or seconds: "2h 45m"."""
        text = self.context.text
        return bool(_HOURS_BEFORE.search(text, max(0, self.start - 6), self.start) or _SECONDS_AFTER.match(text, end))

    def _bare(self) -> int:
        """A number by itself: a year, an identifier, or a count of what follows."""
        context, first, text = self.context, self.first, self.context.text
        after = context.word_after(self.end)
        digits = first.whole
        if self.second:
            words = self._range(after)
        elif first.fraction or first.grouped:
            words = self._numbers(context.num.noun_form(after))
        elif words := codes.read(context, digits, self.start, self.end):
            words = self._sign() + words
        elif len(digits) == 4 and not self.found["sign"] and self._is_year(int(digits), after):
            words = context.num.year_between(int(digits), context.before, after)
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
        scale_end = self.end + 1 + len(after)
        if after in context.base.scale_words and self.patterns.unit.match(text, scale_end):
            context.say(after, self.end + 1, scale_end, context.base.code)
            return self._unit_of_scale(after, scale_end) or scale_end
        return self.end

    def _is_year(self, number: int, after: str) -> bool:
        """Whether it is a year, from the words around it; no operand is one."""
        context = self.context
        if context.math and _OPERAND.search(context.text, max(0, self.start - 2), self.end + 2):
            return False
        if context.text[max(0, self.start - 2) : self.start].strip() in {"x", "X", "×"}:
            return False
        dated = context.before.isdecimal() and context.before_that in context.base.months
        return dated or context.num.is_year(number, context.before, after)

    def _form(self, after: str) -> str:
        """Form of the number before the word that follows."""
        num = self.context.num
        return num.scale_form(after) if after in num.scale_words else num.noun_form(after)

    def _range(self, after: str) -> str:
        """Both ends; years of two digits after one of four."""
        num, second = self.context.num, self.second
        first = self.first.whole
        years = len(first) == 4 and not self.first.fraction and 1100 <= int(first) <= 2100
        if second and years and len(second.whole) in {2, 4} and not second.fraction and not second.grouped:
            last = num.year(int(second.whole)) if len(second.whole) == 4 else num.cardinal(int(second.whole))
            return " ".join(filter(None, (*num.range_start(num.year(int(first))), last)))
        return self._numbers(num.noun_form(after))
