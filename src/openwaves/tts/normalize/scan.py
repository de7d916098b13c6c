"""The pass over a text: each token goes to the reader of its kind."""

import re
from functools import cache

from openwaves.tts.normalize import latex, signs
from openwaves.tts.normalize.context import CURRENCY_SIGNS, LETTER, Context, Spoken
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.numeric import read_numeric
from openwaves.tts.normalize.operators import OPERATOR, read_operator
from openwaves.tts.normalize.words import read_word

_NOT_LEADING = frozenset("0123456789#(-−–+±~≈.'’½")


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
    formulas = "\\" in text or text.count("$") > 1
    while match := match_token(text, position):
        if formulas and text[position] in "$\\" and (done := latex.read(context, position)):
            position = done
            continue
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
            position = signs.read(context, position)
    context.close()
    return context.said


def _name_or_sign(context: Context, position: int) -> int:
    """A currency's name or sign before what turned out to be no amount."""
    match = re.compile(rf"{LETTER}+").match(context.text, position)
    return read_word(context, match) if match else signs.read(context, position)
