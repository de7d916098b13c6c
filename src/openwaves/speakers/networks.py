"""Builds the graphs of the two speaker encoders from their published weights.

CAM++: ``features`` (1, n_frames, 80) to ``embedding`` (1, 192).
GE2E: ``windows`` (n_windows, 160, 40) to ``embeddings`` (n_windows, 256).

Source: H. Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking",
2023, and the layer names in the checkpoint of 3D-Speaker. L. Wan et al., "Generalized End-to-End Loss for Speaker
Verification", 2018, and the layer names in the checkpoint of Resemblyzer.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from openwaves.speakers.checkpoint import Tensor

OPSET = 18
IR_VERSION = 9
EPSILON = 1e-5  # of batch normalization
CONTEXT_FRAMES = 100  # over which CAM++ averages the context of its masks
DENSE_BLOCKS = ((12, 1), (24, 2), (16, 2))  # layers and dilation of each
LSTM_LAYERS = 3
LSTM_WIDTH = 256

_TIME = np.array([2], np.int64)


class _Builder:
    """Collects nodes and constants under names of its own."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: NDArray[Any]) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, *inputs: str, outputs: tuple[str, ...] = (), **attributes: Any) -> str:
        """Add a node; the name of its first output that is used."""
        names = outputs or (f"t{len(self.nodes)}",)
        self.nodes.append(helper.make_node(kind, list(inputs), list(names), **attributes))
        return names[-1]

    def relu(self, x: str) -> str:
        return self.op("Relu", x)

    def norm(self, name: str) -> tuple[Tensor, Tensor]:
        """Factor and offset of a batch normalization."""
        mean, variance = self.weights[f"{name}.running_mean"], self.weights[f"{name}.running_var"]
        factor = self.weights.get(f"{name}.weight", np.ones_like(mean)) / np.sqrt(variance + EPSILON)
        offset = self.weights.get(f"{name}.bias", np.zeros_like(mean)) - mean * factor
        return factor.astype(np.float32), offset.astype(np.float32)

    def norm_relu(self, x: str, name: str) -> str:
        factor, offset = (self.constant(value[None, :, None]) for value in self.norm(name))
        return self.relu(self.op("Add", self.op("Mul", x, factor), offset))

    def conv(self, x: str, name: str, norm: str = "", **attributes: Any) -> str:
        """A convolution, with the batch normalization that follows it folded in."""
        kernel, bias = self.weights[f"{name}.weight"], self.weights.get(f"{name}.bias")
        if norm:
            factor, offset = self.norm(norm)
            kernel = kernel * factor.reshape(-1, *[1] * (kernel.ndim - 1))
            bias = offset if bias is None else bias * factor + offset
        inputs = [x, self.constant(kernel)] + ([] if bias is None else [self.constant(bias)])
        return self.op("Conv", *inputs, kernel_shape=kernel.shape[2:], **attributes)

    def model(self, name: str, source: tuple[str, list[Any]], target: tuple[str, list[Any]]) -> Any:
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(source[0], TensorProto.FLOAT, source[1])],
            [helper.make_tensor_value_info(target[0], TensorProto.FLOAT, target[1])],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return model


def campplus(weights: Mapping[str, Tensor]) -> Any:
    """The graph of CAM++.

    Raises:
        KeyError: The weights are those of another network.
    """
    build = _Builder(weights)
    x = _front(build)
    n_frames = build.op("Gather", build.op("Shape", x), build.constant(np.array(2)), axis=0)
    frames = build.op("Range", build.constant(np.array(0)), n_frames, build.constant(np.array(1)))
    contexts = build.op("Div", frames, build.constant(np.array(CONTEXT_FRAMES)))
    for number, (n_layers, dilation) in enumerate(DENSE_BLOCKS, 1):
        for layer in range(1, n_layers + 1):
            x = _dense_layer(build, x, f"xvector.block{number}.tdnnd{layer}", dilation, contexts)
        transit = f"xvector.transit{number}"
        x = build.conv(build.norm_relu(x, f"{transit}.nonlinear.batchnorm"), f"{transit}.linear")
    x = build.norm_relu(x, "xvector.out_nonlinear.batchnorm")
    x = _statistics(build, x, n_frames)
    factor, offset = build.norm("xvector.dense.nonlinear.batchnorm")
    matrix = weights["xvector.dense.linear.weight"][:, :, 0] * factor[:, None]
    build.op("Gemm", x, build.constant(matrix.T), build.constant(offset), outputs=("embedding",))
    return build.model("campplus", ("features", [1, "n_frames", 80]), ("embedding", [1, 192]))


