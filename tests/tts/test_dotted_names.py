"""Addresses and versions: written in one piece, said in several words, without the pauses that words may have."""

import re

import numpy as np
import pytest

from openwaves.audio.trim import FRAME_S, heard_frames
from openwaves.cancellation import CancelToken
from openwaves.tts.speaker import LocalSpeaker
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import SpeechJob

MOST_S = 0.15


def longest_silence_s(speaker: LocalSpeaker, voice_id: str, text: str) -> float:
    """Within the words with a dot inside: the longest stretch 45 dB below the loudest."""
    (segment,) = split(text, (200,))
    job = SpeechJob(segment, Catalogue.load().get(voice_id), 1.0, "en", None, math_notation=False, seed=0)
    speech = speaker.speak(job, CancelToken())
    is_heard = heard_frames(speech.samples, round(FRAME_S * speech.sample_rate))
    longest = 0.0
    for word in speech.words:
        if re.search(r"\w\.\w", text[word.start : word.end]):
            inside = np.flatnonzero(is_heard[int(word.start_s / FRAME_S) : int(word.end_s / FRAME_S)])
            longest = max(longest, float(np.diff(inside).max() - 1) * FRAME_S)
    return longest


@pytest.mark.slow
@pytest.mark.parametrize("voice_id", ["magnus", "meher", "olivia", "sophia"])
@pytest.mark.parametrize(
    "text", ["192.168.1.1", "The address is 192.168.1.1 here.", "10.0.0.254", "Version 3.11.7 is out."]
)
def test_there_is_no_pause_inside(speaker: LocalSpeaker, voice_id: str, text: str) -> None:
    assert longest_silence_s(speaker, voice_id, text) < MOST_S
