"""Rewrites of the published int8 graph that keep its function and make it fast.

The export computes with dynamically quantized integers (DynamicQuantizeLinear, ConvInteger, Cast, Mul). For ONNX
Runtime the activations become signed, which its kernels multiply faster. For OpenVINO the convolutions become plain
ones again, with clip values measured beforehand, so that its own int8 kernels take them.
"""

from collections.abc import Mapping

import numpy as np
from onnx import helper

from openwaves.engines.kokoro.graph import Graph, Node, Tensor

SIN2_DEGREE = 5


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
    inputs: dict[str, str] = {}
    for node in graph.nodes:
        if node.op_type != "ConvInteger":
            continue
        source = dynamic_input(graph, node, 0).input[0]
        zero = graph.value(node.input[3]) if len(node.input) > 3 else np.zeros(1, np.uint8)
        integers = graph.value(node.input[1]).astype(np.int32) - int(zero.ravel()[0])
        dropped, bias, end = [node], [], graph.reader(node.output[0])
        if end.op_type == "Add":
            other = next(name for name in end.input if name != node.output[0])
            bias = [float_bias(graph, other)]
            dropped.append(end)
            end = graph.reader(end.output[0])
        if end.op_type != "Cast":
            raise ValueError(f"{node.name}: expected Cast, found {end.op_type}")
        dropped.append(end)
        scaling = graph.reader(end.output[0])
        scale = weight_scale(graph, scaling, end.output[0])
        if scale.size != 1:
            raise ValueError(f"{scaling.name}: its weights have no single scale")
        name = node.input[1]
        new: list[Node] = []
        if source in clips:
            if source not in inputs:
                inputs[source] = f"{source}/static"
                new += _quantized(graph, source, clips[source], inputs[source])
            new.append(_dequantized(graph, name, integers, scale))
            operands = [inputs[source], f"{name}/static"]
        else:
            operands = [source, graph.add_constant(f"{name}/float", (integers * scale).astype(np.float32))]
        conv = helper.make_node("Conv", [*operands, *bias], [scaling.output[0]], name=f"{node.name}/folded")
        conv.attribute.extend(node.attribute)
        graph.replace(scaling, [*new, conv], without=dropped)


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


def flatten_snakes(graph: Graph) -> None:
    """Turn sin² of the generator's activations into a polynomial.

    With u = x·α/π and r = u - round(u), sin²(x·α) = sin²(π·r), and that is a polynomial in r², fitted at Chebyshev
    points; its error is below 1e-5.
    """
    points = np.cos(np.linspace(0, np.pi, 4001)) * 0.125 + 0.125
    points = points[points > 1e-9]
    powers = np.stack([points**k for k in range(1, SIN2_DEGREE + 1)], 1)
    fitted = np.linalg.lstsq(powers, np.sin(np.pi * np.sqrt(points)) ** 2, rcond=None)[0]
    factors = [graph.add_constant(f"sin2/{k}", np.array(value, np.float32)) for k, value in enumerate(fitted)]
    for node in graph.nodes:
        if node.op_type != "Sin" or "generator" not in node.name:
            continue
        try:
            square = graph.reader(node.output[0])
        except ValueError:
            continue
        if square.op_type != "Pow":
            continue
        product = graph.maker(node.input[0])
        assert product is not None  # noqa: S101 - the input of a Sin in a valid graph that is neither input nor constant
        alpha = next(name for name in product.input if graph.constant(name) is not None)
        x = next(name for name in product.input if name != alpha)
        graph.replace(
            square, _sin2(graph, node.name, x, graph.value(alpha), factors, square.output[0]), without=[product, node]
        )


def unroll_upsampling(graph: Graph) -> None:
    """Turn the transposed convolutions of the generator into a convolution and a shuffle.

    Output sample m·s + p of a transposed convolution of stride s reads input m + d with tap p + pad - d·s: each phase
    p is a convolution of its own, and the phases are interleaved.
    """
    for node in graph.nodes:
        if node.op_type != "ConvTranspose" or "/ups." not in node.name:
            continue
        attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
        stride = attributes["strides"][0]
        pad, pad_end = attributes["pads"]
        weights = graph.value(node.input[1])
        n_in, n_out, n_taps = weights.shape
        if n_taps - stride - pad - pad_end + attributes.get("output_padding", [0])[0] != 0:
            raise ValueError(f"{node.name}: its output is not a whole multiple of its input")
        shifts = [d for d in range(-3, 4) if any(0 <= p + pad - d * stride < n_taps for p in range(stride))]
        phases = np.zeros((stride, n_out, n_in, len(shifts)), np.float32)
        for p in range(stride):
            for k, d in enumerate(shifts):
                if 0 <= (tap := p + pad - d * stride) < n_taps:
                    phases[p, :, :, k] = weights[:, :, tap].T
        name = node.name
        kernel = graph.add_constant(f"{name}/phases", phases.reshape(stride * n_out, n_in, len(shifts)))
        bias = graph.add_constant(f"{name}/bias", np.tile(graph.value(node.input[2]), stride).astype(np.float32))
        split = graph.add_constant(f"{name}/split", np.array([1, stride, n_out, -1], np.int64))
        join = graph.add_constant(f"{name}/join", np.array([1, n_out, -1], np.int64))
        pads = [-shifts[0], shifts[-1]]
        graph.replace(
            node,
            [
                helper.make_node("Conv", [node.input[0], kernel, bias], [f"{name}/c"], name=f"{name}/conv", pads=pads),
                helper.make_node("Reshape", [f"{name}/c", split], [f"{name}/r"], name=f"{name}/split"),
                helper.make_node(
                    "Transpose", [f"{name}/r"], [f"{name}/t"], name=f"{name}/interleave", perm=[0, 2, 3, 1]
                ),
                helper.make_node("Reshape", [f"{name}/t", join], [node.output[0]], name=f"{name}/join"),
            ],
        )


def _sin2(graph: Graph, name: str, x: str, alpha: Tensor, factors: list[str], output: str) -> list[Node]:
    turn = graph.add_constant(f"{name}/turn", (alpha / np.pi).astype(np.float32))
    u, whole, rest, z = (f"{name}/{part}" for part in ("u", "whole", "rest", "z"))
    new = [
        helper.make_node("Mul", [x, turn], [u]),
        helper.make_node("Round", [u], [whole]),
        helper.make_node("Sub", [u, whole], [rest]),
        helper.make_node("Mul", [rest, rest], [z]),
    ]
    total = factors[-1]
    for k in range(SIN2_DEGREE - 2, -1, -1):
        new.append(helper.make_node("Mul", [z, total], [f"{name}/product{k}"]))
        new.append(helper.make_node("Add", [f"{name}/product{k}", factors[k]], [f"{name}/sum{k}"]))
        total = f"{name}/sum{k}"
    new.append(helper.make_node("Mul", [z, total], [output]))
    for n, node in enumerate(new):
        node.name = f"{name}/step{n}"
    return new


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


def _quantized(graph: Graph, source: str, clip: float, output: str) -> list[Node]:
    scale = graph.add_constant(f"{source}/scale", np.array(clip / 127, np.float32))
    zero = graph.add_constant(f"{source}/zero", np.array(0, np.int8))
    integers = f"{source}/int8"
    return [
        helper.make_node("QuantizeLinear", [source, scale, zero], [integers], name=f"{source}/quantize"),
        helper.make_node("DequantizeLinear", [integers, scale, zero], [output], name=f"{source}/dequantize"),
    ]


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
