"""Every voice in every language of its row gives sound of sane length, level and spectrum."""

import numpy as np
import pyloudnorm
import pytest

from openwaves.audio.loudness import TARGET_LUFS
from openwaves.cancellation import CancelToken
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.tts.voices.previews import PREVIEW_TEXTS
from openwaves.types import Speech, SpeechJob, Voice

CASES = [(voice, language) for voice in Catalogue.load().voices for language in voice.languages]


def first_words(speaker: LocalSpeaker, voice: Voice, language: str) -> tuple[str, Speech]:
    """What a voice says first in its preview."""
    segment = split(PREVIEW_TEXTS[language])[1]
    job = SpeechJob(segment, voice, 1.0, language, None, math_notation=False, seed=0)
    return segment.text, speaker.speak(job, CancelToken())


@pytest.mark.slow
@pytest.mark.parametrize(("voice", "language"), CASES, ids=[f"{voice.id}-{language}" for voice, language in CASES])
def test_it_speaks(speaker: LocalSpeaker, voice: Voice, language: str) -> None:
    text, speech = first_words(speaker, voice, language)
    samples = speech.samples
    assert np.isfinite(samples).all()
    n_letters = sum(character.isalnum() for character in text) * (2.5 if language in ("zh", "ja") else 1)
    assert 0.03 * n_letters < speech.duration_s < 0.2 * n_letters + 1, f"{speech.duration_s:.2f} s for {text!r}"
    assert np.abs(samples).max() < 1.5
    assert abs(samples.mean()) < 0.01, "offset"
    loudness = pyloudnorm.Meter(speech.sample_rate, block_size=0.2).integrated_loudness(samples.astype(np.float64))
    assert loudness == pytest.approx(TARGET_LUFS, abs=5), f"{loudness:.1f} LUFS"
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / speech.sample_rate)
    voiced = power[(hertz > 70) & (hertz < 4000)].sum() / power.sum()
    assert voiced > 0.8, f"only {voiced:.0%} of the energy is where voices have theirs"
    assert power[(hertz > 1000) & (hertz < 4000)].sum() / power.sum() > 0.003, "dull: no formants"
    assert all(word.end_s <= speech.duration_s + 1e-6 for word in speech.words)


@pytest.mark.slow
@pytest.mark.parametrize(("voice_id", "language"), [("sophia", "en"), ("sophia", "hi"), ("meher", "hi")])
@pytest.mark.parametrize("speed", [0.5, 1.0])
def test_the_longest_piece_that_is_all_digits_is_spoken(
    speaker: LocalSpeaker, voice_id: str, language: str, speed: float
) -> None:
    """Each digit is a word, so that a piece is more than any engine says at once, the one that stands in included."""
    voice = Catalogue.load().get(voice_id)
    (segment,) = split("98765 " * 33, (200,))
    job = SpeechJob(segment, voice, speed, language, None, math_notation=False, seed=0)
    speech = speaker.speak(job, CancelToken())
    assert speech.duration_s > 33 * 5 * 0.15
    assert len(speech.words) == 33
