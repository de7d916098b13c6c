"""How every network is run: one thread for each call, on the processor."""

from functools import cache

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from threadpoolctl import threadpool_limits


def use_one_blas_thread() -> None:
    """Let no matrix product of numpy take a second core, in the whole process.

    A product of a few milliseconds gains nothing from threads, and they keep cores busy while they wait for the next.
    """
    threadpool_limits(1, user_api="blas")


def one_thread_session(model: str | bytes, *, keeps_shapes: bool = True) -> onnxruntime.InferenceSession:
    """A session over a model's path or its serialized content; shared by all callers, one core for each call.

    Args:
        model: Path, or content.
        keeps_shapes: Remember a plan of the memory for every shape of the inputs. Without it, memory does not grow with
            the number of different lengths.
    """
    options = onnxruntime.SessionOptions()
    if not keeps_shapes:
        options.enable_mem_pattern = False
        options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@cache
def signed_products_are_exact() -> bool:
    """Whether ONNX Runtime multiplies uint8 by int8 exactly on this processor.

    With AVX2 alone it adds pairs of products in 16 bits, which large ones exceed; products of uint8 by uint8 are exact
    everywhere. Source: ONNX Runtime's documentation of quantization, "When to use reduce-range".
    """
    values = [("a", TensorProto.UINT8, (1, 64)), ("b", TensorProto.INT8, (64, 16))]
    product = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["product"])],
        "product",
        [helper.make_tensor_value_info(*value) for value in values],
        [helper.make_tensor_value_info("product", TensorProto.INT32, (1, 16))],
    )
    model = helper.make_model(product, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    feeds = {"a": np.full((1, 64), 255, np.uint8), "b": np.full((64, 16), 127, np.int8)}
    (found,) = one_thread_session(model.SerializeToString()).run(None, feeds)
    return bool((found == 64 * 255 * 127).all())
