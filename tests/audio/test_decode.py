"""Uploads are decoded in a process of their own, which hostile ones can end but not misuse."""

import io
import resource
import struct
import sys
import tempfile
import threading
import time
import wave
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import av
import numpy as np
import pytest

from openwaves.audio.decode import decode
from openwaves.errors import EngineError, RecordingError
from openwaves.types import Samples

RATE = 48000
KINDS = {
    "mp3": ("mp3", "libmp3lame", "s16p"),
    "wav": ("wav", "pcm_s16le", "s16"),
    "wav of floats": ("wav", "pcm_f32le", "flt"),
    "wav of mu-law": ("wav", "pcm_mulaw", "s16"),
    "webm": ("webm", "libopus", "s16"),
    "mp4": ("mp4", "aac", "fltp"),
    "m4a": ("ipod", "aac", "fltp"),
    "mov": ("mov", "alac", "s16p"),
    "aac": ("adts", "aac", "fltp"),
    "ogg": ("ogg", "libopus", "s16"),
    "flac": ("flac", "flac", "s16"),
    "aiff": ("aiff", "pcm_s16be", "s16"),
}


def tone(length_s: float) -> Samples:
    return np.float32(0.5) * np.sin(2 * np.pi * 440 * np.arange(round(length_s * RATE)) / RATE).astype(np.float32)


def file_of(samples: Samples, kind: str = "mp3", **metadata: str) -> bytes:
    """The samples in a container."""
    container, codec, sample_format = KINDS[kind]
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        output.metadata.update(metadata)
        stream = output.add_stream(codec, rate=RATE, format=sample_format, layout="mono")
        assert isinstance(stream, av.AudioStream)
        resampler = av.AudioResampler(sample_format, "mono", RATE, frame_size=stream.codec_context.frame_size or 4800)
        frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
        frame.sample_rate = RATE
        for piece in [*resampler.resample(frame), *resampler.resample(None), None]:
            output.mux(stream.encode(piece))
    return target.getvalue()


@contextmanager
def at_once() -> Iterator[None]:
    """The block takes less than two seconds, were it alone on the machine."""

    def processor_s() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime + time.process_time()

    started = processor_s()
    yield
    assert processor_s() - started < 1.8


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """No file in the temporary folder and no process stays behind."""

    def children() -> set[str]:
        tasks = Path("/proc/self/task").glob("*/children")
        return {child for task in tasks for child in task.read_text().split()}

    before = children()
    folder = tempfile.mkdtemp()
    tempfile.tempdir, kept = folder, tempfile.tempdir
    try:
        yield
        assert not list(Path(folder).iterdir())
    finally:
        tempfile.tempdir = kept
        Path(folder).rmdir()
    assert children() <= before


@pytest.mark.parametrize("kind", KINDS)
def test_every_container_is_decoded(kind: str) -> None:
    samples = decode(file_of(tone(2.0), kind))
    assert abs(len(samples) / 16000 - 2.0) < 0.1
    middle = samples[8000:24000]
    strongest_hz = np.argmax(np.abs(np.fft.rfft(middle))) * 16000 / len(middle)
    assert abs(strongest_hz - 440) < 2
    assert 0.3 < np.sqrt(np.mean(middle**2)) < 0.4


