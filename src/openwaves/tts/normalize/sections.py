"""Parts of laws: "§§ 101.22(d)(5)(x) and 101.33(c)(2)", "§ 823 BGB", "Rule 12(b)(6)", "धारा 5(ग)"."""

import re

from openwaves.tts.normalize.context import LETTER, Context

PARTS = re.compile(
    rf"(\d{{1,5}}(?:\.\d{{1,5}}){{0,3}}[a-zA-Z]?)((?:\((?:\d{{1,3}}|[a-zA-Z\u0904-\u0d39]|[ivx]{{2,5}})\)){{1,6}})(?!{LETTER}|\d|\()"
)
"""A number and the brackets written to it."""

_SIGN = re.compile(r"§{1,3}[ \u00a0\u202f]?\Z")
_AFTER_SIGN = re.compile(r"§[^§.!?\n]{1,40}\b(?:and|or|to|und|bis|et|y|e|en|och|i|и|,)[ \u00a0]\Z")
NUMBER = re.compile(rf"(\d{{1,5}}(?:\.\d{{1,5}}){{0,3}})(?!\d|[.,:/-]\d|{LETTER}|\()")
"""What may be the number of a section."""
_PART = re.compile(r"\((\w+)\)")
_ROMAN = {"ii": 2, "iii": 3, "iv": 4, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "xi": 11, "xii": 12, "xiii": 13, "xiv": 14}


def read(context: Context, match: re.Match[str]) -> int:
    """A number and its parts, each with a breath before it."""
    if _is_product(context, match):
        return 0
    said = [(_number(context, match[1]), context.num.code, match.start(), match.end(1))]
    for part in _PART.finditer(context.text, match.start(2), match.end(2)):
        words, code = _part(context, part[1])
        said.append((words, code, part.start(), part.end()))
    if len({code for _, code, _, _ in said}) == 1:
        context.say(", ".join(words for words, _, _, _ in said), match.start(), match.end(), context.num.code)
        return match.end()
    for number, (words, code, start, end) in enumerate(said):
        context.say(words + ("," if number < len(said) - 1 else ""), start, end, code)
    return match.end()


def _part(context: Context, text: str) -> tuple[str, str]:
    """Words and language of what stands in one bracket."""
    if text.isdecimal():
        return context.num.whole(text), context.num.code
    if text in _ROMAN:
        return context.num.cardinal(_ROMAN[text]), context.num.code
    if not text.isascii():
        return text, context.base.code
    return " ".join(text.upper()), context.latin.code


def read_number(context: Context, match: re.Match[str]) -> int:
    """The number after the sign of a section; 0 if no sign stands before it."""
    text, start = context.text, match.start()
    if "§" not in text[max(0, start - 48) : start]:
        return 0
    if not _SIGN.search(text, max(0, start - 4), start) and not _AFTER_SIGN.search(text, max(0, start - 48), start):
        return 0
    context.say(_number(context, match[1]), start, match.end(), context.num.code)
    return match.end()


def _is_product(context: Context, match: re.Match[str]) -> bool:
    """Whether numbers alone stand in the brackets of a number without a section: "2(3)"."""
    led = "§" in context.text[max(0, match.start() - 3) : match.start()]
    return match[2].count("(") == 1 and match[2][1:-1].isdecimal() and not led and not context.before.isalpha()


def _number(context: Context, written: str) -> str:
    """Three digits as people say the number of a section: "one oh one point two two"."""
    num = context.num
    digits, letter = (written[:-1], written[-1]) if written[-1].isalpha() else (written, "")
    whole, _, rest = digits.partition(".")
    words = num.label(whole) if len(whole) > 2 and whole[0] != "0" else num.whole(whole)
    for part in rest.split(".") if rest else ():
        words += f" {num.symbols['version']} {num.digits(part) if len(part) < 3 else num.label(part)}"
    return f"{words} {letter.upper()}".strip()
