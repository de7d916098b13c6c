"""Numbers in Chinese text to Chinese numerals."""

import re
from collections.abc import Iterator

DIGITS = "零一二三四五六七八九"

_MOST_DIGITS = 16  # of a cardinal; a longer number is read digit by digit
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
_NUMBER = re.compile(
    r"(?P<hour>[01]?\d|2[0-4])[:：](?P<minute>[0-5]\d)(?![:：\d])"
    r"|(?P<minus>(?<![\d.])[-−])?(?P<whole>\d{1,3}(?:[,，]\d{3})+(?!\d)|\d+)(?:\.(?P<decimals>\d+))?(?P<sign>[%‰℃])?"
    r"|(?<=\d)[~～](?=\d)",
    re.ASCII,
)
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
    if number["hour"]:
        minute = int(number["minute"])
        yield from ("两" if int(number["hour"]) == 2 else cardinal(int(number["hour"]))) + "点"
        if minute:
            yield from (DIGITS[0] if minute < 10 else "") + cardinal(minute) + "分"
        return
    if not number["whole"]:
        yield "到"
        return
    whole = re.sub("[,，]", "", number["whole"])
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


def _by_digits(whole: str, following: str) -> bool:
    """Whether a number is a year, a telephone number or a code."""
    return (
        (len(whole) == 4 and following == "年")
        or len(whole) > _MOST_DIGITS
        or (len(whole) > 1 and whole[0] == "0")
        or (len(whole) == 11 and whole[0] == "1")
    )
