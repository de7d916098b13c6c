"""Numbers with an ending: ordinals "25th", "3. Mai", "2ª", counts "৫টি", case endings "2025లో", ranges "10-12th".

Endings stand in the rows ``ordinal_suffix`` of a language's table.
"""

import re
from functools import cache

from openwaves.tts.normalize.amounts import Amount, apart_endings, say_number
from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.languages import registry

_MARKS = re.compile(r"\D")
_INNER_STOP = re.compile(r"\.[ \u00a0][a-zß-öø-ÿ]")  # of an abbreviation, not of a sentence
DOTTED = re.compile(rf"(\d{{1,4}})\.(?=[ \u00a0]{{1,2}}{LETTER})")
"""A number with a full stop that a word follows."""


@cache
def pattern(code: str) -> re.Pattern[str]:
    """A number with an ending of a language."""
    language = registry.language(code)
    suffixes = "|".join(re.escape(key) for key in sorted(language.ordinal_forms, key=len, reverse=True))
    ending = rf"(?:[-‑]?({suffixes or '(?!)'})|[ \u00a0]({apart_endings(language)}))(?!\.?{LETTER}|\d)"
    return re.compile(rf"(\d{{1,3}}(?:[,'’]\d{{2,3}}){{0,3}}[,'’]\d{{3}}|\d{{1,9}}){ending}")


def read(context: Context, match: re.Match[str]) -> int:
    """A number with an ending, the match of ``pattern``."""
    suffix = match[2] or match[3]
    words, apart = _with_ending(context, int(_MARKS.sub("", match[1])), suffix)
    if not words:
        return 0
    at, end = match.end() - len(suffix), match.end()
    if _INNER_STOP.match(context.text, end):
        end += 1
    context.say(words, match.start(), match.end(1) if apart else end, context.num.code)
    context.say(apart, at, end, context.base.code)
    context.seen(match.group())
    return end


def read_dotted(context: Context, match: re.Match[str]) -> int:
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


def read_range(amount: Amount) -> int:
    """A range whose second number has an ending, "২-৩টি"; 0 if it has none."""
    context, num, second = amount.context, amount.context.num, amount.second
    if not second or second.fraction or len(second.whole) >= 10:
        return 0
    found = amount.patterns.ending.match(context.text, amount.end)
    if not found:
        return 0
    ending, end = found["ending"] or found["apart"], found.end()
    last, apart = _with_ending(context, int(second.whole), ending)
    first, link = num.range_start(
        num.year(int(amount.first.whole)) if amount.begins_in_year else say_number(amount.first, num)
    )
    at = end - len(ending) if apart else end
    context.say(" ".join(filter(None, (first, link, last))), amount.start, at, num.code)
    context.say(apart, at, end, context.base.code)
    return end


def _with_ending(context: Context, number: int, suffix: str) -> tuple[str, str]:
    """Words of a number with an ending of the language of words, written together or apart.

    Args:
        context: The pass over the text.
        number: The number.
        suffix: The ending, a key of ``Language.ordinal_forms``.

    Returns:
        The number in the language of numbers, and the ending if that stands by itself in the language of words: one
        that makes no ordinal cannot be joined to the number of another language. "" twice if it is no ending here.
    """
    base, num = context.base, context.num
    form = base.ordinal_forms[suffix]
    if num is base:
        return base.ordinal(number, form, suffix), ""
    if base.is_ordinal(number, form, suffix):
        return num.ordinal(number), ""
    year = 1000 <= number <= 2100 and num.is_year(number, "", "")
    return num.year(number) if year else num.cardinal(number), suffix
