"""An engine without a model: a short tone for each phoneme. For tests, and to try a client without model files."""

import numpy as np

from openwaves.cancellation import CancelToken
from openwaves.tts.engines.symbols import SYMBOLS, check_phonemes
from openwaves.types import Audio, PhonemeTiming, Style

RATE = 24000
PHONEME_S = 0.06
FADE_SAMPLES = 96
LEVEL = 0.3
SILENT = frozenset(' .,;:!?—…"“”()')


class ToneEngine:
    """Speaks in tones. Thread-safe."""

    name = "tone"
    sample_rate = RATE
    symbols = frozenset(SYMBOLS)
    max_phonemes = 510
    segment_chars: tuple[int, ...] = (18, 26, 30, 40, 80, 120)

    def synthesize(
        self,
        phonemes: str,
        style: Style,
        speed: float = 1.0,
        *,
        seed: int = 0,
        cancel: CancelToken | None = None,
    ) -> Audio:
        """See ``Engine``; the pitch tells the phoneme, ``seed`` changes nothing."""
        check_phonemes(phonemes, self.max_phonemes)
        if cancel is not None:
            cancel.raise_if_cancelled()
        n_each = round(PHONEME_S * RATE / speed)
        time_s = np.arange(n_each) / RATE
        fade = np.minimum(1, np.minimum(np.arange(n_each), np.arange(n_each)[::-1]) / FADE_SAMPLES)
        parts = []
        for phoneme in phonemes:
            level = 0.0 if phoneme in SILENT else LEVEL
            hertz = (150 + 3 * SYMBOLS[phoneme]) * style.pitch
            parts.append(level * fade * np.sin(2 * np.pi * hertz * time_s))
        length_s = n_each / RATE
        timings = tuple(PhonemeTiming(n * length_s, (n + 1) * length_s) for n in range(len(phonemes)))
        return Audio(np.concatenate(parts).astype(np.float32), RATE, timings)
