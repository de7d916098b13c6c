"""Segments to utterances: phonemes, and which of them speak which word of the input."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from openwaves.errors import FieldError
from openwaves.keeping import kept_by_word
from openwaves.languages import LANGUAGES
from openwaves.tts.g2p import chinese, espeak, japanese, readers
from openwaves.tts.g2p.english import english
from openwaves.tts.g2p.indian_english import indian
from openwaves.tts.normalize import CODES, Spoken, normalize
from openwaves.tts.text.clean import clean, is_speakable
from openwaves.tts.text.dictionary import Respelling, english_syllables, is_plain
from openwaves.tts.text.romanized import find_for, in_devanagari, is_mostly_hindi
from openwaves.tts.text.scripts import Run, is_english_sentence, runs, unreadable
from openwaves.types import Segment, SpeechJob, Utterance, Word

UNSPACED: Mapping[str, Callable[[str], list[tuple[str, int, int]]]] = {
    "zh": chinese.phonemize,
    **({"ja": japanese.phonemize} if japanese.is_installed() else {}),
}
"""Readers of the languages that do not put spaces between words."""

SPOKEN_LANGUAGES = tuple(code for code in LANGUAGES if code == "en" or code in espeak.SPOKEN or code in UNSPACED)
"""Codes of the languages that are read."""

LONG_WORD = 100  # phonemes; what is longer without a space is no word
BRITISH_ACCENTS = frozenset({"british", "australian"})
INDIAN_ACCENT = "indian"

_WRITTEN_WORD = re.compile(r"\S+")
_SPELLED_A = re.compile(r"\bA\b(?!')")
_SPELLED_I = re.compile(r"(?<=\b[A-Z] )I\b(?!')|\bI(?= [A-Z]\b(?!'))")
_PUNCTUATION = frozenset('.,;:!?…—"“”()')
_BREAKS = frozenset(".,;:!?…—")  # after which an utterance that is too long is cut
_PUNCTUATION_OF = {
    "।": ".", "॥": ".", "。": ".", "！": "!", "？": "?", "，": ",", "、": ",", "：": ":", "；": ";", "،": ",",
    "؛": ";", "؟": "?", "«": "“", "»": "”", "–": "—", "-": "—", "−": "—",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    """Phonemes that are spoken without a gap, and the words of the input that they speak.

    Attributes:
        phonemes: Without spaces at its ends; punctuation stays with the group before it.
        start: Offset of the first word in the request's text; -1 if it is only punctuation.
        end: Offset past the last word.
    """

    phonemes: str
    start: int = -1
    end: int = -1


def check_language(language: str | None) -> None:
    """Refuse a language that is not read.

    Raises:
        FieldError: It is not in ``SPOKEN_LANGUAGES``, nor None or ``auto``.
    """
    if language not in (None, "auto", *SPOKEN_LANGUAGES):
        allowed = ", ".join(("auto", *SPOKEN_LANGUAGES))
        raise FieldError("language", f"{language!r} is not spoken by this server; use one of {allowed}")


def check_speakable(text: str, language: str | None) -> None:
    """Refuse a text that would not be spoken whole.

    Raises:
        FieldError: The language or a script is not read, or there is nothing to say.
    """
    check_language(language)
    if not is_speakable(text):
        raise FieldError("text", "contains nothing that can be spoken, only spaces or signs")
    check_scripts(text, language)


def check_scripts(text: str, language: str | None) -> None:
    """Refuse letters that are not read.

    Raises:
        FieldError: There are some.
    """
    if letter := unreadable(text):
        raise FieldError("text", f"{letter!a} is of a script that this server does not speak")
    for run in runs(text, language or "en"):
        if run.language not in SPOKEN_LANGUAGES:
            name = LANGUAGES[run.language].name.title()
            raise FieldError("text", f"{run.text.strip()[:20]!r} is {name}, which this server does not speak")


def analyze(job: SpeechJob, max_phonemes: int) -> list[Utterance]:
    """Write a segment in words, then phonemize each run of a language by its own rules.

    Args:
        job: The segment, its language and the voice, whose accent decides between readings.
        max_phonemes: Longest utterance of the engine; a longer one is cut between words.

    Returns:
        The utterances in order; none if nothing is spoken.
    """
    groups: list[_Group] = []
    languages = set()
    stretches = [(language, list(group)) for language, group in groupby(pieces(job), key=lambda piece: piece.language)]
    among_indian = any(language in espeak.BRAHMIC for language, _ in stretches)
    for language, stretch in stretches:
        found = list(_read(stretch, language, job.voice.accent, among_indian=among_indian))
        if any(group.start >= 0 for group in found):
            languages.add(language)
        groups += found
    if not languages:
        return []
    return [_utterance(part, frozenset(languages)) for part in _parts(_joined(groups), max_phonemes)]


def ended(phonemes: str, segment: Segment) -> str:
    """The phonemes, with a full stop after a lone word that nothing ends or goes on.

    The networks know words at the end of a sentence: of a lone word without one the last consonant is lost.
    """
    is_lone = 0 < len(phonemes) < LONG_WORD and " " not in phonemes and phonemes[-1] not in _PUNCTUATION
    goes_on = segment.is_seam or segment.text[-1:].isspace()
    return f"{phonemes}." if is_lone and not goes_on else phonemes


def pieces(job: SpeechJob) -> Iterator[Spoken]:
    """The words to say, each in one language, with spans in the request's text."""
    text = clean(job.segment.text)
    respelling = Respelling(job.segment.text, text, job.dictionaries) if job.dictionaries else None
    hindi = find_for(text, job.language, job.segment.before)
    language = "hi" if is_mostly_hindi(text, hindi) else _main_language(text, job.language)
    said = normalize(
        respelling.text if respelling else text,
        language,
        number_language=job.number_language,
        math=job.math_notation,
        accent=job.voice.accent,
    )
    for piece in in_devanagari(said, text, hindi) if hindi else said:
        start, end = job.segment.start + piece.start, job.segment.start + piece.end
        if piece.text.isascii() and piece.language == "en":
            yield Spoken(piece.text, start, end, "en")
        elif respelling and (pronunciations := respelling.pronunciations(piece.text)):
            written = job.segment.text[piece.start : piece.end]
            spoken = respelling.insert(piece.text, [_written_out(said, piece.language) for said in pronunciations])
            yield from _shared(written, _respelled(spoken, piece.language), start)
        else:
            for run in _runs(piece.text, piece.language):
                yield Spoken(run.text, start, end, run.language)


