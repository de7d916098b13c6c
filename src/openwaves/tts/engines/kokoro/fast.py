"""The fast decoder: a small network and a source of sound, in pieces that go on where the last one ended.

Experimental: it does not yet sound like the full decoder in every voice (docs/quality.md).
"""

import queue
from importlib.resources import files
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from openwaves.cancellation import CancelToken
from openwaves.models.session import one_thread_session
from openwaves.tts.engines.kokoro import fast_graph
from openwaves.tts.engines.kokoro.fast_signal import Excitation, Filter
from openwaves.tts.engines.kokoro.signal import HOP, VOICED_HZ
from openwaves.types import Samples

WEIGHTS = "fast.npz"
MOST_STEPS = 192  # of 12.5 ms that the network takes at once
LAST_STEPS = 8  # it takes a multiple of so many: each number is a shape of its own to OpenVINO
_WAVES = (2, 4, 8)

Backend = Literal["openvino", "onnxruntime"]
Arrays = dict[str, NDArray[np.float32]]


class Network(Protocol):
    """Runs the graph. Thread-safe."""

    def run(self, feeds: Arrays) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Gains and memory, as ``fast_graph.streaming`` describes them."""
        ...


class FastDecoder:
    """One network for every caller. Thread-safe."""

    def __init__(self, weights: Arrays, backend: Backend, threads: int) -> None:
        """Load the network.

        Args:
            weights: By the names of the network that was trained.
            backend: What runs it.
            threads: Most callers at once.

        Raises:
            RuntimeError: It cannot be loaded.
        """
        self.n_blocks = fast_graph.n_blocks(weights)
        self.delay = fast_graph.delay(weights)
        self.width = len(weights["enter_asr.weight"])
        graph = fast_graph.streaming(weights)
        self.network: Network = _OpenVino(graph, threads) if backend == "openvino" else _Ort(graph)

    def begin(
        self,
        asr: NDArray[np.float32],
        f0_hz: NDArray[np.float32],
        energy: NDArray[np.float32],
        style: NDArray[np.float32],
        random: np.random.Generator,
    ) -> "Decoding":
        """Sound that is made when it is asked for.

        Args:
            asr: Content, shape (1, 512, n).
            f0_hz: Shape (2 · n,).
            energy: Shape (2 · n,).
            style: Shape (1, 256).
            random: Where the noise comes from.
        """
        return Decoding(self, asr, f0_hz, energy, style, random)


class Decoding:
    """One utterance on its way through the network, 600 · n samples in all. For one caller at a time."""

    def __init__(
        self,
        decoder: FastDecoder,
        asr: NDArray[np.float32],
        f0_hz: NDArray[np.float32],
        energy: NDArray[np.float32],
        style: NDArray[np.float32],
        random: np.random.Generator,
    ) -> None:
        """Begin; see ``FastDecoder.begin``."""
        self._decoder = decoder
        self._total = len(f0_hz)
        self._style = style
        self._excitation, self._filter = Excitation(f0_hz, random), Filter()
        after = decoder.delay + LAST_STEPS
        self._curves = np.pad(_curves(f0_hz, energy), ((0, 0), (2, 2 + after)))[None]
        self._asr = np.pad(asr, ((0, 0), (0, 0), (0, after // 2)))
        self._memory = np.zeros((decoder.n_blocks, fast_graph.MEMORY, decoder.width), np.float32)
        self._done = 0  # steps that went in

    def more(self, n_samples: int, cancel: CancelToken) -> Samples:
        """The next samples; how many are asked for at once does not change them.

        Args:
            n_samples: How many at least, if so many are left.
            cancel: Looked at before each run of the network, of ``MOST_STEPS`` · 300 samples at most.

        Returns:
            At most ``LAST_STEPS`` · 300 more than were asked for, and what reached over; none when all are made.

        Raises:
            CancelledWorkError: ``cancel`` was cancelled.
        """
        pieces = []
        missing = n_samples
        end = self._total + self._decoder.delay
        while missing > 0 and self._done < end:
            cancel.raise_if_cancelled()
            late = max(0, self._decoder.delay - self._done)
            wanted = min(end - self._done, late + -(-missing // HOP), MOST_STEPS)
            pieces.append(self._run(-(-wanted // LAST_STEPS) * LAST_STEPS))
            missing -= len(pieces[-1])
            if self._done >= end:
                pieces.append(self._filter.end())
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)

    def _run(self, n_steps: int) -> Samples:
        begin, end, delay = self._done, self._done + n_steps, self._decoder.delay
        feeds = {
            "asr": np.ascontiguousarray(self._asr[:, :, begin // 2 : end // 2]),
            "curves": np.ascontiguousarray(self._curves[:, :, begin : end + 2 * fast_graph.CURVES_AROUND]),
            "style": self._style,
            "inside": self._inside(begin, end),
            "memory": self._memory,
        }
        gains, self._memory = self._decoder.network.run(feeds)
        self._done = end
        first, last = max(0, begin - delay), min(self._total, end - delay)
        if last <= first:
            return np.zeros(0, np.float32)
        skipped = 2 * (first - (begin - delay))
        wanted = gains[:, skipped : skipped + 2 * (last - first)]
        return self._filter.add(wanted, self._excitation.windows(first, last))

    def _inside(self, begin: int, end: int) -> NDArray[np.float32]:
        """Which steps exist of those that come in to each block, and leave the last."""
        late = (fast_graph.KERNEL // 2) * np.arange(self._decoder.n_blocks + 1)[:, None]
        steps = np.arange(begin, end) - late
        return ((steps >= 0) & (steps < self._total)).astype(np.float32)[:, :, None]


def fast_backend() -> Backend:
    """OpenVINO where the processor multiplies bfloat16, else ONNX Runtime, which is faster in float32."""
    try:
        import openvino  # noqa: PLC0415 - optional, and slow to import

        return (
            "openvino" if "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "onnxruntime"
        )
    except (ImportError, RuntimeError):
        return "onnxruntime"


def load_weights() -> Arrays:
    """The weights that come with the package, float32."""
    with (files("openwaves.tts.engines.kokoro") / WEIGHTS).open("rb") as file, np.load(file) as kept:
        return {name: kept[name].astype(np.float32) for name in kept.files}


def _curves(f0_hz: NDArray[np.float32], energy: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the network sees of pitch and energy, shape (11, n)."""
    voiced = (f0_hz > VOICED_HZ).astype(np.float32)
    pitch = np.log2(np.maximum(f0_hz, 40) / 200) * voiced
    waves = [np.sin(pitch * k) * voiced for k in _WAVES] + [np.cos(pitch * k) * voiced for k in _WAVES]
    loudness = energy / 4
    return np.stack([voiced, pitch, loudness, np.clip(loudness, -1, 1), f0_hz / 300, *waves]).astype(np.float32)


class _Ort:
    def __init__(self, graph: bytes) -> None:
        self._session = one_thread_session(graph)

    def run(self, feeds: Arrays) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        gains, kept = self._session.run(["gains", "kept"], feeds)
        return gains, kept


class _OpenVino:
    """One thread for each call; calls beyond ``threads`` wait for their turn."""

    def __init__(self, graph: bytes, threads: int) -> None:
        import openvino  # noqa: PLC0415 - optional, and slow to import

        core = openvino.Core()
        capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        options = {
            "INFERENCE_PRECISION_HINT": "bf16" if "BF16" in capabilities else "f32",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": threads,
            "ENABLE_CPU_PINNING": False,
        }
        compiled = core.compile_model(core.read_model(graph), "CPU", options)
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(threads):
            self._idle.put(compiled.create_infer_request())

    def run(self, feeds: Arrays) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        request = self._idle.get()
        try:
            request.infer(feeds, share_inputs=True)
            gains, kept = (np.array(request.get_output_tensor(number).data) for number in range(2))
            return gains, kept
        finally:
            self._idle.put(request)
