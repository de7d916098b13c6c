"""The gold rows once more, on the whole way from a request's text: cleaned, language found, normalized, cut in runs."""

import pytest

from openwaves.tts.text.analyze import check_speakable, pieces
from openwaves.tts.voices.catalogue import Catalogue
from openwaves.types import Segment, SpeechJob
from tests.tts.normalize.test_gold import OWN, SHARED, comparable, options, rows

VOICE = Catalogue.load().get("magnus")


def spoken(column: str, text: str) -> str:
    language, arguments = options(column)
    check_speakable(text, language)
    segment = Segment(text, 0, len(text), 0.0)
    number, math = arguments.get("number_language"), arguments.get("math", False)
    job = SpeechJob(segment, VOICE, 1.0, language, number, math_notation=math, seed=0)
    return " ".join(piece.text for piece in pieces(job))


@pytest.mark.parametrize("path", [*OWN, SHARED], ids=lambda path: path.stem)
def test_rows_are_right_on_the_whole_way(path: object) -> None:
    if path == SHARED and not SHARED.exists():
        pytest.skip("the shared gold file is not beside the repository")
    wrong = [
        (column, text, said, expected)
        for column, text, expected, mark in rows(path)  # type: ignore[arg-type]
        if not (path == SHARED and mark.startswith("?"))
        and comparable(said := spoken(column, text)) not in [comparable(words) for words in expected.split(" | ")]
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("30°C", "hi", "तीस डिग्री सेल्सियस"),
        ("PNR 4512367890", "hi", "P N R चार पाँच एक दो तीन छः सात आठ नौ शून्य"),
        ("Your train leaves at 5:30", "hi", "Your train leaves at five thirty"),
        ("मेरे पास 5 हैं", "en", "मेरे पास पाँच हैं"),
        ("el 3º", "es", "el tercero"),
        ("500 µg", "en", "five hundred micrograms"),
        ("𝗕𝗶𝗴 ｎｅｗｓ 1ˢᵗ", "en", "Big news first"),
        ("a -> b, 2 < 3", "en", "a to b, two less than three"),
        ("> he said **so**", "en", "he said so"),
        ("１０％", "en", "ten percent"),
    ],
)
def test_signs_and_languages(text: str, language: str, expected: str) -> None:
    assert spoken(language, text) == expected
