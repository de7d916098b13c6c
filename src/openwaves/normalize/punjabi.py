"""Punjabi in Gurmukhi: ordinals by their written ending, halves and quarters."""

from openwaves.normalize.indian import Indian

_AFTER_YEARS = frozenset({"ਵਿੱਚ", "ਵਿਚ", "ਦੇ", "ਦੀ", "ਦਾ", "ਤੋਂ", "ਤੱਕ", "ਤਕ", "ਦੌਰਾਨ"})
_BESIDE_TIMES = frozenset({"ਵਜੇ", "ਵੱਜੇ", "ਵੱਜ", "am", "pm", "h"})
_ARAB, _KHARAB = 10**9, 10**11
_IRREGULAR_ENDINGS = {"ਲ": {1}, "ਜ": {2, 3}, "ਥ": {4}}
"""First letter of a written ending, and the numbers whose ordinals have it."""

# Source: CLDR, ordinals. The others drop a final ਾ or ਵੇਂ or are the cardinal.
_STEMS = {
    "ਨੌਂ": "ਨੌ", "ਗਿਆਰਾਂ": "ਗਿਆਰ੍ਹ", "ਬਾਰਾਂ": "ਬਾਰ੍ਹ", "ਤੇਰਾਂ": "ਤੇਰ੍ਹ", "ਚੌਦਾਂ": "ਚੌਦ", "ਪੰਦਰਾਂ": "ਪੰਦਰ", "ਸੋਲਾਂ": "ਸੋਲ੍ਹ",
    "ਸਤਾਰਾਂ": "ਸਤਾਰ੍ਹ", "ਅਠਾਰਾਂ": "ਅਠਾਰ੍ਹ",
}  # fmt: skip


class Punjabi(Indian):
    """Standard Punjabi; ordinals keep the gender that their ending shows."""

    code = "pa"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number; above the crore come ਅਰਬ and ਖਰਬ."""
        parts: list[str] = []
        for scale in (_KHARAB, _ARAB):
            count, number = divmod(number, scale)
            if count:
                parts.append(f"{super().cardinal(count)} {self.scale_names[scale][0]}")
        if number or not parts:
            parts.append(super().cardinal(number))
        return " ".join(parts)

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" ਪੰਜਵਾਂ, "f" ਪੰਜਵੀਂ, "o" ਪੰਜਵੇਂ; endings that are no ordinal's stay as written."""
        known = _IRREGULAR_ENDINGS.get(suffix[:1])
        if known and number not in known:
            return f"{self.cardinal(number)} {suffix}"
        column = "mfo".find(form or "m")
        row = self.ordinals.get(number)
        if row:
            return row[column]
        head, space, last = self.cardinal(number).rpartition(" ")
        stem = last[:-1] if last.endswith("ੰਜਾ") else _STEMS.get(last, last.removesuffix("ਵੇਂ"))
        return head + space + stem + ("ਵਾਂ", "ਵੀਂ", "ਵੇਂ")[column]

    def is_ordinal(self, number: int, form: str, suffix: str) -> bool:
        """Whether an ending makes an ordinal."""
        return number in _IRREGULAR_ENDINGS.get(suffix[:1], {number})

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Years of the last centuries are known by the word that follows, too."""
        known = after in _AFTER_YEARS and 1700 < number < 2000 and number % 100 > 0
        return known or super().is_year(number, before, after)

    def fraction(self, numerator: int, denominator: int) -> str:
        """A half has a word of its own."""
        return "ਅੱਧਾ" if (numerator, denominator) == (1, 2) else super().fraction(numerator, denominator)

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """ਡੇਢ, ਢਾਈ, ਸਾਢੇ ਤਿੰਨ, ਸਵਾ ਤਿੰਨ, ਪੌਣੇ ਚਾਰ; other fractions after ਸਹੀ."""
        if (numerator, denominator) == (1, 2):
            return {0: "ਅੱਧਾ", 1: "ਡੇਢ", 2: "ਢਾਈ"}.get(whole, f"ਸਾਢੇ {self.cardinal(whole)}")
        if (numerator, denominator) == (1, 4) and whole:
            return "ਸਵਾ" if whole == 1 else f"ਸਵਾ {self.cardinal(whole)}"
        if (numerator, denominator) == (3, 4) and whole:
            return f"ਪੌਣੇ {self.cardinal(whole + 1)}"
        return f"{self.cardinal(whole)} ਸਹੀ {self.fraction(numerator, denominator)}"

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """ਨੌਂ ਤੀਹ; a full hour by itself is ਨੌਂ ਵਜੇ."""
        if minute or second is not None:
            return super().time(hour, minute, second, after)
        return self.cardinal(hour) if after in _BESIDE_TIMES else f"{self.cardinal(hour)} ਵਜੇ"
