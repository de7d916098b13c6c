"""Units, durations, signs and the breaths of telephone numbers."""

import pytest

from openwaves.tts.normalize import normalize


def spoken(text: str, language: str = "en") -> str:
    return " ".join(piece.text for piece in normalize(text, language))


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("in 2h 45m flat", "en", "in two hours forty-five minutes flat"),
        ("45m 30s", "en", "forty-five minutes thirty seconds"),
        ("every 30s", "en", "every thirty seconds"),
        ("in the 30s", "en", "in the thirties"),
        ("45m deep", "en", "forty-five meters deep"),
        ("12 ft x 10 ft", "en", "twelve feet by ten feet"),
        ("ls /home/user/a.txt", "en", "ls slash home slash user slash A dot T X T"),
        ("say /kˈæt/", "en", "say kˈæt"),
        ("Bus 142", "en", "Bus one forty-two"),
        ("Use /help", "en", "Use slash help"),
        ("$9.99/mo.", "en", "nine dollars and ninety-nine cents per month."),
        ("25 bps", "en", "twenty-five basis points"),
        ("and/or", "en", "and or"),
        ("$84.15/bbl.", "en", "eighty-four dollars and fifteen cents per barrel."),
        ("$50 CAD", "en", "fifty Canadian dollars"),
        ("$50 USD", "en", "fifty dollars"),
        ("$1,500.50 MXN", "es", "mil quinientos pesos mexicanos con cincuenta centavos"),
        ("a las 10:15 h.", "es", "a las diez quince horas."),
        ("+34 612 345 678", "es", "más tres cuatro, seis uno dos, tres cuatro cinco, seis siete ocho"),
        ("+91 98765 43210", "en", "plus nine one, nine eight seven, six five four three, two one zero"),
    ],
)
def test_units_signs_and_breaths(text: str, language: str, words: str) -> None:
    assert spoken(text, language) == words
