"""Tokens that begin with a digit, a sign before one, or a currency: which room reads them, in order."""

import re
from functools import cache

from openwaves.tts.normalize import (
    addresses,
    alphanumerics,
    codes,
    dates,
    dimensions,
    durations,
    formulas,
    hexadecimal,
    ordinals,
    phones,
    powers,
    scores,
    sections,
    tags,
    versions,
    web,
    years,
)
from openwaves.tts.normalize.context import Context, Reader
from openwaves.tts.normalize.fractions import ALWAYS, FRACTIONS, read_always
from openwaves.tts.normalize.quantities import read_quantity
from openwaves.tts.normalize.times import TIMES

_TAG = re.compile(r"#(?=\d{1,20}[^\W\d])")
_LETTER_AHEAD = re.compile(r"\d{1,2}[A-Z]")
_MIXED = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
_ANY = re.compile("")


def read_numeric(context: Context, match: re.Match[str]) -> int:
    """Say the token at this place; the offset past it, 0 if it is no number."""
    done = 0
    if match.group().isdecimal():
        done = hexadecimal.read(context, match.start()) or web.read(context, match.start())
    if done:
        return done
    for pattern, reader in _readers(context.base.code, context.math):
        found = pattern.match(context.text, match.start())
        if found and (done := reader(context, found)):
            return done
    return 0


def _formula(context: Context, match: re.Match[str]) -> int:
    return formulas.read(context, match.start())


def _tag(context: Context, match: re.Match[str]) -> int:
    return tags.read(context, match.start())


def _mixed(context: Context, match: re.Match[str]) -> int:
    return alphanumerics.read(context, match.start())


def _digit(context: Context, match: re.Match[str]) -> int:
    """What no other reader took: the digits alone."""
    context.say(context.num.whole(match.group()), match.start(), match.end(), context.num.code)
    return match.end()


@cache
def _readers(code: str, math: bool) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Readers for the words of a language, in order: the first that accepts wins."""
    return (
        (_LETTER_AHEAD, _formula),
        (dates.ISO, dates.read_iso),
        (dates.DIGITS, dates.read_digits),
        (durations.CLOCK, durations.read),
        *TIMES,
        (addresses.US_POSTAL, addresses.read_us_postal),
        (phones.PHONES, phones.read),
        (sections.PARTS, sections.read),
        (sections.NUMBER, sections.read_number),
        (codes.GROUPS, codes.read_groups),
        (versions.NUMBERS, versions.read),
        (scores.RATIO, scores.read_ratio),
        (scores.RESULT, scores.read_result),
        (ALWAYS, read_always),
        *(() if math else ((dimensions.SIZE, dimensions.read_sizes),)),
        (dimensions.FEET, dimensions.read_feet_and_inches),
        (dimensions.INCHES, dimensions.read_inches),
        (dimensions.FEET_ALONE, dimensions.read_feet),
        (powers.POWER, powers.read),
        (years.SEASON, years.read_season),
        *FRACTIONS,
        (years.DECADE, years.read_decade),
        (codes.HASH, codes.read_hash),
        (_TAG, _tag),
        (ordinals.pattern(code), ordinals.read),
        (ordinals.DOTTED, ordinals.read_dotted),
        (dates.DAY, dates.read_day),
        (_ANY, read_quantity),
        (_MIXED, _mixed),
        (_DIGITS, _digit),
    )
