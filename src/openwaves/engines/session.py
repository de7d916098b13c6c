"""How every network is run in ONNX Runtime: one thread for each call, on the processor."""

import onnxruntime


def one_thread_session(model: str | bytes) -> onnxruntime.InferenceSession:
    """A session over a model's path or its serialized content; shared by all callers, one core for each call."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
