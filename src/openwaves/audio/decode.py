"""Uploaded recordings to samples, in a process of their own that hostile files can end but not misuse."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from openwaves.audio.decode_worker import BROKEN, SOUNDLESS, UNKNOWN
from openwaves.audio.decoder_process import Decoders, command
from openwaves.audio.sniff import HEAD_BYTES, demuxer_of
from openwaves.errors import AudioDecodeError, EngineError, NoAudioError, OverloadedError, RecordingError
from openwaves.types import Samples

MOST_RECORDING_S = 60
RECORDING_CPU_S = 1
MOST_WAIT_S = 1.8
STARVED_S = 0.3
"""Processor time of a process that was hardly let run; a minute of sound takes 0.1 to 0.2 s."""
MOST_STARVED_WAIT_S = 9.0
LOUDEST = 4.0  # float samples may exceed 1; what is far beyond is no sound
CHUNK_S = 10
LEAST_CPU_S = 5
CPU_S_PER_MB = 2.0
"""Processor time that a long file may take; Opus, the slowest, takes about 0.7 s."""
FORMATS = "WAV, MP3, M4A, MP4, WebM, Ogg, FLAC, AAC or AIFF"

_decoders = Decoders()


def decode(data: bytes) -> Samples:
    """Decode a recording in whatever container it is; what it is called does not count.

    Blocks for up to 2 s, longer only where other work leaves the process no core. Leaves no process and no file behind.

    Args:
        data: The whole file.

    Returns:
        Its first minute at 16 kHz, mono, shape (n_samples,), float32.

    Raises:
        RecordingError: It cannot be decoded.
        OverloadedError: The machine is too busy to tell.
        EngineError: The process cannot be started.
    """
    if not data:
        raise RecordingError(f"the file is empty; send a recording as {FORMATS}")
    status, output = _run(data)
    if status == BROKEN:
        raise EngineError("the process that decodes uploads cannot be started; is PyAV installed?")
    if status == UNKNOWN:
        raise RecordingError(f"the file is not a sound file that can be read; send a recording as {FORMATS}")
    if status == SOUNDLESS:
        raise RecordingError(f"the file has no sound track that can be read; send a recording as {FORMATS}")
    samples = np.frombuffer(output, np.float32) if status == 0 else np.zeros(0, np.float32)
    if not len(samples) or not np.isfinite(samples).all():
        raise RecordingError(f"the sound in the file is damaged; record it again and send it as {FORMATS}")
    return samples.clip(-LOUDEST, LOUDEST)


def stream(file: IO[bytes], encoding: str | None = None, sample_rate: int = 16000) -> Iterator[Samples]:
    """Decode a file of any length, piece by piece, in bounded memory.

    Blocks; the work is done by a process that ends when the iterator is closed.

    Args:
        file: A file of the operating system, read from its beginning.
        encoding: How samples without a header are stored, a key of ``sniff.HEADERLESS`` or ``opus``; None if nobody
            knows. The header of a container counts more.
        sample_rate: Rate of samples without a header, Hz.

    Yields:
        Mono samples at 16 kHz, shape (n_samples,), float32: ``CHUNK_S`` seconds, the last time fewer.

    Raises:
        NoAudioError: The file is empty.
        AudioDecodeError: It is no sound file, or its sound is damaged from the beginning.
        EngineError: The process cannot be started.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head:
        raise NoAudioError("no audio was sent: the body is empty")
    name = demuxer_of(head, encoding)
    if name is None:
        raise AudioDecodeError("Invalid file format. Supported formats: audio/*")
    size_mb = file.seek(0, os.SEEK_END) / 1e6
    file.seek(0)
    headerless = (name, str(sample_rate)) if name else ()
    with _decoders.begin(file, _arguments(int(LEAST_CPU_S + CPU_S_PER_MB * size_mb), 0, *headerless)) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        n_read = 0
        try:
            while data := process.stdout.read(4 * CHUNK_S * 16000):
                n_read += len(data)
                samples = np.frombuffer(data[: len(data) // 4 * 4], np.float32)
                yield np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0).clip(-LOUDEST, LOUDEST)
            status = process.wait()
        finally:
            process.kill()
            _decoders.prepare()  # after the work, which it would slow down
    if status == BROKEN:
        raise EngineError("the process that decodes uploads cannot be started; is PyAV installed?")
    if not n_read:
        problem = "has no sound track that can be read" if status == SOUNDLESS else "cannot be decoded"
        raise AudioDecodeError(f"Invalid file format: the sound {problem}. Supported formats: audio/*")


def _arguments(cpu_s: int, most_s: int, *headerless: str) -> list[str]:
    return [str(cpu_s), str(most_s), *headerless]


def _run(data: bytes) -> tuple[int, bytes]:
    """Exit status and output of the worker."""
    line = command(*_arguments(RECORDING_CPU_S, MOST_RECORDING_S))
    started = time.monotonic()
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        rest: bytes | None = data
        try:
            while True:
                try:
                    output, _ = process.communicate(rest, MOST_WAIT_S)
                except subprocess.TimeoutExpired as error:
                    rest = None  # what is left of the input is sent all the same
                    if _processor_s(process.pid) > STARVED_S:
                        raise RecordingError("the file takes too long to decode; record it again") from error
                    if time.monotonic() - started > MOST_STARVED_WAIT_S - MOST_WAIT_S:
                        raise OverloadedError("the server is too busy to read the recording now", 5) from error
                else:
                    return process.returncode, output
        finally:
            process.kill()


def _processor_s(pid: int) -> float:
    """Processor time that a process has used; infinite on systems that do not tell.

    Source: proc_pid_stat(5), fields 14 and 15.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return float("inf")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
