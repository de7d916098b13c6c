"""Rewrites of the published int8 graph's encoder that keep its function and make it fast in ONNX Runtime."""

import numpy as np
from onnx import TensorProto, helper

from openwaves.engines.kokoro.graph import Graph, Node
from openwaves.engines.kokoro.rewrite import dynamic_input, float_bias, weight_scale

CONTRIB = "com.microsoft"


def split_skip_norms(graph: Graph) -> None:
    """Turn SkipLayerNormalization into Add and LayerNormalization, whose kernels together take an eighth as long."""
    for node in graph.nodes:
        if node.op_type != "SkipLayerNormalization":
            continue
        if len(node.input) != 4 or len(node.output) != 1:
            raise ValueError(f"{node.name}: expected four inputs and one output")
        one, other, factor, shift = node.input
        total = f"{node.output[0]}/sum"
        norm = helper.make_node(
            "LayerNormalization", [total, factor, shift], list(node.output), name=f"{node.name}/norm", axis=-1
        )
        norm.attribute.extend(item for item in node.attribute if item.name == "epsilon")
        graph.replace(node, [helper.make_node("Add", [one, other], [total], name=f"{node.name}/add"), norm])


def multiply_convolutions(graph: Graph) -> None:
    """Turn ConvInteger and what follows it into a MatMulIntegerToFloat of neighbouring columns.

    The integers are the same; the bias, which the published graph rounds down to a multiple of the scales, is added as
    it is. The kernel finds its weights packed, where ConvInteger packs them in every call.
    """
    place = graph.add_constant("columns/axis", np.array([1], np.int64))
    for node in graph.nodes:
        if node.op_type != "ConvInteger":
            continue
        quantize = dynamic_input(graph, node, 0)
        zero = graph.value(node.input[3]) if len(node.input) > 3 else np.zeros(1, np.uint8)
        weights = graph.value(node.input[1])  # (n_out, n_in, n_taps)
        n_out, _, n_taps = weights.shape
        _check_plain(node, n_taps)
        dropped, bias, end = [node], "", graph.reader(node.output[0])
        if end.op_type == "Add":
            bias = float_bias(graph, next(name for name in end.input if name != node.output[0]))
            dropped.append(end)
            end = graph.reader(end.output[0])
        dropped.append(end)
        scaling = graph.reader(end.output[0])
        scale = weight_scale(graph, scaling, end.output[0])
        name = node.name
        signed = (weights.astype(np.int16) - 128).astype(np.int8).transpose(2, 1, 0).reshape(-1, n_out)
        factors = graph.add_constant(f"{name}/factors", signed)
        factor_scale = graph.add_constant(f"{name}/scale", scale.reshape(()))
        factor_zero = graph.add_constant(f"{name}/zero", np.array(int(zero.ravel()[0]) - 128, np.int8))
        rows, step, offset = (f"{name}/{part}" for part in ("rows", "step", "offset"))
        new = [
            helper.make_node("Transpose", [quantize.input[0]], [f"{name}/last"], name=f"{name}/turn", perm=[0, 2, 1]),
            helper.make_node("DynamicQuantizeLinear", [f"{name}/last"], [rows, step, offset], name=f"{name}/quantize"),
        ]
        columns = rows
        if n_taps > 1:
            new += _columns(graph, name, rows, offset, n_taps, place)
            columns = f"{name}/columns"
        new.append(
            helper.make_node(
                "MatMulIntegerToFloat",
                [columns, factors, step, factor_scale, offset, factor_zero, bias],
                [f"{name}/product"],
                name=f"{name}/multiply",
                domain=CONTRIB,
            )
        )
        new.append(
            helper.make_node(
                "Transpose", [f"{name}/product"], [scaling.output[0]], name=f"{name}/turn-back", perm=[0, 2, 1]
            )
        )
        graph.replace(scaling, new, without=dropped)


def _columns(graph: Graph, name: str, rows: str, zero: str, n_taps: int, axis: str) -> list[Node]:
    """Each row beside its neighbours: (1, n, n_in) to (1, n, n_taps · n_in), zero outside."""
    reach = n_taps // 2
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
    attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
    pads = list(attributes.get("pads", [0, 0]))
    plain = (attributes.get("group", 1), *attributes.get("strides", [1]), *attributes.get("dilations", [1])) == (1, 1, 1)
    if not plain or pads != [n_taps // 2, n_taps // 2]:
        raise ValueError(f"{node.name}: not a convolution that keeps the length")
