"""Lone words, which the networks finish only before a full stop."""

import numpy as np
import pytest

from openwaves.cancellation import CancelToken
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.analyze import ended
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, Speech, SpeechJob


def spoken(speaker: LocalSpeaker, voice_id: str, text: str) -> Speech:
    (segment,) = split(text)
    voice = Catalogue.load().get(voice_id)
    return speaker.speak(SpeechJob(segment, voice, 1.0, "en", None, math_notation=False, seed=0), CancelToken())


def burst_db(speech: Speech) -> float:
    """The loudest 20 ms between 2 and 8 kHz in the second half, against the loudest of all."""
    size = speech.sample_rate // 50
    frames = speech.samples[: len(speech.samples) // size * size].reshape(-1, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(frames)) ** 2
    hz = np.fft.rfftfreq(size, 1 / speech.sample_rate)
    high = power[:, (hz >= 2000) & (hz < 8000)].sum(1)
    return float(10 * np.log10(high[len(frames) // 2 + 1 :].max() / power.sum(1).max()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("voice_id", "word", "least_db"), [("magnus", "page", -14), ("magnus", "match", -12), ("brooke", "page", -20)]
)
def test_the_last_consonant_is_heard(speaker: LocalSpeaker, voice_id: str, word: str, least_db: float) -> None:
    bare, stopped = (spoken(speaker, voice_id, text) for text in (word, word + "."))
    assert burst_db(bare) > least_db
    assert np.array_equal(bare.samples[:10_000], stopped.samples[:10_000])
    assert (bare.words[0].start, bare.words[0].end) == (0, len(word))


def test_only_a_lone_word_gets_a_full_stop() -> None:
    def segment(text: str, *, is_seam: bool = False) -> Segment:
        return Segment(text, 0, len(text), 0.0, is_seam)

    assert ended("pˈAʤ", segment("page")) == "pˈAʤ."
    assert ended("pˈAʤ?", segment("page?")) == "pˈAʤ?"
    assert ended("pˈAʤ", segment("page ")) == "pˈAʤ"  # cut between two words
    assert ended("pˈAʤ", segment("page", is_seam=True)) == "pˈAʤ"
    assert ended("lˈæst pˈAʤ", segment("last page")) == "lˈæst pˈAʤ"
    assert ended("", segment("")) == ""
