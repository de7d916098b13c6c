"""What Whisper leaves out: where it is found, and when it counts."""

import numpy as np
import pytest

from openwaves.stt.engines.alignment import Loudness
from openwaves.stt.engines.unheard import Unheard, says_again, unheard
from openwaves.stt.transcript import Word
from openwaves.types import Samples
from tests.stt.sounds import RATE

SENTENCE = "hace mucho frío y parece que va a llover"
OTHER = "los niños juegan en la plaza después de la escuela"


def said(text: str, begin_s: float = 0.0) -> list[Word]:
    """Words of 0.3 s each."""
    return [Word(word, begin_s + 0.3 * n, begin_s + 0.3 * n + 0.3) for n, word in enumerate(text.split())]


def sound(*spans: tuple[float, float], length_s: float) -> Samples:
    """Noise in these spans, silence elsewhere."""
    samples = np.zeros(round(length_s * RATE), np.float32)
    for begin_s, end_s in spans:
        part = slice(round(begin_s * RATE), round(end_s * RATE))
        samples[part] = 0.1 * np.random.default_rng(1).standard_normal(len(samples[part]))
    return samples


def found(words: list[Word], samples: Samples, n_sent: int = 0) -> Unheard | None:
    return unheard(words, Loudness(samples), len(samples) / RATE, n_sent)


def test_all_of_it_was_heard() -> None:
    assert found(said(SENTENCE), sound((0, 2.7), length_s=3.2)) is None
    assert found([*said(SENTENCE), *said(SENTENCE, 3.2)], sound((0, 2.7), (3.2, 5.9), length_s=6.2)) is None
    assert found([], sound(length_s=3)) is None
    assert found([Word("1.234.567", 0.1, 3.5)], sound((0.1, 3.5), length_s=4)) is None, "figures are long words"


def test_silence_is_not_missing() -> None:
    assert found([*said(SENTENCE), *said(OTHER, 6)], sound((0, 2.7), (6, 9), length_s=9.2)) is None


@pytest.mark.parametrize("snr_db", [10, 20, 30])
def test_the_noise_of_a_recording_is_not_missing(snr_db: int) -> None:
    samples = sound((0, 2.7), (4.2, 7.2), length_s=9)
    noise = np.random.default_rng(2).standard_normal(len(samples)).astype(np.float32)
    assert found([*said(SENTENCE), *said(OTHER, 4.2)], samples + 0.1 * 10 ** (-snr_db / 20) * noise) is None


@pytest.mark.parametrize(
    ("words", "n_words", "spans"),
    [
        pytest.param(said(SENTENCE), 9, [(0, 2.7), (3.1, 5.8)], id="at the end"),
        pytest.param([*said(SENTENCE), *said(OTHER, 6.2)], 9, [(0, 2.7), (3.1, 5.8), (6.2, 9.2)], id="in the middle"),
        pytest.param(
            [*said(SENTENCE), Word("los", 3.1, 6.5), *said(OTHER, 6.2)[1:]],
            9,
            [(0, 2.7), (3.1, 5.8), (6.2, 9.2)],
            id="a word was stretched over it",
        ),
        pytest.param(said(SENTENCE, 3.1), 0, [(0.1, 2.7), (3.1, 5.8)], id="at the beginning, to be heard anew"),
    ],
)
def test_what_is_missing_is_found(words: list[Word], n_words: int, spans: list[tuple[float, float]]) -> None:
    place = found(words, sound(*spans, length_s=spans[-1][1] + 0.2))
    assert place is not None
    assert place.n_words == n_words
    assert 2.7 <= place.at_s <= 3.1


def test_what_was_sent_stays() -> None:
    samples = sound((0.1, 2.7), (3.1, 5.8), (6.2, 9.2), length_s=9.4)
    words = [*said(SENTENCE, 3.1), *said(OTHER, 6.2)]
    assert found(words, samples, n_sent=9) is None
    gap = [*said(SENTENCE), *said(OTHER, 6.2)]
    assert found(gap, samples, n_sent=12) is None
    assert found(gap, samples, n_sent=9) == found(gap, samples)


def test_a_place_at_the_very_edge_is_none() -> None:
    assert found([Word("no", 0.1, 0.4)], sound((0.1, 2.4), length_s=1.0)) is None


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        (SENTENCE, f"{SENTENCE} {SENTENCE}", "es"),
        (SENTENCE, f"{SENTENCE}. Hace mucho trío y parece que va llover.", "es"),
        (f"{SENTENCE} {OTHER}", f"{SENTENCE} {SENTENCE} {OTHER}", "es"),
        (OTHER, f"{SENTENCE} {SENTENCE} {OTHER}", "es"),
        ("請 給 我 一 杯 水", "請 給 我 一 杯 水 請 給 我 一 杯 水", "zh"),
    ],
)
def test_what_was_said_twice_counts(before: str, after: str, language: str) -> None:
    assert says_again(said(before), said(after), language)


@pytest.mark.parametrize(
    ("before", "after", "language"),
    [
        (SENTENCE, SENTENCE, "es"),
        (SENTENCE, "hace mucho frío", "es"),
        (SENTENCE, f"{SENTENCE} a usted me la diré que yo fue a su salida", "es"),
        (OTHER, f"{OTHER} la verdad es que la verdad es que la verdad es que la verdad es", "es"),
        (OTHER, f"{OTHER} la vez la vez la vez la vez la vez la vez", "es"),
        ("今天 成 立 的 天 氣", "今天 成 立 的 天 氣 啊 啊 啊 啊 啊 啊 啊 啊", "zh"),
        ("今天 成 立 的 天 氣", "今天 成 立 的 天 氣 聖 誓 聖 誓 聖 誓", "zh"),
        ("", "", "es"),
    ],
)
def test_what_nobody_said_twice_does_not(before: str, after: str, language: str) -> None:
    assert not says_again(said(before), said(after), language)
