"""Numbers what is redacted, the same thing always the same, over the finals of a session."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from openwaves.stt.transcript import Word
from openwaves.stt.written import tables
from openwaves.stt.written.redaction.dates import dates
from openwaves.stt.written.redaction.names import names
from openwaves.stt.written.redaction.numbers import numbers
from openwaves.stt.written.redaction.places import mails, streets
from openwaves.stt.written.redaction.spans import Span
from openwaves.stt.written.text import Text

_PLACEHOLDER = re.compile(r"\[[A-Z]+_\d+\]")
_CONTEXT = 24
"""Words of earlier finals that are looked at with the next one."""


class Redacted(NamedTuple):
    """What is left.

    Attributes:
        words: With placeholders such as ``[FIRSTNAME_1]``; each reaches over the words that it stands for.
        entities: Its placeholders in lower case, in order, each once.
    """

    words: tuple[Word, ...]
    entities: tuple[str, ...]


def lowered(text: str) -> str:
    """The text with its placeholders in lower case, as lists of words carry them."""
    return _PLACEHOLDER.sub(lambda found: found.group().lower(), text)


class Redactor:
    """Redacts one answer, or the finals of one session. Not thread-safe.

    Attributes:
        kinds: What is redacted.
    """

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = frozenset(kinds)
        self._numbers: dict[str, dict[str, int]] = {}
        self._names: dict[str, str] = {}
        self._context: tuple[Word, ...] = ()

    def redact(self, words: Sequence[Word], language: str) -> Redacted:
        """Redact the next words.

        Args:
            words: Spoken or in written form.
            language: Their code. Cues and names are known in English and Hindi; elsewhere only shapes tell.
        """
        redacted = self._redacted(words, language, keep=True)
        self._context = (*self._context, *words)[-_CONTEXT:]
        return redacted

    def preview(self, words: Sequence[Word], language: str) -> Redacted:
        """Redact an interim: nothing is remembered of it."""
        return self._redacted(words, language, keep=False)

    def _redacted(self, words: Sequence[Word], language: str, *, keep: bool) -> Redacted:
        if not self.kinds or not words:
            return Redacted(tuple(words), ())
        given = len(self._context)
        text = Text((*self._context, *words), tables.load(language if language in tables.LANGUAGES else "en"))
        numbered = self._numbers if keep else {kind: dict(values) for kind, values in self._numbers.items()}
        remembered = self._names if keep else dict(self._names)
        left: list[Word] = []
        entities: dict[str, None] = {}
        index = 0
        spans = {span.start: span for span in self._spans(text, given)}
        while index < len(text.tokens):
            span = spans.get(index)
            token = text.tokens[index]
            if span is None:
                if token.word >= given:
                    left += [text.words[token.word]] * token.ends
                index += 1
                continue
            if span.kind in {"firstname", "lastname"}:
                remembered[span.value] = span.kind
            values = numbered.setdefault(span.kind, {})
            name = f"[{span.kind.upper()}_{values.setdefault(span.value, len(values) + 1)}]"
            entities[name.lower()] = None
            left.append(_replaced(text, span, name))
            index = span.end
        return Redacted(tuple(left), tuple(entities))

    def _spans(self, text: Text, given: int) -> list[Span]:
        """What is to be replaced among the new words, in order, the earlier finders first."""
        found = [
            *mails(text, self.kinds), *dates(text, self.kinds), *streets(text, self.kinds), *numbers(text, self.kinds),
            *names(text, self.kinds, self._names),
        ]  # fmt: skip
        first = next((index for index, token in enumerate(text.tokens) if token.word >= given), len(text.tokens))
        taken: set[int] = set()
        spans: list[Span] = []
        for span in (_whole_words(text, span) for span in found):
            start = max(span.start, first)
            if start >= span.end or not taken.isdisjoint(range(start, span.end)):
                continue
            taken.update(range(start, span.end))
            spans.append(span._replace(start=start))
        return sorted(spans)


def _whole_words(text: Text, span: Span) -> Span:
    """The span, widened to the words that it cuts."""
    start, end = span.start, span.end
    while not text.tokens[start].starts:
        start -= 1
    while not text.tokens[end - 1].ends:
        end += 1
    return span._replace(start=start, end=end)


def _replaced(text: Text, span: Span, name: str) -> Word:
    first, last = text.tokens[span.start], text.tokens[span.end - 1]
    words = text.words[first.word : last.word + 1]
    possessive = "'s" if last.key.endswith("'s") and span.kind in {"firstname", "lastname"} else ""
    return replace(
        words[0],
        text=f"{first.before.rstrip('(')}{name}{possessive}{last.after.lstrip(')')}",
        end_s=max(words[0].end_s, words[-1].end_s),
        confidence=max(word.confidence for word in words),
        n_tokens=sum(word.n_tokens for word in words),
    )
