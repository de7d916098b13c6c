"""What the Indian languages share: lakh and crore, years, clock times, halves and quarters, endings."""

from openwaves.tts.normalize.languages import tables
from openwaves.tts.normalize.languages.language import Language


class Indian(Language):
    """Counts in lakh and crore; a language differs by its table first, by its module where a table cannot say it.

    Sections of the table:

    - ``number``: 0 to 99, and any greater number that is one word of its own (100, 900, 1000, 2000).
    - ``scale``: 100, 1000, 100000, 10000000 and greater ones. As in ``number``, the first column is the word where
      the number ends, the second, if given, where more of the number follows.
    - ``year``: a row ``hundreds`` where 1100 to 1999 are counted in hundreds.
    - ``year_marks``: words ``before`` and ``after`` four digits that make a number of the last centuries a year.
    - ``part``: names of fractions. "1/2" by itself, "1 1/2" for that one number, "n 1/2" for any whole number, "n" for
      any other fraction after a whole number; with places for ``{whole}``, ``{next}`` (the one above) and ``{part}``.
    - ``clock``: "hour", "minute", "second": how a full hour, a time with minutes, one with seconds is said, with places
      for ``{hour}``, ``{minute}``, ``{second}``; "minute 1" for that minute. Without a row the bare numbers are said.
    - ``beside_clock``: words (``word``) and beginnings of words (``start``) before which the bare numbers are said.
    - ``irregular_ending``: first letter of a written ending, and the numbers whose ordinals have it.
    - ``ordinal_kinds``: beginnings of the forms in ``ordinal_suffix`` that make ordinals, where others do not.
    - ``standing``: words that are no counted noun, in a language whose numbers change before one.
    - ``case_endings``: endings that are joined to the words for what stands before them, "₹50", "50%", "25".
    - ``oblique``: words that change before such an ending.

    Attributes:
        fused_hundreds: Whether a count and its hundred are one word.
    """

    latin = False
    indian = True
    fused_hundreds = False

    def __init__(self) -> None:
        super().__init__()
        rows = self.tables
        self.scale_names = {int(key): columns for key, columns in rows["scale"].items()}
        self.parts = tables.pairs(rows.get("part", {}))
        self.standing = tables.words(rows, "standing")
        self.case_endings = tables.words(rows, "case_endings")
        self.oblique = tables.pairs(rows.get("oblique", {}))
        self._scales = sorted((scale for scale in self.scale_names if scale > 100), reverse=True)
        self._year_marks = _row_words(rows, "year_marks")
        self._clock = tables.pairs(rows.get("clock", {}))
        self._beside_clock = _row_words(rows, "beside_clock")
        self._irregular_endings = {
            letter: frozenset(map(int, columns[0].split()))
            for letter, columns in rows.get("irregular_ending", {}).items()
        }
        self._ordinal_kinds = tuple(sorted(tables.words(rows, "ordinal_kinds")))

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number; what is above the greatest scale is counted as a number of its own."""
        parts: list[str] = []
        for scale in self._scales:
            count, number = divmod(number, scale)
            if count:
                parts.append(self.scaled(count, scale, more=number > 0))
        hundreds, rest = divmod(number, 100)
        if hundreds:
            parts.append(self.scaled(hundreds, 100, more=rest > 0))
        if rest or not parts:
            parts.append(self.numbers[rest][0])
        return " ".join(parts)

    def scaled(self, count: int, scale: int, *, more: bool) -> str:
        """Words of ``count`` times ``scale``, before further words of the number or at its end."""
        own = self.numbers.get(count * scale)
        if own:
            return own[-1 if more else 0]
        gap = "" if scale == 100 and self.fused_hundreds else " "
        return f"{self.cardinal(count)}{gap}{self.scale_names[scale][-1 if more else 0]}"

    def year(self, number: int) -> str:
        """Years from 1100 to 1999 in hundreds, where that is usual."""
        hundreds, rest = divmod(number, 100)
        if not 11 <= hundreds <= 19 or "hundreds" not in self.tables.get("year", {}):
            return self.cardinal(number)
        words = self.scaled(hundreds, 100, more=rest > 0)
        return f"{words} {self.numbers[rest][0]}" if rest else words

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Years of the last centuries are known by the words or the day beside them, too."""
        marks = self._year_marks
        if marks:
            day = before.isdecimal() and len(before) < 3
            marked = day or before in marks.get("before", ()) or after in marks.get("after", ())
            if (marked and 1700 < number < 2000 and number % 100 > 0) or after in self.months:
                return True
        return super().is_year(number, before, after)

    def is_ordinal(self, number: int, form: str, suffix: str) -> bool:
        """By the form of the ending, and by the number where the ending is that of a few ordinals."""
        kinds = self._ordinal_kinds
        if form and kinds and not form.startswith(kinds):
            return False
        return number in self._irregular_endings.get(suffix[:1], {number})

    def noun_form(self, word: str) -> str:
        """Where numbers change before a noun, every word but those of a list may be one."""
        return "n" if word and self.standing and word not in self.standing else ""

    def fraction(self, numerator: int, denominator: int) -> str:
        """Some fractions have a name."""
        named = self.parts.get(f"{numerator}/{denominator}")
        return named or super().fraction(numerator, denominator)

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """One and a half, two and a half, and the halves and quarters of the others by their names."""
        part = f"{numerator}/{denominator}"
        named = self.parts.get(f"{whole} {part}") or self.parts.get(f"n {part}") or self.parts.get("n")
        if not whole:
            return self.fraction(numerator, denominator)
        if not named:
            return super().mixed(whole, numerator, denominator)
        words, following = self.cardinal(whole), self.cardinal(whole + 1)
        return named.format(whole=words, next=following, part=self.fraction(numerator, denominator))

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """By the templates of the table, or the bare numbers."""
        kind = "second" if second is not None else "minute" if minute else "hour"
        hours = self.cardinal(hour, "" if after in {"am", "pm"} else "n")
        template = None if self._is_beside_clock(after) else self._clock.get(f"{kind} {minute}", self._clock.get(kind))
        if template:
            return template.format(hour=hours, minute=self.cardinal(minute), second=self.cardinal(second or 0))
        return hours if kind == "hour" else super().time(hour, minute, second, after)

    def _is_beside_clock(self, after: str) -> bool:
        rows = self._beside_clock
        return after in rows.get("word", ()) or after.startswith(tuple(rows.get("start", ())))

    def with_case(self, words: str, ending: str) -> str:
        """Endings of the table, after the oblique of the last word if it has one."""
        if ending not in self.case_endings:
            return ""
        head, space, last = words.rpartition(" ")
        return head + space + self.oblique.get(last, last) + ending


def _row_words(rows: tables.Tables, name: str) -> dict[str, frozenset[str]]:
    """Key of each row of a section to its words."""
    return {key: frozenset(columns[0].split()) for key, columns in rows.get(name, {}).items()}
