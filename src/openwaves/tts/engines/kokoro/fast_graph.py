"""The network of the fast decoder as an ONNX graph that goes on where its last call ended.

The graph takes some steps of 12.5 ms and gives the gains of the steps that were ``delay`` earlier. What a convolution
needs of the steps before is kept in ``memory`` between calls, so nothing is computed twice, and pieces of any length
give what the whole would. Steps before the first and after the last are silence to every convolution: ``inside`` marks
them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
BINS = 376
CURVES = 11
KERNEL = 7
MEMORY = KERNEL - 1  # steps that a block keeps
CURVES_AROUND = 2  # steps of the curves that the first convolution sees before and after
N_GAINS = 5

Weights = Mapping[str, NDArray[np.float32]]


def n_blocks(weights: Weights) -> int:
    """Blocks of a network."""
    return sum(name.endswith(".narrow.weight") for name in weights)


def delay(weights: Weights) -> int:
    """Steps by which gains are late."""
    return n_blocks(weights) * (KERNEL // 2)


class _Builder:
    """Collects nodes, one output each."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def add(self, kind: str, *inputs: str | NDArray[Any], n: int = 1, **attributes: object) -> Any:
        """A node; arrays among its inputs become constants. Returns its output's name, or ``n`` of them."""
        names = [part if isinstance(part, str) else self._constant(part) for part in inputs]
        outputs = [f"{kind.lower()}{len(self.nodes)}.{number}" for number in range(n)]
        self.nodes.append(helper.make_node(kind, names, outputs, **attributes))
        return outputs[0] if n == 1 else outputs

    def _constant(self, value: NDArray[Any]) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def linear(self, x: str, weights: Weights, name: str) -> str:
        """A product and a sum over the last axis."""
        product = self.add("MatMul", x, weights[f"{name}.weight"].T)
        return str(self.add("Add", product, weights[f"{name}.bias"]))

    def normal(self, x: str, style: str, weights: Weights, name: str) -> str:
        """Layer normalization, scaled and shifted by the style."""
        width = weights[f"{name}.weight"].shape[0] // 2
        film = self.add("Unsqueeze", self.linear(style, weights, name), _ints(1))
        gain, shift = self.add("Split", film, n=2, axis=2, num_outputs=2)
        even = self.add("LayerNormalization", x, np.ones(width, np.float32), axis=-1, epsilon=1e-5)
        scaled = self.add("Mul", even, self.add("Add", gain, np.ones(1, np.float32)))
        return str(self.add("Add", scaled, shift))

    def part(self, x: str, begin: int, end: int, axis: int) -> str:
        """A slice; ``end`` may count from the end."""
        return str(self.add("Slice", x, _ints(begin), _ints(end), _ints(axis)))


