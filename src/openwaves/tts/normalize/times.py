"""Times of day: "9:30", "9 am", "11amCST", "9.30 p.m.", "9h30", "9:00-10:30", "৯:৩০টায়"."""

import re

from openwaves.tts.normalize.context import LETTER, Context, Reader

_ZONE = (
    r"(?:[ECMP][SD]?T|AK[SD]T|HS?T|GMT|UTC|[IJKM]ST|PKT|SGT|CES?T|BST|EES?T|WES?T|A[CEW][SD]T|NZ[SD]T|MSK"
    r"|Eastern|Central|Mountain|Pacific|(?i:to|till|until|and|or|on|today|tonight|tomorrow|yesterday|sharp|daily|every|local"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?))(?!\w)"
)
"""What is written to "am" and "pm" without a space."""
MERIDIEM = re.compile(
    r"[ \u00a0\u202f]?([AaPp])"
    rf"(?:\.[ \u00a0\u202f]?[Mm](?!\w)(?:\.(?!\s*$))?|[ \u00a0\u202f]?[Mm](?:(?!\w)|(?={_ZONE})))"
)
"""After a time: "a.m.", "PM", also with a time zone or a common word joined to it. A text's last stop stays."""
_GAP = "[ \u00a0\u202f]?"
_NO_WORD = rf"(?!(?![AaPp][Mm]{_ZONE})[A-Za-zÀ-ɏ]{{3}})"
_TIME = re.compile(rf"([01]?\d|2[0-4])(?::([0-5]\d)(?::([0-5]\d)(?:\.\d{{1,6}})?)?)(?![\d:]){_NO_WORD}(?:Z(?!\w))?")
_DOT_TIME = re.compile(rf"([01]?\d|2[0-4])\.([0-5]\d)(?!\d|[.,:]\d){_NO_WORD}")
_H_TIME = re.compile(rf"([01]?\d|2[0-4]){_GAP}[hH]{_GAP}([0-5]\d)(?:{_GAP}(?:min|m))?(?!\d|{LETTER})")
_GLUED = re.compile(rf"{LETTER}{{1,20}}")
_HOUR = re.compile(rf"(0?[1-9]|1[0-2])(?={_GAP}[AaPp]\.?{_GAP}[Mm](?:(?![\w'’])|(?={_ZONE})))")
_HOURS = re.compile(rf"{_GAP}(?:hrs|hr|h|hs)(?!\w)(?:\.(?!\s*\Z|\s+[A-ZÀ-Þ¿¡]))?")
_TO_TIME = re.compile(rf"{_GAP}[-–—]{_GAP}(?=\d{{1,2}}[:.]?\d{{0,2}}(?!\d))")


def _time(context: Context, match: re.Match[str]) -> int:
    """A time of day, with "am" and "pm" or "h", and the time after a dash."""
    parts = [int(part) if part else None for part in (*match.groups(), None, None)][:3]
    hour, minute, second = parts[0] or 0, parts[1] or 0, parts[2]
    start, end, text = match.start(), match.end(), context.text
    half = MERIDIEM.match(text, end)
    own = context.base is context.num and "h" in context.num.own_time_words
    hours = None if half or own else _HOURS.match(text, end)
    after = half[1].lower() + "m" if half else "h" if hours else context.word_after(end)
    num, base = context.num, context.base
    dash = None if half or hours else _TO_TIME.match(text, end)
    if minute == 0 and dash:
        after = "h"
    if after in num.own_time_words and num is base:
        end += text[end].isspace() + len(after)
        dash = _TO_TIME.match(text, end)
    glued = None if half or hours or dash or base.latin or second is not None else _GLUED.match(text, end)
    if (
        glued
        and not glued.group().isascii()
        and (glued.group() in base.ordinal_forms or glued.group() not in base.time_words)
    ):
        return _glued_time(context, start, hour, minute, glued)
    words, link = num.time_case(num.time(hour, minute, second, after), context.before), num.symbols["to"]
    if dash:
        words, link = num.range_start(words)
    context.say(words, start, end, num.code)
    if half:
        context.say(num.symbols[after], end + text[end].isspace(), half.end(), num.code)
        end = half.end()
    elif hours:
        context.say(base.units["h"].many, end + text[end].isspace(), hours.end(), base.code)
        end = hours.end()
    dash = _TO_TIME.match(text, end)
    if dash:
        context.say(link, end + text[end].isspace(), len(text[: dash.end()].rstrip()), num.code)
        return dash.end()
    return end


def _glued_time(context: Context, start: int, hour: int, minute: int, ending: re.Match[str]) -> int:
    """A time with an ending: "৯:৩০টায়"."""
    num, base = context.num, context.base
    if num is base:
        context.say(num.time_joined(hour, minute, ending.group()), start, ending.end(), num.code)
    else:
        context.say(num.time(hour, minute, None, ""), start, ending.start(), num.code)
        context.say(ending.group(), ending.start(), ending.end(), base.code)
    return ending.end()


def _dot_time(context: Context, match: re.Match[str]) -> int:
    """A time with a full stop, which only "am", "pm" or a word beside it tells from a decimal."""
    half = MERIDIEM.match(context.text, match.end()) and int(match[1]) <= 12
    known = (
        context.word_after(match.end()) in context.base.time_words
        or context.before.rpartition(" ")[2] in context.base.time_leads
    )
    return _time(context, match) if half or known else 0


def _h_time(context: Context, match: re.Match[str]) -> int:
    """Hours and minutes with "h" between: "9h30"."""
    if "h" not in context.base.time_words:
        return 0
    context.say(context.num.time(int(match[1]), int(match[2]), None, ""), match.start(), match.end(), context.num.code)
    return match.end()


TIMES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (_TIME, _time),
    (_DOT_TIME, _dot_time),
    (_H_TIME, _h_time),
    (_HOUR, _time),
)
"""Readers of times, in order: the first that accepts wins."""
