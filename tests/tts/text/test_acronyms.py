"""Capitals that the tables call words are words for the reader of English, too."""

import re

import pytest

from openwaves.tts.normalize.languages import registry
from openwaves.tts.text.analyze import analyze
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob

ACRONYMS = sorted(registry.language("en").tables["said_words"]["acronyms"][0].split())
_STRESS = re.compile("[ˈˌ]")


def phonemes(text: str, language: str = "en") -> str:
    segment = Segment(text, 0, len(text), 0.0)
    job = SpeechJob(segment, Catalogue.load().get("magnus"), 1.0, language, None, math_notation=False, seed=0)
    return " ".join(utterance.phonemes for utterance in analyze(job, 510))


def test_no_acronym_of_the_table_is_spelled() -> None:
    """A spelled word has a stress for each of its letters."""
    spelled = [word for word in ACRONYMS if len(_STRESS.findall(phonemes(word))) >= max(2, len(word) - 1)]
    assert not spelled


@pytest.mark.parametrize(("word", "sound"), [("AIIMS", "ˈAmz"), ("SAARC", "sˈɑɹk"), ("JPEG", "ʤˈApˌɛɡ")])
def test_acronyms_sound_as_people_say_them(word: str, sound: str) -> None:
    assert sound in phonemes(f"We saw the {word} there.")
    assert sound in phonemes(f"वह {word} में है", "hi")
