"""``openwaves transcribe``."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import click

from openwaves.assembly import load_hearing
from openwaves.audio.decode import stream
from openwaves.cli.batches import file_name, read_rows
from openwaves.cli.options import read_settings, settings_options
from openwaves.cli.progress import Meter, metered
from openwaves.errors import OpenWavesError
from openwaves.scheduler import Scheduler, available_cores
from openwaves.settings import Settings
from openwaves.stt.hearing import Hearing
from openwaves.stt.languages import AUTOMATIC, candidates
from openwaves.stt.recognition import Heard, Task, recognise
from openwaves.stt.sentences import Utterance, utterances
from openwaves.stt.subtitles import cues, srt, vtt, word_cues
from openwaves.stt.transcript import Word, join
from openwaves.stt.written import TextRules, Writer

FORMATS = ("text", "srt", "vtt", "json")
ENDINGS = frozenset(
    [".wav", ".mp3", ".m4a", ".mp4", ".mov", ".webm", ".ogg", ".oga", ".opus", ".flac", ".aac", ".aiff"]
)
ENDED_FORMATS = {".txt": "text", ".srt": "srt", ".vtt": "vtt", ".json": "json"}
COLUMNS = ("file", "name", "language")
PARAGRAPH_PAUSE_S = 2.0
"""Silence that ends a line of text."""


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--language", default="en", show_default=True, help=f"Code of the language, or one of {', '.join(AUTOMATIC)}."
)
@click.option("--format", "output_format", type=click.Choice(FORMATS), help="Default: by --output, else text.")
@click.option("--words", is_flag=True, help="Tell when each word was said (json), or a caption a word (srt, vtt).")
@click.option("--speakers", is_flag=True, help="Tell who speaks.")
@click.option("--numerals", is_flag=True, help="Write numbers in digits.")
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"Transcribe the rows of a .csv or .jsonl ({', '.join(COLUMNS)}) into files of the folder --output.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File of one text, or folder for one file a sound.",
)
@settings_options("model_dir", "workers", "engine", "stt_english", "stt_others")
def transcribe(
    files: Sequence[Path],
    language: str,
    output_format: str | None,
    words: bool,
    speakers: bool,
    numerals: bool,
    batch: Path | None,
    output: Path | None,
    config: Path | None,
    **options: Any,
) -> None:
    """Write down what is said in FILES, without a server; folders stand for the sound files in them.

    Texts go to stdout, or to a file each with --output. Ends with status 1 if a file could not be read.
    """
    settings = read_settings(config, {"log_level": "warning", **options})
    if bool(files) == (batch is not None):
        raise click.UsageError("give FILES, or --batch")
    workers = settings.workers or available_cores()
    hearing = load_hearing(settings, workers)
    named = ENDED_FORMATS.get(output.suffix.lower()) if output is not None and not output.is_dir() else None
    if output is not None and output.is_file() and named is None:
        raise click.UsageError(f"--output {output}: the ending of a file must be one of {', '.join(ENDED_FORMATS)}")
    many = batch is not None or len(files) > 1 or any(path.is_dir() for path in files)
    if named is not None and many:
        raise click.UsageError(f"--output {output}: must be a folder, since there are several sounds")
    write = Writing(output_format or named or "text", words, numerals, many=many)

    def task(code: str) -> Task:
        return Task(candidates(code, "language", hearing.languages), tells_speakers=speakers)

    if batch is not None:
        jobs = _rows(batch, task, language, output or batch.with_suffix(""), write.ending)
    else:
        paths = [found for path in files for found in _sounds(path)]
        shared = task(language)
        jobs = [Job(path, shared, _target(path, output, named, write.ending)) for path in paths]
    n_failed = asyncio.run(_all(jobs, hearing, settings, workers, write))
    if n_failed:
        click.echo(f"{n_failed} of {len(jobs)} files could not be transcribed", err=True)
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class Job:
    """One sound to transcribe.

    Attributes:
        path: The sound.
        task: What to find out.
        target: Where the text goes; None is stdout.
    """

    path: Path
    task: Task
    target: Path | None


def _target(path: Path, output: Path | None, named: str | None, ending: str) -> Path | None:
    if output is None or named is not None:
        return output
    return output / f"{path.stem}.{ending}"


def _rows(batch: Path, task: Callable[[str], Task], language: str, folder: Path, ending: str) -> list[Job]:
    """The jobs of a list; those whose file is there already are left out.

    Raises:
        click.UsageError: A row is wrong.
        FieldError: Its language is.
    """
    jobs = []
    rows = read_rows(batch, COLUMNS, "file")
    for number, row in rows:
        path = batch.parent / row["file"]
        if not path.is_file():
            raise click.UsageError(f"--batch {batch}, row {number}: file {row['file']!r} does not exist")
        name = file_name(row.get("name") or path.stem, batch, number)
        jobs.append(Job(path, task(row.get("language") or language), folder / f"{name}.{ending}"))
    if len({job.target for job in jobs}) < len(jobs):
        raise click.UsageError(f"--batch {batch}: two rows have the same name; give them a column name")
    left = [job for job in jobs if job.target is None or not job.target.exists()]
    if len(left) < len(jobs):
        click.echo(f"{len(jobs) - len(left)} of {len(jobs)} files are there already", err=True)
    return left


class Writing:
    """How texts are written out."""

    def __init__(self, output_format: str, words: bool, numerals: bool, *, many: bool) -> None:
        self.ending = "txt" if output_format == "text" else output_format
        self._format = output_format
        self._tells_words = words
        self._numerals = numerals
        self._many = many

    def text(self, heard: Heard, path: Path) -> str:
        """What was heard, in the format."""
        writer = Writer(TextRules(numerals="true" if self._numerals else "false"))
        words = writer.final(heard.words, heard.language).words
        if self._format == "json":
            return json.dumps(self._json(heard, words, path), ensure_ascii=False, indent=None if self._many else 2)
        if self._format in ("srt", "vtt"):
            subtitles = word_cues(words) if self._tells_words else cues(words, heard.language)
            return (srt if self._format == "srt" else vtt)(subtitles).rstrip("\n")
        return "\n".join(_line(row) for row in _paragraphs(list(utterances(words, heard.language)), heard.language))

    def title(self, path: Path) -> str:
        """What tells several texts on stdout apart; nothing for one."""
        return f"# {path}\n" if self._many and self._format == "text" else ""

    def _json(self, heard: Heard, words: Sequence[Word], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {
            "file": str(path),
            "language": heard.language,
            "duration": round(heard.duration_s, 3),
            "text": join(words, heard.language),
            "utterances": [{"text": row.text, **_times(row.words)} for row in utterances(words, heard.language)],
        }
        if self._tells_words:
            found["words"] = [
                {"word": word.text, **_times([word]), "confidence": round(word.confidence, 3)} for word in words
            ]
        return found


async def _all(jobs: Sequence[Job], hearing: Hearing, settings: Settings, workers: int, write: Writing) -> int:
    """Transcribe files, several side by side; texts come in order. Gives how many failed."""
    scheduler = Scheduler(workers, settings.max_pending)
    free = asyncio.Semaphore(workers)
    lengths_s = [await asyncio.to_thread(_length_s, job.path) for job in jobs]
    n_failed = 0

    async def one(job: Job, meter: Meter) -> tuple[Heard, float] | OpenWavesError:
        async with free:
            began, done_s = time.monotonic(), 0.0

            def report(seconds: float) -> None:
                nonlocal done_s
                meter.advance(seconds - done_s, job.path.name)
                done_s = seconds

            try:
                with job.path.open("rb") as file:
                    heard = await recognise(stream(file), job.task, hearing, scheduler, workers, report)
            except OpenWavesError as error:
                return error
            return heard, time.monotonic() - began

    with metered(sum(lengths_s), "listening") as meter:
        running = [asyncio.ensure_future(one(job, meter)) for job in jobs]
        try:
            for job, task in zip(jobs, running, strict=True):
                found = await task
                if isinstance(found, OpenWavesError):
                    click.echo(f"{job.path}: {found.message}", err=True)
                    n_failed += 1
                else:
                    _tell(job, *found, write)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            scheduler.close()
    return n_failed


def _tell(job: Job, heard: Heard, spent_s: float, write: Writing) -> None:
    click.echo(f"{job.path}: {heard.duration_s:.1f} s of sound in {spent_s:.1f} s", err=True)
    text = write.text(heard, job.path)
    if job.target is None:
        click.echo(write.title(job.path) + text)
    else:
        _save(job.target, text)


def _length_s(path: Path) -> float:
    """Seconds of sound that a file says it has; 0 if it does not say. For progress only."""
    try:
        with av.open(str(path), "r") as container:
            return (container.duration or 0) / 1e6
    except (av.FFmpegError, OSError, ValueError):
        return 0.0


def _save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def _sounds(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(found for found in path.rglob("*") if found.suffix.lower() in ENDINGS and found.is_file())


def _times(words: Sequence[Word]) -> dict[str, Any]:
    found: dict[str, Any] = {"start": round(words[0].start_s, 3), "end": round(words[-1].end_s, 3)}
    if words[0].speaker is not None:
        found["speaker"] = words[0].speaker
    return found


def _paragraphs(rows: Sequence[Utterance], language: str) -> Iterator[tuple[int | None, str]]:
    """Text without a break, and the number of its speaker."""
    words: list[Word] = []
    for row in rows:
        first = row.words[0]
        if words and (first.speaker != words[-1].speaker or first.start_s - words[-1].end_s > PARAGRAPH_PAUSE_S):
            yield words[0].speaker, join(words, language)
            words = []
        words += row.words
    if words:
        yield words[0].speaker, join(words, language)


def _line(row: tuple[int | None, str]) -> str:
    speaker, text = row
    return text if speaker is None else f"Speaker {speaker}: {text}"
