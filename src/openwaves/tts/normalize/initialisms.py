"""Capitals and dotted letters: "API", "APIs", "iOS", "U.S.A.", "J. K. Rowling", "AT&T", "एम.ए."."""

import re

from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.languages.language import Language

_PLURAL = re.compile(r"([A-Z]{2,5})['’]?s")
_CAMEL = re.compile(r"([A-Za-z][a-z]+)([A-Z]{2,4})")
_VOWELS = frozenset("AEIOUYÀÁÂÃÄÅÆÈÉÊËÌÍÎÏÒÓÔÕÖØÙÚÛÜÝĄĘŒАЕЁИОУЫЭЮЯ")
_SYLLABLES = re.compile(
    r"(?:STR|SCR|SPR|SPL|THR|SHR|SCH|[B-DF-HJ-NP-TV-Z]{0,2})"
    r"(?:[AEIOUY]{1,3}(?:RLD|RST|[RNLD]DS|GHT|NGS|TCH|[NRL]TH|[B-DF-HJ-NP-TV-Z]{1,2})){1,2}[AEIOUY]?"
)
_DOTTED = re.compile(
    rf"(?:{LETTER}\.){{2,8}}(?:[A-Z](?![\w.]))?|(?:[A-Z]\.[ ]?){{1,8}}(?<=\.)(?=[ ]?[A-ZÀ-ÖØ-ÞĄ-ŽА-ЯЁ])"
)
_DOTTED_NAMES = re.compile(rf"(?:{LETTER}{{1,4}}\.){{2,8}}")
_AMPERSAND = re.compile(r"([A-Z]{1,3})&([A-Z]{1,3})(?![\w&])")


def spelled(word: str) -> str:
    """Capital letters with spaces between."""
    return " ".join(word.upper())


def initialism(word: str, language: Language, shouting: bool) -> str:
    """Spoken form of a word in capitals ("API", "APIs"); "" if it is read as a word."""
    camel = _CAMEL.fullmatch(word)
    if camel:
        return f"{camel[1]} {spelled(camel[2])}"
    plural = _PLURAL.fullmatch(word)
    if plural:
        letters = initialism(plural[1], language, shouting=False)
        return letters + "'s" if letters else ""
    if not (2 <= len(word) <= 6 and word.isupper() and word.isalpha()) or word in language.said_words:
        return ""
    if (word in language.spelled_words and (not shouting or len(word) > 2)) or not _VOWELS & set(word):
        return spelled(word)
    as_word = shouting or len(word) > 5 or not word.isascii() or (len(word) > 3 and _SYLLABLES.fullmatch(word))
    return "" if as_word else spelled(word)


def read_ampersand(context: Context, start: int) -> int:
    """Capitals with "&" between, "AT&T"; 0 if there are none."""
    match = _AMPERSAND.match(context.text, start)
    if not match:
        return 0
    words = f"{spelled(match[1])} {context.base.symbols['and']} {spelled(match[2])}"
    context.say(words, start, match.end(), context.base.code)
    return match.end()


def read_dotted(context: Context, start: int) -> int:
    """Initialisms, "U.S.A.", and the initials of names: "J. K. Rowling"."""
    match = _DOTTED.match(context.text, start)
    if not match:
        return _dotted_names(context, start)
    letters = match.group().replace(".", "").replace(" ", "")
    code = context.latin.code if letters.isascii() else context.base.code
    end = match.end()
    if len(letters) > 1 and match.group()[-1] == "." and closes(context.text, end):
        end -= 1
    context.say(spelled(letters), start, end, code)
    return end


def _dotted_names(context: Context, start: int) -> int:
    """Names of letters in a script without capitals: "एम.ए."."""
    match = _DOTTED_NAMES.match(context.text, start)
    if not match or match.group().isascii():
        return 0
    end = match.end() - closes(context.text, match.end())
    context.say(" ".join(match.group().split(".")).strip(), start, end, context.base.code)
    return end


def closes(text: str, end: int) -> bool:
    """Whether the full stop before an offset also ends the sentence."""
    return not text[end:].strip() if len(text) - end < 3 else False
