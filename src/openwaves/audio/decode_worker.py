"""The process that decodes one upload: encoded bytes on its input, float32 samples on its output.

It may use a second of processor time and a bounded amount of memory, writes no file, and takes a handful of formats
only. ``openwaves.audio.decode`` is its other end; its exit status tells what was wrong.
"""

import io
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

import av
import av.error

RATE = 16000
MOST_S = 60
CPU_S = 1
MEMORY_BYTES = 1 << 30
UNKNOWN = 3
"""Exit status: not a container of ``DEMUXERS``."""
SOUNDLESS = 4
"""Exit status: a container without a sound track of ``CODECS``."""
DAMAGED = 5
"""Exit status: the sound track cannot be decoded."""
BROKEN = 1
"""Exit status of Python: this module could not be imported."""

DEMUXERS = "wav,mp3,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,ogg,flac,aac,aiff"
CODECS = (
    "mp3float,mp3,aac,aac_fixed,opus,libopus,vorbis,libvorbis,flac,alac,pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,"
    "pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw"
)
OPTIONS = {
    "format_whitelist": DEMUXERS,
    "codec_whitelist": CODECS,
    "protocol_whitelist": "none",
    "probesize": "1000000",
    "max_streams": "32",
}


def main() -> None:
    """Decode, then end with a status."""
    sys.excepthook = lambda *_: os._exit(DAMAGED)
    _limit()
    data = sys.stdin.buffer.read()
    try:
        status, pieces = decode(data)
    except (av.error.FFmpegError, ValueError):
        status, pieces = UNKNOWN, []
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.flush()
    os._exit(status)  # nothing is left to be torn down


def decode(data: bytes) -> tuple[int, list[bytes]]:
    """Decode the first sound track.

    Returns:
        The exit status, and native float32 mono samples at 16 kHz, at most ``MOST_S`` seconds.
    """
    with av.open(io.BytesIO(data), "r", options=OPTIONS, metadata_errors="ignore", io_open=_refuse) as container:
        if not container.streams.audio:
            return SOUNDLESS, []
        stream = container.streams.audio[0]
        if stream.codec_context is None or stream.codec_context.name not in CODECS.split(","):
            return SOUNDLESS, []
        stream.codec_context.thread_count = 1
        return _samples(container.demux(stream))


def _samples(packets: "Iterator[av.Packet[av.AudioStream]]") -> tuple[int, list[bytes]]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    pieces: list[bytes] = []
    left = RATE * MOST_S

    def keep(frame: av.AudioFrame | None) -> None:
        nonlocal left
        for piece in resampler.resample(frame):
            n_kept = min(left, piece.samples)
            pieces.append(bytes(piece.planes[0])[: 4 * n_kept])
            left -= n_kept

    try:
        for packet in packets:
            try:
                for frame in packet.decode():
                    if isinstance(frame, av.AudioFrame):
                        keep(frame)
            except av.error.InvalidDataError:
                continue  # players pass over a damaged packet, too
            if not left:
                break
        keep(None)
    except av.error.FFmpegError:
        pass  # what came before the end of a cut file counts
    return (0, pieces) if left < RATE * MOST_S else (DAMAGED, [])


def _refuse(url: str, _flags: int, _options: object) -> NoReturn:
    """Containers may name further files; none is opened."""
    raise PermissionError(url)


def _limit() -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    for kind, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 8),
    ):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
