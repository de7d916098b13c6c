"""``openwaves listen``."""

import asyncio
import contextlib
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

import click

from openwaves.assembly import load_hearing
from openwaves.audio.live_decode import ENCODINGS, SAMPLE_RATES, Encoding
from openwaves.cli.options import read_settings, settings_options
from openwaves.errors import OpenWavesError
from openwaves.scheduler import Scheduler, available_cores
from openwaves.stt.languages import AUTOMATIC, candidates
from openwaves.stt.listening import Rules
from openwaves.stt.messages import Final, Interim, ListenOptions
from openwaves.stt.room import Room
from openwaves.stt.session import Session
from openwaves.stt.transcript import join
from openwaves.stt.written import TextRules

READ_BYTES = 3200
NO_MICROPHONE = (
    "listening to a microphone needs the package sounddevice (pip install sounddevice); or send sound to stdin, as in:"
    " arecord -q -f S16_LE -r 16000 -t raw | openwaves listen -"
)


@click.command()
@click.argument("source", default="microphone", type=click.Choice(["microphone", "-"]))
@click.option(
    "--language", default="en", show_default=True, help=f"Code of the language, or one of {', '.join(AUTOMATIC)}."
)
@click.option("--encoding", type=click.Choice(ENCODINGS), default="linear16", show_default=True, help="Of stdin.")
@click.option(
    "--sample-rate",
    type=click.Choice([str(rate) for rate in SAMPLE_RATES]),
    default="16000",
    show_default=True,
    help="Of stdin, Hz.",
)
@click.option(
    "--pause", type=click.FloatRange(0.1, 10), default=0.6, show_default=True, help="Silence that ends a text, s."
)
@click.option("--numerals", is_flag=True, help="Write numbers in digits.")
@settings_options("model_dir", "workers", "engine", "stt_english", "stt_others")
def listen(
    source: str,
    language: str,
    encoding: Encoding,
    sample_rate: str,
    pause: float,
    numerals: bool,
    config: Path | None,
    **options: Any,
) -> None:
    """Write down what is said while it is said, without a server: from the microphone, or from stdin (SOURCE `-`).

    Finished text goes to stdout; on a terminal, what may still change is shown below it. Ends with the sound, or with
    Ctrl-C.
    """
    settings = read_settings(config, {"log_level": "warning", **options})
    workers = settings.workers or available_cores()
    hearing = load_hearing(settings, workers)
    wanted = ListenOptions(
        languages=candidates(language, "language", hearing.languages),
        encoding="linear16" if source == "microphone" else encoding,
        sample_rate=int(sample_rate),
        rules=Rules(final_wait_s=pause, ended_wait_s=pause, max_words=None),
        text=TextRules(numerals="true" if numerals else "false"),
    )
    scheduler = Scheduler(workers, settings.max_pending)
    room = Room(hearing, scheduler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_listen(room, wanted, source))
    finally:
        room.close()
        scheduler.close()


async def _listen(room: Room, wanted: ListenOptions, source: str) -> None:
    session = Session(room, wanted)
    sound = microphone(wanted.sample_rate) if source == "microphone" else _pieces(sys.stdin.buffer)
    feeding = asyncio.create_task(_feed(session, sound))
    line = _Line()
    try:
        async for message in session.messages():
            if isinstance(message, Interim):
                line.show(join(message.words, message.language))
            elif isinstance(message, Final) and message.words:
                line.finish(join(message.words, message.language))
        await feeding
    finally:
        feeding.cancel()
        line.show("")


async def _feed(session: Session, sound: AsyncIterator[bytes]) -> None:
    """Hand on all sound; the session ends with it, and with what goes wrong, too."""
    try:
        async for piece in sound:
            await session.feed(piece)
    finally:
        session.close()


class _Line:
    """The line of a terminal that is written again and again; nothing where there is no terminal."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Show what may still change, its end if it is long."""
        if self._is_shown:
            width = 100
            click.echo("\r\x1b[2K" + text[-width:], nl=False, err=True)

    def finish(self, text: str) -> None:
        """Write what stays."""
        self.show("")
        click.echo(text)


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    """What comes on a stream, as it comes."""
    read = getattr(file, "read1", file.read)
    while data := await asyncio.to_thread(read, READ_BYTES):
        yield data


async def microphone(sample_rate: int) -> AsyncIterator[bytes]:
    """16-bit sound of the default microphone.

    Raises:
        OpenWavesError: There is none, or it cannot be opened.
    """
    try:
        import sounddevice  # noqa: PLC0415 - optional, and it looks for devices
    except (ImportError, OSError) as error:
        raise OpenWavesError(NO_MICROPHONE) from error
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[bytes]()
    stopped = threading.Event()

    def heard(data: Any, _frames: int, _time: object, _status: object) -> None:
        if not stopped.is_set():
            loop.call_soon_threadsafe(queue.put_nowait, bytes(data))

    try:
        with sounddevice.RawInputStream(sample_rate, 512, channels=1, dtype="int16", callback=heard):
            click.echo("listening; Ctrl-C ends it", err=True)
            while True:
                yield await queue.get()
    except sounddevice.PortAudioError as error:
        raise OpenWavesError(f"the microphone cannot be opened: {error}") from error
    finally:
        stopped.set()
