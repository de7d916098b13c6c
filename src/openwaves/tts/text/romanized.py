"""Hindi written in Latin letters ("main theek hoon"), in Devanagari.

Inside a Hindi stretch English words stay English ("meeting", "order"), listed words and unknown ones become
Devanagari, and words of both languages ("main", "to", "the") are decided by their neighbours.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openwaves.tts.normalize import Spoken
from openwaves.tts.text.hindi_words import WORD, Token, clipped, context, folded, hindi, is_english, sure, tokens
from openwaves.tts.text.scripts import runs
from openwaves.tts.text.transliterate import fold, looks_english, transliterate

LEAST_HINDI = 0.3
"""Part of the words that must be Hindi for numbers to be read in Hindi, and surely Hindi where the others look like
Spanish, French, …"""

_FIRST_PERSON = re.compile(r"(?:hoon|hun|hu|.+(?:unga|ungi|oonga|oongi))\Z")
_MAIN_OR_IN = frozenset("main mai mei mein me".split())  # noqa: SIM905
_CLAUSE_WORDS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A Hindi word in Latin letters.

    Attributes:
        start: Offset of its first letter in the text.
        end: Offset past the last one.
        devanagari: The same word in Devanagari.
    """

    start: int
    end: int
    devanagari: str


def find(text: str, before: str = "") -> list[Found]:
    """The Hindi words in Latin letters of a text, in order. Linear in its length.

    Args:
        text: Any text; other scripts are passed over. If no word is surely Hindi, none is.
        before: Text of the same sentence before it, which helps to decide.
    """
    if sure().isdisjoint(WORD.findall(f"{before} {text}".lower())):
        return []
    shift = len(before) + 1 if before else 0
    words = tokens(f"{before} {text}" if before else text)
    is_hindi = hindi(words)
    found = []
    for number, token in enumerate(words):
        if is_hindi[number] and token.start >= shift and (written := _devanagari(words, number, is_hindi)):
            found.append(Found(token.start - shift, token.end - shift, written))
    return found


def find_for(text: str, language: str | None, before: str = "") -> list[Found]:
    """``find`` for a request's language: nothing unless that is Hindi or open."""
    if language not in (None, "auto", "hi"):
        return []
    found = find(text, before)
    if found and language == "auto" and any(run.language not in ("en", "hi") for run in runs(text, None)):
        return found if _share(text, found) >= LEAST_HINDI else []
    return found


def is_mostly_hindi(text: str, found: Sequence[Found]) -> bool:
    """Whether a text with these Hindi words reads its numbers in Hindi."""
    return bool(found) and len(found) >= LEAST_HINDI * len(WORD.findall(text))


def in_devanagari(said: Iterable[Spoken], text: str, found: Sequence[Found]) -> Iterator[Spoken]:
    """Pieces to be said for a text, with ``found`` put in; their spans stay."""
    waiting = deque(found)
    for piece in said:
        while waiting and waiting[0].end <= piece.start:
            waiting.popleft()
        if not waiting or waiting[0].start >= piece.end:
            yield piece
            continue
        parts, seen = [], piece.start
        while waiting and waiting[0].end <= piece.end:
            word = waiting.popleft()
            parts += [text[seen : word.start], word.devanagari]
            seen = word.end
        yield Spoken("".join(parts) + text[seen : piece.end], piece.start, piece.end, "hi")


def _share(text: str, found: Sequence[Found]) -> float:
    return sum(text[word.start : word.end].lower() in sure() for word in found) / max(1, len(WORD.findall(text)))


def _devanagari(words: Sequence[Token], number: int, is_hindi: Sequence[bool]) -> str:
    """A word of a Hindi stretch in Devanagari; "" if it is English."""
    token = words[number]
    if token.is_initialism:
        return ""
    if not token.entry:
        return _unlisted(token.word)
    before = words[number - 1] if number and not token.breaks and is_hindi[number - 1] else None
    after = words[number + 1] if number + 1 < len(words) and not words[number + 1].breaks else None
    if token.word in _MAIN_OR_IN:
        return _main(words, number, before, after)
    return _of_two_words(token.word, before, after) or (
        token.entry.devanagari
        if token.entry.sure or token.entry.kind == "n" or _is_hindi_here(token.word, before, after)
        else ""
    )


def _of_two_words(word: str, before: Token | None, after: Token | None) -> str:
    """Spellings that are written for two Hindi words; "" for others."""
    if word in ("ki", "kee"):
        return "कि" if before is None or before.word in context()["saying"] else "की"
    if word == "kaha":
        says = (before and before.word.endswith("ne")) or (after and after.word in ("ki", "gaya", "tha", "jata"))
        return "कहा" if says else "कहाँ"
    return ""


def _is_hindi_here(word: str, before: Token | None, after: Token | None) -> bool:
    """Whether a word of both languages, inside a Hindi stretch, is the Hindi one."""
    next_word, last_word = (after.word if after else ""), (before.word if before else "")
    beside = context().get(f"beside {word}")
    if beside is not None:
        return next_word in beside or f"<{last_word}" in beside
    if word == "use":
        return not next_word.startswith(("kar", "ki", "ho"))
    if word in ("hi", "are"):  # a greeting, and "hey": only at the beginning
        return (before is None) == (word == "are")
    if word == "the" and after:
        return bool(after.entry)
    return word not in context()["between"] or not (before and after and not before.entry and not after.entry)


def _main(words: Sequence[Token], number: int, before: Token | None, after: Token | None) -> str:
    """मैं (I), में (in), or the English word: "main" and its spellings."""
    word = words[number].word
    clause = words[number : number + _CLAUSE_WORDS]
    ends = [place for place, token in enumerate(clause) if place and token.breaks]
    speaks = any(_FIRST_PERSON.match(token.word) for token in clause[: ends[0] if ends else None])
    if word == "main" and after and after.word in context()["main_things"] and not speaks:
        return ""
    is_short = word in ("mein", "me")
    if before is None or before.word in context()["openers"]:
        return "में" if before and before.word in ("kal", "aaj") and is_short else "मैं"
    nominal = before.entry is None or before.entry.kind != "f" or before.word.startswith(("is", "us", "jis", "kis"))
    return "में" if is_short or (nominal and not speaks) else "मैं"


def _unlisted(word: str) -> str:
    """Devanagari of a word in no list; "" if it is English."""
    if "'" in word or word in context()["english"] or is_english(word):
        return ""
    if listed := folded().get(fold(word)):
        return listed
    return "" if len(word) < 3 or looks_english(word) else clipped(word) or transliterate(word)
