"""Makes three graphs of Moonshine's two published ones, once for each model folder and kind of processor.

``encoder.onnx``  the encoder
``init.onnx``     the decoder for any number of tokens at once, no cache: the start, a prefix, a guess
``step.onnx``     the decoder for one more token

The published decoder is one graph with a branch for each; only a graph of its own can hand out the attention. Both give
``logits``, the cache ``present.*`` and, for each layer N, the attention to the sound ``attention.N``, shape
(1, n_heads, n_tokens, n_frames). Products are those of ``integers``.

Source: N. Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice Commands", 2024, and the
names in the published graphs.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
from onnx import TensorProto, helper

from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError
from openwaves.models.prepared import made_once
from openwaves.models.session import signed_products_are_exact
from openwaves.stt.engines.moonshine.integers import make_exact, multiply_embeddings

RECIPE = "2"  # raise it whenever the graphs change
ENCODER = "encoder_model.onnx"
DECODER = "decoder_model_merged.onnx"
TOKENIZER = "tokenizer.json"
PREPARED = "prepared"
BRANCHES = {"else_branch": "init", "then_branch": "step"}
IR_VERSION = 8


@dataclass(frozen=True, slots=True)
class PreparedMoonshine:
    """Where the parts lie.

    Attributes:
        encoder: See above.
        init: See above.
        step: See above.
        tokenizer: As published.
    """

    encoder: Path
    init: Path
    step: Path
    tokenizer: Path


def prepare(folder: Path, report: Callable[[str], None] = lambda line: None) -> PreparedMoonshine:
    """Make the graphs unless that was done before; several processes may call this at once.

    Args:
        folder: Holds the encoder and the decoder as published, and the tokenizer, or its parent does.
        report: Told what is being done.

    Raises:
        ModelFileError: A file is missing or is not such a network, or the folder is not writable.
    """
    encoder, decoder = folder / ENCODER, folder / DECODER
    tokenizer = next((place / TOKENIZER for place in (folder, folder.parent) if (place / TOKENIZER).is_file()), None)
    if tokenizer is None or not decoder.is_file() or not encoder.is_file():
        raise ModelFileError(f"{folder} lacks {ENCODER}, {DECODER} or {TOKENIZER}: it holds no Moonshine network")
    made = folder / PREPARED / _key(encoder, decoder)

    def make(target: Path) -> None:
        report("preparing the recogniser (once, about 3 s)")
        _make(encoder, decoder, target)

    made_once(made, make, "prepared recogniser", CancelToken())
    return PreparedMoonshine(made / "encoder.onnx", made / "init.onnx", made / "step.onnx", tokenizer)


def _make(encoder: Path, decoder: Path, target: Path) -> None:
    try:
        model = onnx.load(encoder)
        make_exact(model.graph)
        onnx.save(model, target / "encoder.onnx")
        model = onnx.load(decoder)
        (choice,) = (node for node in model.graph.node if node.op_type == "If")
        for attribute in choice.attribute:
            name = BRANCHES[attribute.name]
            branch = _extracted(model, choice, attribute.g, name)
            multiply_embeddings(branch.graph)
            make_exact(branch.graph)
            onnx.save(branch, target / f"{name}.onnx")
    except (KeyError, ValueError, StopIteration) as error:
        raise ModelFileError(f"{decoder} is not a Moonshine decoder as published: {error}") from error


def _extracted(model: Any, choice: Any, branch: Any, name: str) -> Any:
    """A branch as a model of its own, which also gives the attention to the sound."""
    nodes = list(branch.node)
    used = {name for node in nodes for name in node.input}
    outer = {output.name: output for output in model.graph.output}
    outputs = []
    for inner, given in zip(branch.output, choice.output, strict=True):
        if inner.name != given:
            nodes.append(helper.make_node("Identity", [inner.name], [given]))
        outputs.append(outer[given])
    weights = [value for value in model.graph.initializer if value.name in used] + list(branch.initializer)
    inputs = [value for value in model.graph.input if value.name in used]
    # Each layer looks at the tokens first, then at the sound.
    for layer, attention in enumerate(_named(branch.node, "Softmax")[1::2]):
        nodes.append(helper.make_node("Identity", [attention.output[0]], [f"attention.{layer}"]))
        outputs.append(helper.make_tensor_value_info(f"attention.{layer}", TensorProto.FLOAT, ["b", "h", "q", "k"]))
    graph = helper.make_graph(nodes, name, inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=IR_VERSION)


def _named(nodes: Iterable[Any], kind: str) -> list[Any]:
    return [node for node in nodes if node.op_type == kind]


def _key(*files: Path) -> str:
    """Names the content of the files, this recipe, and the kind of processor."""
    found = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            found.update(hashlib.file_digest(content, "sha256").digest())
    found.update(RECIPE.encode() + (b"" if signed_products_are_exact() else b"unsigned"))
    return found.hexdigest()[:16]
