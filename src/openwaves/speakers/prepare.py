"""Makes the graphs of the speaker encoders out of the fetched weights, once for each model folder."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx

from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError
from openwaves.models import process
from openwaves.models.prepared import made_once
from openwaves.models.store import CAMPPLUS_WEIGHTS, CLONING_PREPARED, GE2E_WEIGHTS, ModelStore
from openwaves.speakers import networks
from openwaves.speakers.checkpoint import read_checkpoint

RECIPE = "1"  # raise it whenever the graphs change


@dataclass(frozen=True, slots=True)
class PreparedEncoders:
    """Where the graphs lie.

    Attributes:
        folder: The folder that holds them.
    """

    folder: Path

    @property
    def campplus(self) -> Path:
        """See ``networks``."""
        return self.folder / "campplus.onnx"

    @property
    def ge2e(self) -> Path:
        """See ``networks``."""
        return self.folder / "ge2e.onnx"


def prepare_encoders(
    store: ModelStore, report: Callable[[str], None] = lambda line: None, cancel: CancelToken | None = None
) -> PreparedEncoders:
    """Make the graphs unless that was done before; several processes may call this at once.

    Args:
        store: The model folder.
        report: Told what is being done.
        cancel: Ends the work; nothing half-made stays.

    Raises:
        CancelledWorkError: ``cancel`` was cancelled.
        ModelFileError: The weights are missing or damaged, or the folder is not writable.
    """
    cancel = cancel or CancelToken()
    ready = PreparedEncoders(store.root / CLONING_PREPARED / _key(store))

    def make(folder: Path) -> None:
        report("preparing the speaker encoders (once, about 3 s)")
        process.call(make_graphs, store.root, folder, cancel=cancel)

    made_once(ready.folder, make, "prepared encoders", cancel)
    return ready


def make_graphs(root: str, folder: str) -> None:
    """Make the graphs in an empty folder.

    Raises:
        ModelFileError: The weights in the model folder ``root`` are missing or not the expected ones.
    """
    store, made = ModelStore(Path(root)), PreparedEncoders(Path(folder))
    try:
        onnx.save(networks.campplus(read_checkpoint(store.require(CAMPPLUS_WEIGHTS))), made.campplus)
        weights = read_checkpoint(store.require(GE2E_WEIGHTS))
        inner = {name.removeprefix("model_state."): value for name, value in weights.items()}
        onnx.save(networks.ge2e(inner), made.ge2e)
    except (KeyError, ValueError) as error:
        raise ModelFileError(f"the weights of the speaker encoders are not the expected ones: {error}") from error


def _key(store: ModelStore) -> str:
    """Names the content of the weights and of this recipe."""
    pinned = {file.path: file.sha256 for file in store.files}
    parts = (RECIPE, pinned[CAMPPLUS_WEIGHTS], pinned[GE2E_WEIGHTS])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
