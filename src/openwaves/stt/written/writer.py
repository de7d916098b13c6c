"""All that is done to the words of an answer, or of the finals and interims of a session, in the contract's order.

Invariants, whatever the words and however they are cut into finals:
- Every word given comes out once, alone or as a part of another one, in order, with times that never run backwards.
- What is held back comes out with the next final at the latest; a final without ``more`` holds nothing back.
- An interim changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from openwaves.errors import FieldError
from openwaves.stt.transcript import Word
from openwaves.stt.written.formatting import formatted
from openwaves.stt.written.redaction import Redacted, Redactor
from openwaves.stt.written.tail import open_tail
from openwaves.stt.written.writing import Mode, to_written

_CONTEXT = 10
"""Words of earlier finals that tell what a number is ("my code is")."""
_MODES: dict[str, Mode] = {"true": "true", "1": "true", "false": "false", "0": "false", "auto": "auto", "": "false"}


@dataclass(frozen=True, slots=True)
class TextRules:
    """What a client asked for.

    Attributes:
        numerals: Which numbers are written.
        redacted: Kinds of things that are redacted.
        punctuate: Punctuation is kept.
        capitalize: Capitals are kept.
        delays: A number at the end of a final may wait for the next one. Redaction always waits.
    """

    numerals: Mode = "false"
    redacted: frozenset[str] = frozenset()
    punctuate: bool = True
    capitalize: bool = True
    delays: bool = True


def numerals_mode(numerals: str | None, *, itn_normalize: bool = False, format_: bool = True) -> Mode:
    """Which numbers are written, of the parameters ``numerals``, ``itn_normalize`` and ``format``.

    Raises:
        FieldError: ``numerals`` is none of true, false and auto.
    """
    mode = _MODES.get((numerals or "").strip().lower())
    if mode is None:
        raise FieldError("numerals", f"{numerals!r} is not one of true, false, auto")
    if not format_:
        return "false"
    return "true" if itn_normalize else mode


class Writer:
    """Writes one answer, or one session. Not thread-safe."""

    def __init__(self, rules: TextRules) -> None:
        self.rules = rules
        self._redactor = Redactor(rules.redacted)
        self._held: tuple[Word, ...] = ()
        self._context: tuple[Word, ...] = ()

    @property
    def held(self) -> tuple[Word, ...]:
        """Words that wait for the next final, as they were heard."""
        return self._held

    def final(self, words: Sequence[Word], language: str, *, more: bool = False) -> Redacted:
        """Write the next words.

        Args:
            words: As they were heard, after those of the final before.
            language: Their code.
            more: The speaker goes on: a number at the end may be only half of one, and waits.

        Returns:
            The words to send, which may be none, and what was redacted in them.
        """
        heard = (*self._held, *words)
        cut = len(heard)
        if more and (self.rules.redacted or (self.rules.delays and self.rules.numerals != "false")):
            cut = open_tail(heard, language)
        ready, self._held = heard[:cut], heard[cut:]
        written = to_written(ready, language, self.rules.numerals, self._context)
        self._context = (*self._context, *ready)[-_CONTEXT:]
        redacted = self._redactor.redact(written, language)
        return redacted._replace(words=self._formatted(redacted.words))

    def interim(self, words: Sequence[Word], language: str) -> tuple[Word, ...]:
        """What may be shown of words that can still change, those held back in front. Numbers stay as they are said."""
        return self._formatted(self._redactor.preview((*self._held, *words), language).words)

    def _formatted(self, words: Sequence[Word]) -> tuple[Word, ...]:
        return tuple(formatted(words, punctuate=self.rules.punctuate, capitalize=self.rules.capitalize))
