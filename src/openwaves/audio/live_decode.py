"""Sound that comes in pieces, to samples at 16 kHz: what live recognition listens to."""

import struct
from collections.abc import Callable, Iterator
from typing import Literal, get_args

import av
import av.error
import numpy as np
import soxr
from numpy.typing import NDArray

from openwaves.errors import AudioDecodeError
from openwaves.types import Samples

Encoding = Literal["linear16", "linear32", "alaw", "mulaw", "opus", "ogg_opus"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
SAMPLE_RATES = (8000, 16000, 22050, 24000, 44100, 48000)
RATE = 16000
OPUS_RATE = 48000
LOUDEST = 4.0  # float samples may exceed 1; what is far beyond is no sound
MOST_HEADER_BYTES = 1 << 16
MOST_BAD_PACKETS = 50
"""Opus packets in a row that cannot be decoded, before the stream is taken for something else."""
BAD_FIRST_PACKETS = 8
"""The same at the start of a stream."""

_WIDTH = {"linear16": 2, "linear32": 4, "alaw": 1, "mulaw": 1}


class LiveDecoder:
    """Decodes one stream; how it is cut into calls does not change the samples. Not thread-safe."""

    def __init__(self, encoding: Encoding, sample_rate: int) -> None:
        """Begin a stream.

        Args:
            encoding: Of the bytes; ``opus`` has one packet in each call of ``feed``.
            sample_rate: Hz, one of ``SAMPLE_RATES``; Opus streams know their own.
        """
        self.bytes_per_s = _WIDTH.get(encoding, 0) * sample_rate
        self._decode, source_rate = _source(encoding, sample_rate)
        self._resampler = None
        if source_rate != RATE:
            self._resampler = soxr.ResampleStream(source_rate, RATE, 1, dtype="float32", quality="MQ")

    def feed(self, data: bytes) -> Samples:
        """The samples of the next bytes, as far as they are complete: mono, shape (n_samples,), float32.

        Raises:
            AudioDecodeError: The bytes are not what they were said to be.
        """
        return self._resample(self._decode(data), last=False)

    def finish(self) -> Samples:
        """What was kept back."""
        return self._resample(np.zeros(0, np.float32), last=True)

    def _resample(self, samples: Samples, *, last: bool) -> Samples:
        if self._resampler is not None and (len(samples) or last):
            samples = self._resampler.resample_chunk(samples, last)
        return samples


def _source(encoding: Encoding, sample_rate: int) -> tuple[Callable[[bytes], Samples], int]:
    """What decodes the bytes, and the rate of its samples."""
    match encoding:
        case "opus":
            return _Opus().packet, OPUS_RATE
        case "ogg_opus":
            return _Ogg().feed, OPUS_RATE
        case "linear16":
            return _Whole(2, _linear16, has_header=True).feed, sample_rate
        case "linear32":
            return _Whole(4, _Linear32()).feed, sample_rate
        case _:
            table = _alaw() if encoding == "alaw" else _mulaw()
            return lambda data: table[np.frombuffer(data, np.uint8)], sample_rate


class _Whole:
    """Keeps the part of a sample that a piece ends with, and skips the header of a WAV."""

    def __init__(self, width: int, decode: Callable[[bytes], Samples], *, has_header: bool = False) -> None:
        self._width = width
        self._decode = decode
        self._rest = b""
        self._in_header = has_header

    def feed(self, data: bytes) -> Samples:
        data = self._rest + data
        if self._in_header:
            begin = _sound_of_wav(data)
            if begin is None:
                self._rest = data
                return np.zeros(0, np.float32)
            self._in_header = False
            data = data[begin:]
        n_whole = len(data) - len(data) % self._width
        self._rest = data[n_whole:]
        return self._decode(data[:n_whole])


def _sound_of_wav(data: bytes) -> int | None:
    """Where sound begins: 0 if this is no WAV, None if that cannot be told yet."""
    if not data.startswith(b"RIFF"[: len(data)]) or not data:
        return 0 if data else None
    if len(data) < 12:
        return None
    if data[8:12] != b"WAVE":
        return 0
    place = 12
    while len(data) >= place + 8:
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if data[place : place + 4] == b"data":
            return place + 8
        place += 8 + size + size % 2
    return None if max(len(data), place) < MOST_HEADER_BYTES else min(place, len(data))


def _linear16(data: bytes) -> Samples:
    return np.frombuffer(data, "<i2").astype(np.float32) * np.float32(1 / 32768)


class _Linear32:
    """32-bit floats, or integers if the first values make no sense as floats."""

    def __init__(self) -> None:
        self._is_integer: bool | None = None

    def __call__(self, data: bytes) -> Samples:
        values = np.frombuffer(data, "<f4")
        if self._is_integer is None:
            with np.errstate(invalid="ignore"):
                told = np.abs(values[np.frombuffer(data, "<i4") != 0])
                if len(told):
                    self._is_integer = bool(np.mean(~np.isfinite(told) | (told > 1e3) | (told < 1e-15)) > 0.5)
        if self._is_integer:
            return (np.frombuffer(data, "<i4") / 2**31).astype(np.float32)
        return np.asarray(np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).clip(-LOUDEST, LOUDEST), np.float32)


