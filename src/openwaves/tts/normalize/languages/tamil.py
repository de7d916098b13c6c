"""Tamil: fused thousands, ``ஒரு`` before nouns, endings joined to the number's word."""

from openwaves.tts.normalize.languages.indian import Indian

_UNCHANGED = ("ாம்", "ாவ", "ாக")
"""Endings before which ம் stays; before the others it becomes த்த்."""


class Tamil(Indian):
    """Standard Tamil as it is read aloud; compounds of tens stay two words."""

    code = "ta"

    def cardinal(self, number: int, form: str = "", *, indian: bool = True) -> str:
        """With a form, a final ஒன்று becomes ஒரு, as before a noun."""
        words = super().cardinal(number)
        if form and words.endswith("பதினொன்று"):
            return words.removesuffix("ொன்று") + "ொரு"
        if form and words.endswith("ஒன்று"):
            return words.removesuffix("ஒன்று") + "ஒரு"
        return words

    def scaled(self, count: int, scale: int, *, more: bool) -> str:
        """Thousands are one word with their count: இரண்டாயிரம், பதினோராயிரம்."""
        own = self.numbers.get(count * scale)
        if own:
            return own[-1 if more else 0]
        if scale != 1000:
            return f"{self.cardinal(count, 'n')} {self.scale_names[scale][-1 if more else 0]}"
        counted = self.cardinal(count)
        if counted.endswith("ஒன்று"):
            words = counted.removesuffix("ஒன்று") + "ஓராயிரம்"
        elif counted.endswith("ொன்று"):
            words = counted.removesuffix("ொன்று") + "ோராயிரம்"
        else:
            words = _attached(counted, "ாயிரம்")
        return words.removesuffix("ம்") + "த்து" if more else words

    def ordinal(self, number: int, form: str = "", suffix: str = "") -> str:
        """The number's word with an ordinal or case ending."""
        form = form or "ாவது"
        if number == 1 and form == "ாவது":
            return "முதலாவது"
        return _attached(self.cardinal(number), form)

    def with_case(self, words: str, ending: str) -> str:
        """Endings of the table, joined as to a number: ரூபாய்க்கு, சதவீதத்தில்."""
        form = self.ordinal_forms.get(ending, "")
        return _attached(words, form) if form and not self.is_ordinal(0, form, ending) else ""

    def fraction(self, numerator: int, denominator: int) -> str:
        """Half and quarters by their names, the others as "of three, two"."""
        named = self.parts.get(f"{numerator}/{denominator}")
        return named or f"{_attached(self.cardinal(denominator), 'ில்')} {self.cardinal(numerator)}"

    def mixed(self, whole: int, numerator: int, denominator: int) -> str:
        """இரண்டரை, இரண்டே கால்."""
        if (numerator, denominator) == (1, 2):
            return _attached(self.cardinal(whole), "ரை")
        named = self.parts.get(f"{numerator}/{denominator}")
        if named:
            return f"{_attached(self.cardinal(whole), 'ே')} {named}"
        return super().mixed(whole, numerator, denominator)


def _attached(words: str, ending: str) -> str:
    """Join an ending to a number's word.

    Args:
        words: A cardinal, ending in ``ு``, ``ம்`` or ``ி``.
        ending: A vowel sign and what follows it, or an ending that begins with a consonant.
    """
    vowel = not ending[0].isalpha()
    if words.endswith("ம்"):
        if ending.startswith((*_UNCHANGED, "ே", "ரை")):
            return words.removesuffix("்") + ending
        words = words.removesuffix("ம்") + "த்து"
    elif words.endswith("ூறு") and not ending.startswith((*_UNCHANGED, "ாயிரம்", "ரை", "ே")):
        words = words.removesuffix("று") + "ற்று"
    if words.endswith("ு"):
        return words.removesuffix("ு") + ending if vowel or ending == "ரை" else words + ending
    return f"{words}ய{ending}" if vowel else words + ending
