"""Rewrites of the published int8 graph's encoder that keep its function and make it fast in ONNX Runtime.

The text network and the durations stay as published, to the bit: the order of a sum in the text network already moves
integers after it by one, and one duration in thirty by a frame.
"""

from typing import Any

import numpy as np
from onnx import TensorProto, helper

from openwaves.models.session import signed_products_are_exact
from openwaves.tts.engines.kokoro.graph import Graph, Node, Tensor, attributes, make
from openwaves.tts.engines.kokoro.rewrite import convolution_parts

CONTRIB = "com.microsoft"


def multiply_convolutions(graph: Graph) -> None:
    """Turn ConvInteger and what follows it into a MatMulIntegerToFloat of neighbouring columns.

    The integers are the same; the bias, which the published graph rounds down to a multiple of the scales, is added as
    it is. The kernel finds its weights packed, where ConvInteger packs them in every call. A convolution of one tap
    comes before the repetition of its input instead of after it.
    """
    for node in graph.nodes:
        if node.op_type != "ConvInteger":
            continue
        source, weights, zero, bias, scale, ends = convolution_parts(graph, node)
        _check_plain(node, weights.shape[2])
        *dropped, scaling = ends
        repeat = graph.maker(source)
        if repeat is not None and repeat.op_type == "Resize" and weights.shape[2] == 1:
            made = f"{node.name}/short"
            new = _product(graph, node.name, repeat.input[0], (weights, zero, scale), bias, made)
            later = helper.make_node(
                "Resize", [made, *repeat.input[1:]], [scaling.output[0]], name=f"{node.name}/repeat"
            )
            later.attribute.extend(repeat.attribute)
            new.append(later)
        else:
            new = _product(graph, node.name, source, (weights, zero, scale), bias, scaling.output[0])
        graph.replace(scaling, new, without=[node, *dropped])


def _product(
    graph: Graph, name: str, source: str, quantized: tuple[Tensor, Tensor, Tensor], bias: str, output: str
) -> list[Node]:
    """A convolution as a product of integers.

    Args:
        graph: Gets the constants.
        name: Of the convolution.
        source: Its input, shape (1, n_in, n).
        quantized: Weights of shape (n_out, n_in, n_taps), uint8; their zero point; their scale.
        bias: Name of the constant, or nothing.
        output: Name of the result, shape (1, n_out, n).
    """
    weights, zero, scale = quantized
    n_out, _, n_taps = weights.shape
    matrix, zero = weights.transpose(2, 1, 0).reshape(-1, n_out), zero.ravel()[0]
    if signed_products_are_exact():
        matrix, zero = _signed(matrix), _signed(zero)
    factors = graph.add_constant(f"{name}/factors", matrix)
    factor_scale = graph.add_constant(f"{name}/scale", scale.reshape(()))
    factor_zero = graph.add_constant(f"{name}/zero", np.array(zero, matrix.dtype))
    turned, rows, step, offset, product = (f"{name}/{part}" for part in ("turned", "rows", "step", "offset", "product"))
    new = [
        make("Transpose", [source], turned, perm=[0, 2, 1]),
        helper.make_node("DynamicQuantizeLinear", [turned], [rows, step, offset], name=rows),
    ]
    if n_taps > 1:
        new += _columns(graph, name, rows, offset, n_taps)
        rows = f"{name}/columns"
    inputs = [rows, factors, step, factor_scale, offset, factor_zero, bias]
    new += [
        make("MatMulIntegerToFloat", inputs, product, domain=CONTRIB),
        helper.make_node("Transpose", [product], [output], name=f"{name}/back", perm=[0, 2, 1]),
    ]
    return new


def _signed(values: Tensor) -> Tensor:
    return (values.astype(np.int16) - 128).astype(np.int8)


def use_unsigned_weights(graph: Graph) -> None:
    """Multiply with uint8 weights instead of int8: the same numbers, where products with int8 are not exact."""
    if signed_products_are_exact():
        return
    done: dict[str, str] = {}

    def unsigned(name: str) -> str:
        if name not in done:
            values = (graph.value(name).astype(np.int16) + 128).astype(np.uint8)
            done[name] = graph.add_constant(f"{name}/unsigned", values)
        return done[name]

    for node in graph.nodes:
        if node.op_type != "MatMulInteger":
            continue
        a, b, a_zero, b_zero = node.input
        if graph.value(b).dtype != np.int8:
            continue
        inputs = [a, unsigned(b), a_zero, unsigned(b_zero)]
        graph.replace(node, [helper.make_node("MatMulInteger", inputs, list(node.output), name=node.name)])


