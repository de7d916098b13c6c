"""Uploaded recordings to samples, in a process of their own that hostile files can end but not misuse."""

import subprocess
import sys

import numpy as np

from openwaves.audio.decode_worker import SOUNDLESS, UNKNOWN
from openwaves.errors import OverloadedError, RecordingError
from openwaves.types import Samples

MOST_WAIT_S = 6.0  # on a machine that is busy; a second of processor time is all that a file gets
LOUDEST = 4.0  # float samples may exceed 1; what is far beyond is no sound
FORMATS = "WAV, MP3, M4A, MP4, WebM, Ogg, FLAC, AAC or AIFF"


def decode(data: bytes) -> Samples:
    """Decode a recording in whatever container it is; what it is called does not count.

    Blocks for up to a second, on a busy machine for some more; leaves no process and no file behind.

    Args:
        data: The whole file.

    Returns:
        Its first minute at 16 kHz, mono, shape (n_samples,), float32.

    Raises:
        RecordingError: It cannot be decoded.
        OverloadedError: The machine is too busy to tell.
    """
    if not data:
        raise RecordingError(f"the file is empty; send a recording as {FORMATS}")
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "openwaves.audio.decode_worker"],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MOST_WAIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        # Its limit of processor time ends a process sooner, unless there is no core for it.
        raise OverloadedError("the server is too busy to read the recording now", retry_after_s=5) from error
    if done.returncode == UNKNOWN:
        raise RecordingError(f"the file is not a sound file that can be read; send a recording as {FORMATS}")
    if done.returncode == SOUNDLESS:
        raise RecordingError(f"the file has no sound track that can be read; send a recording as {FORMATS}")
    samples = np.frombuffer(done.stdout, np.float32) if done.returncode == 0 else np.zeros(0, np.float32)
    if not len(samples) or not np.isfinite(samples).all():
        raise RecordingError(f"the sound in the file is damaged; record it again and send it as {FORMATS}")
    return samples.clip(-LOUDEST, LOUDEST)
