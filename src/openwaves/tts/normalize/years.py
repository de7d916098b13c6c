"""Years: "from about 1493 to 1479 BC", "AD 79", "c. 1340", "1999/2000", the decades "the 1990s" and "'80s".

Words stand in the rows ``era``, ``year_links``, ``year_about`` and ``year_words`` of a language's table.
"""

import re
from functools import cache

from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.languages.language import Language

DECADE = re.compile(r"['’]?(\d{1,3}0|\d(?=['’]))['’]?s(?!\w)")
"""The last digit is 0, unless an apostrophe follows it."""
SEASON = re.compile(r"((?:19|20)\d\d)/((?:19|20)?\d\d)(?![\d/])")
"""What may be two years, one after the other."""
_MOST_BEFORE = 48  # characters that hold the other year of a span
_MINUTES_BEFORE = re.compile(r"\d ?m(?:in)?s? \Z")


@cache
def _spans(code: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What follows the first year of a span, and what stands before its last, or before a year after its era."""
    language = registry.language(code)
    eras = "|".join(re.escape(era) for era in sorted(language.tables.get("era", {}), key=len, reverse=True)) or "(?!)"
    links = "|".join(sorted(language.listed("year_links"))) or "(?!)"
    about = "|".join(re.escape(word) for word in sorted(language.listed("year_about"), key=len, reverse=True)) or "(?!)"
    link = rf"(?:,? (?:{links}) |[ ]?[-–—][ ]?)"
    lead = rf"(?:(?:{about}) ){{0,2}}"
    era = rf"[ \u00a0]?(?:{eras})(?!{LETTER})"
    last = rf"{link}{lead}(?P<lead>(?:{eras}) )?(?P<year>\d{{3,4}})(?![\d.,:%])(?P<era>{era})?"
    ahead = rf"(?P<near>{era})?(?:{last})?"
    behind = rf"(?:(?P<from>{LETTER}+) )?{lead}(?P<year>\d{{3,4}})(?:[ \u00a0](?:{eras}))?{link}{lead}\Z"
    return re.compile(ahead), re.compile(rf"(?<!{LETTER})(?P<era>{eras})[ \u00a0]\Z|{behind}")


def is_year(context: Context, number: int, start: int, end: int) -> bool | None:
    """Whether four digits are a year by their era, or by the span that they begin or end; None if that says nothing."""
    num, text = context.num, context.text
    if num is not context.base or not num.listed("year_links"):
        return None
    after, before = _spans(num.code)
    ahead = after.match(text, end)
    behind = before.search(text, max(0, start - _MOST_BEFORE), start)
    if (behind and behind["era"]) or (ahead and (ahead["near"] or ahead["era"] or ahead["lead"])):
        return True
    if not 1000 <= number <= 2100:
        return None
    about = num.listed("year_about")
    if ahead and ahead["year"] and 1000 <= int(ahead["year"]) <= 2100:
        return False if _counts(context, ahead.end()) else context.before in num.year_words | about or None
    if behind:
        led = _leads(num, behind["from"] or "") and 1000 <= int(behind["year"]) <= 2100
    else:
        led = context.before in about and (number % 100 > 0 or context.before_that in num.year_words)
    return (led and not _counts(context, end)) or None


def _leads(num: Language, word: str) -> bool:
    """Whether a word stands before years."""
    return word.lower() in num.year_words | num.listed("year_about") or word in num.tables.get("era", {})


def _counts(context: Context, end: int) -> bool:
    """Whether something that is counted or measured follows an offset."""
    follows = context.word_after(end)
    return context.num.is_counted(follows) or follows in context.num.units or context.text[end : end + 1] in {"%", "°"}


def read_season(context: Context, match: re.Match[str]) -> int:
    """A year and the one after it, "2019/20"; 0 if the second is another."""
    first, second = int(match[1]), int(match[2])
    if second % 100 != (first + 1) % 100 or (second > 99 and second != first + 1):
        return 0
    num = context.num
    last = num.year(second) if second > 99 else num.cardinal(second)
    context.say(f"{num.year(first)} {last}", match.start(), match.end(), num.code)
    return match.end()


def read_decade(context: Context, match: re.Match[str]) -> int:
    """Decades, "1990s" and "'80s"; English only."""
    num, number = context.num, int(match[1])
    if num.code != "en" or _is_seconds(context, match):
        return 0
    words = num.year(number) if number > 999 else num.cardinal(number)
    context.say(plural(words), match.start(), match.end(), num.code)
    return match.end()


def _is_seconds(context: Context, match: re.Match[str]) -> bool:
    """Whether "30s" is a time and no decade: after minutes, or words such as "for" and "every"."""
    if not match.group()[:-1].isdecimal() or int(match[1]) > 60:
        return False
    if context.before in registry.language("en").listed("second_leads"):
        return True
    return bool(_MINUTES_BEFORE.search(context.text, max(0, match.start() - 7), match.start()))


def plural(words: str) -> str:
    """Of an English number."""
    return words[:-1] + "ies" if words.endswith("y") else words + ("es" if words.endswith("x") else "s")
