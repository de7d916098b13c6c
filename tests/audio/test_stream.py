"""Sound files of any length and kind, judged by their content."""

import io
import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import av
import numpy as np
import pytest

from openwaves.audio.decode import stream
from openwaves.audio.sniff import demuxer_of
from openwaves.errors import AudioDecodeError, NoAudioError
from openwaves.types import Samples
from tests.audio.test_decode import KINDS, file_of
from tests.stt.sounds import pcm, silence, wav


@contextmanager
def on_disk(data: bytes) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        yield file


def samples_of(data: bytes, encoding: str | None = None, rate: int = 16000) -> Samples:
    with on_disk(data) as file:
        return np.concatenate(list(stream(file, encoding, rate)))


def tone(seconds: float, rate: int = 16000) -> Samples:
    return (0.3 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("kind", KINDS)
def test_every_container_is_decoded_whole(kind: str) -> None:
    found = samples_of(file_of(tone(2.0, 48000), kind))
    assert abs(len(found) / 16000 - 2.0) < 0.13
    assert 0.15 < np.sqrt(np.mean(found[4000:-4000] ** 2)) < 0.28


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("encoding", ["linear16", "linear32", "mulaw", "alaw"])
def test_samples_without_a_header_are_read_as_the_client_says(encoding: str, rate: int) -> None:
    sound = tone(1.0, rate)
    data = {"linear16": pcm(sound), "linear32": sound.astype("<f4").tobytes(), "mulaw": _mulaw(sound)}.get(encoding)
    found = samples_of(data if data is not None else _alaw(sound), encoding, rate)
    assert abs(len(found) / 16000 - 1.0) < 0.01
    assert _hertz(found) == pytest.approx(440, abs=3)
    assert 0.15 < np.sqrt(np.mean(found**2)) < 0.28


def test_32_bit_integers_are_told_from_floats() -> None:
    found = samples_of((tone(1.0) * 2**31).astype("<i4").tobytes(), "linear32")
    assert _hertz(found) == pytest.approx(440, abs=3)


def test_a_header_counts_more_than_what_the_client_says() -> None:
    assert len(samples_of(wav(tone(1.0)), "mulaw", 8000)) == 16000


def test_samples_without_a_header_and_a_word_are_16_bit() -> None:
    assert _hertz(samples_of(pcm(tone(1.0)))) == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    "data",
    [
        b"GARBAGE " * 400,
        b"<html>no</html>",
        b"RIFF\x00\x00\x00\x00WAVEjunk" + b"\x01" * 64,
        b"OggS" + b"\x00" * 400,
        b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20,
        b"PK\x03\x04" + bytes(500),
        np.random.default_rng(1).bytes(20000),
    ],
    ids=["text", "page", "riff", "ogg", "picture", "archive", "random"],
)
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(AudioDecodeError, match="audio"):
        samples_of(data)


def test_an_empty_file_is_told_apart() -> None:
    with pytest.raises(NoAudioError):
        samples_of(b"")


def test_a_cut_file_gives_what_it_holds() -> None:
    data = file_of(tone(3.0, 48000), "flac")
    assert len(samples_of(data[: len(data) // 2])) > 8000


def test_an_hour_is_decoded_in_bounded_memory() -> None:
    with tempfile.TemporaryFile() as file:
        header = bytearray(wav(silence(0)))
        header[4:8] = header[40:44] = b"\xff\xff\xff\xff"
        file.write(header)
        for _ in range(60):
            file.write(bytes(2 * 16000 * 60))
        file.flush()
        tracemalloc.start()
        n_samples = sum(len(samples) for samples in stream(file))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert n_samples == 3600 * 16000
    assert peak < 8e6


def test_a_reader_that_stops_ends_the_process() -> None:
    with on_disk(wav(tone(120.0))) as file:
        chunks = stream(file)
        next(chunks)
        del chunks


def test_what_the_first_bytes_tell() -> None:
    assert demuxer_of(b"ID3" + bytes(100), None) == ""
    assert demuxer_of(b"\xff\xfb\x90\x00" + bytes(100), None) == ""
    assert demuxer_of(b"\xff\xff\xff\xff" * 100, "linear16") == "s16le"
    assert demuxer_of(bytes(16), None) == "s16le"
    assert demuxer_of(b"anything", "opus") == ""


def _hertz(samples: Samples) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * 16000 / len(samples))


def _mulaw(sound: Samples) -> bytes:
    size = np.log1p(255 * np.abs(sound)) / np.log(256)
    code = np.minimum(127, np.round(size * 127)).astype(np.uint8)
    return bytes((~np.where(sound < 0, code | 0x80, code)).astype(np.uint8))


def _alaw(sound: Samples) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="alaw") as container:
        stream_ = container.add_stream("pcm_alaw", rate=8000, layout="mono")
        assert isinstance(stream_, av.AudioStream)
        frame = av.AudioFrame.from_ndarray((sound * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux([*stream_.encode(frame), *stream_.encode(None)])
    return buffer.getvalue()
