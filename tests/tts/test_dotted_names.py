"""Addresses and versions: written in one piece, said in several words, without the pauses that words may have."""

import re

import numpy as np
import pytest

from openwaves.cancellation import CancelToken
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import SpeechJob

MOST_S = 0.15
HOP_S = 0.005


def longest_silence_s(speaker: LocalSpeaker, voice_id: str, text: str) -> float:
    """Within the words with a dot inside: the longest stretch 45 dB below the loudest."""
    (segment,) = split(text, (200,))
    job = SpeechJob(segment, Catalogue.load().get(voice_id), 1.0, "en", None, math_notation=False, seed=0)
    speech = speaker.speak(job, CancelToken())
    hop = round(HOP_S * speech.sample_rate)
    n_frames = len(speech.samples) // hop
    energy = np.sqrt(np.mean(speech.samples[: n_frames * hop].reshape(n_frames, hop) ** 2, axis=1))
    is_heard = energy > 10 ** (-45 / 20) * energy.max()
    longest = 0.0
    for word in speech.words:
        if re.search(r"\w\.\w", text[word.start : word.end]):
            inside = np.flatnonzero(is_heard[int(word.start_s / HOP_S) : int(word.end_s / HOP_S)])
            longest = max(longest, float(np.diff(inside).max() - 1) * HOP_S)
    return longest


@pytest.mark.slow
@pytest.mark.parametrize("voice_id", ["magnus", "meher", "olivia", "sophia"])
@pytest.mark.parametrize(
    "text", ["192.168.1.1", "The address is 192.168.1.1 here.", "10.0.0.254", "Version 3.11.7 is out."]
)
def test_there_is_no_pause_inside(speaker: LocalSpeaker, voice_id: str, text: str) -> None:
    assert longest_silence_s(speaker, voice_id, text) < MOST_S
