"""Segments to utterances: phonemes, and which of them speak which word of the input."""

import re
import unicodedata

from openwaves.errors import FieldError
from openwaves.g2p.english import English, english
from openwaves.types import Segment, Utterance, Word

SPOKEN_LANGUAGES = ("en", "auto")
BRITISH_ACCENTS = frozenset({"british", "australian"})
_WORD = re.compile(r"\S+")
_SILENT = re.compile(r"[^\w\s.,;:!?…—–'’\"“”()$£€₹%&@#+=*/°^-]")
_LONG_NUMBER = re.compile(r"\d{13,}")  # read digit by digit: hibari's number reader ends at the trillions
_CHAIN = re.compile(r"(?:[^\s/_.,'’-]*[/_.,'’-]){9,}")  # hibari's time grows with the cube of such a chain's length
_SEPARATOR = re.compile(r"[/_.,'’-]")
_PUNCTUATION = frozenset('.,;:!?—…"“”()')


def check_speakable(text: str, language: str | None) -> None:
    """Refuse what would not be spoken whole.

    Raises:
        FieldError: The language or a script is not spoken, or there is nothing to speak.
    """
    if language is not None and language not in SPOKEN_LANGUAGES:
        raise FieldError("language", f"{language!r} is not spoken by this version; use one of en, auto")
    if not any(character.isalnum() for character in text):
        raise FieldError("text", "contains nothing that can be spoken, only spaces or signs")
    for character in text:
        if character.isalpha() and not character.isascii() and "LATIN" not in unicodedata.name(character, ""):
            raise FieldError("text", f"{character!a} is of a script that this version does not speak")


def analyze(segment: Segment, accent: str, max_phonemes: int) -> list[Utterance]:
    """Phonemize a segment.

    Args:
        segment: The text.
        accent: The voice's.
        max_phonemes: Longest utterance of the engine; longer ones are cut between words.

    Returns:
        The utterances in order; none if nothing is spoken.
    """
    reader = english(accent in BRITISH_ACCENTS)
    phonemes = reader.phonemize(_cleaned(segment.text))
    if not any(symbol not in _PUNCTUATION and not symbol.isspace() for symbol in phonemes):
        return []
    matches = list(_WORD.finditer(segment.text))
    if len(phonemes) > max_phonemes and len(segment.text) > 1:
        return [utterance for half in _halves(segment, matches) for utterance in analyze(half, accent, max_phonemes)]
    return [Utterance(phonemes, _words(segment, matches, phonemes, reader))]


def _cleaned(text: str) -> str:
    """Without emoji, control characters and stray signs, which become spaces."""
    text = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode("utf-8"))
    text = _LONG_NUMBER.sub(lambda match: " ".join(match.group()), text)
    text = _CHAIN.sub(lambda match: _SEPARATOR.sub(" ", match.group()), text)
    return " ".join(_SILENT.sub(" ", text).split())


def _halves(segment: Segment, matches: list[re.Match[str]]) -> list[Segment]:
    """The segment cut at the word in its middle, or through its only word."""
    cut = matches[len(matches) // 2].start() if len(matches) > 1 else len(segment.text) // 2
    middle = segment.start + cut
    return [
        Segment(segment.text[:cut], segment.start, middle, 0.0),
        Segment(segment.text[cut:], middle, segment.end, segment.pause_s),
    ]


def _words(segment: Segment, matches: list[re.Match[str]], phonemes: str, reader: English) -> tuple[Word, ...]:
    """Share the spoken groups out to the words of the input, in order.

    A word that alone is read as three groups gets three; where the whole is read otherwise than its words
    ("5 km"), the shares are scaled.
    """
    groups = [group for group in _WORD.finditer(phonemes) if set(group.group()) - _PUNCTUATION]
    if len(groups) == len(matches):
        counts = [1] * len(matches)
    else:
        counts = [len(reader.phonemize(_cleaned(match.group())).split()) for match in matches]
    scale = len(groups) / max(1, sum(counts))
    words = []
    seen = 0
    for match, count in zip(matches, counts, strict=True):
        first, seen = round(seen * scale), seen + count
        last = round(seen * scale)
        if first < last:
            begin, end = groups[first].start(), groups[last - 1].end()
            words.append(Word(segment.start + match.start(), segment.start + match.end(), begin, end))
    return tuple(words)
