"""Hindi: numbers in lakh and crore, ordinals by their written ending."""

from openwaves.tts.normalize.languages.indian import Indian

_AFTER_YEARS = frozenset({"में", "के", "की", "का", "से", "तक"})
_MEASURED = frozenset({
    "किलो", "ग्राम", "लीटर", "कप", "चम्मच", "हिस्सा", "हिस्से", "भाग", "घंटा", "घंटे", "दर्जन", "किलोमीटर", "मीटर", "एकड़",
})  # fmt: skip
_REGNAL = ("प्रथम", "द्वितीय", "तृतीय", "चतुर्थ", "पंचम", "षष्ठ", "सप्तम", "अष्टम", "नवम", "दशम")
_ARAB, _KHARAB = 10**9, 10**11


class Hindi(Indian):
    """Standard Hindi; ordinals keep the gender that their ending shows."""

    code = "hi"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """Words of a number; above the crore come अरब and खरब."""
        parts: list[str] = []
        for scale in (_KHARAB, _ARAB):
            count, number = divmod(number, scale)
            if count:
                parts.append(f"{super().cardinal(count)} {self.scale_names[scale][0]}")
        if number or not parts:
            parts.append(super().cardinal(number))
        return " ".join(parts)

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """Forms: "m" पहला, "f" पहली, "o" पहले."""
        column = "mfo".find(form or "m")
        row = self.ordinals.get(number)
        return row[column] if row else self.cardinal(number) + ("वाँ", "वीं", "वें")[column]

    def ruler(self, number: int, name: str) -> str:
        """The ordinals of Sanskrit, as in "एलिज़ाबेथ द्वितीय"; numbers above ten."""
        return _REGNAL[number - 1] if number <= len(_REGNAL) else self.cardinal(number)

    def is_year(self, number: int, before: str, after: str) -> bool:
        """Years of the last centuries are known by the word that follows, too."""
        known = after in _AFTER_YEARS and 1700 < number < 2000 and number % 100 > 0
        return known or super().is_year(number, before, after)

    def fraction_of(self, numerator: int, denominator: int, after: str) -> str:
        """Halves and quarters by their names before what is measured."""
        measured = after in self.units or after in _MEASURED
        return self.vulgar(numerator, denominator) if measured else self.fraction(numerator, denominator)

    def vulgar(self, numerator: int, denominator: int) -> str:
        """आधा, तिहाई and चौथाई."""
        if denominator == 2:
            return "आधा"
        name = {3: "तिहाई", 4: "चौथाई"}.get(denominator)
        return f"{self.cardinal(numerator)} {name}" if name else self.fraction(numerator, denominator)

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """डेढ़, ढाई, साढ़े, सवा and पौने; other fractions after सही."""
        if (numerator, denominator) == (1, 2):
            return {1: "डेढ़", 2: "ढाई"}.get(whole, f"साढ़े {self.cardinal(whole)}")
        if (numerator, denominator) == (1, 4):
            return "सवा" if whole == 1 else f"सवा {self.cardinal(whole)}"
        if (numerator, denominator) == (3, 4):
            return f"पौने {self.cardinal(whole + 1)}"
        return f"{self.cardinal(whole)} सही {self.fraction(numerator, denominator)}"

    def time(self, hour: int, minute: int, second: int | None, after: str) -> str:
        """नौ बजकर तीस मिनट; before बजे and with seconds only the numbers."""
        if second is not None or after in {"बजे", "बजकर", "am", "pm"}:
            if second is None and not minute:
                return self.cardinal(hour)
            return super().time(hour, minute, second, after)
        if not minute:
            return f"{self.cardinal(hour)} बजे"
        return f"{self.cardinal(hour)} बजकर {self.cardinal(minute)} मिनट"
