"""Products of integers in Moonshine's graphs: exact on every processor, and as quick as it can.

The published weights are uint8. Products of uint8 by uint8 are exact everywhere: their pairs are added in 32 bits.
Those of uint8 by int8 are quicker where the processor adds four at once (VNNI); elsewhere their pairs are added in 16
bits, which large ones exceed. So weights are int8 where that is exact, and uint8 elsewhere: the same numbers either
way, as a weight and its zero point move together by 128.
"""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from openwaves.models.session import signed_products_are_exact

PRODUCT = "MatMulInteger"
_A, _B, _A_ZERO, _B_ZERO = range(4)


def multiply_embeddings(graph: Any) -> None:
    """Replace the product with the embeddings: transposed here, once, and multiplied as integers.

    As published, every step transposes the table of 32768 embeddings and turns it into floats for one product.
    """
    makers = {name: node for node in graph.node for name in node.output}
    weights = {value.name: value for value in graph.initializer}
    product = next(node for node in graph.node if node.name == "/proj_out/MatMul")
    dequantize = makers[product.input[1]]
    transpose = makers[dequantize.input[0]]
    _, scale, zero = dequantize.input
    table = numpy_helper.to_array(weights[transpose.input[0]])
    graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(table.T), "proj_table"))
    integer = [
        helper.make_node("DynamicQuantizeLinear", [product.input[0]], ["proj_x", "proj_x_scale", "proj_x_zero"]),
        helper.make_node(PRODUCT, ["proj_x", "proj_table", "proj_x_zero", zero], ["proj_sum"]),
        helper.make_node("Cast", ["proj_sum"], ["proj_float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["proj_x_scale", scale], ["proj_scale"]),
        helper.make_node("Mul", ["proj_float", "proj_scale"], [product.output[0]]),
    ]
    nodes = list(graph.node)
    place = nodes.index(product)
    nodes[place : place + 1] = integer
    del graph.node[:]
    graph.node.extend(node for node in nodes if node.name not in (dequantize.name, transpose.name))


def make_exact(graph: Any, *, signed: bool | None = None) -> None:
    """Bring the weights of integer products into the form that is exact on this processor.

    Args:
        graph: Of ONNX; changed. Weights that other nodes use too stay as they are.
        signed: To int8, else to uint8; None: as is best here.
    """
    if signed is None:
        signed = signed_products_are_exact()
    old = np.uint8 if signed else np.int8
    values = {value.name: value for value in graph.initializer}
    uses: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for node in graph.node:
        for place, name in enumerate(node.input):
            uses[name].add((node.op_type, place))
    moved: dict[str, str] = {}
    for node in graph.node:
        if node.op_type != PRODUCT or len(node.input) <= _B_ZERO or uses[node.input[_B]] != {(PRODUCT, _B)}:
            continue
        weight, zero = node.input[_B], node.input[_B_ZERO]
        if weight not in values or zero not in values or numpy_helper.to_array(values[zero]).dtype != old:
            continue
        if zero not in moved:
            moved[zero] = f"{zero}/{'signed' if signed else 'unsigned'}"
            shifted = _shifted(numpy_helper.to_array(values[zero]), signed)
            graph.initializer.append(numpy_helper.from_array(shifted, moved[zero]))
        if weight not in moved:
            moved[weight] = weight
            shifted = _shifted(numpy_helper.to_array(values[weight]), signed)
            values[weight].CopyFrom(numpy_helper.from_array(shifted, weight))
        node.input[_B_ZERO] = moved[zero]


def _shifted(values: NDArray[Any], signed: bool) -> NDArray[Any]:
    moved = values.astype(np.int16) + (-128 if signed else 128)
    return moved.astype(np.int8 if signed else np.uint8)
