"""The parameter ``keywords``."""

import pytest

from openwaves.stt.keywords import MOST, MOST_BOOST, parse_keywords


def test_terms_and_boosts() -> None:
    assert parse_keywords("NVIDIA:2,Jensen Huang:1.5,Foo") == (("NVIDIA", 2.0), ("Jensen Huang", 1.5), ("Foo", 1.0))


@pytest.mark.parametrize("value", ["", " ", ",", ",,:2,"])
def test_nothing(value: str) -> None:
    assert parse_keywords(value) == ()


def test_case_counts_and_the_first_of_two_counts() -> None:
    assert parse_keywords(" Foo : 2 , foo,Foo:5") == (("Foo", 2.0), ("foo", 1.0))


def test_odd_terms() -> None:
    assert parse_keywords("a:b:3,Foo:,नमस्ते:-1,two  words") == (
        ("a:b", 3.0),
        ("Foo", 1.0),
        ("नमस्ते", -1.0),
        ("two words", 1.0),
    )


def test_more_than_the_limit_is_ignored() -> None:
    found = parse_keywords(",".join(f"word{n}:1.5" for n in range(150)))
    assert len(found) == MOST == 100
    assert found[-1] == ("word99", 1.5)


@pytest.mark.parametrize("value", ["Foo:high", "Foo:nan", "a:b", "Foo:inf", "b:1.5.2"])
def test_what_is_no_number_belongs_to_the_term(value: str) -> None:
    assert parse_keywords(value) == ((value, 1.0),)


def test_boosts_have_a_limit() -> None:
    assert parse_keywords("Foo:1e9,Bar:-99") == (("Foo", MOST_BOOST), ("Bar", -MOST_BOOST))
