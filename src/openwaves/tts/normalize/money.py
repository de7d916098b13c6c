"""Money: "₹.50", "$5-$10", "€3.5 million", "100 USD", "$9.99/mo", "Rs. 1,250/-", "CHF 1'200.-", "a $5 coffee".

The number and its range are read by ``amounts``, great numbers by ``scales``; the names of currencies stand in the
rows ``currency`` of a language's table, their signs in ``context.CURRENCY_SIGNS``.
"""

import re

from openwaves.tts.normalize import measures, scales
from openwaves.tts.normalize.amounts import Amount
from openwaves.tts.normalize.attributes import is_attribute
from openwaves.tts.normalize.context import CURRENCY_SIGNS, LETTER
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.languages.language import Currency, Language, Noun

_PER = re.compile(rf"/({LETTER}{{1,20}})(?![\w/]|\.\w)")
_LAKH_CURRENCIES = frozenset({"INR", "PKR", "BDT", "NPR", "LKR"})


def read(amount: Amount) -> int:
    """Say an amount of money; 0 if no currency stands before or after the number."""
    text = amount.context.text
    code = _code(amount.found["cur"])
    scale = scales.find(amount.context, amount.found, amount.end, currency=True)
    currency = amount.patterns.currency.match(text, scale.end() if scale else amount.end)
    if code and not (code == "USD" and currency and currency["cur"].isalpha()):
        return _money(amount, code, scale)
    if currency and (name := _code(currency["cur"])):
        return _money(amount, name, scale, currency.end())
    return 0


def _code(name: str | None) -> str:
    """ISO code, or the name by which the tables know the currency; "" if it is none."""
    return CURRENCY_SIGNS.get(name, name) if name else ""


def _money(amount: Amount, code: str, scale: re.Match[str] | None, end: int = 0) -> int:
    """Amount, scale word and the currency's name, which comes last wherever its sign stands."""
    context, num = amount.context, amount.context.num
    currency = _currency(num, code)
    number = ""
    if currency is None:
        words = f"{amount.words()} {' '.join(code)}"
    elif scale:
        word = scales.say(context, scale, amount.first, amount.second)
        number = amount.words(num.scale_form(word)) if not amount.first.fraction else amount.words()
        many = currency.major.one if _prices(amount, scale.end()) else currency.major.many
        words = f"{number} {word} {num.after_scale(amount.first.whole, word, many)}"
    else:
        indian = code in _LAKH_CURRENCIES or currency == num.currencies.get("INR")
        words = _coins(amount, currency, indian=indian, single=_prices(amount, end or amount.end))
    end = end or (scale.end() if scale else amount.end)
    if context.text.startswith(("/-", ".-", ".–"), end) and not context.text[end + 2 : end + 3].isdecimal():
        context.say(words, amount.start, end + 2, num.code)
        return end + 2
    if scale and scale["gap"] and currency and amount.found["cur"]:
        tail = words[len(number) + 1 :]
        context.say(number, amount.start, scale.start("scale") - len(scale["gap"]), num.code)
        context.say(tail, scale.start("scale"), end, num.code)
    else:
        context.say(words, amount.start, end, num.code)
    return _per(amount, end)


def _currency(language: Language, code: str) -> Currency | None:
    """The currency by code or by a name that another table knows."""
    if code in language.currencies:
        return language.currencies[code]
    for other in ("en", "hi", "es"):
        rules = registry.language(other)
        found = rules.currencies.get(code)
        if found:
            known = next((key for key, value in rules.currencies.items() if value == found and key.isupper()), "")
            return language.currencies.get(known)
    return None


def _per(amount: Amount, end: int) -> int:
    """Say what one pays for: "/kg", "/month"; the offset past it."""
    context, base = amount.context, amount.context.base
    found = _PER.match(context.text, end)
    if not found:
        return end
    key = found[1]
    known = key in measures.known_units(context)
    name = base.per_words.get(key, key)
    unit, code = measures.unit(context, key) if known else (Noun(name, name), base.code)
    context.say(base.symbols["per"], end, end + 1, base.code)
    context.say(unit.one, end + 1, found.end(), code)
    return found.end()


def _prices(amount: Amount, end: int) -> bool:
    """Whether the amount that ends at ``end`` stands before what it prices: "a $5 coffee"."""
    return amount.context.num.code == "en" and is_attribute(amount.context, end)


def _coins(amount: Amount, currency: Currency, *, indian: bool, single: bool) -> str:
    """Whole and hundredth parts: "three dollars and fifty cents"; ``single`` for "three dollar"."""
    num, first = amount.context.num, amount.first
    exact = len(first.fraction) == 2 and not amount.second
    if not exact or (first.fraction != "00" and currency.minor is None):
        noun = currency.major.one if single else amount.noun(currency.major, num)
        return f"{amount.words(currency.major.form, indian=indian)} {num.after_scale(first.whole, '', noun)}"
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
    return amount.sign() + joint.join(parts)
