"""Is anything to be heard where two segments meet?

Every recording is made as the server makes it, from segments, and a second time with each sentence in one piece. At
every boundary three measures are taken in which a splice would show, and compared with what they give where there is
no splice: inside the segments of the same recording, and anywhere in the one-piece rendering.
"""

import asyncio
import os
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from openwaves.cancellation import CancelToken
from openwaves.scheduler import Scheduler
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.synthesis import Synthesizer
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, Speech, SpeechJob, SpeechRequest

RATE = 24000
N_TEXTS = {"sophia": 50, "magnus": int(os.environ.get("SEAM_TEXTS", "15"))}  # of two sentences each; magnus is slow
NEAR_S = 0.005
HOP_S = 0.0025
FLOOR = 1e-3  # of full scale: what is softer is silence to a listener

Vector = NDArray[np.float64]

SUBJECTS = (
    "The morning train", "My older brother", "A small red boat", "Nobody in the village", "The head of the department",
    "Every second visitor", "Our new neighbour", "The letter from Boston", "She", "Professor Adams", "A late customer",
)  # fmt: skip
VERBS = (
    "stopped beside", "talked about", "carefully examined", "had already forgotten", "was looking for", "never liked",
    "finally paid for", "asked twice about", "could not explain", "drove slowly past", "left quickly because of",
)  # fmt: skip
OBJECTS = (
    "the broken bridge", "forty-two wooden boxes", "a bottle of cold water", "the keys to the garden shed",
    "what the doctor said", "an expensive photograph", "the first chapter", "his sister's birthday",
    "the 3 missing pages", "a quiet street near the harbour", "the sound of the engine",
)  # fmt: skip
TAILS = (
    "", " on Tuesday afternoon", ", which surprised everybody", " before the heavy rain began", ", and then went home",
    " while the children were asleep", "; it was far too late", " for $15", ", as far as I know, without any reason",
    " and, after a short pause, started again from the beginning", " because the tickets were sold out",
)  # fmt: skip
OPENINGS = ("", "", "Yes, ", "In fact, ", "Last year, ", "To be honest, ", "As soon as the lights came on, ")


def texts(seed: int) -> Iterator[str]:
    """Two sentences each, from a few to some thirty words long, no two alike; without end."""
    choice = random.Random(seed).choice

    def sentence() -> str:
        opening, subject = choice(OPENINGS), choice(SUBJECTS)
        if opening and not subject.startswith("Professor"):
            subject = subject[0].lower() + subject[1:]
        return f"{opening}{subject} {choice(VERBS)} {choice(OBJECTS)}{choice(TAILS)}{choice('...?!')}"

    while True:
        yield f"{sentence()} {sentence()}"


class Pause(NamedTuple):
    """Between two segments.

    Attributes:
        length_s: The silence that was put in.
        at: Its first sample.
        offset: Where in the text it is.
    """

    length_s: float
    at: int
    offset: int


@dataclass
class Recording:
    """What the server sends for a text.

    Attributes:
        samples: The sound, -1 to 1.
        seams: Where segments, and the pauses between them, begin and end: offsets in samples.
        pauses: One for each boundary between two segments.
    """

    samples: Vector
    seams: list[int]
    pauses: list[Pause]


@dataclass(frozen=True, slots=True)
class _Recorded(LocalSpeaker):
    """Speaks, and keeps what it spoke by the number of the segment."""

    spoken: dict[int, Speech]

    def begin(self, job: SpeechJob, cancel: CancelToken) -> Speech:
        speech = self.spoken[job.seed] = LocalSpeaker.begin(self, job, cancel)
        return speech


