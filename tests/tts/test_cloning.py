"""Cloned voices: what is refused, and that a clone sounds like the voice that it was made of."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soxr

from openwaves.assembly import fetch_models
from openwaves.audio.decode import decode
from openwaves.audio.pitch import pitch_curve
from openwaves.cancellation import CancelToken
from openwaves.errors import ModelFileError, RecordingError
from openwaves.models.progress import SilentProgress
from openwaves.models.store import KOKORO_VOICES, ModelStore
from openwaves.settings import load_settings
from openwaves.speakers.checkpoint import read_checkpoint
from openwaves.speakers.encoders import Encoders, Vector
from openwaves.speakers.prepare import prepare_encoders
from openwaves.tts.cloning.cloner import Cloner
from openwaves.tts.cloning.reference import Reference, check, spoken
from openwaves.tts.cloning.solve import Surrogate
from openwaves.tts.engines.kokoro import FastKokoroEngine
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.synthesis import LEAST_LIKENESS
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.styles import REFERENCE_ROWS, StyleLibrary
from openwaves.types import Samples, SpeechJob, Voice
from tests.audio.test_decode import file_of

REAL_SPEAKERS = Path(__file__).parents[2].parent / "shared" / "gold" / "speakers"
RATE = 16000
TIME = np.arange(8 * RATE) / RATE
TALE = (
    "The old lighthouse stood on a cliff above the bay. Every evening the keeper climbed the stairs and lit the lamp, "
    "and the fishing boats found their way home. How many storms had it seen?"
)
NEWS = "Good morning. The bridge is closed today, so please take the road along the river."


def said_by(speaker: LocalSpeaker, voice: Voice, text: str) -> Samples:
    """A text in a voice, at 16 kHz."""
    jobs = (SpeechJob(one, voice, 1.0, "en", None, math_notation=False, seed=0) for one in split(text))
    sound = np.concatenate([speaker.speak(job, CancelToken()).samples for job in jobs])
    return np.asarray(soxr.resample(sound, 24000, RATE), np.float32)


def upload(samples: Samples, kind: str = "wav") -> bytes:
    return file_of(np.asarray(soxr.resample(samples, RATE, 48000), np.float32), kind)


def median_hz(samples: Samples) -> float:
    curve = pitch_curve(spoken(samples))
    return float(np.median(curve[curve > 0]))


def semitones(one_hz: float, other_hz: float) -> float:
    return abs(12 * float(np.log2(one_hz / other_hz)))


def noise(length_s: float, level: float = 0.1) -> Samples:
    return np.random.default_rng(0).normal(0, level, round(length_s * RATE)).astype(np.float32)


def is_on(hz: float) -> Samples:
    return (np.sin(2 * np.pi * hz * TIME) > 0).astype(np.float32)


NO_SPEECH = {
    "nothing": (np.zeros(0, np.float32), "silent"),
    "silence": (np.zeros(8 * RATE, np.float32), "silent"),
    "whisper from afar": (noise(8, 1e-4), "silent"),
    "noise": (noise(8), "no speech"),
    "bursts of noise": (noise(8) * is_on(2), "no speech"),
    "tone": ((0.3 * np.sin(2 * np.pi * 200 * TIME)).astype(np.float32), "no speech"),
    "beeps": ((0.3 * np.sin(2 * np.pi * 200 * TIME)).astype(np.float32) * is_on(2), "no speech"),
    "hum": ((0.1 * np.sign(np.sin(2 * np.pi * 100 * TIME))).astype(np.float32), "no speech"),
}


@pytest.mark.parametrize("name", NO_SPEECH)
def test_a_recording_without_speech_is_refused_with_advice(name: str) -> None:
    samples, told = NO_SPEECH[name]
    with pytest.raises(RecordingError, match=told) as refused:
        check(samples)
    assert refused.value.field == "file"
    assert "Please record" in refused.value.message


def test_pitch_is_that_of_a_voice_like_sound() -> None:
    for hz in (80, 120, 200, 330):
        pulses = sum(np.sin(2 * np.pi * hz * number * TIME) / number for number in range(1, 12))
        curve = pitch_curve(np.asarray(pulses, np.float32))
        assert semitones(float(np.median(curve[curve > 0])), hz) < 0.3


def test_a_damaged_or_hostile_checkpoint_runs_nothing(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (exec, (f"open({str(tmp_path / 'made')!r}, 'w')",))

    path = tmp_path / "weights.pt"
    parts: list[object] = [1, 2, {}, {"a": Hostile()}, []]
    path.write_bytes(b"".join(map(pickle.dumps, parts)))
    assert read_checkpoint(path) == {}
    assert not (tmp_path / "made").exists()
    path.write_bytes(b"PK\3\4 not a checkpoint")
    with pytest.raises(ModelFileError, match="weights"):
        read_checkpoint(path)


def test_missing_models_are_named(tmp_path: Path) -> None:
    cloner = Cloner(tmp_path, StyleLibrary(tmp_path), lambda job, cancel: pytest.fail("nothing can be said"))
    with pytest.raises(ModelFileError, match="models pull"):
        cloner.load()


@cache
def library() -> StyleLibrary:
    return StyleLibrary(load_settings().model_dir / KOKORO_VOICES)


@cache
def surrogate() -> Surrogate:
    return Surrogate(library())


@pytest.mark.slow
def test_the_pack_of_a_clone_keeps_its_vector_at_the_reference_rows() -> None:
    vector = library().reference("af_heart")
    pack = library().of_clone(vector)
    assert pack.shape == (510, 256)
    assert not pack.flags.writeable
    assert np.abs(pack[REFERENCE_ROWS].mean(axis=0) - vector).max() < 1e-5
    assert np.abs(pack[0] - pack[300]).max() > 0.01
    assert library().of_clone(vector.copy()) is pack
    whole = library().pack({"af_heart": 1.0}, {"af_heart": 1.0})
    assert np.abs(pack - whole).mean() < np.abs(vector - whole).mean()


@pytest.mark.slow
def test_the_gradient_is_that_of_the_distance() -> None:
    chance = np.random.default_rng(0)
    targets = [heard[7].astype(np.float32) for heard in surrogate().heard]
    at = chance.normal(0, 0.5, 256)
    _, gradient, _ = surrogate().distance(at, targets, 150.0)
    for direction in chance.normal(0, 1, (4, 256)):
        ahead, behind = (surrogate().distance(at + step * direction, targets, 150.0)[0] for step in (0.02, -0.02))
        assert abs((ahead - behind) / 0.04 - gradient @ direction) < 0.02 * np.linalg.norm(gradient)


@pytest.mark.slow
def test_a_pitch_an_octave_off_is_mended() -> None:
    points = surrogate().points[::97, -1]
    heard = [rows[::97].astype(np.float32) for rows in surrogate().heard]
    mended = 0
    for number, point in enumerate(points):
        true_hz = 160 * float(np.exp(0.25 * point))
        targets = [rows[number] for rows in heard]
        assert semitones(surrogate().plausible_hz(targets, true_hz), true_hz) < 4
        found = (surrogate().plausible_hz(targets, true_hz * factor) for factor in (0.5, 2.0))
        mended += sum(semitones(hz, true_hz) < 7 for hz in found)
    assert mended > 0.9 * 2 * len(points)


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders.load(prepare_encoders(ModelStore(load_settings().model_dir)))


@pytest.fixture(scope="module")
def cloner(speaker: LocalSpeaker) -> Cloner:
    assert speaker.styles is not None
    return Cloner(load_settings().model_dir, speaker.styles, speaker.speak)


@pytest.fixture(scope="module")
def recordings(speaker: LocalSpeaker) -> dict[str, Samples]:
    """What a low and a high stock voice say, raised and lowered, so that no pack has just that voice."""
    low = replace(Catalogue.load().get("magnus"), pitch=0.92)
    high = replace(Catalogue.load().get("olivia"), pitch=1.08)
    return {"low": said_by(speaker, low, TALE), "high": said_by(speaker, high, TALE)}


def cosines(one: tuple[Vector, Vector], other: tuple[Vector, Vector]) -> float:
    return float(sum(a @ b for a, b in zip(one, other, strict=True)))


@pytest.mark.slow
def test_a_clone_sounds_like_its_speaker_and_as_loud_as_all(
    speaker: LocalSpeaker, cloner: Cloner, encoders: Encoders, recordings: dict[str, Samples]
) -> None:
    heard = {name: encoders.embed(spoken(samples)) for name, samples in recordings.items()}
    for name, other in (("low", "high"), ("high", "low")):
        style = cloner.clone(upload(recordings[name], "mp3"))
        assert style.vector.shape == (256,)
        assert style.vector.dtype == np.float32
        news = said_by(speaker, Voice.of_clone(style), NEWS)
        assert semitones(median_hz(news), median_hz(recordings[name])) < 2.5
        mine = encoders.embed(spoken(news))
        assert cosines(mine, heard[name]) > cosines(mine, heard[other]) + 0.4
        assert abs(pyloudnorm.Meter(RATE).integrated_loudness(news.astype(np.float64)) + 20) < 2.5


@pytest.mark.slow
def test_the_likeness_of_the_fast_decoder_is_measured_where_there_is_one(
    speaker: LocalSpeaker, cloner: Cloner, recordings: dict[str, Samples]
) -> None:
    assert speaker.styles is not None
    fast = FastKokoroEngine.load(fetch_models(load_settings(), SilentProgress()), 1)
    both = LocalSpeaker({**speaker.engines, fast.name: fast}, speaker.styles)
    data = upload(recordings["high"])
    assert cloner.clone(data).fast_likeness is None
    found = {
        name: Cloner(load_settings().model_dir, speaker.styles, both.speak, name).clone(data).fast_likeness
        for name in ("kokoro", fast.name)
    }
    print(f"\nfull to itself {found['kokoro']:.2f}, fast to full {found[fast.name]:.2f}")
    assert LEAST_LIKENESS <= (found["kokoro"] or 0) < 1  # the full decoder is like itself
    assert 0 < (found[fast.name] or 0) < 1


@pytest.mark.slow
def test_clones_made_side_by_side_are_the_same_as_alone(cloner: Cloner, recordings: dict[str, Samples]) -> None:
    uploads = [upload(samples) for samples in recordings.values()]
    alone = [cloner.clone(data) for data in uploads]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(cloner.clone, uploads))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.vector, other.vector)
        assert (one.pitch, one.gain_db) == (other.pitch, other.gain_db)


@pytest.mark.slow
def test_too_little_or_distorted_speech_is_refused(recordings: dict[str, Samples]) -> None:
    samples = recordings["low"]
    assert isinstance(check(samples), Reference)
    few = np.concatenate([samples[:RATE], np.zeros(9 * RATE, np.float32), samples[RATE : 2 * RATE]])
    with pytest.raises(RecordingError, match=r"holds [12]\.\d s of speech; at least 3 s"):
        check(few)
    with pytest.raises(RecordingError, match="distorted"):
        check(np.clip(samples * 10, -np.abs(samples).max(), np.abs(samples).max()))
    with pytest.raises(RecordingError, match="silent or far too quiet"):
        check(samples * np.float32(0.001))


@pytest.mark.slow
@pytest.mark.skipif(not REAL_SPEAKERS.exists(), reason="the shared recordings are not beside the repository")
def test_clones_of_real_people_are_told_apart(speaker: LocalSpeaker, cloner: Cloner, encoders: Encoders) -> None:
    files = [sorted(folder.glob("*.flac")) for folder in sorted(REAL_SPEAKERS.iterdir()) if folder.is_dir()][:3]
    others = [encoders.embed(spoken(decode(own[1].read_bytes()))) for own in files]
    for number, own in enumerate(files):
        voice = Voice.of_clone(cloner.clone(own[0].read_bytes()))
        mine = encoders.embed(spoken(said_by(speaker, voice, NEWS)))
        likeness = [cosines(mine, other) for other in others]
        assert int(np.argmax(likeness)) == number
        assert likeness[number] > 1.0
