"""Reads the tensors of a PyTorch checkpoint without PyTorch: the zip format and the older one.

Only tensors and plain containers are made; every other class that a checkpoint names becomes None.

Source: torch/serialization.py, ``_load`` and ``_legacy_load``.
"""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from openwaves.errors import ModelFileError

Tensor = NDArray[Any]

_TYPES = {
    "DoubleStorage": np.float64,
    "FloatStorage": np.float32,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "ByteStorage": np.uint8,
    "BoolStorage": np.bool_,
}
_HEADER_PICKLES = 3  # magic number, protocol version and system, before the content in the older format


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Every named tensor of a checkpoint; names of nested dictionaries are joined with dots.

    Raises:
        ModelFileError: It cannot be read.
    """
    try:
        content = _read_zip(path) if zipfile.is_zipfile(path) else _read_stream(path)
    except (OSError, pickle.UnpicklingError, struct.error, LookupError, ValueError) as error:
        raise ModelFileError(f"{path} is not a checkpoint that can be read: {error}") from error
    return dict(_flat(content, ""))


class _Storage:
    """Memory that tensors are views of; filled after the tensors were named."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        self.data: Tensor = np.zeros(0, self.dtype)


class _View:
    """A tensor whose storage is not read yet."""

    def __init__(self, storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any):
        self._parts = storage, offset, shape, strides

    def tensor(self) -> Tensor:
        storage, offset, shape, strides = self._parts
        data = storage.data[offset:]
        steps = [stride * data.itemsize for stride in strides]
        reach = sum((length - 1) * step for length, step in zip(shape, steps, strict=True)) + data.itemsize
        if reach > data.nbytes or min(shape, default=1) < 0 or min(steps, default=0) < 0:
            raise ValueError("a tensor reaches past its storage")
        return np.lib.stride_tricks.as_strided(data, shape, steps).copy()


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case "collections", "OrderedDict":
                return OrderedDict
            case "torch._utils", "_rebuild_tensor_v2":
                return _View
            case "torch", name if name in _TYPES:
                return name
        return _nothing

    def persistent_load(self, pid: Any) -> _Storage:
        _, kind, key, *_ = pid
        return self.storages.setdefault(key, _Storage(_TYPES[kind]))


def _nothing(*_: Any, **__: Any) -> None:
    """Stands for every class that is not a tensor or a container."""


def _read_zip(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        (index,) = (name for name in archive.namelist() if name.endswith("/data.pkl"))
        unpickler = _Unpickler(io.BytesIO(archive.read(index)))
        content = unpickler.load()
        for key, storage in unpickler.storages.items():
            storage.data = np.frombuffer(archive.read(f"{index.removesuffix('data.pkl')}data/{key}"), storage.dtype)
    return content


def _read_stream(path: Path) -> Any:
    with path.open("rb") as file:
        for _ in range(_HEADER_PICKLES):
            _Unpickler(file).load()
        unpickler = _Unpickler(file)
        content = unpickler.load()
        for key in _Unpickler(file).load():
            storage = unpickler.storages[key]
            (length,) = struct.unpack("<q", file.read(8))
            storage.data = np.frombuffer(file.read(length * storage.dtype.itemsize), storage.dtype)
    return content


def _flat(content: Any, prefix: str) -> list[tuple[str, Tensor]]:
    found: list[tuple[str, Tensor]] = []
    if isinstance(content, dict):
        for name, item in content.items():
            found += _flat(item, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(content, _View):
        found.append((prefix, content.tensor()))
    return found
