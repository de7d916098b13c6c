"""``openwaves talk``."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any, Protocol

import click
import numpy as np

from openwaves.api.talk_voices import VOICES
from openwaves.assembly import assemble
from openwaves.audio.encode import wav_header
from openwaves.chat_assembly import assemble_chat
from openwaves.cli.chat import LLM_SETTINGS
from openwaves.cli.listen import NO_MICROPHONE, microphone
from openwaves.cli.options import read_settings, settings_options
from openwaves.errors import OpenWavesError
from openwaves.models.progress import rich_progress
from openwaves.s2s.options import DEFAULT_INSTRUCTIONS, Parts, TalkOptions
from openwaves.s2s.session import Talk
from openwaves.s2s.told import AudioDelta, ItemDone, Problem, ResponseDone, SpeechStarted, Trace
from openwaves.stt.languages import candidates
from openwaves.types import SpeechRequest

RATE = 16000
PIECE_S = 0.02
END_S = 2.5
"""Silence behind a recording: its last turn ends in it."""


@click.command()
@click.argument("recording", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("result", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--voice", default="aria", show_default=True, help="Who answers; see `openwaves voices`.")
@click.option("--language", default="en", show_default=True, help="Code of the language that is spoken.")
@click.option("--instructions", default=DEFAULT_INSTRUCTIONS, show_default=True, help="What the assistant is to be.")
@click.option("--greet", is_flag=True, help="The assistant speaks first.")
@click.option("--times", is_flag=True, help="Show how long each answer took, stage by stage.")
@settings_options("workers", "engine", "stt_english", "stt_others", *LLM_SETTINGS)
def talk(
    recording: Path | None,
    result: Path | None,
    voice: str,
    language: str,
    instructions: str,
    greet: bool,
    times: bool,
    config: Path | None,
    **options: Any,
) -> None:
    """Talk with the assistant, without a server: through microphone and loudspeaker, until Ctrl-C.

    With RECORDING and RESULT, two WAV files: what is said in the first is heard as if it were spoken now, and the talk
    is written to the second, the recording on the left and the answers on the right.
    """
    if (recording is None) != (result is None):
        raise click.UsageError("give two WAV files, or none")
    settings = read_settings(config, {"log_level": "warning", **options})
    with rich_progress() as progress:
        parts = assemble(settings, progress, lambda _line: None)
    try:
        speech = SpeechRequest("", VOICES.get(voice, voice), language, sample_rate=RATE)
        parts.synthesizer.voice(speech)
        languages = candidates(language, "language", parts.hearing.languages)
        wanted = TalkOptions(speech, instructions, languages=languages)
        chat = assemble_chat(settings, parts.scheduler.reserve)
        if chat is None:
            raise click.UsageError("chat is turned off: --llm-url local turns it on")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_talk(Parts(parts.room, chat, parts.synthesizer), wanted, recording, result, greet, times))
    finally:
        parts.close()


async def _talk(
    parts: Parts, wanted: TalkOptions, recording: Path | None, result: Path | None, greets: bool, shows_times: bool
) -> None:
    session = Talk(parts, wanted)
    player: _Player
    if recording is not None and result is not None:
        sound, player = _recorded(recording), _File(result, recording)
    else:
        sound, player = microphone(RATE), _Loudspeaker()
    session.start(greets=greets)
    feeding = asyncio.create_task(_feed(session, sound, player))
    try:
        async with aclosing(session.outputs()) as outputs:
            async for output in outputs:
                match output:
                    case AudioDelta():
                        player.play(output.data)
                    case SpeechStarted():
                        player.stop()
                    case ResponseDone(status="cancelled"):
                        player.stop()
                    case ItemDone(item=item) if item.role in {"user", "assistant"} and item.text:
                        who = "you" if item.role == "user" else "assistant"
                        click.echo(f"{who}: {item.text}{'' if item.status == 'completed' else ' …'}")
                    case Problem():
                        click.echo(f"openwaves: {output.message}", err=True)
                    case Trace() if shows_times:
                        click.echo(_times(output), err=True)
        await feeding
    finally:
        feeding.cancel()
        player.close()
        await parts.chat.close()


async def _feed(session: Talk, sound: AsyncIterator[bytes], player: "_Player") -> None:
    """Hand on all sound; the talk ends with it, once the last answer was played."""
    try:
        async for piece in sound:
            await session.feed(piece)
        while session.is_busy or player.left_s > 0:
            await session.feed(bytes(2 * round(PIECE_S * RATE)))
            await asyncio.sleep(PIECE_S)
    finally:
        session.close()


def _times(trace: Trace) -> str:
    stages = ("quiet", "decided", "first_token", "first_clause", "first_sound", "heard")
    known = [(stage, getattr(trace, f"{stage}_ms")) for stage in stages]
    return "  ms: " + ", ".join(f"{stage.replace('_', ' ')} {at:.0f}" for stage, at in known if at is not None)


class _Player(Protocol):
    """Plays answers."""

    @property
    def left_s(self) -> float:
        """Sound that is still to be played."""
        ...

    def play(self, data: bytes) -> None:
        """Play 16-bit sound behind what plays."""
        ...

    def stop(self) -> None:
        """Play nothing of it."""
        ...

    def close(self) -> None:
        """Nothing follows."""
        ...


class _File:
    """Writes down when what was played, beside a recording."""

    def __init__(self, path: Path, recording: Path) -> None:
        self._path = path
        self._said = np.frombuffer(_sound_of(recording), "<i2")
        self._played = np.zeros(0, np.int16)
        self._began = time.monotonic()

    @property
    def _now(self) -> int:
        return round((time.monotonic() - self._began) * RATE)

    @property
    def left_s(self) -> float:
        return (len(self._played) - self._now) / RATE

    def play(self, data: bytes) -> None:
        silence = np.zeros(max(0, self._now - len(self._played)), np.int16)
        self._played = np.concatenate([self._played, silence, np.frombuffer(data, "<i2")])

    def stop(self) -> None:
        self._played = self._played[: self._now]

    def close(self) -> None:
        sides = np.zeros((max(len(self._said), len(self._played)), 2), "<i2")
        sides[: len(self._said), 0] = self._said
        sides[: len(self._played), 1] = self._played
        header = bytearray(wav_header(RATE, 2 * len(sides)))
        header[22:24] = (2).to_bytes(2, "little")  # channels
        header[28:32] = (4 * RATE).to_bytes(4, "little")  # bytes a second
        header[32:34] = (4).to_bytes(2, "little")  # bytes of a sample of both
        self._path.write_bytes(bytes(header) + sides.tobytes())


class _Loudspeaker:
    """Plays through the default output."""

    def __init__(self) -> None:
        try:
            import sounddevice  # noqa: PLC0415 - optional, and it looks for devices
        except (ImportError, OSError) as error:
            raise OpenWavesError(NO_MICROPHONE) from error
        self._waiting = bytearray()
        self._lock = threading.Lock()
        try:
            self._stream = sounddevice.RawOutputStream(RATE, 320, channels=1, dtype="int16", callback=self._give)
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise OpenWavesError(f"the loudspeaker cannot be opened: {error}") from error

    @property
    def left_s(self) -> float:
        return len(self._waiting) / 2 / RATE

    def play(self, data: bytes) -> None:
        with self._lock:
            self._waiting += data

    def stop(self) -> None:
        with self._lock:
            self._waiting.clear()

    def close(self) -> None:
        self._stream.close()

    def _give(self, out: Any, _frames: int, _time: object, _status: object) -> None:
        with self._lock:
            data = bytes(self._waiting[: len(out)])
            del self._waiting[: len(out)]
        out[:] = data.ljust(len(out), b"\0")


async def _recorded(path: Path) -> AsyncIterator[bytes]:
    """The sound of a WAV file and a silence behind it, as it is spoken."""
    data = _sound_of(path) + bytes(2 * round(END_S * RATE))
    size = 2 * round(PIECE_S * RATE)
    began = time.monotonic()
    for begin in range(0, len(data), size):
        await asyncio.sleep(began + begin / 2 / RATE - time.monotonic())
        yield data[begin : begin + size].ljust(size, b"\0")


def _sound_of(path: Path) -> bytes:
    """16-bit sound at ``RATE`` of a sound file.

    Raises:
        OpenWavesError: It is none.
    """
    import av  # noqa: PLC0415 - takes a while

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    try:
        with av.open(str(path)) as container:
            frames = [piece for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
    except (av.error.FFmpegError, IndexError) as error:
        raise OpenWavesError(f"{path} cannot be read as sound: {error}") from error
    pieces = [*frames, *resampler.resample(None)]
    return b"".join(piece.to_ndarray()[0].astype("<i2").tobytes() for piece in pieces)
