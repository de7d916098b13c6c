"""Scores and ratios: "3:1", "won 4-0", "from 0-3 to 3-3", "110–98"; in cricket "287/4" and "4/28".

The word between two goals is the symbol ``score`` of a language's table, the words of sport its ``score_words``. A
language without that symbol says no word between them, and takes a pair for a result only beside a word of sport.
"""

import re

from openwaves.tts.normalize.amounts import patterns
from openwaves.tts.normalize.context import LETTER, Context

RATIO = re.compile(r"(\d{1,6}):(\d{1,6})(?![\d:])")
"""Two numbers with a colon between."""
RESULT = re.compile(r"(\d{1,3})[-–](\d{1,3})(?![\d:/]|[.,]\d|[-–]\d)")
"""Two numbers with a dash between."""
_MOST_GOALS = 20  # of the winners, where nothing else tells a result
_WORD = re.compile(rf"{LETTER}+")
_MOST_WICKETS = 10


def read_ratio(context: Context, match: re.Match[str]) -> int:
    """Both numbers, with the language's word for a ratio between."""
    num = context.num
    first, link = num.range_start(num.whole(match[1]))
    words = " ".join(filter(None, (first, num.symbols.get("ratio", link), num.whole(match[2]))))
    context.say(words, match.start(), match.end(), num.code)
    return match.end()


def is_cricket(context: Context, match: re.Match[str], numerator: int, denominator: int) -> bool:
    """Whether it is runs and wickets, "287/4", or a bowler's wickets and runs, "4/28"."""
    if not (denominator <= _MOST_WICKETS <= numerator or numerator <= _MOST_WICKETS < denominator):
        return False
    return "wickets" in context.num.symbols and context.is_cricket(*match.span())


def read_result(context: Context, match: re.Match[str]) -> int:
    """Say the goals of both sides; 0 where the numbers are a range: nothing of sport is near, or things are counted."""
    num, text, end = context.num, context.text, match.end()
    link = num.symbols.get("score")
    if (
        (link is None and not num.listed("score_words"))
        or num is not context.base
        or (match.start() and text[match.start() - 1] in ".,:/-–$€£₹")
    ):
        return 0
    first, second = match[1], match[2]
    if (len(first) > 1 and first[0] == "0") or (len(second) > 1 and second[0] == "0") or first == second == "24":
        return 0
    unit = patterns(context.base.code).unit.match(text, end)
    if (unit and unit["unit"] not in {"in", "a"}) or text[end : end + 1] in {"%", "°"} or text[end : end + 1].isalpha():
        return 0
    falls = int(second) <= int(first)
    if not (link is not None and falls and int(first) < _MOST_GOALS) and not (
        _is_sport(context, match) and (falls or _is_led(context, match))
    ):
        return 0
    words = " ".join(filter(None, (num.cardinal(int(first)), link, num.cardinal(int(second)))))
    context.say(words, match.start(), end, num.code)
    context.seen(match.group())
    return end


def _is_led(context: Context, match: re.Match[str]) -> bool:
    """Whether a pair that rises is a result all the same: beside a word of sport, alone, or without a goal."""
    words, after = context.base.listed("score_words"), context.word_after(match.end())
    return match[1] == "0" or not after or context.before in words or after in words


def _is_sport(context: Context, match: re.Match[str]) -> bool:
    """Whether the sentence around speaks of a match."""
    sentence = context.sentence_before(match.start()) + " " + context.text[match.end() : match.end() + 60]
    return not context.base.listed("score_words").isdisjoint(_WORD.findall(sentence.lower()))
