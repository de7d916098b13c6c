"""The first half of Kokoro: phonemes and a style to what a decoder speaks from."""

import threading
from dataclasses import dataclass
from typing import ClassVar, Self
from weakref import WeakValueDictionary

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.models.session import one_thread_session
from openwaves.tts.engines.kokoro import signal, slow
from openwaves.tts.engines.kokoro.prepare import PreparedNetwork
from openwaves.tts.engines.symbols import SYMBOLS, check_phonemes
from openwaves.types import PhonemeTiming, Style

MAX_PHONEMES = 300  # the network takes 510, with 0.5 MB of working memory for each frame of the longest call
FRAME_SAMPLES = 600  # samples of one unit of duration
SILENCE_ENERGY = -4.0  # of the network's energy curve; within 100 ms of where the sound begins and ends
FRAME_STEP = 4  # lengths are multiples of it where the silence allows, since OpenVINO prepares itself for each length


@dataclass(frozen=True, slots=True)
class Encoded:
    """An utterance, ready for a decoder.

    Attributes:
        asr: Content, shape (1, 512, n_frames), float32; a frame has ``FRAME_SAMPLES``.
        f0: Fundamental frequency in Hz, 0 without voice, shape (1, 1, 2 · n_frames), float32.
        energy: Same shape and dtype.
        style: The row of the style pack for this length, shape (1, 256), float32.
        timings: Of every phoneme.
    """

    asr: NDArray[np.float32]
    f0: NDArray[np.float32]
    energy: NDArray[np.float32]
    style: NDArray[np.float32]
    timings: tuple[PhonemeTiming, ...]


class Encoder:
    """One session, shared by all callers and by every engine that decodes what it gives. Thread-safe."""

    _loaded: ClassVar[WeakValueDictionary[str, "Encoder"]] = WeakValueDictionary()
    _lock = threading.Lock()

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    @classmethod
    def load(cls, network: PreparedNetwork) -> Self:
        """The encoder of a prepared network: the one in memory, if somebody still holds it."""
        path = str(network.encoder)
        with cls._lock:
            found = cls._loaded.get(path)
            if not isinstance(found, cls):
                found = cls(one_thread_session(path))
                cls._loaded[path] = found
            return found

    def encode(self, phonemes: str, style: Style, speed: float, cancel: CancelToken) -> Encoded:
        """Find durations, content, pitch and energy; for arguments and errors see ``Engine.synthesize``."""
        check_phonemes(phonemes, MAX_PHONEMES)
        if style.pack is None:
            raise EngineError("Kokoro needs a style pack")
        row = style.pack[len(phonemes) - 1][None]
        tokens = np.array([[0, *(SYMBOLS[phoneme] for phoneme in phonemes), 0]], np.int64)
        feeds = {"tokens": tokens, "style": row, "speed": slow.paces(phonemes, speed)}
        run = onnxruntime.RunOptions()
        with cancel.interrupting(lambda: setattr(run, "terminate", True)):
            durations, asr, f0, energy = self._session.run(["durations", "asr", "f0", "n"], feeds, run)
        end = _even_end(energy.ravel(), asr.shape[2])
        asr, f0, energy = asr[:, :, :end], f0[:, :, : 2 * end], energy[:, :, : 2 * end]
        if style.pitch != 1.0:
            f0 = np.where(f0 > signal.VOICED_HZ, f0 * np.float32(style.pitch), f0)
        ends = np.cumsum(durations.ravel()).clip(0, end) * FRAME_SAMPLES / signal.RATE
        timings = tuple(PhonemeTiming(float(ends[n]), float(ends[n + 1])) for n in range(len(phonemes)))
        return Encoded(asr, f0, energy, row, timings)


def _even_end(energy: NDArray[np.float32], n_frames: int) -> int:
    """The last multiple of ``FRAME_STEP`` frames if nothing is heard after it, else all frames.

    No more of the silence around speech may go: the normalizations of the full decoder count on it.

    Args:
        energy: Shape (2 · n_frames,).
        n_frames: Frames of ``FRAME_SAMPLES``.
    """
    even = n_frames - n_frames % FRAME_STEP
    return n_frames if np.any(energy[2 * even :] > SILENCE_ENERGY) else even
