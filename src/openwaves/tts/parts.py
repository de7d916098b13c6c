"""A segment in the parts in which its sound is made; together they are the same, whatever their length."""

from collections import deque
from collections.abc import Sequence
from functools import partial

import numpy as np

from openwaves.audio.loudness import gain
from openwaves.audio.trim import FRAME_S, Cut, find_cut, heard_frames
from openwaves.cancellation import CancelToken
from openwaves.tts.engines import Outline
from openwaves.types import Audio, PhonemeTiming, Samples, Speech, WordTiming

FIRST_S = 0.4  # of sound, in the first part: enough to make those after it, also when others come first
GROWTH = 2  # of each part after it: who begins needs little soon, and what is made in one go costs less
PART_S = 1.8  # most of them: who hangs up leaves so much to be made


def outline_of(audio: Audio) -> Outline:
    """Sound that is there already."""
    hop = round(FRAME_S * audio.sample_rate)
    heard = heard_frames(audio.samples, hop)
    left = [audio.samples]

    def more(_n_samples: int, _cancel: CancelToken) -> Samples:
        return left.pop() if left else np.zeros(0, np.float32)

    return Outline(len(audio.samples), audio.sample_rate, audio.timings, heard, hop, more)


class SpokenUtterance:
    """One utterance without its silent ends.

    Attributes:
        cut: What of it is spoken.
    """

    def __init__(
        self,
        outline: Outline,
        phonemes: str,
        *,
        seam_before: bool,
        seam_after: bool,
        joined: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Find out what is kept of it; see ``find_cut``."""
        self.cut = find_cut(
            outline.heard,
            outline.hop,
            outline.n_samples,
            outline.sample_rate,
            outline.timings,
            phonemes,
            seam_before=seam_before,
            seam_after=seam_after,
            joined=joined,
        ) or Cut(0, outline.n_samples, 0, 0, outline.sample_rate, outline.timings)
        self._more = outline.more
        self._n_made = 0

    @property
    def timings(self) -> tuple[PhonemeTiming, ...]:
        """Of every phoneme."""
        return self.cut.timings

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.cut.duration_s

    @property
    def n_left(self) -> int:
        """Samples that are still to come."""
        return self.cut.n_kept(self._n_made)

    def more(self, n_samples: int, cancel: CancelToken) -> Samples:
        """So many samples or somewhat more, if there are so many."""
        made = self._more(max(0, self.cut.begin - self._n_made) + n_samples, cancel)
        at, self._n_made = self._n_made, self._n_made + len(made)
        return self.cut.of(made, at)


class SpokenSegment:
    """The utterances of one segment, one after another."""

    def __init__(self, utterances: Sequence[SpokenUtterance], gain_db: float, sample_rate: int) -> None:
        """Begin.

        Args:
            utterances: In order; none if nothing is spoken.
            gain_db: Brings the voice to the common loudness.
            sample_rate: Hz.
        """
        self._utterances = deque(utterances)
        self._gain_db = gain_db
        self._rate = sample_rate

    def more(self, cancel: CancelToken, words: tuple[WordTiming, ...] = (), sound_s: float = FIRST_S) -> Speech:
        """The next part.

        Args:
            cancel: Stops it.
            words: Go with it.
            sound_s: How much sound it has at least, if there is so much.

        Raises:
            CancelledWorkError: ``cancel`` was cancelled.
        """
        wanted = round(sound_s * self._rate)
        made = []
        while wanted > 0 and self._utterances:
            utterance = self._utterances[0]
            few = utterance.n_left < wanted * 3 // 2  # no crumbs
            made.append(utterance.more(utterance.n_left if few else wanted, cancel))
            wanted -= len(made[-1])
            if utterance.n_left <= 0:
                self._utterances.popleft()
        samples = np.concatenate(made) if made else np.zeros(0, np.float32)
        go_on = partial(self.more, sound_s=min(GROWTH * sound_s, PART_S)) if self._utterances else None
        return Speech(gain(samples, self._gain_db), self._rate, words, go_on)
