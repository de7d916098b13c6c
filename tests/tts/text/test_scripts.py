import random
import time
from itertools import pairwise

import pytest

from openwaves.tts.text.scripts import runs
from openwaves.tts.voices.previews import PREVIEW_TEXTS


def cut(text: str, language: str | None = None) -> list[tuple[str, str]]:
    return [(run.language, run.text) for run in runs(text, language)]


@pytest.mark.parametrize("language", sorted(PREVIEW_TEXTS))
@pytest.mark.parametrize("requested", [True, False])
def test_a_preview_is_one_run_of_its_language(language: str, requested: bool) -> None:
    text = PREVIEW_TEXTS[language]
    assert cut(text, language if requested else "auto") == [(language, text)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Привет, мир!", "en", ["ru"]),
        ("Καλημέρα", None, ["el"]),
        ("مرحبا", "en", ["ar"]),
        ("안녕하세요", "en", ["ko"]),
        ("日本語", "ja", ["ja"]),
        ("日本語", "en", ["zh"]),
        ("日本語です", "en", ["ja"]),
        ("नमस्ते", "mr", ["mr"]),
        ("माझे नाव राम आहे", "hi", ["hi"]),
        ("माझे नाव राम आहे", "ta", ["hi"]),
        ("hello", "hi", ["en"]),
        ("hello", "fr", ["fr"]),
        ("hola", "es", ["es"]),
        ("१२३", "en", ["hi"]),
        ("৫০ 50", "en", ["bn"]),
        ("123, 45", "ta", ["ta"]),
        ("123", None, ["en"]),
        ("😀!", "auto", ["en"]),
        ("สวัสดี", "en", ["en"]),
    ],
)
def test_scripts(text: str, language: str | None, expected: list[str]) -> None:
    assert [run.language for run in runs(text, language)] == expected


def test_signs_join_the_run_before_them() -> None:
    assert cut("«मेरा» phone, 25 है। OK?", "hi") == [
        ("hi", "«मेरा» "),
        ("en", "phone, 25 "),
        ("hi", "है। "),
        ("en", "OK?"),
    ]
    assert cut("ok। e\u0301", "hi") == [("en", "ok। e\u0301")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The children went to the park with their friends", "en"),
        ("Los niños fueron al parque con sus amigos y las flores", "es"),
        ("Les enfants sont dans le parc avec des amis", "fr"),
        ("Die Kinder sind nicht mit dem Zug gefahren", "de"),
        ("I bambini sono nel parco e non è vero che gli amici", "it"),
        ("As crianças não foram ao parque com os amigos, mas é uma", "pt"),
        ("De kinderen zijn niet met het vliegtuig naar huis", "nl"),
        ("Paris", "en"),
        ("la casa", "en"),
        ("He said hola and the las vegas trip is on", "en"),
    ],
)
def test_latin_text_without_a_language(text: str, expected: str) -> None:
    assert cut(text, None) == [(expected, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("माझे नाव राम आहे आणि मी पुण्यात राहतो", "mr"),
        ("बाळ झोपले", "mr"),
        ("मेरा नाम राम है और मैं दिल्ली में रहता हूँ", "hi"),
        ("नमस्ते", "hi"),
    ],
)
def test_devanagari_without_a_language(text: str, expected: str) -> None:
    assert cut(text, "auto") == [(expected, text)]


def test_runs_cover_the_text_exactly() -> None:
    generator = random.Random(1)
    signs = "aé1२नमते।,  😀\u0301\u200dбאก한かク漢அ\n\ud800"
    for _ in range(500):
        text = "".join(generator.choices(signs, k=generator.randrange(30)))
        found = runs(text, generator.choice([None, "auto", "en", "hi", "ja", "ru"]))
        assert "".join(run.text for run in found) == text
        assert all(run.text == text[run.start : run.end] and run.text for run in found)
        assert all(a.language != b.language for a, b in pairwise(found))


def test_a_long_text_takes_linear_time() -> None:
    text = "hello नमस्ते 漢字 " * 6000
    start = time.perf_counter()
    assert len(runs(text, None)) == 18000
    assert time.perf_counter() - start < 2