@kept_by_word
def _runs(spoken: str, language: str) -> tuple[Run, ...]:
    return tuple(runs(spoken, language))


def _written_out(pronunciation: str, language: str) -> str:
    """A respelling in words, should it contain digits or signs."""
    if is_plain(pronunciation):
        return pronunciation
    return " ".join(piece.text for piece in normalize(pronunciation, language))


def _respelled(spoken: str, language: str) -> Iterator[tuple[str, str]]:
    """The words of a piece with respellings, each with its language."""
    for run in runs(spoken, language):
        text = english_syllables(run.text) if run.language == "en" else run.text
        for word in text.split() if run.language not in UNSPACED else [text]:
            yield word, run.language


def _shared(written: str, words: Iterable[tuple[str, str]], start: int) -> Iterator[Spoken]:
    """Give each written word its share of the spoken words, in order; ``written`` begins at ``start``."""
    said = list(words)
    places = [(start + place.start(), start + place.end()) for place in _WRITTEN_WORD.finditer(written)]
    if len(said) < len(places):
        places = [(start, start + len(written))]
    cuts = [round(number * len(said) / len(places)) for number in range(len(places) + 1)]
    for (begin, end), low, high in zip(places, cuts, cuts[1:], strict=False):
        for language, group in groupby(said[low:high], key=lambda word: word[1]):
            yield Spoken(" ".join(word for word, _ in group), begin, end, language)


