"""Transcripts without punctuation or capitals, for clients that want none."""

import re
from collections.abc import Iterable
from dataclasses import replace

from openwaves.stt.transcript import Word

_MARKS = ".,?!…;:¿¡।॥。，？！、"
_EDGES = re.compile(rf"^[{re.escape(_MARKS)}]+|[{re.escape(_MARKS)}]+(?=[\"'”’»)\]]*$)")
_BETWEEN = re.compile(r"(?<=[^\W\d])[.?!,…](?=[^\W\d])")
_ABBREVIATION = re.compile(r"(?<![^\W_])([^\W\d_])\.(?=[^\W\d_](?:\.|$))")
_DASHES = frozenset({"-", "–", "—", "―", "*"})


def formatted(words: Iterable[Word], *, punctuate: bool = True, capitalize: bool = True) -> list[Word]:
    """The words as a client wants them.

    Args:
        words: Written and redacted.
        punctuate: False takes ``. , ? !`` and their relatives away, except inside of numbers and addresses
            ("3.5", "7:30", "a@example.com"). A word that was nothing else is gone.
        capitalize: False writes everything in lower case, placeholders included.
    """
    texts = ((word, formatted_text(word.text, punctuate=punctuate, capitalize=capitalize)) for word in words)
    return [word if text == word.text else replace(word, text=text) for word, text in texts if text]


def formatted_text(text: str, *, punctuate: bool = True, capitalize: bool = True) -> str:
    """The same for one word, or for a text of several."""
    if not punctuate:
        text = " ".join(filter(None, map(_bare, text.split(" "))))
    return text if capitalize else text.lower()


def _bare(word: str) -> str:
    if word in _DASHES:
        return ""
    word = _EDGES.sub("", _ABBREVIATION.sub(r"\1", word))
    return word if "@" in word or "/" in word else _BETWEEN.sub(_kept, word)


def _kept(mark: re.Match[str]) -> str:
    """A full stop between letters is part of an address ("example.com"); other marks go."""
    return "." if mark.group() == "." else ""
