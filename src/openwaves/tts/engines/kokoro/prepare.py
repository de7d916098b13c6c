"""Makes three graphs of the published Kokoro network, once for each machine.

``encoder.onnx``      phonemes and style to durations, text features, pitch and energy; int8 products, ONNX Runtime
``decoder-ort.onnx``  those and the harmonic source to the output spectrum; signed int8, ONNX Runtime
``decoder-ov.onnx``   the same for OpenVINO: static int8 where clip values are known, bf16 or float32 elsewhere

They lie in a folder named by the content of the network and of this recipe, and appear there all at once.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError
from openwaves.models import process
from openwaves.models.prepared import made_once
from openwaves.models.session import signed_products_are_exact
from openwaves.tts.engines.kokoro import rewrite, rewrite_decoder, rewrite_encoder
from openwaves.tts.engines.kokoro.graph import Graph, build, renamed

RECIPE = "4"  # raise it whenever the prepared graphs change

NAMES = {
    "/encoder/Gather_output_0": "durations",
    "/encoder/MatMul_1_output_0": "asr",
    "/decoder/decoder/Unsqueeze_output_0": "f0",
    "/decoder/decoder/Unsqueeze_1_output_0": "n",
    "/decoder/decoder/generator/Concat_3_output_0": "har",
    "/decoder/decoder/generator/conv_post/Conv_output_0": "spec",
}
_DURATIONS, _ASR, _F0, _N, _HAR, _SPEC = NAMES
_TEXT_INPUTS = (
    ("tokens", TensorProto.INT64, [1, "tokens"]),
    ("style", TensorProto.FLOAT, [1, 256]),
    ("speed", TensorProto.FLOAT, ["tokens"]),
)
_SOUND_INPUTS = (
    (_ASR, TensorProto.FLOAT, [1, 512, "frames"]),
    (_F0, TensorProto.FLOAT, [1, 1, "values"]),
    (_N, TensorProto.FLOAT, [1, 1, "values"]),
    ("style", TensorProto.FLOAT, [1, 256]),
    (_HAR, TensorProto.FLOAT, [1, 22, "steps"]),
)


@dataclass(frozen=True, slots=True)
class PreparedNetwork:
    """Where the prepared graphs lie.

    Attributes:
        folder: The folder that holds them; compiled forms are cached beside them.
    """

    folder: Path

    @property
    def encoder(self) -> Path:
        """For ONNX Runtime."""
        return self.folder / "encoder.onnx"

    @property
    def decoder_ort(self) -> Path:
        """For ONNX Runtime."""
        return self.folder / "decoder-ort.onnx"

    @property
    def decoder_openvino(self) -> Path:
        """For OpenVINO."""
        return self.folder / "decoder-ov.onnx"


def prepare(
    network: Path,
    target: Path,
    report: Callable[[str], None] = lambda line: None,
    cancel: CancelToken | None = None,
) -> PreparedNetwork:
    """Prepare the network unless that was done before.

    Several processes may call this at once: one works, the others wait.

    Args:
        network: The published int8 graph; its content must have been checked.
        target: Folder of prepared networks.
        report: Told what is being done.
        cancel: Ends the work; nothing half-made stays.

    Raises:
        CancelledWorkError: ``cancel`` was cancelled.
        ModelFileError: The graph is not the one that the recipe is for, or the folder is not writable.
    """
    cancel = cancel or CancelToken()
    ready = PreparedNetwork(target / _key(network, _clips()))

    def make(folder: Path) -> None:
        report("preparing the Kokoro network for this machine (once, about 15 s)")
        process.call(make_graphs, network, folder, cancel=cancel)

    made_once(ready.folder, make, "prepared network", cancel)
    return ready


def make_graphs(network: str, folder: str) -> None:
    """Make the three graphs in an empty folder.

    Raises:
        ModelFileError: The graph is not the one that the recipe is for.
    """
    made, clips = PreparedNetwork(Path(folder)), _clips()
    try:
        published = onnx.load(network)
        encoder = Graph(_cut(published, _TEXT_INPUTS, (_DURATIONS, _ASR, _F0, _N)))
        rewrite_encoder.multiply_convolutions(encoder)
        rewrite_encoder.use_unsigned_weights(encoder)
        rewrite_encoder.multiply_means(encoder)
        rewrite_encoder.unroll_pools(encoder)
        onnx.save(encoder.apply(), str(made.encoder))
        signed = Graph(published)
        rewrite.use_signed_activations(signed)
        onnx.save(_cut(signed.apply(), _SOUND_INPUTS, (_SPEC,)), str(made.decoder_ort))
        folded = Graph(onnx.load(network))
        rewrite.fold_convolutions(folded, clips)
        rewrite.fold_products(folded)
        plain = Graph(_cut(folded.apply(), _SOUND_INPUTS, (_SPEC,)))
        rewrite_decoder.merge_norms(plain)
        rewrite_decoder.unroll_upsampling(plain)
        onnx.save(rewrite_decoder.add_height(plain.apply()), str(made.decoder_openvino))
    except ValueError as error:
        raise ModelFileError(f"{network} is not the Kokoro graph that this version prepares: {error}") from error


def _cut(model: Any, inputs: tuple[tuple[str, int, list[Any]], ...], outputs: tuple[str, ...]) -> Any:
    """The part of a graph between some tensors, under short names."""
    constants = {item.name: onnx.numpy_helper.to_array(item) for item in model.graph.initializer}
    kinds = {_DURATIONS: TensorProto.INT64}
    part = build(
        model,
        list(model.graph.node),
        constants,
        [helper.make_tensor_value_info(*row) for row in inputs],
        [helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), None) for name in outputs],
        outputs,
    )
    return renamed(part, NAMES)


def _clips() -> dict[str, float]:
    """Tensor name to the absolute value at which it is clipped: MSE-optimal over twelve voices."""
    text = (files("openwaves.tts.engines.kokoro") / "clips.json").read_text(encoding="utf-8")
    values: dict[str, float] = json.loads(text)
    return values


def _key(network: Path, clips: Mapping[str, float]) -> str:
    recipe = [RECIPE, dict(clips)] if signed_products_are_exact() else [RECIPE, dict(clips), "unsigned"]
    digest = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode())
    with network.open("rb") as content:
        digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:16]