def _mulaw() -> Samples:
    """Value of each code. Source: ITU-T G.711, table 2."""
    code = ~np.arange(256, dtype=np.uint8)
    magnitude = ((((code & 0x0F).astype(np.int32) << 3) + 132) << ((code & 0x70) >> 4).astype(np.int32)) - 132
    return _table(magnitude, code & 0x80 == 0)


def _alaw() -> Samples:
    """Value of each code. Source: ITU-T G.711, table 1."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent = ((code & 0x70) >> 4).astype(np.int32)
    mantissa = (code & 0x0F).astype(np.int32) << 4
    magnitude = np.where(exponent == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0))
    return _table(magnitude, code & 0x80 != 0)


def _table(magnitude: NDArray[np.int32], is_positive: NDArray[np.bool_]) -> Samples:
    return np.where(is_positive, magnitude, -magnitude).astype(np.float32) / np.float32(32768)


class _Opus:
    """Opus packets to mono samples at 48 kHz."""

    def __init__(self, head: bytes = b"") -> None:
        self._codec = av.CodecContext.create("opus", "r")
        if head:
            self._codec.extradata = head
        else:
            self._codec.layout = "mono"
        self._codec.sample_rate = OPUS_RATE
        self._n_good = 0
        self._n_bad = 0

    def packet(self, data: bytes) -> Samples:
        """The samples of one packet; of a damaged one, none.

        Raises:
            AudioDecodeError: Packet after packet is damaged.
        """
        if not data:
            return np.zeros(0, np.float32)
        try:
            frames = self._codec.decode(av.Packet(data))
        except (av.error.FFmpegError, ValueError) as error:
            self._n_bad += 1
            if self._n_bad >= (MOST_BAD_PACKETS if self._n_good else BAD_FIRST_PACKETS):
                raise AudioDecodeError("the sound is not Opus; send one packet in each message") from error
            return np.zeros(0, np.float32)
        self._n_good += 1
        self._n_bad = 0
        return _mono(frames)


def _mono(frames: list[av.AudioFrame]) -> Samples:
    pieces = []
    for frame in frames:
        planes = frame.to_ndarray().astype(np.float32)
        if not frame.format.is_planar:
            planes = planes.reshape(-1, frame.layout.nb_channels).T
        if not frame.format.name.startswith("flt"):
            planes /= 32768
        pieces.append(planes.mean(axis=0))
    return np.concatenate(pieces).clip(-LOUDEST, LOUDEST) if pieces else np.zeros(0, np.float32)


class _Ogg:
    """An Ogg stream of Opus, cut anywhere. Source: RFC 3533, section 6; RFC 7845, section 5."""

    def __init__(self) -> None:
        self._rest = b""
        self._packet = b""
        self._opus: _Opus | None = None
        self._skip = 0
        self._n_ignored = 0

    def feed(self, data: bytes) -> Samples:
        """The samples of all packets that are whole.

        Raises:
            AudioDecodeError: This is no Ogg stream of Opus.
        """
        pieces = [self._samples(packet) for packet in self._packets(data)]
        samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        n_skipped = min(self._skip, len(samples))
        self._skip -= n_skipped
        return samples[n_skipped:]

    def _samples(self, packet: bytes) -> Samples:
        if packet.startswith(b"OpusHead") and len(packet) >= 19:
            self._opus = _Opus(packet)
            (self._skip,) = struct.unpack_from("<H", packet, 10)
        elif packet.startswith(b"OpusTags"):
            pass
        elif self._opus is not None:
            return self._opus.packet(packet)
        else:
            raise AudioDecodeError("the sound is not Ogg Opus: it does not begin with a header of Opus")
        return np.zeros(0, np.float32)

    def _packets(self, data: bytes) -> Iterator[bytes]:
        self._rest += data
        while True:
            begin = self._rest.find(b"OggS")
            if begin < 0:
                self._ignore(max(0, len(self._rest) - 3))
                return
            self._ignore(begin)
            if len(self._rest) < 27:
                return
            n_segments = self._rest[26]
            lacing = self._rest[27 : 27 + n_segments]
            size = 27 + n_segments + sum(lacing)
            if len(lacing) < n_segments or len(self._rest) < size:
                return
            self._n_ignored = 0
            place = 27 + n_segments
            if not self._rest[5] & 1:  # not continued from the page before
                self._packet = b""
            body, self._rest = self._rest[place:size], self._rest[size:]
            place = 0
            for length in lacing:
                self._packet += body[place : place + length]
                place += length
                if length < 255:
                    packet, self._packet = self._packet, b""
                    yield packet

    def _ignore(self, n_bytes: int) -> None:
        self._rest = self._rest[n_bytes:]
        self._n_ignored += n_bytes
        if self._n_ignored >= MOST_HEADER_BYTES or len(self._packet) > MOST_HEADER_BYTES:
            raise AudioDecodeError("the sound is not Ogg Opus: there is no page of Ogg in it")
