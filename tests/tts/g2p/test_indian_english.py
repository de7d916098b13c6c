"""English as Indian voices say it."""

import pytest

from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.g2p.english import english
from openwaves.tts.g2p.indian_english import indian
from openwaves.tts.text.analyze import analyze
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("ticket", "ʈˈɪkəʈ"),
        ("water", "ʋˈɔʈəɾ"),
        ("thanks", "tʰˈæŋks"),
        ("mother", "mˈʌdəɾ"),
        ("very", "ʋˈɛɾi"),
        ("payment", "pˈeːmənʈ"),
        ("home", "hˈoːm"),
        ("time", "ʈˈaɪm"),
        ("now", "nˈaʊ"),
        ("meeting", "mˈiːʈɪŋ"),
        ("doctor", "ɖˈɔkʈəɾ"),
        ("father", "fˈaːdəɾ"),
        ("car", "kˈaːɾ"),
        ("bird", "bˈəɾɖ"),
        ("little", "lˈɪʈəl"),
        ("button", "bˈʌʈən"),
        ("fourth", "fˈɔɾtʰ"),
    ],
)
def test_words(word: str, expected: str) -> None:
    assert indian(english(british=False).phonemize(word)) == expected


def test_every_american_phoneme_becomes_a_known_symbol() -> None:
    golds = english(british=False)._g2p.lexicon.golds.d.values()
    american = {reading for entry in golds for reading in ([entry] if isinstance(entry, str) else entry.values())}
    read = [indian(reading) for reading in american if reading]
    assert len(read) > 10_000
    assert {symbol for reading in read for symbol in reading} <= SYMBOLS.keys()
    assert not {symbol for reading in read for symbol in reading} & set("tdTθðvwɹAOIWYᵊᵻ") - set("td")


@pytest.mark.parametrize(("voice", "phonemes"), [("meher", "ˈɔɾɖəɾ"), ("magnus", "ˈɔɹdəɹ")])
@pytest.mark.parametrize("text", ["मेरा order कब आएगा", "mera order kab aayega"])
def test_only_indian_voices_speak_so_inside_an_indian_sentence(voice: str, phonemes: str, text: str) -> None:
    job = SpeechJob(
        Segment(text, 0, len(text), 0.0), Catalogue.load().get(voice), 1.0, None, None, math_notation=False, seed=0
    )
    (utterance,) = analyze(job, 510)
    start = text.index("order")
    (word,) = (word for word in utterance.words if word.start == start)
    assert utterance.phonemes[word.phonemes_start : word.phonemes_end] == phonemes


def test_plain_english_stays_american() -> None:
    text = "The order is here"
    voice = Catalogue.load().get("meher")
    job = SpeechJob(Segment(text, 0, len(text), 0.0), voice, 1.0, None, None, math_notation=False, seed=0)
    assert "ˈɔɹdəɹ" in analyze(job, 510)[0].phonemes
