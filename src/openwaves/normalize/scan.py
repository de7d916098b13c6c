"""The pass over a text: each token goes to the reader of its kind."""

import re
from functools import cache

from openwaves.normalize import registry
from openwaves.normalize.context import CURRENCY_SIGNS, LETTER, Context, Spoken
from openwaves.normalize.mathematics import OPERATOR, read_operator
from openwaves.normalize.numeric import read_numeric
from openwaves.normalize.web import read_tag
from openwaves.normalize.words import read_word

_KEPT = {sign: sign for sign in ".,;:!?…—“”«»()¿¡।॥،؛؟。、！？，：；"} | {"–": "—", '"': '"', "॰": ""}
_SYMBOLS = {
    "&": "and", "@": "at", "+": "plus", "=": "equals", "%": "percent", "<": "less", ">": "greater",
    "~": "approximately",
    "±": "plusminus", "§": "section", "°": "degrees", "×": "times", "÷": "divided", "²": "squared", "³": "cubed",
    "‰": "permille", "≥": "at_least", "≤": "at_most",
}  # fmt: skip
_ZEROS = re.compile(r"(?<!\d)0\d{2,6}\Z")
_SERVICE = re.compile(r"\*\d{1,6}(?:\*\d{1,16}){0,4}#")
_SHORT_SERVICE = re.compile(r"\*\d{2,3}(?![\w#*])")
_KEYS = {"#": "hash", "*": "star"}
_KEY = re.compile(r" (?:key|button|sign|symbol|बटन|दबाएँ|दबाएं|की)(?!\w)")
_PATH_WORD = re.compile(r"/[A-Za-z](?!\S{0,40}[^\x00-\x7f])")  # not the slashes of a phonetic spelling
_PATH = re.compile(r"(?:\A|[\s(\"'`])~?/[\w./~-]{0,80}\Z")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_WORD_BEFORE = re.compile(rf"{LETTER}+\Z")
_ENDS = frozenset(".!?…।॥")
_QUOTES = frozenset('"“”«»')
_COUNTED = re.compile(r"\d[%°]?(?:[^\W\d]|[\u0900-\u0d7f]){0,4}[%°]?\Z")
_BETWEEN_LETTERS = frozenset("/+&=%°²³±‰≥≤")


@cache
def _tokens(code: str, math: bool) -> re.Pattern[str]:
    """The alternation of a language: spaces, operators, numbers, words, signs."""
    language, english = registry.language(code), registry.language("en")
    names = set(language.currencies) | set(english.currencies)
    names = {name for name in names if len(name) > 1}
    currency = "|".join(re.escape(name) for name in sorted(names | set(CURRENCY_SIGNS), key=len, reverse=True))
    lead = rf"(?<![\w)%°\u0900-\u0d7f])[-−–+±~≈]?(?:(?<!{LETTER})(?:{currency})[ \u00a0]?)?[-−]?(?:(?<!\.)\.)?(?=\d)"
    operator = rf"|(?P<operator>{OPERATOR})" if math else ""
    return re.compile(
        rf"(?P<space>\s+){operator}"
        rf"|(?P<number>\d+|{lead}|#(?=\d)|\((?=\d{{2,5}}\)[ -]?\d{{3}})|['’](?=\d0s\b)|[½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘])"
        rf"|(?P<word>{LETTER}+)|(?P<sign>[^\s])"
    )


def scan(context: Context) -> list[Spoken]:
    """Read a text from its first character to its last."""
    text, position = context.text, 0
    match_token = _tokens(context.base.code, context.math).match
    match_plain = _tokens(context.base.code, False).match
    while match := match_token(text, position):
        if match.lastgroup == "operator":
            if done := read_operator(context, match):
                position = done
                continue
            match = match_plain(text, position) or match
        kind = match.lastgroup
        if kind == "space":
            position = match.end()
            context.close()
        elif kind == "word":
            position = read_word(context, match)
        elif kind == "number" and (done := read_numeric(context, match)):
            position = done
        elif kind == "number" and text[position] not in _NOT_LEADING:
            position = _name_or_sign(context, position)
        else:
            position = _sign(context, position)
    context.close()
    return context.said


_NOT_LEADING = frozenset("0123456789#(-−–+±~≈.'’½")


def _name_or_sign(context: Context, position: int) -> int:
    """A currency's name or sign before what turned out to be no amount."""
    match = re.compile(rf"{LETTER}+").match(context.text, position)
    return read_word(context, match) if match else _sign(context, position)


def _sign(context: Context, position: int) -> int:
    """Punctuation and symbols."""
    text = context.text
    sign = text[position]
    end = position + 1
    if sign in "@#" and (done := read_tag(context, position)):
        return done
    if sign == "*" and (done := _service(context, position)):
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
    elif sign in _RAISED:
        _raised(context, position)
    elif sign in "½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘℃℉":
        context.say(sign, position, end, context.base.code)
    elif sign == "/":
        _slash(context, position)
    elif sign in _KEYS and not left and (_KEY.match(text, end) or (not right and _is_pressed(context))):
        context.say(context.base.symbols[_KEYS[sign]], position, end, context.base.code)
    elif sign in _SYMBOLS and (right or not left or sign in _BETWEEN_LETTERS):
        context.say(context.base.symbols.get(_SYMBOLS[sign], ""), position, end, context.base.code)
    return end


def _is_pressed(context: Context) -> bool:
    """Whether the word before says that keys of a telephone follow."""
    return context.before in context.base.tables.get("press_word", {})


def _service(context: Context, position: int) -> int:
    """A code that a phone sends to its network, digit by digit: "*121#", "dial *67"; 0 if there is none."""
    match = _SERVICE.match(context.text, position)
    if not match and _is_pressed(context):
        match = _SHORT_SERVICE.match(context.text, position)
    if not match:
        return 0
    symbols, num = context.base.symbols, context.num
    names = {"*": symbols["star"], "#": symbols["hash"]}
    words = " ".join(names.get(sign) or num.digits(sign) for sign in match.group())
    context.say(words, match.start(), match.end(), context.base.code)
    return match.end()


def _punctuate(context: Context, position: int, *, ends: bool) -> None:
    """A sign that means a pause. The end of a sentence ends what its words say of a number."""
    sign = context.text[position]
    if sign in _ENDS and ends and not context.text[position + 1 : position + 3].strip().islower():
        context.before = context.before_that = ""
    if sign in _QUOTES:
        context.quoted = sign in "“«" or (sign == '"' and not context.quoted)
    if _KEPT[sign]:
        context.punctuate(_KEPT[sign], position, position + 1)


def _raised(context: Context, position: int) -> None:
    """A raised digit: a power after a single letter, silent after a word, since it numbers a note; else the digit."""
    sign = context.text[position]
    if symbol := context.base.symbols.get(_SYMBOLS.get(sign, "")):
        context.say(symbol, position, position + 1, context.base.code)
        return
    word = _WORD_BEFORE.search(context.text, max(0, position - 2), position)
    words = context.num.cardinal(_RAISED.index(sign))
    if sign not in _SYMBOLS and word and len(word.group()) > 1:
        return
    if word and "power" in context.num.symbols:
        words = f"{context.num.symbols['power']} {words}"
    context.say(words, position, position + 1, context.num.code)


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
