"""Tokens that begin with a letter: which room reads them, by what they are listed as and what stands around them."""

import re

from openwaves.tts.normalize import (
    abbreviations,
    addresses,
    alphanumerics,
    dates,
    emphasis,
    formulas,
    greek,
    hexadecimal,
    identifiers,
    initialisms,
    roman,
    versions,
    web,
)
from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.initialisms import initialism, spelled
from openwaves.tts.normalize.languages.language import Language

_JOINED = re.compile(rf"{LETTER}+(?:['’ʼ‑-]{LETTER}+)*['’]?")
_BY = re.compile(r" \d")
_MEASURE = re.compile(rf"\d ?{LETTER}{{1,12}} \Z")
_PLAIN_AHEAD = frozenset({"", " ", ",", ";", "?", "!", "\n", "।"})


def read_word(context: Context, match: re.Match[str]) -> int:
    """Say the token that begins with this word.

    Returns:
        The offset past it.
    """
    text, start, end = context.text, match.start(), match.end()
    word = match.group()
    follows = text[end : end + 1]
    language = context.latin if word.isascii() else context.base
    if start and not word.isascii() and context.join_ending(word, start, end):
        context.seen(word)
        return end
    if done := _coded(context, word, start, follows):
        context.seen(word)
        return done
    if follows in _PLAIN_AHEAD and not abbreviations.is_listed(word, context.base.code, context.latin.code):
        return _plain(context, word, start, end)
    if word.lower() in language.weekdays or word.lower() in language.months:
        done = dates.read_names(context, language, start)
    if done:
        return done
    if follows in ".&/° º#+":
        done = abbreviations.read(context, word, start)
        if not done and follows == "&":
            done = initialisms.read_ampersand(context, start)
    elif word in language.abbreviations or word in language.titles or word in language.tables.get("name_end", {}):
        done = abbreviations.read(context, word, start)
    if not done and follows and follows in "@._-/:+%":
        done = web.read(context, start)
        if not done and follows == ".":
            done = identifiers.read_dotted(context, start) or initialisms.read_dotted(context, start)
    if not done and follows and (follows.isdecimal() or (follows in "-‑" and not _apart(context, word))):
        done = versions.read_release(context, start) or alphanumerics.read(context, start)
    if done:
        context.seen(text[start:done].rstrip("."))
        return done
    return _plain(context, word, start, end)


def _coded(context: Context, word: str, start: int, follows: str) -> int:
    """Say an id of a machine or a formula of a substance; 0 if there is none."""
    if not word.isascii():
        return 0
    if follows and (follows.isdecimal() or follows in "-:("):
        return hexadecimal.read(context, start) or formulas.read(context, start)
    return formulas.read(context, start) if word[-1].isupper() and not word.isupper() else 0


def _apart(context: Context, word: str) -> bool:
    """Whether a hyphen parts a word from the number after it: "mid-1990s", "5-Mar-2024"; not "COVID-19"."""
    dated = word.lower() in context.base.months and context.before[:1].isdecimal()
    return dated or (word.islower() and len(word) > 1)


def _plain(context: Context, word: str, start: int, end: int) -> int:
    """A word, with what is joined to it by hyphens and apostrophes."""
    follows = context.text[end : end + 1]
    if follows and follows in "'’ʼ-‑":
        joined = _JOINED.match(context.text, start)
        if joined:
            word, end = joined.group(), joined.end()
            if word[-1] in "'’" and word[-2:-1] not in "sS":
                word, end = word[:-1], end - 1
    language = context.latin if word.isascii() else context.base
    code = language.code
    if word == "x" and _BY.match(context.text, end) and _MEASURE.search(context.text, max(0, start - 16), start):
        words, code = context.num.symbols["by"], context.num.code
    elif direction := addresses.direction(context, word, start, language):
        words = direction
    elif len(word) == 1 and (named := greek.read(context, word))[0]:
        words, code = named
    elif not word.isascii() and not context.base.latin and (numbered := roman.read_indian(context, word)):
        words = numbered
    elif word[0].isupper():
        words, code = _capitals(context, word, start, language)
    elif not context.base.latin and word.isascii():
        words = word
    else:
        words = word
        code = context.base.code
    if any(map(str.isalnum, word)):
        context.say(words, start, end, code)
    context.seen(word)
    return end


def _capitals(context: Context, word: str, start: int, language: Language) -> tuple[str, str]:
    """Spoken form and language of a word that begins with a capital letter."""
    if language.code == "en" and (said := emphasis.read(context, word, start)):
        return said, language.code
    words, code = roman.read(context, word, start)
    if words:
        return words, code
    if "-" in word:
        parts = word.split("-")
        read = [initialism(part, language, context.shouting) or part for part in parts]
        return ("-" if read == parts else " ").join(read), language.code
    if month := dates.month(context, word, start + len(word)):
        return month
    if word in language.article_initialisms and (context.before == "the" or not context.base.latin):
        return spelled(word), language.code
    return initialism(word, language, context.shouting) or word, language.code
