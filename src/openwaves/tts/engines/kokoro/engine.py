"""Speaks with the prepared Kokoro network."""

import itertools
import queue
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.models.session import one_thread_session, use_one_blas_thread
from openwaves.tts.engines.kokoro import signal, slow
from openwaves.tts.engines.kokoro.encoder import FRAME_SAMPLES, FRAME_STEP, MAX_PHONEMES, Encoder
from openwaves.tts.engines.kokoro.prepare import PreparedNetwork
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.types import Audio, Style

CALL_THREADS = 2
RUNTIME_CACHE_CAPACITY = 64  # shapes that OpenVINO keeps compiled for each stream; each costs memory

Backend = Literal["openvino", "onnxruntime"]
BACKENDS: tuple[Backend, ...] = ("openvino", "onnxruntime")
Feeds = Mapping[str, NDArray[Any]]


class Decoder(Protocol):
    """Runs the decoder graph. Thread-safe."""

    def run(self, feeds: Feeds, cancel: CancelToken) -> NDArray[np.float32]:
        """The output spectrum, shape (22, n_frames)."""
        ...


class KokoroEngine:
    """One encoder session and one decoder, shared by all callers. Thread-safe."""

    name = "kokoro"
    sample_rate = signal.RATE
    symbols = frozenset(SYMBOLS)
    max_phonemes = MAX_PHONEMES
    segment_chars: ClassVar[tuple[int, ...]] = (18, 26, 30, 40, 80, 120)

    def __init__(self, encoder: Encoder, decoder: Decoder, backend: Backend) -> None:
        self._encoder = encoder
        self._decoder = decoder
        self.backend = backend

    @classmethod
    def load(cls, network: PreparedNetwork, backend: Backend, threads: int) -> Self:
        """Load the prepared graphs.

        Args:
            network: Where they are.
            backend: What runs the decoder.
            threads: Most callers at once.

        Raises:
            EngineError: A graph cannot be loaded.
        """
        try:
            use_one_blas_thread()
            with ThreadPoolExecutor(1) as pool:
                encoder = pool.submit(Encoder.load, network)
                decoder: Decoder
                if backend == "openvino":
                    decoder = _OpenVinoDecoder(network.decoder_openvino, network.folder / "compiled", threads)
                else:
                    decoder = _OrtDecoder(network.decoder_ort)
        except (OSError, RuntimeError, ValueError) as error:
            raise EngineError(f"the Kokoro network cannot be loaded with {backend}: {error}") from error
        return cls(encoder.result(), decoder, backend)

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
        cancel = cancel or CancelToken()
        encoded = self._encoder.encode(phonemes, style, speed, cancel)
        har = signal.spectrum(signal.source(encoded.f0.ravel(), np.random.default_rng(seed)))
        feeds = {"asr": encoded.asr, "f0": encoded.f0, "n": encoded.energy, "style": encoded.style, "har": har}
        samples = signal.inverse(self._decoder.run(feeds, cancel))
        return slow.lengthened(Audio(samples, self.sample_rate, encoded.timings), phonemes, speed)


def choose_backend() -> Backend:
    """OpenVINO where it is installed and the processor multiplies int8 fast, else ONNX Runtime."""
    return "openvino" if openvino_problem() is None else "onnxruntime"


def openvino_problem() -> str | None:
    """Why OpenVINO would not be used on this machine; None if it would."""
    try:
        import openvino  # noqa: PLC0415 - optional, and slow to import

        capabilities = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    except ImportError:
        return "OpenVINO is not installed (it has wheels for x86-64 and some ARM systems)"
    except RuntimeError as error:
        return f"OpenVINO does not run here: {error}"
    return None if "INT8" in capabilities else "the processor has no fast int8 instructions"


class _OrtDecoder:
    def __init__(self, path: Path) -> None:
        self._session = one_thread_session(str(path))

    def run(self, feeds: Feeds, cancel: CancelToken) -> NDArray[np.float32]:
        options = onnxruntime.RunOptions()
        with cancel.interrupting(lambda: setattr(options, "terminate", True)):
            spec: NDArray[np.float32] = self._session.run(["spec"], dict(feeds), options)[0][0]
        return spec


class _OpenVinoDecoder:
    """The graph compiled once for every ``CALL_THREADS`` cores; calls beyond those wait for their turn.

    The number of threads decides in which order a mean is summed, and so the last digits of the samples: it must not
    depend on what else runs. Two threads for one call after another make as much sound as one thread for each of two
    calls, and half as late.
    """

    def __init__(self, path: Path, cache: Path, threads: int) -> None:
        each = min(threads, CALL_THREADS)
        self._idle: queue.SimpleQueue[_Graph] = queue.SimpleQueue()
        for _ in range(threads // each):
            self._idle.put(_Graph(_compiled(path, cache, each)))

    def run(self, feeds: Feeds, cancel: CancelToken) -> NDArray[np.float32]:
        graph = self._idle.get()
        try:
            return graph.run(feeds, cancel)
        finally:
            self._idle.put(graph)


class _Graph:
    """One compiled graph, for one call at a time. Its working memory grows with the longest call.

    Before OpenVINO runs a node it compares the shape of its input with the one of the node's last run, and keeps the
    output's shape if they are equal. But output shapes are set ahead of the nodes' runs: after a call that was stopped
    half-way, those of an earlier length may have been overwritten. Lengths that stopped calls leave in doubt are
    therefore not run before another length has been, from the first node to the last.
    """

    def __init__(self, model: Any) -> None:
        self._request = model.create_infer_request()
        self._last = 0
        self._doubtful: set[int] = set()

    def run(self, feeds: Feeds, cancel: CancelToken) -> NDArray[np.float32]:
        n_frames = feeds["asr"].shape[2]
        if n_frames in self._doubtful:
            self._settle()
        with cancel.interrupting(self._request.cancel):
            self._infer(feeds, n_frames)
        return np.array(self._request.get_output_tensor(0).data[0])

    def _infer(self, feeds: Feeds, n_frames: int) -> None:
        try:
            self._request.start_async(dict(feeds))
            self._request.wait()
        except BaseException:
            self._doubtful |= {self._last, n_frames}
            raise
        self._last = n_frames
        self._doubtful.clear()

    def _settle(self) -> None:
        """Run silence of a length that is not in doubt."""
        n_frames = next(n for n in itertools.count(FRAME_STEP, FRAME_STEP) if n not in self._doubtful)
        self._infer({name: np.zeros(shape, np.float32) for name, shape in _inputs(n_frames).items()}, n_frames)


def _inputs(n_frames: int) -> dict[str, tuple[int, ...]]:
    """Shapes of what a decoder takes for ``n_frames`` frames."""
    n_steps = n_frames * FRAME_SAMPLES // signal.STEP + 1
    return {
        "asr": (1, 512, n_frames),
        "f0": (1, 1, 2 * n_frames),
        "n": (1, 1, 2 * n_frames),
        "style": (1, 256),
        "har": (1, 2 * signal.N_BINS, n_steps),
    }


def _compiled(path: Path, cache: Path, threads: int) -> Any:
    import openvino  # noqa: PLC0415 - optional, and slow to import

    core = openvino.Core()
    core.set_property({"CACHE_DIR": str(cache)})
    capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    options = {
        "INFERENCE_PRECISION_HINT": "bf16" if "BF16" in capabilities else "f32",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": RUNTIME_CACHE_CAPACITY,
    }
    return core.compile_model(str(path), "CPU", options)
