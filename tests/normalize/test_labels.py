"""Numbers that name something, amounts before their noun, and what else the words around a token decide."""

import pytest

from openwaves.normalize import normalize


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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a 4 GB stick", "a four gigabyte stick"),
        ("a new 1 TB SSD and a 2 TB SSD", "a new one terabyte S S D and a two terabyte S S D"),
        ("a 5 km run", "a five kilometer run"),
        ("a 6 ft ladder", "a six foot ladder"),
        ("a 5-10 km run", "a five to ten kilometer run"),
        ("the 2 m high wall", "the two meter high wall"),
        ("a $5 coffee", "a five dollar coffee"),
        ("the $2.3tn deal", "the two point three trillion dollar deal"),
        ("your ₹500 recharge", "your five hundred rupee recharge"),
    ],
)
def test_amounts_before_their_noun_are_singular(text: str, words: str) -> None:
    assert spoken(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4 GB of memory", "four gigabytes of memory"),
        ("a 4 GB of memory", "a four gigabytes of memory"),
        ("it is 5 km away", "it is five kilometers away"),
        ("a further 5 km away", "a further five kilometers away"),
        ("weighs 10 kg.", "weighs ten kilograms."),
        ("the 5 km covered today", "the five kilometers covered today"),
        ("the 2 m of rain", "the two meters of rain"),
        ("a 5 km, then", "a five kilometers, then"),
        ("your ₹500 per month", "your five hundred rupees per month"),
        ("He paid $5 yesterday", "He paid five dollars yesterday"),
    ],
)
def test_other_amounts_are_plural(text: str, words: str) -> None:
    assert spoken(text) == words


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("at 287/4 in 48 overs", "en", "at two hundred and eighty-seven for four in forty-eight overs"),
        ("He took 4/28 in 10 overs", "en", "He took four for twenty-eight in ten overs"),
        ("287/4 of it", "en", "two hundred and eighty-seven over four of it"),
        ("48.3 ओवर में 287/4", "hi", "अड़तालीस दशमलव तीन ओवर में दो सौ सत्तासी पर चार"),
        ("scored 9.5/10", "en", "scored nine point five out of ten"),
        ("3/4 in thick", "en", "three quarters inch thick"),
        ("2/3 in 1990", "en", "two thirds in nineteen ninety"),
        ("1/2 kg de harina", "es", "medio kilogramo de harina"),
        ("1/2 taza", "es", "media taza"),
        ("1/2 de la casa", "es", "un medio de la casa"),
        ("2 1/2 tazas", "es", "dos y media tazas"),
        ("1/2 किलो और 3/4 हिस्सा", "hi", "आधा किलो और तीन चौथाई हिस्सा"),
    ],
)  # fmt: skip
def test_fractions_by_the_words_around_them(text: str, language: str, words: str) -> None:
    assert spoken(text, language) == words


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


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("AIIMS and NEFT", "en", "AIIMS and NEFT"),
        ("AIIMS और IIT", "hi", "AIIMS और I I T"),
        ("IBM CBI FBI RBI LIC KYC", "en", "I B M C B I F B I R B I L I C K Y C"),
        ("The WHO said", "en", "The W H O said"),
        ("WHO SAID THAT", "en", "WHO SAID THAT"),
        ("the IT team", "en", "the I T team"),
    ],
)
def test_capitals_as_word_or_letters(text: str, language: str, words: str) -> None:
    assert spoken(text, language) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Portland, OR 97201", "Portland, Oregon nine seven two zero one"),
        ("Springfield IL 62704", "Springfield Illinois six two seven zero four"),
        (
            "Mountain View, CA 94043-1351.",
            "Mountain View, California nine four zero four three, one three five one.",
        ),
        ("We try OR 97201 times", "We try OR nine seven two zero one times"),
        ("She is in OR today", "She is in OR today"),
        ("5 Oak Ct, Apt 5B", "five Oak Court, apartment five B"),
        ("on Park Pl.", "on Park Place."),
        ("KA-01-HH-1234", "K A zero one H H one two three four"),
        ("Order A1B2-9931", "Order A one B two nine nine three one"),
        ("CVE-2023-24329", "C V E twenty twenty-three two four three two nine"),
        ("A/C XX4521", "account X X four five two one"),
        ("due on 05-Nov-26", "due on fifth November twenty-six"),
        ("due on 5 Nov '26", "due on fifth November twenty-six"),
        ("from 5 Nov to 26 Nov", "from fifth November to twenty-sixth November"),
        ("three 2x4s", "three two by fours"),
        ("WWII followed WWI", "World War Two followed World War One"),
        ("US-101 S and I-95 N", "U S one oh one south and I ninety-five north"),
        (
            "at 37.7° N, 122.4° W",
            "at thirty-seven point seven degrees north, one hundred and twenty-two point four degrees west",
        ),
        ("Plan S and vitamin E", "Plan S and vitamin E"),
        ("Gen Z asked Gen. Lee", "Gen Z asked General Lee"),
        ("after 18 mos. of work", "after eighteen months of work"),
        ("two tbsp. of oil per mo.", "two tablespoons of oil per month."),
        ("Sat & Sun", "Saturday and Sunday"),
        ("Flight UA1175", "Flight U A eleven seventy-five"),
        ("my flight is UA1175", "my flight is U A eleven seventy-five"),
        ("Dial *67, or press #", "Dial star six seven, or press hash"),
        ("# Heading with 2 * 3", "Heading with two three"),
    ],
)
def test_addresses_codes_and_dates_are_said_as_people_say_them(text: str, words: str) -> None:
    assert spoken(text) == words
