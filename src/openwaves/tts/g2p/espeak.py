"""Words of any language but English to phonemes, through one espeak-ng process for the whole server."""

import atexit
import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cache

from openwaves.errors import EngineError
from openwaves.keeping import kept_by_word
from openwaves.tts.g2p.espeak_process import DeadWorkerError, Worker
from openwaves.tts.g2p.ipa import to_symbols

BRAHMIC = frozenset({"hi", "mr", "kn", "ta", "bn", "gu", "te", "ml", "pa", "or"})
SPOKEN = BRAHMIC | {"es", "de", "fr", "it", "nl", "sv", "pt", "ru", "el", "fi", "no", "pl", "id", "ms", "tr"}
"""Language codes that ``phonemize`` reads.

Tried and left out: Chinese and Vietnamese (tones come as digits that mix up rising, falling and high), Japanese
(Chinese characters are read as "Chinese letter"), Korean (no assimilation between syllables), Arabic (short vowels
are missing where the text does not write them).
"""

_VOICES = {"no": "nb", "pt": "pt-BR"}  # Kokoro's Portuguese voices are Brazilian
_VARIANTS = {("es", "latin american"): "es-419", ("pt", "european"): "pt"}
_MOST_CHARACTERS = 512  # of one text: espeak-ng's buffers hold a clause of 800
_MOST_LETTERS = 64  # of a word
_LONG_WORD = 120  # IPA letters; espeak-ng drops what exceeds about 130 in a word, as when it spells consonants
_BATCH = 8192  # characters of one request: below a pipe's buffer, so that writing never waits for a stuck worker
_CACHED = 50_000
_START_S = 30.0
_NOT_SPOKEN = re.compile(r"[\ufe00-\ufe0f\u20dd-\u20f0]")  # emoji selectors and enclosures are marks, too
# Letters that espeak-ng would spell out by name, as the letter that it reads alike.
_SPELLINGS = str.maketrans(
    {
        "\u0972": "\u090d",  # candra a, as in Marathi "app"
        "\u09f0": "\u09b0",  # Assamese ra
        "\u09f1": "\u09ac",  # Assamese wa
        "\u0b71": "\u0b35",  # Odia wa: the older letter
        "\u09bd": "",  # avagraha, here and in Odia
        "\u0b3d": "",
    }
)
# It wants these Bengali letters in one character; NFC takes them apart. Without that it drops the vowel: গাড়ি as "gar".
_NUKTA_PAIRS = {"\u09a1\u09bc": "\u09dc", "\u09a2\u09bc": "\u09dd", "\u09af\u09bc": "\u09df"}
_NUKTA_PAIR = re.compile("|".join(_NUKTA_PAIRS))
_CLAUSE_END = tuple('.,;:!?…)—–»।॥"”')


