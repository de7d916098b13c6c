"""Samples to bytes, piece by piece: resample, limit, encode."""

import struct
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from openwaves.types import AudioFormat, Samples

KNEE = 0.85  # below it the limiter changes nothing
PLACEHOLDER_SIZE = 0xFFFFFFFF
SPOOL_BYTES = 8 << 20
PART_BYTES = 1 << 16
_CODECS = {"mp3": "libmp3lame", "ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}
_CONTAINERS = {"opus": ("ogg", "libopus"), "aac": ("adts", "aac"), "flac": ("flac", "flac")}
"""Formats whose packets need a frame around them, with muxer and codec."""
_MUXING = {"fflags": "bitexact", "flush_packets": "1"}  # the same bytes each time, and each packet at once
_PAGE_US = "100000"  # sound of an Ogg page: it leaves when it is full
_LOSSY_BITS = 48_000
_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac"}
_TELEPHONE_HZ = 8000
_TELEPHONE_TYPES = {"ulaw": ("audio/basic", "audio/PCMU"), "alaw": ("audio/x-alaw-basic", "audio/PCMA")}
"""At 8000 Hz, and at any other rate, which the first ones have no word for. Source: RFC 2046 and RFC 4856."""


class Encoder(Protocol):
    """Turns samples at the engine's rate into bytes; how they are cut into calls does not change the bytes."""

    def encode(self, samples: Samples) -> bytes:
        """Take samples; may keep some back and return nothing."""
        ...

    def finish(self) -> bytes:
        """What was kept back."""
        ...

    @property
    def frame_s(self) -> float:
        """Sound of one frame of the codec; 0 where any number of samples is one."""
        ...


def encoder(output_format: AudioFormat, sample_rate: int, source_rate: int) -> Encoder:
    """The encoder of a request; ``wav`` begins with a header of unknown length."""
    if output_format in _CONTAINERS:
        return _FileEncoder(*_CONTAINERS[output_format], sample_rate, source_rate)
    if output_format in _CODECS:
        return _CodecEncoder(_CODECS[output_format], sample_rate, source_rate)
    header = wav_header(sample_rate, None) if output_format == "wav" else b""
    return _PcmEncoder(sample_rate, source_rate, header)


def content_type(output_format: AudioFormat, sample_rate: int) -> str:
    """``Content-Type`` of an answer (contract section 4)."""
    if output_format in _TYPES:
        return _TYPES[output_format]
    at_8000, at_others = _TELEPHONE_TYPES.get(output_format, ("", "audio/pcm"))
    return at_8000 if at_8000 and sample_rate == _TELEPHONE_HZ else f"{at_others};rate={sample_rate}"


def wav_header(sample_rate: int, n_samples: int | None) -> bytes:
    """44 bytes before 16-bit mono samples; None for a length that is not known yet."""
    size = PLACEHOLDER_SIZE if n_samples is None else 2 * n_samples
    riff_size = PLACEHOLDER_SIZE if n_samples is None else 36 + size
    layout = (
        b"RIFF",
        riff_size,
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        sample_rate,
        2 * sample_rate,
        2,
        16,
        b"data",
        size,
    )
    return struct.pack("<4sI4s4sIHHIIHH4sI", *layout)


class WavFile:
    """Collects a streamed WAV, on disk once it is long, and gives it back with true lengths."""

    def __init__(self, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._file = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """Append what the ``wav`` encoder made."""
        self._file.write(data)

    def parts(self) -> Iterator[bytes]:
        """The finished file."""
        n_samples = (self._file.tell() - 44) // 2
        self._file.seek(44)
        yield wav_header(self._sample_rate, n_samples)
        while part := self._file.read(PART_BYTES):
            yield part


class _Resampler:
    """Band-limited resampling of a stream (soxr, high quality), then limiting and rounding to 16 bits."""

    def __init__(self, source_rate: int, sample_rate: int) -> None:
        same = source_rate == sample_rate
        self._stream = None if same else soxr.ResampleStream(source_rate, sample_rate, 1, dtype="float32", quality="HQ")

    def __call__(self, samples: Samples, *, last: bool = False) -> NDArray[np.int16]:
        if self._stream is not None:
            samples = self._stream.resample_chunk(samples, last=last)
        rounded: NDArray[np.int16] = np.rint(_limited(samples) * 32767).astype(np.int16)
        return rounded


def _limited(samples: Samples) -> Samples:
    """The samples, those beyond ``KNEE`` bent smoothly towards 1."""
    size = np.abs(samples)
    loud = np.flatnonzero(size > KNEE)
    if not len(loud):
        return samples
    limited = samples.copy()
    limited[loud] = np.sign(samples[loud]) * (KNEE + (1 - KNEE) * np.tanh((size[loud] - KNEE) / (1 - KNEE)))
    return limited


class _PcmEncoder:
    frame_s = 0.0

    def __init__(self, sample_rate: int, source_rate: int, header: bytes) -> None:
        self._resample = _Resampler(source_rate, sample_rate)
        self._header = header

    def encode(self, samples: Samples) -> bytes:
        data = self._resample(samples).astype("<i2").tobytes()
        if data and self._header:
            data, self._header = self._header + data, b""
        return data

    def finish(self) -> bytes:
        data = self._header + self._resample(np.zeros(0, np.float32), last=True).astype("<i2").tobytes()
        self._header = b""
        return data


class _CodecEncoder:
    """FFmpeg's codecs; one with frames of a fixed size gets those, whatever the calls are."""

    def __init__(self, codec: str, sample_rate: int, source_rate: int) -> None:
        self._resample = _Resampler(source_rate, sample_rate)
        context = av.CodecContext.create(codec, "w")
        assert isinstance(context, av.AudioCodecContext)  # noqa: S101 - every codec of the table is one
        context.sample_rate = sample_rate
        context.layout = "mono"
        context.format = "s16p" if codec == "libmp3lame" else "s16"
        if codec == "libmp3lame":
            context.bit_rate = 128_000 if sample_rate >= 32000 else 64_000
        context.open()
        self._context = context
        self._frame_size = context.frame_size  # 0: any
        self.frame_s = self._frame_size / sample_rate
        self._rest = np.zeros(0, np.int16)

    def encode(self, samples: Samples) -> bytes:
        pending = np.concatenate([self._rest, self._resample(samples)])
        whole = len(pending) - (len(pending) % self._frame_size if self._frame_size else 0)
        self._rest = pending[whole:]
        return self._encoded(pending[:whole])

    def finish(self) -> bytes:
        tail = np.concatenate([self._rest, self._resample(np.zeros(0, np.float32), last=True)])
        return self._encoded(tail) + b"".join(bytes(packet) for packet in self._context.encode(None))

    def _encoded(self, samples: NDArray[np.int16]) -> bytes:
        size = self._frame_size or max(len(samples), 1)
        return b"".join(self._packets(samples[begin : begin + size]) for begin in range(0, len(samples), size))

    def _packets(self, samples: NDArray[np.int16]) -> bytes:
        frame = av.AudioFrame.from_ndarray(samples[None], format=self._context.format.name, layout="mono")
        frame.sample_rate = self._context.sample_rate
        return b"".join(bytes(packet) for packet in self._context.encode(frame))


class _Sink:
    """Where a muxer writes; it cannot seek, so nothing is put right later."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data


class _FileEncoder:
    """FFmpeg's codecs whose packets need a container; the codec gets whole frames, whatever the calls are."""

    def __init__(self, container: str, codec: str, sample_rate: int, source_rate: int) -> None:
        self._resample = _Resampler(source_rate, sample_rate)
        self._rate = sample_rate
        self._sink = _Sink()
        options = {**_MUXING, "page_duration": _PAGE_US} if container == "ogg" else _MUXING
        self._container = av.open(self._sink, "w", format=container, options=options)
        stream = self._container.add_stream(codec, rate=sample_rate)
        assert isinstance(stream, av.AudioStream)  # noqa: S101 - every codec of the table is one
        stream.layout = "mono"
        if codec != "flac":
            stream.bit_rate = _LOSSY_BITS
        self._container.start_encoding()
        self._stream = stream
        self._frame_size = stream.codec_context.frame_size
        self.frame_s = self._frame_size / sample_rate
        self._rest = np.zeros(0, np.int16)
        self._n_sent = 0

    def encode(self, samples: Samples) -> bytes:
        pending = np.concatenate([self._rest, self._resample(samples)])
        whole = len(pending) - len(pending) % self._frame_size
        self._rest = pending[whole:]
        for begin in range(0, whole, self._frame_size):
            self._mux(pending[begin : begin + self._frame_size])
        return self._sink.taken()

    def finish(self) -> bytes:
        tail = np.concatenate([self._rest, self._resample(np.zeros(0, np.float32), last=True)])
        for begin in range(0, len(tail), self._frame_size):
            self._mux(tail[begin : begin + self._frame_size])
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._sink.taken()

    def _mux(self, samples: NDArray[np.int16]) -> None:
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = self._rate
        frame.pts = self._n_sent
        self._n_sent += len(samples)
        self._container.mux(self._stream.encode(frame))
