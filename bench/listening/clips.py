"""Recordings with what is said in them, and where their speech begins and ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from openwaves.types import Samples

RATE = 16000
SPEECH_DB = -32.0
"""Level of the quietest speech against the loudest 10 ms of a clip."""
OVER_NOISE_DB = 10.0
"""The same against what is there where nobody speaks: the quietest tenth of the clip."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording.

    Attributes:
        name: Of its file.
        text: What is said.
        samples: Mono at 16 kHz, shape (n_samples,), float32.
    """

    name: str
    text: str
    samples: Samples

    @property
    def speech(self) -> tuple[float, float]:
        """When speech begins and ends, in seconds."""
        frames = self.samples[: len(self.samples) // 160 * 160].reshape(-1, 160)
        level = np.sqrt(np.square(frames).mean(axis=1))
        least = max(level.max() * 10 ** (SPEECH_DB / 20), np.percentile(level, 10) * 10 ** (OVER_NOISE_DB / 20))
        loud = np.flatnonzero(level > least)
        return float(loud[0]) / 100, float(loud[-1] + 1) / 100


def read_clips(folder: Path) -> list[Clip]:
    """The clips of a folder: sound files, and ``clips.tsv`` with a line for each: its file's name, a tab, its text."""
    rows = (line.split("\t", 1) for line in (folder / "clips.tsv").read_text(encoding="utf-8").splitlines() if line)
    return [Clip(name, text.strip(), read_sound(folder / name)) for name, text in rows]


def read_sound(path: Path) -> Samples:
    """The sound of a file."""
    return np.concatenate(list(_pieces(path))).astype(np.float32)


def _pieces(path: Path) -> Iterator[Samples]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            yield from (piece.to_ndarray()[0] for piece in resampler.resample(frame))
    yield from (piece.to_ndarray()[0] for piece in resampler.resample(None))