def unroll_pools(graph: Graph) -> None:
    """Turn the depthwise transposed convolutions that double a length into products of neighbours.

    Even samples are ``x[m] · w[1]``, odd ones ``x[m] · w[2] + x[m + 1] · w[0]``.
    """
    axis = graph.add_constant("pool/axis", np.array([1], np.int64))
    one = graph.add_constant("pool/one", np.array([1], np.int64))
    end = graph.add_constant("pool/end", np.array([np.iinfo(np.int64).max], np.int64))
    pads = graph.add_constant("pool/pads", np.array([0, 1], np.int64))
    for node in graph.nodes:
        if node.op_type != "ConvTranspose":
            continue
        options = attributes(node)
        weights = graph.value(node.input[1])
        layout = (*weights.shape[1:], *options["strides"], *options["pads"], *options["output_padding"])
        if layout != (1, 3, 2, 1, 1, 1) or options["group"] != len(weights):
            raise ValueError(f"{node.name}: not a depthwise convolution that doubles the length")
        n = len(weights)
        name = node.name
        taps = [graph.add_constant(f"{name}/tap{k}", weights[:, 0, k].astype(np.float32)) for k in range(3)]
        bias = graph.add_constant(f"{name}/bias", np.tile(graph.value(node.input[2]), 2).astype(np.float32))
        shape = graph.add_constant(f"{name}/shape", np.array([1, -1, n], np.int64))
        steps: tuple[tuple[str, list[str], str, dict[str, Any]], ...] = (
            ("Transpose", [node.input[0]], "turned", {"perm": [0, 2, 1]}),
            ("Slice", [f"{name}/turned", one, end, axis], "later", {}),
            ("Pad", [f"{name}/later", pads, "", axis], "next", {}),
            ("Mul", [f"{name}/turned", taps[1]], "even", {}),
            ("Mul", [f"{name}/turned", taps[2]], "here", {}),
            ("Mul", [f"{name}/next", taps[0]], "there", {}),
            ("Add", [f"{name}/here", f"{name}/there"], "odd", {}),
            ("Concat", [f"{name}/even", f"{name}/odd"], "both", {"axis": 2}),
            ("Add", [f"{name}/both", bias], "biased", {}),
            ("Reshape", [f"{name}/biased", shape], "doubled", {}),
            ("Transpose", [f"{name}/doubled"], "", {"perm": [0, 2, 1]}),
        )
        graph.replace(
            node,
            [
                helper.make_node(
                    op,
                    inputs,
                    [f"{name}/{made}"] if made else list(node.output),
                    name=f"{name}/{made or 'back'}",
                    **more,
                )
                for op, inputs, made, more in steps
            ],
        )


def _columns(graph: Graph, name: str, rows: str, zero: str, n_taps: int) -> list[Node]:
    """Each row beside its neighbours: (1, n, n_in) to (1, n, n_taps · n_in), zero outside."""
    reach = n_taps // 2
    axis = graph.add_constant("columns/axis", np.array([1], np.int64))
    pads = graph.add_constant(f"columns/pads{n_taps}", np.array([reach, reach], np.int64))
    new = [helper.make_node("Pad", [rows, pads, zero, axis], [f"{name}/padded"], name=f"{name}/pad")]
    parts = []
    for k in range(n_taps):
        begin = graph.add_constant(f"columns/begin{k}", np.array([k], np.int64))
        stop = k - n_taps + 1 or np.iinfo(np.int64).max
        end = graph.add_constant(f"columns/end{stop}", np.array([stop], np.int64))
        parts.append(f"{name}/tap{k}")
        new.append(
            helper.make_node("Slice", [f"{name}/padded", begin, end, axis], [parts[-1]], name=f"{name}/slice{k}")
        )
    return [*new, helper.make_node("Concat", parts, [f"{name}/columns"], name=f"{name}/join", axis=2)]


def _check_plain(node: Node, n_taps: int) -> None:
    options = attributes(node)
    pads = list(options.get("pads", [0, 0]))
    plain = (options.get("group", 1), *options.get("strides", [1]), *options.get("dilations", [1])) == (
        1,
        1,
        1,
    )
    if not plain or pads != [n_taps // 2, n_taps // 2]:
        raise ValueError(f"{node.name}: not a convolution that keeps the length")


def multiply_means(graph: Graph) -> None:
    """Turn means over time into a product with a row of equal weights, whose kernel is several times as fast."""
    one = graph.add_constant("mean/one", np.array(1, np.float32))
    pair = graph.add_constant("mean/pair", np.array([1, 1], np.int64))
    for node in graph.nodes:
        if node.op_type != "ReduceMean" or graph.value(node.input[1]).tolist() != [2]:
            continue
        name = node.name
        size, count, weight, shape, row, turned, mean = (
            f"{name}/{part}" for part in ("size", "count", "weight", "shape", "row", "turned", "mean")
        )
        graph.replace(
            node,
            [
                helper.make_node("Shape", [node.input[0]], [size], name=size, start=2),
                make("Cast", [size], count, to=TensorProto.FLOAT),
                make("Div", [one, count], weight),
                make("Concat", [pair, size], shape, axis=0),
                make("Expand", [weight, shape], row),
                helper.make_node("Transpose", [node.input[0]], [turned], name=turned, perm=[0, 2, 1]),
                make("MatMul", [row, turned], mean),
                helper.make_node("Transpose", [mean], list(node.output), name=f"{name}/back", perm=[0, 2, 1]),
            ],
        )
