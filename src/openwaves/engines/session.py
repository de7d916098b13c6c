"""How every network is run: one thread for each call, on the processor."""

import onnxruntime
from threadpoolctl import threadpool_limits


def use_one_blas_thread() -> None:
    """Let no matrix product of numpy take a second core, in the whole process.

    A product of a few milliseconds gains nothing from threads, and they keep cores busy while they wait for the next.
    """
    threadpool_limits(1, user_api="blas")


def one_thread_session(model: str | bytes) -> onnxruntime.InferenceSession:
    """A session over a model's path or its serialized content; shared by all callers, one core for each call."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
