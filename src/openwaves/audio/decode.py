"""Uploaded recordings to samples, in a process of their own that hostile files can end but not misuse."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from openwaves.audio.decode_worker import BROKEN, SOUNDLESS, UNKNOWN
from openwaves.errors import EngineError, OverloadedError, RecordingError
from openwaves.types import Samples

MOST_WAIT_S = 1.8
STARVED_S = 0.3
"""Processor time of a process that was hardly let run; a minute of sound takes 0.1 to 0.2 s."""
MOST_STARVED_WAIT_S = 9.0
LOUDEST = 4.0  # float samples may exceed 1; what is far beyond is no sound
FORMATS = "WAV, MP3, M4A, MP4, WebM, Ogg, FLAC, AAC or AIFF"


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


def _run(data: bytes) -> tuple[int, bytes]:
    """Exit status and output of the worker."""
    command = [sys.executable, "-P", "-m", "openwaves.audio.decode_worker"]
    started = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
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
