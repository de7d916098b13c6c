"""Numbers with endings, ranges and times of the Indian languages."""

import pytest

from openwaves.tts.normalize import normalize


def spoken(text: str, language: str, number_language: str | None = None) -> str:
    return " ".join(piece.text for piece in normalize(text, language, number_language=number_language))


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("bn", "25টি বই", "twenty-five টি বই"),
        ("or", "5ଟି", "five ଟି"),
        ("te", "2025లో", "twenty twenty-five లో"),
        ("mr", "25ला", "twenty-five ला"),
        ("gu", "10થી 12", "ten થી twelve"),
        ("bn", "2-3টি", "two to three টি"),
    ],
)
def test_counts_and_cases_are_no_ordinals_of_another_language(language: str, text: str, words: str) -> None:
    assert spoken(text, language, "en") == words


@pytest.mark.parametrize(
    ("language", "text", "words"), [("bn", "৫ম", "fifth"), ("mr", "5वा", "fifth"), ("ta", "5ஆம்", "fifth")]
)
def test_ordinals_stay_ordinals_in_another_language(language: str, text: str, words: str) -> None:
    assert spoken(text, language, "en") == words


def test_an_ending_of_its_own_has_its_own_span() -> None:
    pieces = normalize("2025లో", "te", number_language="en")
    assert [(piece.text, piece.start, piece.end, piece.language) for piece in pieces] == [
        ("twenty twenty-five", 0, 4, "en"), ("లో", 4, 6, "te"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("bn", "৯:৩০টায়", "নয় ত্রিশটায়"),
        ("bn", "৯:০০টায়", "নয়টায়"),
        ("ta", "10:30க்கு", "பத்து முப்பதுக்கு"),
        ("or", "9.30ଟାରେ", "ନଅ ତିରିଶଟାରେ"),
        ("mr", "9:30वाजता", "नऊ तीस वाजता"),
        ("mr", "सकाळी 9.30 वाजता", "सकाळी नऊ तीस वाजता"),
        ("ta", "10.30 மணி", "பத்து முப்பது மணி"),
        ("te", "9.30 గంటలకు", "తొమ్మిది ముప్పై గంటలకు"),
        ("kn", "9.30 ಗಂಟೆಗೆ", "ಒಂಬತ್ತು ಮೂವತ್ತು ಗಂಟೆಗೆ"),
        ("ml", "9.30 മണിക്ക്", "ഒമ്പത് മുപ്പത് മണിക്ക്"),
        ("hi", "9.30 बजे", "नौ तीस बजे"),
        ("gu", "9.30 વાગ્યે", "નવ ત્રીસ વાગ્યે"),
        ("pa", "9.30 ਵਜੇ", "ਨੌਂ ਤੀਹ ਵਜੇ"),
        ("kn", "ಬೆಲೆ 9.30", "ಬೆಲೆ ಒಂಬತ್ತು ದಶಮಾಂಶ ಮೂರು ಸೊನ್ನೆ"),
    ],
)
def test_times_with_an_ending_or_a_full_stop(language: str, text: str, words: str) -> None:
    assert spoken(text, language) == words


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("kn", "5-8", "ಐದರಿಂದ ಎಂಟು"),
        ("kn", "500-800 ಜನರು", "ಐನೂರರಿಂದ ಎಂಟುನೂರು ಜನರು"),
        ("kn", "9:00-10:30", "ಒಂಬತ್ತರಿಂದ ಹತ್ತು ಮೂವತ್ತು"),
        ("kn", "2019-20", "ಎರಡು ಸಾವಿರದ ಹತ್ತೊಂಬತ್ತರಿಂದ ಇಪ್ಪತ್ತು"),
        ("te", "500-800 మంది", "ఐదు వందల నుండి ఎనిమిది వందల మంది"),
        ("te", "5000-6000", "ఐదు వేల నుండి ఆరు వేలు"),
        ("te", "₹500-₹800", "ఐదు వందల నుండి ఎనిమిది వందల రూపాయలు"),
        ("bn", "২-৩টি", "দুই থেকে তিনটি"),
        ("bn", "২-৩ টি", "দুই থেকে তিনটি"),
        ("ta", "2-3ஆம்", "இரண்டு முதல் மூன்றாம்"),
        ("hi", "5-6वीं", "पाँच से छठी"),
        ("en", "10-12th", "ten to twelfth"),
    ],
)
def test_ranges(language: str, text: str, words: str) -> None:
    assert spoken(text, language) == words


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("kn", "2024 ರಲ್ಲಿ", "ಎರಡು ಸಾವಿರದ ಇಪ್ಪತ್ತನಾಲ್ಕರಲ್ಲಿ"),
        ("kn", "1947 ರಲ್ಲಿ", "ಸಾವಿರದ ಒಂಬೈನೂರ ನಲವತ್ತೇಳರಲ್ಲಿ"),
        ("ta", "5 ஆம்", "ஐந்தாம்"),
        ("te", "2025 లో", "రెండు వేల ఇరవై ఐదులో"),
        ("te", "5 కి.మీ.", "ఐదు కిలోమీటర్లు"),
        ("ml", "5 ആം", "അഞ്ചാം"),
        ("or", "2025 ରେ", "ଦୁଇ ହଜାର ପଚିଶରେ"),
        ("bn", "5 টি", "পাঁচটি"),
        ("hi", "5 वीं", "पाँचवीं"),
    ],
)
def test_endings_written_apart(language: str, text: str, words: str) -> None:
    assert spoken(text, language) == words


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("te", "₹1 lakh", "ఒక లక్ష రూపాయలు"),
        ("te", "₹1 crore", "ఒక కోటి రూపాయలు"),
        ("te", "₹5 lakh", "ఐదు లక్షల రూపాయలు"),
        ("es", "$1M", "un millón de dólares"),
        ("es", "$2M", "dos millones de dólares"),
    ],
)
def test_scale_words_agree_with_the_number(language: str, text: str, words: str) -> None:
    assert spoken(text, language) == words
