"""Text to phonemes and words, several languages in one sentence."""

import pytest

from openwaves.errors import FieldError
from openwaves.tts.engines.symbols import SYMBOLS
from openwaves.tts.text.analyze import analyze, check_speakable
from openwaves.tts.text.segments import split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob, Utterance


def analyzed(text: str, language: str | None = "en", voice: str = "magnus", max_phonemes: int = 510) -> list[Utterance]:
    segment = Segment(text, 0, len(text), 0.0)
    job = SpeechJob(segment, Catalogue.load().get(voice), 1.0, language, None, math_notation=False, seed=0)
    return analyze(job, max_phonemes)


def words(text: str, utterances: list[Utterance]) -> list[tuple[str, str]]:
    return [
        (text[word.start : word.end], utterance.phonemes[word.phonemes_start : word.phonemes_end])
        for utterance in utterances
        for word in utterance.words
    ]


def test_each_word_knows_its_phonemes() -> None:
    text = "Hello, my dear world!"
    found = words(text, analyzed(text))
    assert [word for word, _ in found] == ["Hello,", "my", "dear", "world!"]
    assert all(phonemes and not set(phonemes) & set(",!. ") for _, phonemes in found)


def test_scripts_are_read_by_their_own_rules_in_one_sentence() -> None:
    text = "मेरा नाम Daniel है and I am fine"
    (utterance,) = analyzed(text, None)
    assert utterance.languages == {"en", "hi"}
    found = dict(words(text, [utterance]))
    assert list(found) == text.split()
    assert "dˈænjəl" in found["Daniel"]
    assert set(utterance.phonemes) <= SYMBOLS.keys()


def test_accents_differ() -> None:
    (american,) = analyzed("I can't dance", voice="magnus")
    british_voice = next(voice.id for voice in Catalogue.load().voices if voice.accent == "british")
    (british,) = analyzed("I can't dance", voice=british_voice)
    assert american.phonemes != british.phonemes
    spain = next(voice.id for voice in Catalogue.load().voices if voice.accent == "spanish")
    america = next(voice.id for voice in Catalogue.load().voices if voice.accent == "latin american")
    assert "θ" in analyzed("zapato cinco", "es", spain)[0].phonemes
    assert "θ" not in analyzed("zapato cinco", "es", america)[0].phonemes


def test_every_sign_of_a_spoken_amount_belongs_to_a_word() -> None:
    text = "It costs $1,250.50 or 25%."
    found = words(text, analyzed(text))
    assert "".join(word for word, _ in found) == "".join(text.split())
    assert dict(found)["$1,250.50"].count(" ") == 9


def test_numbers_are_read_in_the_language_that_is_asked_for() -> None:
    segment = Segment("Gate 25 is open", 0, 15, 0.0)
    voice = Catalogue.load().get("magnus")
    (utterance,) = analyze(SpeechJob(segment, voice, 1.0, "en", "hi", math_notation=False, seed=0), 510)
    assert utterance.languages == {"en", "hi"}
    assert "pəcːˈiːs" in utterance.phonemes


def test_a_spelled_letter_a_is_not_the_article() -> None:
    assert "ˈA pˈi" in analyzed("the API")[0].phonemes
    assert analyzed("a cat")[0].phonemes.startswith("ɐ ")


@pytest.mark.parametrize("text", ["🙂", "...", "— — —", "\x00\x01", "<br/>"])
def test_what_says_nothing_gives_nothing(text: str) -> None:
    assert analyzed(text) == []
    with pytest.raises(FieldError, match="text"):
        check_speakable(text, "en")


@pytest.mark.parametrize(("text", "language"), [("สวัสดี", "en"), ("hi", "ar"), ("שלום", "auto"), ("مرحبا", "en")])
def test_what_is_not_read_is_refused(text: str, language: str) -> None:
    with pytest.raises(FieldError):
        check_speakable(text, language)


def test_long_utterances_are_cut_between_words_and_lose_nothing() -> None:
    text = "several ordinary words follow each other " * 4
    whole = analyzed(text)[0].phonemes
    parts = analyzed(text, max_phonemes=60)
    assert all(len(part.phonemes) <= 60 for part in parts)
    assert " ".join(part.phonemes for part in parts) == whole
    assert [word for word, _ in words(text, parts)] == text.split()


def test_long_utterances_are_cut_after_punctuation_where_there_is_some() -> None:
    text = "several ordinary words, then others follow each other; at last they all come to their end"
    parts = analyzed(text, max_phonemes=60)
    assert [" ".join(word for word, _ in words(text, [part])) for part in parts] == [
        "several ordinary words, then others follow each other;",
        "at last they all come to their end",
    ]


@pytest.mark.parametrize(
    "text",
    ["a" * 5000, "नमस्ते" * 500, "x/" * 999, "9" * 3000, "A.B.C." * 200, "🙂a" * 500, "क्" * 1000, "…—" * 500 + "a"],
)
def test_hostile_text_becomes_symbols(text: str) -> None:
    for segment in split(text):
        for utterance in analyzed(segment.text, None):
            assert set(utterance.phonemes) <= SYMBOLS.keys()
            assert len(utterance.phonemes) <= 510


def test_phrases_without_spaces_have_words_of_their_own() -> None:
    text = "今日は雨です。明日は晴れます。"
    (utterance,) = analyzed(text, "ja")
    assert {word.start for word in utterance.words} >= {0, text.index("明")}
    assert max(word.end for word in utterance.words) == len(text) - 1
