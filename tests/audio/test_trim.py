"""Cutting the silence around an utterance."""

import numpy as np

from openwaves.audio.trim import KEEP_AFTER_S, KEEP_BEFORE_S, ONSET_LEAD_S, trim
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
