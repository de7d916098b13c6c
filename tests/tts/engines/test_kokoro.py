"""The Kokoro engine with the real network, on both backends."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from openwaves.assembly import fetch_models
from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledWorkError, EngineError, ModelFileError, UnknownPhonemeError
from openwaves.models.progress import SilentProgress
from openwaves.models.store import KOKORO_NETWORK, KOKORO_VOICES
from openwaves.settings import load_settings
from openwaves.tts.engines.kokoro import KokoroEngine, PreparedNetwork, prepare
from openwaves.tts.engines.kokoro.engine import BACKENDS, Backend, openvino_problem
from openwaves.tts.engines.kokoro.slow import paces
from openwaves.tts.g2p.english import english
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.styles import StyleLibrary
from openwaves.types import Samples, Style

pytestmark = pytest.mark.slow

SENTENCES = ("Yes, of course.", "The quick brown fox jumps over the lazy dog.", "How long does it take to get there?")


@pytest.fixture(scope="module")
def network() -> PreparedNetwork:
    return fetch_models(load_settings(), SilentProgress())


@pytest.fixture(scope="module")
def style() -> Style:
    packs = StyleLibrary(load_settings().model_dir / KOKORO_VOICES)
    return Style(packs.pack({"am_fenrir": 1.0}, {"am_fenrir": 1.0}))


@pytest.fixture(scope="module")
def phonemes() -> list[str]:
    reader = english(british=False)
    return [reader.phonemize(sentence) for sentence in SENTENCES]


@pytest.fixture(scope="module", params=BACKENDS)
def engine(request: pytest.FixtureRequest, network: PreparedNetwork) -> KokoroEngine:
    backend: Backend = request.param
    if backend == "openvino" and (problem := openvino_problem()):
        pytest.skip(problem)
    return KokoroEngine.load(network, backend, 2)


def test_timings_cover_the_sound_to_the_frame(engine: KokoroEngine, style: Style, phonemes: list[str]) -> None:
    for text in phonemes:
        audio = engine.synthesize(text, style)
        assert len(audio.timings) == len(text)
        assert len(audio.samples) % 600 == 0
        for before, after in zip(audio.timings, audio.timings[1:], strict=False):
            assert before.end_s == after.start_s
        assert audio.timings[-1].end_s <= audio.duration_s
        assert round(audio.timings[-1].end_s * 24000) % 600 == 0


def test_the_same_arguments_give_the_same_samples_from_any_thread(
    engine: KokoroEngine, style: Style, phonemes: list[str]
) -> None:
    alone = [engine.synthesize(text, style, seed=3).samples for text in phonemes]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda n: engine.synthesize(phonemes[n % 3], style, seed=3).samples, range(12)))
    for n, samples in enumerate(together):
        assert np.array_equal(samples, alone[n % 3])
    assert not np.array_equal(engine.synthesize(phonemes[0], style, seed=4).samples, alone[0])


def test_speed_changes_the_length_and_not_the_pitch(engine: KokoroEngine, style: Style, phonemes: list[str]) -> None:
    slow, fast = (engine.synthesize(phonemes[1], style, speed).samples for speed in (0.7, 1.5))
    assert len(slow) / len(fast) == pytest.approx(1.5 / 0.7, rel=0.15)
    assert pitch_hz(slow) == pytest.approx(pitch_hz(fast), rel=0.12)


def test_pitch_is_scaled_and_the_times_stay(engine: KokoroEngine, style: Style, phonemes: list[str]) -> None:
    assert style.pack is not None
    plain = engine.synthesize(phonemes[1], style)
    higher = engine.synthesize(phonemes[1], Style(style.pack, 1.25))
    assert higher.timings == plain.timings
    assert pitch_hz(higher.samples) / pitch_hz(plain.samples) == pytest.approx(1.25, rel=0.08)


@pytest.mark.alone
def test_cancelling_stops_the_work_within_300_ms(engine: KokoroEngine, style: Style, phonemes: list[str]) -> None:
    long = " ".join(phonemes * 4)[: engine.max_phonemes]
    for delay_s in (0.02, 0.3, 0.8):
        token = CancelToken()
        timer = threading.Timer(delay_s, token.cancel)
        timer.start()
        with pytest.raises(CancelledWorkError):
            engine.synthesize(long, style, cancel=token)
        ended = time.monotonic()
        timer.join()
        assert time.monotonic() - ended < 0.3
    assert len(engine.synthesize(phonemes[0], style).samples)


def test_a_stopped_call_leaves_no_trace_in_those_that_follow(
    engine: KokoroEngine, style: Style, phonemes: list[str]
) -> None:
    """Lengths that come again after they were stopped half-way, or were spoken before what was."""
    short, long = phonemes[0], " ".join(phonemes[1:])
    alone = {text: engine.synthesize(text, style).samples for text in (long, short)}
    n_stopped = 0
    for number in range(20):
        token = CancelToken()
        timer = threading.Timer(0.015 + 0.006 * number, token.cancel)
        timer.start()
        try:
            engine.synthesize(long, style, cancel=token)
        except CancelledWorkError:
            n_stopped += 1
        timer.join()
        text = long if number % 4 == 3 else short
        assert np.array_equal(engine.synthesize(text, style).samples, alone[text])
    assert n_stopped > 5


def test_what_it_cannot_speak_is_an_error(engine: KokoroEngine, style: Style) -> None:
    with pytest.raises(UnknownPhonemeError, match="ɭ"):
        engine.synthesize("həlɭˈO", style)
    with pytest.raises(EngineError, match="300"):
        engine.synthesize("a" * 301, style)
    with pytest.raises(EngineError, match="style"):
        engine.synthesize("a", Style())


def test_the_backends_sound_alike(network: PreparedNetwork, style: Style, phonemes: list[str]) -> None:
    if problem := openvino_problem():
        pytest.skip(problem)
    one, other = (KokoroEngine.load(network, backend, 1) for backend in BACKENDS)
    for text in phonemes:
        first, second = (spectrum_db(engine.synthesize(text, style).samples) for engine in (one, other))
        assert first.shape == second.shape
        loud = np.maximum(first, second) > first.max() - 50
        assert np.abs(first - second)[loud].mean() < 4


SLOW_VOICES = (("magnus", "təmˈATO."), ("olivia", "ɪt ɪz ɹˈɛdi nˈW. təmˈATO sˈup ɪz hˈɑt."))


@pytest.mark.parametrize(("voice_id", "text"), SLOW_VOICES)
@pytest.mark.parametrize("speed", [0.5, 0.7])
def test_slow_speech_begins_and_pauses_in_silence(engine: KokoroEngine, voice_id: str, text: str, speed: float) -> None:
    voice = Catalogue.load().get(voice_id)
    packs = StyleLibrary(load_settings().model_dir / KOKORO_VOICES)
    audio = engine.synthesize(text, Style(packs.pack(voice.timbre, voice.prosody)), speed)
    hop_s = 0.005
    energy = np.sqrt(np.mean(audio.samples[: len(audio.samples) // 120 * 120].reshape(-1, 120) ** 2, axis=1))
    quiet = energy.max() * 10 ** (-45 / 20)
    # A first plosive and what the durations are late leave a tenth of a second.
    assert energy[: int((audio.timings[0].start_s - 0.1) / hop_s)].max() < quiet
    usual = engine.synthesize(text, Style(packs.pack(voice.timbre, voice.prosody)))
    for number, phoneme in enumerate(text[:-2]):
        if phoneme == ".":
            begin_s, end_s = audio.timings[number].start_s, audio.timings[number + 1].end_s
            usual_s = usual.timings[number + 1].end_s - usual.timings[number].start_s
            assert end_s - begin_s == pytest.approx(usual_s / speed, rel=0.2)
            inside = energy[int(begin_s / hop_s) : int((end_s - 0.1) / hop_s)]
            assert np.mean(inside < quiet) > 0.6
            assert np.max(inside[-10:]) < quiet
    for before, after in zip(audio.timings, audio.timings[1:], strict=False):
        assert before.end_s == pytest.approx(after.start_s)
    assert audio.timings[-1].end_s <= audio.duration_s


def test_paces_of_all_but_slow_speech_are_one_number() -> None:
    for speed in (0.92, 1.0, 1.3, 2.0):
        assert set(paces("ɪt ɪz, nˈW.", speed)) == {np.float32(speed)}
    slowed = paces("ɪt, nˈW. ɪz", 0.5)
    assert [float(pace) > 0.5 for pace in slowed] == [sign in "^,. " for sign in "^ɪt, nˈW. ɪz^"]


def test_another_network_is_refused_by_name(network: PreparedNetwork, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("prepared")
    with pytest.raises(ModelFileError, match=r"encoder\.onnx is not the Kokoro graph"):
        prepare(network.encoder, target)
    assert [path.name for path in target.iterdir()] == [".lock"]


def test_preparing_twice_works_once(network: PreparedNetwork) -> None:
    folder = network.folder.parent
    source = folder.parents[1] / KOKORO_NETWORK
    before = network.encoder.stat().st_mtime_ns
    assert prepare(source, folder) == network
    assert network.encoder.stat().st_mtime_ns == before


def pitch_hz(samples: Samples) -> float:
    """Median fundamental of voiced frames, by autocorrelation."""
    found = []
    for start in range(0, len(samples) - 1200, 480):
        frame = samples[start : start + 1200] - samples[start : start + 1200].mean()
        if np.sqrt(np.mean(frame**2)) < 0.03:
            continue
        correlation = np.correlate(frame, frame, "full")[1199:]
        lag = int(np.argmax(correlation[60:400])) + 60
        if correlation[lag] > 0.6 * correlation[0]:
            found.append(24000 / lag)
    return float(np.median(found))


def spectrum_db(samples: Samples) -> np.ndarray:
    """Band energies in time, dB: a coarse picture of what is heard."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::256] * np.hanning(1024)
    power = np.abs(np.fft.rfft(frames)) ** 2
    edges = np.unique(np.round(np.geomspace(3, 512, 25)).astype(int))
    bands = np.stack([power[:, low:high].mean(1) for low, high in itertools.pairwise(edges)], 1)
    return np.asarray(10 * np.log10(bands + 1e-6))
