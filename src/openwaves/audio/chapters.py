"""Long sound files with chapters: audio books."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import av
import numpy as np
from numpy.typing import NDArray

_FILES = {
    ".mp3": ("mp3", "libmp3lame", 64_000),
    ".m4b": ("ipod", "aac", 64_000),
    ".m4a": ("ipod", "aac", 64_000),
    ".opus": ("ogg", "libopus", 32_000),
    ".flac": ("flac", "flac", None),
    ".wav": ("wav", "pcm_s16le", None),
}
"""Ending to muxer, codec and bits a second."""
ENDINGS = tuple(_FILES)
CHAPTERED = (".mp3", ".m4b", ".m4a")
"""Files whose players show chapters."""
_MILLISECONDS = Fraction(1, 1000)


class Chapter(NamedTuple):
    """One chapter.

    Attributes:
        title: For people.
        start_s: Where it begins.
        end_s: Where it ends.
    """

    title: str
    start_s: float
    end_s: float


class ChapteredFile:
    """Writes one file; it is there under its name only once it is whole."""

    def __init__(
        self, path: Path, sample_rate: int, chapters: Sequence[Chapter], title: str = "", author: str = ""
    ) -> None:
        """Begin.

        Args:
            path: Its ending, one of ``ENDINGS``, decides the format.
            sample_rate: Hz.
            chapters: All of them; known before the first sample, since an MP3 has them in front.
            title: Of the work.
            author: Of the work.
        """
        muxer, codec, bits = _FILES[path.suffix.lower()]
        self._path = path
        self._unfinished = path.with_name(path.name + ".unfinished")
        self._container = av.open(str(self._unfinished), "w", format=muxer)
        told = {"title": title, "album": title, "artist": author, "genre": "Audiobook" if len(chapters) > 1 else ""}
        self._container.metadata.update({name: value for name, value in told.items() if value})
        if path.suffix.lower() in CHAPTERED and len(chapters) > 1:
            self._container.set_chapters([_chapter(number, row) for number, row in enumerate(chapters)])
        stream = self._container.add_stream(codec, rate=sample_rate)
        assert isinstance(stream, av.AudioStream)  # noqa: S101 - every codec of the table is one
        stream.layout = "mono"
        if bits is not None:
            stream.bit_rate = bits
        self._container.start_encoding()
        self._stream = stream
        self._rate = sample_rate
        self._frame_size = stream.codec_context.frame_size or sample_rate
        self._rest = np.zeros(0, np.int16)
        self._n_sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._send(self._rest, last=True)
            self._container.mux(self._stream.encode(None))
        self._container.close()
        if error is None:
            self._unfinished.replace(self._path)
        else:
            self._unfinished.unlink(missing_ok=True)

    def write(self, samples: NDArray[np.int16]) -> None:
        """Append mono samples, shape (n_samples,)."""
        self._send(np.concatenate([self._rest, samples]))

    def _send(self, samples: NDArray[np.int16], *, last: bool = False) -> None:
        whole = len(samples) if last else len(samples) - len(samples) % self._frame_size
        for begin in range(0, whole, self._frame_size):
            part = samples[begin : min(begin + self._frame_size, whole)]
            frame = av.AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
            frame.sample_rate = self._rate
            frame.pts = self._n_sent
            self._n_sent += len(part)
            self._container.mux(self._stream.encode(frame))
        self._rest = samples[whole:]


def read_samples(path: Path) -> NDArray[np.int16]:
    """All samples of a mono file of 16 bits that this server made, shape (n_samples,)."""
    with av.open(str(path), "r") as container:
        frames = [np.atleast_2d(frame.to_ndarray())[0] for frame in container.decode(audio=0)]
    return np.concatenate([np.zeros(0, np.int16), *frames]).astype(np.int16)


def _chapter(number: int, chapter: Chapter) -> "av.container.core.Chapter":
    return {
        "id": number + 1,
        "start": round(1000 * chapter.start_s),
        "end": round(1000 * chapter.end_s),
        "time_base": _MILLISECONDS,
        "metadata": {"title": chapter.title},
    }
