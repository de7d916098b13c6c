"""The process that decodes one upload: encoded bytes on its input, float32 samples on its output.

Its arguments are the processor time that it may use in seconds, the most seconds of sound (0: all), and how samples
without a header are stored, as FFmpeg calls it, and their rate. Without arguments its input is a socket, through which
they come when there is something to do, as JSON, and with them the file. It may use a bounded amount of memory, writes
no file, and takes a handful of formats only. ``openwaves.audio.decode`` is its other end; its exit status tells what
was wrong.
"""

import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from typing import IO, NoReturn

import av
import av.error

RATE = 16000
MEMORY_BYTES = 1 << 30
LONGEST_WAIT_S = 600.0
"""Seconds that it waits for something to do."""
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
    source, (cpu_s, most_s, *headerless) = _given() if sys.argv[1:] else _awaited()
    _limit(int(cpu_s))
    try:
        status = decode(source, int(most_s) or float("inf"), headerless)
    except (av.error.FFmpegError, ValueError):
        status = UNKNOWN
    sys.stdout.flush()
    os._exit(status)  # nothing is left to be torn down


def _given() -> tuple[IO[bytes], list[str]]:
    """What comes with the start."""
    source = sys.stdin.buffer if sys.stdin.seekable() else io.BytesIO(sys.stdin.buffer.read())
    return source, sys.argv[1:]


def _awaited() -> tuple[IO[bytes], list[str]]:
    """What comes later, if it comes."""
    import socket  # noqa: PLC0415 - not needed otherwise

    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as link:
        link.settimeout(LONGEST_WAIT_S)
        data, files, _, _ = socket.recv_fds(link, 1 << 16, 1)
        if not files:
            os._exit(0)  # nobody needs it
        link.sendall(b"1")
    return os.fdopen(files[0], "rb"), json.loads(data)


def decode(source: IO[bytes], most_s: float, headerless: Sequence[str]) -> int:
    """Decode the first sound track, and write native float32 mono samples at 16 kHz.

    Args:
        source: Can be read from any place.
        most_s: Most seconds that are written.
        headerless: Demuxer and sample rate of samples without a header; empty for a container.

    Returns:
        The exit status.
    """
    options = dict(OPTIONS)
    name = None
    if headerless:
        name, rate = headerless
        options |= {"format_whitelist": name, "sample_rate": rate, "ch_layout": "mono"}
    with av.open(source, "r", name, options=options, metadata_errors="ignore", io_open=_refuse) as container:
        if not container.streams.audio:
            return SOUNDLESS
        stream = container.streams.audio[0]
        if stream.codec_context is None or stream.codec_context.name not in CODECS.split(","):
            return SOUNDLESS
        stream.codec_context.thread_count = 1
        return _write_samples(container.demux(stream), most_s)


def _write_samples(packets: "Iterator[av.Packet[av.AudioStream]]", most_s: float) -> int:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    most = RATE * most_s
    n_written = 0

    def keep(frame: av.AudioFrame | None) -> None:
        nonlocal n_written
        for piece in resampler.resample(frame):
            n_kept = int(min(most - n_written, piece.samples))
            sys.stdout.buffer.write(bytes(piece.planes[0])[: 4 * n_kept])
            n_written += n_kept

    try:
        for packet in packets:
            try:
                for frame in packet.decode():
                    if isinstance(frame, av.AudioFrame):
                        keep(frame)
            except av.error.InvalidDataError:
                continue  # players pass over a damaged packet, too
            if n_written >= most:
                break
        keep(None)
    except av.error.FFmpegError:
        pass  # what came before the end of a cut file counts
    return 0 if n_written else DAMAGED


def _refuse(url: str, _flags: int, _options: object) -> NoReturn:
    """Containers may name further files; none is opened."""
    raise PermissionError(url)


def _limit(cpu_s: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - POSIX only

    for kind, most in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 8),
    ):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main()
