"""Random pieces of the data, and new shards as they come."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.model import HOP, turns_of
from training.shards import Pair, read

N_DEV = 24
"""Utterances of the first shard that only measure."""


class Batches:
    """All shards of a folder in memory, 230 MB for an hour of sound."""

    def __init__(self, folder: Path, random: np.random.Generator) -> None:
        self._folder = folder
        self._random = random
        self._known: set[Path] = set()
        self._pairs: list[Pair] = []
        self._weights: NDArray[np.float64] = np.zeros(0)
        self.dev: list[Pair] = []
        self.look()

    @property
    def hours(self) -> float:
        """Of sound that is trained on."""
        return sum(pair.n_frames for pair in self._pairs) / 40 / 3600

    def look(self) -> None:
        """Take in the shards that have come since."""
        for path in sorted(set(self._folder.glob("shard*.npz")) - self._known):
            pairs = read(path)
            if path.stem.endswith("00000"):
                self.dev, pairs = pairs[:N_DEV], pairs[N_DEV:]
            self._pairs += pairs
            self._known.add(path)
        lengths = np.array([pair.n_frames for pair in self._pairs], np.float64)
        self._weights = lengths / lengths.sum()

    def statistics(self) -> dict[str, torch.Tensor]:
        """Mean and deviation of content and style, for a network that begins anew."""
        rows = np.concatenate([pair.rows for pair in self._pairs[:1000]]).astype(np.float32)
        styles = np.stack([pair.style for pair in self._pairs])
        found = {"asr_mean": rows.mean(0), "asr_std": rows.std(0) + 1e-2}
        found |= {"style_mean": styles.mean(0), "style_std": styles.std(0) + 1e-3}
        return {name: torch.from_numpy(value) for name, value in found.items()}

    def draw(self, count: int, n_frames: int) -> dict[str, torch.Tensor]:
        """Pieces of ``n_frames`` frames of 25 ms; what an utterance lacks is silence.

        Returns:
            ``asr``, ``f0``, ``energy``, ``style``, ``turns`` and ``sound``, each with ``count`` rows.
        """
        parts: dict[str, list[NDArray[np.float32]]] = {}
        for index in self._random.choice(len(self._pairs), count, p=self._weights):
            pair = self._pairs[index]
            start = int(self._random.integers(0, max(1, pair.n_frames - n_frames + 1)))
            for name, part in piece(pair, start, n_frames).items():
                parts.setdefault(name, []).append(part)
        return {name: torch.from_numpy(np.stack(part)) for name, part in parts.items()}


def piece(pair: Pair, start: int, n_frames: int) -> dict[str, NDArray[np.float32]]:
    """Some frames of an utterance, padded at the end."""
    stop = min(start + n_frames, pair.n_frames)
    missing = start + n_frames - stop
    energy = pair.energy[2 * start : 2 * stop]
    return {
        "asr": np.pad(pair.asr(start, stop), ((0, missing), (0, 0)), mode="edge"),
        "f0": np.pad(pair.f0[2 * start : 2 * stop], (0, 2 * missing)),
        "energy": np.pad(energy, (0, 2 * missing), mode="edge"),
        "style": pair.style,
        "turns": np.pad(turns_of(pair.f0, 2 * start, 2 * stop), (0, 2 * missing * HOP)),
        "sound": np.pad(pair.samples(start, stop), (0, 2 * missing * HOP)),
    }