class Espeak:
    """Client of the worker process, which starts with the first request and again after it died. Thread-safe."""

    def __init__(self, timeout_s: float = 5.0) -> None:
        """Create the client; no process is started yet.

        Args:
            timeout_s: Longest wait for one batch, in seconds; the process is killed after it.
        """
        self._timeout_s = timeout_s
        self._worker: Worker | None = None
        self._worker_lock = threading.Lock()
        self._cache: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._cache_lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The worker's process id; None before the first request and after ``close``."""
        worker = self._worker
        return worker.process.pid if worker else None

    def phonemes(self, voice: str, texts: Sequence[str]) -> list[str]:
        """Symbols of each text, read alone.

        Args:
            voice: espeak-ng's name of a voice, such as ``es-419``.
            texts: Words or clauses without punctuation.

        Returns:
            One string for each text: groups with single spaces between them; "" where nothing is spoken.

        Raises:
            EngineError: espeak-ng cannot be started, has no such voice, does not answer, or died twice.
            UnknownPhonemeError: It wrote a sound that no table maps.
        """
        found = self._recall(voice, texts)
        missing = {text: list(_pieces(text)) for text in dict.fromkeys(texts) if text not in found}
        raw = self._read_all(voice, [piece for pieces in missing.values() for piece in pieces])
        fresh = {text: to_symbols(" ".join(raw[piece] for piece in missing[text]), voice) for text in missing}
        with self._cache_lock:
            for text, symbols in fresh.items():
                self._cache[voice, text] = symbols
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return [fresh[text] if text in fresh else found[text] for text in texts]

    def close(self) -> None:
        """End the worker process; a later request starts another."""
        with self._worker_lock:
            self._stop()

    def _recall(self, voice: str, texts: Sequence[str]) -> dict[str, str]:
        found = {}
        with self._cache_lock:
            for text in texts:
                if (voice, text) in self._cache:
                    self._cache.move_to_end((voice, text))
                    found[text] = self._cache[voice, text]
        return found

    def _read_all(self, voice: str, pieces: list[str]) -> dict[str, str]:
        """IPA of each piece; one that espeak-ng may have cut short is read in halves."""
        raw: dict[str, str] = {}
        for batch in _batches(pieces):
            raw.update(zip(batch, self._request(voice, batch), strict=True))
        long = [piece for piece in raw if len(piece) > 1 and " " not in piece and len(raw[piece]) >= _LONG_WORD]
        if long:
            halves = {piece: list(_cut(piece, (len(piece) + 1) // 2)) for piece in long}
            parts = self._read_all(voice, [half for pair in halves.values() for half in pair if half not in halves])
            raw.update({piece: " ".join(parts[half] for half in pair) for piece, pair in halves.items()})
        return raw

    def _request(self, voice: str, texts: list[str]) -> list[str]:
        with self._worker_lock:
            for _ in range(2):
                try:
                    worker = self._started()
                    worker.send({"voice": voice, "texts": texts})
                    return worker.receive(self._timeout_s)["phonemes"]
                except DeadWorkerError:
                    self._stop()
                except EngineError:
                    self._stop()  # stuck, or without the voice: a fresh one is in a known state
                    raise
        raise EngineError("espeak-ng died twice on the same request")

    def _started(self) -> Worker:
        if self._worker is None:
            try:
                worker = Worker()
            except OSError as error:
                raise EngineError(f"espeak-ng cannot be started: {error}") from error
            self._worker = worker
            atexit.register(worker.close)
            try:
                worker.receive(_START_S)
            except DeadWorkerError as error:
                raise EngineError(f"espeak-ng cannot be started: exit code {worker.process.wait()}") from error
        return self._worker

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            atexit.unregister(self._worker.close)
            self._worker = None


@cache
def espeak() -> Espeak:
    """The server's one instance."""
    return Espeak()


def voice_name(language: str, variant: str | None = None) -> str:
    """espeak-ng's voice for a language.

    Raises:
        EngineError: The language is not in ``SPOKEN``.
    """
    if language not in SPOKEN:
        raise EngineError(f"espeak-ng does not speak {language!r} here; it speaks {', '.join(sorted(SPOKEN))}")
    return _VARIANTS.get((language, variant or ""), _VOICES.get(language, language))


def phonemize(words: Sequence[str], language: str, variant: str | None = None) -> list[str]:
    """Phonemes of each word.

    Words of the Indian languages are read one by one. Elsewhere a clause is read as a whole, for liaison and
    unstressed function words, wherever espeak-ng gives as many groups as the words have alone: it merges some.

    Args:
        words: In order, with their punctuation, which ends clauses and is not in the answer.
        language: One of ``SPOKEN``.
        variant: Accent: ``latin american`` for Spanish without θ, ``european`` for Portuguese; others change nothing.

    Returns:
        One string of Kokoro's symbols for each word; "" where nothing is spoken, as for emoji. A word that is
        read as several holds spaces.

    Raises:
        EngineError: The language is not spoken, or espeak-ng failed.
        UnknownPhonemeError: espeak-ng wrote a sound that no table maps.
    """
    voice, client = voice_name(language, variant), espeak()
    cleaned = [_clean(word) for word in words]
    alone = client.phonemes(voice, cleaned)
    if language not in BRAHMIC:
        pending = list(_clauses(words, cleaned))
        while pending:
            pending = _read_clauses(client, voice, cleaned, alone, pending)
    return alone


def _read_clauses(
    client: Espeak, voice: str, cleaned: list[str], spoken: list[str], clauses: list[list[int]]
) -> list[list[int]]:
    """Put what clauses, lists of word numbers, say into ``spoken``; returns the halves of those that do not fit."""
    read = client.phonemes(voice, [" ".join(cleaned[word] for word in clause) for clause in clauses])
    rest = []
    for clause, symbols in zip(clauses, read, strict=True):
        groups = symbols.split()
        counts = [len(spoken[word].split()) for word in clause]
        if len(groups) == sum(counts):
            for word, count in zip(clause, counts, strict=True):
                spoken[word], groups = " ".join(groups[:count]), groups[count:]
        else:
            middle = len(clause) // 2
            rest += [half for half in (clause[:middle], clause[middle:]) if len(half) > 1]
    return rest


def _clauses(words: Sequence[str], cleaned: list[str]) -> Iterator[list[int]]:
    """Numbers of the words of each clause of at least two words."""
    clause: list[int] = []
    length = 0
    for number, word in enumerate(cleaned):
        if clause and length + len(word) >= _MOST_CHARACTERS:
            yield clause
            clause, length = [], 0
        if 0 < len(word) <= _MOST_LETTERS:
            clause.append(number)
            length += len(word) + 1
        if words[number].rstrip().endswith(_CLAUSE_END):
            yield clause
            clause, length = [], 0
    yield clause


@kept_by_word
def _clean(word: str) -> str:
    """Letters, marks, digits, joiners, apostrophes and hyphens of a word; "" if there is no letter or digit."""
    word = _NOT_SPOKEN.sub("", unicodedata.normalize("NFC", word)).replace("’", "'").translate(_SPELLINGS)
    word = _NUKTA_PAIR.sub(lambda pair: _NUKTA_PAIRS[pair.group()], word)
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "'-\u200c\u200d" else " " for c in word)
    return " ".join(kept.split()).strip("'- ") if any(c.isalnum() for c in kept) else ""


def _pieces(text: str) -> Iterator[str]:
    """A text, or if it is longer than espeak-ng takes: its words, in pieces."""
    if len(text) <= _MOST_CHARACTERS and all(len(word) <= _MOST_LETTERS for word in text.split()):
        yield from (text,) if text else ()
    else:
        for word in text.split():
            yield from _cut(word, _MOST_LETTERS)


def _cut(word: str, length: int) -> Iterator[str]:
    """Pieces of at most ``length`` letters, cut before letters and not before marks where possible."""
    start = 0
    while start < len(word):
        end = start + length
        while start + 1 < end < len(word) and (
            unicodedata.category(word[end])[0] in "MC" or unicodedata.combining(word[end - 1]) == 9  # virama
        ):
            end -= 1
        yield word[start:end]
        start = end


def _batches(texts: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in dict.fromkeys(texts):
        if batch and size + len(text) > _BATCH:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch
