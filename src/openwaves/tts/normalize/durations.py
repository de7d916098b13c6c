"""Durations: "Time left: 05:00", "2:30 remaining", "timer: 10:00", "1:02:03 elapsed", "a lap of 1:43.250".

Words that tell them from times of day stand in the rows ``duration_leads`` and ``duration_followers`` of a language's
table.
"""

import re
from functools import cache

from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.languages import registry

CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?(?:\.(\d{1,3}))?(?![\d:]|[ \u00a0]?[AaPp]\.?[Mm](?!\w))")
"""Minutes and seconds, or hours, minutes and seconds."""

_NEAR = 48  # characters before it in which a word may tell
_MINUTES = ("min", "мин", "मिनि", "मिन")  # what "3:45 minutes" says twice
_UNITS = ("h", "min", "s")


@cache
def _words(code: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Words before a duration, words before a time of day, words after a duration."""
    language = registry.language(code)

    def listed(name: str) -> str:
        keys = language.tables.get(name, {})
        return "|".join(re.escape(key) for key in sorted(keys, key=len, reverse=True)) or "(?!)"

    edge = rf"(?<!{LETTER})"
    return (
        re.compile(rf"{edge}(?:{listed('duration_leads')})(?!{LETTER})[^.!?।。\n;]{{0,24}}\Z", re.IGNORECASE),
        re.compile(rf"{edge}(?:{listed('clock_leads')})[ \u00a0]\Z", re.IGNORECASE),
        re.compile(rf"[ \u00a0](?:{listed('duration_followers')})(?!{LETTER})", re.IGNORECASE),
    )


def read(context: Context, match: re.Match[str]) -> int:
    """Say a duration, the match of ``CLOCK``; 0 if nothing around says that it is one."""
    num, text, start, end = context.num, context.text, match.start(), match.end()
    leads, clock, followers = _words(context.base.code)
    follows = followers.match(text, end)
    before = leads.search(text, max(0, start - _NEAR), start)
    if not follows and (not before or clock.search(text, max(0, start - _NEAR), start)):
        return 0
    if any(unit not in num.units for unit in _UNITS):
        return 0
    numbers = [int(part) for part in match.groups()[:3] if part]
    units = _UNITS[-len(numbers) :]
    parts = []
    for number, unit in zip(numbers, units, strict=True):
        noun = num.units[unit]
        fraction = match[4] if unit == "s" and match[4] else ""
        if fraction:
            words = num.decimal(str(number), fraction, mark=num.decimal_mark)
        else:
            words = num.cardinal(number, noun.form)
        if number or fraction:
            parts.append(f"{words} {num.counted(noun, str(number), fraction)}")
    if not parts:
        parts = [f"{num.cardinal(0, num.units['s'].form)} {num.counted(num.units['s'], '0')}"]
    if follows and follows.group()[1:].lower().startswith(_MINUTES):
        end = follows.end()
    context.say(" ".join(parts), start, end, num.code)
    return end
