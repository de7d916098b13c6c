"""Numbers that name something, and those beside the same words that count."""

import pytest

from openwaves.tts.normalize import normalize


def spoken(text: str, language: str = "en") -> str:
    return " ".join(piece.text for piece in normalize(text, language))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Room 1204", "Room twelve oh four"),
        ("room no. 1204", "room number twelve oh four"),
        ("Room #1204", "Room number twelve oh four"),
        ("Room 1200", "Room twelve hundred"),
        ("Room 2000", "Room two thousand"),
        ("Room 2005", "Room twenty oh five"),
        ("Room 12", "Room twelve"),
        ("Room 204B is ready", "Room two oh four B is ready"),
        ("Suite 900", "Suite nine hundred"),
        ("Flat 302", "Flat three oh two"),
        ("Highway 101", "Highway one oh one"),
        ("Route 66", "Route sixty-six"),
        ("Flight 2417", "Flight twenty-four seventeen"),
        ("Flight AI 302", "Flight A I three oh two"),
        ("Flight 6E 2417", "Flight six E twenty-four seventeen"),
        ("A Boeing 747", "A Boeing seven forty-seven"),
        ("train no. 12951", "train number one two nine five one"),
        ("1600 Pennsylvania Ave", "sixteen hundred Pennsylvania Avenue"),
    ],
)
def test_rooms_roads_and_flights_are_read_in_pairs(text: str, words: str) -> None:
    assert spoken(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Room for 1204 people", "Room for one thousand two hundred and four people"),
        ("Rooms: 1204 in all", "Rooms: one thousand two hundred and four in all"),
        ("We train 5000 teachers", "We train five thousand teachers"),
        ("1204 Indian cities", "one thousand two hundred and four Indian cities"),
        ("The flat costs 1204 dollars", "The flat costs one thousand two hundred and four dollars"),
    ],
)
def test_other_numbers_stay_cardinals(text: str, words: str) -> None:
    assert spoken(text) == words


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Dial 911 now", "en", "Dial nine one one now"),
        ("call 112.", "en", "call one one two."),
        ("PIN 4021", "en", "PIN four zero two one"),
        ("extension 4415", "en", "extension four four one five"),
        ("CVV is 345", "en", "C V V is three four five"),
        ("card ending in 4471", "en", "card ending in four four seven one"),
        ("Bengaluru - 560001.", "en", "Bengaluru — five six zero zero zero one."),
        ("Washington, DC 20500", "en", "Washington, D C two zero five zero zero"),
        ("Dial *121# now", "en", "Dial star one two one hash now"),
        ("The OTP for Rs. 49 is 558210", "en", "The O T P for forty-nine rupees is five five eight two one zero"),
        ("Meeting ID: 845 2210 9937", "en", "Meeting I D: eight four five, two two one zero, nine nine three seven"),
        ("press the # key", "en", "press the hash key"),
        ("डायल 112 करें", "hi", "डायल एक एक दो करें"),
        ("112 पर कॉल करें", "hi", "एक एक दो पर कॉल करें"),
        ("112 पर बैठे", "hi", "एक सौ बारह पर बैठे"),
        ("ट्रेन नं. 12951", "hi", "ट्रेन नंबर एक दो नौ पाँच एक"),
        ("Llame al 112.", "es", "Llame al uno uno dos."),
        ("Marque el 112.", "es", "Marque el uno uno dos."),
        ("1930 पर कॉल करें", "hi", "एक नौ तीन शून्य पर कॉल करें"),
        ("Marque *121#", "es", "Marque asterisco uno dos uno almohadilla"),
    ],
)  # fmt: skip
def test_codes_are_read_digit_by_digit(text: str, language: str, words: str) -> None:
    assert spoken(text, language) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("call 300 people", "call three hundred people"),
        ("We text 1204 customers", "We text one thousand two hundred and four customers"),
        ("the year ending in 2019", "the year ending in twenty nineteen"),
        ("The price is 1204", "The price is one thousand two hundred and four"),
        ("The code is 100 lines long", "The code is one hundred lines long"),
        ("My code… The price is 7204", "My code… The price is seven thousand two hundred and four"),
        ("I know the code; it was 2025", "I know the code; it was twenty twenty-five"),
        ("Dial 5 for help", "Dial five for help"),
        ("Sales - 560001 units", "Sales — five hundred and sixty thousand and one units"),
    ],
)
def test_counts_after_such_words_are_no_codes(text: str, words: str) -> None:
    assert spoken(text) == words