def test_a_minute_is_used_of_hours_of_silence() -> None:
    packed = io.BytesIO()
    with wave.open(packed, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(1)
        wav.setframerate(400)
        wav.writeframes(bytes([128]) * (3 * 3600 * 400))
    with at_once():
        assert len(decode(packed.getvalue())) == 60 * 16000


def wav_claiming(n_bytes: int) -> bytes:
    data = bytearray(file_of(tone(1.0), "wav"))
    data[4:8] = struct.pack("<I", n_bytes)
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", n_bytes)
    return bytes(data)


def test_a_declared_length_is_not_believed() -> None:
    for claim in (0xFFFFFFFF, 0x7FFFFFFF):
        assert abs(len(decode(wav_claiming(claim))) - 16000) < 10


def test_what_came_before_the_end_of_a_cut_file_counts() -> None:
    whole = file_of(tone(4.0), "mp3")
    assert 1.8 < len(decode(whole[: len(whole) // 2])) / 16000 < 2.2


def test_hostile_metadata_does_no_harm() -> None:
    data = file_of(tone(1.0), "mp3", title="../../etc/passwd\n" * 5000, artist="\u202e%s%n<script>")
    assert abs(len(decode(data)) / 16000 - 1.0) < 0.1
    body = b"TIT2" + struct.pack(">I", 0x7F) + b"\0\0" + b"\3" + b"\xff\xfe\xfa" * 42
    tag = b"ID3\x03\0\0" + bytes([0, 0, len(body) >> 7, len(body) & 127]) + body
    assert abs(len(decode(tag + file_of(tone(1.0), "mp3"))) / 16000 - 1.0) < 0.1


def zip_bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("silence.wav", bytes(50_000_000))
    return target.getvalue()


def picture() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(10**7))) + chunk(b"IEND", b"")
    )


def film_without_sound() -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=25, width=64, height=64)
        stream.pix_fmt = "yuv420p"
        for _ in range(25):
            output.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        output.mux(stream.encode(None))
    return target.getvalue()


def cut_mp4() -> bytes:
    data = file_of(tone(3.0), "mp4")
    return data[: len(data) * 2 // 3]  # its index is at the end


def mp4_of_huge_tables() -> bytes:
    data = bytearray(file_of(tone(1.0), "mp4"))
    at = data.index(b"stsz") + 12
    data[at : at + 4] = struct.pack(">I", 0x7FFFFFFF)
    return bytes(data)


def not_a_number() -> bytes:
    samples = tone(1.0)
    samples[100:200] = np.nan
    data = file_of(np.zeros(RATE, np.float32), "wav of floats")
    at = data.index(b"data") + 8
    return data[:at] + samples.tobytes()


REFUSED = {
    "nothing": lambda: b"",
    "one byte": lambda: b"R",
    "text": lambda: b"This is not a recording. " * 1000,
    "noise": lambda: np.random.default_rng(0).bytes(200_000).replace(b"\xff", b"\x00"),
    "zip bomb": zip_bomb,
    "gzip": lambda: zlib.compress(bytes(10**7)),
    "picture": picture,
    "film without sound": film_without_sound,
    "head of a wav": lambda: file_of(tone(1.0), "wav")[:40],
    "head of an mp4": lambda: file_of(tone(1.0), "mp4")[:200],
    "cut mp4": cut_mp4,
    "playlist": lambda: b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "concat script": lambda: b"ffconcat version 1.0\nfile /etc/passwd\n",
    "session description": lambda: b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    "not a number": not_a_number,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_recording_is_refused_at_once(name: str) -> None:
    data = REFUSED[name]()
    with at_once(), pytest.raises(RecordingError, match=r"file: .*(WAV|record)"):
        decode(data)


def test_broken_files_never_get_stuck() -> None:
    chance = np.random.default_rng(1)
    wholes = [file_of(tone(1.0), kind) for kind in ("mp3", "mp4", "webm", "flac", "wav", "ogg")]
    broken = [mp4_of_huge_tables()]
    for whole in wholes:
        for _ in range(3):
            data = bytearray(whole)
            for at in chance.integers(0, len(data), 40):
                data[at] = chance.integers(256)
            broken.append(bytes(data))

    for data in broken:
        with at_once(), suppress(RecordingError):
            assert len(decode(data)) <= 60 * 16000


def test_a_broken_installation_is_not_the_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(EngineError, match="cannot be started"):
        decode(file_of(tone(1.0)))


def test_many_threads_decode_at_once() -> None:
    data = file_of(tone(2.0), "mp3")
    lengths: list[int] = []
    threads = [threading.Thread(target=lambda: lengths.append(len(decode(data)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lengths) == 4
    assert len(set(lengths)) == 1
