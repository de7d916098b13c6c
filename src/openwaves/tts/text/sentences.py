"""Whether a stop ends a sentence: abbreviations, initials, names with dots, and sentences without a space between."""

import re
import unicodedata

_ABBREVIATIONS = frozenset([
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "no", "inc", "ltd", "co", "e.g", "i.e",
    "a.m", "p.m", "sra", "srta", "dra", "ud", "uds", "डॉ", "श्री", "प्रो",
])  # fmt: skip
_BEGINNERS = frozenset([
    "A", "An", "And", "As", "At", "But", "By", "For", "He", "Her", "His", "How", "I", "If", "In", "It", "Its",
    "My", "No", "Now", "Of", "On", "Or", "Our", "She", "So", "That", "The", "Their", "Then", "There", "These",
    "They", "This", "Those", "To", "We", "What", "When", "Where", "Which", "While", "Who", "Why", "With",
    "Yes", "You", "Your",
])  # fmt: skip
"""Words that begin a sentence after initials; any other capital goes on with the name."""

_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_LONG_NUMBER = re.compile(r"[\d,]*\d{3}")
_STOP_WITHIN = re.compile(r".*[.!?।॥]+", re.DOTALL)
_CAMEL = re.compile(r"[a-z][A-Z]")
_DOMAINS = frozenset([
    "com", "net", "org", "io", "co", "in", "uk", "us", "de", "fr", "es", "eu", "js", "ts", "py", "ai", "app",
    "dev", "edu", "gov",
])  # fmt: skip
_CLOSING = frozenset('.,;:!?…।॥」』）】》”’)]"')
_OPENING = "([{\"'“‘«¿¡"


def is_abbreviation(before: str, mark: str) -> bool:
    """Whether a stop belongs to the word before it, whatever follows."""
    word = _last_word(before).lower()
    return mark == "." and (word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()))


def is_end(text: str, start: int, end: int, *, is_glued: bool, final: bool) -> bool | None:
    """Whether a stop that is followed by white space or, ``is_glued``, by a letter ends a sentence.

    Args:
        text: Everything that is known.
        start: Where the stop begins.
        end: Where it ends, with the closing signs after it.
        is_glued: A letter follows at once.
        final: No more text will come.

    Returns:
        None if the next word is not yet known to its end.
    """
    word = _last_word(text[max(0, start - 80) : start])
    is_initials = text[start:end] == "." and _INITIALS.fullmatch(word) is not None
    if is_initials == is_glued:
        return not is_glued
    following = re.compile(r"\s*(\w*)(.{0,2})", re.DOTALL).match(text, end)
    assert following is not None  # noqa: S101 - it matches the empty string
    if is_glued and (stop := _STOP_WITHIN.match(word)) and begins_word(text, start - len(word) + stop.end()):
        word = word[stop.end() :]  # "that.Done!Yes": the sentence before was glued on, too
    next_word, rest = following.groups()
    if not final and (not rest or (rest == "." and is_glued)):
        return None
    if is_initials:
        return next_word in _BEGINNERS if next_word else True
    return _begins_glued(word, text[start], next_word, rest)


def _begins_glued(word: str, stop: str, next_word: str, rest: str) -> bool:
    """Whether a letter right after a stop begins a sentence, and is no part of a name, an address or code."""
    if stop in "।॥":
        return True
    is_word = all(sign.isalpha() or sign in "'’-" or unicodedata.category(sign)[0] == "M" for sign in word)
    if len(word) < 2 or not (is_word or _LONG_NUMBER.fullmatch(word)):
        return False
    if _CAMEL.search(word) or word.lower() in _ABBREVIATIONS:
        return False
    if re.match(r"[(_/@]|\.\w", rest):
        return False
    if unicodedata.category(next_word[0]) == "Lo":
        return unicodedata.category(word[-1])[0] in "LM" and not word[-1].isascii()
    is_title = next_word[0].isupper() and next_word[1:].islower() and next_word.isalpha()
    return (is_title and next_word.lower() not in _DOMAINS) or next_word in ("I", "A")


def is_unspaced(character: str) -> bool:
    """Whether it is of a script that puts no spaces between words."""
    is_wide = character >= "\u2e80" and unicodedata.east_asian_width(character) in "WF"
    return is_wide and not "\uac00" <= character <= "\ud7a3"


def begins_word(text: str, at: int) -> bool:
    """Whether a word as it is told to clients may begin at ``at``: after a space, a sentence, a phrase."""
    if not at or text[at - 1].isspace():
        return True
    if is_unspaced(text[at - 1]):
        return text[at : at + 1] not in _CLOSING
    stop = re.search(r"[.!?]+[\"'”’»)\]]*$|[।॥]+$", text[max(0, at - 12) : at])
    if stop is None or not text[at : at + 1].isalpha():
        return False
    start = max(0, at - 12) + stop.start()
    return bool(is_end(text, start, at, is_glued=True, final=True))


def _last_word(before: str) -> str:
    words = before.split()
    return words[-1].lstrip(_OPENING) if words and not before[-1].isspace() else ""
