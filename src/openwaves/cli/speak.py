"""``openwaves speak``: a text, a book, or a list of texts."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from openwaves.api.schemas import FORMAT_ALIASES, FORMATS, SAMPLE_RATES
from openwaves.assembly import Assembly, assemble
from openwaves.audio.chapters import ENDINGS as BOOK_ENDINGS
from openwaves.audio.encode import WavFile
from openwaves.cli.batches import Row, file_name, read_rows
from openwaves.cli.books.making import (
    Parts,
    forget,
    pieces,
    speak_pieces,
    write_book,
    write_subtitles,
    write_words,
)
from openwaves.cli.books.reading import read_book
from openwaves.cli.options import read_settings, settings_options
from openwaves.cli.progress import metered
from openwaves.cli.texts import TextCommand, find_voice
from openwaves.errors import FieldError, OpenWavesError, TextTooLongError
from openwaves.languages import CODES
from openwaves.models.progress import rich_progress
from openwaves.settings import Settings
from openwaves.storage.blobs import write_whole
from openwaves.stt.transcript import Word
from openwaves.tts.text.analyze import check_speakable
from openwaves.types import AudioFormat, SpeechRequest

FILE_FORMATS: tuple[AudioFormat, ...] = (*FORMATS, "opus", "aac", "flac")
COLUMNS = ("text", "name", "voice", "language", "speed")
SUBTITLES = (".srt", ".vtt")
OUTPUT = "speech.wav"

Result = TypeVar("Result")


@click.command(cls=TextCommand)
@click.argument("text", required=False)
@click.option(
    "-f", "--file", "book", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Speak a .txt, .md or .epub instead, with chapters; an interrupted run goes on where it was.",
)  # fmt: skip
@click.option(
    "--batch", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Speak the rows of a .csv or .jsonl ({', '.join(COLUMNS)}) into files of the folder --output.",
)  # fmt: skip
@click.option("--voice", default="sophia", show_default=True, help="Voice; see `openwaves voices`.")
@click.option("--language", type=click.Choice(CODES), default="auto", show_default=True, help="Language of the text.")
@click.option("--speed", type=click.FloatRange(0.5, 2.0), default=1.0, show_default=True, help="Pace.")
@click.option(
    "--sample-rate",
    type=click.Choice([str(rate) for rate in SAMPLE_RATES]),
    default="24000",
    show_default=True,
)
@click.option(
    "--format", "output_format", type=click.Choice(FILE_FORMATS), help="Default: by the file's ending, else wav."
)
@click.option("-o", "--output", default=OUTPUT, show_default=True, help="File to write; `-` is stdout.")
@click.option(
    "--subtitles", type=click.Path(dir_okay=False, path_type=Path), help="Write when it is said, too: a .srt or .vtt."
)
@settings_options("model_dir", "workers", "engine", "kokoro_backend", "decoder")
def speak(
    text: str | None,
    book: Path | None,
    batch: Path | None,
    voice: str,
    language: str,
    speed: float,
    sample_rate: str,
    output_format: AudioFormat | None,
    output: str,
    subtitles: Path | None,
    config: Path | None,
    **options: Any,
) -> None:
    """Speak TEXT into a file, without a server. TEXT `-` reads the text from stdin.

    Prints the duration, the time taken and the real-time factor (seconds of work per second of sound).
    """
    settings = read_settings(config, {"log_level": "warning", **options})
    if sum(given is not None for given in (text, book, batch)) != 1:
        raise click.UsageError("give one of TEXT, --file and --batch")
    find_voice(voice)
    if subtitles is not None and (batch is not None or subtitles.suffix.lower() not in SUBTITLES):
        raise click.UsageError(f"--subtitles {subtitles}: is a {' or '.join(SUBTITLES)}, of TEXT or --file")
    request = SpeechRequest(text or "", voice, language, speed=speed, sample_rate=int(sample_rate))
    if book is not None:
        _speak_book(settings, request, book, output, subtitles)
    elif batch is not None:
        _speak_batch(settings, request, batch, output, output_format)
    else:
        if text == "-":
            text = sys.stdin.read()
        request = replace(request, text=text or "", output_format=output_format or _format_of(output))
        _speak_text(settings, request, output, subtitles)


def _speak_text(settings: Settings, request: SpeechRequest, output: str, subtitles: Path | None) -> None:
    text = request.text
    if not text.strip():
        raise FieldError("text", "must not be empty")
    if len(text) > settings.max_text_chars:
        raise TextTooLongError(f"text: {len(text)} characters; at most {settings.max_text_chars} are spoken at once")
    check_speakable(text, request.language)
    _check_writable(output)
    if subtitles is not None:
        _check_writable(str(subtitles), "--subtitles")
    began = 0.0

    async def collect(assembly: Assembly) -> tuple[bytes, float, list[Word], float]:
        nonlocal began
        began = time.perf_counter()
        data, length_s, words = await _said(assembly, request)
        return data, length_s, words, time.perf_counter() - began

    data, length_s, words, spent_s = _with_voices(settings, collect)
    if output == "-":
        sys.stdout.buffer.write(data)
    else:
        Path(output).write_bytes(data)
    if subtitles is not None:
        write_words(words, subtitles, request.language or "en")
    click.echo(
        f"{length_s:.2f} s of sound in {spent_s:.2f} s, real-time factor {spent_s / length_s:.3f}"
        + ("" if output == "-" else f", written to {output}"),
        err=True,
    )


def _speak_book(settings: Settings, request: SpeechRequest, path: Path, output: str, subtitles: Path | None) -> None:
    """Speak a file, chapter by chapter."""
    target = path.with_suffix(".mp3") if output == OUTPUT else Path(output)
    if target.suffix.lower() not in BOOK_ENDINGS:
        raise click.UsageError(f"--output {output}: the ending must be one of {', '.join(BOOK_ENDINGS)}")
    if target.suffix.lower() == ".opus" and request.sample_rate not in (8000, 16000, 24000, 48000):
        raise click.UsageError("--sample-rate: must be 8000, 16000, 24000 or 48000 for an .opus")
    _check_writable(str(target))
    if subtitles is not None:
        _check_writable(str(subtitles), "--subtitles")
    book = read_book(path)
    found = pieces(book)
    parts = Parts(target, request)
    forget(parts, found)
    n_chars = sum(len(piece.text) for piece in found)
    kept = sum(len(piece.text) for piece in found if parts.has(piece))
    title = f"{book.title}: {len(book.chapters)} chapters, {n_chars} characters"
    click.echo(title + (f"; {100 * kept // n_chars} % were spoken before" if kept else ""), err=True)
    began = time.perf_counter()

    async def run(assembly: Assembly) -> None:
        with metered(n_chars, book.title) as meter:

            def report(chapter: int, chars: int) -> None:
                meter.advance(chars, f"chapter {chapter + 1} of {len(book.chapters)}")

            asked = replace(request, output_format="flac")
            at_once = assembly.scheduler.workers
            await speak_pieces(assembly.synthesizer, asked, found, parts, at_once, report)

    try:
        if kept < n_chars:
            _with_voices(settings, run)
        click.echo(f"writing {target}", err=True)
        length_s = write_book(book, found, parts, target, request.sample_rate)
        if subtitles is not None:
            write_subtitles(found, parts, subtitles, request.sample_rate, request.language or "en")
    except (KeyboardInterrupt, SystemExit):
        click.echo(f"\ninterrupted; the same command goes on from {parts.folder}", err=True)
        raise
    parts.remove()
    minutes, seconds = divmod(round(length_s), 60)
    click.echo(
        f"{minutes}:{seconds:02d} of sound in {time.perf_counter() - began:.0f} s, written to {target}", err=True
    )


def _speak_batch(
    settings: Settings, request: SpeechRequest, path: Path, output: str, output_format: AudioFormat | None
) -> None:
    """Speak each row of a list into a file of its own; files that are there stay. Status 1 if a row failed."""
    folder = path.with_suffix("") if output == OUTPUT else Path(output)
    rows = read_rows(path, COLUMNS, "text")
    work: list[tuple[int, Path, SpeechRequest]] = []
    for number, row in rows:
        name = file_name(row.get("name") or f"{number:04d}", path, number)
        ending = Path(name).suffix[1:].lower()
        asked = ending if ending in (*FILE_FORMATS, *FORMAT_ALIASES) else output_format or "wav"
        file = folder / (name if asked == ending else f"{name}.{asked}")
        work.append((number, file, _row_request(request, row, path, number, _format_of(f"a.{asked}"))))
    if len({file for _, file, _ in work}) < len(work):
        raise click.UsageError(f"--batch {path}: two rows have the same name")
    left = [job for job in work if not job[1].exists()]
    if len(left) < len(work):
        click.echo(f"{len(work) - len(left)} of {len(work)} files are there already", err=True)
    folder.mkdir(parents=True, exist_ok=True)
    n_failed = _with_voices(settings, lambda assembly: _spoken_rows(assembly, left)) if left else 0
    if n_failed:
        click.echo(f"{n_failed} of {len(work)} rows could not be spoken", err=True)
        sys.exit(1)


async def _spoken_rows(assembly: Assembly, work: Sequence[tuple[int, Path, SpeechRequest]]) -> int:
    """Speak rows side by side; gives how many failed."""
    free = asyncio.Semaphore(assembly.scheduler.workers)
    n_failed = 0
    with metered(len(work), "speaking") as meter:

        async def one(number: int, file: Path, request: SpeechRequest) -> None:
            nonlocal n_failed
            async with free:
                try:
                    data, length_s, _ = await _said(assembly, request)
                except OpenWavesError as error:
                    click.echo(f"row {number}: {error.message}", err=True)
                    n_failed += 1
                    return
                await asyncio.to_thread(write_whole, file, data)
                meter.advance(1, f"{file.name} ({length_s:.1f} s)")

        await asyncio.gather(*(one(*job) for job in work))
    return n_failed


def _row_request(
    request: SpeechRequest, row: Row, path: Path, number: int, output_format: AudioFormat
) -> SpeechRequest:
    voice, language = row.get("voice") or request.voice_id, row.get("language") or request.language
    try:
        speed = float(row.get("speed") or request.speed)
    except ValueError:
        speed = 0.0
    if not 0.5 <= speed <= 2:
        raise click.UsageError(f"--batch {path}, row {number}: speed {row['speed']!r} must be a number from 0.5 to 2")
    if language not in CODES:
        raise click.UsageError(f"--batch {path}, row {number}: language {language!r} must be one of {', '.join(CODES)}")
    find_voice(voice)
    return replace(
        request, text=row["text"], voice_id=voice, language=language, speed=speed, output_format=output_format
    )


async def _said(assembly: Assembly, request: SpeechRequest) -> tuple[bytes, float, list[Word]]:
    """The encoded sound of a request, its length, and its words."""
    plan = await asyncio.to_thread(assembly.synthesizer.plan, request)
    chunks = [chunk async for chunk in assembly.synthesizer.collect(plan)]
    words = [
        Word(request.text[word.start : word.end], word.start_s, word.end_s) for chunk in chunks for word in chunk.words
    ]
    data = b"".join(chunk.data for chunk in chunks)
    if request.output_format == "wav":
        with WavFile(request.sample_rate) as wav:
            wav.write(data)
            data = b"".join(wav.parts())
    return data, sum(chunk.duration_s for chunk in chunks), words


def _with_voices(settings: Settings, work: Callable[[Assembly], Awaitable[Result]]) -> Result:
    """Load the voices and do the work."""
    with rich_progress() as progress:
        assembly = assemble(settings, progress, report=lambda line: click.echo(line, err=True))

    async def run() -> Result:
        return await work(assembly)

    try:
        return asyncio.run(run())
    finally:
        assembly.close()


def _format_of(output: str) -> AudioFormat:
    """The format that a file's ending names; wav without an ending.

    Raises:
        click.UsageError: The ending is none of a format.
    """
    ending = "" if output == "-" else Path(output).suffix.lower()
    if ending and ending[1:] not in (*FILE_FORMATS, *FORMAT_ALIASES):
        allowed = ", ".join(f".{name}" for name in FILE_FORMATS)
        raise click.UsageError(f"--output {output}: the ending must be one of {allowed}, or --format be given")
    named = ending[1:] or "wav"
    return next(known for known in FILE_FORMATS if known == FORMAT_ALIASES.get(named, named))


def _check_writable(output: str, option: str = "--output") -> None:
    """Refuse, before any work, a file that cannot be written.

    Raises:
        click.UsageError: It is a folder, its folder does not exist, or one of them may not be written to.
    """
    path = Path(output)
    if output == "-":
        return
    if not path.absolute().parent.is_dir():
        raise click.UsageError(f"{option} {output}: the folder {path.parent} does not exist")
    if path.is_dir():
        raise click.UsageError(f"{option} {output}: is a folder, not a file")
    if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise click.UsageError(f"{option} {output}: cannot be written")
