"""Speaks with the hibari network, which comes with its weights in the package hibari-tts."""

from importlib.resources import files
from typing import Self

import numpy as np
import onnx
import onnxruntime

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.models.session import one_thread_session
from openwaves.tts.engines.hibari import signal
from openwaves.tts.engines.symbols import SYMBOLS, check_phonemes
from openwaves.types import Audio, PhonemeTiming, Style

FRAME_SAMPLES = 600
PARTS = "/head/Add_output_0"  # what ``signal.sound`` takes; the published graph transposes it and cuts it in five
F0 = "f0"
DURATIONS = "/Cast_32_output_0"  # frames of each token, int64, one for each token


class HibariEngine:
    """One ONNX session with one thread, shared by all callers. Thread-safe."""

    name = "hibari"
    sample_rate = signal.RATE
    symbols = frozenset(SYMBOLS)
    max_phonemes = 400
    segment_chars: tuple[int, ...] = (200,)

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    @classmethod
    def load(cls) -> Self:
        """Load the network, with outputs in the order in which they are used.

        Raises:
            EngineError: It cannot be loaded.
        """
        try:
            model = onnx.load(str(files("hibari") / "assets" / "hibari.onnx"))
            return cls(one_thread_session(_with_outputs(model).SerializeToString()))
        except (OSError, RuntimeError, ValueError) as error:
            raise EngineError(f"the hibari network cannot be loaded: {error}; run `make setup`") from error

    def synthesize(
        self,
        phonemes: str,
        style: Style,
        speed: float = 1.0,
        *,
        seed: int = 0,
        cancel: CancelToken | None = None,
    ) -> Audio:
        """See ``Engine``."""
        check_phonemes(phonemes, self.max_phonemes)
        ids = [0, *(SYMBOLS[phoneme] for phoneme in phonemes), 0]
        feeds = {"ids": np.array([ids], np.int64), "speed": np.array([speed], np.float32)}
        run = onnxruntime.RunOptions()
        with (cancel or CancelToken()).interrupting(lambda: setattr(run, "terminate", True)):
            parts, f0_hz, durations = self._session.run([PARTS, F0, DURATIONS], feeds, run)
        samples = signal.sound(parts[0], f0_hz[0] * np.float32(style.pitch), np.random.default_rng(seed))
        ends = np.cumsum(durations.ravel()) * FRAME_SAMPLES / self.sample_rate
        timings = tuple(PhonemeTiming(float(ends[n]), float(ends[n + 1])) for n in range(len(phonemes)))
        return Audio(samples, self.sample_rate, timings)


def _with_outputs(model: onnx.ModelProto) -> onnx.ModelProto:
    """The network with our outputs, without what it makes of ``PARTS``."""
    graph = model.graph
    after = {PARTS}
    for node in list(graph.node):
        if not after.isdisjoint(node.input):
            after.update(node.output)
            graph.node.remove(node)
    del graph.output[:]
    for name, kind, shape in (
        (PARTS, onnx.TensorProto.FLOAT, [1, "frames", signal.N_PARTS * signal.N_BINS]),
        (F0, onnx.TensorProto.FLOAT, [1, "frames"]),
        (DURATIONS, onnx.TensorProto.INT64, None),
    ):
        graph.output.append(onnx.helper.make_tensor_value_info(name, kind, shape))
    return model
