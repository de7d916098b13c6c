"""The state of one pass over a text: what surrounds the token, and what has been said."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from openwaves.tts.normalize.languages.language import Language

CURRENCY_SIGNS = {
    "₹": "INR", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₽": "RUB", "₺": "TRY", "৳": "BDT",
    "₫": "VND", "₴": "UAH", "₦": "NGN", "฿": "THB", "₪": "ILS", "₱": "PHP", "₿": "BTC", "￥": "JPY", "＄": "USD",
    "US$": "USD", "A$": "AUD", "C$": "CAD", "CA$": "CAD", "S$": "SGD", "HK$": "HKD", "NZ$": "NZD", "R$": "BRL",
    "MX$": "MXN",
}  # fmt: skip

NO_LETTER = (
    r"\s\d!-/:-@\[-`{-~«»“”„‘’…–—−×÷°²³⁰¹⁴-⁹⁻½¼¾⅓⅔⅛⅜⅝⅞⅕⅖⅗⅘%‰।॥॰¿¡·±§©®™•≈≤≥،؛؟。、！？，：；（）"
    r"₹€£¥₩₽₺৳₫₴₦฿₪₱₿¢￥＄℃℉\u2190-\u22ff\u2794\u279c\u279d\u27c0-\u27ff"
)
"""Members of a character class: what no word contains."""

LETTER = f"[^{NO_LETTER}]"
"""One character of a word: letters, marks, joiners of any script."""

_MOST_SIGNS = 4  # punctuation marks side by side that are kept

_NEXT_WORD = re.compile(rf"[ \t\u00a0]?({LETTER}{{1,40}})")
_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-Þ]{2,}(?![a-z])")
_LOWER = re.compile(r"[a-zß-öø-ÿ]{2,}")
_CRICKET = re.compile(r"\b(?:overs|wickets?|innings)\b|ओवर|विकेट|पारी")
_SENTENCE_END = re.compile(r"(?<!\bRs)[.!?…।॥]+[^\w\s]*\s|\n")
_HYPHENS = frozenset("-‑")
_BREAK = re.compile(r"\s")
_PART = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words to be spoken for one stretch of the input.

    Attributes:
        text: The words, separated by single spaces, with the punctuation that means a pause. Several single capital
            letters ("A P I") are names of letters. Only punctuation where a dash stands alone.
        start: Offset of the first character of the input that it speaks.
        end: Offset past the last one.
        language: ISO 639-1 code of the language that the words are written in.
    """

    text: str
    start: int
    end: int
    language: str


@dataclass(slots=True)
class _State:
    said: list[Spoken] = field(default_factory=list)
    opening: str = ""
    opening_start: int = 0


