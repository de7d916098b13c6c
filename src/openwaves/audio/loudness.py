"""The common level of all voices."""

import numpy as np

from openwaves.types import Samples

TARGET_LUFS = -20.0
"""Integrated loudness, BS.1770, that the catalogue's gains aim at."""


def gain(samples: Samples, gain_db: float) -> Samples:
    """The samples, ``gain_db`` louder."""
    return samples if gain_db == 0 else samples * np.float32(10 ** (gain_db / 20))
