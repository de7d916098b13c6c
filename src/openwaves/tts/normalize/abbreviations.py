"""Abbreviations: "e.g.", "approx.", "Dr. Smith", "No. 5", "Pvt. Ltd.", "Smt.".

They stand in the rows ``abbreviation``, ``title``, ``before_number`` and ``name_end`` of a language's table.
"""

import re
from functools import cache

from openwaves.keeping import kept_by_word
from openwaves.tts.normalize import addresses
from openwaves.tts.normalize.context import LETTER, Context
from openwaves.tts.normalize.dates import NUMBER_AHEAD
from openwaves.tts.normalize.initialisms import closes
from openwaves.tts.normalize.languages import registry
from openwaves.tts.normalize.languages.language import Language

_CAPITAL_AHEAD = re.compile(r"\.?[ \t\u00a0]{0,2}(?:(?:&|and) )?[A-ZÀ-ÖØ-ÞĄ-ŽА-ЯЁ\u0900-\u0d7f]")
_STOP_AND_WORD = re.compile(rf"\.[ \t\u00a0]{{1,2}}{LETTER}")
_FIRST = re.compile(rf"{LETTER}+")
_GENERATION = re.compile(r" (?:[A-Z]|Alpha|Beta)(?![\w.])")


@cache
def _keys(code: str) -> dict[str, tuple[str, ...]]:
    """First word of an abbreviation to all abbreviations that begin with it, the longest first."""
    keys: dict[str, list[str]] = {}
    for key in registry.language(code).abbreviations:
        first = _FIRST.match(key)
        if first:
            keys.setdefault(first.group(), []).append(key)
    return {first: tuple(sorted(found, key=len, reverse=True)) for first, found in keys.items()}


@kept_by_word
def is_listed(word: str, base: str, latin: str) -> bool:
    """Whether some table has a word, so that what stands around it may change how it is said."""
    for language in {registry.language(base), registry.language(latin)}:
        named = word in language.before_number or word in language.titles or word in language.tables.get("name_end", {})
        if (
            named
            or word in language.states
            or word in _keys(language.code)
            or word.lower() in language.weekdays | language.months
        ):
            return True
    return False


def read(context: Context, word: str, start: int) -> int:
    """Say an abbreviation of the table; the longest that stands here."""
    for language in dict.fromkeys((context.base, context.latin)):
        done = _title(context, language, word, start) or _listed(context, language, word, start)
        if done:
            return done
    return 0


def _title(context: Context, language: Language, word: str, start: int) -> int:
    """Abbreviations that depend on what follows: a number, a postal code, a name, or the end of a name."""
    text, end = context.text, start + len(word)
    if text[end : end + 1] == "." and (spoken := addresses.direction(context, word, start, language)):
        if not _STOP_AND_WORD.match(text, end) or not addresses.names_road(text, end):
            context.say(spoken, start, end, language.code)
            return end
    elif word in language.before_number and NUMBER_AHEAD.match(text, end):
        spoken = language.before_number[word]
    elif addresses.is_state(language, text, word, start):
        spoken = language.states[word]
    elif (len(word) == 1 and text[end : end + 2] != ". ") or (word == "Gen" and _GENERATION.match(text, end)):
        return 0
    elif word in language.titles and _stands_before_name(context, language, word, start):
        spoken = language.titles[word]
    elif word in language.tables.get("name_end", {}) and context.before and addresses.named_before(context, start):
        spoken = language.tables["name_end"][word][0]
        if text[end : end + 1] == "." and (closes(text, end + 1) or addresses.ends_sentence(language, text, end)):
            context.say(spoken, start, end, language.code)
            return end
    else:
        return 0
    end += text[end : end + 1] == "."
    context.say(spoken, start, end, language.code)
    return end


def _stands_before_name(context: Context, language: Language, word: str, start: int) -> bool:
    """Whether a capital follows, or a word after the full stop of what is never the end of a name."""
    text, end = context.text, start + len(word)
    if word not in language.tables.get("name_end", {}) and _STOP_AND_WORD.match(text, end):
        return True
    return bool(_CAPITAL_AHEAD.match(text, end)) and not addresses.ends_name(context, language, word, start)


def _listed(context: Context, language: Language, word: str, start: int) -> int:
    text = context.text
    for key in _keys(language.code).get(word, ()):
        end = start + len(key)
        if not text.startswith(key, start):
            continue
        after = text[end : end + 1]
        if key[-1] not in "./" and after and re.match(LETTER, after):
            continue
        spoken = language.abbreviation(key, context.before, context.before_that)
        if key[-1] == "." and closes(text, end):
            end -= 1
        context.say(spoken, start, end, language.code)
        return end
    return 0