class Context:
    """One pass over a text.

    Attributes:
        text: The text; all digits are ASCII.
        base: Language of the words.
        num: Language of numbers.
        latin: Language of Latin words: ``base``, or English if it is written in another script.
        math: Whether operators between digits are read.
        accent: The voice's accent, as the caller names it.
        before: The last word, in lower case.
        before_that: The word before it.
        quoted: Whether a quotation is open.
        attribute_until: Offset past a bracket whose amounts describe a noun, as those before it do.
    """

    def __init__(
        self,
        text: str,
        base: Language,
        num: Language,
        math: bool,
        accent: str,
        latin: Language,
    ) -> None:
        self.text = text
        self.base = base
        self.num = num
        self.latin = latin
        self.math = math
        self.accent = accent
        self.before = ""
        self.before_that = ""
        self.quoted = False
        self.attribute_until = 0
        self._state = _State()

    @property
    def said(self) -> list[Spoken]:
        """Everything said so far, in order."""
        return self._state.said

    @cached_property
    def shouting(self) -> bool:
        """Whether capitals are this text's ordinary letters."""
        capitals = len(_CAPITALS.findall(self.text))
        return capitals > 3 and capitals > len(_LOWER.findall(self.text))

    def sentence_before(self, start: int) -> str:
        """What stands before an offset in its sentence, 200 characters at most."""
        return _SENTENCE_END.split(self.text[max(0, start - 200) : start])[-1]

    def is_cricket(self, start: int, end: int) -> bool:
        """Whether the sentence around a token speaks of overs, wickets or innings."""
        after = _SENTENCE_END.split(self.text[end : end + 200], maxsplit=1)[0]
        return bool(_CRICKET.search(self.sentence_before(start)) or _CRICKET.search(after))

    def names_code(self, *, hashed: bool = False) -> bool:
        """Whether the words before say that what follows is a code: "OTP 1234", "order no. 1234", "order #1234".

        Args:
            hashed: Whether the sign of a number stands between.
        """
        for language in (self.base, self.latin):
            if self.before in language.digit_words or self.before_that in language.digit_words:
                return True
            if self.before in language.code_words and hashed:
                return True
            if self.before_that in language.code_words and (hashed or self.before in language.number_words):
                return True
        return False

    def word_after(self, end: int) -> str:
        """The word that follows a token, in lower case; "" if none follows at once."""
        match = _NEXT_WORD.match(self.text, end)
        return match[1].lower() if match else ""

    def capital_before(self, start: int) -> bool:
        """Whether the last word, which ends at an offset but for one character, begins with a capital letter."""
        return self.text[max(0, start - len(self.before) - 1) : start][:1].isupper()

    def seen(self, word: str) -> None:
        """Remember a word of the input for the rules of the next token."""
        self.before_that, self.before = self.before, word.lower()

    def say(self, words: str, start: int, end: int, language: str) -> None:
        """Add spoken words for a stretch of the text. Words for several input words are shared out to them."""
        if not words:
            return
        state = self._state
        if state.opening:
            words, start, state.opening = state.opening + words, min(start, state.opening_start), ""
        if _BREAK.search(self.text, start, end):
            state.said += self._shared(words, start, end, language)
        else:
            state.said.append(Spoken(words, start, end, language))

    def _shared(self, words: str, start: int, end: int, language: str) -> list[Spoken]:
        """Give each input word its share of the spoken words, in order; too few words stay together."""
        places = list(_PART.finditer(self.text, start, end))
        spoken = words.split(" ")
        letters = all(len(word) == 1 for word in spoken)
        if letters or len(spoken) < len(places):
            return [Spoken(words, start, end, language)]
        cuts = [round(number * len(spoken) / len(places)) for number in range(len(places) + 1)]
        return [
            Spoken(" ".join(spoken[low:high]), place.start(), place.end(), language)
            for place, low, high in zip(places, cuts, cuts[1:], strict=False)
        ]

    def join_ending(self, ending: str, start: int, end: int) -> bool:
        """Join a case ending to the number, price or percentage that it is written to, "₹50" or "50%-".

        Returns:
            Whether it was one; else nothing has changed.
        """
        state, stop = self._state, start - (self.text[start - 1 : start] in _HYPHENS)
        last = state.said[-1] if state.said else None
        if not last or last.end != stop or last.language != self.base.code or self.base is not self.num:
            return False
        sign = self.text[stop - 1]
        words = self.base.with_case(last.text, ending) if sign.isdecimal() or sign == "%" else ""
        if words:
            state.said[-1] = Spoken(words, last.start, end, last.language)
        return bool(words)

    def punctuate(self, signs: str, start: int, end: int) -> None:
        """Add punctuation: to the words that it touches, those before it first; else for itself."""
        state = self._state
        if state.said and state.said[-1].end == start and not state.opening:
            last = state.said.pop()
            full = not last.text[-_MOST_SIGNS:].strip(signs)
            signs = last.text if full else last.text + signs
            state.said.append(Spoken(signs, last.start, end, last.language))
        elif end < len(self.text) and not self.text[end].isspace():
            if not state.opening:
                state.opening_start = start
            state.opening = (state.opening + signs)[-_MOST_SIGNS:]
        else:
            signs, start, state.opening = state.opening + signs, state.opening_start if state.opening else start, ""
            state.said.append(Spoken(signs, start, end, self.base.code))

    def close(self) -> None:
        """Drop opening punctuation that nothing followed; called at spaces and at the end."""
        self._state.opening = ""


Reader = Callable[[Context, "re.Match[str]"], int]
"""Says a match; returns the offset past what it has read, 0 if it is not of its kind after all."""
