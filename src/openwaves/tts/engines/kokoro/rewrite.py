"""Rewrites of the published int8 graph that keep its function and make it fast.

The export computes with dynamically quantized integers (DynamicQuantizeLinear, ConvInteger, Cast, Mul). For ONNX
Runtime the activations become signed, which its kernels multiply faster. For OpenVINO the convolutions become plain
ones again, with clip values measured beforehand, so that its own int8 kernels take them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from onnx import helper

from openwaves.tts.engines.kokoro.graph import Graph, Node, Tensor, attributes, make

ZERO = 128  # of quantized activations: OpenVINO multiplies unsigned ones


def use_signed_activations(graph: Graph) -> None:
    """Feed every ConvInteger with int8 instead of uint8; the result is the same, bit by bit."""
    done: dict[str, str] = {}
    flip = graph.add_constant("signed/flip", np.array(128, np.uint8))
    for node in graph.nodes:
        if node.op_type != "ConvInteger":
            continue
        new: list[Node] = []
        for place in (0, 2):
            name = node.input[place]
            if name not in done:
                done[name] = f"{name}/signed"
                new.append(helper.make_node("BitwiseXor", [name, flip], [f"{name}/flipped"]))
                new.append(helper.make_node("Cast", [f"{name}/flipped"], [done[name]], to=3))
        copy = helper.make_node("ConvInteger", list(node.input), list(node.output), name=node.name)
        copy.attribute.extend(node.attribute)
        copy.input[0], copy.input[2] = done[node.input[0]], done[node.input[2]]
        graph.replace(node, [*new, copy])


def fold_convolutions(graph: Graph, clips: Mapping[str, float]) -> None:
    """Turn dynamically quantized convolutions into Conv.

    Args:
        graph: The graph.
        clips: Input tensor to the value at which it is clipped: such a convolution gets static int8 input and the
            network's own integer weights. Others become float32.
    """
    zero_point = graph.add_constant("static/zero", np.array(ZERO, np.uint8))
    quantized: set[str] = set()
    for node in graph.nodes:
        if node.op_type != "ConvInteger":
            continue
        source, weights, zero, bias, scale, ends = convolution_parts(graph, node)
        integers = weights.astype(np.int32) - int(zero.ravel()[0])
        *dropped, scaling = ends
        if scale.size != 1:
            raise ValueError(f"{scaling.name}: its weights have no single scale")
        name, conv_name = node.input[1], f"{node.name}/folded"
        options = attributes(node)
        new: list[Node] = []
        if source in clips:
            scale_name = f"{source}/scale"
            if source not in quantized:
                quantized.add(source)
                graph.add_constant(scale_name, np.array(clips[source] / 127, np.float32))
                new.append(make("QuantizeLinear", [source, scale_name, zero_point], f"{source}/uint8"))
            padded = _padded(graph, f"{source}/uint8", options, zero_point, new, conv_name)
            new.append(make("DequantizeLinear", [padded, scale_name, zero_point], f"{conv_name}/input"))
            new.append(_dequantized(graph, name, integers, scale))
            operands = [f"{conv_name}/input", f"{name}/static"]
        else:
            operands = [source, graph.add_constant(f"{name}/float", (integers * scale).astype(np.float32))]
        conv = helper.make_node(
            "Conv", [*operands, *([bias] if bias else [])], [scaling.output[0]], name=conv_name, **options
        )
        graph.replace(scaling, [*new, conv], without=[node, *dropped])


def fold_products(graph: Graph) -> None:
    """Turn dynamically quantized matrix products into float32 MatMul."""
    for node in graph.nodes:
        if node.op_type != "MatMulInteger":
            continue
        source = dynamic_input(graph, node, 0).input[0]
        zero = graph.value(node.input[3]) if len(node.input) > 3 else np.zeros(1, np.uint8)
        cast = graph.reader(node.output[0])
        scaling = graph.reader(cast.output[0])
        scale = weight_scale(graph, scaling, cast.output[0])
        weights = (graph.value(node.input[1]).astype(np.float32) - zero.astype(np.float32)) * scale
        name = graph.add_constant(f"{node.input[1]}/float", weights.astype(np.float32))
        product = helper.make_node("MatMul", [source, name], [scaling.output[0]], name=f"{node.name}/folded")
        graph.replace(scaling, [product], without=[node, cast])


class ConvolutionParts(NamedTuple):
    """A dynamically quantized convolution.

    Attributes:
        source: Its input before quantization.
        weights: Integers, shape (n_out, n_in, n_taps).
        zero: Their zero point.
        bias: Name of the float32 bias, or nothing.
        scale: Of the weights.
        ends: The nodes after it, in order; the last one gives its result.
    """

    source: str
    weights: Tensor
    zero: Tensor
    bias: str
    scale: Tensor
    ends: list[Node]


def convolution_parts(graph: Graph, node: Node) -> ConvolutionParts:
    """Read a ConvInteger and what belongs to it.

    Raises:
        ValueError: It is not followed by an optional bias, Cast and scaling.
    """
    source = dynamic_input(graph, node, 0).input[0]
    zero = graph.value(node.input[3]) if len(node.input) > 3 else np.zeros(1, np.uint8)
    bias, ends = "", [graph.reader(node.output[0])]
    if ends[0].op_type == "Add":
        bias = float_bias(graph, next(name for name in ends[0].input if name != node.output[0]))
        ends.append(graph.reader(ends[0].output[0]))
    cast = ends[-1]
    if cast.op_type != "Cast":
        raise ValueError(f"{node.name}: expected Cast, found {cast.op_type}")
    ends.append(graph.reader(cast.output[0]))
    scale = weight_scale(graph, ends[-1], cast.output[0])
    return ConvolutionParts(source, graph.value(node.input[1]), zero, bias, scale, ends)


def dynamic_input(graph: Graph, node: Node, place: int) -> Node:
    """What quantizes an input of a node.

    Raises:
        ValueError: It is not dynamically quantized.
    """
    maker = graph.maker(node.input[place])
    if maker is None or maker.op_type != "DynamicQuantizeLinear":
        raise ValueError(f"{node.name}: input {place} is not dynamically quantized")
    return maker


def float_bias(graph: Graph, name: str) -> str:
    """The float32 bias behind its quantization, which divides by the product of the scales.

    Raises:
        ValueError: Nothing divides.
    """
    maker = graph.maker(name)
    while maker is not None and maker.op_type != "Div":
        maker = graph.maker(maker.input[0])
    if maker is None:
        raise ValueError(f"bias {name} is not quantized by a division")
    return str(maker.input[0])


def weight_scale(graph: Graph, scaling: Node, product: str) -> Tensor:
    """The constant factor of the Mul that ends a quantized product; the other factor belongs to the input.

    Raises:
        ValueError: There is none.
    """
    other = next(name for name in scaling.input if name != product)
    maker = graph.maker(other)
    scales = [] if maker is None else [graph.constant(name) for name in maker.input]
    scale = next((value for value in scales if value is not None), None)
    if scaling.op_type != "Mul" or scale is None:
        raise ValueError(f"{scaling.name}: the scale of its weights is not constant")
    return scale.astype(np.float32)


def _padded(graph: Graph, integers: str, options: dict[str, Any], zero_point: str, new: list[Node], name: str) -> str:
    """Take the padding out of a convolution's options and add it to ``new`` as a step of its own.

    Padding inside a convolution of integers with a zero point is slow, with dilation twice as slow as without.
    """
    pads = options.pop("pads", [0, 0])
    options.pop("auto_pad", None)
    if not any(pads):
        return integers
    widths = graph.add_constant(f"{name}/pads", np.array([0, 0, pads[0], 0, 0, pads[1]], np.int64))
    new.append(make("Pad", [integers, widths, zero_point], f"{name}/padded"))
    return f"{name}/padded"


def _dequantized(graph: Graph, name: str, integers: Tensor, scale: Tensor) -> Node:
    if np.abs(integers).max() > 127:
        raise ValueError(f"weights {name} do not fit int8")
    n_out = len(integers)
    values = graph.add_constant(f"{name}/int8", integers.astype(np.int8))
    scales = graph.add_constant(f"{name}/scales", np.full(n_out, scale.item(), np.float32))
    zeros = graph.add_constant(f"{name}/zeros", np.zeros(n_out, np.int8))
    return helper.make_node(
        "DequantizeLinear", [values, scales, zeros], [f"{name}/static"], name=f"{name}/dequantize", axis=0
    )
