"""Gujarati: fused hundreds, ordinals of three genders, halves and quarters."""

from openwaves.normalize.indian import Indian

_AFTER_YEARS = frozenset({"માં", "થી", "ના", "ની", "નો", "નું", "પછી", "પહેલાં", "પહેલા", "સુધી", "દરમિયાન"})
_BESIDE_TIMES = frozenset({
    "વાગ્યે", "વાગે", "વાગ્યા", "વાગ્યાથી", "વાગ્યાની", "વાગ્યાના", "વાગીને", "થી", "સુધી", "am", "pm", "h",
})  # fmt: skip
_ABAJ = 10**9
_FROM = "થી"
"""The ending of ચોથી, and the word for "from" after any other number."""

_IRREGULAR_ENDINGS = {"લ": {1}, "જ": {2, 3}, "થ": {4}, "ઠ": {6}, "ટ": {6}}
"""First letter of a written ending, and the numbers whose ordinals have it."""

_ENDINGS = {"m": "મો", "f": "મી", "n": "મું", "o": "મા"}


class Gujarati(Indian):
    """Standard Gujarati; ordinals keep the gender that their ending shows."""

    code = "gu"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number; above the crore comes અબજ."""
        count, rest = divmod(number, _ABAJ)
        if not count:
            return super().cardinal(number)
        words = f"{super().cardinal(count)} {self.scale_names[_ABAJ][0]}"
        return f"{words} {super().cardinal(rest)}" if rest else words

    def scaled(self, count: int, scale: int, *, more: bool) -> str:
        """Hundreds are one word from 200: બસો, ત્રણસો."""
        if scale != 100 or count == 1:
            return super().scaled(count, scale, more=more)
        return ("બ" if count == 2 else self.numbers[count][0]) + self.scale_names[100][0]

    def year(self, number: int) -> str:
        """ઓગણીસસો સુડતાલીસ."""
        hundreds, rest = divmod(number, 100)
        if not 11 <= hundreds <= 19:
            return self.cardinal(number)
        words = self.scaled(hundreds, 100, more=rest > 0)
        return f"{words} {self.numbers[rest][0]}" if rest else words

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" પાંચમો, "f" પાંચમી, "n" પાંચમું, "o" પાંચમા; endings that are no ordinal's stay as written."""
        known = _IRREGULAR_ENDINGS.get(suffix[:1])
        if known and number not in known:
            if suffix == _FROM:
                return (self.year(number) if _is_year(number) else self.cardinal(number)) + suffix
            return f"{self.cardinal(number)} {suffix}"
        column = "mfno".find(form or "n")
        row = self.ordinals.get(number)
        return row[column] if row else self.cardinal(number) + _ENDINGS["mfno"[column]]

    def is_ordinal(self, number: int, form: str, suffix: str) -> bool:
        """Whether an ending makes an ordinal."""
        return number in _IRREGULAR_ENDINGS.get(suffix[:1], {number})

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Years of the last centuries are known by the word that follows, too."""
        return (after in _AFTER_YEARS and _is_year(number)) or super().is_year(number, before, after)

    def fraction(self, numerator: int, denominator: int) -> str:
        """A half has a word of its own."""
        return "અડધો" if (numerator, denominator) == (1, 2) else super().fraction(numerator, denominator)

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """દોઢ, અઢી, સાડા ત્રણ, સવા ત્રણ, પોણા ચાર; other fractions after પૂર્ણાંક."""
        if (numerator, denominator) == (1, 2):
            return {0: "અડધો", 1: "દોઢ", 2: "અઢી"}.get(whole, f"સાડા {self.cardinal(whole)}")
        if (numerator, denominator) == (1, 4) and whole:
            return "સવા" if whole == 1 else f"સવા {self.cardinal(whole)}"
        if (numerator, denominator) == (3, 4) and whole:
            return f"પોણા {self.cardinal(whole + 1)}"
        return f"{self.cardinal(whole)} પૂર્ણાંક {self.fraction(numerator, denominator)}"

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """નવ ત્રીસ; a full hour by itself is નવ વાગ્યે."""
        if minute or second is not None:
            return super().time(hour, minute, second, after)
        return self.cardinal(hour) if after in _BESIDE_TIMES else f"{self.cardinal(hour)} વાગ્યે"


def _is_year(number: int) -> bool:
    """Whether a number before "in" or "from" is rather a year than a count."""
    return 1700 < number < 2000 and number % 100 > 0
