"""Hexadecimal: "550e8400-e29b-41d4-a716-446655440000", "9fceb02", "0x1F4", "00:1A:2B:3C:4D:5E", "fe80::1", "#FF5733".

Ids of machines are said sign by sign, with a breath after each group.
"""

import re

from openwaves.tts.normalize.context import Context

_DIGIT = "[0-9A-Fa-f]"
_CODE = re.compile(
    rf"(?P<uuid>{_DIGIT}{{8}}(?:-{_DIGIT}{{4}}){{3}}-{_DIGIT}{{12}})"
    rf"|(?P<mac>{_DIGIT}{{2}}(?P<sep>[:-]){_DIGIT}{{2}}(?:(?P=sep){_DIGIT}{{2}}){{4}}(?![:-]{_DIGIT}))"
    rf"|(?P<ip>(?:{_DIGIT}{{1,4}}:){{7}}{_DIGIT}{{1,4}}|(?:{_DIGIT}{{1,4}}:){{1,6}}(?::{_DIGIT}{{1,4}}){{1,6}})"
    rf"|(?P<prefix>0[xXbB])(?P<number>{_DIGIT}{{1,128}})"
    r"|(?P<hash>[0-9a-f]{7,128}|[0-9A-F]{7,128})(?!-\w)"
)
"""Source: RFC 9562 (UUID), IEEE 802 (MAC), RFC 5952 (IPv6); a shortened hash of git has seven digits at least."""

_WHOLE = re.compile(rf"(?<![\w-])(?:{_CODE.pattern})(?![\w-])")

COLOR = re.compile(rf"#(?=[A-Fa-f]*\d)({_DIGIT}{{6}})(?!\w)")
"""A color of a web page; six letters are a hashtag."""

_EDGE = re.compile(r"[\w]|[:-]\w")
_CHANGE = re.compile(r"[0-9][A-Fa-f]|[A-Fa-f][0-9]")
_GROUP = re.compile(rf"{_DIGIT}+|::?")
_RUN = re.compile(r"\d+|\D+")
_BREATH = 4  # digits of a hash between two breaths
_SURE = 16  # digits after which a letter among them is enough


def read(context: Context, start: int) -> int:
    """Say an id or a number at an offset; 0 if there is none."""
    text = context.text
    found = _CODE.match(text, start)
    if not found or _EDGE.match(text, found.end()) or (start and (text[start - 1].isalnum() or text[start - 1] == "_")):
        return 0
    if found["hash"] and not _is_hash(found["hash"]):
        return 0
    if found["prefix"]:
        _say(context, found["prefix"], start, start + 2)
        _say(context, found["number"], start + 2, found.end())
    elif found["ip"]:
        for group in _GROUP.finditer(text, start, found.end()):
            if group.group()[0] == ":":
                colon = context.base.symbols["colon"]
                words = " ".join([colon] * len(group.group()))
                context.say(words, group.start(), group.end(), context.base.code)
            else:
                _say(context, group.group(), group.start(), group.end())
    elif found["hash"]:
        _say_groups(context, [(at, min(at + _BREATH, found.end())) for at in range(start, found.end(), _BREATH)])
    else:
        _say_groups(
            context, [group.span() for group in _GROUP.finditer(text, start, found.end()) if group[0][0] != ":"]
        )
    return found.end()


def read_color(context: Context, start: int) -> int:
    """Say a color at an offset; 0 if there is none."""
    found = COLOR.match(context.text, start)
    if not found:
        return 0
    context.say(context.base.symbols["hash"], start, start + 1, context.base.code)
    _say(context, found[1], start + 1, found.end())
    return found.end()


def _is_hash(code: str) -> bool:
    """Whether letters and digits alternate as they do by chance."""
    if code.isdecimal() or code.isalpha():
        return False
    return len(code) >= _SURE or len(_CHANGE.findall(code)) > 1 + code.isupper()


def _say_groups(context: Context, spans: list[tuple[int, int]]) -> None:
    """Each group with a breath after it, but for the last."""
    for number, (start, end) in enumerate(spans):
        _say(context, context.text[start:end], start, end, "," if number < len(spans) - 1 else "")


def _say(context: Context, code: str, start: int, end: int, breath: str = "") -> None:
    """Digits in the language of numbers, letters in that of Latin words."""
    num, latin = context.num, context.latin
    if num is latin:
        words = " ".join(num.digits(sign) if sign.isdecimal() else sign.upper() for sign in code)
        context.say(words + breath, start, end, num.code)
        return
    for run in _RUN.finditer(code):
        digits = run.group().isdecimal()
        words = num.digits(run.group()) if digits else " ".join(run.group().upper())
        last = breath if run.end() == len(code) else ""
        stop = end if run.end() == len(code) else start + run.end()
        context.say(words + last, start + run.start(), stop, num.code if digits else latin.code)


def spaced(text: str) -> str:
    """A text with spaces between the signs of its ids, for a reader that has no rules for them."""

    def apart(found: re.Match[str]) -> str:
        if found["hash"] and not _is_hash(found["hash"]):
            return found.group()
        return " ".join(found.group().replace("-", ",").upper())

    return _WHOLE.sub(apart, text)
