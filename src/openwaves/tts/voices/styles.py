"""Style packs: what makes one network speak with many voices."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openwaves.errors import ModelFileError
from openwaves.models.store import KOKORO_VOICES, PULL_COMMAND, load_manifest

LENGTHS = 510
WIDTH = 256
TIMBRE_WIDTH = 128
"""Leading columns of a style that carry the timbre; the others carry the prosody."""

ENGLISH = "ab"
"""First letters of the packs that speak American and British English."""

REFERENCE_ROWS = slice(20, 150)
"""Rows of a pack whose mean stands for its voice: the lengths of ordinary sentences."""

_BYTES = LENGTHS * WIDTH * np.dtype(np.float32).itemsize

Weights = tuple[tuple[str, float], ...]


def pack_names() -> tuple[str, ...]:
    """The published packs, sorted."""
    paths = (Path(file.path) for group in load_manifest() for file in group.files)
    return tuple(sorted(path.stem for path in paths if path.parent == Path(KOKORO_VOICES)))


class StyleLibrary:
    """Style packs on disk, mixed as catalogue rows ask. Thread-safe."""

    def __init__(self, folder: Path, capacity: int = 64) -> None:
        """Read from a folder of ``NAME.bin`` files.

        Args:
            folder: The packs.
            capacity: Mixes kept in memory, 0.5 MB each.
        """
        self._folder = folder
        self._capacity = capacity
        self._mixes: OrderedDict[tuple[Weights, Weights] | bytes, NDArray[np.float32]] = OrderedDict()
        self._deviation: NDArray[np.float32] | None = None
        self._lock = threading.Lock()

    def pack(self, timbre: Mapping[str, float], prosody: Mapping[str, float]) -> NDArray[np.float32]:
        """The mix of these packs.

        Args:
            timbre: Pack to weight, for the timbre half.
            prosody: The same for the prosody half.

        Returns:
            Read-only array, shape (510, 256): row n-1 is the style of n phonemes.

        Raises:
            ModelFileError: A pack is missing or has the wrong size.
        """
        key = (tuple(sorted(timbre.items())), tuple(sorted(prosody.items())))
        return self._cached(key, lambda: self._mix(*key))

    def of_clone(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The pack of a cloned style: its vector, varied with the length as English voices do on average.

        Args:
            vector: Shape (256,), float32.

        Returns:
            Read-only array as ``pack`` gives it.

        Raises:
            ModelFileError: A style pack is missing or has the wrong size.
        """
        return self._cached(vector.tobytes(), lambda: vector + self._mean_deviation())

    def reference(self, name: str) -> NDArray[np.float32]:
        """The one vector that stands for a pack, shape (256,), float32.

        Raises:
            ModelFileError: The pack is missing or has the wrong size.
        """
        return _reference(self._read(name))

    def _cached(
        self, key: tuple[Weights, Weights] | bytes, make: Callable[[], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        with self._lock:
            if key in self._mixes:
                self._mixes.move_to_end(key)
                return self._mixes[key]
        mix = make()
        mix.flags.writeable = False
        with self._lock:
            mix = self._mixes.setdefault(key, mix)
            self._mixes.move_to_end(key)
            while len(self._mixes) > self._capacity:
                self._mixes.popitem(last=False)
        return mix

    def _mean_deviation(self) -> NDArray[np.float32]:
        """How the rows of English packs differ from their reference, shape (510, 256): the mean over the packs."""
        if self._deviation is None:
            names = [name for name in pack_names() if name[0] in ENGLISH]
            total = np.zeros((LENGTHS, WIDTH), dtype=np.float64)
            for name in names:
                pack = self._read(name)
                total += pack - _reference(pack)
            self._deviation = (total / len(names)).astype(np.float32)
        return self._deviation

    def _mix(self, timbre: Weights, prosody: Weights) -> NDArray[np.float32]:
        files = {name: self._read(name) for name, _ in timbre + prosody}
        mix = np.zeros((LENGTHS, WIDTH), dtype=np.float32)
        for weights, half in ((timbre, np.s_[:, :TIMBRE_WIDTH]), (prosody, np.s_[:, TIMBRE_WIDTH:])):
            for name, weight in weights:
                mix[half] += np.float32(weight) * files[name][half]
        return mix

    def _read(self, name: str) -> NDArray[np.float32]:
        path = self._folder / f"{name}.bin"
        try:
            size = path.stat().st_size
            if size != _BYTES:
                raise ModelFileError(f"{path} has {size} bytes instead of {_BYTES}; run `{PULL_COMMAND}`")
            return np.fromfile(path, dtype=np.float32).reshape(LENGTHS, WIDTH)
        except OSError as error:
            raise ModelFileError(f"cannot read {path}: {error.strerror}; run `{PULL_COMMAND}`") from error


def _reference(pack: NDArray[np.float32]) -> NDArray[np.float32]:
    mean: NDArray[np.float32] = pack[REFERENCE_ROWS].mean(axis=0)
    return mean
