"""Products of integers of the recogniser are exact, whatever the processor."""

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from openwaves.models.session import one_thread_session
from openwaves.stt.engines.moonshine.integers import make_exact

WIDTH, N_OUT = 64, 32


def product(weights: NDArray[np.uint8], zero: int) -> ModelProto:
    """The product of a row of uint8 with weights."""
    row = helper.make_tensor_value_info("row", TensorProto.UINT8, (1, WIDTH))
    zeros = [numpy_helper.from_array(np.array(value, np.uint8), name) for name, value in (("az", 7), ("bz", zero))]
    node = helper.make_node("MatMulInteger", ["row", "weights", "az", "bz"], ["sum"])
    out = helper.make_tensor_value_info("sum", TensorProto.INT32, (1, N_OUT))
    graph = helper.make_graph([node], "g", [row], [out], [numpy_helper.from_array(weights, "weights"), *zeros])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def kind(model: ModelProto) -> set[np.dtype]:
    """Types of the weights and the zero point of the product."""
    values = {value.name: numpy_helper.to_array(value).dtype for value in model.graph.initializer}
    (node,) = (node for node in model.graph.node if node.op_type == "MatMulInteger")
    return {values[node.input[1]], values[node.input[3]]}


def saturated(row: NDArray[np.uint8], weights: NDArray[np.int8]) -> NDArray[np.int32]:
    """How AVX2 alone multiplies uint8 by int8: pairs of products are added in 16 bits, and cut there."""
    products = row.astype(np.int32)[:, None] * weights.astype(np.int32)
    pairs = products[0::2] + products[1::2]
    return np.asarray(pairs.clip(-(1 << 15), (1 << 15) - 1).sum(axis=0), np.int32)


@pytest.fixture
def weights() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (WIDTH, N_OUT)).astype(np.uint8)


def test_both_forms_give_the_same_numbers(weights: NDArray[np.uint8]) -> None:
    zero = 131
    row = np.random.default_rng(1).integers(0, 256, (1, WIDTH)).astype(np.uint8)
    right = (row.astype(np.int32) - 7) @ (weights.astype(np.int32) - zero)
    model = product(weights, zero)
    for signed, dtype in ((True, np.int8), (False, np.uint8)):
        make_exact(model.graph, signed=signed)
        assert kind(model) == {np.dtype(dtype)}
        values = {value.name: numpy_helper.to_array(value).astype(np.int32) for value in model.graph.initializer}
        factors, offset = values["weights"], values[model.graph.node[0].input[3]]
        assert np.array_equal((row.astype(np.int32) - 7) @ (factors - offset), right)
    make_exact(model.graph)
    (found,) = one_thread_session(model.SerializeToString()).run(None, {"row": row})
    assert np.array_equal(found, right)


def test_why_the_sign_depends_on_the_processor(weights: NDArray[np.uint8]) -> None:
    """Sums in 16 bits are wrong for int8 weights; those of uint8 have no such sums, and are kept there."""
    row = np.full(WIDTH, 255, np.uint8)
    signed = (weights.astype(np.int16) - 128).astype(np.int8)
    exact = row.astype(np.int32) @ signed.astype(np.int32)
    assert not np.array_equal(saturated(row, signed), exact)
    model = product(weights, 128)
    make_exact(model.graph, signed=False)
    assert kind(model) == {np.dtype(np.uint8)}


def test_weights_with_another_use_stay(weights: NDArray[np.uint8]) -> None:
    model = product(weights, 128)
    model.graph.node.append(helper.make_node("Gather", ["weights", "bz"], ["embedded"]))
    make_exact(model.graph, signed=True)
    assert kind(model) == {np.dtype(np.uint8)}
