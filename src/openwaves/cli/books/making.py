"""From a book to its sound: pieces, each kept in a file of its own, so that an interrupted run goes on where it was."""

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openwaves.audio.chapters import Chapter as SoundChapter
from openwaves.audio.chapters import ChapteredFile, read_samples
from openwaves.cli.books.reading import Book
from openwaves.errors import RequestError
from openwaves.storage.blobs import write_whole
from openwaves.stt.subtitles import cues, srt, vtt
from openwaves.stt.transcript import Word
from openwaves.tts.synthesis import Synthesizer
from openwaves.types import SpeechRequest

PIECE_CHARS = 1500
"""Paragraphs are put together up to this: little is lost when a run is interrupted."""
PARAGRAPH_PAUSE_S = 0.5
TITLE_PAUSE_S = 1.0
CHAPTER_PAUSE_S = 2.0

Report = Callable[[int, int], None]
"""Told the number of a chapter, and how many characters of it were spoken."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is spoken in one go.

    Attributes:
        chapter: Number of its chapter.
        text: What is said.
        pause_s: Silence behind it.
    """

    chapter: int
    text: str
    pause_s: float


@dataclass(frozen=True, slots=True)
class Said:
    """A piece that was spoken.

    Attributes:
        samples: 16 bits, shape (n_samples,).
        words: With times from its beginning.
    """

    samples: NDArray[np.int16]
    words: tuple[Word, ...]


def pieces(book: Book) -> list[Piece]:
    """The text of a book in order, titles included."""
    found: list[Piece] = []
    for number, chapter in enumerate(book.chapters):
        if chapter.title:
            found.append(Piece(number, chapter.title, TITLE_PAUSE_S))
        found += [Piece(number, text, PARAGRAPH_PAUSE_S) for text in _joined(chapter.paragraphs)]
        found[-1] = replace(found[-1], pause_s=CHAPTER_PAUSE_S)
    return found


def _joined(paragraphs: Sequence[str]) -> Iterator[str]:
    """Paragraphs put together up to ``PIECE_CHARS``."""
    text = ""
    for paragraph in paragraphs:
        if text and len(text) + len(paragraph) > PIECE_CHARS:
            yield text
            text = ""
        text = f"{text}\n\n{paragraph}" if text else paragraph
    if text:
        yield text


class Parts:
    """The folder of spoken pieces beside an output; a piece is found by what it says and how."""

    def __init__(self, output: Path, request: SpeechRequest) -> None:
        self.folder = output.with_name(output.name + ".parts")
        self._request = request

    def path(self, piece: Piece) -> Path:
        """The file of a piece's sound; its words lie beside it."""
        asked = self._request
        what = (piece.text, asked.voice_id, asked.language, asked.speed, asked.sample_rate, asked.model)
        return self.folder / (hashlib.sha256(repr(what).encode()).hexdigest()[:32] + ".flac")

    def has(self, piece: Piece) -> bool:
        """Whether it was spoken before."""
        return self.path(piece).is_file() and self.path(piece).with_suffix(".json").is_file()

    def keep(self, piece: Piece, data: bytes, words: Sequence[Word]) -> None:
        """Keep a piece."""
        rows = [[word.text, round(word.start_s, 3), round(word.end_s, 3)] for word in words]
        write_whole(self.path(piece).with_suffix(".json"), json.dumps(rows, ensure_ascii=False).encode())
        write_whole(self.path(piece), data)

    def read(self, piece: Piece) -> Said:
        """A piece that was kept."""
        rows = json.loads(self.path(piece).with_suffix(".json").read_bytes())
        return Said(read_samples(self.path(piece)), tuple(Word(text, start, end) for text, start, end in rows))

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


async def speak_pieces(
    synthesizer: Synthesizer, request: SpeechRequest, found: Sequence[Piece], parts: Parts, at_once: int, report: Report
) -> None:
    """Speak what was not spoken before.

    Args:
        synthesizer: Speaks.
        request: How; its text does not count.
        found: The pieces.
        parts: Where they are kept.
        at_once: Pieces under way at once.
        report: Told of each.

    Raises:
        RequestError: A piece cannot be spoken; names its chapter and its beginning.
    """
    free = asyncio.Semaphore(at_once)

    async def speak(piece: Piece) -> None:
        async with free:
            if not await asyncio.to_thread(parts.has, piece):
                data, words = await _said(synthesizer, replace(request, text=piece.text), piece)
                await asyncio.to_thread(parts.keep, piece, data, words)
            report(piece.chapter, len(piece.text))

    try:
        async with asyncio.TaskGroup() as group:
            for piece in found:
                group.create_task(speak(piece))
    except* RequestError as errors:
        raise errors.exceptions[0] from None


async def _said(synthesizer: Synthesizer, request: SpeechRequest, piece: Piece) -> tuple[bytes, list[Word]]:
    try:
        plan = await asyncio.to_thread(synthesizer.plan, request)
    except RequestError as error:
        where = f"chapter {piece.chapter + 1}, {piece.text[:40]!r}"
        raise RequestError(f"{where}: {error.message}") from error
    chunks = [chunk async for chunk in synthesizer.collect(plan)]
    words = [
        Word(request.text[word.start : word.end], word.start_s, word.end_s) for chunk in chunks for word in chunk.words
    ]
    return b"".join(chunk.data for chunk in chunks), words


def write_book(book: Book, found: Sequence[Piece], parts: Parts, output: Path, sample_rate: int) -> float:
    """Put the pieces together into one file; gives its length in seconds.

    Raises:
        OSError: It cannot be written.
    """
    lengths_s = [_length_s(parts, piece, sample_rate) for piece in found]
    with ChapteredFile(output, sample_rate, list(_chapters(book, found, lengths_s)), book.title, book.author) as file:
        for piece in found:
            file.write(parts.read(piece).samples)
            file.write(np.zeros(round(piece.pause_s * sample_rate), np.int16))
    return sum(lengths_s)


def _length_s(parts: Parts, piece: Piece, sample_rate: int) -> float:
    pause = round(piece.pause_s * sample_rate)
    return (len(read_samples(parts.path(piece))) + pause) / sample_rate


def _chapters(book: Book, found: Sequence[Piece], lengths_s: Sequence[float]) -> Iterator[SoundChapter]:
    at_s = 0.0
    for number, chapter in enumerate(book.chapters):
        spoken_s = sum(length for piece, length in zip(found, lengths_s, strict=True) if piece.chapter == number)
        yield SoundChapter(chapter.title or book.title, at_s, at_s + spoken_s)
        at_s += spoken_s


def write_subtitles(found: Sequence[Piece], parts: Parts, path: Path, sample_rate: int, language: str) -> None:
    """Subtitles of a whole book, as SubRip or WebVTT by the ending."""
    words: list[Word] = []
    at_s = 0.0
    for piece in found:
        said = parts.read(piece)
        words += [word.later(at_s) for word in said.words]
        at_s += len(said.samples) / sample_rate + piece.pause_s
    write_words(words, path, language)


def write_words(words: Sequence[Word], path: Path, language: str) -> None:
    """Subtitles of words, as SubRip or WebVTT by the ending."""
    form = vtt if path.suffix.lower() == ".vtt" else srt
    path.write_text(form(cues(words, language)), encoding="utf-8")


def forget(parts: Parts, found: Sequence[Piece]) -> None:
    """Remove pieces of an earlier text or voice, which nothing needs any more."""
    wanted = {parts.path(piece).stem for piece in found}
    with suppress(OSError):
        for path in parts.folder.iterdir():
            if path.stem not in wanted:
                path.unlink(missing_ok=True)