def _front(build: _Builder) -> str:
    """Two-dimensional convolutions over time and frequency, then the first one over time; shape (1, 128, n / 2)."""
    same = {"pads": [1, 1, 1, 1]}
    x = build.op("Unsqueeze", build.op("Transpose", "features", perm=[0, 2, 1]), build.constant(np.array([1])))
    x = build.relu(build.conv(x, "head.conv1", "head.bn1", **same))
    for name, stride in (("layer1.0", 2), ("layer1.1", 1), ("layer2.0", 2), ("layer2.1", 1)):
        block = f"head.{name}"
        y = build.relu(build.conv(x, f"{block}.conv1", f"{block}.bn1", strides=[stride, 1], **same))
        y = build.conv(y, f"{block}.conv2", f"{block}.bn2", **same)
        if f"{block}.shortcut.0.weight" in build.weights:
            x = build.conv(x, f"{block}.shortcut.0", f"{block}.shortcut.1", strides=[stride, 1])
        x = build.relu(build.op("Add", y, x))
    x = build.relu(build.conv(x, "head.conv2", "head.bn2", strides=[2, 1], **same))
    x = build.op("Reshape", x, build.constant(np.array([0, 320, -1])))
    tdnn = "xvector.tdnn"
    return build.relu(build.conv(x, f"{tdnn}.linear", f"{tdnn}.nonlinear.batchnorm", strides=[2], pads=[2, 2]))


def _dense_layer(build: _Builder, x: str, name: str, dilation: int, contexts: str) -> str:
    """One layer of a dense block: a local convolution under a mask that sees the whole and the near context."""
    y = build.norm_relu(x, f"{name}.nonlinear1.batchnorm")
    y = build.relu(build.conv(y, f"{name}.linear1", f"{name}.nonlinear2.batchnorm"))
    local = build.conv(y, f"{name}.cam_layer.linear_local", dilations=[dilation], pads=[dilation, dilation])
    near = build.op(
        "AveragePool",
        y,
        kernel_shape=[CONTEXT_FRAMES],
        strides=[CONTEXT_FRAMES],
        ceil_mode=1,
        count_include_pad=0,
    )
    near = build.op("Gather", near, contexts, axis=2)
    context = build.op("Add", build.op("ReduceMean", y, build.constant(_TIME), keepdims=1), near)
    mask = build.relu(build.conv(context, f"{name}.cam_layer.linear1"))
    mask = build.op("Sigmoid", build.conv(mask, f"{name}.cam_layer.linear2"))
    return build.op("Concat", x, build.op("Mul", local, mask), axis=1)


def _statistics(build: _Builder, x: str, n_frames: str) -> str:
    """Mean and standard deviation over time."""
    time = build.constant(_TIME)
    mean = build.op("ReduceMean", x, time, keepdims=1)
    off = build.op("Sub", x, mean)
    squares = build.op("ReduceSum", build.op("Mul", off, off), time, keepdims=0)
    n_less_one = build.op(
        "Sub", build.op("Cast", n_frames, to=TensorProto.FLOAT), build.constant(np.array(1, np.float32))
    )
    deviation = build.op("Sqrt", build.op("Div", squares, n_less_one))
    return build.op("Concat", build.op("Squeeze", mean, time), deviation, axis=1)


def ge2e(weights: Mapping[str, Tensor]) -> Any:
    """The graph of GE2E.

    Raises:
        KeyError: The weights are those of another network.
    """
    build = _Builder(weights)
    x = build.op("Transpose", "windows", perm=[1, 0, 2])
    last = ""
    for layer in range(LSTM_LAYERS):
        into, back, bias_into, bias_back = (
            _gates(weights[f"lstm.{name}_l{layer}"]) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        matrices = (into[None], back[None], np.concatenate([bias_into, bias_back])[None])
        whole, last = f"whole{layer}", f"last{layer}"
        build.op(
            "LSTM", x, *(build.constant(value) for value in matrices), outputs=(whole, last), hidden_size=LSTM_WIDTH
        )
        x = build.op("Squeeze", whole, build.constant(np.array([1])))
    last = build.op("Squeeze", last, build.constant(np.array([0])))
    matrix, bias = weights["linear.weight"], weights["linear.bias"]
    raw = build.relu(build.op("Gemm", last, build.constant(matrix.T), build.constant(bias)))
    length = build.op("ReduceL2", raw, build.constant(np.array([1])), keepdims=1)
    build.op("Div", raw, length, outputs=("embeddings",))
    return build.model("ge2e", ("windows", ["n_windows", "n_frames", 40]), ("embeddings", ["n_windows", 256]))


def _gates(values: Tensor) -> Tensor:
    """From PyTorch's order of gates (input, forget, cell, output) to that of ONNX (input, output, forget, cell)."""
    gate_in, forget, cell, out = np.split(values, 4)
    return np.concatenate([gate_in, out, forget, cell])