def _main_language(text: str, requested: str | None) -> str:
    """The language whose rules write out the numbers.

    The requested one if the text is in it or is no more than names, units and codes in Latin letters ("5 km"); else
    the commonest.
    """
    found = runs(text, requested or "en")
    lengths = Counter[str]()
    for run in found:
        lengths[run.language] += sum(map(str.isalpha, run.text))
    if not any(lengths.values()):
        return requested if requested in CODES else found[0].language if found else "en"
    is_latin = {code for code, length in lengths.items() if length} == {"en"}
    bare = requested in CODES and is_latin and not is_english_sentence(text)
    if requested and (requested in lengths or bare):
        return requested
    return lengths.most_common(1)[0][0]


def _read(pieces: Sequence[Spoken], language: str, accent: str, *, among_indian: bool) -> Iterator[_Group]:
    if language == "en":
        is_indian = among_indian and accent == INDIAN_ACCENT
        for group in _english(pieces, accent in BRITISH_ACCENTS):
            yield replace(group, phonemes=indian(group.phonemes)) if is_indian else group
    elif language in UNSPACED:
        for piece in pieces:
            yield from _unspaced(piece)
    elif language in espeak.SPOKEN:
        yield from _other(pieces, language, accent)


def _english(pieces: Sequence[Spoken], british: bool) -> Iterator[_Group]:
    """Share the spoken groups out to the words, in order.

    A word that alone is read as three groups gets three; where the whole is read otherwise than its words, the
    shares are scaled.
    """
    reader = english(british)
    words = [
        (word, piece) for piece, glued in _with_glued(pieces) for word in _letters_named(piece.text, glued).split()
    ]
    spoken = reader.phonemize(" ".join(word for word, _ in words)).split()
    n_spoken = sum(not _is_punctuation(group) for group in spoken)
    words = [(word, piece) for word, piece in words if any(character.isalnum() for character in word)]
    same = n_spoken == len(words)
    counts = [1 if same else len(reader.phonemize(word).split()) for word, _ in words]
    owners = _owners(counts, n_spoken)
    seen = 0
    for group in spoken:
        if _is_punctuation(group) or not words:
            yield _Group(group)
        else:
            piece = words[owners[seen]][1]
            seen += 1
            yield _Group(group, piece.start, piece.end)


def _with_glued(pieces: Sequence[Spoken]) -> Iterator[tuple[Spoken, bool]]:
    """Each piece, and whether the next one is written without a space ("A4")."""
    starts = [piece.start for piece in pieces[1:]]
    for piece, start in zip(pieces, [*starts, -1], strict=True):
        yield piece, piece.end == start


def _letters_named(text: str, glued: bool) -> str:
    """A spelled-out "A" is a letter and not the article, "I" beside a letter not the pronoun; alone they are these."""
    if " " not in text and not (glued and text == "A"):
        return text
    return _SPELLED_A.sub("eigh", _SPELLED_I.sub("eye", text))


def _owners(counts: Sequence[int], n_spoken: int) -> list[int]:
    """Which word each of ``n_spoken`` groups belongs to, if word n alone has ``counts[n]`` groups."""
    scale = n_spoken / max(1, sum(counts))
    owners: list[int] = []
    total = 0
    for number, count in enumerate(counts):
        total += count
        owners += [number] * (round(total * scale) - len(owners))
    return owners + [len(counts) - 1] * (n_spoken - len(owners))


