"""Slow speech: the network stretches words only, and silence is put into its pauses.

The network divides the length of every token by the pace, also the silence before the first phoneme and the pauses. But
it was trained on silences of one length: where they are longer it begins to voice before the phoneme comes, and an "ah"
is heard. So no silence is stretched beyond what it knows, and what is missing in a pause is added where it is silent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from openwaves.audio.trim import PUNCTUATION
from openwaves.types import Audio, PhonemeTiming

SLOWEST_SILENCE = 0.92
"""Pace below which silences are not stretched. Source: the energy curves of 40 voices: sound begins 60 ms before
the end of the silence at pace 1 as at this one, 150 ms at 0.8, half a second at 0.5."""
QUIET = 10 ** (-45 / 20)  # of the loudest frame
FRAME_S = 0.005


def paces(phonemes: str, speed: float) -> NDArray[np.float32]:
    """The pace of every token: the phonemes, and the silences before and after them.

    Returns:
        Shape (n_phonemes + 2,), float32.
    """
    silence = max(speed, SLOWEST_SILENCE)
    inner = [silence if is_pause else speed for is_pause in _pauses(phonemes)]
    return np.array([silence, *inner, silence], np.float32)


class Silence(NamedTuple):
    """Silence that makes a pause longer: so many samples before another."""

    at: int
    n_samples: int


def lengthened(audio: Audio, phonemes: str, speed: float) -> Audio:
    """The audio with its pauses as long as the pace asks for, those that are silent somewhere.

    Args:
        audio: What was made with ``paces``.
        phonemes: What was spoken, one character for each timing.
        speed: The pace of the words.
    """
    if speed >= SLOWEST_SILENCE:
        return audio
    hop = round(FRAME_S * audio.sample_rate)
    n_frames = len(audio.samples) // hop
    energy = np.sqrt(np.mean(audio.samples[: n_frames * hop].reshape(n_frames, hop) ** 2, axis=1))
    silences, timings = pauses(
        energy, QUIET * energy.max(initial=0.0), hop, audio.sample_rate, audio.timings, phonemes, speed
    )
    pieces, done = [], 0
    for at, n_added in silences:
        pieces += [audio.samples[done:at], np.zeros(n_added, np.float32)]
        done = at
    return replace(audio, samples=np.concatenate([*pieces, audio.samples[done:]]), timings=timings)


def pauses(
    energy: NDArray[np.float32],
    quiet: float,
    hop: int,
    rate: int,
    timings: Sequence[PhonemeTiming],
    phonemes: str,
    speed: float,
) -> tuple[list[Silence], tuple[PhonemeTiming, ...]]:
    """Where silence is missing, and when the phonemes sound with it.

    Args:
        energy: Of each frame.
        quiet: The most energy that a frame may have for silence to be added before it.
        hop: Samples of a frame; what is added are whole frames.
        rate: Sample rate, Hz.
        timings: Of every phoneme, without that silence.
        phonemes: What is spoken, one character for each timing.
        speed: The pace of the words, below ``SLOWEST_SILENCE``.
    """
    frame_s = hop / rate
    silences, moved = [], list(timings)
    for first, last in _stretches(phonemes):
        begin_s, end_s = timings[first].start_s, timings[last].end_s
        inside = energy[int(begin_s / frame_s) : int(end_s / frame_s)]
        if not len(inside) or inside.min() > quiet:
            continue
        n_added = round((end_s - begin_s) * (SLOWEST_SILENCE / speed - 1) / frame_s) * hop
        silences.append(Silence((int(begin_s / frame_s) + int(inside.argmin())) * hop, n_added))
        added_s = n_added / rate
        moved[last] = moved[last]._replace(end_s=moved[last].end_s + added_s)
        moved[last + 1 :] = [PhonemeTiming(*(time_s + added_s for time_s in each)) for each in moved[last + 1 :]]
    return silences, tuple(moved)


def _pauses(phonemes: str) -> Iterator[bool]:
    """For every phoneme whether it stands for a pause: punctuation, and the space after it."""
    before = " "
    for phoneme in phonemes:
        yield phoneme in PUNCTUATION or (phoneme == " " and before in PUNCTUATION)
        before = phoneme


def _stretches(phonemes: str) -> Iterator[tuple[int, int]]:
    """First and last index of every pause inside."""
    begin = None
    for number, is_pause in enumerate(_pauses(phonemes)):
        if is_pause and begin is None:
            begin = number
        if not is_pause and begin is not None:
            if begin:
                yield begin, number - 1
            begin = None
