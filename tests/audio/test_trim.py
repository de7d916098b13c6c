"""Cutting the silence around an utterance."""

from itertools import pairwise

import numpy as np
import pytest

from openwaves.audio.trim import (
    FRAME_S,
    INNER_SILENCE_S,
    KEEP_AFTER_S,
    KEEP_BEFORE_S,
    ONSET_LEAD_S,
    Cut,
    find_cut,
    heard_frames,
    trim,
)
from openwaves.types import Audio, PhonemeTiming

RATE = 24000


def spoken(lead_s: float, sound_s: float, tail_s: float) -> Audio:
    time_s = np.arange(round(sound_s * RATE)) / RATE
    sound = 0.4 * np.sin(2 * np.pi * 200 * time_s)
    silence = [np.zeros(round(length_s * RATE)) for length_s in (lead_s, tail_s)]
    samples = np.concatenate([silence[0], sound, silence[1]]).astype(np.float32)
    return Audio(samples, RATE, (PhonemeTiming(lead_s, lead_s + sound_s), PhonemeTiming(lead_s + sound_s, 9.0)))


def test_silence_goes_and_times_move_with_it() -> None:
    audio = trim(spoken(0.3, 0.5, 0.4), "a.")
    assert abs(audio.duration_s - (KEEP_BEFORE_S + 0.5 + KEEP_AFTER_S)) < 0.011
    assert abs(audio.timings[0].start_s - (KEEP_BEFORE_S - ONSET_LEAD_S)) < 0.006
    assert audio.timings[1].end_s <= audio.duration_s + 1e-9


def test_ends_are_faded_so_that_a_seam_does_not_click() -> None:
    audio = trim(spoken(0.0, 0.5, 0.0), "a.")
    assert abs(audio.samples[0]) < 1e-3
    assert abs(audio.samples[-1]) < 1e-3
    assert np.abs(np.diff(audio.samples)).max() < 0.05


def test_silence_alone_stays_as_it_is() -> None:
    audio = Audio(np.zeros(2400, np.float32), RATE)
    assert trim(audio, "a.") is audio


def test_the_input_is_not_changed() -> None:
    audio = spoken(0.0, 0.2, 0.0)
    before = audio.samples.copy()
    trim(audio, "a.")
    assert np.array_equal(audio.samples, before)


def test_the_phoneme_before_punctuation_ends_with_its_sound() -> None:
    one, other = spoken(0.1, 0.4, 0.3), spoken(0.0, 0.5, 0.2)
    samples = np.concatenate([one.samples, other.samples])
    timings = (PhonemeTiming(0.1, 0.7), PhonemeTiming(0.7, 0.8), PhonemeTiming(0.8, 1.4), PhonemeTiming(1.4, 1.5))
    found = trim(Audio(samples, RATE, timings), "a,b.").timings
    assert abs(found[0].end_s - found[0].start_s - 0.4) < 0.02
    assert abs(found[2].end_s - found[2].start_s - 0.5) < 0.02


def two_sounds(silence_s: float, joined: tuple[tuple[int, int], ...]) -> tuple[Audio, Cut]:
    """Half a second, a silence, and a third of one; each sound is a phoneme, and so is the silence."""
    one, other = spoken(0.0, 0.5, silence_s), spoken(0.0, 0.3, 0.0)
    edges = np.cumsum([0.0, 0.5, silence_s, 0.3]).tolist()
    timings = tuple(PhonemeTiming(*pair) for pair in pairwise(edges))
    audio = Audio(np.concatenate([one.samples, other.samples]), RATE, timings)
    hop = round(FRAME_S * RATE)
    heard = heard_frames(audio.samples, hop)
    cut = find_cut(
        heard, hop, len(audio.samples), RATE, timings, "a b", seam_before=False, seam_after=False, joined=joined
    )
    assert cut is not None
    return audio, cut


@pytest.mark.parametrize("silence_s", [0.05, 0.099, 0.16, 0.4, 2.0])
def test_a_silence_within_a_word_is_no_pause(silence_s: float) -> None:
    audio, cut = two_sounds(silence_s, ((0, 3),))
    kept_s = min(silence_s, INNER_SILENCE_S)
    assert cut.duration_s == pytest.approx(0.8 + kept_s, abs=0.011)
    assert len(cut.of(audio.samples)) == round(cut.duration_s * RATE) == cut.n_kept(0)
    assert cut.timings[2].start_s == pytest.approx(0.5 + kept_s - ONSET_LEAD_S, abs=0.011)
    assert cut.timings[2].end_s <= cut.duration_s
    assert two_sounds(silence_s, ((0, 1), (2, 3)))[1].duration_s == pytest.approx(0.8 + silence_s)


@pytest.mark.parametrize("size", [1, 700, 5000])
def test_pieces_without_a_silence_are_the_whole_without_it(size: int) -> None:
    audio, cut = two_sounds(0.3, ((0, 3),))
    starts = range(0, len(audio.samples), size)
    pieces = [cut.of(audio.samples[at : at + size], at) for at in starts]
    assert np.array_equal(np.concatenate(pieces), cut.of(audio.samples))
    assert [cut.n_kept(at) for at in starts] == [
        cut.n_kept(0) - n for n in np.cumsum([0, *map(len, pieces)])[:-1].tolist()
    ]
