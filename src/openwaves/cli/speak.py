"""``openwaves speak``."""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

import click

from openwaves.api.schemas import FORMATS, SAMPLE_RATES
from openwaves.assembly import assemble
from openwaves.audio.encode import WavFile
from openwaves.cli.options import read_settings, settings_options
from openwaves.errors import FieldError
from openwaves.languages import CODES
from openwaves.settings import Settings
from openwaves.types import AudioFormat, SpeechRequest
from openwaves.voices.progress import rich_progress


@click.command()
@click.argument("text")
@click.option("--voice", default="sophia", show_default=True, help="Voice; see `openwaves voices`.")
@click.option("--language", type=click.Choice(CODES), default="auto", show_default=True, help="Language of the text.")
@click.option("--speed", type=click.FloatRange(0.5, 2.0), default=1.0, show_default=True, help="Pace.")
@click.option(
    "--sample-rate",
    type=click.Choice([str(rate) for rate in SAMPLE_RATES]),
    default="24000",
    show_default=True,
)
@click.option("--format", "output_format", type=click.Choice(FORMATS), help="Default: by the file's ending, else wav.")
@click.option("-o", "--output", default="speech.wav", show_default=True, help="File to write; `-` is stdout.")
@settings_options("model_dir", "workers", "engine", "kokoro_backend")
def speak(
    text: str,
    voice: str,
    language: str,
    speed: float,
    sample_rate: str,
    output_format: AudioFormat | None,
    output: str,
    config: Path | None,
    **options: Any,
) -> None:
    """Speak TEXT into a file, without a server. TEXT `-` reads the text from stdin.

    Prints the duration, the time taken and the real-time factor (seconds of work per second of sound).
    """
    settings = read_settings(config, {"log_level": "warning", **options})
    if text == "-":
        text = sys.stdin.read()
    if not text.strip():
        raise FieldError("text", "must not be empty")
    request = SpeechRequest(
        text=text,
        voice_id=voice,
        language=language,
        speed=speed,
        sample_rate=int(sample_rate),
        output_format=output_format or _format_of(output),
    )
    data, length_s, spent_s = _spoken(settings, request)
    if output == "-":
        sys.stdout.buffer.write(data)
    else:
        Path(output).write_bytes(data)
    click.echo(
        f"{length_s:.2f} s of sound in {spent_s:.2f} s, real-time factor {spent_s / length_s:.3f}"
        + ("" if output == "-" else f", written to {output}"),
        err=True,
    )


def _spoken(settings: Settings, request: SpeechRequest) -> tuple[bytes, float, float]:
    """The encoded sound, its length, and the seconds that it took once the voices were loaded."""

    async def collect() -> tuple[bytes, float, float]:
        started = time.perf_counter()
        plan = assembly.synthesizer.plan(request)
        chunks = [chunk async for chunk in assembly.synthesizer.collect(plan)]
        length_s = sum(chunk.duration_s for chunk in chunks)
        return b"".join(chunk.data for chunk in chunks), length_s, time.perf_counter() - started

    with rich_progress() as progress:
        assembly = assemble(settings, progress, report=lambda line: click.echo(line, err=True))
    try:
        data, length_s, spent_s = asyncio.run(collect())
    finally:
        assembly.close()
    if request.output_format == "wav":
        with WavFile(request.sample_rate) as wav:
            wav.write(data)
            data = b"".join(wav.parts())
    return data, length_s, spent_s


def _format_of(output: str) -> AudioFormat:
    ending = Path(output).suffix.removeprefix(".")
    return next((known for known in FORMATS if known == ending), "wav")
