"""The fast decoder with its real weights, on both backends."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from openwaves.assembly import FAST_MODELS, fetch_models, load_speaker
from openwaves.cancellation import CancelToken
from openwaves.errors import CancelledWorkError, EngineError
from openwaves.models.progress import LineProgress, SilentProgress
from openwaves.models.store import KOKORO_VOICES
from openwaves.scheduler import Scheduler
from openwaves.settings import load_settings
from openwaves.tts.engines.kokoro import FastKokoroEngine, KokoroEngine
from openwaves.tts.engines.kokoro.engine import BACKENDS, Backend, choose_backend, openvino_problem
from openwaves.tts.engines.kokoro.fast import Arrays, FastDecoder, load_weights
from openwaves.tts.engines.on_demand import OnDemandEngine
from openwaves.tts.g2p.english import english
from openwaves.tts.synthesis import Synthesizer
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.styles import StyleLibrary
from openwaves.types import ClonedStyle, SpeechRequest, Style, Voice

pytestmark = pytest.mark.slow

N_FRAMES = 70
Plain = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def weights() -> Arrays:
    return load_weights()


@pytest.fixture(scope="module")
def given() -> Arrays:
    """What an encoder might say: voiced with a gap, content that changes."""
    random = np.random.default_rng(0)
    f0_hz = np.linspace(220, 140, 2 * N_FRAMES).astype(np.float32)
    f0_hz[60:80] = 0
    return {
        "asr": (random.standard_normal((1, 512, N_FRAMES)).cumsum(2) / 20).astype(np.float32),
        "f0_hz": f0_hz,
        "energy": random.uniform(-4, 4, 2 * N_FRAMES).astype(np.float32),
        "style": (random.standard_normal((1, 256)) / 5).astype(np.float32),
    }


@pytest.fixture(scope="module")
def engine() -> FastKokoroEngine:
    return FastKokoroEngine.load(fetch_models(load_settings(), SilentProgress()), 2)


@pytest.fixture(scope="module")
def style() -> Style:
    packs = StyleLibrary(load_settings().model_dir / KOKORO_VOICES)
    return Style(packs.pack({"af_heart": 1.0}, {"af_heart": 1.0}))


@pytest.fixture(scope="module")
def phonemes() -> str:
    return english(british=False).phonemize("The quick brown fox jumps over the lazy dog.")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("steps", [8, 48, 1000])
def test_pieces_are_what_the_network_says_of_the_whole(
    weights: Arrays, given: Arrays, backend: Backend, steps: int
) -> None:
    """Beside the same network written down in numpy, over the whole utterance at once."""
    if backend == "openvino" and (problem := openvino_problem()):
        pytest.skip(problem)
    decoding = FastDecoder(weights, backend, 1).begin(**given, random=np.random.default_rng(3))
    pieces = []
    while len(piece := decoding.more(300 * steps, CancelToken())):
        pieces.append(piece)
    sound = np.concatenate(pieces)
    assert len(sound) == 600 * N_FRAMES
    assert len(pieces) > 2 or steps == 1000
    expected = plainly(weights, given)
    tolerance = 1e-4 if backend == "onnxruntime" else 0.03  # OpenVINO may multiply in bfloat16
    assert np.abs(sound - expected).max() < tolerance * np.abs(expected).max()


def test_the_stream_is_the_whole_sample_for_sample(engine: FastKokoroEngine, style: Style, phonemes: str) -> None:
    whole = engine.synthesize(phonemes, style, seed=5)
    for sound_s in (0.05, 0.4, 1.1):
        outline = engine.begin(phonemes, style, seed=5)
        pieces = []
        while len(piece := outline.more(round(sound_s * engine.sample_rate), CancelToken())):
            pieces.append(piece)
        assert len(pieces) > 2
        assert max(map(len, pieces)) <= (sound_s + 0.11) * engine.sample_rate
        assert np.array_equal(np.concatenate(pieces), whole.samples)
    assert not np.array_equal(engine.synthesize(phonemes, style, seed=6).samples, whole.samples)


def test_it_speaks_as_long_as_loud_and_as_much_as_the_full_decoder(
    engine: FastKokoroEngine, style: Style, phonemes: str
) -> None:
    full = KokoroEngine.load(fetch_models(load_settings(), SilentProgress()), choose_backend(), 1)
    one, other = full.synthesize(phonemes, style), engine.synthesize(phonemes, style)
    assert other.timings == one.timings
    assert len(other.samples) == len(one.samples)
    assert abs(10 * np.log10(np.mean(other.samples**2) / np.mean(one.samples**2))) < 1.5
    assert abs(float(other.samples.mean())) < 1e-3
    first, second = (
        np.mean(samples[: len(samples) // 600 * 600].reshape(-1, 600) ** 2, 1)
        for samples in (one.samples, other.samples)
    )
    assert np.corrcoef(np.log(first + 1e-7), np.log(second + 1e-7))[0, 1] > 0.95


def test_it_stops_within_one_piece(engine: FastKokoroEngine, style: Style, phonemes: str) -> None:
    token = CancelToken()
    outline = engine.begin(phonemes, style, cancel=token)
    outline.more(1, token)
    token.cancel()
    with pytest.raises(CancelledWorkError):
        outline.more(1, token)


def test_what_it_cannot_speak_is_an_error(engine: FastKokoroEngine, style: Style) -> None:
    with pytest.raises(EngineError, match="300"):
        engine.synthesize("a" * 301, style)
    with pytest.raises(EngineError, match="style"):
        engine.synthesize("a", Style())


async def test_the_model_decides_who_speaks_and_a_clone_only_if_it_sounds_the_same() -> None:
    speaker = load_speaker(load_settings(decoder="fast"), 1, LineProgress(), print)
    assert set(speaker.engines) == {"hibari", "kokoro", "kokoro-fast"}
    full = speaker.engines["kokoro"]
    assert isinstance(full, OnDemandEngine)
    assert not full.is_loaded  # until somebody asks for it
    scheduler = Scheduler(1, 8)
    synthesizer = Synthesizer(Catalogue.load(), speaker, scheduler, 1000, FAST_MODELS["standard"])
    turned = Synthesizer(Catalogue.load(), speaker, scheduler, 1000, FAST_MODELS["pro"])
    style = ClonedStyle(np.zeros(256, np.float32), 1.0, 0.0)
    clones = [Voice.of_clone(replace(style, fast_likeness=likeness)) for likeness in (None, 0.7, 0.9)]
    request = SpeechRequest("Hello there, who is it?", "magnus", sample_rate=24000)
    pro = replace(request, model="lightning_v3.1_pro")
    try:
        assert synthesizer.voice(request).engine == "kokoro-fast"
        assert synthesizer.voice(pro).engine == "kokoro"
        assert (turned.voice(request).engine, turned.voice(pro).engine) == ("kokoro", "kokoro-fast")
        assert synthesizer.voice(SpeechRequest("Hello.", "sophia")).engine == "hibari"
        spoken_by = [synthesizer.voice(replace(request, clone=clone)).engine for clone in clones]
        assert spoken_by == ["kokoro", "kokoro", "kokoro-fast"]
        plan = synthesizer.plan(request)
        stream = [chunk async for chunk in synthesizer.live(plan)]
        assert b"".join(chunk.data for chunk in stream) == await synthesizer.whole(request)
        assert [word.start for chunk in stream for word in chunk.words] == [0, 6, 13, 17, 20]
    finally:
        scheduler.close()


def test_the_weights_are_small_enough_to_ship() -> None:
    import openwaves.tts.engines.kokoro.fast as module

    assert Path(module.__file__).with_name(module.WEIGHTS).stat().st_size < 20e6


def plainly(weights: Arrays, given: Arrays) -> np.ndarray:
    """The network and its filters over a whole utterance, as the training has them, in numpy."""
    w: Plain = {name: value.astype(np.float64) for name, value in weights.items()}
    f0_hz, energy = given["f0_hz"].astype(np.float64), given["energy"].astype(np.float64)
    voiced = (f0_hz > 10).astype(np.float64)
    pitch = np.log2(np.maximum(f0_hz, 40) / 200) * voiced
    waves = [wave(pitch * k) * voiced for wave in (np.sin, np.cos) for k in (2, 4, 8)]
    curves = np.stack([voiced, pitch, energy / 4, np.clip(energy / 4, -1, 1), f0_hz / 300, *waves], 1)
    style = linear(w, "enter_style", (given["style"][0] - w["style_mean"]) / w["style_std"])
    style /= 1 + np.exp(-style)
    rows = linear(w, "enter_asr", (given["asr"][0].T - w["asr_mean"]) / w["asr_std"])
    x = rows.repeat(2, axis=0) + convolved(w, "enter_curves", curves, "tc,oc->to")
    for number in range(8):
        name = f"blocks.{number}"
        h = normal(w, f"{name}.film", convolved(w, f"{name}.depthwise", x, "tc,c->tc"), style)
        h = linear(w, f"{name}.wide", h)
        h = 0.5 * h * (1 + np.tanh(np.sqrt(2 / np.pi) * (h + 0.044715 * h**3)))
        x = x + linear(w, f"{name}.narrow", h) * w[f"{name}.scale"]
    x = normal(w, "leave_film", x, style)
    level, a, b, noise = linear(w, "leave", x).reshape(-1, 4, 376).swapaxes(0, 1)
    cosine, sine = np.tanh(linear(w, "modulate", x)).reshape(-1, 2, 376).swapaxes(0, 1)
    voice = np.exp(np.clip(level, -14, 5)) / np.sqrt(a * a + b * b + 1e-4)
    pulses, breath, by_cosine, by_sine = (spectra(part) for part in excitation(f0_hz))
    total = voice * (a + 1j * b) * pulses
    total += np.exp(np.clip(noise, -14, 5)) * (breath + cosine * by_cosine + sine * by_sine)
    sound = np.zeros(len(total) * 150 + 600)
    for number, piece in enumerate(np.roll(np.fft.irfft(total, 750), 225, axis=1)):
        sound[150 * number : 150 * number + 750] += piece
    return sound[300:-300]


def linear(w: Plain, name: str, x: np.ndarray) -> np.ndarray:
    return np.asarray(x @ w[f"{name}.weight"].T + w[f"{name}.bias"])


def convolved(w: Plain, name: str, x: np.ndarray, how: str) -> np.ndarray:
    kernel = w[f"{name}.weight"]
    size = kernel.shape[2]
    padded = np.pad(x, ((size // 2, size // 2), (0, 0)))
    taps = kernel[:, 0].T if kernel.shape[1] == 1 else kernel.transpose(2, 0, 1)
    parts = [np.einsum(how, padded[k : k + len(x)], tap) for k, tap in enumerate(taps)]
    return np.asarray(sum(parts) + w[f"{name}.bias"])


def normal(w: Plain, name: str, x: np.ndarray, style: np.ndarray) -> np.ndarray:
    gain, shift = np.split(linear(w, name, style), 2)
    even = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    return np.asarray(even * (1 + gain) + shift)


def excitation(f0_hz: np.ndarray) -> list[np.ndarray]:
    """Pulses, noise, noise by the cosine and the sine of the phase."""
    turns = np.cumsum(f0_hz * 300 / 24000)
    before, after = np.diff(turns, prepend=turns[:1]), np.diff(turns, append=turns[-1:])
    offsets = (np.arange(300) + 0.5) / 300 - 0.5
    slopes = np.concatenate([np.tile(before[:, None], 150), np.tile(after[:, None], 150)], 1)
    angle = 2 * np.pi * (turns[:, None] + slopes * offsets).ravel()
    hertz, voiced = np.maximum(f0_hz, 10).repeat(300), (f0_hz > 10).repeat(300)
    noise = np.random.default_rng(3).standard_normal(len(angle), np.float32)
    harmonics = np.arange(1, 1151)[:, None]
    pulses = np.zeros(len(angle))
    for begin in range(0, len(angle), 3000):
        block = slice(begin, begin + 3000)
        below = harmonics <= np.floor(11500 / hertz[block])
        pulses[block] = 2 * (np.cos(harmonics * angle[block]) * below).sum(0)
    pulses *= np.sqrt(hertz / 200) * 0.1 * voiced
    return [pulses, noise, noise * np.cos(angle) * voiced, noise * np.sin(angle) * voiced]


def spectra(samples: np.ndarray) -> np.ndarray:
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(300) / 300)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, 75), 300)[::150]
    return np.asarray(np.fft.rfft(frames * window, 750))
