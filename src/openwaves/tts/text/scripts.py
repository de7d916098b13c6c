"""Text to runs of one language each: by script first, by function words second."""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

LATIN_LANGUAGES = frozenset({"en", "es", "de", "fr", "it", "nl", "sv", "pt", "fi", "no", "pl", "id", "ms", "tr", "vi"})
"""Languages that are written in Latin script; text in it keeps these when requested, and is English otherwise."""

# First and last code point of each block, and its language; Latin, Devanagari and Han are decided later.
# Source: Unicode 15, Blocks.txt.
_BLOCKS = (
    (0x0041, 0x005A, "latin"),
    (0x0061, 0x007A, "latin"),
    (0x00C0, 0x00D6, "latin"),
    (0x00D8, 0x00F6, "latin"),
    (0x00F8, 0x02AF, "latin"),
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "ru"),
    (0x0600, 0x06FF, "ar"),
    (0x0750, 0x077F, "ar"),
    (0x0900, 0x0963, "devanagari"),
    (0x0966, 0x097F, "devanagari"),  # without the dandas, which all Indian scripts share
    (0x0980, 0x09FF, "bn"),
    (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0B00, 0x0B7F, "or"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"),
    (0x0D00, 0x0D7F, "ml"),
    (0x1100, 0x11FF, "ko"),
    (0x1E00, 0x1EFF, "latin"),
    (0x1F00, 0x1FFF, "el"),
    (0x3005, 0x3007, "han"),
    (0x3041, 0x30FF, "ja"),
    (0x3130, 0x318F, "ko"),
    (0x31F0, 0x31FF, "ja"),
    (0x3400, 0x4DBF, "han"),
    (0x4E00, 0x9FFF, "han"),
    (0xA8E0, 0xA8FF, "devanagari"),
    (0xAC00, 0xD7AF, "ko"),
    (0xF900, 0xFAFF, "han"),
    (0xFB00, 0xFB06, "latin"),
    (0xFB50, 0xFDFF, "ar"),
    (0xFE70, 0xFEFE, "ar"),
    (0xFF21, 0xFF3A, "latin"),
    (0xFF41, 0xFF5A, "latin"),
    (0xFF66, 0xFF9F, "ja"),
    (0x20000, 0x323AF, "han"),
)
_SIGNS = frozenset("ªºµ")
"""Letters to Unicode that are signs of ordinals and units: they belong to any script."""

_STARTS = [first for first, _, _ in _BLOCKS]

_FUNCTION_WORDS = {
    "en": "the of and to is it that for you was are with this have not be at they from my i we what",
    "es": "el los las una y que es por con para del está muy pero como más yo su hola se lo en gracias la de no",
    "fr": "le les des une et est que pas pour dans avec vous je nous sur ce il au du qui bonjour la de en",
    "de": "der die das und ist nicht ein eine ich sie wir mit auf für von zu dem den es wie auch im in hallo",
    "it": "il gli di che è per una con non sono della del ma come più mi questo ho ciao lo la le e si in",
    "pt": "o os uma e que é não com para do da em muito mas você eu se na no por mais olá as de",
    "nl": "de het een en van is niet dat ik je op te voor met zijn wij maar ook aan er naar in hallo",
}
_WORDS = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}
_LEAD = 2  # matches more than English that another language needs

_MARKERS = {
    "mr": "आहे आहेत आणि नाही नाहीत होते होता होती मी आम्ही तुम्ही काय हे ते ती माझा माझी माझे खूप पण",
    "hi": "है हैं और का की के को में से नहीं था थी थे हूँ हूं यह वह मैं ने पर भी क्या मेरा मेरी बहुत",
}
_MARATHI, _HINDI = (frozenset(_MARKERS[language].split()) for language in ("mr", "hi"))
_DEVANAGARI_WORD = re.compile("[\u0900-\u0963\u0966-\u097f]+")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text in one language.

    Attributes:
        text: The piece.
        start: Index of its first character.
        end: Index after its last character.
        language: ISO 639-1 code.
    """

    text: str
    start: int
    end: int
    language: str


def runs(text: str, language: str | None) -> list[Run]:
    """Cut a text where its language changes. Linear in the length of the text.

    Args:
        text: Any text.
        language: The request's language code. ``None`` and ``auto`` choose one for all Latin text by its function
            words, and Hindi or Marathi for Devanagari.

    Returns:
        Runs whose texts, put together, are ``text``; neighbours differ in language. Digits, punctuation, spaces,
        marks and letters of unknown scripts belong to the run before them, or to the first. A text without any
        letter is one run of the requested language, else English; an empty one has no run.
    """
    if not text:
        return []
    requested = None if language == "auto" else language
    scripts = {character: _script(character) for character in set(text)}
    languages = _resolved(text, set(scripts.values()), requested)
    found: list[Run] = []
    start, current = 0, ""
    for index, character in enumerate(text):
        script = scripts[character]
        if not script or languages[script] == current:
            continue
        if current:
            found.append(Run(text[start:index], start, index, current))
            start = index
        current = languages[script]
    found.append(Run(text[start:], start, len(text), current or requested or "en"))
    return found


def unreadable(text: str) -> str | None:
    """The first letter of a script that is in no table; None if there is none."""
    letters = set(text)
    unknown = {letter for letter in letters if letter.isalpha() and letter not in _SIGNS and not _script(letter)}
    return next((letter for letter in text if letter in unknown), None)


def is_english_sentence(text: str) -> bool:
    """Whether a text has one of the commonest words of English."""
    return not _WORDS["en"].isdisjoint(_WORD.findall(text.lower()))


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    """The block's name or language; "" for what belongs to any script."""
    if character in _SIGNS or unicodedata.category(character)[0] not in "LN":
        return ""
    row = bisect_right(_STARTS, ord(character)) - 1
    if row >= 0 and ord(character) <= _BLOCKS[row][1]:
        return _BLOCKS[row][2]
    plain = unicodedata.normalize("NFKC", character)[0]
    return _script(plain) if plain != character else ""


def _resolved(text: str, scripts: set[str], requested: str | None) -> dict[str, str]:
    """The language of each script of this text."""
    languages = {script: script for script in scripts}
    if "latin" in scripts:
        fallback = requested if requested in LATIN_LANGUAGES else "en"
        languages["latin"] = fallback if requested else _latin_language(text)
    if "devanagari" in scripts:
        fallback = requested if requested in {"hi", "mr"} else "hi"
        languages["devanagari"] = fallback if requested else _devanagari_language(text)
    if "han" in scripts:
        languages["han"] = "ja" if requested == "ja" or "ja" in scripts else "zh"
    return languages


def _latin_language(text: str) -> str:
    counts: Counter[str] = Counter()
    for word, times in Counter(_WORD.findall(text.lower())).items():
        for language, words in _WORDS.items():
            if word in words:
                counts[language] += times
    ranked = counts.most_common(2)
    tied = len(ranked) == 2 and ranked[0][1] == ranked[1][1]
    return ranked[0][0] if ranked and not tied and ranked[0][1] >= counts["en"] + _LEAD else "en"


def _devanagari_language(text: str) -> str:
    words = _DEVANAGARI_WORD.findall(text)
    marathi = sum(word in _MARATHI or "ळ" in word for word in words)
    return "mr" if marathi > sum(word in _HINDI for word in words) else "hi"
