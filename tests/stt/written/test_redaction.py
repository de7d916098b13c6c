"""What is personal is gone; what is not stays."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openwaves.errors import FieldError
from openwaves.stt.transcript import Word
from openwaves.stt.written import PCI, PII, Redactor, kinds, lowered, to_written
from tests.stt.written.test_writing import spoken, talk

GOLD = Path(__file__).parent / "gold" / "redaction.tsv"
ALL = (*PII, *PCI)
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ROWS = [
    tuple(line.split("\t"))
    for line in GOLD.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def redacted(text: str, language: str = "en", wanted: tuple[str, ...] = ALL) -> str:
    return " ".join(word.text for word in Redactor(wanted).redact(spoken(text), language).words)


@pytest.mark.parametrize(("language", "said", "left"), ROWS)
def test_gold(language: str, said: str, left: str) -> None:
    assert redacted(said, language) == (said if left == "=" else left)


@pytest.mark.parametrize(("language", "said", "left"), [row for row in ROWS if row[2] != "="])
def test_the_written_form_is_redacted_as_well(language: str, said: str, left: str) -> None:
    words = Redactor(ALL).redact(to_written(spoken(said), language), language).words
    hidden = [part for part in left.split() if part.startswith("[")]
    assert [word.text for word in words if word.text.startswith("[")] == hidden


def test_a_card_is_none_of_the_personal_kinds() -> None:
    said = "my card number is four two four two four two four two four two four two four two four two"
    assert redacted(said, wanted=PII) == said
    assert redacted("my name is John", wanted=PCI) == "my name is John"
    assert redacted("my name is John Smith", wanted=("lastname",)) == "my name is John [LASTNAME_1]"


def test_numbers_are_the_same_all_through_a_session() -> None:
    redactor = Redactor(ALL)
    first = redactor.redact(spoken("my name is John Smith"), "en")
    second = redactor.redact([word.later(9) for word in spoken("Mary knows John. Smith is out.")], "en")
    assert first.entities == ("[firstname_1]", "[lastname_1]")
    assert " ".join(word.text for word in second.words) == "[FIRSTNAME_2] knows [FIRSTNAME_1]. [LASTNAME_1] is out."
    assert second.entities == ("[firstname_2]", "[firstname_1]", "[lastname_1]")


def test_what_was_said_before_tells_what_a_number_is() -> None:
    redactor = Redactor(ALL)
    redactor.redact(spoken("what is your security code?"), "en")
    assert redactor.redact(spoken("three two one"), "en").words[0].text == "[CREDITCARDCVV_1]"
    redactor.redact(spoken("and my name is"), "en")
    assert redactor.redact(spoken("Zaphod Beeble"), "en").entities == ("[firstname_1]", "[lastname_1]")


def test_a_placeholder_spans_what_it_hides() -> None:
    words = [Word("cvv", 0, 1), Word("three", 1, 2, 0.5), Word("two", 2, 3, 0.9), Word("one.", 3, 4, 0.7)]
    assert Redactor(ALL).redact(words, "en").words[1] == Word("[CREDITCARDCVV_1].", 1, 4, 0.9, 3)


def test_lists_of_words_have_lower_case() -> None:
    assert lowered("I am [FIRSTNAME_1], BYE") == "I am [firstname_1], BYE"


@pytest.mark.parametrize(
    ("value", "field", "found"),
    [
        ("true", "redact_pii", set(PII)),
        ("False", "redact_pii", set()),
        ("1", "redact_pci", set(PCI)),
        ("firstname,phonenumber", "redact_pii", {"firstname", "phonenumber"}),
        ("['first_name', 'SSN']", "redact_pii", {"firstname", "idnumber"}),
        ("", "redact_pci", set()),
    ],
)
def test_kinds(value: str, field: str, found: set[str]) -> None:
    assert kinds(value, field) == found


@pytest.mark.parametrize(("value", "field"), [("shoesize", "redact_pii"), ("firstname", "redact_pci")])
def test_unknown_kinds_are_refused(value: str, field: str) -> None:
    with pytest.raises(FieldError, match="is not one of"):
        kinds(value, field)


@settings(max_examples=200, deadline=None)
@given(talk(), st.booleans())
def test_what_holds_of_any_words(said: tuple[str, list[Word]], writes: bool) -> None:
    language, words = said
    heard = to_written(words, language) if writes else words
    result = Redactor(ALL).redact(heard, language).words
    assert sum(word.n_tokens for word in result) == sum(word.n_tokens for word in words)
    assert all(word.text.strip() == word.text for word in result)
    assert all(one.end_s <= two.start_s for one, two in pairwise(result))


@given(st.text(alphabet="0123456789", min_size=16, max_size=16), st.sampled_from(["", "my card is "]))
def test_no_card_number_is_left(digits: str, lead: str) -> None:
    said = lead + " ".join(DIGITS[int(sign)] for sign in digits)
    assert redacted(said) == f"{lead}[CREDITCARDNUMBER_1]"
