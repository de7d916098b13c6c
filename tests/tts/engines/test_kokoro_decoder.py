"""The decoder as it is rewritten for OpenVINO, beside the published one in ONNX Runtime."""

import numpy as np
import pytest
from numpy.typing import NDArray

from openwaves.assembly import fetch_models
from openwaves.cancellation import CancelToken
from openwaves.models.progress import SilentProgress
from openwaves.models.session import one_thread_session
from openwaves.models.store import KOKORO_VOICES
from openwaves.settings import load_settings
from openwaves.tts.engines.kokoro import KokoroEngine, PreparedNetwork
from openwaves.tts.engines.kokoro.encoder import Encoder
from openwaves.tts.engines.kokoro.engine import Feeds, openvino_problem
from openwaves.tts.engines.kokoro.rewrite_decoder import LAST, SQUARES
from openwaves.tts.engines.kokoro.signal import N_BINS
from openwaves.tts.g2p.english import english
from openwaves.tts.voices.styles import StyleLibrary
from openwaves.types import Style


def test_two_squares_make_the_sine() -> None:
    turns = np.linspace(-40, 40, 200_001)
    value = (np.abs(np.fmod(turns, 1)) - 0.5) ** 2
    for factor, offset in SQUARES:
        value = (value * factor + offset) ** 2
    assert np.abs(value * LAST[0] + LAST[1] - np.sin(np.pi * turns) ** 2).max() < 7e-4


@pytest.mark.slow
def test_the_rewritten_decoder_gives_the_spectrum_of_the_published_one() -> None:
    if problem := openvino_problem():
        pytest.skip(problem)
    network = fetch_models(load_settings(), SilentProgress())
    packs = StyleLibrary(load_settings().model_dir / KOKORO_VOICES)
    both = _Both(network)
    engine = KokoroEngine(Encoder.load(network), both, "onnxruntime")
    style = Style(packs.pack({"am_fenrir": 1.0}, {"am_fenrir": 1.0}))
    engine.synthesize(english(british=False).phonemize("Yes, of course."), style)
    ((published, rewritten),) = both.spectra
    assert rewritten.shape == published.shape
    magnitudes, others = published[:N_BINS], rewritten[:N_BINS]
    difference = np.abs(magnitudes - others).mean()
    assert difference < 0.2  # of a natural logarithm; both round to 8 bits, at other places
    assert difference < 0.1 * np.abs(magnitudes - magnitudes.mean()).mean()


class _Both:
    """Runs both decoders, and keeps what they give."""

    def __init__(self, network: PreparedNetwork) -> None:
        openvino = pytest.importorskip("openvino")
        self._published = one_thread_session(str(network.decoder_ort))
        options = {"INFERENCE_PRECISION_HINT": "f32"}
        self._rewritten = openvino.Core().compile_model(str(network.decoder_openvino), "CPU", options)
        self.spectra: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []

    def run(self, feeds: Feeds, cancel: CancelToken) -> NDArray[np.float32]:
        published = self._published.run(["spec"], dict(feeds))[0][0]
        rewritten = np.array(self._rewritten(dict(feeds))[0][0])
        self.spectra.append((published, rewritten))
        return rewritten
