"""How long speech lasts and how long it takes to make, learnt from what was spoken."""

from typing import NamedTuple

from openwaves.types import SpeechJob

FIRST_SECONDS_PER_CHAR = 0.07
FIRST_WORK_RATIO = 0.15
LEARNING_RATE = 0.2


class Estimate(NamedTuple):
    """What a job is expected to give and to cost.

    Attributes:
        sound_s: Length of its sound.
        work_s: Time on the cores that it keeps busy, summed.
    """

    sound_s: float
    work_s: float

    @property
    def ratio(self) -> float:
        """Work for each second of sound."""
        return self.work_s / max(self.sound_s, 1e-3)


class Pace:
    """Moving averages for each engine, language and class of length: short pieces cost more for each second of sound.

    Not thread-safe.
    """

    def __init__(self) -> None:
        self._averages: dict[tuple[str, str | None], dict[int, tuple[float, float]]] = {}

    def estimate(self, job: SpeechJob) -> Estimate:
        """What to expect of a job: what is known of its class, else of the nearest."""
        known = self._averages.get(_kind(job))
        if known:
            length = _length(job)
            per_char, ratio = known[min(known, key=lambda other: abs(other - length))]
        else:
            per_char, ratio = FIRST_SECONDS_PER_CHAR, FIRST_WORK_RATIO
        sound_s = per_char * len(job.segment.text) / (job.speed * job.voice.speed)
        return Estimate(sound_s, sound_s * ratio)

    def learn(self, job: SpeechJob, sound_s: float, work_s: float) -> None:
        """Take in how a job went; one without sound teaches nothing."""
        if sound_s <= 0:
            return
        per_char = sound_s * job.speed * job.voice.speed / len(job.segment.text)
        found = (per_char, work_s / sound_s)
        averages = self._averages.setdefault(_kind(job), {})
        known = averages.get(_length(job), found)
        averages[_length(job)] = (
            known[0] + LEARNING_RATE * (found[0] - known[0]),
            known[1] + LEARNING_RATE * (found[1] - known[1]),
        )


def _kind(job: SpeechJob) -> tuple[str, str | None]:
    return job.voice.engine, job.language


def _length(job: SpeechJob) -> int:
    """Class of a text's length: each is twice as long as the one before."""
    return len(job.segment.text).bit_length()
