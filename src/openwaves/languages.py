"""The languages that requests may name: one row each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Attributes:
        code: ISO 639-1 code.
        name: English name in lower case, as voice tags show it.
    """

    code: str
    name: str


_ROWS = (
    "en english|hi hindi|mr marathi|kn kannada|ta tamil|bn bengali|gu gujarati|te telugu|ml malayalam|pa punjabi|"
    "or odia|es spanish|de german|fr french|it italian|nl dutch|sv swedish|pt portuguese|ru russian|el greek|"
    "fi finnish|no norwegian|pl polish|ar arabic|zh chinese|id indonesian|ja japanese|ko korean|ms malay|"
    "tr turkish|vi vietnamese"
)
LANGUAGES = {code: Language(code, name) for code, name in (row.split() for row in _ROWS.split("|"))}
CODES = ("auto", *LANGUAGES)
"""Every value of a request's ``language`` (contract section 3)."""
