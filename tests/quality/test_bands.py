"""Real voices: are they understood and do they sound as well as they did? The full table: docs/quality.md."""

import numpy as np
import pytest
from bench.quality.figures import Found, bands, outside
from bench.quality.judges import overall_quality
from bench.quality.parts import english_sentences
from bench.quality.small import small
from bench.quality.studio import Studio, heard

from openwaves.tts.speaker import LocalSpeaker

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def studio(speaker: LocalSpeaker) -> Studio:
    return Studio(speaker)


def test_every_figure_is_within_its_band(studio: Studio) -> None:
    found = Found()
    small(studio, lambda label: None, found)
    for figure in found.figures:
        print(f"{figure.key}: {figure.value:.2f}")
    assert {figure.key for figure in found.figures} == set(bands("small"))
    problems = outside(found.figures, bands("small"))
    misheard = [f"{miss.subject}: {miss.text} -> {miss.heard}" for miss in found.heard if miss.errors]
    assert not problems, "\n".join(problems + misheard)


def test_noise_that_is_hardly_heard_leaves_the_band(studio: Studio) -> None:
    """Guards the test above: the measure notices noise 30 dB below the speech."""
    random = np.random.default_rng(0)
    values = []
    for text in english_sentences()[:20:5]:
        samples = studio.speak("sophia", text)
        noise = random.standard_normal(len(samples)).astype(np.float32) * samples.std() * 10 ** (-30 / 20)
        values.append(overall_quality(heard(samples + noise)))
    low, _ = bands("small")["small | hibari | DNSMOS overall"]
    assert np.mean(values) < low
