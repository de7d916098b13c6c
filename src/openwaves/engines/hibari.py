"""hibari: one English voice, far faster than real time. Network and weights come with the package hibari-tts."""

from importlib.resources import files
from typing import Self

import numpy as np
import onnx
import onnxruntime
from hibari import dsp

from openwaves.cancellation import CancelToken
from openwaves.engines.session import one_thread_session
from openwaves.engines.symbols import SYMBOLS, check_phonemes
from openwaves.errors import EngineError
from openwaves.types import Audio, PhonemeTiming, Style

RATE = 24000
FRAME_SAMPLES = 600
DURATIONS = "/Cast_32_output_0"  # frames of each token, int64, shape [1, n_tokens]


class HibariEngine:
    """One ONNX session with one thread, shared by all callers. Thread-safe."""

    name = "hibari"
    sample_rate = RATE
    symbols = frozenset(SYMBOLS)
    max_phonemes = 400
    segment_chars: tuple[int, ...] = (200,)

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    @classmethod
    def load(cls) -> Self:
        """Load the network, with its durations as one more output.

        Raises:
            EngineError: It cannot be loaded.
        """
        try:
            model = onnx.load(str(files("hibari") / "assets" / "hibari.onnx"))
            shape = onnx.helper.make_tensor_value_info(DURATIONS, onnx.TensorProto.INT64, [1, "tokens"])
            model.graph.output.append(shape)
            return cls(one_thread_session(model.SerializeToString()))
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
            *spectrum, f0, durations = self._session.run(None, feeds, run)
        parts = [part[0] for part in spectrum]
        samples = dsp.synth(*parts, f0[0] * np.float32(style.pitch), np.random.default_rng(seed))
        ends = np.cumsum(durations.ravel()) * FRAME_SAMPLES / RATE
        timings = tuple(PhonemeTiming(float(ends[n]), float(ends[n + 1])) for n in range(len(phonemes)))
        return Audio(samples.astype(np.float32, copy=False), RATE, timings)