def _other(pieces: Sequence[Spoken], language: str, accent: str) -> Iterator[_Group]:
    """Read word by word, with the punctuation between them."""
    words = [(word, piece) for piece in pieces for word in piece.text.split()]
    read = readers.phonemize([word for word, _ in words], language, accent)
    for (word, piece), phonemes in zip(words, read, strict=True):
        lead, tail = _around(word)
        if not phonemes:
            if lead:
                yield _Group(lead[:1])
            continue
        groups = phonemes.split()
        for number, group in enumerate(groups):
            before = lead if number == 0 else ""
            after = tail if number == len(groups) - 1 else ""
            yield _Group(before + group + after, piece.start, piece.end)


def _unspaced(piece: Spoken) -> Iterator[_Group]:
    """What a reader gives, with the punctuation that lies between."""
    seen = 0
    as_written = len(piece.text) == piece.end - piece.start
    for phonemes, start, end in UNSPACED[piece.language](piece.text):
        if signs := _signs(piece.text[seen:start]):
            yield _Group(signs)
        if as_written:
            yield _Group(phonemes, piece.start + start, piece.start + end)
        else:
            yield _Group(phonemes, piece.start, piece.end)
        seen = max(seen, end)
    if signs := _signs(piece.text[seen:]):
        yield _Group(signs)


@kept_by_word
def _around(word: str) -> tuple[str, str]:
    """The punctuation before and after the letters of a word, in the network's signs; dashes only where alone."""
    letters = [number for number, character in enumerate(word) if character.isalnum()]
    if not letters:
        return _signs(word), ""
    first, last = letters[0], letters[-1]
    return _signs(word[:first]).replace("—", ""), _signs(word[last + 1 :]).replace("—", "")


def _signs(text: str) -> str:
    signs = (_PUNCTUATION_OF.get(character, character) for character in text)
    return "".join(sign for sign in signs if sign in _PUNCTUATION)


def _is_punctuation(group: str) -> bool:
    return set(group) <= _PUNCTUATION


def _joined(groups: Sequence[_Group]) -> list[_Group]:
    """Closing punctuation joins the group before it."""
    joined: list[_Group] = []
    for group in groups:
        if joined and group.start < 0 and group.phonemes[0] in ".,;:!?…)":
            last = joined.pop()
            joined.append(_Group(last.phonemes + group.phonemes, last.start, last.end))
        else:
            joined.append(group)
    return joined


def _parts(groups: Sequence[_Group], max_phonemes: int) -> Iterator[list[_Group]]:
    """Groups that fit into one utterance, cut after punctuation where half of one is before it.

    A group that alone does not fit is cut too.
    """
    part: list[_Group] = []
    length = 0
    for group in groups:
        for start in range(0, len(group.phonemes), max_phonemes):
            piece = _Group(group.phonemes[start : start + max_phonemes], group.start, group.end)
            while part and length + 1 + len(piece.phonemes) > max_phonemes:
                n_groups = _break(part, max_phonemes)
                yield part[:n_groups]
                part = part[n_groups:]
                length = len(" ".join(group.phonemes for group in part))
            length += len(piece.phonemes) + (1 if part else 0)
            part.append(piece)
    if part:
        yield part


def _break(part: Sequence[_Group], max_phonemes: int) -> int:
    """How many groups come before the last punctuation, if they are at least half of an utterance; else all."""
    length, n_best = -1, len(part)
    for n_groups, group in enumerate(part, 1):
        length += 1 + len(group.phonemes)
        if group.phonemes[-1] in _BREAKS and 2 * length >= max_phonemes:
            n_best = n_groups
    return n_best


def _utterance(groups: Sequence[_Group], languages: frozenset[str]) -> Utterance:
    words: list[Word] = []
    position = 0
    for group in groups:
        inner = group.phonemes.strip('.,;:!?…—"“”()')
        if group.start >= 0 and inner:
            begin = position + group.phonemes.index(inner)
            end = begin + len(inner)
            if words and words[-1].start == group.start:
                begin = words.pop().phonemes_start
            words.append(Word(group.start, group.end, begin, end))
        position += len(group.phonemes) + 1
    return Utterance(" ".join(group.phonemes for group in groups), tuple(words), languages)
