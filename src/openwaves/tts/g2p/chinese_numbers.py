"""Numbers in Chinese text to Chinese numerals: counts, dates, times, results of matches ("4-0"), ranges ("3-5天")."""

import re
from collections.abc import Iterator

DIGITS = "零一二三四五六七八九"

_MOST_DIGITS = 16  # of a cardinal; a longer number is read digit by digit
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
_NUMBER = re.compile(
    r"(?P<year>(?<![\d.-])[12]\d{3})(?P<mark>[-/.])(?P<month>0?[1-9]|1[0-2])(?P=mark)(?P<day>[12]\d|3[01]|0?[1-9])(?![\d.-])"
    r"|(?P<hours>(?<![\d:：])\d{1,3})[:：](?P<minutes>[0-5]\d)[:：](?P<seconds>[0-5]\d)(?![:：\d])"
    r"|(?P<home>(?<![\d.,:：-])\d{1,4})[ ]?(?P<between>[-–—−－:：])[ ]?(?P<away>\d{1,4})(?![\d:：-]|[.,]\d)"
    r"|(?P<hour>[01]?\d|2[0-4])[:：](?P<minute>[0-5]\d)(?![:：\d])"
    r"|(?P<minus>(?<![\d.])[-−])?(?P<whole>\d{1,3}(?:[,，'’]\d{3})+(?!\d)|\d+)(?:\.(?P<decimals>\d+))?(?P<sign>[%‰℃])?"
    r"|(?<=\d)[~～](?=\d)",
    re.ASCII,
)
_SPORT = re.compile(
    "晋级|比分|[战获大险完惜小取全]?胜|[赢输负]|击败|[打战]平|平局|领先|逆转|落后|追[到成至平]|比赛|半场|终场|进球|夺冠|淘汰|横扫|决赛|局分"
)
"""Words that tell a result from a range or a time of day."""
_LASTS = re.compile(
    "(?:剩余|剩余时间|还剩|剩下|还有|时长|倒计时|计时器?|用时|历时|耗时|持续|片长|全长|通话时间|已过|已用)[^。！？；\\n]{0,6}\\Z"
)
"""Words before minutes and seconds that are no time of day."""
_LAST_UNITS = ("小时", "分", "秒")
_NEAR = 24  # characters to each side in which they tell
_MOST_GOALS = 20  # of the winners, where no such word is near
_MINUTES = re.compile("[0-5][0-9]")
_PARTS = {"%": "百分之", "‰": "千分之"}
_PLAIN_TWO = frozenset("月日号楼班等级路届十百")  # what follows 二; elsewhere a lone 2 is a count, 两
_HAN = re.compile("[\u3400-\u9fff]")


def expand(text: str) -> list[tuple[str, int, int]]:
    """Replace numbers by the characters that are spoken.

    Args:
        text: Any text.

    Returns:
        Each character with the offsets in the text of what it stands for: a number's characters all share its own.
    """
    found: list[tuple[str, int, int]] = []
    position = 0
    for number in _NUMBER.finditer(text):
        found += ((text[place], place, place + 1) for place in range(position, number.start()))
        found += ((sign, number.start(), number.end()) for sign in _spoken(number, text[number.end() :][:1]))
        position = number.end()
    return found + [(text[place], place, place + 1) for place in range(position, len(text))]


def cardinal(number: int) -> str:
    """A whole number below 10 to the 16th in words, such as 两千零二十四."""
    if number == 0:
        return DIGITS[0]
    words = ""
    gap = False
    for power in range(len(_GROUPS) - 1, -1, -1):
        group = number // 10_000**power % 10_000
        if not group:
            gap = bool(words)
            continue
        if words and (gap or group < 1000):
            words += DIGITS[0]
        unit = _GROUPS[power]
        words += ("两" if group == 2 and unit else _thousands(group)) + unit
        gap = False
    words = words.replace("万亿", "万", 1) if words.count("亿") > 1 else words
    return words[1:] if words.startswith("一十") else words


def _thousands(group: int) -> str:
    """1 to 9999 in words."""
    words = ""
    gap = False
    for power in range(3, -1, -1):
        digit = group // 10**power % 10
        if not digit:
            gap = bool(words)
            continue
        words += (DIGITS[0] if gap else "") + ("两" if digit == 2 and power == 3 else DIGITS[digit]) + _UNITS[power]
        gap = False
    return words


