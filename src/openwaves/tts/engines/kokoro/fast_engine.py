"""Kokoro with the fast decoder."""

from collections import deque
from typing import ClassVar, Self

import numpy as np

from openwaves.cancellation import CancelToken
from openwaves.errors import EngineError
from openwaves.models.session import use_one_blas_thread
from openwaves.tts.engines.base import Outline
from openwaves.tts.engines.kokoro import signal, slow
from openwaves.tts.engines.kokoro.encoder import MAX_PHONEMES, Encoder
from openwaves.tts.engines.kokoro.fast import Decoding, FastDecoder, fast_backend, load_weights
from openwaves.tts.engines.kokoro.prepare import PreparedNetwork
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.types import Audio, Samples, Style

HEARD = 8.5
"""How far below its greatest value the network's curve of energy (a natural logarithm) may be where something is heard.
Source: 45 dB below the loudest frame, ten voices: sound begins there within -10 to +9 ms, ends within -37 to +40."""

LEAD_STEPS = 12
"""Steps of 12.5 ms before the first sound from which on the decoder speaks; what is earlier is silence. Source: its
first 0.4 s differ no more from those after the whole silence than with 24 steps, which is all that it sees."""


class FastKokoroEngine:
    """The encoder of ``KokoroEngine`` and a decoder that takes a tenth of the time. Thread-safe."""

    name = "kokoro-fast"
    sample_rate = signal.RATE
    symbols = frozenset(SYMBOLS)
    max_phonemes = MAX_PHONEMES
    segment_chars: ClassVar[tuple[int, ...]] = (44, 200)  # a long first sentence begins with its first clause

    def __init__(self, encoder: Encoder, decoder: FastDecoder) -> None:
        self._encoder = encoder
        self._decoder = decoder

    @classmethod
    def load(cls, network: PreparedNetwork, threads: int) -> Self:
        """Load the encoder, unless another engine did, and the decoder.

        Args:
            network: Where the prepared graphs are.
            threads: Most callers at once.

        Raises:
            EngineError: A graph cannot be loaded.
        """
        try:
            use_one_blas_thread()
            return cls(Encoder.load(network), FastDecoder(load_weights(), fast_backend(), threads))
        except (OSError, RuntimeError, ValueError) as error:
            raise EngineError(f"the fast decoder of Kokoro cannot be loaded: {error}") from error

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
        outline = self.begin(phonemes, style, speed, seed=seed, cancel=cancel)
        return Audio(outline.more(outline.n_samples, cancel), self.sample_rate, outline.timings)

    def begin(
        self,
        phonemes: str,
        style: Style,
        speed: float = 1.0,
        *,
        seed: int = 0,
        cancel: CancelToken | None = None,
    ) -> Outline:
        """See ``StreamingEngine``. What is heard is told by the network's own curve of energy."""
        encoded = self._encoder.encode(phonemes, style, speed, cancel or CancelToken())
        energy, f0_hz = encoded.energy.ravel(), encoded.f0.ravel()
        quiet = energy.max() - HEARD
        heard = energy > quiet
        first = max(0, int(heard.argmax()) - LEAD_STEPS) // 2  # frame of the encoder
        asr = encoded.asr[:, :, first:]
        random = np.random.default_rng(seed)
        decoding = self._decoder.begin(asr, f0_hz[2 * first :], energy[2 * first :], encoded.style, random)
        silences, timings = [slow.Silence(0, 2 * first * signal.HOP)], encoded.timings
        if speed < slow.SLOWEST_SILENCE:
            added, timings = slow.pauses(energy, quiet, signal.HOP, signal.RATE, timings, phonemes, speed)
            for at, n_added in reversed(added):
                heard = np.insert(heard, at // signal.HOP, np.zeros(n_added // signal.HOP, np.bool_))
            silences += [silence._replace(at=max(0, silence.at - silences[0].n_samples)) for silence in added]
        more = _Sound(decoding, silences).more
        return Outline(len(heard) * signal.HOP, self.sample_rate, timings, heard, signal.HOP, more)


class _Sound:
    """What is decoded, with silence added."""

    def __init__(self, decoding: Decoding, silences: list[slow.Silence]) -> None:
        self._decoding = decoding
        self._silences = deque(silences)
        self._n_made = 0

    def more(self, n_samples: int, cancel: CancelToken) -> Samples:
        """See ``Outline``."""
        pieces = [np.zeros(0, np.float32)]
        while self._silences and self._silences[0].at == self._n_made:
            pieces.append(np.zeros(self._silences.popleft().n_samples, np.float32))
        samples = self._decoding.more(n_samples - sum(map(len, pieces)), cancel)
        done = 0
        while self._silences and self._silences[0].at <= self._n_made + len(samples):
            at, n_added = self._silences.popleft()
            pieces += [samples[done : at - self._n_made], np.zeros(n_added, np.float32)]
            done = at - self._n_made
        self._n_made += len(samples)
        return np.concatenate([*pieces, samples[done:]])
