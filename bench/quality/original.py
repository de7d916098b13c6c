"""The published Kokoro graph, run whole by ONNX Runtime: what the prepared network is compared with."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.quality.studio import RATE, Studio
from openwaves.audio.trim import trim
from openwaves.models.session import one_thread_session
from openwaves.models.store import KOKORO_NETWORK, ModelStore
from openwaves.settings import load_settings
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.text.analyze import analyze
from openwaves.tts.text.segments import split
from openwaves.types import Audio, Samples, SpeechJob, Style

WINDOW_SUM = 1.5
"""How much too loud the graph is: it lacks the division by the window sum of its inverse STFT (Hann window of 20
samples in steps of 5, squared and added up)."""

N_MELS = 80
_SIZE, _HOP = 1024, 256
_FLOOR_DB = 60  # below the loudest band


class Original:
    """The graph, with its level set right."""

    @cached_property
    def _session(self) -> Any:
        return one_thread_session(str(ModelStore(load_settings().model_dir).require(KOKORO_NETWORK)))

    def speak(self, phonemes: str, style: Style, speed: float) -> Samples:
        """The sound of phonemes at ``RATE``, with all its silence."""
        assert style.pack is not None
        feeds = {
            "tokens": np.array([[0, *(SYMBOLS[phoneme] for phoneme in phonemes), 0]], np.int64),
            "style": style.pack[len(phonemes) - 1][None],
            "speed": np.array([speed], np.float32),
        }
        samples: Samples = self._session.run(None, feeds)[0].ravel() / WINDOW_SUM
        return samples


class NoNoise(np.random.Generator):
    """Takes the noise out of the harmonic source: the published graph has none. Given to the engine as the seed."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def standard_normal(self, size: Any = None, dtype: Any = np.float32, out: Any = None) -> Any:
        """Zeros."""
        return np.zeros(size, dtype)


def phonemes_of(studio: Studio, voice_id: str, text: str) -> str:
    """A text of one sentence as the engine gets it, in one piece."""
    (segment,) = split(text, (400,))
    job = SpeechJob(segment, studio.voice(voice_id), 1.0, "en", None, math_notation=False, seed=0)
    (utterance,) = analyze(job, 500)
    return utterance.phonemes


def without_ends(samples: Samples, phonemes: str) -> Samples:
    """Cut as the server cuts silent ends."""
    return trim(Audio(samples, RATE), phonemes).samples


def distance_db(samples: Samples, other: Samples) -> float:
    """Mean difference of two log-mel spectra, dB, over what is less than 60 dB below the loudest.

    The prepared network leaves out a little of the silence at the end.
    """
    n = min(len(samples), len(other))
    return _difference(log_mel(samples[:n]), log_mel(other[:n]))


def _difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    loud = np.maximum(first, second) > max(first.max(), second.max()) - _FLOOR_DB
    return float(np.abs(first - second)[loud].mean())


def log_mel(samples: Samples) -> NDArray[np.float64]:
    """Energy in 80 mel bands up to 12 kHz, dB, shape (n_frames, 80); hops of 10.7 ms."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _SIZE)[::_HOP] * np.hanning(_SIZE)
    power = np.abs(np.fft.rfft(frames)) ** 2
    return np.asarray(10 * np.log10(power @ _MEL.T + 1e-10))


def _filters() -> NDArray[np.float64]:
    """Triangles, even on the mel scale. Source: O'Shaughnessy, Speech Communication (1987), 2595 log10(1 + f / 700)."""
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, N_MELS + 2) / 2595) - 1)
    hertz = np.linspace(0, RATE / 2, _SIZE // 2 + 1)
    rising = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rising, falling))


_MEL = _filters()