def _spoken(number: re.Match[str], following: str) -> Iterator[str]:
    if number["year"]:
        yield from (DIGITS[int(digit)] for digit in number["year"])
        yield from f"年{cardinal(int(number['month']))}月{cardinal(int(number['day']))}日"
        return
    if number["hours"]:
        yield from _three(number)
        return
    if number["home"]:
        yield from _pair(number, following)
        return
    if number["hour"]:
        parts = (number["hour"], number["minute"])
        yield from _duration([int(part) for part in parts]) if _lasts(number) else _clock(*parts)
        return
    if not number["whole"]:
        yield "到"
        return
    whole = re.sub("[,，'’]", "", number["whole"])
    yield from "负" * bool(number["minus"]) + _PARTS.get(number["sign"] or "", "")
    if not number["decimals"] and not number["sign"] and _by_digits(whole, following):
        yield from (DIGITS[int(digit)] for digit in whole)
    elif whole == "2" and not number["decimals"] and _HAN.match(following) and following not in _PLAIN_TWO:
        yield "两"
    else:
        yield from cardinal(int(whole)) if len(whole) <= _MOST_DIGITS else (DIGITS[int(digit)] for digit in whole)
    if number["decimals"]:
        yield from "点" + "".join(DIGITS[int(digit)] for digit in number["decimals"])
    if number["sign"] == "℃":
        yield from "摄氏度"


def _clock(hour: str, minute: str) -> str:
    """A time of day."""
    words = ("两" if int(hour) == 2 else cardinal(int(hour))) + "点"
    return words + ((DIGITS[0] if int(minute) < 10 else "") + cardinal(int(minute)) + "分" if int(minute) else "")


def _three(number: re.Match[str]) -> str:
    """Hours, minutes and seconds: how long something lasts, or a time of day."""
    parts = [int(number[name]) for name in ("hours", "minutes", "seconds")]
    if _lasts(number):
        return _duration(parts)
    return _clock(number["hours"], number["minutes"]) + (f"{cardinal(parts[2])}秒" if parts[2] else "")


def _lasts(number: re.Match[str]) -> bool:
    """Whether a word before it says that it is no time of day."""
    return bool(_LASTS.search(number.string, max(0, number.start() - _NEAR), number.start()))


def _duration(parts: list[int]) -> str:
    """Minutes and seconds, or hours, minutes and seconds, in words."""
    said = [(part, unit) for part, unit in zip(parts, _LAST_UNITS[-len(parts) :], strict=True) if part]
    alone = len(said) == 1
    words = [
        ("两" if part == 2 else cardinal(part)) + (f"{unit}钟" if alone and unit == "分" else unit)
        for part, unit in said
    ]
    return "".join(words) or "零秒"


def _pair(number: re.Match[str], following: str) -> str:
    """Two numbers with a sign between: a result "4-0", a time of day "10:30", a range "3-5天", digits of a code."""
    first, second, text = number["home"], number["away"], number.string
    near = text[max(0, number.start() - _NEAR) : number.end() + _NEAR]
    sport = bool(_SPORT.search(near))
    if number["between"] in ":：":
        return _with_colon(number, sport=sport)
    ordinal = text[number.start() - 1 : number.start()] == "第"
    coded = any(len(part) > 1 and part[0] == "0" for part in (first, second))
    if coded:
        return "".join(DIGITS[int(digit)] for digit in first + second)
    falls = int(second) <= int(first)
    counted = bool(_HAN.match(following)) and not (sport and (falls or first == "0"))
    falls = falls and int(first) < _MOST_GOALS
    if not counted and (sport or falls):
        return f"{cardinal(int(first))}比{cardinal(int(second))}"
    if following == "年" and len(first) == 4:
        first, second = ("".join(DIGITS[int(digit)] for digit in part) for part in (first, second))
        return f"{first}到{second}"
    last = "两" if second == "2" and counted and not ordinal and following not in _PLAIN_TWO else cardinal(int(second))
    return f"{cardinal(int(first))}到{last}"


def _with_colon(number: re.Match[str], *, sport: bool) -> str:
    """Two numbers with a colon between: how long something lasts, a time of day, a result."""
    first, second = number["home"], number["away"]
    if _MINUTES.fullmatch(second) and _lasts(number):
        return _duration([int(first), int(second)])
    if _MINUTES.fullmatch(second) and int(first) <= 24 and not (sport and int(first) > int(second)):
        return _clock(first, second)
    return f"{cardinal(int(first))}比{cardinal(int(second))}"


def _by_digits(whole: str, following: str) -> bool:
    """Whether a number is a year, a telephone number or a code."""
    return (
        (len(whole) == 4 and following == "年")
        or len(whole) > _MOST_DIGITS
        or (len(whole) > 1 and whole[0] == "0")
        or (len(whole) == 11 and whole[0] == "1")
    )
