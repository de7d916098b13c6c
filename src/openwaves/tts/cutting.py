"""The sound of one request as encoded chunks, with the words that begin in each."""

from collections import deque

import numpy as np

from openwaves.audio.encode import Encoder
from openwaves.tts.pacing import GRAIN_S
from openwaves.types import EncodedChunk, Samples, Segment, Speech, WordTiming


class CutSound:
    """One request's sound, encoded segment by segment and cut into chunks.

    A word is in the chunk in which it begins. Chunks without data, since an encoder holds some back, are joined with
    the next.
    """

    def __init__(self, encode: Encoder, speed: float) -> None:
        """Begin with nothing.

        Args:
            encode: The request's encoder.
            speed: The request's pace, by which pauses are shorter.
        """
        self._encode = encode
        self._speed = speed
        self._rate = 1
        self._pause_s = 0.0
        self._n_cut = 0
        self._segment: Segment | None = None
        self._is_whole = True
        self._samples = np.zeros(0, np.float32)
        self._words: deque[WordTiming] = deque()
        self._begun: list[WordTiming] = []
        self._unsent_s = 0.0

    @property
    def is_first(self) -> bool:
        """Whether nothing has been cut yet."""
        return self._n_cut == 0

    @property
    def _length_s(self) -> float:
        """Sound that has been cut."""
        return self._n_cut / self._rate

    @property
    def left_s(self) -> float:
        """Sound of the part that is not cut yet."""
        return len(self._samples) / self._rate

    @property
    def grain_s(self) -> float:
        """Least sound that makes a chunk."""
        return max(GRAIN_S, self._encode.frame_s)

    def begin(self, segment: Segment, speech: Speech) -> float:
        """Take a segment's sound, or its next part; its length, 0 if it is silent.

        The first part comes after the pause that the segment before asked for.
        """
        self._rate = speech.sample_rate
        is_new, self._segment = segment is not self._segment, segment
        self._is_whole = speech.go_on is None
        n_lead = round(self._pause_s * self._rate) if is_new and len(speech.samples) else 0
        self._words.extend(word.shifted(self._length_s + n_lead / self._rate) for word in speech.words)
        if len(speech.samples):
            self._pause_s = segment.pause_s / self._speed
        self._samples = np.concatenate([np.zeros(n_lead, np.float32), speech.samples]) if n_lead else speech.samples
        return self.left_s

    def chunks(self, sound_s: float, step_s: float) -> list[EncodedChunk]:
        """The next ``sound_s`` of the part, in chunks of ``step_s`` at least."""
        step, end = max(1, round(step_s * self._rate)), max(0, round(sound_s * self._rate))
        piece, self._samples = self._samples[:end], self._samples[end:]
        chunks = []
        for begin in range(0, len(piece), step):
            is_last = self._is_whole and begin + step >= len(piece) and not len(self._samples)
            if chunk := self._chunk(piece[begin : begin + step], is_last):
                chunks.append(chunk)
        return chunks

    def finish(self) -> EncodedChunk:
        """What was held back."""
        begun = (*self._begun, *self._words)
        return EncodedChunk(self._encode.finish(), begun, self._unsent_s)

    def _chunk(self, samples: Samples, is_last: bool) -> EncodedChunk | None:
        self._n_cut += len(samples)
        self._unsent_s += len(samples) / self._rate
        while self._words and (self._words[0].start_s < self._length_s or is_last):
            self._begun.append(self._words.popleft())
        data = self._encode.encode(samples)
        if not data:
            return None
        chunk = EncodedChunk(data, tuple(self._begun), self._unsent_s)
        self._begun, self._unsent_s = [], 0.0
        return chunk
