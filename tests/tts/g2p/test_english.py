"""English readings: homographs, hard words, words of no lexicon."""

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from openwaves.errors import EngineError
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.g2p.english import English, english
from openwaves.tts.g2p.english.tables import lexicon_rows, rules
from openwaves.tts.g2p.english.unknown import accented, mended
from openwaves.tts.g2p.espeak import Espeak, espeak
from openwaves.tts.normalize import normalize
from openwaves.tts.text.analyze import analyze
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob, Voice

LETTERS = "abcdefghijklmnopqrstuvwxyz"
GOLD = Path(__file__).parent / "gold"
ACCENTS = pytest.mark.parametrize("accent", ["american", "british"])


def rows(name: str) -> list[list[str]]:
    lines = (GOLD / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def reader(accent: str) -> English:
    return english(british=accent == "british")


def spoken(text: str) -> str:
    return " ".join(piece.text for piece in normalize(text, "en"))


@cache
def voice(accent: str) -> Voice:
    return Catalogue.load().get({"american": "magnus", "british": "emily"}[accent])


def job(text: str, accent: str) -> SpeechJob:
    return SpeechJob(Segment(text, 0, len(text), 0.0), voice(accent), 1.0, "en", None, math_notation=False, seed=0)


def folded(phonemes: str) -> str:
    """Without secondary stress, punctuation, spaces; tapped t as t, syllabic consonants as ə and the consonant."""
    return re.sub(r"[^\wˈː]|ˌ", "", phonemes).replace("T", "t").replace("ᵊ", "ə").replace("ᵻ", "ɪ")


SENSES = {sense: {"american": us, "british": gb} for sense, us, gb in rows("senses.tsv")}


def wrong_homographs(name: str, accent: str) -> list[tuple[str, str, str]]:
    wrong = []
    for sense, sentence in rows(name):
        before, word, after = re.split(r"[{}]", sentence)
        number = sum(any(map(str.isalnum, part)) for part in spoken(before).split())
        said = [part for part in reader(accent).phonemize(spoken(before + word + after)).split() if folded(part)]
        if folded(said[number]) not in map(folded, SENSES[sense][accent].split("|")):
            wrong.append((sense, sentence, said[number]))
    return wrong


@ACCENTS
@pytest.mark.parametrize("name", ["homographs.tsv", "homographs_unseen.tsv"])
def test_homographs_are_read_as_their_sentence_asks(name: str, accent: str) -> None:
    assert len(rows(name)) >= 90
    assert not wrong_homographs(name, accent)


@ACCENTS
def test_hard_words(accent: str) -> None:
    wrong = []
    for text, us, gb, _ in rows("hard.tsv"):
        expected = {"american": us, "british": gb}[accent]
        said = " ".join(utterance.phonemes for utterance in analyze(job(text, accent), 510))
        if expected and folded(said) not in map(folded, expected.split("|")):
            wrong.append((text, said, expected))
    assert len(rows("hard.tsv")) >= 80
    assert not wrong


def test_every_phoneme_of_our_lexicon_is_a_symbol() -> None:
    entries = list(lexicon_rows())
    assert len(entries) > 300
    assert not [entry for entry in entries if set(entry.american + entry.british) - SYMBOLS.keys()]
    assert len({(entry.word, entry.tag) for entry in entries}) == len(entries)


def test_every_sense_that_a_rule_asks_for_is_in_the_lexicon() -> None:
    asked = {(word, rule.tag) for word, of_word in rules().items() for rule in of_word}
    senses = {tag for _, tag in asked} - {"VB", "VBD", "VBN", "VBZ", "NN", "JJ"}
    named = {(entry.word, entry.tag) for entry in lexicon_rows()}
    assert {(word, tag) for word, tag in asked if tag in senses and (word.removesuffix("s"), tag) not in named} <= named


@pytest.mark.parametrize("voice_name", ["en-us", "en"])
def test_what_espeak_says_becomes_symbols_of_the_lexicons(voice_name: str) -> None:
    british = voice_name == "en"
    lexicon = english(british=british).lexicon
    readings = [*lexicon.golds.d.values(), *lexicon.silvers.d.values()]
    known = {symbol for reading in readings if isinstance(reading, str) for symbol in reading}
    words = [f"{first}{second}{third}" for first in LETTERS for second in LETTERS for third in "aeioukrtsx"]
    said = {accented(symbols, british=british) for symbols in espeak().phonemes(voice_name, words)}
    assert len(said) > 4000
    assert {symbol for reading in said for symbol in reading} <= known | {" ", "T"}


@pytest.mark.parametrize("word", ["Zbrrxq", "sooooooooo", "ŵŷẑ", "a" * 200, "x" * 65, "ñandú", "O'Shaughnessyville"])
def test_unknown_words_never_vanish(word: str) -> None:
    assert reader("american").phonemize(word)
    assert reader("british").phonemize(word)


@settings(deadline=None, max_examples=300)
@example(":×\x08\u0130")
@example("{¹")
@given(st.text(st.characters(max_codepoint=0x250), max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert set(reader("american").phonemize(text)) <= {*SYMBOLS, " "}


def test_without_espeak_the_network_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Espeak, voice: str, texts: list[str]) -> list[str]:
        raise EngineError("espeak-ng cannot be started")

    monkeypatch.setattr(Espeak, "phonemes", fail)
    assert reader("american").phonemize("Glimbrook Vastanholm")


def test_learnt_rules_mend_names_and_leave_syllables_alone() -> None:
    assert mended("Vastenberger", "vˈæstənbˌɜɹʤəɹ") == "vˈæstənbˌɜɹɡəɹ"
    assert reader("american").phonemize("Vastenberger") == "vˈæstənbˌɜɹɡəɹ"
    assert mended("ger", "ʤˈɜɹ") == "ʤˈɜɹ"
    assert mended("", "") == ""
