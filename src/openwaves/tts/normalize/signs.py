"""Signs that stand by themselves: punctuation, "&", "%", "±", "and/or", "/home/user", the dash of a range."""

import re

from openwaves.tts.normalize import identifiers, phones, powers, relations, tags
from openwaves.tts.normalize.context import CURRENCY_SIGNS, Context

_KEPT = {sign: sign for sign in ".,;:!?…—“”«»()¿¡।॥،؛؟。、！？，：；"} | {"–": "—", '"': '"', "॰": ""}
_SYMBOLS = {
    "&": "and", "@": "at", "+": "plus", "=": "equals", "%": "percent", "<": "less", ">": "greater",
    "~": "approximately",
    "±": "plusminus", "§": "section", "°": "degrees", "×": "times", "÷": "divided", "²": "squared", "³": "cubed",
    "‰": "permille", "≥": "at_least", "≤": "at_most",
}  # fmt: skip
_ZEROS = re.compile(r"(?<!\d)0\d{2,6}\Z")
_PATH_WORD = re.compile(r"/[A-Za-z](?!\S{0,40}[^\x00-\x7f])")  # not the slashes of a phonetic spelling
_PATH = re.compile(r"(?:\A|[\s(\"'`])~?/[\w./~-]{0,80}\Z")
_ENDS = frozenset(".!?…।॥")
_QUOTES = frozenset('"“”«»')
_COUNTED = re.compile(r"\d[%°]?(?:[^\W\d]|[\u0900-\u0d7f]){0,4}[%°]?\Z")
_BETWEEN_LETTERS = frozenset("/+&=%°²³±‰≥≤")


def read(context: Context, position: int) -> int:
    """Punctuation and symbols."""
    text = context.text
    sign = text[position]
    end = position + 1
    if done := _elsewhere(context, position):
        return done
    left = position > 0 and not text[position - 1].isspace()
    right = end < len(text) and not text[end].isspace()
    if (
        sign in "–-"
        and left
        and right
        and _COUNTED.search(text, max(0, position - 7), position)
        and text[end].isdecimal()
        and not _ZEROS.search(text, max(0, position - 8), position)
    ):
        context.say(context.num.symbols["to"], position, end, context.num.code)
    elif sign in "–—-" and not left and not right and context.said:
        context.punctuate("—", position, end)
    elif sign in _KEPT and not (sign == "–" and left and right):
        _punctuate(context, position, ends=not right)
    elif sign in CURRENCY_SIGNS and not right and not left:
        currency = context.num.currencies.get(CURRENCY_SIGNS[sign])
        if currency:
            context.say(currency.major.many, position, end, context.num.code)
    elif sign in powers.RAISED:
        powers.read_sign(context, position)
    elif sign in "½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘℃℉":
        context.say(sign, position, end, context.base.code)
    elif sign == "/":
        _slash(context, position)
    elif key := phones.key(context, position):
        context.say(key, position, end, context.base.code)
    elif sign in _SYMBOLS and (right or not left or sign in _BETWEEN_LETTERS):
        context.say(context.base.symbols.get(_SYMBOLS[sign], ""), position, end, context.base.code)
    return end


def _elsewhere(context: Context, position: int) -> int:
    """Say a sign that has a room of its own; 0 if it has none."""
    sign = context.text[position]
    if sign in "@#":
        return tags.read(context, position)
    if sign == "*":
        return phones.read_service(context, position)
    if sign == "§":
        return _section(context, position)
    if sign in "&|=!:":
        return identifiers.read_operator(context, position)
    if sign == "-":
        return identifiers.read_flag(context, position)
    return relations.read(context, position) if sign > "\u2000" else 0


def _punctuate(context: Context, position: int, *, ends: bool) -> None:
    """A sign that means a pause. The end of a sentence ends what its words say of a number."""
    sign = context.text[position]
    if sign in _ENDS and ends and not context.text[position + 1 : position + 3].strip().islower():
        context.before = context.before_that = ""
    if sign in _QUOTES:
        context.quoted = sign in "“«" or (sign == '"' and not context.quoted)
    if _KEPT[sign]:
        context.punctuate(_KEPT[sign], position, position + 1)


def _section(context: Context, position: int) -> int:
    """The sign of a section, or of several; the offset past it."""
    end = position + 1
    while context.text[end : end + 1] == "§":
        end += 1
    symbols = context.base.symbols
    name = symbols.get("sections", symbols["section"]) if end > position + 1 else symbols["section"]
    context.say(name, position, end, context.base.code)
    return end


def _slash(context: Context, position: int) -> None:
    """Silent between words ("and/or"), named beside digits and in the path of a file ("/home/user")."""
    text = context.text
    named = _PATH_WORD.match(text, position)
    if named and _PATH.search(text, max(0, position - 80), position + 1):
        context.say(context.base.symbols["slash"], position, position + 1, context.base.code)
        return
    before, after = text[max(0, position - 2) : position], text[position + 1 : position + 3]
    if before[-1:].isdecimal() or after[:1].isdecimal():
        context.say(context.base.symbols["slash"], position, position + 1, context.base.code)
