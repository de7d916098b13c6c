"""Streams of every encoding, cut anywhere."""

import io
import itertools
import struct

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.audio.encode import wav_header
from openwaves.audio.live_decode import ENCODINGS, RATE, SAMPLE_RATES, Encoding, LiveDecoder
from openwaves.errors import AudioDecodeError
from openwaves.types import Samples


def tone(rate: int, seconds: float = 1.0, hz: float = 440.0) -> Samples:
    return (0.4 * np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def coded(samples: Samples, codec: str, rate: int, container: str | None = None) -> list[bytes]:
    """Packets of a codec, or the one file of a container."""
    file = io.BytesIO()
    with av.open(file, "w", format=container or "null") as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.open()
        kind = stream.codec_context.format.name
        size = stream.codec_context.frame_size or 1024
        packets: list[av.Packet[av.AudioStream]] = []
        for begin in range(0, len(samples), size):
            piece = samples[begin : begin + size]
            if kind.startswith("s16"):
                frame = av.AudioFrame.from_ndarray((piece[None] * 32767).astype(np.int16), format="s16", layout="mono")
            else:
                frame = av.AudioFrame.from_ndarray(piece[None], format=kind, layout="mono")
            frame.sample_rate, frame.pts = rate, begin
            packets += stream.encode(frame)
        packets += stream.encode(None)
        data = [bytes(packet) for packet in packets]
        if container:
            for packet in packets:
                output.mux(packet)
    return [file.getvalue()] if container else data


def encode(encoding: Encoding, rate: int, samples: Samples) -> list[bytes]:
    match encoding:
        case "linear16":
            return [(samples * 32767).astype("<i2").tobytes()]
        case "linear32":
            return [samples.astype("<f4").tobytes()]
        case "opus":
            return coded(samples, "libopus", 48000)
        case "ogg_opus":
            return coded(samples, "libopus", 48000, "ogg")
        case _:
            return [b"".join(coded(samples, "pcm_" + encoding, rate))]


def decoded(encoding: Encoding, rate: int, pieces: list[bytes]) -> Samples:
    decoder = LiveDecoder(encoding, rate)
    return np.concatenate([*map(decoder.feed, pieces), decoder.finish()])


@pytest.mark.parametrize("rate", SAMPLE_RATES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_at_every_rate(encoding: Encoding, rate: int) -> None:
    source = 48000 if "opus" in encoding else rate
    heard = decoded(encoding, rate, encode(encoding, rate, tone(source)))
    assert abs(len(heard) - RATE) < 1000  # Opus ends with a frame of its own
    spectrum = np.abs(np.fft.rfft(heard[:RATE] * np.hanning(len(heard[:RATE]))))
    assert spectrum.argmax() * RATE / len(heard[:RATE]) == pytest.approx(440, abs=3)
    assert np.sqrt(np.mean(heard[2000:-2000] ** 2)) == pytest.approx(0.283, abs=0.02)


@settings(max_examples=40, deadline=None)
@given(
    cuts=st.lists(st.integers(0, 32000), max_size=30),
    encoding=st.sampled_from(["linear16", "linear32", "ogg_opus"]),
)
def test_cuts_change_nothing(cuts: list[int], encoding: Encoding) -> None:
    (data,) = encode(encoding, 16000, tone(48000 if encoding == "ogg_opus" else 16000, 0.5))
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[begin:end] for begin, end in itertools.pairwise(places)]
    np.testing.assert_allclose(decoded(encoding, 16000, pieces), decoded(encoding, 16000, [data]), atol=1e-6)


@pytest.mark.parametrize("size", [1, 7, 43, 44, 1000])
def test_the_header_of_a_wav_is_skipped(size: int) -> None:
    samples = tone(16000, 0.1)
    extra = b"LIST" + struct.pack("<I", 5) + b"hello\0"
    header = wav_header(16000, None)
    data = header[:36] + extra + header[36:] + encode("linear16", 16000, samples)[0]
    heard = decoded("linear16", 16000, [data[begin : begin + size] for begin in range(0, len(data), size)])
    np.testing.assert_allclose(heard, samples, atol=1e-4)


def test_sound_that_only_looks_like_a_wav_is_kept() -> None:
    assert len(decoded("linear16", 16000, [b"RI", b"FFabcdNOPE" + bytes(100)])) == 56


def test_32_bit_integers_are_told_from_floats() -> None:
    samples = tone(16000, 0.1)
    integers = (samples * 32767).astype("<i4") << 16
    np.testing.assert_allclose(decoded("linear32", 16000, [bytes(400), integers.tobytes()])[100:], samples, atol=1e-3)
    broken = samples.copy()
    broken[5], broken[9] = np.nan, np.inf
    heard = decoded("linear32", 16000, [broken.tobytes()])
    assert np.isfinite(heard).all()
    np.testing.assert_allclose(heard[20:], samples[20:])


@pytest.mark.parametrize("encoding", ["opus", "ogg_opus"])
def test_garbage_is_told(encoding: Encoding) -> None:
    noise = np.random.default_rng(0).bytes
    with pytest.raises(AudioDecodeError):
        decoded(encoding, 48000, [b"\xff" + noise(2000) for _ in range(200)])


def test_a_damaged_packet_is_passed_over() -> None:
    packets = encode("opus", 48000, tone(48000))
    packets[10] = b"\xff" * 3
    assert abs(len(decoded("opus", 48000, packets)) - RATE) < 1000
