"""Pronunciation dictionaries in texts."""

import time
import uuid

import pytest

from openwaves.tts.text.analyze import analyze, pieces
from openwaves.tts.text.dictionary import english_syllables, matches
from openwaves.tts.text.segments import Cutter, split
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Dictionary, DictionaryItem, Segment, SpeechJob

VOICE = Catalogue.load().get("magnus")


def dictionary(*items: tuple[str, str]) -> Dictionary:
    return Dictionary(uuid.uuid4().hex[:24], 1, tuple(DictionaryItem(*item) for item in items))


def job(text: str, *dictionaries: Dictionary, language: str | None = "en") -> SpeechJob:
    segment = Segment(text, 0, len(text), 0.0)
    return SpeechJob(segment, VOICE, 1.0, language, None, math_notation=False, seed=0, dictionaries=tuple(dictionaries))


def said(text: str, *dictionaries: Dictionary, language: str | None = "en") -> list[tuple[str, str]]:
    return [(text[p.start : p.end], p.text) for p in pieces(job(text, *dictionaries, language=language))]


TERMS = dictionary(
    ("PostgreSQL", "post-gres"), ("nginx", "engine-x"), ("API", "ay-pee-eye"), ("C++", "see plus plus"),
    ("5G", "five-gee"), ("New York", "the big apple"), ("York", "yorick"), ("एपीआई", "ए पी आई"), ("银行", "bank"),
    ("サーバ", "さば"), ("café", "caffay"), ("v2", "version 2"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Use PostgreSQL, please.", [("Use", "Use"), ("PostgreSQL,", "post gress,"), ("please.", "please.")]),
        ("Nginx nginxs xnginx nginx_", [("Nginx", "Nginx"), ("nginxs", "nginxs"), ("xnginx", "xnginx")]),
        ("(nginx) nginx's", [("(nginx)", "(engine-x)"), ("nginx's", "engine-x's")]),
        ("the API", [("the", "the"), ("API", "eigh pee eye")]),
        ("C++ and 5G", [("C++", "see plus plus"), ("and", "and"), ("5G", "five-gee")]),
        ("New York, York", [("New", "the big"), ("York,", "apple,"), ("York", "yorick")]),
        ("cafe\u0301 v2", [("cafe\u0301", "caffay"), ("v2", "version two")]),
        ("costs $5 API", [("costs", "costs"), ("$5", "five dollars"), ("API", "eigh pee eye")]),
    ],
)
def test_whole_words_are_said_as_the_dictionary_tells(text: str, spoken: list[tuple[str, str]]) -> None:
    assert said(text, TERMS)[: len(spoken)] == spoken


def test_every_script_has_whole_words() -> None:
    assert ("एपीआई", "ए पी आई") in said("यह एपीआई है", TERMS, language="hi")
    assert ("API", "eigh pee eye") in said("यह API है", TERMS, language="hi")
    assert said("एपीआईज", TERMS, language="hi") == [("एपीआईज", "एपीआईज")]
    assert "bank" in [spoken for _, spoken in said("我在银行工作", TERMS, language="zh")]
    assert [match[:2] for match in matches("サーバーとサーバで", [TERMS])] == [(5, 8)]


def test_dictionaries_apply_in_order_and_the_first_match_wins() -> None:
    one, two = dictionary(("York", "one")), dictionary(("New York", "two"), ("York", "two"), ("Ely", "ee-lee"))
    assert said("New York Ely", one, two) == [("New", "New"), ("York", "one"), ("Ely", "ee-lee")]
    assert said("New York Ely", two, one)[-1] == ("Ely", "ee-lee")
    assert "".join(spoken for _, spoken in said("New York", two, one)) == "two"
    assert said("x y", dictionary(("x", "first"), ("x", "second")))[0] == ("x", "first")


def test_markup_and_emoji_stay_silent() -> None:
    assert said("<b>word</b> 🙂", dictionary(("b", "bee"))) == [("word", "word")]


def test_words_keep_their_places_among_the_phonemes() -> None:
    text = "Our infrastructure uses PostgreSQL, Redis, Kubernetes, and nginx."
    terms = dictionary(("PostgreSQL", "post-gres"), ("Kubernetes", "kyoo-bur-net-eez"), ("nginx", "engine-x"))
    (utterance,) = analyze(job(text, terms), 510)
    phonemes = {
        text[word.start : word.end]: utterance.phonemes[word.phonemes_start : word.phonemes_end]
        for word in utterance.words
    }
    assert list(phonemes) == text.split()
    assert phonemes["nginx."] == "ˈɛnʤənˌɛks"
    assert phonemes["PostgreSQL,"] == "pˈOst ɡɹˈɛs"
    assert phonemes["Kubernetes,"].endswith("nˈɛt ˈiz")


@pytest.mark.parametrize(
    ("respelling", "read"),
    [
        ("ay-pee-eye", "eigh pee eye"), ("post-gres", "post gress"), ("SEE-kwel", "see-kwel"), ("A-P-I", "A-P-I"),
        ("open ay eye", "open ay eye"), ("meh-tuh", "met uh"),
        ("shee-OW-mee", "shee ow mee"), ("kyoo-bur-net-eez", "cue bur net eez"), ("engine-x", "engine-x"),
    ],
)  # fmt: skip
def test_hyphenated_syllables_are_written_for_the_reader_of_english(respelling: str, read: str) -> None:
    assert english_syllables(respelling) == read


def test_a_text_is_not_cut_within_a_match() -> None:
    terms = dictionary(("New York City Hall", "hall"))
    text = "I was near New York City Hall, and then left for New Jersey."
    for size in range(5, 60):
        assert any("New York City Hall" in segment.text for segment in split(text, (size,), [terms]))
        grown = Cutter((size,), [terms])
        segments = [segment for letter in text for segment in grown.feed(letter)] + grown.flush()
        assert segments == split(text, (size,), [terms])
        assert "".join(segment.text for segment in segments) == text


def test_ten_thousand_entries_cost_nothing_that_can_be_measured() -> None:
    big = dictionary(*((f"word{number}", "engine-x") for number in range(10_000)))
    text = "The quick brown fox jumps over lazy dogs, and word77 too. " * 6

    def seconds(*dictionaries: Dictionary) -> float:
        list(pieces(job(text, *dictionaries)))
        started = time.perf_counter()
        for _ in range(20):
            list(pieces(job(text, *dictionaries)))
        return (time.perf_counter() - started) / 20

    assert seconds(big) < seconds() + 0.003
