"""Capitals that are plain English words: "IT WAS A COLD DAY", "BETWEEN US", "Turn IT ON", "the lyre (LIRE)".

Words that could be letters ("IT", "US") are told apart by the capitals beside them and by the words around; the US, an
IT team and the AI stay letters.
"""

import re

from openwaves.tts.normalize.context import Context
from openwaves.tts.normalize.initialisms import spelled
from openwaves.tts.normalize.languages import registry

_NEAR = 60  # characters of a run of capitals to each side
_BEFORE = re.compile(r"(?:(?<![\w'’])[A-Z][A-Z'’]*[ ])+\Z")
_AFTER = re.compile(r"(?:[ ][A-Z][A-Z'’]*(?![\w'’]))+")
_WORDS = re.compile(r"[A-Z'’]+")
_SHAPE = re.compile(
    r"(?:STR|SCR|SPR|SPL|THR|SHR|SCH|[B-DF-HJ-NP-TV-Z]{0,2})"
    r"(?:[AEIOUY]{1,3}(?:RLD|RST|[RNLD]DS|[RNLSFCP]TS|[NRL]KS|CKS|GHT|NGS|TCH|R[MLN]S|MPS|[NRL]TH|[B-DF-HJ-NP-TV-Z]{1,2})){1,2}"
    r"[AEIOUY]?"
)
"""A word of four letters and more that can be said."""
_SHORT = re.compile(
    r"[B-DF-HJ-NP-TV-Z]{1,2}[AEIOUY]{1,2}[B-DF-HJ-NP-TV-Z]?|[AEIOU]{1,2}[B-DF-HJ-NP-TV-Z][EY]?"
    r"|[AEIO](?:SK|CT|DD|RT|RM|ND|LD|NN|GG|LL|SH)"
)
"""A word of two or three letters that can be said."""
_FEWEST = 3  # capitals in a row that may be a sentence in capitals
_BRACKET = re.compile(r"([a-z]{2,20}) \(\Z")
_INSIDE = re.compile(r"[A-Za-z]{1,8}(?:[- ][A-Za-z]{1,8}){0,6}\)")
_SOUNDS = str.maketrans("cqgzx", "kkjss")
_SILENT = re.compile(r"[aeiouywh'’-]|(.)(?=\1)")


def read(context: Context, word: str, start: int) -> str:
    """Capitals at an offset in small letters where they are a word that could be letters; "" where nothing tells."""
    if _is_respelling(context, word, start):
        return word.lower()
    if not (word.isupper() and word.isascii() and word.isalpha() and 1 < len(word) < 8):
        return ""
    if _is_emphasized(context, word, start):
        return word.lower()
    return spelled(word) if word in registry.language("en").listed("ambiguous_words") else ""


def _is_emphasized(context: Context, word: str, start: int) -> bool:
    text, english = context.text, registry.language("en")
    end = start + len(word)
    words = english.listed("function_words")
    before = _BEFORE.search(text, max(0, start - _NEAR), start)
    after = _AFTER.match(text, end, end + _NEAR)
    beside = _WORDS.findall((before.group() if before else "") + (after.group() if after else ""))
    sure = sum(_is_sure(other, words) for other in beside)
    common = any(other in words or other in {"A", "I"} for other in [*beside, word])
    shouted = common and len(beside) + 1 >= _FEWEST and 2 * sure >= len(beside)
    if word in english.listed("ambiguous_words"):
        if context.before in english.listed("articles") or context.word_after(end) in english.listed(
            "letters_followers"
        ):
            return False
        alone = bool(beside) and sure == len(beside) and all(other in words for other in beside)
        return shouted or alone or _is_object(context, word, end)
    if word in words:
        return True
    if not shouted or word in english.spelled_words | english.said_words:
        return False
    return bool((_SHORT if len(word) < 4 else _SHAPE).fullmatch(word))


def _is_sure(word: str, words: frozenset[str]) -> bool:
    """Whether capitals are a word wherever they stand."""
    if word in {"A", "I"} or word in words:
        return word not in registry.language("en").listed("ambiguous_words")
    return len(word) > 3 and word not in registry.language("en").spelled_words and bool(_SHAPE.fullmatch(word))


def _is_object(context: Context, word: str, end: int) -> bool:
    """Whether "IT" or "US" alone is the pronoun: "do IT now", "between US and them", "all of US."."""
    english = registry.language("en")
    follows = context.word_after(end)
    if context.before in english.listed("pronoun_leads"):
        return not follows or follows.upper() in english.listed("function_words")
    return word == "US" and context.before in {"of", "for", "with", "about", "like"} and not follows


def _is_respelling(context: Context, word: str, start: int) -> bool:
    """Whether capitals in a bracket say how the word before it sounds: "lyre (LIRE)", "zither (ZITH ur)"."""
    text = context.text
    opening = text.rfind("(", max(0, start - 40), start)
    if opening < 0:
        return False
    named, inside = _BRACKET.search(text, max(0, opening - 22), opening + 1), _INSIDE.match(text, opening + 1)
    if not named or not inside or inside.end() <= start:
        return False
    content = inside.group()[:-1]
    mixed = not content.isupper() and content != content.lower()
    if mixed and "-" in content:
        return True
    if len(word) < 3:
        return False
    written, said = _skeleton(named[1]), _skeleton(content.replace(" ", ""))
    return bool(said) and (written[:1] == said[:1] if mixed else written == said)


def _skeleton(word: str) -> str:
    """Consonants of a word, those that sound alike as one."""
    return _SILENT.sub("", word.lower().replace("ph", "f").translate(_SOUNDS))
