"""Marathi: fused hundreds, ordinals of three genders, halves and quarters."""

from openwaves.normalize.indian import Indian

_AFTER_YEARS = frozenset({"मध्ये", "मधील", "पासून", "पर्यंत", "नंतर", "पूर्वी", "च्या", "चा", "ची", "चे"})
_BESIDE_TIMES = frozenset({
    "वाजता", "वाजले", "वाजेपर्यंत", "वाजेपासून", "वाजल्यापासून", "वाजून", "वा", "ते", "ला", "चा", "ची", "चे", "च्या", "पासून",
    "पर्यंत", "am", "pm", "h",
})  # fmt: skip
_ABJA = 10**9
_IRREGULAR_ENDINGS = {"ल": {1}, "र": {2, 3}, "ऱ": {2, 3}, "थ": {4}}
"""First letter of a written ending, and the numbers whose ordinals have it."""

_ENDINGS = {"m": "ा", "f": "ी", "n": "े", "o": "्या"}


class Marathi(Indian):
    """Standard Marathi; ordinals keep the gender that their ending shows."""

    code = "mr"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number; 100 by itself is शंभर, above the crore comes अब्ज."""
        if number == 100:
            return "शंभर"
        count, rest = divmod(number, _ABJA)
        if not count:
            return super().cardinal(number)
        words = f"{super().cardinal(count)} {self.scale_names[_ABJA][0]}"
        return f"{words} {super().cardinal(rest)}" if rest else words

    def scaled(self, count: int, scale: int, *, more: bool) -> str:
        """Hundreds are one word: एकशे, दोनशे."""
        if scale == 100:
            return self.numbers[count][0] + self.scale_names[100][0]
        return super().scaled(count, scale, more=more)

    def year(self, number: int) -> str:
        """एकोणीसशे सत्तेचाळीस."""
        hundreds, rest = divmod(number, 100)
        if not 11 <= hundreds <= 19:
            return self.cardinal(number)
        words = self.scaled(hundreds, 100, more=rest > 0)
        return f"{words} {self.numbers[rest][0]}" if rest else words

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" पाचवा, "f" पाचवी, "n" पाचवे, "o" पाचव्या; a ला that is no ordinal's stays as written."""
        known = _IRREGULAR_ENDINGS.get(suffix[:1])
        if known and number not in known:
            return self.cardinal(number) + suffix
        column = "mfno".find(form or "m")
        row = self.ordinals.get(number)
        if row:
            return row[column]
        return _ordinal_stem(self.cardinal(number)) + "व" + _ENDINGS["mfno"[column]]

    def is_ordinal(self, number: int, form: str, suffix: str) -> bool:
        """Whether an ending makes an ordinal."""
        return number in _IRREGULAR_ENDINGS.get(suffix[:1], {number})

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Years of the last centuries are known by the word that follows, too."""
        known = after in _AFTER_YEARS and 1700 < number < 2000 and number % 100 > 0
        return known or super().is_year(number, before, after)

    def fraction(self, numerator: int, denominator: int) -> str:
        """A half has a word of its own."""
        return "अर्धा" if (numerator, denominator) == (1, 2) else super().fraction(numerator, denominator)

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """दीड, अडीच, साडेतीन, सव्वातीन, पावणेचार; other fractions after पूर्णांक."""
        if (numerator, denominator) == (1, 2):
            return {0: "अर्धा", 1: "दीड", 2: "अडीच"}.get(whole, f"साडे{self.cardinal(whole)}")
        if (numerator, denominator) == (1, 4) and whole:
            return "सव्वा" if whole == 1 else f"सव्वा{self.cardinal(whole)}"
        if (numerator, denominator) == (3, 4) and whole:
            return f"पावणे{self.cardinal(whole + 1)}"
        return f"{self.cardinal(whole)} पूर्णांक {self.fraction(numerator, denominator)}"

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """नऊ वाजून तीस मिनिटे; before वाजता and with seconds only the numbers."""
        if second is not None or after in _BESIDE_TIMES:
            if second is None and not minute:
                return self.cardinal(hour)
            return super().time(hour, minute, second, after)
        if not minute:
            return f"{self.cardinal(hour)} वाजता"
        unit = self.units["min"]
        return f"{self.cardinal(hour)} वाजून {self.cardinal(minute)} {unit.one if minute == 1 else unit.many}"


def _ordinal_stem(words: str) -> str:
    """What the ordinal's ending is put to: विसा for वीस, एक्कावन्ना; the numbers that end in a vowel are unchanged."""
    if words == "शंभर":
        return "शंभरा"
    head, space, last = words.rpartition(" ")
    if last == "नऊ":
        stem = "नव"
    elif last in {"पाच", "सात", "आठ"} or not "क" <= last[-1] <= "ह":
        stem = last
    elif last.endswith("ीस"):
        stem = last[:-2] + "िसा"
    else:
        stem = last + "ा"
    return head + space + stem