class Studio:
    """Speaks as the server does, and keeps each segment's own sound; nothing is spoken twice."""

    def __init__(self, speaker: LocalSpeaker) -> None:
        self._speaker = speaker
        self._spoken: dict[int, Speech] = {}
        self._recordings: dict[tuple[str, str], Recording] = {}
        self._pieces: dict[tuple[str, str], list[tuple[Segment, Speech]]] = {}
        self._scheduler = Scheduler(workers=2, max_pending=100)
        recorded = _Recorded(speaker.engines, speaker.styles, self._spoken)
        self._synthesizer = Synthesizer(Catalogue.load(), recorded, self._scheduler, max_text_chars=10_000)

    def close(self) -> None:
        self._scheduler.close()

    async def record(self, text: str, voice_id: str) -> Recording:
        """The stream of a text, and where its segments meet."""
        if (text, voice_id) not in self._recordings:
            self._recordings[text, voice_id] = await self._record(text, voice_id)
        return self._recordings[text, voice_id]

    async def _record(self, text: str, voice_id: str) -> Recording:
        self._spoken.clear()
        plan = self._synthesizer.plan(SpeechRequest(text, voice_id, sample_rate=RATE))
        data = b"".join([chunk.data async for chunk in self._synthesizer.live(plan)])
        samples = np.frombuffer(data, "<i2") / 32767
        seams: list[int] = []
        pauses: list[Pause] = []
        at = 0
        for number, segment in enumerate(plan.segments):
            assert len(self._spoken[number].samples)
            at += len(self._spoken[number].samples)
            if number + 1 < len(plan.segments):
                seams.append(at)
                pauses.append(Pause(segment.pause_s, at, segment.end))
                at += round(segment.pause_s * RATE)
                if segment.pause_s:
                    seams.append(at)
        assert at == len(samples), "the stream is not its segments and their pauses"
        return Recording(samples, seams, pauses)

    async def one_piece(self, text: str, voice_id: str) -> list[tuple[Segment, Speech]]:
        """Each sentence as a single segment."""
        if (text, voice_id) in self._pieces:
            return self._pieces[text, voice_id]
        voice = Catalogue.load().get(voice_id)
        spoken = []
        for segment in split(text, (400,)):
            job = SpeechJob(segment, voice, 1.0, "en", None, math_notation=False, seed=0)
            speech = await asyncio.to_thread(self._speaker.speak, job, CancelToken())
            spoken.append((segment, speech))
        self._pieces[text, voice_id] = spoken
        return spoken


def samples_of(speech: Speech) -> Vector:
    """Rounded as the recording is."""
    samples: Vector = np.rint(speech.samples.astype(np.float64) * 32767) / 32767
    return samples


def jumps(samples: Vector) -> Vector:
    """At each hop the largest step between two samples, within ``NEAR_S``."""
    steps = np.abs(np.diff(samples, prepend=0.0))
    return _largest(steps)


def clicks(samples: Vector) -> Vector:
    """The same, as a multiple of how large the sound around it is: a click in a soft passage is small but heard."""
    steps = np.abs(np.diff(samples, prepend=0.0))
    width = round(0.04 * RATE)
    around = np.sqrt(np.convolve(samples**2, np.ones(width) / width, "same"))
    return _largest(steps / (around + FLOOR))


