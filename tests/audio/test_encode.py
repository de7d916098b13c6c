"""Encoders and resampling, measured on signals whose right answer is known."""

import io

import av
import numpy as np
import pytest
import soxr

from openwaves.audio.encode import encoder
from openwaves.types import AudioFormat, Samples

RATE = 24000
RATES = [8000, 16000, 22050, 24000, 32000, 44100, 48000]


def tone(hertz: float, seconds: float = 1.0, level: float = 0.5) -> Samples:
    time_s = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * time_s)).astype(np.float32)


def encoded(samples: Samples, output_format: AudioFormat, rate: int, step: int = 4800) -> bytes:
    encode = encoder(output_format, rate, RATE)
    parts = [encode.encode(samples[start : start + step]) for start in range(0, len(samples), step)]
    return b"".join(parts) + encode.finish()


def pcm(samples: Samples, rate: int, step: int = 4800) -> np.ndarray:
    return np.frombuffer(encoded(samples, "pcm", rate, step), "<i2") / 32767


def level_db(samples: np.ndarray) -> float:
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    return float(10 * np.log10(np.mean(middle**2) + 1e-12))


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_keeps_its_level_and_nothing_is_added(rate: int) -> None:
    out = pcm(tone(1000), rate)
    time_s = np.arange(len(out)) / rate
    basis = np.stack([np.sin(2 * np.pi * 1000 * time_s), np.cos(2 * np.pi * 1000 * time_s)], 1)
    inner = slice(rate // 10, -rate // 10)
    fitted = basis[inner] @ np.linalg.lstsq(basis[inner], out[inner], rcond=None)[0]
    noise_db = 10 * np.log10(np.mean((out[inner] - fitted) ** 2) / np.mean(fitted**2))
    assert noise_db < -80, f"noise at {noise_db:.0f} dB"
    assert level_db(out) == pytest.approx(level_db(tone(1000)), abs=0.1)


def test_what_8_khz_cannot_carry_does_not_come_back_as_an_alias() -> None:
    assert level_db(pcm(tone(3000), 8000)) > -10
    for hertz in (4400, 5000, 7000, 11000):
        assert level_db(pcm(tone(hertz), 8000)) < -80, f"{hertz} Hz leaks"


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("output_format", ["pcm", "wav", "ulaw", "alaw", "mp3"])
def test_the_bytes_do_not_depend_on_how_the_sound_was_cut(rate: int, output_format: AudioFormat) -> None:
    samples = tone(440, 0.7)
    assert encoded(samples, output_format, rate, 997) == encoded(samples, output_format, rate, 10**6)


@pytest.mark.parametrize("rate", [8000, 24000, 48000])
@pytest.mark.parametrize("output_format", ["opus", "aac", "flac"])
def test_files_of_containers_are_whole_and_cut_as_one_likes(rate: int, output_format: AudioFormat) -> None:
    samples = np.concatenate([tone(440, 0.3), np.zeros(RATE // 2, np.float32), tone(700, 0.2)])
    data = encoded(samples, output_format, rate, 997)
    assert data == encoded(samples, output_format, rate, 10**6)
    with av.open(io.BytesIO(data), "r") as container:
        found_rate = container.streams.audio[0].codec_context.sample_rate
        out = np.concatenate([np.atleast_2d(frame.to_ndarray())[0] for frame in container.decode(audio=0)])
    loud = np.flatnonzero(np.abs(out / np.abs(out).max()) > 0.1)
    assert (loud[-1] - loud[0]) / found_rate == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("output_format", ["opus", "aac", "flac"])
def test_files_of_containers_leave_while_they_are_made(output_format: AudioFormat) -> None:
    encode = encoder(output_format, RATE, RATE)
    sizes = [len(encode.encode(tone(440, 0.1))) for _ in range(20)]
    assert all(sum(sizes[at : at + 3]) for at in range(len(sizes) - 3)), sizes


@pytest.mark.parametrize("rate", RATES)
def test_no_sample_is_lost(rate: int) -> None:
    out = pcm(tone(440, 1.25), rate)
    assert abs(len(out) - 1.25 * rate) <= 1


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 44100])
def test_the_tail_of_an_mp3_is_there(rate: int) -> None:
    samples = np.concatenate([np.zeros(RATE, np.float32), tone(700, 0.5)])
    with av.open(io.BytesIO(encoded(samples, "mp3", rate)), "r") as container:
        out = np.concatenate([np.atleast_2d(frame.to_ndarray())[0] for frame in container.decode(audio=0)])
    loud = np.flatnonzero(np.abs(out) > 0.1)
    assert (loud[-1] - loud[0]) / rate == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_companded_sound_decodes_to_what_went_in(law: AudioFormat) -> None:
    codec = av.CodecContext.create({"ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}[law], "r")
    assert isinstance(codec, av.AudioCodecContext)
    codec.sample_rate, codec.layout = 8000, "mono"
    frames = codec.decode(av.Packet(encoded(tone(440), law, 8000)))
    out = np.concatenate([frame.to_ndarray()[0] for frame in frames]) / 32768
    expected = pcm(tone(440), 8000)
    assert len(out) == len(expected)
    assert 10 * np.log10(np.mean((out - expected) ** 2) / np.mean(expected**2)) < -33


def test_too_loud_a_sound_is_rounded_off_and_never_wraps() -> None:
    out = pcm(tone(300, level=3.0), RATE)
    assert np.abs(out).max() <= 1
    assert np.abs(np.diff(out)).max() < 0.3


def test_soxr_is_what_the_resampler_is_compared_with() -> None:
    samples = tone(1000) + tone(3000, level=0.2)
    whole = soxr.resample(samples, RATE, 8000, quality="HQ")
    out = pcm(samples, 8000, 1234)
    assert np.abs(whole[: len(out)] - out[: len(whole)]).max() < 2e-3
