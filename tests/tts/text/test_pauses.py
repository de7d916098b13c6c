"""Pauses at the cuts between segments: as long as the networks make them inside an utterance."""

import numpy as np
import pytest

from openwaves.audio import trim
from openwaves.cancellation import CancelToken
from openwaves.tts.g2p.english import english
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import ENDS_S, HEARD_S, split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Samples
from tests.servers import RunningServer

PHRASES = (
    ("We met her brother Daniel", "at the station on Monday"),
    ("She bought a new lamp", "for the kitchen and the hall"),
    ("They played some music", "in the garden near the house"),
)
SIGNS = {"": "{} {}", ",": "{}, {}", ";": "{}; {}", "—": "{} — {}", ".": "{}. {}", "?": "{}? {}", ")": "({}) {}"}


def test_the_quiet_ends_of_segments_are_counted() -> None:
    assert pytest.approx(trim.KEEP_BEFORE_S + trim.KEEP_AFTER_S) == ENDS_S


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("It was late. Then", "."),
        ("It was late? Then", "?"),
        ("It was late! Then", "!"),
        ("It was late… Then", "…"),
        ("It was late... Then", "…"),
        ('He said "stop." Then', "."),
        ("नमस्ते। आप", "."),
        ("line one\nline two", "\n"),
        ("- one\n- two", "\n"),
        ("A sentence.\nAnother", "\n"),
        ("A paragraph.\n\nAnother", "\n\n"),
        ("A paragraph.  \n  \n\n Another", "\n\n"),
        ("A heading\n\nText", "\n\n"),
    ],
)
def test_between_sentences(text: str, sign: str) -> None:
    first, second = split(text)
    assert first.pause_s == pytest.approx(HEARD_S[sign] - ENDS_S)
    assert not second.is_seam


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("It was rather late, and nobody came at all", ","),
        ("It was rather late; and nobody came at all", ";"),
        ("It was rather late: and nobody came at all", ":"),
        ("It was rather late — and nobody came at all", "—"),
        ("It was rather late – and nobody came at all", "—"),
        ("It was rather late - and nobody came at all", "—"),
        ("It was (a bit) late (or not) for her to come at all", ")"),
        ("“It was rather late,” she told us at the door", ","),
        ("वह बहुत देर से आया، और कोई नहीं था वहाँ पर कल", ","),
    ],
)
def test_between_clauses(text: str, sign: str) -> None:
    first, second = split(text, (24, 200))
    assert first.text.rstrip()[-1] in ",;:—–-)”،"
    assert first.pause_s == pytest.approx(HEARD_S[sign] - ENDS_S)
    assert not second.is_seam


def test_between_words_there_is_none() -> None:
    first, second = split("The well-known quick brown fox jumps over the dog", (24, 200))
    assert (first.pause_s, second.is_seam) == (0.0, True)


def test_longer_breaks_are_longer() -> None:
    assert HEARD_S[","] < HEARD_S[";"] <= HEARD_S["."] < HEARD_S["\n"] < HEARD_S["\n\n"]


def test_pauses_shrink_with_speed(tone_server: RunningServer) -> None:
    longest = {}
    for speed in (0.5, 1.0, 2.0):
        body = {
            "text": "ab.\n\nab.",
            "voice_id": "sophia",
            "speed": speed,
            "output_format": "pcm",
            "sample_rate": 24000,
        }
        samples = np.frombuffer(tone_server.post("/waves/v1/tts", body).content, np.int16).astype(np.float32)
        longest[speed] = _longest_silence_s(samples)
    assert longest[0.5] - longest[1.0] == pytest.approx(HEARD_S["\n\n"] - ENDS_S, abs=0.1)
    assert longest[1.0] - longest[2.0] == pytest.approx((HEARD_S["\n\n"] - ENDS_S) / 2, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("voice_id", ["magnus", "sophia"])
def test_the_networks_make_the_pauses_of_the_table(speaker: LocalSpeaker, voice_id: str) -> None:
    heard = {
        sign: float(np.median([_gap_s(speaker, voice_id, form, *pair) for pair in PHRASES]))
        for sign, form in SIGNS.items()
    }
    print(f"\n{voice_id}: {heard}")
    assert heard.pop("") < 0.12
    for sign, gap_s in heard.items():
        assert gap_s == pytest.approx(HEARD_S[sign], abs=0.12), sign


def _gap_s(speaker: LocalSpeaker, voice_id: str, form: str, left: str, right: str) -> float:
    """Silence between two phrases that are spoken in one utterance, with a sign between them."""
    voice = Catalogue.load().get(voice_id)
    engine, read = speaker.engine(voice), english(british=False)
    before, after = read.phonemize(left), read.phonemize(right)
    phonemes = form.format(before, after)
    audio = engine.synthesize(phonemes, speaker.style(voice), voice.speed, seed=0, cancel=CancelToken())
    start_s = audio.timings[phonemes.index(before) + len(before) - 1].start_s - 0.05
    end_s = audio.timings[phonemes.index(after)].end_s + 0.02
    around = audio.samples[round(max(0.0, start_s) * audio.sample_rate) : round(end_s * audio.sample_rate)]
    return _longest_silence_s(around, float(np.abs(audio.samples).max()))


def _longest_silence_s(samples: Samples, peak: float = 0.0) -> float:
    """The longest stretch of 5 ms frames 40 dB below the peak."""
    frames = samples[: len(samples) // 120 * 120].reshape(-1, 120)
    soft = np.abs(frames).max(axis=1) < (peak or float(np.abs(samples).max())) * 10 ** (-40 / 20)
    longest = length = 0
    for is_soft in soft:
        length = length + 1 if is_soft else 0
        longest = max(longest, length)
    return longest * 0.005