def flux(samples: Vector) -> Vector:
    """How much louder the spectrum becomes from each hop to the next, over all bands; the worst within ``NEAR_S``."""
    size, hop = round(0.01 * RATE), round(HOP_S * RATE)
    padded = np.pad(samples, (size // 2, size // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * np.hanning(size)
    level = np.log10(np.abs(np.fft.rfft(frames)) + 100 * FLOOR)
    rises = np.maximum(np.diff(level, axis=0, prepend=level[:1]), 0).mean(axis=1)
    around = round(NEAR_S / HOP_S)
    return maximum_filter1d(rises, 2 * around + 1)


def _largest(values: Vector) -> Vector:
    return maximum_filter1d(values, 2 * round(NEAR_S * RATE) + 1)[:: round(HOP_S * RATE)]


MEASURES: dict[str, Callable[[Vector], Vector]] = {"jump": jumps, "click": clicks, "flux": flux}


def silence_s(samples: Vector, at: int) -> float:
    """How long it is silent around a sample."""
    hop = round(HOP_S * RATE)
    soft = np.abs(samples[: len(samples) // hop * hop]).reshape(-1, hop).max(axis=1) < 0.006 * np.abs(samples).max()
    loud = np.flatnonzero(~soft)
    here = at // hop
    before, after = loud[loud < here], loud[loud >= here]
    return float((after[0] if len(after) else len(soft)) - (before[-1] + 1 if len(before) else 0)) * HOP_S


@pytest.fixture(scope="module")
def studio(speaker: LocalSpeaker) -> Iterator[Studio]:
    with closing(Studio(speaker)) as studio:
        yield studio


def measured(samples: Vector) -> dict[str, Vector]:
    return {name: measure(samples) for name, measure in MEASURES.items()}


def excess(values: Vector, at: int, seams: list[int]) -> float:
    """A measure at one sample, as a multiple of what one place in a hundred inside the segments exceeds."""
    inside = np.ones(len(values), bool)
    for seam in seams:
        inside[max(0, hop_of(seam) - 4) : hop_of(seam) + 5] = False
    return float(values[hop_of(at)] / np.quantile(values[inside], 0.99))


def hop_of(sample: int) -> int:
    return sample // round(HOP_S * RATE)


@pytest.mark.slow
@pytest.mark.parametrize("voice_id", ["sophia", "magnus"])
async def test_no_boundary_shows_what_speech_itself_does_not(studio: Studio, voice_id: str) -> None:
    """A boundary stays below the 99th percentile inside its recording, and below the peak of the one-piece rendering.

    Pauses are as long as they are meant to be: what the cut ends of the segments add is bounded.
    """
    n_seams = 0
    worst = dict.fromkeys(MEASURES, 0.0)
    added_s = []
    for text in islice(texts(seed=len(voice_id)), N_TEXTS[voice_id]):
        recording = await studio.record(text, voice_id)
        pieces = [measured(samples_of(speech)) for _, speech in await studio.one_piece(text, voice_id)]
        whole = measured(recording.samples)
        for seam in recording.seams:
            for name, values in whole.items():
                ratio = excess(values, seam, recording.seams)
                assert ratio < 1, f"{name} at {seam / RATE:.2f} s of {text!r}"
                peak = max(float(piece[name].max()) for piece in pieces)
                assert values[hop_of(seam)] < peak, f"{name} at {seam / RATE:.2f} s of {text!r}"
                worst[name] = max(worst[name], ratio)
            n_seams += 1
        added_s += [silence_s(recording.samples, pause.at) - pause.length_s for pause in recording.pauses]
    print(f"\n{voice_id}: {n_seams} seams; of the 99th percentile inside segments at most", worst)
    print(f"silence beside the pause meant: {min(added_s):.3f} to {max(added_s):.3f} s")
    assert n_seams >= 2 * N_TEXTS[voice_id]
    assert min(added_s) >= 0
    assert max(added_s) < 0.25


@pytest.mark.slow
async def test_the_detector_finds_a_splice(studio: Studio) -> None:
    """Guards the test above: words that are cut off within, and joined to others, do not pass."""
    found = []
    for text in islice(texts(seed=0), 20):
        samples = (await studio.record(text, "sophia")).samples
        loudness = np.convolve(samples**2, np.ones(2400) / 2400, "same")
        half = len(samples) // 2
        first, second = int(loudness[:half].argmax()), half + int(loudness[half:].argmax())
        spliced = np.concatenate([samples[:first], np.zeros(round(0.1 * RATE)), samples[second:]])
        ends = [first, first + round(0.1 * RATE)]
        found.append(max(excess(values, end, ends) for end in ends for values in measured(spliced).values()) >= 1)
    print(f"\n{sum(found)} of {len(found)} splices found")
    assert sum(found) >= 16


@pytest.mark.slow
async def test_a_boundary_within_a_clause_adds_no_pause(studio: Studio) -> None:
    """Compared with the silence between the same two words in the one-piece rendering."""
    added_s = []
    for text in islice(texts(seed=6), 16):
        recording = await studio.record(text, "magnus")
        pieces = await studio.one_piece(text, "magnus")
        for pause in recording.pauses:
            if pause.length_s:
                continue
            speech = next(speech for segment, speech in pieces if segment.start < pause.offset < segment.end)
            before = max(word.end_s for word in speech.words if word.end <= pause.offset)
            after = min(word.start_s for word in speech.words if word.start >= pause.offset)
            samples, middle = samples_of(speech), (before + after) / 2
            natural_s = max(
                silence_s(samples, min(round((middle + near_s) * RATE), len(samples) - 1))
                for near_s in np.arange(-0.05, 0.05, HOP_S)
            )
            added_s.append(silence_s(recording.samples, pause.at) - natural_s)
    assert len(added_s) > 10
    print(f"\nsilence added within a clause: median {np.median(added_s):.3f} s of {len(added_s)}")
    assert np.median(added_s) < 0.03
