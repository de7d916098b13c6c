"""Files of training data: some utterances each, written whole or not at all.

An utterance holds what the decoder was given and what it said. The content curve (``asr``) repeats one row for each
phoneme, so the row and how often it is repeated are stored: a tenth of the frames.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

SOUND_SCALE = 32767 / 1.5
"""Sound is stored as int16; the teacher stays within ±1.5."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What the teacher was given, and what it said.

    Attributes:
        rows: Content of each phoneme, shape (n_rows, 512), float16.
        repeats: Frames of 25 ms that each row lasts, shape (n_rows,), int16; their sum is n_frames.
        f0: Fundamental frequency in Hz at 80 values a second, shape (2 · n_frames,), float32; 0 without voice.
        energy: The network's energy curve, same shape and dtype.
        style: Shape (256,), float32.
        sound: At 24 kHz, shape (600 · n_frames,), int16 in units of 1 / ``SOUND_SCALE``.
    """

    rows: NDArray[np.float16]
    repeats: NDArray[np.int16]
    f0: NDArray[np.float32]
    energy: NDArray[np.float32]
    style: NDArray[np.float32]
    sound: NDArray[np.int16]

    @classmethod
    def of(
        cls,
        asr: NDArray[np.float32],
        f0: NDArray[np.float32],
        energy: NDArray[np.float32],
        style: NDArray[np.float32],
        sound: NDArray[np.float32],
    ) -> Self:
        """From full frames, ``asr`` of shape (n_frames, 512), and sound in float32."""
        changes = np.any(asr[1:] != asr[:-1], axis=1)
        starts = np.concatenate([[0], 1 + np.flatnonzero(changes)])
        repeats = np.diff(np.append(starts, len(asr))).astype(np.int16)
        kept = np.clip(np.round(sound * SOUND_SCALE), -32768, 32767).astype(np.int16)
        return cls(asr[starts].astype(np.float16), repeats, f0, energy, style, kept)

    @property
    def n_frames(self) -> int:
        """Length in frames of 25 ms."""
        return len(self.f0) // 2

    def asr(self, start: int, stop: int) -> NDArray[np.float32]:
        """Content of some frames, shape (stop - start, 512)."""
        owners = np.repeat(np.arange(len(self.repeats)), self.repeats)[start:stop]
        return self.rows[owners].astype(np.float32)

    def samples(self, start: int, stop: int) -> NDArray[np.float32]:
        """Sound of some frames."""
        return self.sound[600 * start : 600 * stop].astype(np.float32) / np.float32(SOUND_SCALE)


def write(path: Path, pairs: Sequence[Pair]) -> None:
    """Write a shard under a passing name first, so that a stop at any moment leaves no half file."""
    parts = {
        f"{number}.{name}": getattr(pair, name)
        for number, pair in enumerate(pairs)
        for name in Pair.__dataclass_fields__
    }
    passing = path.with_name(f".{path.name}.{os.getpid()}")
    with passing.open("wb") as file:
        np.savez(file, **parts)
    passing.replace(path)


def read(path: Path) -> list[Pair]:
    """The utterances of a shard."""
    with np.load(path) as parts:
        names = Pair.__dataclass_fields__
        count = len(parts.files) // len(names)
        return [Pair(**{name: parts[f"{number}.{name}"] for name in names}) for number in range(count)]