def _ints(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


_LAST = np.iinfo(np.int32).max


def streaming(weights: Weights) -> bytes:
    """The graph of a network.

    Inputs, float32: ``asr`` (1, 512, n / 2); ``curves`` (1, 11, n + 4), the steps with two more on both sides;
    ``style`` (1, 256); ``inside`` (n_blocks + 1, n, 1), 1 where the step that comes in to a block exists, and 0
    elsewhere; ``memory`` (n_blocks, 6, width). Outputs: ``gains`` (5, 2 · n, 376): the pulses' real and imaginary part,
    the noise, its cosine and sine; and ``kept``, the next call's ``memory``.

    Args:
        weights: By the names of the network that was trained.

    Returns:
        The serialized model.
    """
    b = _Builder()
    count = n_blocks(weights)
    width = weights["enter_asr.weight"].shape[0]
    plain = b.add("Div", b.add("Sub", "style", weights["style_mean"]), weights["style_std"])
    entered = b.linear(plain, weights, "enter_style")
    style = b.add("Mul", entered, b.add("Sigmoid", entered))
    rows = b.add("Transpose", "asr", perm=[0, 2, 1])
    rows = b.linear(b.add("Div", b.add("Sub", rows, weights["asr_mean"]), weights["asr_std"]), weights, "enter_asr")
    twice = b.add("Concat", *[b.add("Unsqueeze", rows, _ints(2))] * 2, axis=2)
    curves = b.add("Conv", "curves", weights["enter_curves.weight"], weights["enter_curves.bias"])
    x = b.add("Add", b.add("Reshape", twice, _ints(1, -1, width)), b.add("Transpose", curves, perm=[0, 2, 1]))
    x = b.add("Mul", x, b.part("inside", 0, 1, 0))
    kept = []
    for number in range(count):
        x, last = _block(b, x, style, weights, number)
        x = b.add("Mul", x, b.part("inside", number + 1, number + 2, 0))
        kept.append(last)
    b.nodes.append(helper.make_node("Concat", kept, ["kept"], axis=0))
    _gains(b, b.normal(x, style, weights, "leave_film"), weights)
    return _serialized(b, count, width)


def _block(b: _Builder, x: str, style: str, weights: Weights, number: int) -> tuple[str, str]:
    """One ConvNeXt block, three steps late; and what it keeps."""
    name = f"blocks.{number}"
    long = b.add("Concat", b.part("memory", number, number + 1, 0), x, axis=1)
    channels = b.add("Transpose", long, perm=[0, 2, 1])
    kernel = weights[f"{name}.depthwise.weight"]
    mixed = b.add("Conv", channels, kernel, weights[f"{name}.depthwise.bias"], group=kernel.shape[0])
    h = b.normal(b.add("Transpose", mixed, perm=[0, 2, 1]), style, weights, f"{name}.film")
    h = b.add("Gelu", b.linear(h, weights, f"{name}.wide"), approximate="tanh")
    scale = weights[f"{name}.scale"]
    narrow = {
        "n.weight": weights[f"{name}.narrow.weight"] * scale[:, None],
        "n.bias": weights[f"{name}.narrow.bias"] * scale,
    }
    own = b.part(long, KERNEL // 2, -(KERNEL // 2), 1)
    return str(b.add("Add", own, b.linear(h, narrow, "n"))), b.part(long, -MEMORY, _LAST, 1)


def _gains(b: _Builder, x: str, weights: Weights) -> None:
    """What the last steps say of every bin."""
    shape = _ints(-1, 4, BINS)
    level, turn, noise = b.add(
        "Split", b.add("Reshape", b.linear(x, weights, "leave"), shape), _ints(1, 2, 1), n=3, axis=1
    )
    moved = b.add("Tanh", b.add("Reshape", b.linear(x, weights, "modulate"), _ints(-1, 2, BINS)))
    bounds = (np.float32(-14), np.float32(5))
    voice = b.add("Exp", b.add("Clip", level, *map(np.array, bounds)))
    square = b.add("ReduceSum", b.add("Mul", turn, turn), _ints(1), keepdims=1)
    length = b.add("Sqrt", b.add("Add", square, np.array(1e-4, np.float32)))
    pulses = b.add("Mul", turn, b.add("Div", voice, length))
    breath = b.add("Exp", b.add("Clip", noise, *map(np.array, bounds)))
    together = b.add("Concat", pulses, breath, moved, axis=1)
    b.nodes.append(helper.make_node("Transpose", [together], ["gains"], perm=[1, 0, 2]))


def _serialized(b: _Builder, count: int, width: int) -> bytes:
    inputs = {
        "asr": [1, 512, "rows"],
        "curves": [1, CURVES, "values"],
        "style": [1, 256],
        "inside": [count + 1, "steps", 1],
        "memory": [count, MEMORY, width],
    }
    outputs = {"gains": [N_GAINS, "frames", BINS], "kept": [count, MEMORY, width]}
    described = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in side.items()]
        for side in (inputs, outputs)
    ]
    graph = helper.make_graph(b.nodes, "fast", *described, initializer=b.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
