"""The languages that have rules of their own, one row each."""

from functools import cache
from importlib import import_module

from openwaves.tts.normalize.languages.language import Language

# Code, and the module and class of its rules. A new language is one row here.
_ROWS = {
    "en": "english.English",
    "hi": "hindi.Hindi",
    "es": "spanish.Spanish",
    "bn": "bengali.Bengali",
    "or": "odia.Odia",
    "te": "telugu.Telugu",
    "ta": "tamil.Tamil",
    "kn": "kannada.Kannada",
    "ml": "malayalam.Malayalam",
    "mr": "marathi.Marathi",
    "gu": "gujarati.Gujarati",
    "pa": "punjabi.Punjabi",
    "fr": "french.French",
    "de": "german.German",
    "it": "italian.Italian",
    "pt": "portuguese.Portuguese",
    "nl": "dutch.Dutch",
    "sv": "swedish.Swedish",
    "pl": "polish.Polish",
    "ru": "russian.Russian",
}

CODES = frozenset(_ROWS)
"""Codes of the languages that have rules."""


@cache
def language(code: str) -> Language:
    """Rules of a language, loaded when first asked for.

    Args:
        code: One of ``CODES``.
    """
    module, name = _ROWS[code].split(".")
    rules = getattr(import_module(f"openwaves.tts.normalize.languages.{module}"), name)()
    assert isinstance(rules, Language)  # noqa: S101 — a wrong row of the table above
    return rules
