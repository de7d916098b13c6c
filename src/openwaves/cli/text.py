"""``openwaves text``: what would be said, without saying it."""

import json
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import click
from rich.console import Console
from rich.table import Table

from openwaves.cli.texts import TextCommand, find_voice
from openwaves.errors import FieldError
from openwaves.languages import CODES
from openwaves.tts.normalize import Spoken
from openwaves.tts.text.analyze import analyze, check_speakable, pieces
from openwaves.tts.text.clean import clean
from openwaves.tts.text.scripts import runs
from openwaves.types import Segment, SpeechJob, Voice

MAX_PHONEMES = 510
_WORD = re.compile(r"\S+")


@click.command(cls=TextCommand)
@click.argument("text", required=False)
@click.option("--language", type=click.Choice(CODES), default="auto", show_default=True, help="Language of the text.")
@click.option("--number-language", type=click.Choice(CODES), help="Language of the numbers; default: the text's.")
@click.option("--math", is_flag=True, help="Read operators between digits.")
@click.option("--voice", default="sophia", show_default=True, help="Voice, whose accent decides between readings.")
@click.option("--explain", is_flag=True, help="Show each stage: runs, spoken words with their spans, phonemes.")
@click.option("--batch", type=click.File(encoding="utf-8"), help="File of JSON lines; `-` is stdin.")
def text(
    text: str | None,
    language: str,
    number_language: str | None,
    math: bool,
    voice: str,
    explain: bool,
    batch: TextIO | None,
) -> None:
    """Print the words that would be said for TEXT, and how.

    With --batch each line of the file is {"text", "language", "math_notation"?, "number_pronunciation_language"?};
    one line of JSON comes out for each, in order: {"spoken", "phonemes", "words": [{"text", "start", "end",
    "spoken"}]}, or {"error"} for a line that cannot be read.
    """
    speaker = find_voice(voice)
    if batch is not None:
        _batch(batch, speaker)
        return
    if text is None:
        raise click.UsageError("give a TEXT or --batch FILE")
    job = _job(text, language, number_language, math, speaker)
    if explain:
        _explain(job)
    else:
        click.echo(_spoken(pieces(job)))


def _batch(lines: Iterable[str], voice: Voice) -> None:
    for line in lines:
        if line.strip():
            click.echo(json.dumps(_answer(line, voice), ensure_ascii=False))
            sys.stdout.flush()


def _answer(line: str, voice: Voice) -> dict[str, Any]:
    try:
        row = json.loads(line)
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise FieldError("text", "must be a string, in a JSON object")
        math = bool(row.get("math_notation"))
        job = _job(row["text"], row.get("language") or "auto", row.get("number_pronunciation_language"), math, voice)
    except (ValueError, FieldError) as error:
        return {"error": str(error)}
    said = list(pieces(job))
    return {
        "spoken": _spoken(said),
        "phonemes": _phonemes(job),
        "words": [
            {
                "text": word.group(),
                "start": word.start(),
                "end": word.end(),
                "spoken": _spoken(piece for piece in said if word.start() <= piece.start < word.end()),
            }
            for word in _WORD.finditer(row["text"])
        ],
    }


def _job(text: str, language: str, number_language: str | None, math: bool, voice: Voice) -> SpeechJob:
    """The whole text as one segment.

    Raises:
        FieldError: It cannot be spoken.
    """
    check_speakable(text, language)
    segment = Segment(text, 0, len(text), 0.0)
    return SpeechJob(segment, voice, 1.0, language, number_language, math_notation=math, seed=0)


def _explain(job: SpeechJob) -> None:
    console = Console(highlight=False)
    console.print("[bold]runs[/bold]")
    for run in runs(clean(job.segment.text), job.language):
        console.print(f"  {run.language}  {run.start}-{run.end}  {run.text.strip()!r}", markup=False)
    console.print("[bold]spoken words[/bold]")
    table = Table("input", "span", "language", "spoken", box=None)
    for piece in pieces(job):
        written = job.segment.text[piece.start : piece.end]
        table.add_row(written, f"{piece.start}-{piece.end}", piece.language, piece.text)
    console.print(table)
    console.print("[bold]phonemes[/bold]")
    console.print("  " + _phonemes(job), markup=False)


def _spoken(said: Iterable[Spoken]) -> str:
    return " ".join(" ".join(piece.text for piece in said).split())


def _phonemes(job: SpeechJob) -> str:
    return " ".join(utterance.phonemes for utterance in analyze(job, MAX_PHONEMES))
