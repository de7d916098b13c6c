"""Style packs: what makes one network speak with many voices."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openwaves.errors import ModelFileError
from openwaves.voices.models import PULL_COMMAND

LENGTHS = 510
WIDTH = 256
TIMBRE_WIDTH = 128
"""Leading columns of a style that carry the timbre; the others carry the prosody."""

_BYTES = LENGTHS * WIDTH * np.dtype(np.float32).itemsize

Weights = tuple[tuple[str, float], ...]


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
        self._mixes: OrderedDict[tuple[Weights, Weights], NDArray[np.float32]] = OrderedDict()
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
        with self._lock:
            if key in self._mixes:
                self._mixes.move_to_end(key)
                return self._mixes[key]
        mix = self._mix(*key)
        with self._lock:
            mix = self._mixes.setdefault(key, mix)
            self._mixes.move_to_end(key)
            while len(self._mixes) > self._capacity:
                self._mixes.popitem(last=False)
        return mix

    def _mix(self, timbre: Weights, prosody: Weights) -> NDArray[np.float32]:
        files = {name: self._read(name) for name, _ in timbre + prosody}
        mix = np.zeros((LENGTHS, WIDTH), dtype=np.float32)
        for weights, half in ((timbre, np.s_[:, :TIMBRE_WIDTH]), (prosody, np.s_[:, TIMBRE_WIDTH:])):
            for name, weight in weights:
                mix[half] += np.float32(weight) * files[name][half]
        mix.flags.writeable = False
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
