"""One level for all speech, before a recogniser hears it."""

import numpy as np

from openwaves.types import Samples

LEVEL_DB = -20.0
MOST_GAIN_DB = 30.0


def leveled(samples: Samples) -> Samples:
    """The samples at an RMS of ``LEVEL_DB`` relative to 1, amplified by ``MOST_GAIN_DB`` at most."""
    rms = float(np.sqrt(np.dot(samples, samples) / max(1, len(samples)))) + 1e-9
    gain = min(10 ** (LEVEL_DB / 20) / rms, 10 ** (MOST_GAIN_DB / 20))
    return (samples * np.float32(gain)).astype(np.float32)
